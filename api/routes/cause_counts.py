"""What closed orders say of causes: how often each was the true one, by rule and class of machine, with the orders."""

from typing import Annotated, Self

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, Field

from api.context import Database
from api.instants import Instant, zoned
from api.names import CODE
from api.openapi_parts import problems
from api.pages import PageOf, PageWanted
from api.parameters import require_site
from services.work_orders import learning
from services.work_orders.learning import CountRow

router = APIRouter(tags=["alarms"], dependencies=[Depends(zoned)])

_ORDERS_SHOWN = 20
_MOST = 10**9


class CauseCount(BaseModel):
    """A cause that verified orders named, and how often."""

    site: str
    rule: str
    rule_name: str
    rule_name_zh: str
    machine_class: Annotated[
        str, Field(serialization_alias="class", description="Kind of the device, or carrier of the meter.")
    ]
    cause: Annotated[str, Field(examples=["oil-low", "not-reproducible"])]
    name: Annotated[str, Field(description="As the rule has it; empty: the rule names no such cause.")]
    name_zh: str
    weight: Annotated[
        float | None, Field(description="What the rule gives it beforehand, in imaginary cases; counts are added.")
    ]
    times_true: int
    times_counted: Annotated[int, Field(description="Verified orders of this rule and class, whatever their cause.")]
    last_at: Instant
    orders: Annotated[list[str], Field(description="The newest of them.", examples=[["kunshan/41"]])]

    @classmethod
    def of(cls, row: CountRow) -> Self:
        """A count as an answer."""
        named = row.named
        return cls(
            site=row.site,
            rule=row.rule,
            rule_name=row.rule_name,
            rule_name_zh=row.rule_name_zh,
            machine_class=row.machine_class,
            cause=row.cause,
            name=str(named.get("name") or ""),
            name_zh=str(named.get("name_zh") or ""),
            weight=named.get("weight"),
            times_true=row.times_true,
            times_counted=row.times_counted,
            last_at=row.last_at,
            orders=row.orders[:_ORDERS_SHOWN],
        )


@router.get(
    "/cause-counts",
    operation_id="list_cause_counts",
    summary="What closed orders say of causes",
    responses=problems("site-not-found"),
)
async def list_cause_counts(
    connection: Database,
    response: Response,
    wanted: PageWanted,
    site: Annotated[str | None, Query(pattern=CODE)] = None,
    rule: Annotated[str | None, Query(pattern=CODE)] = None,
    machine_class: Annotated[str | None, Query(alias="class", max_length=63, examples=["compressor"])] = None,
) -> PageOf[CauseCount]:
    """Counts by site, rule and class, the most frequent cause first; the ranking of causes adds them to the weights.

    An order counts when it is verified, once for each rule whose alarms it had.
    """
    if site is not None:
        await require_site(connection, site)
    shown, following = wanted.part(await learning.counts(connection, site, rule, machine_class), _place)
    return wanted.page(response, map(CauseCount.of, shown), following)


def _place(row: CountRow) -> str:
    return f"{row.site}/{row.rule}/{row.machine_class}/{_MOST - row.times_true:010}/{row.cause}"
