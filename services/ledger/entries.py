"""The ledger: every increment that was not plain, the open ones first.

An entry is *open* while energy is held out of the intervals and nobody has ruled about it. An entry whose register is
still to be judged again (somebody has just ruled, a late reading came) says so: `recomputing`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.database import Connection, rows
from services.ledger.registers import SQL


@dataclass(frozen=True, slots=True)
class EntryRow:
    """A ledger entry with the ruling that holds for its span; energies in millionths of `unit`."""

    id: int
    open: bool
    site: str
    code: str
    meter_name: str
    meter_name_zh: str | None
    flow: str
    unit: str
    origin: str
    kind: str
    start: datetime
    stop: datetime
    first_value: float | None
    last_value: float | None
    energy: int
    quarantined: int
    adjustment: int
    decided: datetime
    detail: str
    actor: str | None
    at: datetime
    verdict: str | None
    ruled_energy: int | None
    ruled_by: str | None
    ruled_at: datetime | None
    ruled_reason: str | None
    recomputing: bool

    @property
    def meter(self) -> str:
        """Public name of the meter."""
        return f"{self.site}/{self.code}"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page of the ledger ended."""

    open: bool
    start: datetime
    id: int

    def __str__(self) -> str:
        return f"{int(self.open)} {self.start.isoformat()} {self.id}"

    @classmethod
    def parse(cls, text: str) -> Place:
        """The inverse of str(). Raises ValueError."""
        is_open, start, number = text.split(" ")
        if is_open not in {"0", "1"} or not number.isdecimal() or len(number) > 18:
            raise ValueError(text)
        return cls(is_open == "1", datetime.fromisoformat(start), int(number))


async def entries(
    connection: Connection,
    count: int,
    after: Place | None = None,
    *,
    site: str | None = None,
    meter_id: int | None = None,
    flow: str | None = None,
    kinds: Sequence[str] | None = None,
    start: datetime | None = None,
    stop: datetime | None = None,
    only_open: bool = False,
) -> tuple[Sequence[EntryRow], Place | None]:
    """At most `count` entries after a place, open ones first, then the newest, and the place where the rest begins."""
    found = await rows(
        connection,
        SQL["ledger_page"],
        EntryRow,
        site,
        meter_id,
        flow,
        None if kinds is None else list(kinds),
        start,
        stop,
        only_open,
        None if after is None else after.open,
        None if after is None else after.start,
        None if after is None else after.id,
        count + 1,
    )
    if len(found) <= count:
        return found, None
    last = found[count - 1]
    return found[:count], Place(last.open, last.start, last.id)
