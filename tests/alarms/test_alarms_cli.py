"""`ioe alarms` as people and scripts call it: what it prints and how it ends."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from click.testing import CliRunner, Result

from deploy.cli import main
from services.database import connect
from tests.alarms import kept_plant
from tests.alarms.kept_plant import Plant

ALARM = "kunshan/hot/comp-1"
Tell = Callable[[Callable[[Plant], Coroutine[Any, Any, None]]], None]
#: Somebody evaluates alarms and watches the service for as long as a test takes.
_DONE = """INSERT INTO duty (name, backend_pid, holder, since, beat_at)
           SELECT duty, 1, 'test', now(), now() + interval '1 hour' FROM unnest(ARRAY['alarms', 'watch']) AS duty"""
PERIOD = ("--from", "2026-11-23T08:00:00Z", "--to", "2026-11-23T20:00:00Z")


def ioe(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["alarms", *arguments])


@pytest.fixture
def told(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Tell:
    """Tell alarms of a site with two compressors something, from within a test that is not asynchronous."""
    monkeypatch.setenv("IOE_DATABASE_URL", database_url)

    def tell(what: Callable[[Plant], Coroutine[Any, Any, None]]) -> None:
        async def work() -> None:
            connection = await connect(database_url, name="test")
            try:
                await connection.execute(_DONE)
                await what(await kept_plant.make(connection, machines=["comp-1", "comp-2"]))
            finally:
                await connection.close()

        asyncio.run(work())

    return tell


async def raised(plant: Plant) -> None:
    await plant.tell(plant.instance("hot", "comp-1"), 10, "HH", 112.0)


async def nothing(plant: Plant) -> None:
    assert plant.instances


def test_a_calm_site_ends_with_0(told: Tell) -> None:
    told(nothing)
    listed = ioe("list")
    assert (listed.exit_code, listed.stdout) == (0, "all is normal\n")
    assert ioe("floods", *PERIOD).stdout == "no flood\n"
    assert ioe("figures", *PERIOD).exit_code == 0


def test_that_nobody_looks_is_no_calm(told: Tell) -> None:
    async def alone(plant: Plant) -> None:
        await plant.connection.execute("UPDATE duty SET beat_at = now() - interval '1 minute' WHERE name = 'alarms'")
        await plant.connection.execute("DELETE FROM duty WHERE name = 'watch'")

    told(alone)
    listed = ioe("list")
    assert (listed.exit_code, listed.stdout) == (3, "nothing is known to be wrong\n")
    evaluated, watched = listed.stderr.splitlines()
    assert evaluated.startswith("no rule has been evaluated for 6")
    assert evaluated.endswith("what is not listed may be so; start `ioe analytics --duty alarms`")
    assert watched.startswith("nobody ever watched the service itself")


def test_an_alarm_is_listed_shown_and_answered(told: Tell) -> None:
    told(raised)
    listed = ioe("list", "--site", "kunshan")
    assert listed.exit_code == 3
    assert listed.stdout.splitlines() == [
        "priority  state           since                 alarm               message",
        "critical  unacknowledged  2026-11-23T08:00:10Z  kunshan/hot/comp-1  Outlet hot: 112 degC / 109 degC",
    ]
    assert len(ioe("list", "--all").stdout.splitlines()) == 3
    assert ioe("ack", ALARM, "--comment", "going there").stdout == f"{ALARM}: acknowledged\n"
    again = ioe("ack", ALARM)
    assert (again.exit_code, again.stderr) == (1, f"{ALARM}: it is acknowledged already\n")
    shown = ioe("show", ALARM).stdout
    assert "raised     2026-11-23T08:00:10Z, critical: Outlet hot: 112 degC / 109 degC" in shown
    assert "by local, “going there”" in shown
    assert ioe("list").exit_code == 0


def test_shelving_and_service(told: Tell) -> None:
    told(raised)
    assert ioe("shelve", ALARM, "--minutes", "30").stdout == f"{ALARM}: shelved\n"
    too_long = ioe("shelve", ALARM, "--minutes", "600")
    assert too_long.exit_code == 1
    assert "8 hours at most" in too_long.stderr
    assert ioe("unshelve", ALARM).stdout == f"{ALARM}: unacknowledged\n"
    assert ioe("out-of-service", ALARM).exit_code == 2
    assert ioe("out-of-service", ALARM, "--comment", "overhaul").stdout == f"{ALARM}: out_of_service\n"
    assert ioe("return", ALARM).stdout == f"{ALARM}: unacknowledged\n"
    assert ioe("reset", ALARM).exit_code == 1
    missing = ioe("ack", "kunshan/hot/comp-9", ALARM)
    assert (missing.exit_code, missing.stdout) == (1, f"{ALARM}: acknowledged\n")
    assert "There is no alarm kunshan/hot/comp-9" in missing.stderr


def test_figures_name_the_limit_that_is_missed(told: Tell) -> None:
    async def storm(plant: Plant) -> None:
        for n in range(12):
            await plant.tell(plant.instance("hot", "comp-1"), 10 * n, "H")
            await plant.tell(plant.instance("hot", "comp-1"), 10 * n + 5, None)
        await plant.pass_time(7200)

    told(storm)
    found = ioe("figures", "--by", "machine", *PERIOD)
    assert found.exit_code == 3
    (worst,) = [line.split() for line in found.stdout.splitlines() if line.startswith("most in ten minutes")]
    assert worst[4:] == ["12", "<=", "10", "MISSED"]
    assert f"chattering: {ALARM}" in found.stdout
    assert "kunshan/comp-1  Machine comp-1" in found.stdout
    assert "2026-11-23T08:01:40Z  2026-11-23T08:11:10Z  12" in ioe("floods", *PERIOD).stdout


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("list", "--site", "kunsan"), "there is no site 'kunsan': there are kunshan, service"),
        (("list", "--machine", "comp-9"), "no alarm is for 'comp-9'"),
        (("figures", "--machine", "comp-9"), "no alarm is for 'comp-9'"),
        (("figures", "--site", "kunsan"), "there is no site 'kunsan'"),
        (("floods", "--site", "kunsan"), "there is no site 'kunsan'"),
    ],
)
def test_a_misspelt_name_is_no_calm_site(told: Tell, arguments: tuple[str, ...], why: str) -> None:
    told(nothing)
    refused = ioe(*arguments)
    assert refused.exit_code == 1
    assert why in refused.stderr


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("shelve", ALARM, "--minutes", "nan"), "it is no figure"),
        (("shelve", ALARM, "--minutes", "1e300"), "is not in the range"),
        (("shelve", ALARM, "--comment", "x" * 1001), "it has 1001 characters"),
        (("out-of-service", ALARM, "--comment", "  "), "say why"),
        (("figures", "--to", "9999-12-31T23:59:59-12:00"), "outside the calendar"),
    ],
)
def test_what_cannot_be_meant_is_refused_in_words(arguments: tuple[str, ...], why: str) -> None:
    refused = ioe(*arguments)
    assert refused.exit_code == 2
    assert why in refused.stderr
