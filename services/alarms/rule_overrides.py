"""What single machines have otherwise than a rule: stored with who said so and why, nothing ever overwritten.

The newest row of a rule and machine holds; a row without a document takes the override away. A rule's next version
keeps its overrides: where one no longer fits, as a limit of a level that is gone, binding says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from analytics.alarms.machine import AlarmKey
from analytics.alarms.overrides import Override
from services.database import Connection, rows, run
from services.statements import statements

SQL = statements("alarm_rules")


@dataclass(frozen=True, slots=True)
class OverrideRow:
    """An override as somebody made it; without a document it was taken away."""

    site: str
    code: str
    subject_kind: str
    subject: str
    document: Any
    actor: str
    reason: str
    at: datetime

    @property
    def key(self) -> AlarmKey:
        """The alarm that it is about."""
        return AlarmKey(self.site, self.code, self.subject_kind, self.subject)

    @property
    def override(self) -> Override:
        """What it says; nothing where it was taken away."""
        return Override() if self.document is None else msgspec.convert(self.document, Override)


async def listed(connection: Connection, site: str | None = None, code: str | None = None) -> list[OverrideRow]:
    """The overrides that hold: of all sites, of one, or of one rule."""
    return await rows(connection, SQL["overrides"], OverrideRow, site, code)


async def history(connection: Connection, site: str, code: str) -> list[OverrideRow]:
    """Every override of a rule there ever was, the newest first."""
    return await rows(connection, SQL["override_history"], OverrideRow, site, code)


async def held(connection: Connection, site: str | None = None) -> Mapping[AlarmKey, Override]:
    """The overrides that hold, by the alarm they are about."""
    return {row.key: row.override for row in await listed(connection, site)}


async def put(connection: Connection, key: AlarmKey, override: Override | None, actor: str, reason: str) -> bool:
    """Store an override, or take it away, in the caller's transaction; whether that is anything new."""
    await run(connection, SQL["queue_for_rules"])
    there = (await held(connection, key.site)).get(key)
    wanted = None if override is None or override.is_empty else override
    if there == wanted:
        return False
    document = None if wanted is None else msgspec.to_builtins(wanted, order="deterministic")
    await run(
        connection, SQL["put_override"], key.site, key.rule, key.subject_kind, key.subject, document, actor, reason
    )
    await run(connection, SQL["tell_rules_changed"])
    return True
