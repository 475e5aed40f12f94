"""Alarms as the API answers them: one of the list, one with all that is known of it, an occurrence, a step."""

from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from analytics.alarms.lifecycle import State
from analytics.alarms.rule import Priority
from api.instants import YEARS, Instant
from services.alarms.reads import OccurrenceRow, TransitionRow
from services.alarms.rows import AlarmRow

System = Literal[
    "power",
    "compressed_air",
    "chilled_water",
    "air_handling",
    "heat",
    "pv",
    "storage",
    "water",
    "gas",
    "communication",
    "metering",
    "service",
    "other",
]


class ShownEvidence(BaseModel):
    """Something that was looked at, whether it held, and how much likelier that makes the cause."""

    model_config = ConfigDict(extra="ignore")

    says: str = ""
    says_zh: str = ""
    holds: Annotated[bool | None, Field(description="Null: it could not be told at that time.")] = None
    times: float | None = None


class ShownCause(BaseModel):
    """A likely cause, and what to do about it."""

    model_config = ConfigDict(extra="ignore")

    code: str
    name: str
    name_zh: str = ""
    action: str = ""
    action_zh: str = ""
    likelihood: Annotated[float, Field(description="Of those listed; they add up to 1.", ge=0, le=1)] = 0.0
    times_true: Annotated[int, Field(description="How often verified orders had named it, when this was ranked.")] = 0
    times_counted: Annotated[int, Field(description="Of how many orders of this rule and class of machine.")] = 0
    evidence: list[ShownEvidence] = []


class OfAlarm(BaseModel):
    """What an alarm and an occurrence of it have alike."""

    alarm: Annotated[
        str, Field(description="Its name everywhere.", examples=["kunshan/header-pressure-low/air-header"])
    ]
    site: Annotated[str, Field(description="Empty for an alarm of this service itself.")]
    rule: str
    subject_kind: Literal["device", "meter", "site", "service"]
    subject: str
    machine: Annotated[str, Field(description="Name of the device, meter or site.")]
    machine_zh: str
    equipment: str | None
    name: str
    name_zh: str
    system: str
    message: str
    message_zh: str
    value: Annotated[float | None, Field(description="The most extreme at that level.")]
    unit: str
    returned_at: Instant | None
    acknowledged_at: Annotated[Instant | None, Field(description="The last answer; null while it asks again.")]
    acknowledged_by: str | None
    first_out: bool
    first_out_of: Annotated[str | None, Field(description="The alarm of its group that came first.")]
    flood: bool
    causes: Annotated[list[ShownCause], Field(description="The likeliest first.")]


class Alarm(OfAlarm):
    """An alarm as it stands. Of one that is normal, what an occurrence would tell is null."""

    space: str | None
    priority: Priority | None
    state: State
    level: Annotated[str | None, Field(description="The worst there was.", examples=["HH"])]
    limit: float | None
    condition: Annotated[
        Literal["active", "normal", "unknown"],
        Field(description="What the evaluation says now; unknown: it has said nothing yet."),
    ]
    quiet: Annotated[
        Literal["not_running", "outside_hours", "communication_lost", "explained"] | None,
        Field(description="Why it is kept quiet by design just now."),
    ]
    raised_at: Instant | None
    since: Annotated[Instant | None, Field(description="In this state; null: since ever.")]
    shelved_until: Instant | None

    @classmethod
    def of(cls, row: AlarmRow, firsts: Mapping[int, str], **more: object) -> Self:
        """An alarm as an answer; `firsts`: alarms by the number of their occurrence, `more`: members beside the row."""
        return cls.model_validate(
            {
                **_alike(cls, row, firsts),
                "message": row.message or row.name,
                "message_zh": row.message_zh or row.name_zh,
                "level": row.worst_level,
                "value": row.worst_value,
                "unit": row.unit or "",
                "condition": "unknown" if row.condition_since is None else "normal" if row.level is None else "active",
                "since": None if row.since.year < YEARS[0] else row.since,
                "flood": row.flood_id is not None,
                **more,
            }
        )


class ShownTransition(BaseModel):
    """A step: what happened when, and who did it; nobody: the service itself."""

    model_config = ConfigDict(from_attributes=True)

    at: Annotated[Instant, Field(description="When it happened.")]
    recorded_at: Annotated[Instant, Field(description="When it was written down.")]
    event: str
    from_state: Annotated[str, Field(serialization_alias="from")]
    to_state: Annotated[str, Field(serialization_alias="to")]
    reason: str
    level: str | None
    value: float | None
    actor: str | None
    comment: str

    @classmethod
    def of(cls, row: TransitionRow) -> Self:
        """A step as an answer."""
        return cls.model_validate(row)


class ShownOccurrence(OfAlarm):
    """An alarm from raise to normal: the worst there was, and when what happened."""

    level: str
    priority: Priority
    limit: float
    raised_at: Instant
    announced_at: Annotated[Instant | None, Field(description="When people were told; null: kept quiet throughout.")]
    first_acknowledged_at: Annotated[Instant | None, Field(description="The first answer.")]
    ended_at: Annotated[Instant | None, Field(description="Normal again, or raised anew.")]

    @classmethod
    def of(cls, row: OccurrenceRow, firsts: Mapping[int, str]) -> Self:
        """An occurrence as an answer; `firsts` as for an alarm."""
        return cls.model_validate({**_alike(cls, row, firsts), "flood": row.is_flood})


class ShownNow(BaseModel):
    """What the evaluation says now, whatever the state."""

    level: str | None
    value: float | None
    quiet: str | None
    since: Instant | None


class AlarmDetail(Alarm):
    """An alarm with what it says now, its newest steps and its newest occurrences."""

    now: ShownNow
    retired_at: Annotated[Instant | None, Field(description="Its rule is no longer for this machine since then.")]
    one_shot: Annotated[bool, Field(description="Shelved only until the condition returns.")]
    transitions: list[ShownTransition]
    occurrences: list[ShownOccurrence]


def _alike(model: type[OfAlarm], row: AlarmRow | OccurrenceRow, firsts: Mapping[int, str]) -> Mapping[str, object]:
    """The members that a row has under their own names, and those that every row has under others."""
    return {
        **{name: getattr(row, name) for name in model.model_fields if hasattr(row, name)},
        "alarm": row.address,
        "limit": row.limit_value,
        "first_out": bool(row.is_first_out),
        "first_out_of": None if row.first_out_id is None else firsts.get(row.first_out_id),
        "causes": row.causes or [],
    }
