"""Rules of alarms as answers and as bodies of requests; a rule itself has the fields of a rule file."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, FiniteFloat, StringConstraints, WithJsonSchema

from analytics.alarms.machine import Unbound
from analytics.alarms.overrides import Override
from analytics.alarms.rule import Level, Priority
from analytics.alarms.trial import WouldBe
from api.instants import Instant, parse
from api.names import CODE
from api.reasons import Reason
from services.alarms.rows import SERVICE
from services.alarms.rule_overrides import OverrideRow
from services.alarms.rules import StoredRule, VersionRow, rule_of
from services.alarms.trial import Trial
from services.rule_folder.writing import differences, document

LevelName = Literal["LL", "L", "H", "HH", "ON"]
SubjectKind = Literal["device", "meter", "site", "service"]
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SHOWN = 1_000


def _instant(given: object) -> datetime:
    if not isinstance(given, str):
        raise ValueError("a time is a text with offset, as in 2026-11-23T08:00:00Z")  # noqa: TRY004 - pydantic's way
    return parse(given)


_Time = Annotated[datetime, BeforeValidator(_instant), WithJsonSchema({"type": "string", "format": "date-time"})]


class RuleLevel(BaseModel):
    """From which figure it is an alarm, and how urgent that is."""

    at: LevelName
    limit: float
    priority: Priority

    @classmethod
    def of(cls, level: Level) -> Self:
        """A level as an answer."""
        return cls(at=level.at, limit=level.limit, priority=level.priority)


class AlarmRule(BaseModel):
    """A rule and on how many machines it is."""

    id: Annotated[str, Field(description="`site/code`; `service/code` for rules about this service.")]
    site: str
    code: str
    name: str
    name_zh: str
    system: Annotated[str, Field(examples=["compressed_air"])]
    subject_kind: SubjectKind
    kind: Annotated[str, Field(description="The kind of machine that it is for; empty: any.", examples=["compressor"])]
    levels: list[RuleLevel]
    origin: Annotated[
        Literal["shipped", "site", "entered"], Field(description="The library, the site's folder, or edited here.")
    ]
    version: int
    is_enabled: bool
    machines: Annotated[int, Field(description="How many machines it is on.")]
    unbound: Annotated[int, Field(description="How many machines it is for and cannot be on.")]


class RuleVersion(BaseModel):
    """A version of a rule: who made it, and what it made otherwise."""

    version: int
    at: Instant
    actor: str
    reason: str
    origin: str
    is_enabled: bool
    changes: Annotated[list[str], Field(examples=[["level H 105 high -> 100 high"]])]


class RuleOverride(BaseModel):
    """What one machine has otherwise than the rule; null and absent levels are as the rule has them."""

    machine: str
    limits: Annotated[dict[LevelName, float], Field(examples=[{"H": 100}])]
    deadband: float | None
    on_delay_s: float | None
    off_delay_s: float | None
    is_enabled: bool
    actor: str
    reason: str
    at: Instant

    @classmethod
    def of(cls, row: OverrideRow) -> Self:
        """An override as an answer."""
        made = row.override
        return cls(
            machine=row.subject,
            limits=dict(made.limits),
            deadband=made.deadband,
            on_delay_s=made.on_delay_s,
            off_delay_s=made.off_delay_s,
            is_enabled=made.is_enabled,
            actor=row.actor,
            reason=row.reason,
            at=row.at,
        )


class UnboundRule(BaseModel):
    """A rule that is for a machine and cannot apply there."""

    rule: Annotated[str, Field(examples=["kunshan/element-outlet-high"])]
    machine: str
    reason: Annotated[str, Field(examples=["comp-3 has no point 'element_outlet_degc'; it has power_kw, state"])]

    @classmethod
    def of(cls, unbound: Unbound) -> Self:
        """As an answer."""
        key = unbound.key
        return cls(rule=f"{key.site or SERVICE}/{key.rule}", machine=key.subject, reason=unbound.reason)


class AlarmRuleDetail(AlarmRule):
    """A rule with all that it says, its versions, and where it holds."""

    rule: Annotated[dict[str, Any], Field(description="The fields of a rule file, as docs/alarms.md has them.")]
    on: Annotated[list[str], Field(description="The machines that it is on.")]
    not_on: list[UnboundRule]
    overrides: list[RuleOverride]
    versions: list[RuleVersion]
    retired_at: Instant | None


class NewRuleVersion(BaseModel):
    """A rule as it is to be, and why."""

    model_config = ConfigDict(extra="forbid")

    rule: Annotated[
        dict[str, Any],
        Field(
            description="The fields of a rule file.",
            examples=[
                {
                    "code": "element-outlet-high",
                    "name": "Element outlet temperature high",
                    "for": {"kind": "compressor"},
                    "signal": "element_outlet_degc",
                    "levels": [{"at": "H", "limit": 105, "priority": "high"}],
                }
            ],
        ),
    ]
    reason: Reason


class NewOverride(BaseModel):
    """What a machine is to have otherwise, and why; all of it, not in addition to what it had."""

    model_config = ConfigDict(extra="forbid")

    limits: dict[LevelName, FiniteFloat] = {}
    deadband: FiniteFloat | None = None
    on_delay_s: FiniteFloat | None = None
    off_delay_s: FiniteFloat | None = None
    is_enabled: bool = True
    reason: Reason

    @property
    def override(self) -> Override:
        """As the domain has it."""
        return Override(self.limits, self.deadband, self.on_delay_s, self.off_delay_s, self.is_enabled)


Machines = Annotated[list[Annotated[str, StringConstraints(pattern=CODE)]], Field(max_length=100)]


class TrialWanted(BaseModel):
    """A span of history, and which machines; none: all that the rule is for."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    start: Annotated[_Time, Field(alias="from")]
    stop: Annotated[_Time, Field(alias="to")]
    machines: Machines = []


class RuleToTry(TrialWanted):
    """A rule that need not be stored, with the site whose history it is tried against."""

    site: Annotated[str, Field(pattern=CODE)]
    rule: Annotated[dict[str, Any], Field(description="The fields of a rule file.")]


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


def rule_members(stored: StoredRule, machines: int, unbound: int) -> Mapping[str, object]:
    """What a list says of a rule."""
    rule = stored.rule
    return {
        "id": f"{stored.site or SERVICE}/{rule.code}",
        "site": stored.site or SERVICE,
        "code": rule.code,
        "name": rule.name,
        "name_zh": rule.name_zh,
        "system": rule.system,
        "subject_kind": rule.target.subject,
        "kind": rule.target.kind,
        "levels": [RuleLevel.of(level) for level in rule.levels],
        "origin": stored.origin,
        "version": stored.version,
        "is_enabled": stored.is_enabled,
        "machines": machines,
        "unbound": unbound,
    }


def version_members(versions: Sequence[VersionRow]) -> list[RuleVersion]:
    """Versions, the newest first, each with what differs from the one before."""
    found: list[RuleVersion] = []
    for row, before in zip(versions, [*versions[1:], None], strict=True):
        changes = ["new"] if before is None else differences(_document(before), _document(row))
        members = {name: getattr(row, name) for name in ("version", "at", "actor", "reason", "origin", "is_enabled")}
        found.append(RuleVersion.model_validate({**members, "changes": changes}))
    return found


def _document(row: VersionRow) -> dict[str, Any]:
    return document(rule_of(row.document), is_enabled=row.is_enabled)
