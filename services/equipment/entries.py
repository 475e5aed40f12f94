"""An entry of a machine's timeline, whatever it is about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal, get_args

Kind = Literal["operation", "alarm", "repair", "maintenance", "downtime", "part", "document", "note", "change"]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)


@dataclass(frozen=True, slots=True)
class EntryRow:
    """`event` says what happened, `reference` which alarm, order or file, `detail` has the figures of its kind."""

    id: int
    at: datetime
    ended_at: datetime | None
    kind: str
    event: str
    machine: str
    title: str
    title_zh: str
    text: str
    actor: str | None
    reference: str | None
    detail: Any
