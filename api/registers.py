"""The register that a request is about: a meter by site and code in the path, its flow in the query or the body."""

from typing import Annotated

from fastapi import Depends, Path, Query

from api.context import Database
from api.names import CODE
from api.problems import refused_as
from services.database import Connection
from services.ledger.registers import Flow, MeterNotFoundError, RegisterRow, register

SiteOfMeter = Annotated[str, Path(alias="site", pattern=CODE, examples=["kunshan"])]
CodeOfMeter = Annotated[str, Path(alias="code", pattern=CODE, examples=["m-101"])]
FlowWanted = Annotated[
    Flow | None, Query(alias="flow", description="Which of the meter's registers; without it the first one it has.")
]


async def require_register(connection: Connection, site: str, code: str, flow: Flow | None) -> RegisterRow:
    """The register of a meter. Raises Problem where there is none."""
    with refused_as("meter-not-found", MeterNotFoundError):
        return await register(connection, site, code, flow)


async def _asked(site: SiteOfMeter, code: CodeOfMeter, connection: Database, flow: FlowWanted = None) -> RegisterRow:
    return await require_register(connection, site, code, flow)


#: The register of the meter in the path whose flow stands in the query.
RegisterAsked = Annotated[RegisterRow, Depends(_asked)]
