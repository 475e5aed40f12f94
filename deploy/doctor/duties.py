"""Duties: what one process of ours must do at a time; who does each, and since when nobody does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from deploy.doctor.finding import Finding, ok, problem, warning
from services.watch.figures import DutyRow
from services.watch.parts import DUTY_DONE_BY, DUTY_SILENT_S


def look_at_duties(duties: Sequence[DutyRow]) -> Iterator[Finding]:
    """Whether each duty is done."""
    held = {duty.name: duty for duty in duties}
    for name, command in DUTY_DONE_BY.items():
        duty = held.get(name)
        if duty is None:
            yield warning(f"duty {name}", "nobody ever did it", command)
            continue
        if duty.silent_s > DUTY_SILENT_S:
            detail = f"nobody has done it for {duty.silent_s:.0f} s; last did {duty.holder}"
            yield problem(f"duty {name}", detail, command)
        else:
            yield ok(f"duty {name}", f"{duty.holder}, since {duty.since:%Y-%m-%d %H:%M:%S} UTC{_behind(duty)}")


def _behind(duty: DutyRow) -> str:
    behind_s = duty.detail.get("behind_s")
    return f", {behind_s:.1f} s behind" if isinstance(behind_s, int | float) else ""
