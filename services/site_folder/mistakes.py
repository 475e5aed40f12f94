"""Mistakes in a site folder: where each one is and how to mend it. All of them are collected, not just the first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches

#: Up to so many choices are listed in full; of more, only a similar one is named.
_LISTED = 8


@dataclass(frozen=True, slots=True, order=True)
class Mistake:
    """One mistake: `devices.csv:14: template 'compresor' is not in templates/: did you mean 'compressor'?`."""

    file: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.text}"


@dataclass(slots=True)
class Mistakes:
    """The mistakes found so far."""

    found: set[Mistake] = field(default_factory=set)

    def add(self, file: str, line: int, text: str) -> None:
        """Note a mistake; the same one twice is one."""
        self.found.add(Mistake(file, line, text))

    def listed(self) -> list[Mistake]:
        """All mistakes by file and line."""
        return sorted(self.found)


def mend(given: str, choices: Iterable[str]) -> str:
    """The end of a message about an unknown word: the similar choice, else the choices where they are few."""
    known = sorted(set(choices))
    lower = {choice.lower(): choice for choice in known}
    near = get_close_matches(given.lower(), lower, n=1, cutoff=0.7)
    if near:
        return f": did you mean {lower[near[0]]!r}?"
    if 0 < len(known) <= _LISTED:
        return f": use {' or '.join(filter(None, [', '.join(known[:-1]), known[-1]]))}"
    return ""
