"""Tariffs and holiday calendars as applied: every version stays, the one that was applied last holds.

A document is stored as JSON with bands by number; its digest is that of the JSON with sorted keys and sets, so the same
text, spaced or ordered otherwise, is the same version.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from analytics.tariffs.model import Holidays, Tariff
from services.database import Connection, rows, run
from services.statements import statements

SQL = statements("tariffs")


@dataclass(frozen=True, slots=True)
class VersionRow:
    """The newest version of a document."""

    code: str
    digest: str
    document: Any
    applied_at: datetime
    actor: str


@dataclass(frozen=True, slots=True)
class AppliedTariff:
    """A tariff as it holds now: which version, since when, by whom."""

    tariff: Tariff
    digest: str
    applied_at: datetime
    actor: str


def stored_form(thing: object) -> object:
    """A document, or terms, as JSON values in a fixed order."""
    return msgspec.to_builtins(thing, str_keys=True, order="deterministic")


def digest(thing: object) -> str:
    """Equal for equal documents."""
    return hashlib.sha256(msgspec.json.encode(stored_form(thing), order="deterministic")).hexdigest()[:16]


async def tariffs(connection: Connection, code: str | None = None) -> list[AppliedTariff]:
    """Every tariff as it holds now, by code; or one."""
    return [
        AppliedTariff(tariff_of(row.document), row.digest, row.applied_at, row.actor)
        for row in await rows(connection, SQL["tariffs"], VersionRow, code)
    ]


async def holiday_calendars(connection: Connection, code: str | None = None) -> Mapping[str, Holidays]:
    """Every holiday calendar as it holds now, by code; or one."""
    found = await rows(connection, SQL["holiday_calendars"], VersionRow, code)
    return {row.code: msgspec.convert(row.document, Holidays, str_keys=True) for row in found}


def tariff_of(document: object) -> Tariff:
    """A tariff from its stored form."""
    return msgspec.convert(document, Tariff, str_keys=True)


async def put_tariffs(connection: Connection, new: Sequence[Tariff], actor: str) -> None:
    """Apply tariffs in the caller's transaction."""
    for each in new:
        await run(connection, SQL["put_tariff"], each.code, digest(each), stored_form(each), actor)


async def put_holidays(connection: Connection, new: Sequence[Holidays], actor: str) -> None:
    """Apply holiday calendars in the caller's transaction."""
    for each in new:
        await run(connection, SQL["put_holidays"], each.code, digest(each), stored_form(each), actor)
