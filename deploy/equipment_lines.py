"""What `ioe equipment` prints: machines, a record, a timeline, figures, as lines of text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, tzinfo

import msgspec

from services.equipment.entries import EntryRow
from services.equipment.figures import Figures
from services.equipment.files import FileRow, NoteRow
from services.equipment.record import MachineRow
from services.machine_states.reads import StateNow
from services.papers.texts import on_line
from services.papers.timeline_paper import figures as told_figures
from services.registry.equipment import EquipmentRow

_UNKNOWN = "-"


def machine_table(machines: Sequence[EquipmentRow]) -> Iterator[str]:
    """Machines as aligned columns."""
    yield from aligned(
        [("machine", "class", "space", "part of", "devices", "name")]
        + [
            (
                row.id,
                row.equipment_class,
                row.space or _UNKNOWN,
                row.parent or _UNKNOWN,
                str(row.devices),
                on_line(row.name) + (" (retired)" if row.retired_at else ""),
            )
            for row in machines
        ]
    )


def record_lines(
    machine: MachineRow, now: StateNow | None, files: Sequence[FileRow], notes: Sequence[NoteRow], zone: tzinfo
) -> Iterator[str]:
    """A machine's record."""
    yield on_line(f"{machine.address}  {machine.name} {machine.name_zh or ''}")
    yield f"  class            {machine.equipment_class}"
    if machine.space:
        yield f"  space            {machine.space}"
    if now is not None:
        yield f"  state            {now.state} since {clock(now.since, zone)}"
    for name, value in msgspec.to_builtins(machine.record).items():
        if isinstance(value, dict):
            for label, text in value.items():
                yield f"  {on_line(label):<16} {on_line(text)}"
        else:
            yield f"  {name.replace('_', ' '):<16} {on_line(str(value))}"
    for file in files:
        called = on_line(file.title or file.name)
        yield f"  {file.kind:<16} {called}, {clock(file.added_at, zone)} by {on_line(file.added_by)}"
    for note in notes:
        yield f"  {'note':<16} {clock(note.at, zone)} {on_line(note.actor)}: {on_line(note.text)}"


def timeline_lines(entries: Sequence[EntryRow], zone: tzinfo) -> Iterator[str]:
    """Entries, the newest first: when, what, of which machine, and what is said of it."""
    yield from aligned(
        [
            (
                clock(row.at, zone),
                row.kind,
                row.event,
                row.machine,
                on_line(
                    "; ".join(filter(None, (row.reference, row.title, row.text, ", ".join(told_figures(row.detail)))))
                ),
            )
            for row in entries
        ]
    )


def figure_table(found: Sequence[Figures]) -> Iterator[str]:
    """Figures of machines as aligned columns, and below what a reader has to know of them."""
    yield from aligned(
        [("machine", "run h", "starts", "failures", "MTBF h", "MTTR h", "available %", "energy", "cost", "labour h")]
        + [_figures(each) for each in found]
    )
    for each in found:
        for remark in each.reliability.remarks:
            yield f"{each.machine.code}: {remark.text}"


def aligned(table: Sequence[tuple[str, ...]]) -> Iterator[str]:
    """Columns under each other."""
    if not table:
        return
    widths = [max(len(row[column]) for row in table) for column in range(len(table[0]))]
    for row in table:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def clock(at: datetime, zone: tzinfo) -> str:
    """An instant as a clock on the site shows it."""
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M}"


def _figures(found: Figures) -> tuple[str, ...]:
    of = found.reliability
    energy = [f"{float(used.figures.energy):,.1f} {used.unit}" for used in found.used if used.figures.known]
    cost = [f"{used.cost:,.2f} {used.currency}" for used in found.used if used.cost is not None]
    return (
        found.machine.address,
        _number(of.operating_h),
        _UNKNOWN if found.totals is None else str(found.totals.starts),
        str(len(of.failures)),
        _number(of.mtbf_h),
        _number(of.mttr_h),
        _number(of.availability_percent),
        ", ".join(energy) or _UNKNOWN,
        ", ".join(cost) or _UNKNOWN,
        _number(found.work.labour_h),
    )


def _number(value: float | None) -> str:
    return _UNKNOWN if value is None else f"{value:,.1f}"
