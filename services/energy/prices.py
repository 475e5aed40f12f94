"""What energy costs: the components of its tariff by band, and of tiered carriers what the month's use makes of tiers.

    price = components of the tariff in force on the day, in the band
          + the month's average tier price: what all that the contract drew in the month costs by tier / what it drew

Energy only: capacity, demand, power factor and fixed charges are of a bill (`/api/v1/bills`), not of a machine. What no
tariff covers has no price and is shown as unbilled. In a tiered month every unit costs the same on average: nobody is
cheap for having been first.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise

from analytics.tariffs.bands import Band
from analytics.tariffs.expansion import Plan
from analytics.tariffs.model import Tariff
from analytics.tariffs.prices import NoPriceError, unit_price
from services.band_plan import plan
from services.database import Connection, rows
from services.energy.periods import following_month
from services.statements import statements

SQL = statements("energy")
_MICRO = Decimal(1_000_000)


@dataclass(frozen=True, slots=True)
class UseRow:
    """What a contract drew in a local month."""

    calendar_id: int
    month: date
    energy: int


class PriceBook:
    """Prices under some calendars over a period."""

    def __init__(self, plans: Mapping[int, Plan], use: Mapping[tuple[int, date], int]) -> None:
        self._plans = plans
        self._use = use
        self._known: dict[tuple[int, int, date], Decimal | None] = {}

    def changes(self) -> set[date]:
        """Local days on which terms change."""
        return {terms.valid_from for plan in self._plans.values() for terms in plan.terms}

    def moves(self, months: Sequence[date], *, flow: str) -> list[date]:
        """Those of the given days, one in each month and under the same terms, from which on a price is another."""
        known = [[self._prices(calendar_id, day, flow) for calendar_id in self._plans] for day in months]
        return [day for day, (before, now) in zip(months[1:], pairwise(known), strict=True) if before != now]

    def _prices(self, calendar_id: int, day: date, flow: str) -> list[Decimal | str | None]:
        if self._tariff(calendar_id, day) is None:
            return []
        return [
            self.currency(calendar_id, day),
            *(self.price(calendar_id, band, day, flow=flow) for band in Band),
        ]

    def currency(self, calendar_id: int, day: date) -> str | None:
        """The currency of the tariff in force; None: no tariff."""
        tariff = self._tariff(calendar_id, day)
        return None if tariff is None else tariff.currency

    def price(self, calendar_id: int, band: int, day: date, *, flow: str) -> Decimal | None:
        """What a unit costs (of export: earns, negative) on a day; None: no tariff says so."""
        if flow == "export":
            tariff = self._tariff(calendar_id, day)
            return None if tariff is None or tariff.export_price is None else -tariff.export_price
        if flow != "import" or band == Band.UNBILLED:
            return None
        key = (calendar_id, band, day)
        if key not in self._known:
            self._known[key] = self._worked_out(calendar_id, Band(band), day)
        return self._known[key]

    def _worked_out(self, calendar_id: int, band: Band, day: date) -> Decimal | None:
        plan, tariff = self._plans[calendar_id], self._tariff(calendar_id, day)
        terms = plan.terms_on(day)
        if tariff is None or terms is None:
            return None
        try:
            price = unit_price(tariff, terms.customer_class, band, day.replace(day=1))
        except NoPriceError:
            return None
        return price + self._tier_price(calendar_id, tariff, day.replace(day=1))

    def _tariff(self, calendar_id: int, day: date) -> Tariff | None:
        plan = self._plans.get(calendar_id)
        terms = None if plan is None else plan.terms_on(day)
        return None if plan is None or terms is None else plan.tariffs.get(terms.tariff)

    def _tier_price(self, calendar_id: int, tariff: Tariff, month: date) -> Decimal:
        drawn = Decimal(self._use.get((calendar_id, month), 0)) / _MICRO
        if not tariff.tiers:
            return Decimal(0)
        if drawn <= 0:
            return tariff.tiers[0].price
        before = Decimal(0)
        if tariff.tier_period == "year":
            earlier = (self._use.get((calendar_id, date(month.year, n, 1)), 0) for n in range(1, month.month))
            before = Decimal(sum(earlier)) / _MICRO
        cost, used = Decimal(0), before
        for tier in tariff.tiers:
            last = tier is tariff.tiers[-1] or tier.up_to is None
            top = before + drawn if last or tier.up_to is None else tier.up_to
            inside = max(Decimal(0), min(before + drawn, top) - used)
            cost += inside * tier.price
            used += inside
        return cost / drawn


async def price_book(connection: Connection, calendar_ids: Collection[int], first: date, last: date) -> PriceBook:
    """The prices of calendars on local days from `first` to `last`."""
    plans = {calendar_id: await plan(connection, calendar_id) for calendar_id in sorted(calendar_ids)}
    tiered = [
        calendar_id for calendar_id, each in plans.items() if any(tariff.tiers for tariff in each.tariffs.values())
    ]
    use: dict[tuple[int, date], int] = {}
    if tiered:
        months = (date(first.year, 1, 1), following_month(last))
        found = await rows(connection, SQL["contract_use"], UseRow, tiered, *months)
        use = {(row.calendar_id, row.month): row.energy for row in found}
    return PriceBook(plans, use)
