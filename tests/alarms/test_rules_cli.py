"""`ioe rules` as people and scripts call it, and a folder's rules with `ioe site`: what is printed, how it ends."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from deploy import rule_apply
from deploy.cli import main
from deploy.rule_apply import apply_shipped
from services.alarms import rules
from services.database import connect

SITE = """
code = "works"
name = "Works"
time_zone = "Asia/Shanghai"
"""
TEMPLATE = """
code = "my_compressor"
name = "Compressor"
kind = "compressor"
[[point]]
key = "outlet_degc"
name = "Outlet"
quantity = "temperature"
unit = "degC"
kind = "gauge"
expected_interval_s = 10
"""
DEVICES = "code,name,template\ncomp-1,Compressor 1,my_compressor\ncomp-2,Compressor 2,my_compressor\n"
RULE = """
[[rule]]
code = "outlet-high"
name = "Outlet high"
system = "compressed_air"
for = { kind = "compressor" }
signal = "outlet_degc"
levels = [ { at = "H", limit = 105, priority = "high" } ]
"""
SECOND = RULE.replace("outlet-high", "outlet-low").replace('"H", limit = 105', '"L", limit = 5')


def ioe(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def told(*arguments: str | Path) -> list[str]:
    result = ioe(*arguments)
    assert result.exit_code == 0, result.output
    return [" ".join(line.split()) for line in result.stdout.splitlines()]


@pytest.fixture
def folder(tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A site folder, with a library of one rule for the shipped ones."""
    monkeypatch.setenv("IOE_DATABASE_URL", database_url)
    library = tmp_path / "library"
    library.mkdir()
    (library / "air.toml").write_text(RULE, "utf-8")
    monkeypatch.setattr(rule_apply, "LIBRARY", library)
    site = tmp_path / "works"
    (site / "templates").mkdir(parents=True)
    (site / "site.toml").write_text(SITE, "utf-8")
    (site / "templates" / "my_compressor.toml").write_text(TEMPLATE, "utf-8")
    (site / "devices.csv").write_text(DEVICES, "utf-8")
    return site


def own_rules(folder: Path, text: str) -> None:
    (folder / "rules").mkdir(exist_ok=True)
    (folder / "rules" / "own.toml").write_text(text, "utf-8")


def test_a_site_is_applied_with_its_rules(folder: Path) -> None:
    own_rules(folder, SECOND)
    assert told("site", "check", folder)[-1].endswith("2 points, 1 rule of alarms besides those that are shipped")
    assert told("site", "apply", folder)[-2:] == [
        "added rule works/outlet-high: Outlet high",
        "added rule works/outlet-low: Outlet high",
    ]
    assert told("site", "apply", folder) == ["works: nothing to change"]
    assert told("rules", "list") == [
        "rule system machines unbound levels origin version",
        "works/outlet-high compressed_air 2 H 105 high shipped 1",
        "works/outlet-low compressed_air 2 L 5 high site 1",
    ]
    assert told("rules", "list", "--system", "power") == ["rule system machines unbound levels origin version"]


def test_mistakes_in_a_folders_rules_stop_the_site(folder: Path) -> None:
    own_rules(folder, SECOND.replace("levels", "levls"))
    result = ioe("site", "check", folder)
    shape = 'levels = [ { at = "H", limit = 105, priority = "high" } ]'
    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        f"rules/own.toml:2: 'levels' is missing: from which limits it is an alarm, as in {shape}",
        "rules/own.toml:8: 'levls' is not known here: did you mean 'levels'?",
    ]
    assert ioe("rules", "check", folder).stdout == result.stdout
    assert ioe("rules", "check", folder / "rules" / "own.toml").exit_code == 1
    own_rules(folder, SECOND)
    assert told("rules", "check", folder) == ["no mistakes in 1 rules, and 1 that are shipped"]


def test_a_rule_that_goes_is_asked_about(folder: Path) -> None:
    own_rules(folder, SECOND)
    ioe("site", "apply", folder)
    shutil.rmtree(folder / "rules")
    refused = ioe("rules", "apply", folder)
    assert refused.exit_code == 1
    assert "this would retire rules outlet-low: say --yes if that is meant" in refused.stderr
    assert told("rules", "apply") == ["works: nothing to change"]
    assert told("rules", "apply", folder, "--yes") == ["retired rule works/outlet-low: Outlet high"]
    assert told("rules", "show", "works/outlet-low")[0].startswith("# works/outlet-low: version 2, site, retired 20")


def test_a_rule_is_changed_and_the_shipped_one_taken_again(folder: Path) -> None:
    ioe("site", "apply", folder)
    assert told("rules", "set", "works/outlet-high", "--limit", "H=100", "--deadband", "2", "--reason", "summer") == [
        "works/outlet-high: version 2"
    ]
    assert told("rules", "set", "works/outlet-high", "--limit", "H=100", "--reason", "again") == [
        "works/outlet-high: nothing to change"
    ]
    kept = "kept rule works/outlet-high: edited here; the shipped rule has it otherwise: level H 100 high -> 105 high; "
    assert told("rules", "apply") == [f"{kept}deadband 2 -> none"]
    misspelt = ioe("rules", "apply", "--replace-edited", "--rule", "outlet-hihg")
    assert "no file has a rule outlet-hihg" in misspelt.stderr
    assert ioe("rules", "apply", "--rule", "outlet-high").exit_code == 1
    assert told("rules", "apply", "--replace-edited", "--dry-run")[0].startswith("changed rule works/outlet-high")
    assert told("rules", "apply", "--replace-edited", "--rule", "outlet-high")[0].startswith(
        "changed rule works/outlet-high"
    )
    versions = told("rules", "versions", "works/outlet-high")
    assert [line.split()[0] for line in versions if line[0].isdigit()] == ["3", "2", "1"]
    assert {"level H 105 high -> 100 high", "deadband none -> 2", "deadband 2 -> none"} <= set(versions)


def test_one_machine_has_its_own_figures(folder: Path) -> None:
    ioe("site", "apply", folder)
    on = ("rules", "set", "works/outlet-high", "--machine", "comp-1", "--reason", "old machine")
    assert told(*on, "--limit", "H=98") == ["works/outlet-high on comp-1: changed"]
    assert told(*on, "--on-delay-s", "5") == ["works/outlet-high on comp-1: changed"]
    assert any(
        line.startswith("# otherwise on comp-1: H 98, on_delay_s 5 (local, ")
        for line in told("rules", "show", "works/outlet-high")
    )
    assert told(*on, "--off") == ["works/outlet-high on comp-1: changed"]
    left_out = ioe("rules", "unbound")
    assert (left_out.exit_code, left_out.stdout) == (
        3,
        "comp-1 (works/outlet-high): switched off for this machine by its override\n",
    )
    assert told(*on, "--clear") == ["works/outlet-high on comp-1: changed"]
    assert told("rules", "unbound") == ["every rule applies wherever it is for"]
    assert len(told("rules", "versions", "works/outlet-high")) == 6


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["show", "works/gone"], 1, "there is no rule 'gone' of works"),
        (["show", "gone"], 2, "name it site/code"),
        (["set", "works/outlet-high", "--reason", "x"], 1, "nothing to change: give --limit"),
        (["set", "works/outlet-high", "--limit", "H", "--reason", "x"], 2, "write a level and a figure"),
        (["set", "works/outlet-high", "--limit", "XX=1", "--reason", "x"], 2, "write a level and a figure"),
        (["set", "works/outlet-high", "--limit", "L=1", "--reason", "x"], 1, "has no level L: it has H"),
        (["set", "works/outlet-high", "--clear", "--reason", "x"], 1, "say which with --machine"),
        (["set", "works/outlet-high", "--machine", "nn", "--off", "--reason", "x"], 1, "there is no device 'nn'"),
        (["try", "works/outlet-high", "--machine", "nn"], 1, "is not for nn"),
        (["try", "works/outlet-high", "--from", "2999-01-01T00:00Z"], 2, "the period has not begun yet"),
        (["list", "--site", "wroks"], 1, "there is no site 'wroks': there are works, and service"),
        (["unbound", "--site", "wroks"], 1, "there is no site 'wroks'"),
        (["try", "wroks/outlet-high"], 1, "there is no site 'wroks'"),
    ],
)
def test_what_cannot_be_is_one_line_that_says_why(
    folder: Path, arguments: Sequence[str], code: int, message: str
) -> None:
    ioe("site", "apply", folder)
    result = ioe("rules", *arguments)
    assert result.exit_code == code
    assert message in result.stderr


def test_a_rule_is_tried_from_a_file_before_it_is_applied(folder: Path, database_url: str) -> None:
    ioe("site", "apply", folder)
    start = datetime(2026, 11, 16, tzinfo=UTC)

    async def store() -> None:
        connection = await connect(database_url, name="test")
        await connection.execute(
            """INSERT INTO reading (point_id, time, value)
               SELECT point.id, time, CASE WHEN time < $1::timestamptz + interval '20 min' THEN 99 ELSE 80 END
               FROM point JOIN device ON device.id = point.device_id AND device.code = 'comp-1',
                 generate_series($1::timestamptz, $1::timestamptz + interval '59 min', interval '10 s') AS time""",
            start,
        )
        await connection.close()

    asyncio.run(store())
    span = ("--from", start.isoformat(), "--to", (start + timedelta(hours=1)).isoformat())
    assert told("rules", "try", "works/outlet-high", *span) == [
        "would have raised 0 alarms on 2 machines from 2026-11-16T00:00:00Z to 2026-11-16T01:00:00Z: 0.0 a day",
        "from 355 readings",
    ]
    lower = folder.parent / "lower.toml"
    lower.write_text(RULE.replace("105", "95"), "utf-8")
    assert told("rules", "try", "works/outlet-high", "--file", lower, *span, "--machine", "comp-1") == [
        "would have raised 1 alarm on 1 machine from 2026-11-16T00:00:00Z to 2026-11-16T01:00:00Z: 24.0 a day",
        "2026-11-16T00:00:00Z comp-1 H 99 for 0:20:00",
        "from 355 readings",
    ]


def test_an_upgrade_brings_its_rules_to_every_site_and_leaves_edited_ones(folder: Path, database_url: str) -> None:
    ioe("site", "apply", folder)
    own_rules(folder, SECOND)
    ioe("rules", "apply", folder)
    ioe("rules", "set", "works/outlet-high", "--limit", "H=100", "--reason", "summer")
    newer = RULE.replace("105", "104") + RULE.replace("outlet-high", "outlet-very-high")
    (rule_apply.LIBRARY / "air.toml").write_text(newer, "utf-8")
    assert asyncio.run(apply_shipped(database_url)) == (1, 1)
    assert asyncio.run(apply_shipped(database_url)) == (0, 1)

    async def held() -> dict[str, tuple[str, float]]:
        connection = await connect(database_url, name="test")
        found = await rules.load(connection)
        await connection.close()
        return {each.rule.code: (each.origin, each.rule.levels[0].limit) for each in found["works"]}

    assert asyncio.run(held()) == {
        "outlet-high": ("entered", 100),
        "outlet-low": ("site", 5),
        "outlet-very-high": ("shipped", 105),
    }
