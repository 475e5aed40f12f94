"""`ioe bill` as people call it: from a draft to a restatement, and what it says when something cannot be done."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from deploy.cli import main
from services.database import connect
from tests.billing import billed_plant

NAME = "plant/grid/2026-04/meter/main/1"


def ioe(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["bill", *(str(argument) for argument in arguments)])


@pytest.fixture
def database(database_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("IOE_DATABASE_URL", database_url)

    async def fill() -> None:
        connection = await connect(database_url, name="test")
        await billed_plant.make(connection)
        await connection.close()

    asyncio.run(fill())
    return database_url


def change(database_url: str, statement: str) -> None:
    async def work() -> None:
        connection = await connect(database_url, name="test")
        await connection.execute(statement)
        await connection.close()

    asyncio.run(work())


def test_from_a_draft_to_a_restatement(database: str) -> None:
    assert ioe("show").stdout == "there is no bill yet: `ioe bill make SITE/CONTRACT MONTH`\n"
    made = ioe("make", "plant/grid", "2026-04", "--all")
    assert made.stdout.splitlines() == [
        f"{NAME}  draft  88,512.00 CNY",
        "plant/grid/2026-04/space/b1/1  draft  44,256.00 CNY",
        "plant/grid/2026-04/org_unit/paint/1  draft  11,064.00 CNY",
        "plant/grid/2026-04/org_unit/press/1  draft  33,192.00 CNY",
    ]
    assert ioe("make", "plant/grid", "2026-04", "--space", "b1/f1").exit_code == 0
    closed = ioe("close", "plant/grid", "2026-04")
    assert len(closed.stdout.splitlines()) == 5
    assert " draft " not in closed.stdout
    assert "nothing has changed" in ioe("restate", "plant/grid", "2026-04", "--reason", "checked").stdout
    change(
        database,
        "UPDATE energy_day SET measured = measured + 1000000000 WHERE day = '2026-04-30' AND band = 4 "
        "AND register_id = (SELECT r.id FROM register AS r JOIN meter AS m ON m.id = r.meter_id "
        "WHERE m.code = 'main' AND r.flow = 'import')",
    )
    restated = ioe("restate", "plant/grid", "2026-04", "--reason", "late").stdout
    assert "plant/grid/2026-04/meter/main/2  restatement  366.00 CNY" in restated
    assert ioe("show", "--site", "plant", "--month", "2026-04").stdout.count("\n") == 10


def test_a_bill_on_the_screen_and_as_files(database: str, tmp_path: Path) -> None:
    assert database
    ioe("make", "plant/grid", "2026-04")
    shown = ioe("show", NAME).stdout
    assert "Purchase 购电" in shown
    assert "51,000.00" in shown
    assert "Total: 88,512.00 CNY" in shown
    for suffix, magic in ((".pdf", b"%PDF-"), (".xlsx", b"PK")):
        file = tmp_path / f"bill{suffix}"
        assert ioe("export", NAME, file).stdout == f"wrote {file}\n"
        assert file.read_bytes().startswith(magic)
    assert "say --force" in ioe("export", NAME, tmp_path / "bill.pdf").output
    assert ioe("export", NAME, tmp_path / "bill.pdf", "--force").exit_code == 0
    assert "end it with .pdf or .xlsx" in ioe("export", NAME, tmp_path / "bill.doc").output


def test_what_cannot_be_done_is_said_in_one_line(database: str) -> None:
    assert database
    for arguments, says in (
        (("make", "plant", "2026-04"), "write SITE/CONTRACT"),
        (("make", "plant/gas", "2026-04"), "no contract 'gas'"),
        (("make", "plant/grid", "2026-04", "--meter", "nothing"), "has no meter 'nothing'"),
        (("close", "plant/grid", "2026-04"), "no draft for 2026-04"),
        (("restate", "plant/grid", "2026-04", "--reason", "x"), "is not closed"),
        (("show", "plant/grid/2026-04/meter/main/9"), "there is no bill"),
    ):
        result = ioe(*arguments)
        assert result.exit_code == 1
        assert says in result.output
    assert "write it as in 2026-04" in ioe("make", "plant/grid", "April").output
