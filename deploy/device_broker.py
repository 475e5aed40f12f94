"""Which broker a simulated device speaks to: the one named in the call, else the one of the settings."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import click

from deploy.settings import load
from simulators.broker_address import BrokerAddress

broker_option = click.option(
    "--broker", metavar="URL", help="mqtt://user:password@host:port, or mqtts://.  [default: from settings]"
)


def device_broker(settings: Path | None, url: str | None) -> BrokerAddress:
    """Return the address; the password is the environment's either way. BadBrokerUrlError when it cannot be read."""
    mqtt = load(settings).mqtt
    if url is not None:
        return BrokerAddress.parse(url, mqtt.password or None)
    written = BrokerAddress.parse(mqtt.url, mqtt.password or None)
    return dataclasses.replace(
        written,
        user=mqtt.username or written.user,
        ca_file=mqtt.ca_file or written.ca_file,
        cert_file=mqtt.certificate_file or written.cert_file,
        key_file=mqtt.key_file or written.key_file,
    )
