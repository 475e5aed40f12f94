"""The worked examples of docs/accounting.md and its neighbours, as the pages write them.

An example is a fenced block of a language of ours (`registers`, `stored`, `whose`, `bands`, `bill` and others). Each of
its lines is a word and what follows it; `#` begins a remark. Times are of Asia/Shanghai; `08:15` is of 2026-03-02, a
Monday, other days are written out (`2026-03-03 08:15`). Which words there are is said beside what reads them:

    tests/test_accounting_page.py    registers
    tests/test_ledger_page.py        stored, commissioning, losses
    tests/test_energy_page.py        virtual, whose, rollup, analysis, forecast
    tests/test_bands_page.py         bands
    tests/test_billing_page.py       demand, power-factor, bill, restatement
    tests/test_sharing_page.py       tiers, parts, invoice, called
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

DOCS = Path(__file__).parents[1] / "docs"
PAGES = ("accounting.md", "sums-and-shares.md", "tariffs-and-bills.md")
ZONE = ZoneInfo("Asia/Shanghai")
DAY = "2026-03-02"
_FENCE = re.compile(r"^```(\w[\w-]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of an example: its first word, and the others."""

    word: str
    rest: tuple[str, ...]

    def __str__(self) -> str:
        return " ".join((self.word, *self.rest))


@dataclass(frozen=True, slots=True)
class Example:
    """A block of a page."""

    page: str
    number: int  # of the page's line on which it begins
    language: str
    lines: tuple[Line, ...]

    def all(self, word: str) -> list[Line]:
        """The lines that begin with a word."""
        return [line for line in self.lines if line.word == word]

    def one(self, word: str, otherwise: str) -> str:
        """The first thing after a word that stands at most once."""
        found = self.all(word)
        assert len(found) <= 1, f"{word} stands twice"
        return found[0].rest[0] if found else otherwise


def instant(text: str) -> datetime:
    """A time of the page."""
    return datetime.fromisoformat(text if len(text) > 5 else f"{DAY} {text}").replace(tzinfo=ZONE)


def examples(languages: tuple[str, ...]) -> Iterator[Example]:
    """All blocks of these languages, in the order of the pages."""
    for page in PAGES:
        text = (DOCS / page).read_text(encoding="utf-8") if (DOCS / page).exists() else ""
        for match in _FENCE.finditer(text):
            if match[1] in languages:
                yield Example(page, text.count("\n", 0, match.start()) + 1, match[1], tuple(_lines(match[2])))


def _lines(block: str) -> Iterator[Line]:
    for raw in block.splitlines():
        words = _words(raw.partition("#")[0])
        if words:
            yield Line(words[0], words[1:])


def _words(text: str) -> tuple[str, ...]:
    """Words, where a date and the time after it are one."""
    return tuple(re.findall(r"\d{4}-\d\d-\d\d \d\d:\d\d|\S+", text))
