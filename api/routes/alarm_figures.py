"""How good the alarms are: figures of a period after ISA-18.2 and EEMUA 191, and which accepted limits they miss."""

from datetime import UTC, datetime
from typing import Annotated, Literal, Self, get_args

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field

from analytics.alarms.figures import LIMITS, PRIORITY_PERCENT
from analytics.alarms.figures import Figures as Counted
from analytics.alarms.rule import Priority
from api.alarm_answers import MachineFilter, SiteOrService, asked_about, lately
from api.context import Database
from api.instants import Instant, zoned
from api.names import CODE
from api.openapi_parts import problems
from api.periods import FromOrLately, ToOrNow
from services.alarms import figures

router = APIRouter(tags=["alarms"], dependencies=[Depends(zoned)])


class AcceptedLimit(BaseModel):
    """What a figure should not exceed, and where that is written."""

    model_config = ConfigDict(from_attributes=True)

    figure: Annotated[str, Field(examples=["alarms_per_day"])]
    at_most: float
    unit: str
    source: str


class MissedLimit(AcceptedLimit):
    """A limit that is not kept, and the figure."""

    value: float


class OftenHeard(BaseModel):
    """An alarm, how often it was heard, and its share of all."""

    model_config = ConfigDict(from_attributes=True)

    alarm: str
    alarms: int
    percent: float


class PriorityShare(BaseModel):
    """How many had a priority, beside the share that is aimed at."""

    priority: Priority
    alarms: int
    percent: float | None
    aimed_percent: float


class AlarmFigures(BaseModel):
    """Alarms that people were told of; those kept quiet from beginning to end do not count."""

    model_config = ConfigDict(from_attributes=True)

    alarms: int
    alarms_per_day: float
    alarms_per_ten_minutes: float
    worst_ten_minutes: int
    floods: int
    flood_s: float
    time_in_flood_percent: float
    alarms_in_floods: int
    chattering: Annotated[list[str], Field(description="Alarms heard three times within a minute.")]
    standing: Annotated[list[str], Field(description="Alarms whose condition held for longer than a day.")]
    top: Annotated[list[OftenHeard], Field(description="The ten heard most often.")]
    top_ten_percent: Annotated[float | None, Field(description="Null: too few different ones to say anything.")]
    priorities: list[PriorityShare]
    acknowledged: Annotated[int, Field(description="How many of them got an answer.")]
    acknowledge_median_s: float | None
    acknowledge_p95_s: float | None
    missed: list[MissedLimit]

    @classmethod
    def of(cls, counted: Counted) -> Self:
        """Figures as an answer."""
        same = {name: getattr(counted, name) for name in cls.model_fields if name not in ("priorities", "missed")}
        shares = [
            PriorityShare(
                priority=name,
                alarms=counted.priorities[name],
                percent=100.0 * counted.priorities[name] / counted.alarms if counted.alarms else None,
                aimed_percent=PRIORITY_PERCENT[name],
            )
            for name in get_args(Priority)
        ]
        missed = [MissedLimit(**each.limit._asdict(), value=each.value) for each in counted.missed]
        return cls.model_validate({**same, "priorities": shares, "missed": missed})


class PartFigures(BaseModel):
    """A machine or rule, as `site/code`, with its figures."""

    code: str
    name: str
    name_zh: str
    figures: AlarmFigures


class AlarmFiguresAnswer(BaseModel):
    """Figures of a period, and of each machine or rule where that was asked for."""

    start: Instant
    stop: Instant
    figures: AlarmFigures
    by: Literal["machine", "rule"] | None
    parts: Annotated[list[PartFigures], Field(description="Those with the most alarms first.")]
    limits: list[AcceptedLimit]


@router.get(
    "/alarm-figures",
    operation_id="get_alarm_figures",
    summary="Figures of alarms",
    responses=problems("site-not-found", "machine-not-found", "rule-not-found"),
)
async def get_alarm_figures(
    connection: Database,
    start: FromOrLately = None,
    stop: ToOrNow = None,
    site: SiteOrService = None,
    rule: Annotated[str | None, Query(pattern=CODE)] = None,
    machine: MachineFilter = None,
    by: Annotated[Literal["machine", "rule"] | None, Query(description="Also the figures of each of them.")] = None,
) -> AlarmFiguresAnswer:
    """Figures of [from, to), of its part up to now; without a period of the last week. Rates are of the time that was.

    The limits are meant for what one person watches: a site. For a machine or rule they say what it does to that.
    """
    now = datetime.now(UTC)
    since, until = lately(start, stop, now)
    named = await asked_about(connection, site, machine=machine, rule=rule)
    found = await figures.of_period(connection, since, until, now, site=named, rule=rule, machine=machine, by=by)
    return AlarmFiguresAnswer(
        start=since,
        stop=until,
        figures=AlarmFigures.of(found.whole),
        by=by,
        parts=[
            PartFigures(code=part.code, name=part.name, name_zh=part.name_zh, figures=AlarmFigures.of(part.figures))
            for part in found.parts
        ],
        limits=[AcceptedLimit(**limit._asdict()) for limit in LIMITS],
    )
