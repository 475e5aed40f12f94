"""Settings of ingest: which broker, under which name, how batches close."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import unquote, urlsplit

import msgspec

Positive = Annotated[int, msgspec.Meta(gt=0)]
Code = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9_-]*$")]


class MqttSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The broker. The password comes from IOE_MQTT_PASSWORD or the address, never from a file."""

    url: str = "mqtt://127.0.0.1:1883"
    username: str = ""
    password: str = ""
    #: PEM file of the authority that signed the broker's certificate; empty: the system's authorities.
    ca_file: str = ""
    #: Client certificate and key, where the broker asks for one.
    certificate_file: str = ""
    key_file: str = ""
    keepalive_s: Positive = 30
    #: How long the broker keeps our queue while we are away.
    session_expiry_s: Positive = 7 * 86400


class IngestSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One ingest worker. `name` is fixed: it is the client id that owns a queue at the broker."""

    name: Code = "ingest-1"
    #: Workers of one group share the load through an MQTT 5 shared subscription; empty: this worker reads everything.
    shared_group: str = ""
    #: What the broker may send before we acknowledge (MQTT 5 Receive Maximum).
    receive_maximum: Annotated[int, msgspec.Meta(gt=0, le=65535)] = 20_000
    batch_messages: Positive = 5_000
    batch_bytes: Positive = 4_000_000
    batch_ms: Positive = 200
    #: Reading pauses above this much that is not acknowledged yet.
    pause_bytes: Positive = 64_000_000
    #: Larger payloads are refused unparsed.
    payload_limit_bytes: Positive = 1_000_000
    #: Below this much free disk at the database, ingest pauses before PostgreSQL stops.
    min_free_disk_bytes: Annotated[int, msgspec.Meta(ge=0)] = 1_000_000_000
    #: Raw readings are kept this long; older samples are refused.
    raw_retention_days: Positive = 400


class BrokerAddressError(Exception):
    """The broker's address cannot be used."""


class BrokerAddress(msgspec.Struct, frozen=True):
    """The parts of a broker's address."""

    host: str
    port: int
    tls: bool
    username: str
    password: str


def broker_address(settings: MqttSettings) -> BrokerAddress:
    """Read `mqtt://user:password@host:port` or `mqtts://...`. Raises BrokerAddressError saying what is expected."""
    parts = urlsplit(settings.url)
    try:
        port = parts.port
    except ValueError:
        port = -1
    if parts.scheme not in ("mqtt", "mqtts") or not parts.hostname or port == -1:
        raise BrokerAddressError(f"the broker's address is mqtt://host:port or mqtts://host:port, not {settings.url!r}")
    tls = parts.scheme == "mqtts"
    return BrokerAddress(
        parts.hostname,
        port or (8883 if tls else 1883),
        tls,
        settings.username or unquote(parts.username or ""),
        settings.password or unquote(parts.password or ""),
    )
