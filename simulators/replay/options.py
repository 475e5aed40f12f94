"""How to play a file: the options of `ioe replay`, or a profile file that holds them for a known kind of file.

A profile is TOML with the same names (deploy/replays/steel.toml is one). An option on the command line takes the
place of the profile's. An unknown key is an error that names it.
"""

import re
import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Literal

import msgspec

from simulators.replay.recording import Column, Kind, RecordingError
from simulators.replay.stamps import Ambiguous, Midnight

_CODE = re.compile(r"[a-z0-9][a-z0-9_-]*")


class ColumnOption(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One `[[column]]` of a profile."""

    name: str
    key: str
    kind: Kind = msgspec.field(name="as")
    scale: Decimal = Decimal(1)
    start: Decimal = Decimal(0)


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything that decides what is published; None where it has to be given or found out."""

    site: str | None = None
    device: str | None = None
    column: tuple[ColumnOption, ...] = ()
    stamp: Literal["start", "end"] | None = None
    zone: str | None = None
    time_column: str | None = None
    date_format: str | None = None
    midnight: Midnight = Midnight.START_OF_DAY
    ambiguous: Ambiguous = Ambiguous.REPORT
    interval_s: float | None = None
    delimiter: str = ","
    decimal_mark: Literal[".", ","] = "."
    encoding: str = "utf-8"

    def columns(self) -> list[Column]:
        """The columns to play, checked; RecordingError says what is missing or wrong."""
        if not self.column:
            raise RecordingError("no column is named: say --column 'NAME IN THE FILE=point_key'")
        keys = [column.key for column in self.column]
        for key in keys:
            if not _CODE.fullmatch(key):
                raise RecordingError(f"point key {key!r}: lower-case letters, digits, _ and -, ending in the unit")
            if keys.count(key) > 1:
                raise RecordingError(f"two columns become the point {key!r}: give each a key of its own")
        return [Column(c.name, c.key, c.kind, c.scale, c.start) for c in self.column]

    def address(self) -> tuple[str, str]:
        """The codes of site and device."""
        if self.site is None or self.device is None:
            raise RecordingError("name the site and the device: --site CODE --device CODE")
        for code in (self.site, self.device):
            if not _CODE.fullmatch(code):
                raise RecordingError(f"code {code!r}: lower-case letters, digits, _ and - only")
        return self.site, self.device


def read_profile(path: Path) -> Options:
    """The options in a profile file."""
    try:
        return msgspec.convert(tomllib.loads(path.read_text("utf-8")), Options)
    except (OSError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise RecordingError(f"profile {path}: {error}") from error


def read_column(text: str, kind: str | None) -> ColumnOption:
    """A column of the command line, NAME=KEY or NAME=KEY:KIND."""
    name, _, target = text.rpartition("=")
    key, _, own_kind = target.partition(":")
    chosen = own_kind or kind
    if not name or not key:
        raise RecordingError(f"column {text!r}: write NAME IN THE FILE=point_key")
    if chosen not in set(Kind):
        kinds = ", ".join(Kind)
        raise RecordingError(f"column {text!r}: say what it becomes with --as or {name}={key}:KIND, one of {kinds}")
    return ColumnOption(name, key, Kind(chosen))
