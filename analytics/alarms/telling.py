"""An alarm as it stands, and what becomes of it when evaluation or a person tells something.

    Change (level, quiet, at) --told--> raise | clear | worsen, then suppress | unsuppress --take--> lifecycle.step
                                                                                               |
                                       occurrence: raised, announced, returned, acknowledged, ended

Changes are levels: what the alarm knows already changes nothing. A change that is older than what it knows comes from a
log that is read again, or came late behind a tick. It counts only where it is news: it says that the condition held and
no occurrence covers that instant, that it did not and the open one does, or that it was worse than the worst there was.
So reading the log again raises nothing twice, and a reading that comes a moment late is not lost. When the log has been
read to its end, whoever evaluates says once what stands: that puts right what an earlier one knew from its clock alone.
"""

from __future__ import annotations

from collections.abc import Callable, Container
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from analytics.alarms.change import Change
from analytics.alarms.lifecycle import Event, Moment, Refused, State, step
from analytics.alarms.wording import Graded, is_worse, more_extreme

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class Occurrence:
    """From raise to normal: the worst there was, and when what happened."""

    raised_at: datetime
    level: str
    priority: str
    value: float | None
    limit: float
    unit: str = ""
    message: str = ""
    message_zh: str = ""
    announced_at: datetime | None = None
    returned_at: datetime | None = None
    first_acknowledged_at: datetime | None = None
    acknowledged_at: datetime | None = None
    acknowledged_by: str | None = None
    ended_at: datetime | None = None
    occurrence_id: int | None = None
    """None until it is stored."""


@dataclass(slots=True)
class Standing:
    """An alarm's state, what evaluation says of it, and the occurrence that is open."""

    state: State
    since: datetime
    is_latching: bool = False
    level: str | None = None
    value: float | None = None
    quiet: str | None = None
    condition_since: datetime | None = None
    shelved_until: datetime | None = None
    is_one_shot: bool = False
    is_announced: bool = False
    """People were told of the occurrence that is open, or of one before it that a latch did not let go."""
    occurrence: Occurrence | None = None

    def moment(self) -> Moment:
        """What holds now."""
        return Moment(self.level is not None, self.quiet is not None, self.is_latching and self.is_announced)


@dataclass(frozen=True, slots=True)
class Transition:
    """One step that was taken."""

    at: datetime
    event: Event
    from_state: State
    to_state: State
    reason: str
    level: str | None
    value: float | None
    occurrence: Occurrence | None
    actor: str | None = None
    comment: str = ""


def instant(at_us: int) -> datetime:
    """Microseconds since 1970 as an instant."""
    return _EPOCH + timedelta(microseconds=at_us)


def told(
    alarm: Standing,
    change: Change,
    grade: Callable[[str, float | None], Graded],
    held: Container[datetime] = (),
) -> list[Transition]:
    """Apply what evaluation says; `held`: instants of older changes at which an occurrence is known to have held."""
    at, since = instant(change.at_us), alarm.condition_since
    if since is not None and at < since and _is_known(alarm, change, at, held):
        return []
    alarm.condition_since = at if since is None else max(at, since)
    return [*_shelf_over(alarm, at), *_changed(alarm, change, at, grade)]


def put_right(
    alarm: Standing,
    change: Change,
    grade: Callable[[str, float | None], Graded],
    now: datetime,
    held: Container[datetime] = (),
) -> list[Transition]:
    """Apply what stands, whatever the alarm knew: from here on what is told goes on from this change.

    What differs is so from now on; only a raise that is not on record has its own time.
    """
    at = instant(change.at_us)
    is_unheard_of = alarm.level is None and change.level is not None and at not in held
    alarm.condition_since = at
    at = at if is_unheard_of else max(at, now)
    return [*_shelf_over(alarm, at), *_changed(alarm, change, at, grade)]


def take(
    alarm: Standing, event: Event, at: datetime, reason: str = "", actor: str | None = None, comment: str = ""
) -> Transition | Refused:
    """Take one step and keep what follows from it for the occurrence."""
    result = step(alarm.state, event, alarm.moment())
    if isinstance(result, Refused):
        return result
    occurrence, left = alarm.occurrence, alarm.state
    alarm.state, alarm.since = result.state, at
    if left == "shelved" and result.state != "shelved":
        alarm.shelved_until, alarm.is_one_shot = None, False
    if occurrence is not None:
        _keep(alarm, occurrence, event, at, actor)
    named = reason or ("" if result.reason == "always" else result.reason)
    return Transition(at, event, left, result.state, named, alarm.level, alarm.value, occurrence, actor, comment)


def _shelf_over(alarm: Standing, at: datetime) -> list[Transition]:
    """Shelving that was over by then: it ended before what is told now, though nobody has looked at the clock yet."""
    if alarm.state != "shelved" or alarm.shelved_until is None or alarm.shelved_until > at:
        return []
    return [_taken(alarm, "shelf_expired", alarm.shelved_until, "time")]


def _changed(
    alarm: Standing, change: Change, at: datetime, grade: Callable[[str, float | None], Graded]
) -> list[Transition]:
    before = alarm.level
    alarm.level, alarm.value, alarm.quiet = change.level, change.value, change.quiet
    if change.level is None:
        return _cleared(alarm, at) if before is not None else []
    graded = grade(change.level, change.value)
    steps: list[Transition] = []
    if before is None:
        steps.append(_raised(alarm, at, graded))
    else:
        if is_worse(change.level, before):
            steps.append(_taken(alarm, "worsen", at))
        _deepen(alarm.occurrence, graded)
    if alarm.quiet is not None and alarm.state in ("unacknowledged", "acknowledged"):
        steps.append(_taken(alarm, "suppress", at, alarm.quiet))
    elif alarm.quiet is None and alarm.state == "suppressed":
        steps.append(_taken(alarm, "unsuppress", at))
    return steps


def _is_known(alarm: Standing, change: Change, at: datetime, held: Container[datetime]) -> bool:
    """Whether a change older than what the alarm knows is no news."""
    open_one = alarm.occurrence
    if change.level is None:
        return alarm.level is None or open_one is None or at < open_one.raised_at
    if alarm.level is None:
        return at in held
    return open_one is None or at < open_one.raised_at or not is_worse(change.level, open_one.level)


def _raised(alarm: Standing, at: datetime, graded: Graded) -> Transition:
    before = alarm.occurrence
    if before is not None:
        before.ended_at = max(at, before.raised_at)
    alarm.occurrence = Occurrence(
        at, graded.level, graded.priority, graded.value, graded.limit, graded.unit, graded.message, graded.message_zh
    )
    return _taken(alarm, "raise", at, alarm.quiet or "")


def _cleared(alarm: Standing, at: datetime) -> list[Transition]:
    steps = [_taken(alarm, "clear", at)]
    if alarm.state == "shelved" and alarm.is_one_shot:
        steps.append(_taken(alarm, "shelf_expired", at, "one_shot"))
    return steps


def _taken(alarm: Standing, event: Event, at: datetime, reason: str = "") -> Transition:
    result = take(alarm, event, at, reason)
    assert isinstance(result, Transition), f"{event}: {result}"
    return result


def _deepen(occurrence: Occurrence | None, graded: Graded) -> None:
    """Keep the worst of an occurrence."""
    if occurrence is None:
        return
    if is_worse(graded.level, occurrence.level):
        occurrence.level, occurrence.priority, occurrence.limit = graded.level, graded.priority, graded.limit
        occurrence.value, occurrence.unit = graded.value, graded.unit
        occurrence.message, occurrence.message_zh = graded.message, graded.message_zh
    elif graded.level == occurrence.level:
        occurrence.value = more_extreme(graded.level, graded.value, occurrence.value)


def _keep(alarm: Standing, occurrence: Occurrence, event: Event, at: datetime, actor: str | None) -> None:
    # People act by our clock, conditions go by the device's, which may be a moment ahead or behind: the order holds.
    at = max(at, occurrence.raised_at)
    if event == "clear":
        occurrence.returned_at = at
    if event == "acknowledge":
        at = max(at, occurrence.announced_at or at)
        occurrence.first_acknowledged_at = occurrence.first_acknowledged_at or at
        occurrence.acknowledged_at, occurrence.acknowledged_by = at, actor
    elif alarm.state == "unacknowledged":
        alarm.is_announced, occurrence.announced_at = True, occurrence.announced_at or at
        occurrence.acknowledged_at = occurrence.acknowledged_by = None
    # While shelved or out of service, nothing is left of one that has returned, unless it is latched.
    nothing_left = event == "clear" and alarm.state in ("shelved", "out_of_service") and not alarm.moment().is_latched
    if alarm.state == "normal" or nothing_left:
        occurrence.ended_at = max(at, occurrence.returned_at or at, occurrence.acknowledged_at or at)
        alarm.occurrence, alarm.is_announced = None, False
