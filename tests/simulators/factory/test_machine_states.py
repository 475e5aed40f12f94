"""What machines do is in the truth from the beginning on, and gateways say it to the second where they are asked to."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from pathlib import Path

from tests.simulators.factory.living import instant, lived, records

START = instant("2026-11-18T07:20")
#: The morning, when work begins: compressors and dryers come and go, one trips, a chiller starts with its pumps.
SPAN: dict[str, object] = {
    "start_s": START, "stop_s": START + 5400, "step_s": 30, "interval_s": 60,
    "faults": ("oil-temperature-high@comp-5:start=+1m",),
}  # fmt: skip


def test_reporting_by_exception_adds_the_truth_s_changes_and_nothing_else(tmp_path: Path) -> None:
    plain, _ = lived(**SPAN, truth=tmp_path / "plain.jsonl")
    telling, run = lived(**SPAN, truth=tmp_path / "telling.jsonl", on_change=True)
    assert (tmp_path / "plain.jsonl").read_text() == (tmp_path / "telling.jsonl").read_text()
    usual = [batch for batch in telling.batches if set(batch[0].values) != {"state"}]
    assert usual == plain.batches
    true: dict[str, list[tuple[float, str]]] = {}
    for record in records(tmp_path / "telling.jsonl", "state"):
        at = datetime.fromisoformat(str(record["time"])).timestamp()
        true.setdefault(str(record["machine"]), []).append((at, str(record["state"])))
    stated = [
        code
        for fleet in run.factory.fleets
        if any(channel.key == "state" for channel in fleet.channels)
        for code in fleet.codes
    ]
    assert sorted(true) == sorted(stated)
    assert len(stated) == 49
    changed = Counter[str]()
    for code, changes in true.items():
        shown = telling.series(code, "state")
        assert [at for at, _ in shown] == sorted({at for at, _ in shown}), code
        said = [(at, state) for place, (at, state) in enumerate(shown) if place == 0 or state != shown[place - 1][1]]
        assert said == changes, code
        assert changes[0][0] == START
        changed[code] += len(changes) - 1
    assert changed["comp-4"] > 4
    assert changed["dryer-3"] > 4
    assert changed["chiller-4"] == changed["cw-pump-4"] == changed["tower-4"] == 1
    assert sum(at % 30 != 0 for changes in true.values() for at, _ in changes) > 3


def test_what_counts_its_hours_says_them_with_each_change(tmp_path: Path) -> None:
    lived(**SPAN, truth=tmp_path / "truth.jsonl")
    counted = {str(record["machine"]): set(record) for record in records(tmp_path / "truth.jsonl", "state")}
    plain = {"kind", "time", "machine", "state"}
    assert counted["comp-5"] == counted["chiller-3"] == plain | {"run_hours_h", "start_count"}
    assert counted["dryer-1"] == counted["chw-pump-1"] == plain | {"run_hours_h"}
    assert counted["pv-1"] == counted["tower-1"] == plain
