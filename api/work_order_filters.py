"""Which work orders are asked for, as a list or as a workbook."""

from typing import Annotated, Literal

from fastapi import Depends, Query

from analytics.alarms.rule import Priority
from api.names import CODE
from api.parameters import Search, SiteFilter
from api.work_order_models import Origin, State
from services.work_orders.reads import Wanted


async def _filters(
    site: SiteFilter = None,
    state: Annotated[list[State] | None, Query(description="May be given several times.")] = None,
    machine: Annotated[
        str | None, Query(pattern=CODE, description="Code of the machine, or of a device or meter.")
    ] = None,
    assignee: Annotated[str | None, Query(pattern=CODE, description="Code of a person.")] = None,
    team: Annotated[str | None, Query(pattern=CODE)] = None,
    priority: Annotated[list[Priority] | None, Query(description="May be given several times.")] = None,
    origin: Annotated[list[Origin] | None, Query(description="May be given several times.")] = None,
    overdue: Annotated[bool, Query(description="Only what is not done though its time is over.")] = False,
    search: Search = None,
    include: Annotated[list[Literal["over"]] | None, Query(description="`over`: verified and cancelled, too.")] = None,
) -> Wanted:
    """Which orders a request asks for."""
    return Wanted(site, state, machine, assignee, team, priority, origin, overdue, search, bool(include))


OrdersWanted = Annotated[Wanted, Depends(_filters)]
