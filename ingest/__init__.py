"""MQTT in: connection, codecs, batches, acknowledgement."""
