"""Trials of rules against history: what is asked, and which alarms would have been."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from analytics.alarms.trial import WouldBe
from api.instants import Instant, InstantGiven
from api.names import CODE
from api.rule_models import LevelName, UnboundRule
from services.alarms.trial import Trial

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SHOWN = 1_000


Machines = Annotated[list[Annotated[str, StringConstraints(pattern=CODE)]], Field(max_length=100)]


class TrialWanted(BaseModel):
    """A span of history, and which machines; none: all that the rule is for."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    start: Annotated[InstantGiven, Field(alias="from")]
    stop: Annotated[InstantGiven, Field(alias="to")]
    machines: Machines = []


class RuleToTry(TrialWanted):
    """A rule that need not be stored, with the site whose history it is tried against."""

    site: Annotated[str, Field(pattern=CODE)]
    rule: Annotated[dict[str, Any], Field(description="The fields of a rule file.")]
    as_given: Annotated[
        bool,
        Field(description="With these figures also where a machine has others: to try what it might have instead."),
    ] = False


class TriedAlarm(BaseModel):
    """An alarm that would have been raised; the level and the value are the worst there were."""

    machine: str
    raised_at: Instant
    returned_at: Annotated[Instant | None, Field(description="Null: it still stood at the end.")]
    duration_s: float | None
    level: LevelName
    value: float | None

    @classmethod
    def of(cls, alarm: WouldBe) -> Self:
        """As an answer."""
        returned = None if alarm.returned_us is None else _EPOCH + timedelta(microseconds=alarm.returned_us)
        raised = _EPOCH + timedelta(microseconds=alarm.raised_us)
        return cls.model_validate(
            {
                "machine": alarm.key.subject,
                "raised_at": raised,
                "returned_at": returned,
                "duration_s": None if returned is None else (returned - raised).total_seconds(),
                "level": alarm.level,
                "value": alarm.value,
            }
        )


class Chattering(BaseModel):
    """A machine whose alarm would have come three times or more within a minute."""

    machine: str
    most_in_a_minute: int


class TrialAnswer(BaseModel):
    """Which alarms a rule would have raised."""

    model_config = ConfigDict(populate_by_name=True)

    start: Annotated[Instant, Field(alias="from")]
    stop: Annotated[Instant, Field(alias="to")]
    count: int
    alarms_a_day: float
    alarms: Annotated[list[TriedAlarm], Field(description=f"The first {_SHOWN} of them.")]
    chattering: list[Chattering]
    kept_quiet: Annotated[dict[str, int], Field(description="Kept quiet by design, by reason.")]
    on: list[str]
    not_on: list[UnboundRule]
    readings: int

    @classmethod
    def of(cls, trial: Trial) -> Self:
        """As an answer."""
        return cls(
            start=trial.start,
            stop=trial.stop,
            count=len(trial.alarms),
            alarms_a_day=trial.alarms_a_day,
            alarms=[TriedAlarm.of(alarm) for alarm in trial.alarms[:_SHOWN]],
            chattering=[Chattering(machine=code, most_in_a_minute=most) for code, most in trial.chattering.items()],
            kept_quiet=dict(trial.quiet),
            on=list(trial.machines),
            not_on=[UnboundRule.of(each) for each in trial.unbound],
            readings=trial.readings,
        )
