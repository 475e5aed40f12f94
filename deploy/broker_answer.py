"""Whether the broker lets us in as ingest does: the address, the password and the certificates of the settings."""

from __future__ import annotations

import ssl

from deploy.embedded.mqtt_probe import BrokerLimits, BrokerRefusedError, probe
from ingest.settings import BrokerAddressError, MqttSettings, broker_address

#: What is raised where it does not: a wrong address, a refusal, a certificate, a network.
NO_ANSWER: tuple[type[Exception], ...] = (BrokerAddressError, BrokerRefusedError, ssl.SSLError, OSError)


def broker_limits(settings: MqttSettings) -> BrokerLimits:
    """Connect once and say goodbye. Raises one of NO_ANSWER."""
    address = broker_address(settings)
    context = None
    if address.tls:
        context = ssl.create_default_context(cafile=settings.ca_file or None)
        if settings.certificate_file:
            context.load_cert_chain(settings.certificate_file, settings.key_file or None)
    return probe(address.host, address.port, address.username, address.password, context)


def ask_broker(settings: MqttSettings) -> str:
    """Nothing where it lets us in, else why not."""
    try:
        broker_limits(settings)
    except NO_ANSWER as error:
        return str(error) or type(error).__name__
    return ""
