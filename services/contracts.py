"""Contracts: who supplies a site with a carrier, on which terms; and the critical days called for one.

A critical day is called for a local date with a reason, before it or after it, and can be cancelled again. Calling one
that is called, and cancelling one that is not, changes nothing. What follows for bands and energy is settled by
services/tariff_changes.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import msgspec

from analytics.tariffs.model import Contract, Terms
from services import events
from services.database import Connection, rows, run
from services.statements import statements
from services.tariffs import stored_form

SQL = statements("tariffs")


@dataclass(frozen=True, slots=True)
class ContractRow:
    """A contract of a site, with its terms as they are stored."""

    site: str
    code: str
    name: str
    name_zh: str | None
    carrier: str
    currency: str
    is_default: bool
    retired_at: datetime | None
    terms: Any

    @property
    def id(self) -> str:
        """Public name: `kunshan/electricity`."""
        return f"{self.site}/{self.code}"

    @property
    def contract(self) -> Contract:
        """The contract as a value."""
        terms = tuple(msgspec.convert(each, Terms) for each in self.terms)
        return Contract(self.code, self.name, self.carrier, self.currency, terms, self.is_default, self.name_zh)


@dataclass(frozen=True, slots=True)
class CriticalDayRow:
    """A day called as critical: by whom, when and why."""

    day: date
    reason: str
    actor: str
    at: datetime


async def contracts(
    connection: Connection, site: str | None = None, code: str | None = None, *, retired: bool = False
) -> list[ContractRow]:
    """Contracts by site and code."""
    return await rows(connection, SQL["contracts"], ContractRow, site, code, retired)


async def put(connection: Connection, site: str, wanted: Sequence[Contract]) -> None:
    """Add or change contracts with all their terms, in the caller's transaction."""
    # Of two contracts of a carrier one is the default at any time, also while they swap.
    await run(connection, SQL["take_defaults"], site, [contract.code for contract in wanted])
    for contract in wanted:
        await run(
            connection,
            SQL["put_contract"],
            site,
            contract.code,
            contract.name,
            contract.name_zh,
            contract.carrier,
            contract.currency,
            contract.is_default,
        )
        await run(connection, SQL["remove_terms"], site, contract.code)
        await run(
            connection,
            SQL["put_terms"],
            site,
            contract.code,
            [terms.valid_from for terms in contract.terms],
            [terms.tariff for terms in contract.terms],
            [stored_form(terms) for terms in contract.terms],
        )


async def retire(connection: Connection, site: str, codes: Sequence[str]) -> None:
    """Retire contracts, in the caller's transaction."""
    await run(connection, SQL["retire_contracts"], site, list(codes))


async def critical_days(connection: Connection, site: str, code: str) -> list[CriticalDayRow]:
    """The days called for a contract."""
    return await rows(connection, SQL["critical_days"], CriticalDayRow, site, code)


async def call_critical_day(
    connection: Connection, site: str, code: str, day: date, reason: str, *, actor: str = "local"
) -> bool:
    """Call a day, in the caller's transaction; whether it was not called before."""
    called = await run(connection, SQL["call_critical_day"], site, code, day, reason, actor) > 0
    if called:
        payload = {"day": day.isoformat(), "reason": reason}
        await events.record(connection, "critical_day.called", f"{site}/{code}", payload)
    return called


async def cancel_critical_day(connection: Connection, site: str, code: str, day: date) -> bool:
    """Cancel a day, in the caller's transaction; whether it was called."""
    cancelled = await run(connection, SQL["cancel_critical_day"], site, code, day) > 0
    if cancelled:
        await events.record(connection, "critical_day.cancelled", f"{site}/{code}", {"day": day.isoformat()})
    return cancelled
