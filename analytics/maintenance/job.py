"""A job: what is to be done on a machine, step by step, with what has to be locked out and which parts it takes.

An order that is opened for a job gets copies of its tasks, isolations and parts: changing the job later changes no
order that is on its way. A measured task has limits, and a value outside of them has failed; a failed task may open an
order of its own.
"""

from __future__ import annotations

import math
from typing import Annotated, Literal

import msgspec

from analytics.alarms.rule import Priority

OrderKind = Literal["repair", "maintenance", "inspection", "calibration", "other"]
TaskKind = Literal["check", "measure", "photo"]
Text = Annotated[str, msgspec.Meta(min_length=1, max_length=2000)]
Code = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$")]


class JobError(ValueError):
    """A job that nobody can carry out; the message says what to mend."""


class Task(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One thing to do or to look at."""

    text: Text
    text_zh: str = ""
    kind: TaskKind = "check"
    required: bool = True
    """The order is not done before this has a result."""
    unit: str = ""
    minimum: float | None = None
    """Of a measured task; a value below it has failed."""
    maximum: float | None = None
    opens_order: bool = False
    """Where it fails, an order is opened for what was found."""
    priority: Priority | None = None
    """Of that order; None: that of the order whose task failed."""

    def __post_init__(self) -> None:
        """Refuse limits of what is not measured, and limits between which there is nothing."""
        limits = [limit for limit in (self.minimum, self.maximum) if limit is not None]
        if self.kind != "measure" and (limits or self.unit):
            raise JobError(f"{self.text!r} has a unit or limits and is not measured: give it kind = 'measure'")
        if not all(map(math.isfinite, limits)):
            raise JobError(f"a limit of {self.text!r} is not a number")
        if self.minimum is not None and self.maximum is not None and self.minimum > self.maximum:
            raise JobError(f"the minimum of {self.text!r} is above its maximum: exchange them")

    def accepts(self, value: float) -> bool:
        """Whether a measured value is within the limits; both belong to what is good."""
        return (self.minimum is None or value >= self.minimum) and (self.maximum is None or value <= self.maximum)


class Isolation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An energy that is locked out before anybody puts a hand in."""

    energy: Text
    where: str = ""
    how: str = ""


class JobPart(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A part that the job takes, by its code in the site's list of parts."""

    part: Code
    quantity: Annotated[float, msgspec.Meta(gt=0)] = 1.0


class Job(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is to be done."""

    code: Code
    name: Text
    name_zh: str = ""
    kind: OrderKind = "maintenance"
    skill: str | None = None
    team: Code | None = None
    estimated_h: Annotated[float, msgspec.Meta(gt=0)] | None = None
    requires_signature: bool = False
    takes_out_of_service: bool = False
    """Starting an order for it takes the machine's alarms out of service."""
    tasks: tuple[Task, ...] = ()
    isolations: tuple[Isolation, ...] = ()
    parts: tuple[JobPart, ...] = ()
