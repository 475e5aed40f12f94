"""What points showed before given instants: the newest reading, and what the readings of a window were.

Readings are those up to the instant and no later ones. A correction that was made since is not looked at: it does not
change what was seen then.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple, TypeVar

from services.database import Connection, rows
from services.statements import statements

SQL = statements("alarm_causes")


class Window(NamedTuple):
    """The seconds before an instant, of a point."""

    point_id: int
    at: datetime
    over_s: float


@dataclass(frozen=True, slots=True)
class WindowRow:
    """What the readings of a point were over a window; `number` counts the windows asked for from 1."""

    number: int
    average: float
    least: float
    most: float
    first: float
    last: float
    slope: float | None
    """For each minute; None of a single reading."""
    steps: int
    silence: float


@dataclass(frozen=True, slots=True)
class FigureRow:
    """The newest reading of a point; `number` counts the points asked for from 1."""

    number: int
    value: float


_Read = TypeVar("_Read", FigureRow, WindowRow)


async def figures(connection: Connection, keys: Sequence[Window]) -> Mapping[Window, float]:
    """The newest reading in each window; windows without one are left out."""
    return {key: row.value for key, row in (await _read(connection, "figures_before", FigureRow, keys)).items()}


async def windows(connection: Connection, keys: Sequence[Window]) -> Mapping[Window, WindowRow]:
    """What the readings of each window were; windows without any are left out."""
    return await _read(connection, "windows_before", WindowRow, keys)


async def _read(
    connection: Connection, statement: str, row: type[_Read], keys: Sequence[Window]
) -> Mapping[Window, _Read]:
    if not keys:
        return {}
    since = min(key.at - timedelta(seconds=key.over_s) for key in keys)
    until = max(key.at for key in keys)
    columns = [list(column) for column in zip(*keys, strict=True)]
    found = await rows(connection, SQL[statement], row, *columns, since, until)
    return {keys[each.number - 1]: each for each in found}
