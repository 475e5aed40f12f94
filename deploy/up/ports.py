"""Which ports a home uses: chosen once, the same from then on, because devices and bookmarks remember them.

    asked for by an option     must be free
    used by this home before   must be free
    never chosen yet           the usual one, or the next free one after it

The database's port is nobody's business but ours: any free one.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from deploy.embedded.places import PlaceError
from deploy.embedded.ports import holder
from deploy.embedded.processes import free_port, port_is_free

MQTT = 1883
_SEARCHED = 50


class Ports(msgspec.Struct, frozen=True):
    """The three ports of a home."""

    http: int
    mqtt: int
    database: int


def choose_ports(home: Path, http: int | None, mqtt: int | None, usual_http: int) -> Ports:
    """Ports for this start, remembered in the home. Raises PlaceError naming who holds a port and the option."""
    before = _remembered(home)
    chosen = Ports(
        _choose(http, None if before is None else before.http, usual_http, "--port"),
        _choose(mqtt, None if before is None else before.mqtt, MQTT, "--mqtt-port"),
        before.database if before is not None and port_is_free(before.database) else free_port(),
    )
    if chosen.http == chosen.mqtt:
        raise PlaceError(f"--port and --mqtt-port are both {chosen.http}: give each its own.")
    part = home / "ports.part"
    part.write_bytes(msgspec.json.encode(chosen))
    part.rename(home / "ports.json")
    return chosen


def _remembered(home: Path) -> Ports | None:
    try:
        return msgspec.json.decode((home / "ports.json").read_bytes(), type=Ports)
    except (OSError, msgspec.MsgspecError):
        return None


def _choose(asked: int | None, before: int | None, usual: int, option: str) -> int:
    fixed = asked or before
    if fixed is None:
        found = next((port for port in range(usual, usual + _SEARCHED) if port_is_free(port)), None)
        return free_port() if found is None else found
    if not port_is_free(fixed):
        why = "" if asked else ", which this installation used before,"
        raise PlaceError(
            f"Port {fixed}{why} is taken by {holder(fixed)}: stop it, or choose another port with {option}."
        )
    return fixed
