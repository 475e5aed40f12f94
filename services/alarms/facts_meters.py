"""Figures of energy that alarms watch: an hour against like days, what flows at night, the demand to come.

    baseline     the last whole local hour in percent of the mean of that hour on like days of the last four weeks
    night_flow   the least of the hours from 0 to 5 of the last night, in units an hour: what flows when nobody uses any
    demand       the forecast of this quarter hour in percent of what the contract allows (services/demand.py)

Like days are workdays (Monday to Friday), Saturdays, Sundays. Fewer than three of them, an hour of which less than nine
tenths is covered, a site without a contract: then nothing is said, which is not the same as saying 0.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from analytics.alarms.machine import AlarmKey, Instance
from services import demand
from services.database import Connection, rows
from services.demand import RegisterRow
from services.statements import statements

SQL = statements("alarm_facts")

_WEEKS = 4
_LEAST_DAYS = 3
_NIGHT_HOURS = range(5)
_LEAST_NIGHT_HOURS = 4
#: Judging waits two minutes for late reads and writes every other second; a night counts when its hours are there.
_SETTLED_AFTER = timedelta(minutes=5)
_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class HourRow:
    """Energy of an hour of a meter."""

    site: str
    meter: str
    hour: datetime
    energy: float


def last_whole_hour(now: datetime, zone: ZoneInfo) -> datetime:
    """The start of the last local hour whose energy is settled."""
    local = (now - _SETTLED_AFTER).astimezone(zone)
    return (local - timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)).astimezone(
        UTC
    ) - _HOUR


def like_hours(hour: datetime, zone: ZoneInfo) -> list[datetime]:
    """The same local hour on the like days of the weeks before."""
    local = hour.astimezone(zone)
    days = (local.date() - timedelta(days=back) for back in range(1, _WEEKS * 7 + 1))
    return [
        datetime.combine(day, time(local.hour, local.minute), zone).astimezone(UTC)
        for day in days
        if _kind(day) == _kind(local.date())
    ]


def night_hours(now: datetime, zone: ZoneInfo) -> list[datetime]:
    """The hours of the last night that is over."""
    local = (now - _SETTLED_AFTER).astimezone(zone)
    day = local.date() if local.hour >= len(_NIGHT_HOURS) else local.date() - timedelta(days=1)
    return [datetime.combine(day, time(hour), zone).astimezone(UTC) for hour in _NIGHT_HOURS]


async def baseline(
    connection: Connection, instances: Sequence[Instance], hour: datetime, zone: ZoneInfo
) -> dict[AlarmKey, float]:
    """The energy of an hour in percent of that of like days, for meters of one zone."""
    before = like_hours(hour, zone)
    found = await _hours(connection, instances, [hour, *before])
    figures: dict[AlarmKey, float] = {}
    for key, hours in found.items():
        like = [hours[each] for each in before if each in hours]
        if hour in hours and len(like) >= _LEAST_DAYS and sum(like) > 0:
            figures[key] = 100 * hours[hour] * len(like) / sum(like)
    return figures


async def night_flow(
    connection: Connection, instances: Sequence[Instance], hours: Sequence[datetime]
) -> dict[AlarmKey, float]:
    """The least of a night's hours, for meters of one zone."""
    found = await _hours(connection, instances, hours)
    return {key: min(each.values()) for key, each in found.items() if len(each) >= _LEAST_NIGHT_HOURS}


async def _hours(
    connection: Connection, instances: Iterable[Instance], hours: Sequence[datetime]
) -> Mapping[AlarmKey, Mapping[datetime, float]]:
    keys: dict[tuple[str, str], list[AlarmKey]] = defaultdict(list)
    for instance in instances:
        keys[instance.key.site, instance.key.subject].append(instance.key)
    meters = list(keys)
    found = await rows(
        connection, SQL["hours_of_meters"], HourRow, [site for site, _ in meters], [code for _, code in meters], hours
    )
    by_key: dict[AlarmKey, dict[datetime, float]] = defaultdict(dict)
    for row in found:
        for key in keys[row.site, row.meter]:
            by_key[key][row.hour] = row.energy
    return by_key


class Demands:
    """Forecasts against contracts; what a contract allows is read once a day."""

    def __init__(self) -> None:
        self._allowed_kw: dict[tuple[int, date], Decimal | None] = {}

    async def percent(
        self, connection: Connection, instances: Sequence[Instance], now: datetime
    ) -> dict[AlarmKey, float]:
        """The forecast of each meter, or of a site's meters at the top together, in percent of the contract."""
        figures: dict[AlarmKey, float] = {}
        for instance in instances:
            codes = [instance.key.subject] if instance.key.subject_kind == "meter" else []
            registers = await demand.registers(connection, instance.key.site, codes, "import", "electricity")
            percents = await self._of_contracts(connection, registers, now)
            if percents:
                figures[instance.key] = max(percents)
        return figures

    async def _of_contracts(
        self, connection: Connection, registers: Sequence[RegisterRow], now: datetime
    ) -> list[float]:
        """A figure for each contract of which every meter's forecast is known."""
        powers: dict[str, list[Decimal | None]] = defaultdict(list)
        allowed: dict[str, Decimal] = {}
        for register in registers:
            kw = await self._allowed(connection, register, now.astimezone(ZoneInfo(register.time_zone)).date())
            if kw is not None and register.contract is not None:
                allowed[register.contract] = kw
                forecast = await demand.forecast(connection, register, now)
                powers[register.contract].append(None if forecast is None else forecast.power)
        return [
            round(float(100 * sum(power for power in each if power is not None) / allowed[contract]), 1)
            for contract, each in powers.items()
            if None not in each
        ]

    async def _allowed(self, connection: Connection, register: RegisterRow, day: date) -> Decimal | None:
        if (register.id, day) not in self._allowed_kw:
            found = await demand.contract_demand(connection, register, day)
            self._allowed_kw[register.id, day] = None if found is None or not found.contract_kw else found.contract_kw
        return self._allowed_kw[register.id, day]


def _kind(day: date) -> int:
    """0 for workdays, 1 for Saturdays, 2 for Sundays."""
    return max(0, day.weekday() - 4)
