"""What can be heard at all: does any ingest worker receive, and which devices are lost.

    no worker receives -------------------> every value is stale, however young: a change of it would not be known
    device or gateway offline (last will) -> its values up to then are stale
    the silence of either is raised -------> the same

A value's age alone would call a reading of a minute ago fresh for two minutes more where one a minute is expected,
although its gateway said goodbye or nobody listens.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from services.database import Connection, rows
from services.statements import statements

SQL = statements("hearing")


@dataclass(frozen=True, slots=True)
class LostRow:
    """A device that is offline or silent, itself or with its gateway, and since when."""

    site: str
    device: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Hearing:
    """Whether anybody listens, and since when each lost device is, by `site/device`."""

    listening: bool
    lost: Mapping[str, datetime] = field(default_factory=dict)

    def is_cut(self, device: str, heard_at: datetime) -> bool:
        """Whether what a device said then is no longer known to hold."""
        since = self.lost.get(device)
        return not self.listening or (since is not None and heard_at <= since)


async def hearing(connection: Connection) -> Hearing:
    """What can be heard now."""
    listening: bool = await connection.fetchval(SQL["somebody_listens"].text)
    lost = await rows(connection, SQL["lost_devices"], LostRow)
    return Hearing(listening, {f"{row.site}/{row.device}": row.since for row in lost})
