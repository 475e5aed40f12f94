"""Whose energy a month is, against the plain rule worked out meter by meter and day by day on works thrown by dice."""

from __future__ import annotations

import random
from collections import defaultdict
from datetime import date, timedelta
from fractions import Fraction

import pytest

from analytics.billing.inputs import Stretch
from services.bills.whose import claims
from services.database import Connection, connect

APRIL = [date(2026, 4, 1) + timedelta(days=n) for n in range(30)]
NODES = {"space": ["s1", "s2", "s3"], "org_unit": ["u1", "u2"]}


class Works:
    """Ten meters in a tree, some virtual, some with a place, some with shares that begin or end within the month."""

    def __init__(self, seed: int) -> None:
        dice = random.Random(seed)
        self.parents: dict[int, int | None] = {0: None}
        self.virtual: set[int] = set()
        self.place: dict[tuple[int, str], str] = {}
        self.shares: list[
            tuple[int, str, str, int, int, int]
        ] = []  # meter, kind, node, percent, first day, after the last
        for meter in range(10):
            if meter:
                self.parents[meter] = dice.choice([None, *range(meter), *range(meter)])
                if dice.random() < 0.25:
                    self.virtual.add(meter)
            for kind, nodes in NODES.items():
                if dice.random() < 0.4:
                    self.place[meter, kind] = dice.choice(nodes)
                if dice.random() < 0.4:
                    first = dice.randrange(25)
                    percents = (50, 50) if dice.random() < 0.5 else (60, 15)
                    for node, percent in zip(dice.sample(nodes, 2), percents, strict=True):
                        self.shares.append((meter, kind, node, percent, first, dice.choice([first + 3, 40])))
        self.energy = {(meter, day): dice.randrange(10**9) for meter in range(10) for day in range(30)}

    def shares_on(self, meter: int, kind: str, day: int) -> dict[str, Fraction]:
        return {
            node: Fraction(percent, 100)
            for of, what, node, percent, first, after in self.shares
            if (of, what) == (meter, kind) and first <= day < after
        }

    def counts(self, meter: int, day: int) -> bool:
        return meter not in self.virtual or any(self.shares_on(meter, kind, day) for kind in NODES)

    def whose(self, meter: int | None, kind: str, day: int) -> dict[str, Fraction]:
        if meter is None:
            return {}
        own = self.place.get((meter, kind))
        found = self.shares_on(meter, kind, day) or ({own: Fraction(1)} if own else {})
        return found or self.whose(self.parents[meter], kind, day)

    def above(self, meter: int, day: int) -> int | None:
        above = self.parents[meter]
        while above is not None and not self.counts(above, day):
            above = self.parents[above]
        return above

    def expected(self, first: int, after: int) -> dict[tuple[str, str], Fraction]:
        """Each counted meter gives its energy to whose it is and takes it from whose the counted one above is."""
        found: dict[tuple[str, str], Fraction] = defaultdict(Fraction)
        for day in range(first, after):
            for meter in self.parents:
                if self.counts(meter, day):
                    energy = self.energy[meter, day]
                    for kind in NODES:
                        for node, share in self.whose(meter, kind, day).items():
                            found[kind, node] += energy * share
                        for node, share in self.whose(self.above(meter, day), kind, day).items():
                            found[kind, node] -= energy * share
        return {key: energy for key, energy in found.items() if energy}

    async def write(self, connection: Connection, site: str) -> int:
        site_id = await connection.fetchval(
            "INSERT INTO site (code, name, time_zone) VALUES ($1::text, $1::text, 'Asia/Shanghai') RETURNING id", site
        )
        contract_id: int = await connection.fetchval(
            "INSERT INTO contract (site_id, code, name, carrier, currency) "
            "VALUES ($1, 'grid', 'Grid', 'electricity', 'CNY') RETURNING id",
            site_id,
        )
        calendar = await connection.fetchval(
            "INSERT INTO band_calendar (site_id, contract_id) VALUES ($1, $2) RETURNING id", site_id, contract_id
        )
        nodes: dict[str | None, int | None] = {None: None}
        for node in NODES["space"]:
            nodes[node] = await connection.fetchval(
                "INSERT INTO space (site_id, code, path, kind, name) VALUES ($1, $2::text, $2::text, 'building', 'x') "
                "RETURNING id",
                site_id,
                node,
            )
        for node in NODES["org_unit"]:
            nodes[node] = await connection.fetchval(
                "INSERT INTO org_unit (site_id, code, path, kind, name) "
                "VALUES ($1, $2::text, $2::text, 'department', 'x') RETURNING id",
                site_id,
                node,
            )
        ids: dict[int | None, int | None] = {None: None}
        for meter, parent in self.parents.items():
            ids[meter] = await connection.fetchval(
                """INSERT INTO meter (site_id, code, name, carrier, kind, formula, parent_id, space_id, org_unit_id)
                   VALUES ($1, $2, 'x', 'electricity', $3, $4, $5, $6, $7) RETURNING id""",
                site_id,
                f"m{meter}",
                "virtual" if meter in self.virtual else "register",
                "m0" if meter in self.virtual else None,
                ids[parent],
                nodes[self.place.get((meter, "space"))],
                nodes[self.place.get((meter, "org_unit"))],
            )
            register = await connection.fetchval(
                """INSERT INTO register (meter_id, flow, unit, calendar_id) VALUES ($1, 'import', 'kWh', $2)
                   RETURNING id""",
                ids[meter],
                calendar,
            )
            await connection.executemany(
                "INSERT INTO energy_day VALUES ($1, $2, 2, $3, 0, 0, 0)",
                [(register, APRIL[day], self.energy[meter, day]) for day in range(30)],
            )
        for meter, kind, node, percent, first, after in self.shares:
            await connection.execute(
                f"INSERT INTO meter_allocation (meter_id, {kind}_id, share, valid) "
                "VALUES ($1, $2, $3::int / 100.0, daterange($4, $5))",
                ids[meter],
                nodes[node],
                percent,
                APRIL[first],
                APRIL[0] + timedelta(days=after),
            )
        return contract_id


@pytest.mark.parametrize("seeds", [range(8), range(8, 16)])
async def test_whose_energy_it_is(database_url: str, seeds: range) -> None:
    connection = await connect(database_url, name="test")
    for seed in seeds:
        works = Works(seed)
        contract_id = await works.write(connection, f"site-{seed}")
        middle = random.Random(seed).randrange(1, 29)
        spans = ((0, middle), (middle, 30))
        stretches = [Stretch(APRIL[first], APRIL[0] + timedelta(days=after), "", "", (), ()) for first, after in spans]
        found = await claims(connection, contract_id, stretches)
        for (first, after), claimed in zip(spans, found, strict=True):
            got = {(claim.kind, claim.subject): Fraction(claim.micro) for claim in claimed}
            assert got == works.expected(first, after), f"seed {seed}"
    await connection.close()
