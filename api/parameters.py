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

from api.problems import Problem

CODE = r"^[a-z0-9][a-z0-9_-]{0,62}$"
PATH = r"^[a-z0-9][a-z0-9_-]{0,62}(/[a-z0-9][a-z0-9_-]{0,62}){0,15}$"
POINT = r"^[a-z0-9][a-z0-9_-]{0,62}(/[a-z0-9][a-z0-9_-]{0,62}){2}$"

SiteFilter = Annotated[
    str | None, Query(alias="site", pattern=CODE, description="Only of this site.", examples=["kunshan"])
]
SpaceFilter = Annotated[
    str | None,
    Query(alias="space", pattern=PATH, description="Only in this space and below; needs `site`.", examples=["b1/f2"]),
]


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
