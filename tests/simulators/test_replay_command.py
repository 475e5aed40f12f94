"""`ioe replay` as people and scripts call it, against a real broker."""

import csv
import json
import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from deploy.cli import main
from deploy.embedded.stack import Stack
from tests.simulators.listening import Listener

STEEL = Path(__file__).parents[1] / "data" / "steel" / "Steel_industry_data.csv"
Listen = Callable[..., Listener]


def replay(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["replay", *arguments])


def test_the_steel_profile_plays_registers_interval_values_and_states(mqtt_url: str, listen: Listen) -> None:
    heard = listen(mqtt_url, "ioe/v1/steel-cli/+/telemetry")
    arguments = f"--profile steel --site steel-cli --speed max --limit 200 --batch 50 --json --broker {mqtt_url}"
    outcome = replay(str(STEEL), *arguments.split())
    assert outcome.exit_code == 0, outcome.output
    figures = json.loads(outcome.stdout)
    assert (figures["rows"], figures["messages"], figures["unconfirmed"], figures["gaps"]) == (200, 4, 0, 0)
    heard.wait_for(4)
    items = [item for payload in heard.payloads for item in json.loads(payload)]
    with STEEL.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))[:200]
    assert len(items) == 201
    total = sum(Decimal(row["Usage_kWh"]) for row in rows)
    assert items[-1]["values"]["import_energy_kwh"] == float(total) == float(figures["registers"]["import_energy_kwh"])
    assert [item["values"]["interval_energy_kwh"] for item in items[1:]] == [float(row["Usage_kWh"]) for row in rows]
    assert items[96]["ts"] == "2018-01-02T00:00:00+09:00"  # the file says 01-01-2018 00:00
    assert items[96]["values"]["load_type"] == rows[95]["Load_Type"]


def test_bad_rows_are_told_written_and_seen_in_the_exit_code(mqtt_url: str, listen: Listen, tmp_path: Path) -> None:
    listen(mqtt_url, "ioe/v1/cli/bad/telemetry")
    recording, bad = tmp_path / "meter.csv", tmp_path / "bad.csv"
    recording.write_text("time,kWh\n2018-01-13 00:15,1\n2018-01-13 00:30,one\n2018-01-13 00:45,1\n")
    arguments = (
        f"--site cli --device bad --column kWh=import_energy_kwh --as register --stamp end --zone UTC --speed max \
        --broker {mqtt_url} --bad-rows {bad}"
    )
    outcome = replay(str(recording), *arguments.split())
    assert outcome.exit_code == 3
    assert "line 3: value not played: column 'kWh': 'one' is no number" in outcome.stderr
    assert "2 of 3 rows played" in outcome.stdout
    assert "older than 400 days" in outcome.stdout
    assert bad.read_text().splitlines()[0] == "line,what,reason,detail"
    assert len(bad.read_text().splitlines()) == 3  # the value, and the row that had no other


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("", "name the site and the device"),
        ("--profile copper", "there is no profile 'copper': known are steel"),
        ("--profile steel --column kWh=x_kwh", "say what it becomes with --as"),
        ("--profile steel --column kWh --as register", "write NAME IN THE FILE=point_key"),
        ("--profile steel --stamp start", "belongs to rows stamped at their end"),
        ("--profile steel --broker http://x", "write mqtt://"),
    ],
)
def test_a_question_left_open_is_asked_and_nothing_is_published(arguments: str, message: str) -> None:
    outcome = replay(str(STEEL), *arguments.split())
    assert outcome.exit_code == 1
    assert re.sub(r"\s+", " ", outcome.output).find(message) >= 0, outcome.output


def test_a_replay_that_nobody_gets_is_no_success(private_stack: Callable[[], Stack]) -> None:
    """At a broker of its own: at the shared one a worker of another test may have left its session behind."""
    broker = private_stack().broker.url
    outcome = replay(str(STEEL), *f"--profile steel --site unheard --speed max --limit 3 --broker {broker}".split())
    assert outcome.exit_code == 4
    assert "nobody was subscribed to 4 of them" in outcome.stdout


@pytest.mark.parametrize("speed", ["0", "-1", "fast", "nan"])
def test_a_speed_is_a_factor_or_max(speed: str) -> None:
    outcome = replay(str(STEEL), "--profile", "steel", "--speed", speed)
    assert outcome.exit_code == 2
    assert "neither a factor above 0 nor max" in outcome.output


def test_a_profile_with_a_misspelt_key_names_it(tmp_path: Path) -> None:
    profile = tmp_path / "mine.toml"
    profile.write_text('site = "s"\ndevise = "d"\n')
    outcome = replay(str(STEEL), "--profile", str(profile))
    assert outcome.exit_code == 1
    assert "unknown field `devise`" in outcome.output
