"""The MQTT 5 connection: paho-mqtt on the event loop, with PUBLISH read from a buffer of our own."""
