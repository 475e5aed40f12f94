"""Dead letters: what could not be stored, and why."""

import base64
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Response
from pydantic import BaseModel, Field

from api.context import Database
from api.instants import Instant, zoned
from api.names import LETTER, POINT
from api.openapi_parts import problems
from api.pages import PageOf, PageWanted
from api.parameters import SiteFilter, require_point
from api.problems import Problem
from services import dead_letters
from services.dead_letters import LetterRow

router = APIRouter(prefix="/dead-letters", tags=["ingest"], dependencies=[Depends(zoned)])


class DeadLetter(BaseModel):
    """Something that came in and could not be stored."""

    id: Annotated[str, Field(description="Stays the same when the very same thing comes again.")]
    reason: Annotated[str, Field(description="What kind of thing is wrong.", examples=["future"])]
    detail: Annotated[str, Field(description="What is wrong with this one, and what to mend.")]
    topic: Annotated[str | None, Field(examples=["ioe/v1/kunshan/m-101/telemetry"])]
    payload_text: Annotated[str | None, Field(description="The payload, where it is text.")]
    payload_base64: Annotated[str | None, Field(description="The payload, where it is not text.")]
    payload_bytes: Annotated[int, Field(description="Size as it came; only the first 4 KB are kept.")]
    payload_complete: bool
    point: Annotated[str | None, Field(description="Of a sample: the point it was meant for.")]
    time: Annotated[Instant | None, Field(description="Of a sample: its time.")]
    value: Annotated[float | None, Field(description="Of a sample: its value in `unit`.")]
    unit: str | None
    stored_value: Annotated[float | None, Field(description="Of a conflict: the value that was kept.")]
    received_at: Instant
    last_received_at: Instant
    repeats: Annotated[int, Field(description="How often the very same thing came again.")]


class DeadLetterReason(BaseModel):
    """How much ended under a reason and is still kept."""

    reason: str
    letters: Annotated[int, Field(description="Different letters.")]
    received: Annotated[int, Field(description="How often they came, repeats included.")]
    first_received_at: Instant
    last_received_at: Instant


class DeadLetterReasons(BaseModel):
    """Every reason that has letters."""

    items: list[DeadLetterReason]


@router.get("", operation_id="list_dead_letters", summary="Dead letters", responses=problems("point-not-found"))
async def list_dead_letters(
    connection: Database,
    response: Response,
    wanted: PageWanted,
    reason: Annotated[str | None, Query(max_length=64, examples=["future"])] = None,
    site: SiteFilter = None,
    point: Annotated[str | None, Query(pattern=POINT)] = None,
) -> PageOf[DeadLetter]:
    """What could not be stored, the newest first."""
    point_id = None if point is None else (await require_point(connection, point)).point_id
    found, below = await dead_letters.letters(
        connection, wanted.limit, wanted.number(), reason=reason, site=site, point_id=point_id
    )
    return wanted.page(response, map(_shown, found), None if below is None else str(below))


@router.get("/reasons", operation_id="list_dead_letter_reasons", summary="Counts by reason")
async def list_dead_letter_reasons(connection: Database) -> DeadLetterReasons:
    """How many letters are kept under each reason, the most frequent first."""
    found = await dead_letters.reasons(connection)
    return DeadLetterReasons(
        items=[
            DeadLetterReason(
                reason=row.reason,
                letters=row.letters,
                received=row.received,
                first_received_at=row.first_received_at,
                last_received_at=row.last_received_at,
            )
            for row in found
        ]
    )


@router.get(
    "/{id}", operation_id="get_dead_letter", summary="One dead letter", responses=problems("dead-letter-not-found")
)
async def get_dead_letter(
    letter_id: Annotated[str, Path(alias="id", pattern=LETTER)], connection: Database
) -> DeadLetter:
    """The letter with this id."""
    found = await dead_letters.letter(connection, bytes.fromhex(letter_id))
    if found is None:
        raise Problem(
            "dead-letter-not-found", f"There is no dead letter {letter_id}; it may have been dropped by retention."
        )
    return _shown(found)


def _shown(row: LetterRow) -> DeadLetter:
    payload = row.payload or b""
    complete = len(payload) == row.payload_bytes
    text = _text(payload, complete=complete)
    return DeadLetter(
        id=row.digest.hex(),
        reason=row.reason,
        detail=row.detail,
        topic=row.topic,
        payload_text=text,
        payload_base64=base64.b64encode(payload).decode() if text is None else None,
        payload_bytes=row.payload_bytes,
        payload_complete=complete,
        point=row.point,
        time=row.time,
        value=row.value,
        unit=row.unit,
        stored_value=row.stored_value,
        received_at=row.received_at,
        last_received_at=row.last_received_at,
        repeats=row.repeats,
    )


def _text(payload: bytes, *, complete: bool) -> str | None:
    """A payload as text, None where it is not; of an incomplete one the last character may be cut in two."""
    for cut in range(1 if complete else min(4, len(payload) + 1)):
        try:
            text = payload[: len(payload) - cut].decode()
        except UnicodeDecodeError:
            continue
        return text if all(character.isprintable() or character in "\t\r\n" for character in text) else None
    return None
