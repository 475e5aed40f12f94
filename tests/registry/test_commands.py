"""`ioe site` and `ioe migrate` as people and scripts call them: what they print and how they end."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from deploy import rule_apply
from deploy.cli import main
from services.database import connect
from services.site_folder.read import read_folder

GOLDEN = Path(__file__).parent / "golden"
GOOD = GOLDEN / "good" / "folder"


def ioe(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


@pytest.fixture
def database(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    # Rules of alarms come with a site, and are not what this is about.
    monkeypatch.setattr(rule_apply, "LIBRARY", tmp_path / "no-rules")
    monkeypatch.setenv("IOE_DATABASE_URL", database_url)
    return database_url


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the good folder, to be changed."""
    for path in GOOD.rglob("*"):
        if path.is_file():
            copy = tmp_path / "site" / path.relative_to(GOOD)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(path.read_bytes())
    return tmp_path / "site"


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def test_check_says_what_a_good_folder_holds() -> None:
    result = ioe("site", "check", GOOD)
    assert (result.exit_code, result.stdout) == (
        0,
        "demo: no mistakes in 2 spaces, 1 units, 2 machines, 3 devices, 6 points\n",
    )


def test_check_lists_the_mistakes_and_ends_with_1() -> None:
    result = ioe("site", "check", GOLDEN / "references" / "folder")
    assert result.exit_code == 1
    assert result.stdout == (GOLDEN / "references" / "expected.txt").read_text("utf-8")
    assert result.stderr.startswith("Error: 13 mistakes in ")


def test_a_wrong_command_line_ends_with_2(tmp_path: Path) -> None:
    assert ioe("site", "check", tmp_path / "nowhere").exit_code == 2
    assert ioe("site", "aply", GOOD).exit_code == 2


def test_apply_shows_the_difference_once(database: str) -> None:
    del database
    dry = ioe("site", "apply", GOOD, "--dry-run")
    first = ioe("site", "apply", GOOD)
    assert (dry.exit_code, first.exit_code) == (0, 0)
    assert first.stdout == dry.stdout + "applied: revision 1\n"
    assert "added     device         m-1  Meter 1, incomer  (meter)  with 3 points\n" in first.stdout
    again = ioe("site", "apply", GOOD)
    assert (again.exit_code, again.stdout) == (0, "demo: nothing to change\n")


def test_apply_refuses_a_folder_with_mistakes_before_it_looks_at_the_database() -> None:
    result = ioe("site", "apply", GOLDEN / "circles" / "folder")
    assert result.exit_code == 1
    assert "nothing was changed" in result.stderr


def test_nothing_is_retired_without_a_yes(database: str, folder: Path) -> None:
    del database
    ioe("site", "apply", folder)
    edit(folder / "equipment.csv", "c-1,Compressor 1,,compressor,b1/f1,production,air-station\n", "")
    edit(folder / "devices.csv", "b1/f1,production,c-1,gw-1,,", "b1/f1,production,,gw-1,,")
    refused = ioe("site", "apply", folder)
    assert refused.exit_code == 1
    assert "this would retire 1 x equipment: say --yes if that is meant" in refused.stderr
    assert "retired   equipment      c-1" in refused.stdout
    agreed = ioe("site", "apply", folder, "--yes")
    assert (agreed.exit_code, agreed.stdout.splitlines()[-1]) == (0, "applied: revision 2")


async def test_a_change_made_meanwhile_is_looked_at_again(database: str) -> None:
    other = await connect(database, name="other")
    async with other.transaction():
        await other.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        await other.execute("UPDATE registry_revision SET revision = revision + 1")
        applying = asyncio.create_task(asyncio.to_thread(ioe, "site", "apply", GOOD))
        await _until_somebody_waits(database)
    result = await applying
    await other.close()
    assert "somebody else changed the registry meanwhile: looking again" in result.stderr
    assert (result.exit_code, result.stdout.count("added     device         m-1")) == (0, 1)
    assert result.stdout.endswith("applied: revision 2\n")


async def _until_somebody_waits(url: str) -> None:
    """Until a session of this database waits for the lock that another one holds."""
    watcher = await connect(url, name="watcher")
    async with asyncio.timeout(60):
        while not await watcher.fetchval(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        ):
            await asyncio.sleep(0.01)
    await watcher.close()


def test_a_unit_does_not_change_under_readings_by_mistake(database: str, folder: Path) -> None:
    ioe("site", "apply", folder)
    asyncio.run(_store_readings(database))
    edit(folder / "templates" / "meter.toml", 'unit = "kW"', 'unit = "W"')
    refused = ioe("site", "apply", folder)
    assert refused.exit_code == 1
    assert "point m-1/active_power_kw has readings, and its unit would change from kW to W" in refused.stdout
    assert ioe("site", "apply", folder, "--accept-meaning-change").exit_code == 0


async def _store_readings(url: str) -> None:
    connection = await connect(url, name="test")
    await connection.execute("INSERT INTO latest SELECT id, now(), 1, now() FROM point")
    await connection.close()


def test_an_export_applied_again_changes_nothing(database: str, tmp_path: Path) -> None:
    del database
    ioe("site", "apply", GOOD)
    written = ioe("site", "export", tmp_path / "out")
    assert (written.exit_code, written.stdout) == (0, f"wrote 7 files to {tmp_path / 'out'}\n")
    assert read_folder(tmp_path / "out").registry == read_folder(GOOD).registry
    assert ioe("site", "apply", tmp_path / "out").stdout == "demo: nothing to change\n"
    again = ioe("site", "export", tmp_path / "out")
    assert (again.exit_code, "is not empty" in again.stderr) == (1, True)
    assert ioe("site", "export", tmp_path / "out", "--force").exit_code == 0


def test_export_says_which_sites_there_are(database: str, tmp_path: Path) -> None:
    del database
    assert "there is no site yet: apply a folder first" in ioe("site", "export", tmp_path).stderr
    ioe("site", "apply", GOOD)
    assert "there is no site 'x': use demo" in ioe("site", "export", tmp_path, "--site", "x").stderr


def test_a_database_that_is_away_or_not_migrated_is_said_in_one_line(
    empty_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IOE_DATABASE_URL", "postgresql://ioe@127.0.0.1:1/ioe")
    away = ioe("site", "apply", GOOD)
    assert (away.exit_code, away.stderr.startswith("Error: the database does not answer")) == (1, True)
    monkeypatch.setenv("IOE_DATABASE_URL", empty_database_url)
    empty = ioe("site", "apply", GOOD)
    assert (empty.exit_code, "run `ioe migrate` first" in empty.stderr) == (1, True)


def test_migrate_says_what_is_pending_runs_it_once_and_is_done(
    empty_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IOE_DATABASE_URL", empty_database_url)
    pending = ioe("migrate", "--check")
    assert (pending.exit_code, pending.stdout.splitlines()[0]) == (1, "pending: migration 0001_registry")
    assert ioe("migrate").stdout.splitlines()[0] == "migration 0001 registry"
    assert (ioe("migrate", "--check").exit_code, ioe("migrate").exit_code) == (0, 0)
    assert ioe("migrate").stdout == "the database has the schema of this version\n"


def test_meters_are_applied_exported_and_applied_again(database: str, tmp_path: Path) -> None:
    assert ioe("site", "apply", GOLDEN / "meters-good" / "folder").exit_code == 1, "its contract has no tariff"
    folder = tmp_path / "site"
    for path in (GOLDEN / "meters-good" / "folder").rglob("*"):
        if path.is_file() and path.name != "contracts.toml":
            copy = folder / path.relative_to(GOLDEN / "meters-good" / "folder")
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(path.read_bytes())
    applied = ioe("site", "apply", folder)
    assert applied.exit_code == 0, applied.output
    assert "added     meter          main  Main  with 3 registers, 4 allocations" in applied.output
    assert "meter main names contract grid, which is not there: unbilled until it is applied" in applied.output
    asyncio.run(replace_register(database))
    again = ioe("site", "apply", folder)
    assert "kept      register water/import since 2026-07-01T00:00:00+00:00: it was entered as an event" in again.output
    assert "demo: nothing to change" in again.output
    assert ioe("site", "export", tmp_path / "out").exit_code == 0
    registers = (tmp_path / "out" / "registers.csv").read_text("utf-8").splitlines()
    assert registers[-1] == "water,import,2026-07-01T00:00:00+00:00,d-3/volume_m3,0.1,,0,99,1"
    assert "demo: nothing to change" in ioe("site", "apply", tmp_path / "out").output


async def replace_register(url: str) -> None:
    """A replacement as the API writes it."""
    connection = await connect(url, name="test")
    await connection.execute(
        "INSERT INTO register_segment (register_id, valid_from, point_id, multiplier, closing_value, opening_value,"
        " actor_id, reason) SELECT register_id, '2026-07-01 00:00Z', point_id, 0.1, 99, 1, segment.actor_id, 'leak'"
        " FROM register_segment AS segment JOIN register ON register.id = register_id"
        " JOIN meter ON meter.id = meter_id WHERE meter.code = 'water'"
    )
    await connection.close()
