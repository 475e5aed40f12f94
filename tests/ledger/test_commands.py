"""`ioe meter` as people and scripts call it: what it prints and how it ends."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner, Result

from deploy.cli import main
from services.database import Connection, connect
from tests import metered_plant
from tests.ledger.judging import judge
from tests.metered_plant import Meter

START = datetime(2026, 3, 2, tzinfo=UTC)
STEP = timedelta(minutes=5)
PERIOD = ("--from", "2026-03-02T08:00:00+08:00", "--to", "2026-03-02T01:30:00Z")
SWAP = ("--at", "2026-03-02T00:32:00Z", "--closing", "1031", "--opening", "6031", "--reason", "order 118")


def ioe(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["meter", *arguments])


@pytest.fixture
def plant(database_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """A register that jumps by 5,000 between 00:30 and 00:35."""
    monkeypatch.setenv("IOE_DATABASE_URL", database_url)

    async def work(connection: Connection) -> None:
        made = await metered_plant.make(connection, [Meter("m1", rated_per_hour=100.0)])
        reads = [(START + STEP * n, 1000.0 + 5 * n + (5000 if n >= 7 else 0)) for n in range(19)]
        await metered_plant.store(connection, made, "m1", reads)
        await judge(connection)

    within(database_url, work)
    return database_url


def within(url: str, work: object) -> None:
    async def connected() -> None:
        connection = await connect(url, name="test")
        try:
            await work(connection)  # type: ignore[operator]
        finally:
            await connection.close()

    asyncio.run(connected())


def test_the_ledger_ends_with_3_while_something_is_open(plant: str) -> None:
    assert plant
    result = ioe("ledger", "plant/m1")
    assert result.exit_code == 3
    assert result.stdout.splitlines() == [
        "start                 stop                  flow    kind         energy  quarantined  adjustment",
        (
            "2026-03-02T00:30:00Z  2026-03-02T00:35:00Z  import  implausible   0.000    5,005.000       0.000  kWh  "
            "OPEN: accept, reject or correct it"
        ),
    ]


def test_the_law_is_shown(plant: str) -> None:
    assert plant
    result = ioe("reconcile", "plant/m1", *PERIOD)
    assert result.exit_code == 0
    assert [line.split() for line in result.stdout.splitlines() if line.startswith("  ")][2:] == [
        ["last", "-", "first", "5,090.000000", "kWh"],
        ["adjustments", "0.000000", "kWh"],
        ["intervals", "85.000000", "kWh"],
        ["quarantined", "5,005.000000", "kWh"],
        ["unresolved", "0.000000", "kWh"],
        ["residual", "0.000000", "kWh"],
    ]


def test_a_replacement_is_asked_about_and_mends_the_jump(plant: str) -> None:
    asked = ioe("replace", "plant/m1", *SWAP)
    assert asked.exit_code == 1
    assert "say --yes if that is meant; nothing was changed" in asked.stderr
    done = ioe("replace", "plant/m1", *SWAP, "--yes")
    assert done.exit_code == 0
    assert "closed at 1031, opened at 6031" in done.stdout
    assert done.stdout.endswith("entered: it is being judged again\n")
    within(plant, judge)
    # 30 to 00:30, 1 to the closing value, 6035 - 6031 = 4 after the opening one, 55 to 01:30.
    assert ["intervals", "90.000000", "kWh"] in [
        line.split() for line in ioe("reconcile", "plant/m1", *PERIOD).stdout.splitlines()
    ]
    assert ioe("ledger", "plant/m1", "--open").exit_code == 0
    undone = ioe("replace", "plant/m1", "--at", SWAP[1], "--undo", "--reason", "wrong meter", "--yes")
    assert undone.stdout.endswith("entered: it is being judged again\n")


def test_a_replacement_that_cannot_have_been_is_refused(plant: str) -> None:
    assert plant
    result = ioe("replace", "plant/m1", "--at", "2026-03-02T00:32:00Z", "--closing", "1", "--opening", "6031",
                 "--reason", "x", "--yes")  # fmt: skip
    assert (result.exit_code, "below the last read, 1030.0 kWh" in result.stderr) == (1, True)
    assert ioe("replace", "plant/m1", "--at", "2026-03-02 00:32", "--reason", "x").exit_code == 2


def test_judging_again_waits_for_the_engine(plant: str) -> None:
    late = ioe("recompute", "plant/m1", "--timeout", "0.01")
    assert (late.exit_code, "is `ioe analytics` running" in late.stderr) == (4, True)

    async def both(connection: Connection) -> None:
        waiting = asyncio.create_task(asyncio.to_thread(ioe, "recompute", "--all", "--timeout", "60"))
        async with asyncio.timeout(60):
            while not waiting.done():
                await judge(connection)
        result = waiting.result()
        assert (result.exit_code, result.stdout) == (0, "judged again: 1 registers\n")

    within(plant, both)


def test_unknown_meters_and_wrong_lines_are_told_apart(plant: str) -> None:
    assert plant
    assert (ioe("ledger", "plant/m9").exit_code, ioe("ledger", "m1").exit_code) == (1, 2)
    assert (ioe("recompute").exit_code, ioe("recompute", "plant/m9").exit_code) == (2, 1)
    assert ioe("reconcile", "plant/m1", "--from", PERIOD[3], "--to", PERIOD[1]).exit_code == 2


def test_the_check_names_what_is_to_be_looked_at(plant: str) -> None:
    assert plant
    result = ioe("check", "plant/m1", *PERIOD)
    assert (result.exit_code, result.stdout.splitlines()[-1]) == (0, "1 registers, 0 to look at")
