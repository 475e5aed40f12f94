"""The analysis: a question in, groups with their figures out.

question -> registry -> stretches with weights -> pieces by key, bucket and band -> figures, priced -> groups
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from services.database import Connection
from services.energy import baseload
from services.energy.baseload import Highest
from services.energy.figures import Figures
from services.energy.periods import QUARTER, midnight, months
from services.energy.prices import PriceBook, price_book
from services.energy.question import COARSEST, Compare, Question
from services.energy.registry import Registry, read, read_site
from services.energy.selection import Key, Keys, Stretch, require_places, stretches
from services.energy.sums import Period, bucket_start, summed


@dataclass(frozen=True, slots=True)
class Point:
    """The figures of a bucket [start, stop)."""

    start: datetime
    stop: datetime
    figures: Figures


@dataclass(slots=True)
class Group:
    """A group: its figures over the period and by bucket; `floor_area_m2` where it is a space that has one."""

    key: Key
    whole: Figures
    points: Sequence[Point]
    meters: int
    currency: str | None
    floor_area_m2: float | None = None
    highest: Highest | None = None
    night: Decimal | None = None
    weekend: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Analysis:
    """The answer. `totals`: what was selected, each meter counted once, a group for each carrier."""

    question: Question
    zone: str
    open: bool
    groups: Sequence[Group]
    totals: Sequence[Group]
    previous: Analysis | None = field(default=None)


async def analyse(
    connection: Connection, question: Question, now: datetime, *, compare: Compare | None = None
) -> Analysis:
    """Answer a question. Raises QuestionRefusedError and NoSuchPlaceError."""
    question.require_sense(now)
    site = await read_site(connection, question.site)
    last = question.stop + timedelta(days=2)
    registry = await read(connection, site, question.flow, (question.start - timedelta(days=2)).date(), last.date())
    require_places(question, registry)
    calendar_ids = {meter.calendar_id for meter in registry.meters if meter.calendar_id is not None}
    local = [at.astimezone(registry.zone).date() for at in (question.start, question.stop)]
    book = await price_book(connection, calendar_ids, *local)
    keys = Keys()
    cut = list(stretches(question, registry, book.changes(), keys))
    groups = await _groups(connection, question, registry, book, cut, keys, now)
    await _detail(connection, question, registry, cut, keys, groups, now)
    whole = {key: group for key, group in groups.items() if key.whole}
    single = [group for key, group in groups.items() if not key.whole]
    totals = list(whole.values()) or _added(single)
    single.sort(key=lambda group: (group.key.carrier, -group.whole.energy, str(group.key)))
    previous = None
    if compare is not None:
        earlier = replace(_earlier(question, registry, compare), resolution="total", figures=frozenset())
        previous = await analyse(connection, _as_long(earlier, question, now), now)
    return Analysis(question, site.time_zone, question.stop > now, single, totals, previous)


async def _groups(
    connection: Connection,
    question: Question,
    registry: Registry,
    book: PriceBook,
    cut: Sequence[Stretch],
    keys: Keys,
    now: datetime,
) -> dict[Key, Group]:
    names = list(dict.fromkeys(key for key, _ in keys.known))
    question.require_bounded(max(1, len(names)))
    buckets = list(question.buckets(registry.zone))
    numbers = {start: number for number, (start, _) in enumerate(buckets)}
    found = {key: [Figures() for _ in buckets] for key in names}
    currencies: dict[Key, set[str]] = {key: set() for key in names}
    calendars = {number: calendar_id for number, (_, calendar_id) in enumerate(keys.known)}
    for stretch in cut:
        period = Period(
            registry.zone, stretch.start, stretch.stop, COARSEST[question.resolution],
            _bucket_days(question, registry, book, stretch),
        )  # fmt: skip
        for piece in await summed(connection, period, stretch.classes, calendars):
            key, calendar_id = keys.known[piece.key]
            price = book.price(calendar_id, piece.band, piece.day, flow=question.flow)
            if price is not None:
                currencies[key].add(book.currency(calendar_id, piece.day) or "")
            found[key][_number(question, registry, numbers, piece.at)].add(piece, price)
        for key, registers in stretch.registers.items():
            for figures, (start, stop) in zip(found[key], buckets, strict=True):
                span = min(stop, stretch.stop, now) - max(start, stretch.start)
                if span > timedelta():
                    figures.expected_us += len(registers) * (span // timedelta(microseconds=1))
    areas = {row.path: row.floor_area_m2 for row in registry.spaces}
    groups: dict[Key, Group] = {}
    for key, all_figures in found.items():
        whole = Figures()
        for figures in all_figures:
            whole.merge(figures)
        meters = len(set().union(*(stretch.registers.get(key, set()) for stretch in cut)))
        points = [Point(*bucket, figures) for bucket, figures in zip(buckets, all_figures, strict=True)]
        currency = next(iter(currencies[key])) if len(currencies[key]) == 1 else None
        groups[key] = Group(key, whole, points, meters, currency, areas.get(key.space or question.space or ""))
    return groups


def _bucket_days(question: Question, registry: Registry, book: PriceBook, stretch: Stretch) -> list[date]:
    """The local days of a stretch that must be told from those before, by the answer or by a price."""
    first, last = (at.astimezone(registry.zone).date() for at in (stretch.start, stretch.stop - QUARTER))
    if question.resolution == "day":
        return [first + timedelta(days=n) for n in range((last - first).days + 1)]
    every = months(first, last + timedelta(days=1))
    return every if question.resolution == "month" else [first, *book.moves(every, flow=question.flow)]


def _number(question: Question, registry: Registry, numbers: Mapping[datetime, int], at: datetime) -> int:
    if question.resolution == "total":
        return 0
    return numbers[max(bucket_start(registry.zone, at, question.resolution), question.start)]


async def _detail(
    connection: Connection,
    question: Question,
    registry: Registry,
    cut: Sequence[Stretch],
    keys: Keys,
    groups: Mapping[Key, Group],
    now: datetime,
) -> None:
    if "demand" in question.figures:
        for key, highest in (await baseload.highest_quarters(connection, cut, keys)).items():
            groups[key].highest = highest
    if "baseload" in question.figures:
        night = await baseload.mean_powers(connection, registry.zone, cut, keys, weekend=False, now=now)
        weekend = await baseload.mean_powers(connection, registry.zone, cut, keys, weekend=True, now=now)
        for key, group in groups.items():
            group.night, group.weekend = night.get(key), weekend.get(key)


def _added(groups: Sequence[Group]) -> list[Group]:
    """Totals of groups that count nothing twice, by carrier."""
    totals: list[Group] = []
    for carrier, unit in dict.fromkeys((group.key.carrier, group.key.unit) for group in groups):
        whole, same = Figures(), [group for group in groups if (group.key.carrier, group.key.unit) == (carrier, unit)]
        points = [Point(point.start, point.stop, Figures()) for point in same[0].points]
        for group in same:
            whole.merge(group.whole)
            for total, point in zip(points, group.points, strict=True):
                total.figures.merge(point.figures)
        currencies = {group.currency for group in same if group.whole.priced}
        currency = next(iter(currencies)) if len(currencies) == 1 else None
        only = same[0] if len(same) == 1 else None
        totals.append(
            Group(
                Key(carrier, unit, whole=True), whole, points, sum(group.meters for group in same), currency,
                only.floor_area_m2 if only else None, only.highest if only else None,
                only.night if only else None, only.weekend if only else None,
            )
        )  # fmt: skip
    return totals


def _earlier(question: Question, registry: Registry, compare: Compare) -> Question:
    """The same question for the period before, or for the same dates a year before."""
    zone = registry.zone
    start, stop = question.start.astimezone(zone), question.stop.astimezone(zone)
    days = [start.date(), stop.date()]
    whole_days = [midnight(zone, day) for day in days] == [question.start, question.stop]
    if compare == "year":
        moved = [_year_before(day) for day in days]
        shifted = [
            midnight(zone, day) + (at - midnight(zone, at.astimezone(zone).date())) // QUARTER * QUARTER
            for day, at in zip(moved, (question.start, question.stop), strict=True)
        ]
        return replace(question, start=shifted[0], stop=shifted[1])
    if whole_days and days[0].day == days[1].day == 1:
        months = (days[1].year - days[0].year) * 12 + days[1].month - days[0].month
        number = days[0].year * 12 + days[0].month - 1 - months
        return replace(question, start=midnight(zone, date(number // 12, number % 12 + 1, 1)), stop=question.start)
    if whole_days:
        return replace(question, start=midnight(zone, days[0] - (days[1] - days[0])), stop=question.start)
    return replace(question, start=question.start - (question.stop - question.start), stop=question.start)


def _as_long(earlier: Question, question: Question, now: datetime) -> Question:
    """A period that is not over stands beside as much of the earlier one: a part is not held against a whole."""
    if question.stop <= now:
        return earlier
    over = max(QUARTER, (now - question.start) // QUARTER * QUARTER)
    return replace(earlier, stop=min(earlier.stop, earlier.start + over))


def _year_before(day: date) -> date:
    return date(day.year - 1, day.month, 28 if (day.month, day.day) == (2, 29) else day.day)
