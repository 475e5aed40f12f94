"""A first look at the file: how dates are written, how long an interval is, how many rows there are.

A date such as 03-04-2018 says nothing; a whole file usually does, for no month has a 13. A format is possible when it
reads at least 99 of 100 rows (a few rows may be broken); when more than one is possible, or none, the scan refuses and
says what to name. It never picks the likelier one.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice, pairwise

from simulators.replay.recording import RecordingError, Row, Source
from simulators.replay.stamps import FORMATS, Unreadable, possible_formats, read_wall

_READS = 0.99
_SAMPLE_ROWS = 1000


@dataclass(frozen=True, slots=True)
class Scan:
    """What the file says about itself."""

    rows: int
    date_format: str
    needs_zone: bool


def scan(source: Source, date_format: str | None) -> Scan:
    """Look at each row's time. RecordingError when the format is not given and not certain."""
    rows = 0
    votes: Counter[str] = Counter()
    for _, text in source.stamps():
        rows += 1
        if date_format is None:
            votes.update(possible_formats(text))
    if not rows:
        raise RecordingError(f"{source.path} has no rows below its header")
    example = next(text for _, text in source.stamps())
    chosen = date_format or certain_format(votes, rows, example)
    walls = (read_wall(text, chosen) for _, text in source.stamps())
    first = next((wall for wall in walls if not isinstance(wall, Unreadable)), None)
    if first is None:
        raise RecordingError(f"no row's time can be read as {chosen}; the first is {example!r}")
    return Scan(rows, chosen, first.tzinfo is None)


def certain_format(votes: Mapping[str, int], rows: int, example: str) -> str:
    """The one format that reads (nearly) all rows; `votes` says how many rows each format reads."""
    possible = [name for name in FORMATS if votes.get(name, 0) >= _READS * rows]
    if len(possible) == 1:
        return possible[0]
    if possible:
        raise RecordingError(
            f"dates such as {example!r} can be read as {' or as '.join(possible)}: name the date format"
        )
    raise RecordingError(f"dates such as {example!r} are in no known format: name it as a strptime pattern")


def certain_interval(rows: Iterable[Row]) -> timedelta:
    """The step from row to row that most of the first rows have."""
    instants: list[datetime] = [row.start for row in islice(rows, _SAMPLE_ROWS)]
    steps = Counter(later - earlier for earlier, later in pairwise(instants))
    if not steps:
        raise RecordingError("one row does not show how long an interval is: name it")
    step, times = steps.most_common(1)[0]
    if times * 2 <= steps.total():
        raise RecordingError(f"rows follow each other at different steps ({step} is the commonest): name the interval")
    return step
