"""What instant a row's time means: the text, the order of day and month, the zone, the day that midnight belongs to.

    "01-01-2018 00:00"  --dmy-->  1 January 2018, 00:00 on the wall
                        --midnight = end-of-day-->  2 January, 00:00 on the wall     (the day that ends names the row)
                        --Asia/Seoul-->  2018-01-01T15:00:00Z

Once or twice a year a wall clock shows an hour twice, or leaves one out. A time that was never shown is refused. A
time that was shown twice is refused too, or, on request, told apart by the order of the rows: the first that fits
after the row before. Nothing is guessed: what cannot be read comes back as `Unreadable` with its reason.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple
from zoneinfo import ZoneInfo

# Seconds since 1970 from 1990 to 2100; a thousand times as much is milliseconds.
_UNIX_S = range(631_152_000, 4_102_444_800)
_SHAPE = re.compile(
    r"(\d{1,4})([-/.])(\d{1,2})\2(\d{1,4})"
    r"(?:[T ]\s*(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,6})\d*)?)?)?"
    r"\s*(Z|[+-]\d{2}:?\d{2})?"
)
# Where day, month and year stand among the three numbers of a date.
_ORDERS = {"dmy": (2, 1, 0), "mdy": (2, 0, 1), "ymd": (0, 1, 2)}
FORMATS = (*_ORDERS, "unix", "unix-ms")


class Unreadable(NamedTuple):
    """Why a text is no instant."""

    reason: str


class Midnight(StrEnum):
    """Which date the time 00:00 carries."""

    START_OF_DAY = "start-of-day"  # as everywhere: the day that begins
    END_OF_DAY = "end-of-day"  # the day that ends; some recorders close a day with its 00:00


class Ambiguous(StrEnum):
    """What to do with a wall time that was shown twice."""

    REPORT = "report"
    IN_ORDER = "in-order"


@dataclass(frozen=True, slots=True)
class StampRule:
    """How a file writes time."""

    date_format: str  # one of FORMATS, or a pattern of strptime
    zone: ZoneInfo | None
    midnight: Midnight = Midnight.START_OF_DAY
    ambiguous: Ambiguous = Ambiguous.REPORT

    def instant(self, text: str, after: datetime | None) -> datetime | Unreadable:
        """The UTC instant that the text means; `after` is the instant of the row before."""
        wall = read_wall(text, self.date_format)
        if isinstance(wall, Unreadable):
            return wall
        if self.midnight is Midnight.END_OF_DAY and not (wall.hour or wall.minute or wall.second or wall.microsecond):
            wall += timedelta(days=1)
        if wall.tzinfo is not None:
            return wall.astimezone(UTC)
        if self.zone is None:
            return Unreadable("a local time, and no zone is given")
        return _in_zone(wall, self.zone, self.ambiguous, after)


def read_wall(text: str, date_format: str) -> datetime | Unreadable:
    """The text as a time on the wall; with a zone of its own where the text has an offset."""
    text = text.strip()
    if date_format in {"unix", "unix-ms"}:
        return _read_unix(text, 1000 if date_format == "unix-ms" else 1)
    if "%" in date_format:
        try:
            return datetime.strptime(text, date_format)  # noqa: DTZ007  the zone comes after
        except ValueError:
            return Unreadable(f"{text!r} is not written as {date_format!r}")
    shape = _SHAPE.fullmatch(text)
    if shape is None:
        return Unreadable(f"{text!r} is no date and time")
    return _from_shape(shape, date_format)


def possible_formats(text: str) -> tuple[str, ...]:
    """The formats in which the text can be read."""
    return tuple(name for name in FORMATS if not isinstance(read_wall(text, name), Unreadable))


def _read_unix(text: str, a_second: int) -> datetime | Unreadable:
    if not (text.isascii() and text.isdigit()) or int(text) // a_second not in _UNIX_S:
        return Unreadable(f"{text!r} is no {'second' if a_second == 1 else 'millisecond'} between 1990 and 2100")
    return datetime.fromtimestamp(int(text) // a_second, UTC) + timedelta(seconds=int(text) % a_second / a_second)


def _from_shape(shape: re.Match[str], date_format: str) -> datetime | Unreadable:
    numbers = (shape[1], shape[3], shape[4])
    year, month, day = (numbers[place] for place in _ORDERS[date_format])
    if len(year) != 4 or len(month) > 2 or len(day) > 2:
        return Unreadable(f"{shape[0]!r} is not written as {date_format}, with a year of four digits")
    hour, minute, second = (int(shape[group] or 0) for group in (5, 6, 7))
    ends_day = (hour, minute, second) == (24, 0, 0)  # ISO 8601:1988 and many meters: 24:00 closes the day
    try:
        wall = datetime(int(year), int(month), int(day), 0 if ends_day else hour, minute, second)  # noqa: DTZ001  below
    except ValueError as error:
        return Unreadable(f"{shape[0]!r} read as {date_format}: {error}")
    wall += timedelta(days=ends_day, microseconds=int((shape[8] or "0").ljust(6, "0")))
    if shape[9] is None:
        return wall
    return wall.replace(tzinfo=datetime.strptime(shape[9], "%z").tzinfo)


def _in_zone(wall: datetime, zone: ZoneInfo, ambiguous: Ambiguous, after: datetime | None) -> datetime | Unreadable:
    first, second = (wall.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    before, behind = first.utcoffset(), second.utcoffset()
    assert before is not None
    assert behind is not None
    if before == behind:
        return first.astimezone(UTC)
    if before < behind:  # PEP 495: in the hour left out the first reading has the smaller offset
        return Unreadable(f"{wall:%Y-%m-%d %H:%M} was never shown in {zone.key}: the clock was put forward")
    if ambiguous is Ambiguous.REPORT:
        return Unreadable(f"{wall:%Y-%m-%d %H:%M} was shown twice in {zone.key}: the clock was put back")
    earlier, later = first.astimezone(UTC), second.astimezone(UTC)
    return earlier if after is None or earlier > after else later
