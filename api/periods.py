"""A period in a query, `from` and `to`: half-open, in the past, on quarter hours where energy is asked for."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import Query

from api.instants import InstantQuery
from api.problems import Problem

From = Annotated[InstantQuery, Query(alias="from", description="Where the period begins, itself included.")]
To = Annotated[InstantQuery, Query(alias="to", description="Where it ends, itself left out.")]
FromOrLately = Annotated[
    InstantQuery | None, Query(alias="from", description="Where the period begins; without it a week before its end.")
]
ToOrNow = Annotated[InstantQuery | None, Query(alias="to", description="Where it ends; without it now.")]

QUARTER = timedelta(minutes=15)
WEEK = timedelta(days=7)
LONGEST = timedelta(days=3653)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def checked(start: datetime, stop: datetime, longest: timedelta) -> tuple[datetime, datetime]:
    """The period. Raises Problem where it is empty or longer than may be asked for."""
    if stop <= start:
        raise Problem("invalid-request", "The period is empty: `from` comes before `to`.")
    if stop - start > longest:
        raise Problem("invalid-request", f"The period is longer than {longest.days} days: ask for it in parts.")
    return start, stop


def ordered(start: datetime, stop: datetime, longest: timedelta = LONGEST) -> tuple[datetime, datetime]:
    """The period moved outwards to quarter hours. Raises Problem where it is empty or longer than may be asked for."""
    checked(start, stop, longest)
    return start - (start - _EPOCH) % QUARTER, stop + (_EPOCH - stop) % QUARTER


def lately(start: datetime | None, stop: datetime | None, now: datetime) -> tuple[datetime, datetime]:
    """A period of the last week unless another one is asked for."""
    end = stop or now - (now - _EPOCH) % QUARTER
    return ordered(start or end - WEEK, end, timedelta(days=92))
