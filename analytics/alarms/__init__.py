"""Alarms: what a rule says, what a machine's points show of it, and what people are told."""
