"""Rows as XLSX and as CSV: texts as texts, numbers as numbers, times as clocks on the site show them.

A cell's kind follows its value and nothing in it: a text that begins with `=` is written as a text, with the mark that
keeps it one when somebody edits it.
"""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from decimal import Decimal
from io import BytesIO, StringIO
from typing import Any, TypeAlias

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import Cell
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._write_only import WriteOnlyWorksheet
from openpyxl.worksheet.properties import PageSetupProperties

from services.papers.texts import in_cell, in_csv, looks_like_formula

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV_MEDIA_TYPE = "text/csv"

Value: TypeAlias = str | int | float | Decimal | datetime | date | bool | None
_BOLD = Font(bold=True)
_BELOW = Border(bottom=Side(style="thin"))
_TOP = Alignment(vertical="top", wrap_text=True)
_TIME = "yyyy-mm-dd hh:mm:ss"
_DAY = "yyyy-mm-dd"
_GENERAL = "General"
_LONG = 30
# Most cells: nothing in them needs care, and such a cell is written in half the time.
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9 ./-]{0,29}")


@dataclass(frozen=True, slots=True)
class Column:
    """A column: what stands above it, how many characters wide it is, how its numbers are written."""

    title: str
    width: float = 16
    form: str = _GENERAL


def workbook(
    name: str,
    columns: Sequence[Column],
    rows: Iterable[Sequence[Value]],
    zone: tzinfo,
    facts: Sequence[tuple[str, Value]] = (),
) -> bytes:
    """One sheet: what it is about, a heading that stays on the screen and on every page, then the rows."""
    book = Workbook(write_only=True)
    sheet: Any = book.create_sheet(name)  # its stub leaves out what it delegates
    heading = len(facts) + 2 if facts else 1
    for number, column in enumerate(columns, 1):
        sheet.column_dimensions[get_column_letter(number)].width = column.width
    sheet.freeze_panes = f"A{heading + 1}"
    sheet.print_title_rows = f"{heading}:{heading}"
    sheet.page_setup.paperSize = 9  # A4
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    for label, value in facts:
        sheet.append([_cell(sheet, label, zone, font=_BOLD), _cell(sheet, value, zone)])
    if facts:
        sheet.append([])
    sheet.append([_cell(sheet, column.title, zone, font=_BOLD, border=_BELOW) for column in columns])
    for row in rows:
        cells = zip(columns, row, strict=True)
        sheet.append([_cell(sheet, value, zone, form=column.form) for column, value in cells])
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def csv_text(columns: Sequence[Column], rows: Iterable[Sequence[Value]], zone: tzinfo) -> str:
    """The same rows as CSV; times in ISO 8601 with the offset of the site."""
    file = StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow([column.title for column in columns])
    writer.writerows([_in_csv(value, zone) for value in row] for row in rows)
    return file.getvalue()


def _cell(
    sheet: WriteOnlyWorksheet,
    value: Value,
    zone: tzinfo,
    *,
    form: str = _GENERAL,
    font: Font | None = None,
    border: Border | None = None,
) -> Cell | Value:
    if value is None or value == "" or (isinstance(value, float) and not math.isfinite(value)):
        return None
    if font is None and isinstance(value, str) and _PLAIN.fullmatch(value):
        return value
    cell = WriteOnlyCell(sheet)
    assert isinstance(cell, Cell)
    if isinstance(value, str):
        _write_text(cell, value)
    elif isinstance(value, datetime):
        cell.value = value.astimezone(zone).replace(tzinfo=None, microsecond=0)
        cell.number_format = _TIME
    else:
        cell.value = value
        cell.number_format = _DAY if isinstance(value, date) else form
    if font is not None:
        cell.font = font
    if border is not None:
        cell.border = border
    return cell


def _write_text(cell: Cell, text: str) -> None:
    """Write a text as a text. Setting a style costs more than the cell: only where it differs."""
    cell.value = in_cell(text)
    cell.data_type = "s"
    if looks_like_formula(text):
        cell.quotePrefix = True
    if len(text) > _LONG or "\n" in text:
        cell.alignment = _TOP


def _in_csv(value: Value, zone: tzinfo) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return in_csv(value)
    if isinstance(value, datetime):
        return value.astimezone(zone).isoformat(timespec="seconds")
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        return f"{value:f}"
    return str(value)
