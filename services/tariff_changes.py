"""From a changed tariff to changed energy: what is applied is one transaction, what follows from it is settled after.

    plan    what a folder says --compare--> what differs from what holds
    apply   one transaction: documents, contracts, terms, registers' calendars; the calendars concerned are marked stale
    settle  each stale calendar: pieces by month, energy that has to be cut anew, roll-ups; then the mark goes

Settling can break off at any point and be taken up again by whoever comes next: a calendar stays marked until all of it
is done. Energy by quarter hour has no band and is only judged again where a new band edge cuts a quarter hour.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from typing import Literal

from analytics.tariffs.clock import EPOCH
from analytics.tariffs.model import Contract, Tariff
from services import calendars, contracts, events, retariff, tariffs
from services.database import Connection, rows, run
from services.metering import recompute
from services.statements import statements
from services.tariff_folder.read import Documents

SQL = statements("tariffs")
_QUARTER = timedelta(minutes=15)

#: Told what is done, and how many parts of how many.
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between what is wanted and what holds."""

    action: Literal["added", "changed", "retired"]
    kind: Literal["tariff", "holidays", "contract"]
    subject: str
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.action:8} {self.kind} {self.subject}{f': {self.detail}' if self.detail else ''}"


@dataclass(frozen=True, slots=True)
class StaleRow:
    """A calendar that is to be worked out anew from a local day on, and when that was said."""

    id: int
    since: date
    at: datetime


@dataclass(frozen=True, slots=True)
class CalendarRow:
    """A calendar, and the local day from which its bands may be others."""

    calendar_id: int
    since: date


@dataclass(frozen=True, slots=True)
class Settled:
    """What settling came to: local days with other bands, roll-up rows written, registers to be judged again."""

    days: frozenset[date] = frozenset()
    rows: int = 0
    registers: int = 0


async def plan(connection: Connection, site: str, wanted: Documents) -> list[Change]:
    """What differs from what holds."""
    changes: list[Change] = []
    held = {row.tariff.code: row.tariff for row in await tariffs.tariffs(connection)}
    for code, tariff in wanted.tariffs.items():
        if code not in held:
            changes.append(Change("added", "tariff", code, tariff.name))
        elif held[code] != tariff:
            changes.append(Change("changed", "tariff", code, _differing(held[code], tariff)))
    calendars_held = await tariffs.holiday_calendars(connection)
    for code, holidays in wanted.holidays.items():
        if code not in calendars_held:
            changes.append(Change("added", "holidays", code, ", ".join(map(str, sorted(holidays.years)))))
        elif calendars_held[code] != holidays:
            changes.append(Change("changed", "holidays", code))
    if wanted.contracts is not None:
        changes += await _contract_changes(connection, site, wanted.contracts)
    return changes


async def _contract_changes(connection: Connection, site: str, wanted: Sequence[Contract]) -> list[Change]:
    found = await contracts.contracts(connection, site, retired=True)
    held = {row.code: row for row in found}
    changes: list[Change] = []
    for contract in wanted:
        old = held.get(contract.code)
        terms = "; ".join(f"{each.tariff} from {each.valid_from}" for each in contract.terms)
        if old is None or old.retired_at is not None:
            changes.append(Change("added", "contract", f"{site}/{contract.code}", terms))
        elif old.contract != contract:
            changes.append(Change("changed", "contract", f"{site}/{contract.code}", _differing(old.contract, contract)))
    kept = {contract.code for contract in wanted}
    gone = [row for row in found if row.retired_at is None and row.code not in kept]
    return [*changes, *(Change("retired", "contract", row.id) for row in gone)]


def _differing(old: Tariff | Contract, new: Tariff | Contract) -> str:
    names = [field.name for field in fields(old) if getattr(old, field.name) != getattr(new, field.name)]
    return ", ".join(names)


async def apply(connection: Connection, site: str, wanted: Documents, *, actor: str = "local") -> list[Change]:
    """Make what holds what is wanted, in one transaction; gives what differed. `settle` carries it to the energy."""
    async with connection.transaction():
        await run(connection, SQL["revision_of_prices"])
        changes = await plan(connection, site, wanted)
        named = {(change.kind, change.subject) for change in changes if change.action != "retired"}
        new_tariffs = [each for code, each in wanted.tariffs.items() if ("tariff", code) in named]
        new_holidays = [each for code, each in wanted.holidays.items() if ("holidays", code) in named]
        await tariffs.put_tariffs(connection, new_tariffs, actor)
        await tariffs.put_holidays(connection, new_holidays, actor)
        put = [each for each in wanted.contracts or () if ("contract", f"{site}/{each.code}") in named]
        gone = [change.subject.partition("/")[2] for change in changes if change.action == "retired"]
        await contracts.retire(connection, site, gone)
        await contracts.put(connection, site, put)
        await calendars.assign(connection, site)
        touched = await rows(
            connection,
            SQL["calendars_of_tariffs"],
            CalendarRow,
            [each.code for each in new_tariffs],
            [each.code for each in new_holidays],
        )
        touched += await rows(connection, SQL["calendars_of_contracts"], CalendarRow, site, [each.code for each in put])
        for row in touched:
            await calendars.mark_stale(connection, {row.calendar_id}, row.since)
        if changes:
            payload = {"changes": [str(change) for change in changes]}
            await events.record(connection, "tariff.changed", site, payload)
    return changes


async def call_critical_day(connection: Connection, site: str, code: str, day: date, reason: str) -> bool:
    """Call a day as critical and settle what follows; whether it was not called before."""
    async with connection.transaction():
        called = await contracts.call_critical_day(connection, site, code, day, reason)
        if called:
            await _mark(connection, site, code, day)
    await settle(connection)
    return called


async def cancel_critical_day(connection: Connection, site: str, code: str, day: date) -> bool:
    """Cancel a critical day and settle what follows; whether it was called."""
    async with connection.transaction():
        cancelled = await contracts.cancel_critical_day(connection, site, code, day)
        if cancelled:
            await _mark(connection, site, code, day)
    await settle(connection)
    return cancelled


async def _mark(connection: Connection, site: str, code: str, day: date) -> None:
    calendar = await calendars.of_contract(connection, site, code)
    await calendars.mark_stale(connection, {calendar.id}, day)


async def settle(connection: Connection, progress: Progress = lambda _what, _done, _of: None) -> Settled:
    """Work out every calendar that is marked: its pieces, what has to be judged again, its roll-ups."""
    days: set[date] = set()
    cut: set[int] = set()
    written = 0
    stale = await rows(connection, SQL["stale_calendars"], StaleRow)
    for number, calendar in enumerate(stale):
        progress("calendars", number, len(stale))
        followers = await calendars.registers(connection, calendar.id)
        if calendar.since == calendars.EVER and await calendars.has_cuts(connection, calendar.id):
            # Registers may have come from a calendar that cuts quarter hours elsewhere.
            async with connection.transaction():
                await recompute.request(connection, followers, None, "quarter hours are cut by a calendar of the site")
            cut.update(followers)

        async def recut(cuts_us: Sequence[int], followers: Sequence[int] = followers) -> None:
            first, last = (EPOCH + timedelta(microseconds=cut_us) for cut_us in (cuts_us[0], cuts_us[-1]))
            why = "a band edge cuts a quarter hour"
            await recompute.request(connection, followers, first - _QUARTER, why, until=last + _QUARTER)
            cut.update(followers)

        days |= (await calendars.rewrite(connection, calendar.id, calendar.since, recut)).days
        progress("calendars", number + 1, len(stale))
        written += await retariff.run(
            connection, [calendar.id], calendar.since, lambda done, total: progress("roll-ups", done, total)
        )
        await run(connection, SQL["clear_stale"], calendar.id, calendar.at)
    return Settled(frozenset(days), written, len(cut))
