"""Storing a job or a plan that was sent, or saying why not."""

from typing import Any

from api.plan_models import NewJob, NewPlan
from api.problems import Problem, refused_as
from services.database import Connection
from services.people import PersonNotFoundError
from services.plans import edits
from services.plans.edits import DocumentRefusedError, VersionMovedError


async def entered(
    connection: Connection, site: str, kind: edits.Kind, code: str, document: dict[str, Any], new: NewJob | NewPlan
) -> None:
    """Store it under the code of its address. Raises Problem."""
    if document.get("code", code) != code:
        text = f"The address says {code!r} and the {kind} {document['code']!r}: leave one of the two."
        raise Problem("maintenance-refused", text, more={"mistakes": [text]})
    try:
        with refused_as("version-moved", VersionMovedError), refused_as("person-not-found", PersonNotFoundError):
            given = {**document, "code": code}
            await edits.enter(connection, site, kind, given, new.reason, by=new.by, version=new.version)
    except DocumentRefusedError as error:
        raise Problem("maintenance-refused", str(error), more={"mistakes": list(error.mistakes)}) from None
