"""`ioe simulate` as people type it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from deploy.commands.simulate import command

SPAN = ("--start", "2026-11-18T10:00:00+08:00", "--stop", "2026-11-18T10:02:00+08:00", "--speed", "max")


def test_a_span_is_printed_with_its_truth_and_can_be_continued(tmp_path: Path) -> None:
    state, truth = tmp_path / "state.json", tmp_path / "run" / "truth.jsonl"
    done = CliRunner().invoke(command, [*SPAN, "--print", "--state", str(state), "--truth", str(truth)])
    assert done.exit_code == 0, done.output
    lines = done.stdout.splitlines()
    assert len({line.split(" ", 1)[0] for line in lines}) == 183
    first = json.loads(lines[0].split(" ", 1)[1])
    assert [one["ts"] for one in first] == ["2026-11-18T10:01:00+08:00", "2026-11-18T10:02:00+08:00"]
    assert json.loads(truth.read_text().splitlines()[0])["kind"] == "run"
    again = CliRunner().invoke(command, [*SPAN, "--print", "--state", str(state)])
    assert again.exit_code == 1
    assert "Give a later --start" in again.output


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--speed", "fast"], "write 1, 600 or max"),
        (["--speed", "max"], "give --stop"),
        (["--start", "2026-11-18T10:00:00"], "has no offset"),
        (["--start", "yesterday"], "-2h"),
        (["--step", "soon"], "90s, 10m, 2h"),
        ([*SPAN, "--print", "--fault", "air-leak@comp-1"], "air-b1"),
        (["--broker", "http://x"], "mqtt://"),
        (["fault", "list", "--broker", "mqtt://127.0.0.1:9"], "no broker answers at 127.0.0.1:9"),
    ],
)
def test_what_cannot_be_done_is_said_with_what_can(arguments: list[str], says: str) -> None:
    done = CliRunner().invoke(command, arguments)
    assert done.exit_code in {1, 2}
    assert says in done.output
