"""Lists a page at a time: `?limit=100`, then `?limit=100&cursor=...` with the `next` of the answer before.

A cursor is opaque: it holds the place where the page ended, and a mark of the list and the filters it came from, so
that a cursor carried over to another question is refused instead of silently skipping rows. It is not a secret and
holds no promise beyond the next page. The same address is in the `Link` header for clients that follow it.
"""

import base64
import binascii
import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Generic, TypeVar

import msgspec
from fastapi import Depends, Query, Request, Response
from pydantic import BaseModel, Field

from api.instants import parse
from api.problems import Problem

Item = TypeVar("Item")
Row = TypeVar("Row")

MAXIMUM = 1000
_NOT_FILTERS = frozenset({"cursor", "limit", "time_zone"})


class PageOf(BaseModel, Generic[Item]):
    """One page of a list."""

    items: list[Item]
    next: Annotated[
        str | None, Field(description="Give it as `cursor` to get the next page; null: this is the last one.")
    ]


@dataclass(frozen=True, slots=True)
class Wanted:
    """The page a request asks for: at most `limit` items after `after`, a place only the list itself understands."""

    limit: int
    after: str | None
    mark: str
    address: str

    def instant(self) -> datetime:
        """The place as an instant, for lists by time."""
        try:
            return parse(self.after or "")
        except ValueError:
            raise not_ours() from None

    def number(self) -> int | None:
        """The place as a number, for lists by number; None: from the beginning."""
        if self.after is None:
            return None
        try:
            return counted(self.after, below=10**18)
        except ValueError:
            raise not_ours() from None

    def cursor(self, following: str | None) -> str | None:
        """The cursor for the place where the next page begins; None: there is none."""
        return None if following is None else encode(self.mark, following)

    def headers(self, cursor: str | None) -> dict[str, str]:
        """The `Link` header that leads to the next page."""
        return {} if cursor is None else {"Link": f'<{self.address.replace("CURSOR", cursor)}>; rel="next"'}

    def part(self, whole: Iterable[Row], place: Callable[[Row], str]) -> tuple[list[Row], str | None]:
        """What this page holds of a list that is there as a whole, in the order of its places, and where it ends."""
        rest = sorted((row for row in whole if self.after is None or place(row) > self.after), key=place)
        shown = rest[: self.limit]
        return shown, place(shown[-1]) if len(rest) > len(shown) else None

    def page(self, response: Response, items: Iterable[Item], following: str | None) -> PageOf[Item]:
        """The page as an answer; `following` is the place where the next one begins."""
        cursor = self.cursor(following)
        response.headers.update(self.headers(cursor))
        return PageOf(items=list(items), next=cursor)


async def _wanted(
    request: Request,
    cursor: Annotated[str | None, Query(description="The `next` of the page before.", max_length=1000)] = None,
    limit: Annotated[int, Query(ge=1, le=MAXIMUM, description="Items a page at most.")] = 100,
) -> Wanted:
    return wanted_page(request, cursor, limit)


def wanted_page(request: Request, cursor: str | None, limit: int) -> Wanted:
    """The page that a request asks for. Raises Problem for a cursor of another list or other filters."""
    filters = sorted(pair for pair in request.query_params.multi_items() if pair[0] not in _NOT_FILTERS)
    mark = hashlib.blake2b(repr((request.url.path, filters)).encode(), digest_size=6).hexdigest()
    after = None if cursor is None else decode(mark, cursor)
    return Wanted(limit, after, mark, str(request.url.include_query_params(cursor="CURSOR")))


PageWanted = Annotated[Wanted, Depends(_wanted)]


def encode(mark: str, place: str) -> str:
    """A cursor for a place in the list that has this mark."""
    return base64.urlsafe_b64encode(msgspec.json.encode([mark, place])).decode().rstrip("=")


def decode(mark: str, cursor: str) -> str:
    """The place in a cursor. Raises Problem where it is not one of this list."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        of, place = msgspec.json.decode(base64.urlsafe_b64decode(padded.encode("ascii")), type=tuple[str, str])
    except (binascii.Error, ValueError, msgspec.MsgspecError):
        raise not_ours() from None
    if of != mark:
        raise Problem(
            "invalid-cursor",
            "The cursor comes from another list or other filters: keep all parameters but `cursor` and `limit`.",
        )
    return place


def counted(text: str, *, below: int) -> int:
    """A number in a place. Raises ValueError where it is none that could be there."""
    if not (text.isascii() and text.isdecimal()) or len(text) > 19 or int(text) >= below:
        raise ValueError(f"{text[:20]!r} is not a number below {below}")
    return int(text)


def not_ours() -> Problem:
    """What is answered to a cursor whose place cannot be one of this list."""
    return Problem("invalid-cursor", "The cursor is not one of ours: give the `next` of a page unchanged.")
