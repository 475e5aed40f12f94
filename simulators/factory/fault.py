"""One fault on command: what, where, when, how much.

    vibration-high@comp-3:start=+60s,duration=10m,size=7
    kind          @device[/key]

`start` is `+60s` (from when the command is given) or an instant with offset; without it, at once. `duration` is `90s`,
`10m`, `2h`, `1d`; without it a lasting fault stays until it is cleared. `size` is what the kind says, with a default.
"""

from __future__ import annotations

import enum
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType

from simulators.factory.clock import iso_local
from simulators.factory.signals import Fleet


class BadFaultError(ValueError):
    """The command cannot be carried out; the message says what would be."""


class Kind(enum.Enum):
    """The faults this factory can have."""

    METER_RESET = "meter-reset"
    ROLLOVER = "rollover"
    REPLACEMENT = "replacement"
    STUCK_SENSOR = "stuck-sensor"
    SENSOR_OFFSET = "sensor-offset"
    DROP_OUT = "drop-out"
    DUPLICATES = "duplicates"
    REORDERING = "reordering"
    CLOCK_SKEW = "clock-skew"
    VIBRATION_HIGH = "vibration-high"
    OIL_TEMPERATURE_HIGH = "oil-temperature-high"
    AIR_LEAK = "air-leak"
    FOULED_CONDENSER = "fouled-condenser"


@dataclass(frozen=True, slots=True)
class Rule:
    """What a kind of fault needs."""

    size_means: str = ""
    """Empty: the kind has no size."""
    size: float = 0.0
    duration_s: float = math.inf
    key: bool | None = None
    """Whether a key must be named (True), may be named (None) or makes no sense (False)."""
    templates: frozenset[str] = frozenset()
    """Where it can happen; empty: anywhere."""


RULES: Mapping[Kind, Rule] = MappingProxyType(
    {
        Kind.METER_RESET: Rule(duration_s=0.0),
        Kind.ROLLOVER: Rule(duration_s=0.0),
        Kind.REPLACEMENT: Rule("opening reading of the new meter", 0.0, 120.0),
        Kind.STUCK_SENSOR: Rule(key=True),
        Kind.SENSOR_OFFSET: Rule("added to what the sensor shows", 10.0, key=True),
        Kind.DROP_OUT: Rule(duration_s=600.0, key=False),
        Kind.DUPLICATES: Rule(key=False),
        Kind.REORDERING: Rule(key=False),
        Kind.CLOCK_SKEW: Rule("seconds ahead", 90.0, key=False),
        Kind.VIBRATION_HIGH: Rule(
            "mm/s on top", 6.0, key=False, templates=frozenset({"screw_compressor", "water_pump"}),
        ),
        Kind.OIL_TEMPERATURE_HIGH: Rule(
            "growth of the oil cooler's temperature rise, 1 doubles it", 2.0, key=False,
            templates=frozenset({"screw_compressor"}),
        ),
        Kind.AIR_LEAK: Rule("m3/min at 7 bar", 18.0, key=False, templates=frozenset({"air_meter"})),
        Kind.FOULED_CONDENSER: Rule("K of approach on top", 5.0, key=False, templates=frozenset({"chiller"})),
    }
)  # fmt: skip
_UNITS_S = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0}


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault with absolute times."""

    kind: Kind
    device: str
    key: str
    start_s: float
    stop_s: float
    size: float

    @property
    def name(self) -> str:
        """Kind and place: what clears it, and what the truth file calls it."""
        return f"{self.kind.value}@{self.device}" + (f"/{self.key}" if self.key else "")

    def active(self, time_s: float) -> bool:
        """Whether it acts at this time."""
        return self.start_s <= time_s < self.stop_s

    def ended_at(self, time_s: float) -> Fault:
        """Return the same fault, cleared."""
        return replace(self, stop_s=min(self.stop_s, max(time_s, self.start_s)))

    def __str__(self) -> str:
        end = "until cleared" if math.isinf(self.stop_s) else f"until {iso_local(self.stop_s)}"
        size = f", size {self.size:g}" if RULES[self.kind].size_means else ""
        return f"{self.name} from {iso_local(self.start_s)} {end}{size}"


def parse(text: str, now_s: float) -> Fault:
    """Read a command given at `now_s`."""
    head, _, tail = text.strip().partition(":")
    name, at, place = head.partition("@")
    if not at or not place:
        raise BadFaultError(f"{text!r} names no place: write KIND@DEVICE or KIND@DEVICE/KEY")
    kind = _kind(name)
    device, _, key = place.partition("/")
    rule = RULES[kind]
    if rule.key is True and not key:
        raise BadFaultError(f"{kind.value} needs a key: write {kind.value}@{device}/KEY")
    if rule.key is False and key:
        raise BadFaultError(f"{kind.value} concerns the whole device: write {kind.value}@{device}")
    options = _options(tail)
    if "size" in options and not rule.size_means:
        raise BadFaultError(f"{kind.value} has no size")
    start_s = _instant(options.get("start", "+0s"), now_s)
    duration_s = _span_s(options["duration"]) if "duration" in options else rule.duration_s
    size = _number(options["size"]) if "size" in options else rule.size
    return Fault(kind, device, key, start_s, start_s + duration_s, size)


def check(fault: Fault, fleets: tuple[Fleet, ...], gateways: frozenset[str]) -> None:
    """Refuse a fault that cannot happen where it is wanted."""
    rule = RULES[fault.kind]
    if fault.device in gateways and fault.kind in (Kind.DROP_OUT, Kind.DUPLICATES, Kind.REORDERING, Kind.CLOCK_SKEW):
        return
    fleet = next((fleet for fleet in fleets if fault.device in fleet.codes), None)
    if fleet is None:
        raise BadFaultError(f"there is no device {fault.device!r}; devices.csv of the site folder lists them")
    if rule.templates and fleet.template not in rule.templates:
        able = sorted(code for one in fleets if one.template in rule.templates for code in one.codes)
        raise BadFaultError(f"{fault.kind.value} cannot happen to {fault.device}; it can to {', '.join(able)}")
    if fault.kind is Kind.AIR_LEAK and fault.device == "air-main":
        raise BadFaultError("air leaks behind a building's meter: air-b1 or air-b2")
    registers = [channel.key for channel in fleet.channels if channel.register is not None]
    counting = fault.kind in (Kind.METER_RESET, Kind.ROLLOVER, Kind.REPLACEMENT)
    known = registers if counting else [channel.key for channel in fleet.channels]
    if counting and not registers:
        raise BadFaultError(f"{fault.device} has no register")
    if fault.key and fault.key not in known:
        raise BadFaultError(f"{fault.device} has no {fault.key!r} for {fault.kind.value}; it has {', '.join(known)}")
    gauges = [channel.key for channel in fleet.channels if channel.register is None and not channel.texts]
    if fault.kind is Kind.SENSOR_OFFSET and fault.key not in gauges:
        raise BadFaultError(f"{fault.key} is no sensor's figure; {fault.device} has {', '.join(gauges)}")


def seconds(text: str) -> float:
    """Read a span of time: `90s`, `10m`, `1h`, `1d` or combinations such as `1h30m`."""
    return _span_s(text)


def _kind(name: str) -> Kind:
    try:
        return Kind(name)
    except ValueError as error:
        raise BadFaultError(f"unknown fault {name!r}; known are {', '.join(kind.value for kind in Kind)}") from error


def _options(text: str) -> dict[str, str]:
    options: dict[str, str] = {}
    for part in filter(None, text.split(",")):
        name, equals, value = part.partition("=")
        if not equals or name not in ("start", "duration", "size"):
            raise BadFaultError(f"cannot read {part!r}: after the colon come start=, duration= and size=, with commas")
        options[name] = value
    return options


def _instant(text: str, now_s: float) -> float:
    if text.startswith("+"):
        return now_s + _span_s(text[1:])
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise BadFaultError(f"cannot read start={text}: write +60s or 2026-11-23T08:00:00+08:00") from error
    if moment.tzinfo is None:
        raise BadFaultError(f"start={text} has no offset: write {text}+08:00")
    return moment.timestamp()


def _span_s(text: str) -> float:
    if not re.fullmatch(r"(\d+(\.\d+)?[smhd])+", text):
        raise BadFaultError(f"cannot read the span {text!r}: write 90s, 10m, 2h, 1d or 1h30m")
    return sum(float(amount) * _UNITS_S[unit] for amount, unit in re.findall(r"(\d+(?:\.\d+)?)([smhd])", text))


def _number(text: str) -> float:
    try:
        value = float(text)
    except ValueError as error:
        raise BadFaultError(f"cannot read size={text}: write a number") from error
    if not math.isfinite(value):
        raise BadFaultError(f"size={text} is no size")
    return value
