"""The commissioning check: each register held against the power of the same device, and against its neighbours.

    register ---- quarter hours that both cover ---- power point of the device (trapezoid; steps up to 3 x its interval)
                                |
                  analytics/metering/commissioning.py: the factor between them, and what it means

The power point is the device's one of the matching quantity (energy: active power, volume: flow); of total and phases
the total. Registers whose quarter hours are equal one by one, and those that share a point, are named as duplicates.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from analytics.metering.commissioning import Comparison, Finding, compared, duplicated, unrated, without_power
from services.database import Connection, one, rows
from services.statements import statements

SQL = statements("commissioning")
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class CandidateRow:
    """A register that can be checked; without a power point only its energy tells."""

    register_id: int
    site: str
    code: str
    name: str
    name_zh: str | None
    carrier: str
    kind: str
    flow: str
    unit: str
    rated_per_hour: float | None
    multiplier: Decimal | None
    point_id: int | None
    power_point_id: int | None
    power_point: str | None
    expected_interval_s: float | None

    @property
    def meter(self) -> str:
        """Public name of its meter."""
        return f"{self.site}/{self.code}"


@dataclass(frozen=True, slots=True)
class IntegralRow:
    """Energy and integrated power over the quarter hours that both cover, in the register's unit."""

    quarters: int
    energy: float
    forward: float
    backward: float


@dataclass(frozen=True, slots=True)
class EnergyRow:
    """Energy of a register; `digest` is equal where every quarter hour is (None: it did not move)."""

    register_id: int
    energy: float
    covered_us: int
    digest: str | None


@dataclass(frozen=True, slots=True)
class Check:
    """What was compared, and what it tells; no findings: nothing to look at."""

    register: CandidateRow
    comparison: Comparison | None
    energy: float
    findings: Sequence[Finding]


async def check(
    connection: Connection, start: datetime, stop: datetime, *, site: str | None = None, code: str | None = None
) -> list[Check]:
    """Check the registers of a meter, a site or all, over [start, stop), both on quarter hours."""
    everybody = await rows(connection, SQL["registers_to_check"], CandidateRow, site, stop)
    wanted = [each for each in everybody if code in {None, each.code}]
    ids = [each.register_id for each in everybody]
    found = await rows(connection, SQL["energy_of_registers"], EnergyRow, ids, start, stop)
    energies = {row.register_id: row for row in found}
    twins = _twins(everybody, energies)
    checks = []
    for register in wanted:
        comparison = await _compare(connection, register, start, stop)
        energy = energies.get(register.register_id)
        checks.append(
            Check(
                register,
                comparison,
                energy.energy if energy else 0.0,
                _findings(register, comparison, energy, stop - start, twins.get(register.register_id, [])),
            )
        )
    return checks


async def _compare(
    connection: Connection, register: CandidateRow, start: datetime, stop: datetime
) -> Comparison | None:
    if register.power_point_id is None or register.expected_interval_s is None:
        return None
    longest = timedelta(seconds=3 * register.expected_interval_s)
    found = await one(
        connection,
        SQL["register_against_power"],
        IntegralRow,
        register.register_id,
        register.power_point_id,
        start,
        stop,
        longest,
    )
    assert found is not None
    forwards = not register.flow.endswith("export")
    return Comparison(
        found.quarters,
        found.energy,
        found.forward if forwards else found.backward,
        found.backward if forwards else found.forward,
        float(register.multiplier or 1),
    )


def _findings(
    register: CandidateRow, comparison: Comparison | None, energy: EnergyRow | None, length: timedelta, twins: list[str]
) -> list[Finding]:
    if comparison is not None:
        findings = compared(comparison)
    else:
        share = 0.0 if energy is None else energy.covered_us / (length // _MICROSECOND)
        findings = without_power(0.0 if energy is None else energy.energy, share)
    findings += [duplicated(twin) for twin in twins]
    if register.rated_per_hour is None and register.kind == "register":
        findings.append(unrated())
    return findings


def _twins(everybody: Sequence[CandidateRow], energies: Mapping[int, EnergyRow]) -> dict[int, list[str]]:
    """Which other registers count the same: by their quarter hours, or by the very same point."""
    alike: dict[object, list[CandidateRow]] = {}
    for register in everybody:
        energy = energies.get(register.register_id)
        if energy is not None and energy.digest is not None:
            alike.setdefault((register.unit, energy.digest), []).append(register)
        if register.point_id is not None and register.kind == "register":
            alike.setdefault(register.point_id, []).append(register)
    twins: dict[int, dict[str, None]] = {}
    for group in alike.values():
        for register in group:
            others = [each for each in group if each is not register]
            twins.setdefault(register.register_id, {}).update(
                dict.fromkeys(
                    f"{other.meter}" if other.flow == register.flow else f"{other.meter} ({other.flow})"
                    for other in others
                )
            )
    return {register_id: list(names) for register_id, names in twins.items()}
