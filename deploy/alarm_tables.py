"""What `ioe alarms` prints: alarms, one with its life, figures, floods, as lines of text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from analytics.alarms.figures import LIMITS, Figures
from analytics.alarms.wording import figure
from deploy.instants import shown
from services.alarms.figures import Part
from services.alarms.reads import FloodRow, TransitionRow
from services.alarms.rows import SERVICE, AlarmRow


def alarm_table(alarms: Sequence[AlarmRow]) -> Iterator[str]:
    """Alarms as aligned columns."""
    yield from _aligned(
        [("priority", "state", "since", "alarm", "message")]
        + [
            (
                row.priority or "-",
                row.state,
                "-" if row.raised_at is None and row.state == "normal" else shown(row.since),
                row.address,
                row.message or row.name,
            )
            for row in alarms
        ]
    )


def alarm_lines(row: AlarmRow, steps: Sequence[TransitionRow]) -> Iterator[str]:
    """One alarm: what holds, its causes, its steps."""
    yield f"{row.address}  {row.name}"
    yield f"  machine    {row.machine}" + (f", equipment {row.equipment}" if row.equipment else "")
    yield f"  state      {row.state}" + (f" until {shown(row.shelved_until)}" if row.shelved_until else "")
    yield f"  condition  {_condition(row)}"
    if row.raised_at is not None:
        yield f"  raised     {shown(row.raised_at)}, {row.priority}: {row.message}"
    if row.acknowledged_at is not None:
        yield f"  answered   {shown(row.acknowledged_at)} by {row.acknowledged_by}"
    if row.retired_at is not None:
        yield f"  retired    {shown(row.retired_at)}: its rule is no longer for this machine"
    for cause in row.causes or ():
        yield f"  likely     {100 * cause.get('likelihood', 0):3.0f} %  {cause['name']}: {cause.get('action', '')}"
        for evidence in cause.get("evidence", ()):
            if evidence.get("holds") and evidence.get("says"):
                yield f"                    {evidence['says']}"
    if steps:
        yield "  steps, the newest first"
    for line in _aligned([(shown(each.at), each.event, each.to_state, _by(each)) for each in steps]):
        yield f"    {line}"


def figure_lines(found: Figures, parts: Sequence[Part]) -> Iterator[str]:
    """Figures of a period beside what is accepted, then those of each part."""
    accepted = {limit.figure: limit for limit in LIMITS}
    missed = {each.limit.figure for each in found.missed}
    values: list[tuple[str, str, float | None]] = [
        ("alarms", "alarms", found.alarms),
        ("alarms a day", "alarms_per_day", found.alarms_per_day),
        ("alarms in ten minutes", "alarms_per_ten_minutes", found.alarms_per_ten_minutes),
        ("most in ten minutes", "worst_ten_minutes", found.worst_ten_minutes),
        ("floods", "floods", found.floods),
        ("time in flood, %", "time_in_flood_percent", found.time_in_flood_percent),
        ("chattering", "chattering_alarms", len(found.chattering)),
        ("standing for a day", "standing_alarms", len(found.standing)),
        ("top ten, %", "top_ten_percent", found.top_ten_percent),
        ("to the answer, median s", "acknowledge_median_s", found.acknowledge_median_s),
        ("to the answer, 95 % s", "acknowledge_p95_s", found.acknowledge_p95_s),
    ]
    yield from _aligned(
        [("", "", "accepted", "")]
        + [
            (
                label,
                "-" if value is None else figure(float(value)),
                f"<= {figure(accepted[name].at_most)}" if name in accepted else "",
                "MISSED" if name in missed else "",
            )
            for label, name, value in values
        ]
    )
    yield "priorities: " + ", ".join(f"{name} {count}" for name, count in found.priorities.items())
    if found.chattering:
        yield "chattering: " + ", ".join(found.chattering)
    if found.standing:
        yield "standing: " + ", ".join(found.standing)
    for often in found.top:
        yield f"{often.alarms:>7}  {often.percent:5.1f} %  {often.alarm}"
    if parts:
        yield ""
        yield from _aligned(
            [("alarms", "a day", "missed", "")]
            + [
                (
                    str(part.figures.alarms),
                    figure(part.figures.alarms_per_day),
                    ", ".join(each.limit.figure for each in part.figures.missed) or "-",
                    f"{part.code}  {part.name}",
                )
                for part in parts
            ]
        )


def flood_table(floods: Sequence[FloodRow]) -> Iterator[str]:
    """Floods as aligned columns."""
    yield from _aligned(
        [("site", "started", "ended", "alarms", "most in ten minutes")]
        + [
            (
                row.site or SERVICE,
                shown(row.started_at),
                "goes on" if row.ended_at is None else shown(row.ended_at),
                str(row.alarms),
                str(row.peak_in_ten_minutes),
            )
            for row in floods
        ]
    )


def _condition(row: AlarmRow) -> str:
    if row.condition_since is None:
        return "nothing said yet"
    says = "normal" if row.level is None else f"{row.level}, {'?' if row.value is None else figure(row.value)}"
    quiet = "" if row.quiet is None else f", kept quiet: {row.quiet}"
    return f"{says}{quiet}, since {shown(row.condition_since)}"


def _by(step: TransitionRow) -> str:
    told = [step.reason] if step.reason else []
    if step.actor is not None:
        told.append(f"by {step.actor}")
    if step.comment:
        told.append(f"“{step.comment}”")
    return ", ".join(told)


def _aligned(table: Sequence[tuple[str, ...]]) -> Iterator[str]:
    if not table:
        return
    widths = [max(len(row[column]) for row in table) for column in range(len(table[0]))]
    for row in table:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
