"""The outbox: what people are told of alarms, kept in the database until a channel has taken it."""
