"""How a site keeps its machines, as an answer."""

from typing import Annotated, Any, Self

import msgspec
from pydantic import BaseModel, Field

from analytics.alarms.rule import Priority
from analytics.maintenance import settings


class EscalationStep(BaseModel):
    """Who is told next when nobody has started so long after `respond_by`."""

    after_h: Annotated[dict[str, float], Field(description="By priority; one that is not named is skipped.")]
    team: str


class FirstTeam(BaseModel):
    """Which team gets an order first; empty fields fit all."""

    team: str
    system: str
    equipment_class: str


class MaintenanceSettings(BaseModel):
    """Settings of a site; they come with maintenance.toml of its folder."""

    site: str
    respond_within_h: Annotated[dict[str, float], Field(description="By priority: somebody has to have started.")]
    due_within_h: Annotated[dict[str, float], Field(description="By priority: it has to be done.")]
    orders_from: Annotated[Priority, Field(description="The least urgent alarms that make an order.")]
    also: Annotated[list[str], Field(description="Rules whose alarms make an order though less urgent.")]
    never: Annotated[list[str], Field(description="Rules whose alarms make none.")]
    escalation: list[EscalationStep]
    teams: list[FirstTeam]
    machine_states: Annotated[list[dict[str, Any]], Field(description="What a signal says of its machine.")]

    @classmethod
    def of(cls, site: str, found: settings.MaintenanceSettings) -> Self:
        """Settings as an answer."""
        return cls.model_validate({**msgspec.to_builtins(found), "site": site})
