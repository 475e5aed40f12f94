"""Fields that only rule files have: tables in one line, yes or no, hours of the week.

As everywhere in a folder, a faulty field is noted with its line and read as something harmless.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from analytics.alarms.rule import Hours
from services.site_folder.mistakes import Mistakes, mend
from services.site_folder.record import Record

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY_MINUTES = 1440
_LARGEST, _DEEPEST = 10**300, 12
#: Characters of a document. The longest rule that is shipped has 3,000.
LONGEST_DOCUMENT = 20_000
_HOURS = re.compile(r"(?:([a-z,-]+)\s+)?(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})")


def document_record(document: Mapping[str, Any], name: str, mistakes: Mistakes) -> Record:
    """A document that did not come from a file as a record; every line is 1. One that is too long is a mistake."""
    bounded: Mapping[str, Any] = _bounded(document)
    if (length := len(json.dumps(bounded, ensure_ascii=False))) > LONGEST_DOCUMENT:
        mistakes.add(
            name, 1, f"a rule has at most {LONGEST_DOCUMENT:,} characters, and this one {length:,}: shorten it"
        )

    def tables(table: Mapping[str, Any]) -> dict[str, Sequence[Record]]:
        return {
            key: [Record(name, 1, item, {}, mistakes, tables(item)) for item in value]
            for key, value in table.items()
            if isinstance(value, list) and value and all(isinstance(item, dict) for item in value)
        }

    return Record(name, 1, bounded, {}, mistakes, tables(bounded))


def _bounded(value: Any, depth: int = 0) -> Any:  # noqa: ANN401 - a document is of any shape
    """Without depths that no rule has; whole numbers that no figure can hold are infinite, which reading refuses."""
    if isinstance(value, Mapping | list) and depth > _DEEPEST:
        return "..."
    if isinstance(value, Mapping):
        return {str(name): _bounded(each, depth + 1) for name, each in value.items()}
    if isinstance(value, list):
        return [_bounded(each, depth + 1) for each in value]
    too_large = isinstance(value, int) and abs(value) >= _LARGEST
    return math.inf if too_large else value


def table(record: Record, name: str, shape: str) -> Record | None:
    """A table as the value of a field, `for = { kind = "chiller" }`; `shape` is an example for who wrote another."""
    value = record.values.get(name)
    if value is None:
        return None
    if not isinstance(value, dict):
        record.wrong(name, f"{name!r} must be a table, as in {shape}")
        return None
    # What is wrong inside is on the line of the field.
    return Record(record.file, record.lines.get(name, record.line), value, {}, record.mistakes)


def tables(record: Record, name: str, shape: str) -> Sequence[Record]:
    """A list of tables; empty where the field is missing."""
    value = record.values.get(name)
    if value and name not in record.tables:
        record.wrong(name, f"{name!r} must be a list of tables, as in {shape}")
        return ()
    return record.tables.get(name, ())


def flag(record: Record, name: str, *, usual: bool = False) -> bool:
    """Yes or no."""
    value = record.values.get(name, usual)
    if not isinstance(value, bool):
        record.wrong(name, f"{name!r} must be true or false, not {value!r}")
        return usual
    return value


def words(record: Record, name: str, known: Collection[str] | None = None) -> tuple[str, ...]:
    """A text or a list of texts, each of them known; empty where the field is missing."""
    value = record.values.get(name, [])
    given = [value] if isinstance(value, str) else value
    if not isinstance(given, list) or not all(isinstance(each, str) and each for each in given):
        record.wrong(name, f"{name!r} must be a list of texts")
        return ()
    for each in given:
        record.require_plain(name, each)
        if known is not None and each not in known:
            record.wrong(name, f"{each!r} in {name} is not known{mend(each, known)}")
    return tuple(given)


def hours(record: Record, name: str) -> tuple[Hours, ...]:
    """Hours of the week, `mon-fri 08:00-18:00`; over midnight: the end of a day and the beginning of the next."""
    found: list[Hours] = []
    for text in words(record, name):
        match = _HOURS.fullmatch(text.strip().lower())
        days = None if match is None else _days(match[1] or "daily")
        start, stop = (None, None) if match is None else (_minute(match[2], match[3]), _minute(match[4], match[5]))
        if not days or start is None or stop is None or start in (stop, DAY_MINUTES):
            record.wrong(name, f"{text!r} must be days and hours, as in 'mon-fri 08:00-18:00' or 'daily 22:00-06:00'")
        elif start < stop:
            found.append(Hours(days, start, stop))
        else:
            found.append(Hours(days, start, DAY_MINUTES))
            if stop:
                found.append(Hours(frozenset(day % 7 + 1 for day in days), 0, stop))
    return tuple(found)


def written_hours(given: Collection[Hours]) -> list[str]:
    """Hours as a file has them."""
    return [f"{_written_days(each.weekdays)} {_clock(each.start_minute)}-{_clock(each.stop_minute)}" for each in given]


def _days(text: str) -> frozenset[int] | None:
    if text == "daily":
        return frozenset(range(1, 8))
    found: set[int] = set()
    for part in text.split(","):
        first, _, last = part.partition("-")
        if first not in DAYS or (last or first) not in DAYS:
            return None
        found.update(_between(DAYS.index(first), DAYS.index(last or first)))
    return frozenset(found)


def _between(first: int, last: int) -> Iterator[int]:
    for step in range((last - first) % 7 + 1):
        yield (first + step) % 7 + 1


def _written_days(days: frozenset[int]) -> str:
    if len(days) == 7:
        return "daily"
    ordered = sorted(days)
    if len(ordered) > 2 and ordered == list(range(ordered[0], ordered[-1] + 1)):
        return f"{DAYS[ordered[0] - 1]}-{DAYS[ordered[-1] - 1]}"
    return ",".join(DAYS[day - 1] for day in ordered)


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def _minute(hour: str, minute: str) -> int | None:
    total = int(hour) * 60 + int(minute)
    return total if int(minute) < 60 and total <= DAY_MINUTES else None
