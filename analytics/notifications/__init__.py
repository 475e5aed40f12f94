"""Notifications: which people are told what of alarms, in how many messages, and in which words."""
