"""Does a tariff say what holds at every minute, and what each band costs? Every gap and overlap by its name.

    months x kinds of day   each combination in exactly one season
    the 24 hours            each minute of a season in exactly one band
    bands that are used     each has a ratio (or a published price) for every class that can meet it
    components of one code  follow one another: no month charges two of them to a class

A finding names its place, so that whoever reads a file can say on which line to mend it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from analytics.tariffs.bands import Band
from analytics.tariffs.days import DAY_MINUTES
from analytics.tariffs.model import Component, DayKind, Overlay, Period, Season, Tariff

_YEAR = frozenset(range(1, 13))
BASE_KINDS: tuple[DayKind, ...] = ("weekday", "weekend", "holiday")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
_KIND_NAMES: dict[DayKind, str] = {"weekday": "weekdays", "weekend": "weekends", "holiday": "holidays"}


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong, and with what: the number of a season, overlay or component, or the class of some ratios."""

    place: Literal["tariff", "season", "overlay", "component", "ratios"]
    at: int | str
    text: str


def check(tariff: Tariff) -> Iterator[Finding]:
    """Every finding about a tariff's times and prices."""
    yield from _months_and_kinds(tariff.seasons)
    for at, season in enumerate(tariff.seasons):
        yield from (Finding("season", at, text) for text in _day(season.periods))
    for at, overlay in enumerate(tariff.overlays):
        yield from (Finding("overlay", at, text) for text in _overlaps(overlay.periods))
    yield from _prices(tariff)
    yield from _charged_twice(tariff.components)


def clock(minute: int) -> str:
    """A minute of the day as the clock shows it; 1440 is 24:00."""
    return f"{minute // 60:02}:{minute % 60:02}"


def _months_and_kinds(seasons: Sequence[Season]) -> Iterator[Finding]:
    if not seasons:
        yield Finding("tariff", 0, "there is no season: add [[season]] with the bands of the day")
        return
    missing: dict[frozenset[DayKind], list[int]] = {}
    for month in range(1, 13):
        without: set[DayKind] = set()
        for kind in BASE_KINDS:
            found = [at for at, season in enumerate(seasons) if month in season.months and kind in season.days]
            if not found:
                without.add(kind)
            for at in found[1:]:
                what = f"{_KIND_NAMES[kind]} in {_MONTHS[month - 1]}"
                yield Finding(
                    "season", at, f"{what} are in season {found[0] + 1} already: leave them to one of the two"
                )
        if without:
            missing.setdefault(frozenset(without), []).append(month)
    for kinds, months in missing.items():
        days = (
            "" if len(kinds) == len(BASE_KINDS) else " on " + " and ".join(_KIND_NAMES[kind] for kind in sorted(kinds))
        )
        names = ", ".join(_MONTHS[month - 1] for month in months)
        yield Finding("tariff", 0, f"no season says what holds in {names}{days}: add these to a season")


def _day(periods: Sequence[Period]) -> Iterator[str]:
    """Overlaps and gaps of the 24 hours."""
    yield from _overlaps(periods)
    at = 0
    for period in sorted(periods, key=lambda period: period.start_minute):
        if period.start_minute > at:
            yield f"no band holds from {clock(at)} to {clock(period.start_minute)}: add it to one"
        at = max(at, period.stop_minute)
    if at < DAY_MINUTES:
        yield f"no band holds from {clock(at)} to 24:00: add it to one"


def _overlaps(periods: Sequence[Period]) -> Iterator[str]:
    for one, two in pairwise(sorted(periods, key=lambda period: (period.start_minute, period.stop_minute))):
        if two.start_minute < one.stop_minute:
            stop = min(one.stop_minute, two.stop_minute)
            bands = f"{one.band.code} and {two.band.code}" if one.band != two.band else f"{one.band.code} twice"
            yield f"{clock(two.start_minute)} to {clock(stop)} is {bands}: leave it to one"


def _prices(tariff: Tariff) -> Iterator[Finding]:
    base = {period.band for season in tariff.seasons for period in season.periods}
    for customer_class, ratios in tariff.ratios.items():
        met = base | {period.band for each in _reached(tariff, customer_class) for period in each.periods}
        for band in sorted(met - set(ratios)):
            if any(each.floats and band not in each.band_prices for each in tariff.components):
                text = f"class {customer_class!r} has no ratio for {band.code}, which it meets: add it"
                yield Finding("ratios", customer_class, text)
        for band in sorted(set(ratios) - met - {Band.UNBILLED}):
            text = f"class {customer_class!r} never meets {band.code}: remove its ratio, or add the hours"
            yield Finding("ratios", customer_class, text)
    for at, component in enumerate(tariff.components):
        if component.floats and not tariff.ratios and not component.band_prices:
            yield Finding(
                "component", at, f"{component.code!r} floats, and there are no ratios: add [[ratios]] for each class"
            )
        unknown = sorted(component.classes - set(tariff.ratios))
        if unknown and tariff.ratios:
            text = f"class {unknown[0]!r} has no ratios: add [[ratios]] for it, or respell it"
            yield Finding("component", at, text)
    for at, overlay in enumerate(tariff.overlays):
        unknown = sorted(overlay.classes - set(tariff.ratios))
        if unknown:
            text = f"class {unknown[0]!r} has no ratios: add [[ratios]] for it, or respell it"
            yield Finding("overlay", at, text)


def _reached(tariff: Tariff, customer_class: str) -> list[Overlay]:
    return [each for each in tariff.overlays if not each.classes or customer_class in each.classes]


def _charged_twice(components: Sequence[Component]) -> Iterator[Finding]:
    """A price published for a month beside the one that it was to replace."""
    for at, component in enumerate(components):
        for earlier in components[:at]:
            if component.code == earlier.code and _overlap(component, earlier):
                text = f"{component.code!r} is charged already in some of these months: end the other with until_month"
                yield Finding("component", at, text)
                break


def _overlap(one: Component, two: Component) -> bool:
    if one.classes and two.classes and not one.classes & two.classes:
        return False
    start = max((each.from_month for each in (one, two) if each.from_month), default=None)
    stop = min((each.until_month for each in (one, two) if each.until_month), default=None)
    if start is not None and stop is not None:
        if start >= stop:
            return False
        months = (stop.year - start.year) * 12 + stop.month - start.month
        meant = frozenset((start.month - 1 + n) % 12 + 1 for n in range(min(months, 12)))
    else:
        meant = _YEAR
    return bool(meant & (one.months or _YEAR) & (two.months or _YEAR))
