"""A rule: what is watched, where it applies, from which limits it is an alarm, and what may be the cause.

    for ---> machines          signal ---> one figure for each machine, at each reading
                                              |
                                  levels, deadband, delays ---> condition (none or a level)
                                              |
                     when, hours, suppressed_by ---> told to people, or kept quiet by design

A rule says nothing about an alarm's life: that is `lifecycle.py`. Limits are in the unit of the signal. Each figure of
a shipped rule names its source in `source`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

Priority = Literal["critical", "high", "medium", "low"]
LevelCode = Literal["LL", "HH", "L", "H", "ON"]

#: From what must be looked at now to what is only noted; ISA-18.2 asks for three or four.
PRIORITIES: tuple[Priority, ...] = get_args(Priority)
#: Levels by how bad they are: of those that hold, the worst is the alarm's level. `ON` is the level of a yes or no.
LEVELS: tuple[LevelCode, ...] = get_args(LevelCode)

#: The longest delay or window, in seconds: a week. What is longer is no alarm that anybody waits for.
LONGEST_S = 7 * 86_400.0

#: What a signal may be; each is one module of `analytics/alarms/signals`, or a fact that services work out.
SignalKind = Literal[
    "value",         # an expression over the machine's points
    "deviation",     # `of` minus `reference`, or in percent of it: set point, twin, a model as an expression
    "rate",          # change of `of` within `over_s`, for each minute
    "count",         # how often within `over_s`: rises of a condition, changes of a state, or what a counter counted
    "stuck",         # seconds since `of` last changed
    "state",         # 1 while a state point has one of `states`, else 0
    "silence",       # seconds since the point, or the device, last spoke
    "clock",         # seconds by which the device's stamps are ahead of our clock
    "irregularity",  # messages of the device within `over_s` that were duplicates, late, in conflict, refused ...
    "ledger",        # entries of the meter ledger of some kinds within `over_s`, or pending a decision
    "baseline",      # energy of the last whole hour in percent of that hour on like days
    "night_flow",    # the least hourly volume of the last night, m3/h: what flows when nobody uses any
    "demand",        # forecast of this quarter hour's demand in percent of the contract
    "maintenance",   # orders or plans of the site that are overdue: `of` says which, see rule_expressions.py
    "service",       # a figure about this service itself, told by the watch
]  # fmt: skip


class RuleError(ValueError):
    """A rule that cannot be; the message says what to change."""


@dataclass(frozen=True, slots=True)
class Signal:
    """How the figure that is watched comes about. Expressions are those of `expression.py`."""

    kind: SignalKind
    of: str = ""
    """An expression, or the key of a point; empty for kinds that concern the device or meter."""
    reference: str = ""
    """`deviation`: what it should be."""
    relative: bool = False
    """`deviation`: in percent of the reference instead of the point's unit."""
    over_s: float = 0.0
    """`rate`, `count`, `irregularity`, `ledger`: the window."""
    counts: Literal["rises", "changes", "increase"] = "rises"
    """`count`: rises of a condition, changes of a value, or the increase of a counter."""
    states: tuple[str, ...] = ()
    """`state`: names of the point's states, as its template has them. `irregularity`, `ledger`: reasons or kinds."""
    unit: str = ""
    """Unit of the figure, for people; that of the point where `of` is a point."""

    def __post_init__(self) -> None:
        """Refuse what cannot be evaluated."""
        if self.kind in ("value", "deviation", "rate", "count", "stuck", "state") and not self.of:
            raise RuleError(f"a signal of kind {self.kind!r} needs `of`: an expression or a point's key")
        if self.kind == "deviation" and not self.reference:
            raise RuleError("a deviation needs `reference`: what the figure should be")
        if self.kind in ("rate", "count", "irregularity") and not self.over_s > 0:
            raise RuleError(f"a signal of kind {self.kind!r} needs `over_s`, its window in seconds")
        if not 0 <= self.over_s <= LONGEST_S:
            raise RuleError(f"`over_s` is a window of 0 to {LONGEST_S:.0f} seconds")
        if self.kind in ("state", "irregularity", "ledger") and not self.states:
            raise RuleError(f"a signal of kind {self.kind!r} needs `states`: which ones are meant")


@dataclass(frozen=True, slots=True)
class Level:
    """A limit: H and HH are passed upwards, L and LL downwards, ON is any figure above 0.5."""

    at: LevelCode
    limit: float
    priority: Priority

    def __post_init__(self) -> None:
        """Refuse a limit that nothing passes."""
        if not math.isfinite(self.limit):
            raise RuleError(f"the limit of {self.at} is not a number")


@dataclass(frozen=True, slots=True)
class Target:
    """Which machines: every condition that is given must hold; `devices` and `meters` name them one by one."""

    subject: Literal["device", "meter", "site", "service"] = "device"
    kind: str = ""
    """Kind of the device's template, as `compressor`; of a meter: its carrier, as `water`."""
    template: str = ""
    codes: tuple[str, ...] = ()
    only_top: bool = False
    """Meters: only those that are inside no other."""


@dataclass(frozen=True, slots=True)
class Input:
    """A name in expressions for points of other devices: `header.pressure_bar` where `header` is such an input."""

    of: Literal["equipment", "gateway", "space", "site"]
    """Devices on the same equipment, the device's gateway, devices in the same space, of the same site."""
    kind: str = ""
    codes: tuple[str, ...] = ()
    others_only: bool = False
    """Leave out the machine itself: its twins."""
    take: Literal["only", "mean", "median", "least", "most", "sum"] = "only"
    """What stands for several; `only` binds nothing where there are several."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What makes a cause more, or less, likely: `times` where it holds, `otherwise` where it does not."""

    condition: str
    """An expression; it may also ask `slope(x, 600)`, `average(x, 3600)`, `alarm("code")`; see `causes.py`."""
    times: float
    otherwise: float = 1.0
    says: str = ""
    says_zh: str = ""

    def __post_init__(self) -> None:
        """Refuse odds that are none."""
        if not (self.times > 0 and self.otherwise > 0):
            raise RuleError("`times` and `otherwise` are ratios of likelihood: above 0")


@dataclass(frozen=True, slots=True)
class Cause:
    """A likely cause and what to do about it. `weight` is how often it is the cause, before any evidence."""

    code: str
    name: str
    action: str
    weight: float = 1.0
    name_zh: str = ""
    action_zh: str = ""
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Hours:
    """When a rule applies, in the site's local time: weekdays 1 (Monday) to 7, minutes of the day [start, stop)."""

    weekdays: frozenset[int]
    start_minute: int
    stop_minute: int


@dataclass(frozen=True, slots=True)
class Suppression:
    """Another alarm that explains this one: while it is active, and at least as urgent, this one is kept quiet."""

    rule: str
    of: Literal["machine", "gateway", "parent", "site", "service"] = "machine"


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule, as it holds for all machines it is for."""

    code: str
    name: str
    target: Target
    signal: Signal
    levels: tuple[Level, ...]
    system: str = "other"
    """For routes and figures: power, compressed_air, chilled_water, air_handling, heat, pv, storage, water, gas,
    communication, metering, service, other."""
    deadband: float = 0.0
    on_delay_s: float = 0.0
    off_delay_s: float = 0.0
    when: str = ""
    """An expression over the machine's points: the rule applies while it holds, as `state >= 1`."""
    settle_s: float = 0.0
    """`when` must have held for this long, as after a start."""
    hours: tuple[Hours, ...] = ()
    suppressed_by: tuple[Suppression, ...] = ()
    latching: bool = False
    """Stays until somebody resets it, also when the condition is gone."""
    re_alarm_s: float = 0.0
    """An acknowledged alarm that still stands after this long asks again; 0: never."""
    group: str = ""
    """Alarms of one group on one machine or station: the first one out is marked."""
    inputs: Mapping[str, Input] = field(default_factory=dict)
    causes: tuple[Cause, ...] = ()
    name_zh: str = ""
    message: str = ""
    """What people read; `{value}`, `{limit}`, `{unit}`, `{machine}` are filled in. Empty: the name and both figures."""
    message_zh: str = ""
    source: str = ""
    """Where the figures come from: a standard's clause, a maker's manual, or how well they are known."""

    def __post_init__(self) -> None:
        """Refuse what would never or always be an alarm."""
        if not self.levels:
            raise RuleError(f"rule {self.code!r} has no level: it would never be an alarm")
        if len({level.at for level in self.levels}) != len(self.levels):
            raise RuleError(f"rule {self.code!r} has a level twice")
        limits = {level.at: level.limit for level in self.levels}
        order = [limits[at] for at in ("LL", "L", "H", "HH") if at in limits]
        if order != sorted(order):
            raise RuleError(f"rule {self.code!r}: limits must rise from LL over L and H to HH")
        delays = (self.on_delay_s, self.off_delay_s, self.settle_s, self.re_alarm_s)
        if min(self.deadband, *delays) < 0:
            raise RuleError(f"rule {self.code!r}: a deadband or a delay is below 0")
        if max(delays) > LONGEST_S:
            raise RuleError(f"rule {self.code!r}: a delay is longer than {LONGEST_S:.0f} seconds, a week")
