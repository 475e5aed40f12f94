"""Query parameters: strict about their names, plain about their form.

A parameter that a route does not have is refused with the nearest name that it has: ignoring `devise=m-101` would
answer another question than the one that was asked. Every route carries `strict` as a dependency, so none forgets it.
"""

import difflib
from collections.abc import Iterator
from typing import Annotated, get_args, get_origin

from fastapi import Query, Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from api.names import CODE, PATH
from api.problems import Problem
from services.database import Connection
from services.registry.places import SiteRow, sites
from services.registry.points import PointRow, points_named

SiteFilter = Annotated[
    str | None, Query(alias="site", pattern=CODE, description="Only of this site.", examples=["kunshan"])
]
SpaceFilter = Annotated[
    str | None,
    Query(alias="space", pattern=PATH, description="Only in this space and below; needs `site`.", examples=["b1/f2"]),
]
OrgUnitFilter = Annotated[
    str | None, Query(pattern=PATH, description="Only of this organisational unit and below; needs `site`.")
]
Search = Annotated[
    str | None, Query(min_length=1, max_length=100, description="Part of the code or a name, in any case.")
]
Retired = Annotated[bool, Query(description="Also what is no longer in use.")]


def paths_need_site(site: str | None, *paths: str | None) -> None:
    """Refuse a path without its site: paths are only unique within a site."""
    if site is None and any(path is not None for path in paths):
        raise Problem("invalid-request", "A path is only unique within its site: give `site` as well.")


async def require_site(connection: Connection, code: str) -> SiteRow:
    """The site with this code. Raises Problem where there is none."""
    known = await sites(connection)
    for site in known:
        if site.code == code:
            return site
    codes = ", ".join(site.code for site in known[:20]) or "none yet"
    raise Problem("site-not-found", f"There is no site {code!r}. There are: {codes}.")


async def require_point(connection: Connection, name: str) -> PointRow:
    """The point with this public name, old names included. Raises Problem where there is none."""
    point = (await points_named(connection, [name])).get(name)
    if point is None:
        site, device, _ = name.split("/")
        raise Problem(
            "point-not-found",
            f"There is no point {name!r}: see /api/v1/points?site={site}&device={device}.",
        )
    return point


def strict(request: Request) -> None:
    """Refuse parameters that the route does not have, and one given twice where it takes one value."""
    route = request.scope["route"]
    assert isinstance(route, APIRoute)
    takes_many = dict(_query_parameters(route.dependant))
    for name in request.query_params:
        if name not in takes_many:
            raise Problem("unknown-parameter", _unknown(name, sorted(takes_many)), more={"parameter": name})
        if not takes_many[name] and len(request.query_params.getlist(name)) > 1:
            raise Problem("invalid-request", f"The parameter {name!r} is given more than once and takes one value.")


def _query_parameters(dependant: Dependant) -> Iterator[tuple[str, bool]]:
    """Name of each query parameter of a route and of what it depends on, and whether it may be repeated."""
    for field in dependant.query_params:
        annotation = field.field_info.annotation
        yield field.alias, any(get_origin(part) is list for part in (annotation, *get_args(annotation)))
    for below in dependant.dependencies:
        yield from _query_parameters(below)


def _unknown(name: str, known: list[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1)
    if near:
        return f"There is no parameter {name!r} here. Did you mean {near[0]!r}?"
    if known:
        return f"There is no parameter {name!r} here. There are: {', '.join(known)}."
    return f"There is no parameter {name!r} here, nor any other: remove it."
