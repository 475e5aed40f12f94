"""Alarms in the database: rules, evaluation as a duty, what becomes of each alarm, and what people do about it."""
