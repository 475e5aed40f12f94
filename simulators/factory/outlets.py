"""Where samples go: to a broker through one connection for each gateway, or to a stream as lines.

A gateway's connection opens with its own status `online` (birth) and leaves `offline` behind (will). Its devices'
statuses are retained messages that it publishes after every connect, and takes back when it stops in an orderly way.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Protocol, TextIO

from simulators.broker_address import BrokerAddress
from simulators.factory.gateways import STAMPS
from simulators.factory.telemetry import Sample
from simulators.factory.wire import status_payload, status_topic, telemetry_payload, telemetry_topic
from simulators.mqtt import Limits, Publisher
from simulators.outbox import Message

_FIRST_CONNECT_S = 20.0
# A gateway speaks for dozens of devices: more in flight than one device needs.
_LIMITS = Limits(window=1000)


class Outlet(Protocol):
    """Somewhere samples can be sent."""

    async def send(self, batch: Sequence[Sample]) -> None:
        """Send one message: one sample, or several of one device as a backlog. Waits while the other end is slower."""


class LineOutlet:
    """Writes each message as a line: topic, a space, payload."""

    def __init__(self, site: str, stream: TextIO) -> None:
        self._site = site
        self._stream = stream

    async def send(self, batch: Sequence[Sample]) -> None:
        """Write one line."""
        first = batch[0]
        payload = telemetry_payload(batch, STAMPS[first.gateway]).decode()
        self._stream.write(f"{telemetry_topic(self._site, first.device)} {payload}\n")


class GatewayOutlet:
    """The connections of all gateways to one broker."""

    def __init__(self, broker: BrokerAddress, site: str, devices: Mapping[str, Sequence[str]]) -> None:
        """`devices`: the devices behind each gateway."""
        self._site = site
        self._devices = devices
        self._greeted = dict.fromkeys(devices, 0)
        self._publishers = {
            gateway: Publisher(
                broker,
                f"ioe-sim-{site}-{gateway}",
                birth=Message(status_topic(site, gateway), status_payload(online=True), retain=True),
                will=Message(status_topic(site, gateway), status_payload(online=False), retain=True),
                limits=_LIMITS,
            )
            for gateway in devices
        }

    async def open(self) -> None:
        """Connect every gateway; NotConnectedError when the broker cannot be reached."""
        for publisher in self._publishers.values():
            publisher.start()
        await asyncio.gather(*(publisher.connected(_FIRST_CONNECT_S) for publisher in self._publishers.values()))

    async def send(self, batch: Sequence[Sample]) -> None:
        """Queue one message at its gateway."""
        first = batch[0]
        publisher = self._publishers[first.gateway]
        if publisher.connects != self._greeted[first.gateway]:
            # A broker that lost its memory lost the retained statuses too: say them after every connect.
            self._greeted[first.gateway] = publisher.connects
            await self._say_status(first.gateway, online=True)
        await publisher.publish(
            telemetry_topic(self._site, first.device), telemetry_payload(batch, STAMPS[first.gateway])
        )

    async def flush(self) -> None:
        """Wait until the broker has confirmed everything."""
        await asyncio.gather(*(publisher.flush() for publisher in self._publishers.values()))

    async def close(self) -> int:
        """Take the devices off line, wait for acknowledgements, and return how many messages went unconfirmed."""
        for gateway, publisher in self._publishers.items():
            if publisher.is_connected:
                await self._say_status(gateway, online=False)
        left = await asyncio.gather(*(publisher.stop() for publisher in self._publishers.values()))
        return sum(len(messages) for messages in left)

    async def _say_status(self, gateway: str, *, online: bool) -> None:
        for device in self._devices[gateway]:
            if device != gateway:
                await self._publishers[gateway].publish(
                    status_topic(self._site, device), status_payload(online=online), retain=True
                )
