"""One table of a TOML file or one row of a CSV file, read field by field.

Each reading method gives a value of the right type in any case. Where the field is missing or wrong it notes the
mistake and gives a harmless stand-in, so that reading goes on and finds the next mistake; what was read is used only
when there was none.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from services.site_folder.mistakes import Mistakes, mend

_CODE = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
_NOT_PLAIN = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
_NOT_CODE = re.compile(r"[^a-z0-9_-]+")
#: A cell of points.csv that takes away what the template gives.
NONE = "none"


def is_code(text: str) -> bool:
    """Whether a text may be a code."""
    return _CODE.fullmatch(text) is not None


@dataclass(frozen=True, slots=True)
class Record:
    """Named values, where each of them stands, and where mistakes are noted. CSV values are all text."""

    file: str
    line: int
    values: Mapping[str, Any]
    lines: Mapping[str, int]
    mistakes: Mistakes
    tables: Mapping[str, Sequence[Record]] = field(default_factory=dict)

    @property
    def in_csv(self) -> bool:
        """Whether every value is the text of a cell."""
        return self.file.endswith(".csv")

    def wrong(self, name: str, text: str) -> None:
        """Note a mistake in a field (or, where the field is missing, in the record)."""
        self.mistakes.add(self.file, self.lines.get(name, self.line), text)

    def only(self, known: Collection[str]) -> None:
        """Note every field that does not belong here."""
        for name in self.values:
            if name not in known:
                self.wrong(name, f"{name!r} is not known here{mend(name, known)}")

    def under(self, name: str) -> Sequence[Record]:
        """The records of an array of tables, `[[name]]`."""
        if name in self.values and name not in self.tables and self.values[name] != []:
            self.wrong(name, f"{name!r} must be written as [[{name}]], once for each")
        return self.tables.get(name, ())

    def text(self, name: str, *, needed: bool = True) -> str:
        """A text; missing: noted where it is needed, and empty."""
        value = self.values.get(name)
        if value is None or value == "":
            if needed:
                self.wrong(name, f"{name!r} is missing")
            return ""
        if not isinstance(value, str):
            self.wrong(name, f"{name!r} must be a text in quotes, not {value}")
            return ""
        self.require_plain(name, value)
        return value.strip()

    def require_plain(self, name: str, value: str) -> None:
        """Note a text with a line break, another character of control, or half of a surrogate pair."""
        if _NOT_PLAIN.search(value):
            self.wrong(name, f"{name!r} must be one line of plain text")

    def optional_text(self, name: str) -> str | None:
        """A text, or None where it is missing."""
        return self.text(name, needed=False) or None

    def code(self, name: str) -> str:
        """A code: lower-case ASCII letters, digits, `_` and `-`."""
        value = self.text(name)
        if value:
            self._check_code(name, value)
        return value

    def reference(self, name: str) -> str | None:
        """The code or path of something else, or None; whether that exists is seen later."""
        return self.optional_text(name)

    def codes(self, name: str) -> tuple[str, ...]:
        """Codes or paths: a text or a list of texts in TOML, separated by spaces in CSV; sorted."""
        value = self.values.get(name, "")
        given = value.split() if isinstance(value, str) else value
        if not isinstance(given, list) or not all(isinstance(item, str) for item in given):
            self.wrong(name, f"{name!r} must be a text or a list of texts")
            return ()
        for item in given:
            for part in item.split("/"):
                self._check_code(name, part)
        return tuple(sorted(set(given)))

    def choice(self, name: str, choices: Collection[str]) -> str:
        """One of a few words."""
        value = self.text(name)
        if value and value not in choices:
            self.wrong(name, f"{name} {value!r} is not known{mend(value, choices)}")
        return value

    def number(
        self, name: str, *, least: float = -math.inf, most: float = math.inf, above: float = -math.inf
    ) -> float | None:
        """A finite number within limits, or None where it is missing."""
        value = self.values.get(name)
        if value is None:
            return None
        if isinstance(value, str) and self.in_csv:
            value = self._parsed(name, value)
        elif isinstance(value, bool) or not isinstance(value, int | float):
            self.wrong(name, f"{name!r} must be a number, not {value!r}")
            return None
        if value is None:
            return None
        number = float(value)
        if not math.isfinite(number):
            self.wrong(name, f"{name!r} must be a finite number, not {value}")
            return None
        if not (least <= number <= most and number > above):
            limit = (
                f"above {above:g}"
                if math.isinf(least)
                else f"from {least:g} to {most:g}"
                if math.isfinite(most)
                else f"{least:g} or more"
            )
            self.wrong(name, f"{name!r} must be {limit}, not {number:g}")
            return None
        return number

    def _parsed(self, name: str, text: str) -> float | None:
        try:
            return float(text)
        except ValueError:
            comma = ": write a point, not a comma" if re.fullmatch(r"-?\d+,\d+", text) else ""
            self.wrong(name, f"{name!r} must be a number, not {text!r}{comma}")
            return None

    def _check_code(self, name: str, value: str) -> None:
        if not is_code(value):
            better = _NOT_CODE.sub("-", value.lower()).strip("-_")[:63]
            suggestion = f": for example {better!r}" if is_code(better) else ""
            self.wrong(
                name,
                f"{name} {value!r} must be lower-case letters a-z, digits, '_' and '-', at most 63, "
                f"beginning with a letter or digit{suggestion}",
            )
