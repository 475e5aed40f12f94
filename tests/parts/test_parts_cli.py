"""`ioe parts` as people and scripts call it: what it prints and how it ends."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from openpyxl import load_workbook

from deploy.cli import main
from services.database import connect
from tests.parts import shelf


def ioe(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["parts", *arguments])


@pytest.fixture
def stocked(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    monkeypatch.setenv("IOE_DATABASE_URL", database_url)

    def stock(filters: int) -> None:
        async def work() -> None:
            connection = await connect(database_url, name="test")
            try:
                await shelf.make(connection, stock=filters)
            finally:
                await connection.close()

        asyncio.run(work())

    return stock


def test_a_full_shelf_ends_with_0_and_one_that_is_low_with_3(stocked: Callable[[int], None]) -> None:
    stocked(10)
    assert ioe("list", "--low").stdout == "no part is too few\n"
    listed = ioe("list", "--site", "kunshan")
    assert listed.exit_code == 0
    assert listed.stdout.splitlines()[1].split()[:5] == ["kunshan/oil-filter", "10", "3", "pcs", "A-3"]
    counted = ioe("count", "kunshan/oil-filter", "2", "--reason", "two \x1b[31mbroken")
    assert counted.stdout == "kunshan/oil-filter: 2 pcs on the shelf\n"
    listed = ioe("list")
    assert (listed.exit_code, "2 LOW" in listed.stdout) == (3, True)
    received = ioe("receive", "kunshan/oil-filter", "2.5", "--unit-cost", "90")
    assert (received.exit_code, received.stdout) == (0, "kunshan/oil-filter: 4.5 pcs on the shelf\n")
    told = ioe("show", "kunshan/oil-filter").stdout
    assert "stock     4.5 pcs, at least 3\n" in told
    assert "cost      90 CNY\n" in told
    assert "-8" in told
    assert "two [31mbroken" in told
    assert "\x1b" not in told


def test_what_cannot_be_done_is_one_line_that_says_why(stocked: Callable[[int], None]) -> None:
    stocked(1)
    for arguments, says in (
        (("show", "kunshan/gasket"), "There is no part kunshan/gasket"),
        (("show", "gasket"), "named site/code"),
        (("receive", "kunshan/oil-filter", "0"), "a quantity is above 0"),
        (("count", "kunshan/oil-filter", "1", "--by", "nobody"), "There is nobody with the code 'nobody'"),
        (("list", "--site", "paris"), "there are kunshan"),
        (("export", "parts.txt"), "ends neither in .csv nor in .xlsx"),
    ):
        ended = ioe(*arguments)
        assert ended.exit_code == 1
        assert says in ended.stderr
    for quantity in ("many", "NaN", "Infinity"):
        assert ioe("receive", "kunshan/oil-filter", quantity).exit_code == 2


def test_the_list_is_written_to_a_file(stocked: Callable[[int], None], tmp_path: Path) -> None:
    stocked(1)
    assert ioe("export", str(tmp_path / "parts.csv")).stdout.startswith("2 parts in ")
    assert (tmp_path / "parts.csv").read_text("utf-8").startswith("site,code,name,name_zh,unit")
    ioe("export", str(tmp_path / "parts.xlsx"), "--low")
    sheet = load_workbook(tmp_path / "parts.xlsx").active
    assert sheet is not None
    assert [row[1].value for row in sheet.iter_rows()][-1] == "oil-filter"
