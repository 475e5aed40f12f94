"""A bill as XLSX: one sheet, A4, numbers as numbers.

Texts come from people and from site folders: a cell that begins with `=` would be a formula. Every text cell is written
as text, with the mark that keeps it one when it is edited; characters that no workbook may hold are left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from io import BytesIO

from openpyxl import Workbook
from openpyxl.cell.cell import Cell
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from services.bills.itemised import COLUMNS, Itemised
from services.papers.texts import in_cell, looks_like_formula

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_WIDTHS = (34, 18, 8, 16, 8, 12, 16, 44)
_RIGHT = Alignment(horizontal="right")
_BOLD = Font(bold=True)


def workbook(bill: Itemised) -> bytes:
    """The file."""
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet.title = "Bill"
    _texts(sheet, 1, [bill.title])[0].font = Font(bold=True, size=16)
    row = 3
    for label, value in bill.facts:
        _texts(sheet, row, [label, value])[0].font = _BOLD
        row += 1
    row += 1
    _heading(sheet, row, bill)
    first = row + 1
    for row, item in enumerate(bill.items, first):
        _texts(sheet, row, [item.name, item.band, item.days, None, item.unit, None, None, item.remarks])
        _number(sheet, row, 4, item.quantity, "#,##0.000")
        _number(sheet, row, 6, item.price, "0.0000##")
        _number(sheet, row, 7, item.amount, _money(bill))
    row = first + len(bill.items)
    for cell in _texts(sheet, row, [f"Total 合计 ({bill.currency})"]):
        cell.font = _BOLD
    _number(sheet, row, 7, bill.total, _money(bill)).font = _BOLD
    for number, note in enumerate(bill.notes or ("All energy was measured or interpolated. 数据完整。",), row + 2):
        _texts(sheet, number, [note])
    _page(sheet, first)
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def _heading(sheet: Worksheet, row: int, bill: Itemised) -> None:
    titles = [title if title != COLUMNS[6] else f"{title} {bill.currency}" for title in COLUMNS]
    for column, cell in enumerate(_texts(sheet, row, titles)):
        cell.font = _BOLD
        cell.border = Border(bottom=Side(style="thin"))
        if column in {3, 5, 6}:
            cell.alignment = _RIGHT


def _texts(sheet: Worksheet, row: int, values: Sequence[str | None]) -> list[Cell]:
    """Write texts as texts, whatever they begin with."""
    written = []
    for column, value in enumerate(values, 1):
        if value:
            cell = sheet.cell(row, column)
            assert isinstance(cell, Cell)
            cell.value = in_cell(value)
            cell.data_type = "s"
            cell.quotePrefix = looks_like_formula(value)
            written.append(cell)
    return written


def _number(sheet: Worksheet, row: int, column: int, value: Decimal, form: str) -> Cell:
    cell = sheet.cell(row, column)
    assert isinstance(cell, Cell)
    cell.value = value
    cell.number_format = form
    cell.alignment = _RIGHT
    return cell


def _money(bill: Itemised) -> str:
    return "#,##0" + ("." + "0" * bill.amount_decimals if bill.amount_decimals else "")


def _page(sheet: Worksheet, first: int) -> None:
    for column, width in zip("ABCDEFGH", _WIDTHS, strict=True):
        sheet.column_dimensions[column].width = width
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToWidth = 1
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.print_title_rows = f"{first - 1}:{first - 1}"
    sheet.freeze_panes = f"A{first}"
