"""`ioe equipment` as people and scripts call it."""

from __future__ import annotations

import asyncio
import csv
from io import StringIO
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from deploy.cli import main
from services.database import connect
from services.equipment.record import EquipmentRecord, put
from tests.equipment import history, machines

PERIOD = ("--from", "2026-07-01T00:00:00+08:00", "--to", "2026-07-08T00:00:00+08:00")


def ioe(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["equipment", *arguments])


@pytest.fixture
def written(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The press line and its week."""
    monkeypatch.setenv("IOE_DATABASE_URL", database_url)
    monkeypatch.setenv("IOE_CONSOLE_URL", "https://energy.example.com")

    async def work() -> None:
        connection = await connect(database_url, name="test")
        try:
            plant = await machines.make(connection)
            await history.write(plant)
            given = EquipmentRecord(maker="Schuler\x1b[31m", rated={"power": "75 kW"})
            await put(connection, plant.equipment["press-1"], given, plant.people["li"])
            await connection.execute(
                "UPDATE equipment SET name = E'Line\\x1b]0;owned\\x07\\nnext' WHERE code = 'line-1'"
            )
        finally:
            await connection.close()

    asyncio.run(work())


@pytest.mark.usefixtures("written")
def test_machines_their_record_timeline_figures_and_labels(tmp_path: Path) -> None:
    listed = ioe("list", "--site", "plant")
    assert listed.exit_code == 0
    assert [line.split()[0] for line in listed.stdout.splitlines()] == [
        "machine",
        "plant/hydraulics-1",
        "plant/line-1",
        "plant/other-1",
        "plant/press-1",
    ]
    assert listed.stdout.splitlines()[2].endswith("Line]0;owned next")
    shown = ioe("show", "plant/press-1")
    assert shown.exit_code == 0, shown.output
    for said in ("Schuler", "75 kW", "no_data since 2026-07-07 20:01", "Manual", "smells of oil"):
        assert said in shown.stdout
    assert "\x1b" not in shown.stdout
    # One under the other.
    assert "  maker            Schuler[31m" in shown.stdout.splitlines()
    assert "  power            75 kW" in shown.stdout.splitlines()
    told = ioe("timeline", "plant/press-1", *PERIOD, "--kind", "downtime")
    assert [line.split()[:5] for line in told.stdout.splitlines()] == [
        ["2026-07-03", "10:00", "downtime", "planned", "press-1"],
        ["2026-07-02", "08:10", "downtime", "breakdown", "press-1"],
    ]
    some = ioe("timeline", "plant/press-1", *PERIOD, "--limit", "3")
    assert some.stdout.splitlines()[-1].startswith("and more")
    figures = ioe("figures", "plant/press-1", *PERIOD)
    [row] = [line.split() for line in figures.stdout.splitlines() if line.startswith("plant/press-1")]
    assert row == ["plant/press-1", "22.7", "7", "1", "22.7", "3.3", "96.8", "-", "-", "4.5"]
    assert "press-1: for 9.98333 h of 168 h nobody knows what it did" in figures.stdout
    assert len(ioe("figures", "plant", *PERIOD).stdout.splitlines()) == 2 + 4 + 5
    sheet = tmp_path / "press.csv"
    assert ioe("export", "plant/press-1", str(sheet), *PERIOD).exit_code == 0
    assert len(list(csv.DictReader(StringIO(sheet.read_text("utf-8"))))) == 36
    for suffix, begins in (("pdf", b"%PDF-"), ("xlsx", b"PK")):
        file = tmp_path / f"press.{suffix}"
        assert ioe("export", "plant/press-1", str(file), *PERIOD).exit_code == 0
        assert file.read_bytes().startswith(begins)
    labels = tmp_path / "labels.pdf"
    printed = ioe("labels", "plant", "-o", str(labels))
    assert (printed.exit_code, printed.stdout) == (0, f"{labels}: 4 labels\n")
    assert labels.read_bytes().startswith(b"%PDF-")


@pytest.mark.usefixtures("written")
def test_what_there_is_not_ends_with_1_and_what_to_do(tmp_path: Path) -> None:
    for arguments in (
        ("show", "plant/press-9"),
        ("timeline", "press-1"),
        ("figures", "plant/press-9"),
        ("labels", "plant", "--code", "press-9", "-o", str(tmp_path / "x.pdf")),
    ):
        ended = ioe(*arguments)
        assert (ended.exit_code, "see `ioe equipment list`" in ended.stderr) == (1, True), ended.output
    wrong = ioe("export", "plant/press-1", str(tmp_path / "x.doc"))
    assert (wrong.exit_code, ".xlsx, .pdf, .csv" in wrong.stderr) == (1, True)
