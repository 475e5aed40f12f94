"""Devices that behave like real ones and speak only MQTT."""
