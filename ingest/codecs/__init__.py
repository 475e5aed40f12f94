"""Payload codecs: one pure file for each dialect that devices speak."""
