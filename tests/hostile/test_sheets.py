"""Whatever a text is, it is a text in a workbook and in a CSV: never a formula, nothing that breaks the file."""

from __future__ import annotations

import csv
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from io import BytesIO, StringIO
from zipfile import ZipFile
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from services.papers.sheet import Column, csv_text, workbook
from services.papers.texts import LONGEST_CELL, in_cell
from tests.hostile.texts import ALL, FORMULAS

SHANGHAI = ZoneInfo("Asia/Shanghai")
COLUMNS = (Column("text"), Column("number"))


def opened(texts: Sequence[str]) -> list[tuple[str, str, bool]]:
    """Texts as a spreadsheet finds them: what each is, what kind of cell, whether it stays a text when it is edited."""
    file = workbook("Sheet", COLUMNS, [(text, 1) for text in texts], SHANGHAI, [("About", texts[0])])
    with ZipFile(BytesIO(file)) as parts:
        assert parts.testzip() is None
        for name in parts.namelist():
            assert "external" not in name.lower()
            tree = ET.fromstring(parts.read(name))
            assert not [part for part in tree.iter() if part.tag.endswith(("}f", "}hyperlink", "}oleObject"))], name
    sheet = load_workbook(BytesIO(file)).active
    assert sheet is not None
    assert sheet["B1"].value == (in_cell(texts[0]) or None)
    rows = list(sheet.iter_rows(min_row=4, max_row=3 + len(texts)))
    assert [(row[1].value, row[1].data_type) for row in rows] == [(1, "n")] * len(texts)
    return [(str(row[0].value or ""), row[0].data_type, bool(row[0].quotePrefix)) for row in rows]


def test_each_text_is_a_text() -> None:
    for text, (value, kind, _) in zip(ALL, opened(ALL), strict=True):
        assert kind == "s", text
        assert value == in_cell(text)


def test_what_looks_like_a_formula_stays_a_text_when_it_is_edited() -> None:
    for text, (value, kind, is_kept) in zip(FORMULAS, opened(FORMULAS), strict=True):
        assert (kind, is_kept) == ("s", True), text
        assert value.strip() == text.strip()


def test_what_no_file_can_hold_is_left_out_and_the_rest_is_there() -> None:
    given_texts = ["a\x00b\x07c\ufffed\ud800e\x1bf", "one\r\ntwo\rthree", "_x003D_1+1", "x" * 40_000]
    clean, lines, coded, long = (value for value, _, _ in opened(given_texts))
    assert clean == "abcdef"
    assert lines == "one\ntwo\nthree"
    assert coded == "_x005F_x003D_1+1"  # which a spreadsheet shows as _x003D_1+1
    assert long == "x" * (LONGEST_CELL - 1) + "…"


@settings(max_examples=15)
@given(st.lists(st.text(max_size=60), min_size=1, max_size=20))
def test_any_texts_make_a_file_that_opens_with_them_as_texts(texts: list[str]) -> None:
    for text, (value, kind, _) in zip(texts, opened(texts), strict=True):
        assert kind == "s" or not in_cell(text)
        assert value == in_cell(text)


@given(st.lists(st.text(max_size=30), min_size=1, max_size=5))
def test_no_cell_of_a_csv_begins_as_a_formula_and_all_lines_are_there(texts: list[str]) -> None:
    made = csv_text(COLUMNS, [(text, 1) for text in texts], SHANGHAI)
    read = list(csv.reader(StringIO(made, newline="")))
    assert len(read) == len(texts) + 1
    for text, (value, number) in zip(texts, read[1:], strict=True):
        assert number == "1"
        assert not value.startswith(("=", "+", "-", "@", "\t", "\r"))
        assert value.removeprefix("'") == in_cell(text).replace("_x005F_", "_").removeprefix("'")
