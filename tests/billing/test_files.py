"""A bill as XLSX and PDF: all that stands on it is there, and nothing in a name is taken for a formula or markup."""

from __future__ import annotations

import re
import zlib
from base64 import a85decode
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO
from zipfile import ZipFile

import msgspec
import pytest
from openpyxl import load_workbook

from analytics.billing.bill import bill
from services.bills.contracts import ContractRow
from services.bills.itemised import COLUMNS, Itemised, file_name, grouped, itemised
from services.bills.paper import paper
from services.bills.stored import BillRow, Kept
from services.bills.workbook import workbook
from tests.billing.steel_january import january

CONTRACT = ContractRow(
    1, 1, "steel", "Steel works", "钢铁厂", "Asia/Shanghai", "grid", "Grid supply", "市电", "electricity", "CNY"
)


def kept(status: str = "closed") -> Kept:
    inputs = january()
    worked_out = bill(inputs)
    head = BillRow(
        "steel/grid/2018-01/meter/main/1",
        "steel",
        "grid",
        "meter",
        "main",
        date(2018, 1, 1),
        1,
        status,
        None,
        msgspec.to_builtins(inputs, str_keys=True),
        "CNY",
        worked_out.total,
        "local",
        "",
        datetime(2018, 2, 2, tzinfo=UTC),
    )
    return Kept(head, worked_out)


@pytest.fixture
def shown() -> Itemised:
    return itemised(CONTRACT, kept())


def test_a_workbook_has_every_line_as_numbers(shown: Itemised) -> None:
    sheet = load_workbook(BytesIO(workbook(shown))).active
    assert sheet is not None
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    heading = next(n for n, row in enumerate(rows) if row[0] == COLUMNS[0])
    assert rows[heading][6] == "Amount 金额 CNY"
    lines = rows[heading + 1 : heading + 12]
    assert lines[0][:7] == ["Purchase", "critical peak 尖", None, 31817.35, "kWh", 0.8328, 26497.49]
    assert [row[6] for row in lines] == [float(line.amount) for line in kept().bill.lines]
    assert rows[heading + 12][0] == "Total 合计 (CNY)"
    assert rows[heading + 12][6] == 130500.22
    assert str(sheet.page_setup.paperSize) == sheet.PAPERSIZE_A4


@pytest.mark.parametrize(
    "name", ["=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("http://example.com")', "=cmd|' /C calc'!A0"]
)
def test_a_name_is_never_a_formula(shown: Itemised, name: str) -> None:
    spoiled = replace(shown, items=(replace(shown.items[0], name=name, remarks=name),), notes=(name,))
    file = workbook(spoiled)
    with ZipFile(BytesIO(file)) as parts:
        sheet = parts.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    assert "<f " not in sheet
    book = load_workbook(BytesIO(file)).active
    assert book is not None
    cells = [cell for row in book.iter_rows() for cell in row if cell.value == name]
    assert [(cell.data_type, cell.quotePrefix) for cell in cells] == [("s", True)] * 3


def test_characters_that_no_workbook_holds_are_left_out(shown: Itemised) -> None:
    spoiled = replace(shown, title="A\x00B\x0bC", notes=("\x1f",))
    assert load_workbook(BytesIO(workbook(spoiled))).active["A1"].value == "ABC"  # type: ignore[index]


def text_of(file: bytes) -> str:
    """What a page's content draws in Latin letters, in the order it is drawn."""
    streams = re.findall(rb"stream\r?\n(.*?)endstream", file, re.DOTALL)
    pages = [zlib.decompress(a85decode(b"<~" + stream.strip(), adobe=True)) for stream in streams]
    return "\n".join(page.decode("latin-1") for page in pages)


def test_a_page_of_paper_has_every_amount_and_the_total(shown: Itemised) -> None:
    drawn = text_of(paper(shown))
    for line in kept().bill.lines:
        assert f"({grouped(line.amount, 2)})" in drawn
    assert "130,500.22 CNY" in drawn
    assert shown.reference in drawn
    assert "DRAFT" not in drawn


def test_paper_is_a4_names_the_chinese_font_and_is_the_same_each_time(shown: Itemised) -> None:
    file = paper(shown)
    assert b"/MediaBox [ 0 0 595.2756 841.8898 ]" in file
    assert b"/STSong-Light" in file
    assert b"/UniGB-UCS2-H" in file
    assert paper(shown) == file
    assert len(file) < 30_000  # no font is shipped


def test_a_draft_says_so_on_every_page() -> None:
    draft = itemised(CONTRACT, kept("draft"))
    many = replace(draft, items=draft.items * 12)
    assert text_of(paper(many)).count("(DRAFT)") >= 3


def test_nothing_in_a_name_is_markup(shown: Itemised) -> None:
    spoiled = replace(shown, items=(replace(shown.items[0], name="<b>1 < 2 & 3</b>\x00", remarks="<img src='x'/>"),))
    assert "(<b>1 < 2 & 3</b>)" in text_of(paper(spoiled))


def test_numbers_as_people_read_them() -> None:
    assert grouped(Decimal("1234567.500000")) == "1,234,567.5"
    assert grouped(Decimal("-0.80"), 2) == "-0.80"
    assert grouped(Decimal("100.000000")) == "100"
    assert file_name("a/b/2026-04/space/b1/f2/1", "pdf") == "bill_a_b_2026-04_space_b1_f2_1.pdf"
