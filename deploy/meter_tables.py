"""What `ioe meter` prints: ledger entries, the law, a segment, as lines of text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from analytics.metering.model import MICRO
from analytics.metering.standing import Standing
from deploy.instants import shown
from services.ledger.entries import EntryRow
from services.ledger.reads import at
from services.ledger.reconciliation import Part, Reconciliation
from services.ledger.registers import SegmentRow

_HEAD = ("start", "stop", "flow", "kind", "energy", "quarantined", "adjustment", "", "")


def ledger_table(entries: Sequence[EntryRow]) -> Iterator[str]:
    """Entries as aligned columns, with what was ruled about them."""
    if not entries:
        return
    table: list[tuple[str, ...]] = [_HEAD]
    for each in entries:
        energies = (f"{micro / MICRO:,.3f}" for micro in (each.energy, each.quarantined, each.adjustment))
        table.append((shown(each.start), shown(each.stop), each.flow, each.kind, *energies, each.unit, _state(each)))
    widths = [max(len(row[column]) for row in table) for column in range(len(_HEAD))]
    for row in table:
        cells = (
            cell.rjust(width) if 4 <= column <= 6 else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        yield "  ".join(cells).rstrip()


def _state(entry: EntryRow) -> str:
    if entry.open:
        return "OPEN: accept, reject or correct it"
    told = [entry.detail] if entry.detail else []
    if entry.verdict not in {None, "undo"}:
        told.append(f"{entry.verdict} by {entry.ruled_by}: {entry.ruled_reason}")
    if entry.actor is not None:
        told.append(f"by {entry.actor}")
    if entry.recomputing:
        told.append("being judged again")
    return "; ".join(told)


def conserved(found: Reconciliation) -> Iterator[str]:
    """The law of a register, each segment and the whole."""
    unit = found.register.unit
    yield f"{found.register.meter} {found.register.flow}, judged up to {shown(found.newest)}"
    parts = [*found.parts, found.whole] if len(found.parts) > 1 else [found.whole]
    for part in parts:
        law = part.law
        yield f"{shown(part.start)} to {shown(part.stop)}  {_multiplier(part)}"
        yield f"  first  {_boundary(law.first)}"
        yield f"  last   {_boundary(law.last)}"
        for label, micro in (
            ("last - first", law.difference),
            ("adjustments", law.adjustments),
            ("intervals", law.intervals),
            ("quarantined", law.quarantined),
            ("unresolved", law.unresolved),
            ("residual", law.residual),
        ):
            yield f"  {label:<14}{micro / MICRO:>20,.6f} {unit}"
    if found.recomputing:
        yield "it is being judged again: it may not add up until that is done"


def _multiplier(part: Part) -> str:
    return "the register or its multiplier changes" if part.multiplier is None else f"x {part.multiplier.normalize():f}"


def _boundary(standing: Standing) -> str:
    reads = [
        f"{read.micro / MICRO:,.6f} at {shown(at(read.time_us))}"
        for read in (standing.before, standing.after)
        if read is not None
    ]
    return " and ".join(reads) or "no read"


def segment_line(segment: SegmentRow) -> str:
    """What holds in a segment."""
    told = [f"{segment.point or 'no point'}", f"x {segment.multiplier.normalize():f}"]
    if segment.modulus is not None:
        told.append(f"below {segment.modulus.normalize():f}")
    if segment.resolution:
        told.append(f"steps of {segment.resolution.normalize():f}")
    if segment.closing_value is not None and segment.opening_value is not None:
        told.append(f"closed at {segment.closing_value.normalize():f}, opened at {segment.opening_value.normalize():f}")
    return ", ".join(told)
