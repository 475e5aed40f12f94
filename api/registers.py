"""The register that a request is about: a meter by site and code in the path, its flow in the query or the body."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

from fastapi import Path, Query

from api.names import CODE
from api.problems import Problem
from services.database import Connection
from services.ledger.registers import Flow, MeterNotFoundError, RegisterRow, register

SiteOfMeter = Annotated[str, Path(alias="site", pattern=CODE, examples=["kunshan"])]
CodeOfMeter = Annotated[str, Path(alias="code", pattern=CODE, examples=["m-101"])]
FlowWanted = Annotated[
    Flow | None, Query(alias="flow", description="Which of the meter's registers; without it the first one it has.")
]


async def require_register(connection: Connection, site: str, code: str, flow: Flow | None) -> RegisterRow:
    """The register of a meter. Raises Problem where there is none."""
    try:
        return await register(connection, site, code, flow)
    except MeterNotFoundError as error:
        raise Problem("meter-not-found", _sentence(error)) from error


@contextmanager
def refused_as(slug: str, *kinds: type[Exception]) -> Iterator[None]:
    """Answer a refusal of the application with a problem of this kind, in its own words."""
    try:
        yield
    except kinds as error:
        raise Problem(slug, _sentence(error)) from error


def _sentence(error: Exception) -> str:
    text = str(error)
    named = "/" in text.partition(" ")[0]  # a meter's id stays as it is written
    return (text if named else text[:1].upper() + text[1:]) + ("" if text.endswith(("?", ".")) else ".")
