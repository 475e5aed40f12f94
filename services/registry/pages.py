"""Lists a page at a time: where a page begins, and where the next one does.

A page begins after the public name that ended the one before (`kunshan/m-101`), so it costs the same wherever it
stands, and rows that come or go meanwhile shift nobody. A row of a list says its own place through `id`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar


class Named(Protocol):
    """A row that knows its public name."""

    @property
    def id(self) -> str:
        """The public name: `kunshan/m-101`."""


NamedRow = TypeVar("NamedRow", bound=Named)


class PagePlaceError(ValueError):
    """A page was asked for at a place that does not exist in this kind of list."""


@dataclass(frozen=True, slots=True)
class Page:
    """At most `count` rows after the row with public name `after` (None: from the beginning)."""

    count: int = 100
    after: str | None = None

    def __post_init__(self) -> None:
        if self.count < 1:
            raise PagePlaceError(f"a page has at least one row, not {self.count}")

    def place(self, depth: int) -> Sequence[str | None]:
        """The parts of `after`; the last part keeps further slashes. Raises PagePlaceError where parts are missing."""
        if self.after is None:
            return (None,) * depth
        parts = self.after.split("/", depth - 1)
        if len(parts) != depth:
            raise PagePlaceError(f"cannot continue after {self.after!r}: give the `next` of the page before")
        return parts


@dataclass(frozen=True, slots=True)
class Listing(Generic[NamedRow]):
    """The rows of one page, and after which one the next page begins (None: this is the last page)."""

    rows: Sequence[NamedRow]
    next: str | None


def listing(rows: Sequence[NamedRow], page: Page) -> Listing[NamedRow]:
    """Make a page of rows that were asked for with one row more than the page holds."""
    if len(rows) <= page.count:
        return Listing(rows, None)
    return Listing(rows[: page.count], rows[page.count - 1].id)
