"""What people do about alarms: acknowledge, shelve, take out of service, reset, each with who and why.

An action locks its alarms in the order of their ids and takes one step of the lifecycle's table on each, in the
caller's transaction. One that the table refuses says what to do instead; of many, the others go through all the same,
because the list that a person acted upon is a second old.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from analytics.alarms.lifecycle import Event, Refused
from analytics.alarms.telling import take
from services.alarms.event_rows import Step
from services.alarms.recording import Touched, record
from services.alarms.rows import SERVICE, AlarmRow, FoundRow
from services.database import Connection, rows
from services.statements import statements

SQL = statements("alarms")
READS = statements("alarm_reads")

SHELVED_FOR: Final = timedelta(hours=1)
"""Unless a person says otherwise."""
SHELVED_AT_MOST: Final = timedelta(hours=8)
"""A shift: what was shelved by one is heard by the next."""


class AlarmRef(NamedTuple):
    """An alarm as people name it: kunshan/header-pressure-low/air-header; one of this service begins with `service`."""

    site: str
    rule: str
    subject: str

    @classmethod
    def of(cls, address: str) -> AlarmRef:
        """Read an address. Raises AlarmNotFoundError where it has not three parts."""
        parts = address.split("/")
        if len(parts) != 3:
            raise AlarmNotFoundError([address])
        return cls("" if parts[0] == SERVICE else parts[0], parts[1], parts[2])

    @property
    def address(self) -> str:
        """As people write it."""
        return f"{self.site or SERVICE}/{self.rule}/{self.subject}"


class AlarmNotFoundError(Exception):
    """There is no such alarm."""

    def __init__(self, addresses: Sequence[str]) -> None:
        super().__init__(
            f"There is no alarm {', '.join(addresses)}: an alarm is named site/rule/subject, as in kunshan/"
            "header-pressure-low/air-header; the list of alarms shows them (normal ones: include=normal, --all)."
        )


class ShelvingRefusedError(Exception):
    """It cannot be shelved until then; the message says for how long it can."""


@dataclass(frozen=True, slots=True)
class RetiredRow:
    """Since when the alarm is retired that a name led to; `number` counts the names from 1."""

    number: int
    retired_at: datetime


@dataclass(slots=True)
class Done:
    """What an action did: its steps, for each alarm that refused it why, and the names that no alarm has."""

    steps: list[Step] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)


async def acknowledge(
    connection: Connection, refs: Sequence[AlarmRef], actor: str, comment: str, now: datetime
) -> Done:
    """Somebody has seen them and takes care."""
    return await _act(connection, refs, "acknowledge", actor, comment, now)


async def shelve(
    connection: Connection,
    refs: Sequence[AlarmRef],
    actor: str,
    comment: str,
    now: datetime,
    *,
    until: datetime | None = None,
    one_shot: bool = False,
    at_most: timedelta = SHELVED_AT_MOST,
) -> Done:
    """Silence for a limited time; `one_shot`: also over as soon as the condition returns. Raises ShelvingRefusedError.

    Shelving one that is shelved gives it a new limit, counted from now.
    """
    limit = now + min(SHELVED_FOR, at_most) if until is None else until
    if limit <= now:
        raise ShelvingRefusedError("The time until which it is to be shelved is past: give a later one.")
    if limit > now + at_most:
        raise ShelvingRefusedError(
            f"An alarm is shelved for {_hours(at_most)} at most, and shelved again if need be. For longer work on the "
            "machine take the alarm out of service."
        )
    return await _act(connection, refs, "shelve", actor, comment, now, shelved_until=limit, one_shot=one_shot)


async def unshelve(connection: Connection, refs: Sequence[AlarmRef], actor: str, comment: str, now: datetime) -> Done:
    """Hear them again before their time."""
    return await _act(connection, refs, "unshelve", actor, comment, now)


async def remove_from_service(
    connection: Connection, refs: Sequence[AlarmRef], actor: str, comment: str, now: datetime
) -> Done:
    """Silence without a limit, for maintenance; somebody has to return them to service."""
    return await _act(connection, refs, "remove_from_service", actor, comment, now)


async def return_to_service(
    connection: Connection, refs: Sequence[AlarmRef], actor: str, comment: str, now: datetime
) -> Done:
    """Maintenance is over: what holds now is heard now."""
    return await _act(connection, refs, "return_to_service", actor, comment, now)


async def reset(connection: Connection, refs: Sequence[AlarmRef], actor: str, comment: str, now: datetime) -> Done:
    """Let go of latched ones whose condition is gone."""
    return await _act(connection, refs, "reset", actor, comment, now)


async def _act(
    connection: Connection,
    refs: Sequence[AlarmRef],
    event: Event,
    actor: str,
    comment: str,
    now: datetime,
    *,
    shelved_until: datetime | None = None,
    one_shot: bool = False,
) -> Done:
    found, absent = await _locked(connection, list(dict.fromkeys(refs)))
    done = Done(refused=await _retired(connection, absent))
    done.missing = [ref.address for ref in absent if ref.address not in done.refused]
    touched: list[Touched] = []
    for row in found:
        each = Touched.of(row)
        step = take(each.alarm, event, now, actor=actor, comment=comment)
        if isinstance(step, Refused):
            done.refused[row.address] = step.why
            continue
        if event == "shelve":
            each.alarm.shelved_until, each.alarm.is_one_shot = shelved_until, one_shot
        each.steps.append(step)
        touched.append(each)
    done.steps = await record(connection, touched)
    return done


async def _locked(connection: Connection, refs: Sequence[AlarmRef]) -> tuple[list[AlarmRow], list[AlarmRef]]:
    """The alarms that hold these names now, locked, and the names that none holds."""
    found = await rows(connection, SQL["lock_alarms_addressed"], FoundRow, *_columns(refs))
    known = {row.number for row in found}
    absent = [ref for number, ref in enumerate(refs, 1) if number not in known]
    return await rows(connection, SQL["alarms_by_id"], AlarmRow, [row.id for row in found]), absent


async def _retired(connection: Connection, refs: Sequence[AlarmRef]) -> dict[str, str]:
    """Why nothing is done about those that there were once."""
    if not refs:
        return {}
    found = await rows(connection, READS["retired_alarms_addressed"], RetiredRow, *_columns(refs))
    return {
        refs[row.number - 1].address: f"it is retired since {row.retired_at:%Y-%m-%dT%H:%M:%SZ}, because its rule is "
        "retired, switched off or no longer for this machine; there is nothing to act upon"
        for row in found
    }


def _columns(refs: Sequence[AlarmRef]) -> list[list[str]]:
    return [[ref[column] for ref in refs] for column in range(3)]


def _hours(span: timedelta) -> str:
    hours = span / timedelta(hours=1)
    return f"{hours:g} hour{'' if hours == 1 else 's'}"
