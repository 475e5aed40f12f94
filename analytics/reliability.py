"""How reliable a machine was: its failures, the time between them, how soon it ran again, how often it could.

Terms are those of EN 13306:2017, figures those of EN 15341:2019:

    failure        it lost the ability to do its work: a downtime by breakdown; or an order from alarms, verified with a
                   true cause (not "not reproducible"), for which nobody noted a breakdown
    MTBF           mean operating time between failures: operating time / failures that began in the period
    MTTR           mean time to restoration: from the failure until it could work again, waiting for parts included;
                   mean of the failures that began in the period, have a downtime and are over
    availability   time-based (M10): required time less down time, of required time
    required time  the period up to now, less the time in which something outside kept it from working: no supply, other
    down time      of breakdown, of waiting for parts and of planned maintenance

What is not known is said instead of being counted as nothing: a machine without a failure has no MTBF but "no failure
in 712 h", hours without data are told, and so is a fault that its device tells and nobody noted as a downtime.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal, NamedTuple

from analytics.time_spans import Span, clipped, hours, without

Reason = Literal["breakdown", "planned", "waiting_for_parts", "no_supply", "other"]
_OUTSIDE: Final = ("no_supply", "other")
_OF_FAILURES: Final = ("breakdown", "waiting_for_parts")
#: Downtimes this close to each other are one.
_CLOSE: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Downtime:
    """When it could not do its work; `stop` None: it cannot yet."""

    start: datetime
    stop: datetime | None
    reason: Reason
    order: str | None = None


@dataclass(frozen=True, slots=True)
class Mended:
    """An order from alarms that was verified with a true cause: when it began, when it was done."""

    order: str
    start: datetime
    stop: datetime


@dataclass(frozen=True, slots=True)
class Operation:
    """What its device told of the period: seconds in which it ran, was in fault, and in which nobody knows."""

    operating_s: float
    no_data_s: float
    faults: Sequence[Span] = ()


@dataclass(frozen=True, slots=True)
class Failure:
    """A failure; `restored_at` None: it is not over, or, without a downtime, nobody noted that it stood still."""

    at: datetime
    restored_at: datetime | None
    has_downtime: bool
    order: str | None


class Remark(NamedTuple):
    """What a reader has to know of the figures: a code for programs, a sentence for people, the figure in it."""

    code: str
    text: str
    figure: float


@dataclass(frozen=True, slots=True)
class Reliability:
    """Figures of a period; None: it cannot be said, and a remark says why."""

    failures: Sequence[Failure]
    operating_h: float | None
    no_data_h: float | None
    required_h: float
    down_h: float
    down_by_reason_h: Mapping[str, float]
    mtbf_h: float | None
    mttr_h: float | None
    availability_percent: float | None
    remarks: Sequence[Remark]


def reliability(
    period: Span, now: datetime, downtimes: Iterable[Downtime], mended: Iterable[Mended], operation: Operation | None
) -> Reliability:
    """The figures of a machine over a period, as far as it is over."""
    over = Span(period.start, max(period.start, min(period.stop, now)))
    known = sorted(downtimes, key=lambda each: each.start)
    spans = [(Span(each.start, each.stop or now), each.reason) for each in known]
    outside = clipped((span for span, reason in spans if reason in _OUTSIDE), over)
    inside = clipped((span for span, reason in spans if reason not in _OUTSIDE), over)
    required_h = hours([over]) - hours(outside)
    down_h = hours(without(inside, outside))
    failures = [each for each in _failures(known, mended) if period.start <= each.at < over.stop]
    restorations = [
        (each.restored_at - each.at) / timedelta(hours=1)
        for each in failures
        if each.has_downtime and each.restored_at is not None
    ]
    operating_h = None if operation is None else operation.operating_s / 3600
    return Reliability(
        failures=failures,
        operating_h=operating_h,
        no_data_h=None if operation is None else operation.no_data_s / 3600,
        required_h=required_h,
        down_h=down_h,
        down_by_reason_h={
            reason: hours(clipped((span for span, of in spans if of == reason), over))
            for reason in dict.fromkeys(each.reason for each in known)
        },
        mtbf_h=operating_h / len(failures) if failures and operating_h is not None else None,
        mttr_h=sum(restorations) / len(restorations) if restorations else None,
        availability_percent=100 * (required_h - down_h) / required_h if required_h > 0 else None,
        remarks=list(_remarks(over, failures, operation, [span for span, _ in spans])),
    )


def _failures(downtimes: Sequence[Downtime], mended: Iterable[Mended]) -> list[Failure]:
    """Downtimes that follow on each other are one failure; an order is one where no breakdown lies in it."""
    found: list[Failure] = []
    for chain in _chains([each for each in downtimes if each.reason in _OF_FAILURES]):
        if any(each.reason == "breakdown" for each in chain):
            restored = (
                None if any(each.stop is None for each in chain) else max(each.stop for each in chain if each.stop)
            )
            order = next((each.order for each in chain if each.order), None)
            found.append(Failure(chain[0].start, restored, has_downtime=True, order=order))
    breakdowns = [each for each in downtimes if each.reason == "breakdown"]
    for one in mended:
        noted = any(
            each.order == one.order or (each.start < one.stop and (each.stop or one.stop) > one.start)
            for each in breakdowns
        )
        if not noted:
            found.append(Failure(one.start, None, has_downtime=False, order=one.order))
    return sorted(found, key=lambda each: each.at)


def _chains(downtimes: Sequence[Downtime]) -> list[list[Downtime]]:
    chains: list[list[Downtime]] = []
    reach: datetime | None = None
    for each in downtimes:
        if chains and (reach is None or each.start <= reach + _CLOSE):
            chains[-1].append(each)
            reach = None if reach is None or each.stop is None else max(reach, each.stop)
        else:
            chains.append([each])
            reach = each.stop
    return chains


def _remarks(
    over: Span, failures: Sequence[Failure], operation: Operation | None, noted: Sequence[Span]
) -> Iterable[Remark]:
    if operation is None:
        yield Remark("no_states", "no device of it tells its state: how long it ran is not known", 0.0)
    else:
        operating_h, no_data_h = operation.operating_s / 3600, operation.no_data_s / 3600
        if not failures:
            yield Remark("no_failure", f"no failure in {operating_h:.6g} h of operation", operating_h)
        if no_data_h:
            said = f"for {no_data_h:.6g} h of {hours([over]):.6g} h nobody knows what it did"
            yield Remark("no_data", said, no_data_h)
        fault_h = hours(without(clipped(operation.faults, over), clipped(noted, over)))
        if fault_h:
            yield Remark("fault_not_noted", f"{fault_h:.6g} h in fault that no downtime covers", fault_h)
    unnoted = sum(not each.has_downtime for each in failures)
    if unnoted:
        yield Remark("no_downtime", f"failures without a downtime, in no MTTR: {unnoted}", unnoted)
    unrestored = sum(each.has_downtime and each.restored_at is None for each in failures)
    if unrestored:
        yield Remark("not_restored", f"failures that are not over, in no MTTR yet: {unrestored}", unrestored)
