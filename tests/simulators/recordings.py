"""Small recordings, written to a file and opened as a job."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from types import MappingProxyType

import msgspec

from simulators.replay.job import Job, prepare
from simulators.replay.options import Options

REGISTER = {"name": "kWh", "key": "import_energy_kwh", "as": "register"}
INTERVAL = {"name": "kWh", "key": "interval_energy_kwh", "as": "interval"}


def job(
    folder: Path,
    text: str,
    *columns: Mapping[str, str],
    first_day: date | None = None,
    limit: int | None = None,
    options: Mapping[str, object] = MappingProxyType({}),
    **more_options: str | float | None,
) -> Job:
    """The recording `text` as a job; stamped at the end, quarter hours, Korean time unless said otherwise."""
    path = folder / "recording.csv"
    path.write_text(text, "utf-8")
    usual = {"site": "s", "device": "d", "stamp": "end", "zone": "Asia/Seoul", "interval_s": 900}
    chosen = {**usual, "column": columns or (REGISTER,), **more_options, **options}
    return prepare(path, msgspec.convert(chosen, Options), first_day=first_day, limit=limit)
