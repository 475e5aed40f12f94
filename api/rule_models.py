"""Rules of alarms as answers and as bodies of requests; a rule itself has the fields of a rule file."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat

from analytics.alarms.machine import Unbound
from analytics.alarms.overrides import Override
from analytics.alarms.rule import Level, Priority
from api.instants import Instant
from api.reasons import Reason
from services.alarms.rows import SERVICE
from services.alarms.rule_changes import version_changes
from services.alarms.rule_overrides import OverrideRow
from services.alarms.rules import StoredRule, VersionRow

LevelName = Literal["LL", "L", "H", "HH", "ON"]
SubjectKind = Literal["device", "meter", "site", "service"]


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

    rule: Annotated[dict[str, Any], Field(description="The fields of a rule file, as docs/alarm-rules.md has them.")]
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
    for row, changes in version_changes(versions):
        members = {name: getattr(row, name) for name in ("version", "at", "actor", "reason", "origin", "is_enabled")}
        found.append(RuleVersion.model_validate({**members, "changes": changes}))
    return found
