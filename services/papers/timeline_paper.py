"""The timeline of a machine: on paper for the file, as a sheet to filter. Both have every entry that was asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any, Final

from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Spacer

from services.equipment.entries import EntryRow
from services.papers.pages import TITLE, document, facts, paragraph, table
from services.papers.sheet import Column, Value, csv_text, workbook
from services.papers.texts import shortened

COLUMNS: Final = (
    Column("time", 19),
    Column("until", 19),
    Column("kind", 13),
    Column("event", 16),
    Column("machine", 18),
    Column("title", 40),
    Column("title_zh", 30),
    Column("text", 50),
    Column("by", 14),
    Column("reference", 30),
    Column("figures", 60),
)
_LONGEST_CHANGE: Final = 200


@dataclass(frozen=True, slots=True)
class TimelineHead:
    """Whose timeline it is, over which period, in which zone its times are."""

    site: str
    code: str
    name: str
    name_zh: str
    start: datetime
    stop: datetime
    zone: tzinfo

    def facts(self) -> list[tuple[str, str]]:
        """What stands above the list."""
        return [
            ("Machine 设备", " ".join(filter(None, (self.name, self.name_zh, f"({self.site}/{self.code})")))),
            ("Period 期间", f"{_clock(self.start, self.zone)} to {_clock(self.stop, self.zone)}, {self.zone}"),
        ]


def timeline_workbook(head: TimelineHead, entries: Sequence[EntryRow]) -> bytes:
    """As XLSX."""
    return workbook("Timeline", COLUMNS, map(_row, entries), head.zone, head.facts())


def timeline_csv(head: TimelineHead, entries: Sequence[EntryRow]) -> str:
    """As CSV."""
    return csv_text(COLUMNS, map(_row, entries), head.zone)


def timeline_paper(head: TimelineHead, entries: Sequence[EntryRow]) -> bytes:
    """As PDF."""
    rows = [
        (
            _clock(entry.at, head.zone) + (f"\n{_clock(entry.ended_at, head.zone)}" if entry.ended_at else ""),
            f"{entry.kind}\n{entry.event.replace('_', ' ')}",
            "\n".join(filter(None, (entry.title, entry.title_zh, entry.text, ", ".join(figures(entry.detail))))),
            entry.actor or "",
            entry.reference or "",
        )
        for entry in entries
    ]
    story: list[Flowable] = [paragraph(head.name, TITLE), Spacer(1, 3 * mm), facts(head.facts()), Spacer(1, 5 * mm)]
    story.append(
        table(("time 时间", "what 事件", "", "by 人员", "reference 参考"), rows, (28, 24, 74, 20, 34))
        if rows
        else paragraph("Nothing is known of this period. 此期间无记录。")
    )
    return document(f"{head.site}/{head.code}  {head.name}", story)


def figures(detail: Any) -> Iterator[str]:  # noqa: ANN401 - whatever the source of the entry has of figures
    """What an entry's detail says, as short texts; of a change, what it was and what it is."""
    known: Mapping[str, Any] = detail if isinstance(detail, Mapping) else {}
    for name, value in known.items():
        words = name.replace("_", " ")
        if isinstance(value, bool):
            yield f"{words}: {'yes' if value else 'no'}"
        elif isinstance(value, int | float):
            yield f"{words} {value:,.4g}"
        elif isinstance(value, str) and value:
            yield f"{words}: {value}"
    before, after = known.get("before"), known.get("after")
    if isinstance(before, Mapping) or isinstance(after, Mapping):
        was, now = dict(before or {}), dict(after or {})
        for name in sorted({*was, *now}):
            if was.get(name) != now.get(name):
                change = f"{_told(was.get(name))} > {_told(now.get(name))}"
                yield f"{name.replace('_', ' ')}: {shortened(change, _LONGEST_CHANGE)}"


def _row(entry: EntryRow) -> tuple[Value, ...]:
    return (
        entry.at,
        entry.ended_at,
        entry.kind,
        entry.event,
        entry.machine,
        entry.title,
        entry.title_zh,
        entry.text,
        entry.actor,
        entry.reference,
        ", ".join(figures(entry.detail)),
    )


def _told(value: object) -> str:
    return "-" if value is None or value == "" else str(value)


def _clock(at: datetime, zone: tzinfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M}"
