"""The worked examples of docs/accounting.md about what is stored and judged again: the law of a period, late reads.

stored         rated N; reads FROM TO MINUTES FIRST EACH (from FIRST on, EACH more each so many minutes); silent FROM TO
               (of these reads those after FROM and before TO are not there); jump TIME N (from then on N more)
               then, in the order of the page, what happens: late TIME VALUE, eye TIME VALUE (read off by a person),
               ruled FROM TO VERDICT [N], refused FROM TO VERDICT [N], replaced TIME closing N opening N
               and what is so: interval TIME N QUALITY [N QUALITY]; others (all other quarter hours are as they were
               before the last event); law FROM TO WORD N [...] of a period as GET .../reconciliation names it
commissioning  multiplier N; compare REGISTER FORWARD [backward N]: FINDING [FINDING]
losses         parent N; child N (each quarter hour of a day, as many as there are); loss N share N, in|outside
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from analytics.metering.commissioning import Comparison, compared
from services.database import Connection
from services.ledger import manual_readings, replacements, rulings
from services.ledger.losses import losses
from services.ledger.manual_readings import ManualReading
from services.ledger.reconciliation import reconcile
from services.ledger.registers import register
from services.ledger.replacements import Replacement
from services.ledger.rulings import RulingRefusedError, Wanted
from services.metering import recompute
from tests import metered_plant
from tests.accounting_page import Example, Line, examples, instant
from tests.energy import intervals
from tests.energy.intervals import Piece
from tests.metered_plant import QUARTER, Meter, Plant
from tests.services.accounting import Engine, energy

MICRO = 1_000_000
MIDNIGHT = instant("00:00").astimezone(UTC)
NOW = MIDNIGHT + timedelta(days=3)
EVENTS = {"late", "eye", "ruled", "replaced"}
Stored = dict[datetime, dict[str, int]]


def of(language: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("example", list(examples((language,))), ids=lambda e: f"{e.page}:{e.number}")


def micro(text: str) -> int:
    return int(Decimal(text.replace(",", "")) * MICRO)


def reads_of(example: Example) -> list[tuple[datetime, float]]:
    found: dict[datetime, Decimal] = {}
    for line in example.all("reads"):
        start, stop, step, first, each = line.rest
        at, value = instant(start), Decimal(first)
        while at <= instant(stop):
            found[at] = value
            at, value = at + timedelta(minutes=int(step)), value + Decimal(each)
    for line in example.all("silent"):
        start, stop = line.rest
        found = {at: value for at, value in found.items() if not instant(start) < at < instant(stop)}
    for line in example.all("jump"):
        found = {at: value + Decimal(line.rest[1]) * (at >= instant(line.rest[0])) for at, value in found.items()}
    return [(at.astimezone(UTC), float(value)) for at, value in found.items()]


@of("stored")
async def test_what_is_stored_and_judged_again(example: Example, connection: Connection) -> None:
    meter = Meter("m1", rated_per_hour=float(example.one("rated", "100")))
    plant = await metered_plant.make(connection, [meter])
    engine = await Engine(connection).start()
    await engine.settle()
    await metered_plant.store(connection, plant, "m1", reads_of(example))
    await engine.settle()
    before: Stored = {}
    stated: set[datetime] = set()
    for line in example.lines:
        if line.word in EVENTS:
            before, stated = await stored(connection, plant), set()
            await happens(connection, plant, engine, line)
            await engine.settle()
        elif line.word == "refused":
            with pytest.raises(RulingRefusedError):
                await rule(connection, line)
        elif line.word == "interval":
            at = instant(line.rest[0]).astimezone(UTC)
            stated.add(at)
            said = {quality: micro(of_it) for of_it, quality in zip(line.rest[1::2], line.rest[2::2], strict=True)}
            assert (await stored(connection, plant))[at] == said, line
        elif line.word == "others":
            now = await stored(connection, plant)
            assert {at: row for at, row in now.items() if at not in stated} == {
                at: row for at, row in before.items() if at not in stated
            }
        elif line.word == "law":
            await holds(connection, line)


async def stored(connection: Connection, plant: Plant) -> Stored:
    """The quarter hours, each with what is in it of each quality."""
    return {
        start: {
            quality: of_it
            for quality, of_it in zip(("measured", "interpolated", "estimated"), qualities, strict=True)
            if of_it
        }
        for start, *qualities, _ in await energy(connection, plant.registers["m1"])
    }


async def happens(connection: Connection, plant: Plant, engine: Engine, line: Line) -> None:
    at = instant(line.rest[0]).astimezone(UTC)
    if line.word == "late":
        await metered_plant.store(connection, plant, "m1", [(at, float(line.rest[1]))])
    elif line.word == "eye":
        read = ManualReading(at, float(line.rest[1]), "read on site")
        assert await manual_readings.enter(connection, await register(connection, "plant", "m1"), read, NOW)
        await recompute.request(connection, [plant.registers["m1"]], at, "readings were corrected", until=at)
    elif line.word == "replaced":
        wanted = Replacement(at, "replaced", Decimal(line.rest[2]), Decimal(line.rest[4]))
        assert await replacements.enter(connection, await register(connection, "plant", "m1"), wanted, NOW)
        await engine.accountant.learn(connection)
    else:
        assert await rule(connection, line)


async def rule(connection: Connection, line: Line) -> bool:
    start, stop, verdict, *given = line.rest
    of_it = micro(given[0]) if given else None
    wanted = Wanted(instant(start).astimezone(UTC), instant(stop).astimezone(UTC), verdict, "seen on site", of_it)  # type: ignore[arg-type]
    return await rulings.rule(connection, await register(connection, "plant", "m1"), wanted, NOW)


async def holds(connection: Connection, line: Line) -> None:
    """The law of a period: the terms that the page names, and that nothing is left over."""
    start, stop, *words = line.rest
    found = await reconcile(
        connection,
        await register(connection, "plant", "m1"),
        instant(start).astimezone(UTC),
        instant(stop).astimezone(UTC),
    )
    law = found.whole.law
    terms = {
        "intervals": law.intervals,
        "quarantined": law.quarantined,
        "unresolved": law.unresolved,
        "adjustments": law.adjustments,
        "first": law.first.energy,
        "last": law.last.energy,
    }
    assert law.residual == 0
    assert law.intervals + law.quarantined + law.unresolved == law.last.energy - law.first.energy + law.adjustments
    for word, value in zip(words[::2], words[1::2], strict=True):
        if word in {"from", "to"}:
            used = found.start if word == "from" else found.stop
            assert used == instant(value), line
        else:
            assert terms[word] == micro(value), line


@of("commissioning")
def test_the_commissioning_check(example: Example) -> None:
    multiplier = float(example.one("multiplier", "1"))
    for line in example.all("compare"):
        register_kwh, power_kwh, *expected = (word.rstrip(":") for word in line.rest)
        power = float(power_kwh)
        seen = Comparison(96, float(register_kwh), max(power, 0.0), max(-power, 0.0), multiplier)
        assert [finding.kind for finding in compared(seen)] == [each for each in expected if each != "consistent"]


@of("losses")
async def test_parent_and_children(example: Example, connection: Connection) -> None:
    children = [f"child-{number}" for number, _ in enumerate(example.all("child"))]
    plant = await metered_plant.make(connection, [Meter("main"), *(Meter(code, "main") for code in children)])
    await metered_plant.calendar(connection, plant, MIDNIGHT, MIDNIGHT + timedelta(days=1))
    counted = [("main", example.one("parent", ""))]
    counted += [(code, line.rest[0]) for code, line in zip(children, example.all("child"), strict=True)]
    for code, each in counted:
        piece = Piece(micro(each), 0, 0, 900_000_000)
        written = dict.fromkeys((MIDNIGHT + n * QUARTER for n in range(96)), piece)
        await intervals.replace(connection, plant, code, MIDNIGHT, MIDNIGHT + timedelta(days=1), written)
    (found,) = await losses(
        connection, await register(connection, "plant", "main"), MIDNIGHT, MIDNIGHT + timedelta(days=1)
    )
    (stated,) = example.all("loss")
    amount, _, share, where = stated.rest
    assert (found.unmetered, found.share) == (micro(amount), Decimal(share))
    assert (found.flagged, found.complete) == (where == "outside", True)


def test_the_page_has_examples() -> None:
    for language in ("stored", "commissioning", "losses"):
        assert list(examples((language,))), language
