"""From a file and options to something that can be played: looked at once, every open question answered or refused."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from simulators.replay.options import Options
from simulators.replay.recording import BadCell, BadRow, Recording, RecordingError, Row, Source
from simulators.replay.scan import Scan, certain_interval, scan
from simulators.replay.stamps import Midnight, StampRule


@dataclass(frozen=True, slots=True)
class Job:
    """A recording that can be played."""

    site: str
    device: str
    recording: Recording
    rows: int
    zone: tzinfo | None  # in which times are written; None: UTC

    @property
    def topic(self) -> str:
        """Where the telemetry goes."""
        return f"ioe/v1/{self.site}/{self.device}/telemetry"

    @property
    def status_topic(self) -> str:
        """Where the device says whether it is there."""
        return f"ioe/v1/{self.site}/{self.device}/status"

    def items(self) -> Iterator[Row | BadRow | BadCell]:
        """Rows, bad rows and bad cells, at most `rows` rows."""
        seen = 0
        for item in self.recording.items():
            seen += not isinstance(item, BadCell)
            if seen > self.rows:
                return
            yield item


def prepare(path: Path, options: Options, *, first_day: date | None = None, limit: int | None = None) -> Job:
    """Look at the file and settle how it is read; RecordingError says what is missing."""
    site, device = options.address()
    columns = options.columns()
    if options.stamp is None:
        raise RecordingError("say whether a row's time is the start or the end of its interval: --stamp start|end")
    if options.stamp == "start" and options.midnight is Midnight.END_OF_DAY:
        raise RecordingError("midnight = end-of-day belongs to rows stamped at their end: nothing starts at 24:00")
    source = Source(path, options.time_column, options.delimiter, options.decimal_mark, options.encoding)
    zone = _zone(options.zone)
    found = scan(source, options.date_format)
    for column in columns:
        source.place(column.name)
    interval = timedelta(seconds=options.interval_s or 0)
    recording = Recording(source, _rule(found, zone, options), columns, interval, options.stamp == "end")
    if not interval:
        recording = replace(recording, interval=certain_interval(recording.good_rows()))
    if first_day is not None:
        recording = replace(recording, shift=_shift(recording, first_day, zone))
    return Job(site, device, recording, found.rows if limit is None else min(limit, found.rows), zone)


def _zone(name: str | None) -> ZoneInfo | None:
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise RecordingError(f"there is no time zone {name!r}: write it as Asia/Shanghai") from error


def _rule(found: Scan, zone: ZoneInfo | None, options: Options) -> StampRule:
    if found.needs_zone and zone is None:
        raise RecordingError("the file has local times: name their time zone, such as --zone Asia/Shanghai")
    return StampRule(found.date_format, zone, options.midnight, options.ambiguous)


def _shift(recording: Recording, first_day: date, zone: tzinfo | None) -> timedelta:
    """By how many whole days the first row's day is moved."""
    first = next(recording.good_rows(), None)
    if first is None:
        raise RecordingError("no row can be played, so none can be moved to another day")
    return first_day - first.start.astimezone(zone).date()
