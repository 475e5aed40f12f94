"""Times in answers: ISO 8601 with an offset, in UTC unless the request names a zone.

`?time_zone=Asia/Shanghai` shows the very same instants as people on that site read them from a clock. The wanted zone
is kept for the length of the request, so that a model only says `Instant` and a route only carries `zoned`.
"""

from contextvars import ContextVar
from datetime import UTC, datetime, tzinfo
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from fastapi import Query
from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

from api.problems import Problem

#: Of dates and times in requests: near the ends of what a calendar can count, its arithmetic fails.
YEARS = range(1900, 3000)
_zone: ContextVar[tzinfo] = ContextVar("ioe_time_zone", default=UTC)


async def zoned(
    time_zone: Annotated[
        str | None,
        Query(description="Show times in this IANA zone instead of UTC.", examples=["Asia/Shanghai"], max_length=64),
    ] = None,
) -> None:
    """Show the times of this request's answer in a zone; a route carries it as a dependency."""
    _zone.set(UTC if time_zone is None else _known(time_zone))


def _known(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Problem(
            "invalid-request",
            f"There is no time zone {name!r}: use an IANA name such as Asia/Shanghai or Europe/London.",
        ) from None


def in_zone(time: datetime) -> datetime:
    """The same instant in the zone of this request."""
    return time.astimezone(_zone.get())


def shown(time: datetime) -> str:
    """An instant as an answer shows it."""
    text = in_zone(time).isoformat()
    return text[:-6] + "Z" if text.endswith("+00:00") else text


def parse(text: str) -> datetime:
    """An instant as a request gives it: ISO 8601 with an offset. Raises ValueError."""
    # A `+` that was not written as %2B arrives as a space, which stands nowhere else in such a time's offset.
    mended = f"{text[:-6]}+{text[-5:]}" if text[-6:-5] == " " else text
    try:
        time = datetime.fromisoformat(mended)
    except ValueError:
        time = None
    if time is None or time.tzinfo is None or len(text) < len("2026-11-23T08:00Z"):
        raise ValueError(
            f"{text!r} is not a time with offset: write 2026-11-23T08:00:00Z or 2026-11-23T16:00:00%2B08:00"
        )
    if time.year not in YEARS:
        raise ValueError(f"{text!r} is outside the years {YEARS[0]} to {YEARS[-1]}")
    return time.astimezone(UTC)


def _given(value: object) -> datetime:
    if not isinstance(value, str):
        raise ValueError("a time is a text with offset, as in 2026-11-23T08:00:00Z")  # noqa: TRY004 - pydantic's way
    return parse(value)


_SHAPE = {"type": "string", "format": "date-time"}

#: A time in a query.
InstantQuery = Annotated[datetime, BeforeValidator(parse), WithJsonSchema(_SHAPE)]

#: A time in a body, where JSON might have a number, which is no time.
InstantGiven = Annotated[
    datetime, BeforeValidator(_given), WithJsonSchema({**_SHAPE, "examples": ["2026-11-23T08:00:00Z"]})
]

#: A time in a model.
Instant = Annotated[
    datetime,
    PlainSerializer(shown, return_type=str),
    WithJsonSchema({**_SHAPE, "examples": ["2026-11-23T08:00:00.250Z"]}),
]
