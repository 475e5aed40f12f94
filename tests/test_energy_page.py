"""The worked examples of docs/accounting.md that need a plant in the database, run: whose energy it is, sums, figures.

virtual    formula ...; term METER N measured|interpolated|estimated [N QUALITY ...]; sum N QUALITY [...]
           refused FORMULA
whose      day DATE (as many as there are, each with the same energy); meter CODE N [below CODE] [in SPACE] [of UNIT];
           uncertain CODE N (of its energy, interpolated); share CODE space|unit NAME PART [from DATE];
           space|unit NAME N [uncertain N]; `-` is nobody's; all of them
rollup     band TIME BAND; piece TIME N; becomes TIME N; hour TIME BAND N, day BAND N and month BAND N, all of them
analysis   band FROM TO BAND PRICE; week DATE (its Monday); load FROM TO KW, each day; area N; produced N; then the
           figures as GET /api/v1/energy names them
forecast   sofar MINUTES KWH; power KW; window KW
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from analytics.registry.formula import FormulaError, terms
from analytics.tariffs.bands import BANDS, Band
from analytics.tariffs.model import Component, Contract, Period, Season, Terms
from services import calendars, demand, production, tariff_changes
from services.database import Connection
from services.energy.analysis import analyse
from services.energy.question import Question
from services.production import Count
from services.tariff_folder.read import Documents
from tests import metered_plant
from tests.accounting_page import DAY, Example, Line, examples, instant
from tests.api.serving import serving, until_ready
from tests.billing.billed_plant import TARIFF
from tests.energy import intervals
from tests.energy.intervals import Piece
from tests.metered_plant import QUARTER, Meter, Plant

MICRO = 1_000_000
QUARTER_US = 900_000_000
WHOLE_DAY = timedelta(days=1)
MIDNIGHT = instant("00:00").astimezone(UTC)
NOW = MIDNIGHT + timedelta(days=60)


def of(language: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("example", list(examples((language,))), ids=lambda e: f"{e.page}:{e.number}")


def micro(text: str) -> int:
    return int(Decimal(text.replace(",", "")) * MICRO)


def named(words: tuple[str, ...]) -> dict[str, str]:
    """`below main in b1` as a mapping."""
    return dict(zip(words[::2], words[1::2], strict=True))


def qualities(words: tuple[str, ...]) -> Piece:
    energies = {quality: micro(energy) for energy, quality in zip(words[::2], words[1::2], strict=True)}
    return Piece(**energies, covered_us=QUARTER_US)


@of("virtual")
async def test_virtual_meters(example: Example, connection: Connection) -> None:
    given = {line.rest[0]: qualities(line.rest[1:]) for line in example.all("term")}
    plant = await metered_plant.make(connection, [Meter(code) for code in given])
    await metered_plant.calendar(connection, plant, MIDNIGHT, MIDNIGHT + WHOLE_DAY)
    (formula,) = example.all("formula")
    factors = {term.meter: term.factor for term in terms(" ".join(formula.rest))}
    await intervals.add_virtual(connection, plant, "v", factors)
    for code, piece in given.items():
        await intervals.replace(connection, plant, code, MIDNIGHT, MIDNIGHT + QUARTER, {MIDNIGHT: piece})
    found = await connection.fetchrow(
        "SELECT measured, interpolated, estimated, covered_us FROM energy_interval WHERE register_id = $1",
        plant.registers["v"],
    )
    (stated,) = example.all("sum")
    assert found is not None
    assert Piece(*found) == qualities(stated.rest)
    for refused in example.all("refused"):
        with pytest.raises(FormulaError):
            terms(" ".join(refused.rest))


@of("whose")
async def test_whose_energy_it_is(example: Example, connection: Connection) -> None:
    plant = await works(connection, example)
    days = [date.fromisoformat(line.rest[0]) for line in example.all("day")] or [date.fromisoformat(DAY)]
    energy = {line.rest[0]: micro(line.rest[1]) for line in example.all("meter")}
    uncertain = {line.rest[0]: micro(line.rest[1]) for line in example.all("uncertain")}
    for day in days:
        start = instant(f"{day} 08:00").astimezone(UTC)
        await calendars.cover(connection, plant.calendar_id, start, start + QUARTER)
        for code, all_of_it in energy.items():
            open_part = uncertain.get(code, 0)
            piece = Piece(all_of_it - open_part, open_part, 0, QUARTER_US)
            await intervals.replace(connection, plant, code, start, start + QUARTER, {start: piece})
    first, last = (instant(f"{day} 00:00").astimezone(UTC) for day in (days[0], days[-1]))
    for word, group in (("space", "space"), ("unit", "org_unit")):
        stated = {line.rest[0]: named(("energy", *line.rest[1:])) for line in example.all(word)}
        if not stated:
            continue
        question = Question("plant", first, last + WHOLE_DAY, group_by=frozenset({group}))  # type: ignore[arg-type]
        found = await analyse(connection, question, NOW)
        assert {getattr(each.key, group) or "-": each.whole.energy for each in found.groups} == {
            name: Decimal(said["energy"]) for name, said in stated.items()
        }
        for each in found.groups:
            said = stated[getattr(each.key, group) or "-"]
            if "uncertain" in said:
                assert sum(amount.interpolated for amount in each.whole.amounts.values()) == micro(said["uncertain"])


async def works(connection: Connection, example: Example) -> Plant:
    """The meters, spaces, units and shares of an example."""
    meters = [(line.rest[0], named(line.rest[2:])) for line in example.all("meter")]
    plant = await metered_plant.make(connection, [Meter(code, said.get("below")) for code, said in meters])
    shares = [line.rest for line in example.all("share")]
    spaces = {said["in"] for _, said in meters if "in" in said} | {s[2] for s in shares if s[1] == "space"}
    units = {said["of"] for _, said in meters if "of" in said} | {s[2] for s in shares if s[1] == "unit"}
    paths = {"/".join(path.split("/")[:depth]) for path in spaces for depth in range(1, path.count("/") + 2)}
    for path in sorted(paths):
        above, _, code = path.rpartition("/")
        await connection.execute(
            """INSERT INTO space (site_id, parent_id, code, path, kind, name)
               VALUES ($1, (SELECT id FROM space WHERE path = $2), $3::text, $4, $5, $3::text)""",
            plant.site_id, above, code, path, "floor" if above else "building",
        )  # fmt: skip
    await connection.executemany(
        "INSERT INTO org_unit (site_id, code, path, kind, name) "
        "VALUES ($1, $2::text, $2::text, 'department', $2::text)",
        [(plant.site_id, unit) for unit in sorted(units)],
    )
    for code, said in meters:
        await connection.execute(
            """UPDATE meter SET space_id = (SELECT id FROM space WHERE path = $2),
                                org_unit_id = (SELECT id FROM org_unit WHERE path = $3) WHERE id = $1""",
            plant.meters[code], said.get("in"), said.get("of"),
        )  # fmt: skip
    for code, kind, name, part, *since in shares:
        await connection.execute(
            """INSERT INTO meter_allocation (meter_id, space_id, org_unit_id, share, valid)
               VALUES ($1, (SELECT id FROM space WHERE path = $2), (SELECT id FROM org_unit WHERE path = $3), $4,
                       daterange($5, NULL))""",
            plant.meters[code],
            name if kind == "space" else None,
            name if kind == "unit" else None,
            Decimal(part),
            date.fromisoformat(since[1]) if since else None,
        )
    return plant


@of("rollup")
async def test_roll_ups(example: Example, connection: Connection) -> None:
    plant = await metered_plant.make(connection)
    edges = {instant(line.rest[0]).time(): int(BANDS[line.rest[1]]) for line in example.all("band")}
    await metered_plant.calendar(connection, plant, MIDNIGHT, MIDNIGHT + WHOLE_DAY, edges)
    written = {}
    for line in [*example.all("piece"), *example.all("becomes")]:
        start = instant(line.rest[0]).astimezone(UTC)
        written[start] = Piece(micro(line.rest[1]), 0, 0, QUARTER_US if micro(line.rest[1]) else 0)
        filled = {at: piece for at, piece in written.items() if piece.measured}
        await intervals.replace(connection, plant, "m1", MIDNIGHT, MIDNIGHT + WHOLE_DAY, filled)
    for word in ("hour", "day", "month"):
        found = await connection.fetch(
            f"SELECT {word} AS at, band, measured FROM energy_{word} WHERE register_id = $1",
            plant.registers["m1"],
        )
        stated = {(at(line, word), line.rest[-2], micro(line.rest[-1])) for line in example.all(word)}
        assert {(row["at"], Band(row["band"]).code, row["measured"]) for row in found} == stated


def at(line: Line, word: str) -> datetime | date:
    if word == "hour":
        return instant(line.rest[0]).astimezone(UTC)
    day = date.fromisoformat(DAY)
    return day.replace(day=1) if word == "month" else day


@of("analysis")
async def test_figures_of_the_analysis(example: Example, connection: Connection, database_url: str) -> None:
    plant = await metered_plant.make(connection, contract="grid")
    monday = instant(f"{example.one('week', DAY)} 00:00").astimezone(UTC)
    await connection.execute(
        """WITH hall AS (INSERT INTO space (site_id, code, path, kind, name, floor_area_m2)
                         VALUES ($1, 'hall', 'hall', 'building', 'Hall', $2) RETURNING id)
           UPDATE meter SET space_id = hall.id FROM hall""",
        plant.site_id,
        float(example.one("area", "0")),
    )
    contract = Contract("grid", "Grid", "electricity", "CNY", (Terms(date(2026, 1, 1), TARIFF.code, "industry"),))
    await tariff_changes.apply(connection, "plant", Documents({TARIFF.code: priced(example)}, {}, [contract]))
    await tariff_changes.settle(connection)
    await calendars.cover(connection, plant.calendar_id, monday, monday + 7 * WHOLE_DAY)
    written = {}
    for day in range(7):
        for line in example.all("load"):
            start, stop = (minutes(text) for text in line.rest[:2])
            piece = Piece(micro(line.rest[2]) // 4, 0, 0, QUARTER_US)
            for minute in range(start, stop, 15):
                written[monday + timedelta(days=day, minutes=minute)] = piece
    await intervals.replace(connection, plant, "m1", monday, monday + 7 * WHOLE_DAY, written)
    local = monday.astimezone(plant.zone).date()
    period = f"from={local}&to={local + timedelta(days=7)}"
    made = Count(None, "part", monday, monday + 7 * WHOLE_DAY, Decimal(example.one("produced", "1")), "pieces")
    await production.store(connection, "plant", [made])
    async with serving(database_url) as client:
        await until_ready(client)
        more = "figures=demand&figures=baseload&figures=intensity&compare=previous"
        answer = (await client.get(f"/api/v1/energy?site=plant&space=hall&{period}&{more}")).json()
    (group,) = answer["groups"]
    found: dict[str, Any] = group["total"] | group["demand"] | group
    found["per_product"] = group["per_product"][0]["energy_per_unit"]
    found["previous"] = answer["previous"]["start"][:10]
    given = {"week", "band", "load", "area", "produced"}
    for line in (line for line in example.lines if line.word not in given):
        if line.word == "previous":
            before = instant(f"{line.rest[0]} 00:00").astimezone(UTC)
            assert answer["previous"]["start"] == f"{before:%Y-%m-%dT%H:%M:%SZ}"
        else:
            assert found[line.word] == pytest.approx(float(line.rest[0]), abs=0.00005), line


def priced(example: Example) -> Any:  # noqa: ANN401 - the tariff of the example
    """Bands as the example says; in each the base price of 1 times what it costs."""
    lines = [line.rest for line in example.all("band")]
    periods = tuple(Period(minutes(start), minutes(stop), BANDS[band]) for start, stop, band, _ in lines)
    return replace(
        TARIFF,
        seasons=(Season(frozenset(range(1, 13)), frozenset({"weekday", "weekend", "holiday"}), periods),),
        ratios={"industry": {BANDS[band]: Decimal(price) for _, _, band, price in lines}},
        components=(Component("energy", "Energy", Decimal(1), floats=True),),
    )


def minutes(text: str) -> int:
    hour, minute = map(int, text.split(":"))
    return 60 * hour + minute


@of("forecast")
async def test_the_forecast_of_the_quarter_hour(example: Example, connection: Connection) -> None:
    plant = await metered_plant.make(connection)
    await metered_plant.calendar(connection, plant, MIDNIGHT, MIDNIGHT + WHOLE_DAY)
    (so_far,) = example.all("sofar")
    passed = int(so_far.rest[0])
    piece = Piece(micro(so_far.rest[1]), 0, 0, passed * 60 * MICRO)
    await intervals.replace(connection, plant, "m1", MIDNIGHT, MIDNIGHT + QUARTER, {MIDNIGHT: piece})
    now = MIDNIGHT + timedelta(minutes=passed, seconds=10)
    if power := example.one("power", ""):
        point = await connection.fetchval(
            """INSERT INTO point
                 (device_id, key, name, quantity, unit, canonical_unit, scale, kind, expected_interval_s)
               SELECT id, 'power_kw', 'Power', 'active_power', 'kW', 'kW', 1, 'gauge', 10 FROM device RETURNING id"""
        )
        await connection.execute("INSERT INTO latest VALUES ($1, $2, $3, now())", point, now, float(power))
    (register,) = await demand.registers(connection, "plant", ["m1"], "import")
    found = await demand.forecast(connection, register, now)
    assert found is not None
    assert found.power == Decimal(example.one("window", ""))


def test_the_page_has_examples() -> None:
    for language in ("virtual", "whose", "rollup", "analysis", "forecast"):
        assert list(examples((language,))), language
