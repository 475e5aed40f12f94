"""A bill as PDF: A4, itemised, with what its data is worth.

Its texts are set as on all papers (services/papers/pages.py). The same bill gives the same file, byte by byte.
"""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import Any, cast

from reportlab.lib import colors
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from services.bills.itemised import COLUMNS, Itemised, grouped, texts
from services.papers.pages import marked, register_fonts

MEDIA_TYPE = "application/pdf"
_WIDTHS_MM = (34, 22, 16, 23, 16, 17, 25, 27)
_RIGHT_COLUMNS = {3, 5, 6}
_SMALL = ParagraphStyle("small", fontName="Helvetica", fontSize=7.5, leading=9.5, wordWrap="CJK")
_SMALL_RIGHT = ParagraphStyle("small-right", parent=_SMALL, alignment=TA_RIGHT)
_HEAD = ParagraphStyle("head", parent=_SMALL, textColor=colors.HexColor("#444444"))
_HEAD_RIGHT = ParagraphStyle("head-right", parent=_HEAD, alignment=TA_RIGHT)
_FACT = ParagraphStyle("fact", parent=_SMALL, fontSize=9, leading=11.5)
_TITLE = ParagraphStyle("title", fontName="Helvetica", fontSize=17, leading=22)
_TOTAL = ParagraphStyle("total", parent=_SMALL_RIGHT, fontName="Helvetica-Bold", fontSize=10, leading=12)
_RULE = colors.HexColor("#999999")


def paper(bill: Itemised) -> bytes:
    """The file."""
    register_fonts()
    file = BytesIO()
    document = SimpleDocTemplate(
        file,
        pagesize=A4,
        leftMargin=15 * mm,
        rightMargin=15 * mm,
        topMargin=15 * mm,
        bottomMargin=18 * mm,
        title=bill.reference,
        invariant=1,
    )

    def footer(canvas: Canvas, shown: SimpleDocTemplate) -> None:
        _footer(canvas, shown, bill)

    document.build(_story(bill), onFirstPage=footer, onLaterPages=footer)
    return file.getvalue()


def _story(bill: Itemised) -> list[Flowable]:
    notes = bill.notes or ("All energy was measured or interpolated. 数据完整。",)
    return [
        Paragraph(marked(bill.title), _TITLE),
        Spacer(1, 4 * mm),
        _facts(bill),
        Spacer(1, 6 * mm),
        _lines(bill),
        Spacer(1, 5 * mm),
        *(Paragraph(marked(note), _FACT) for note in notes),
    ]


def _facts(bill: Itemised) -> Table:
    rows = [[Paragraph(marked(label), _HEAD), Paragraph(marked(value), _FACT)] for label, value in bill.facts]
    return Table(rows, colWidths=(42 * mm, 138 * mm), style=TableStyle([("VALIGN", (0, 0), (-1, -1), "TOP"), *_TIGHT]))


def _lines(bill: Itemised) -> Table:
    titles = [title if title != COLUMNS[6] else f"{title} {bill.currency}" for title in COLUMNS]
    rows: list[list[Any]] = [_row(titles, _HEAD, _HEAD_RIGHT)]
    rows += [_row(cells, _SMALL, _SMALL_RIGHT) for cells in texts(bill.items, bill.amount_decimals)]
    total = f"{grouped(bill.total, bill.amount_decimals)} {bill.currency}"
    rows.append([Paragraph(marked("Total 合计"), _TOTAL), *[""] * 3, Paragraph(marked(total), _TOTAL), *[""] * 3])
    style: list[tuple[Any, ...]] = [
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LINEBELOW", (0, 0), (-1, 0), 0.8, colors.black),
        ("LINEBELOW", (0, 1), (-1, -2), 0.25, _RULE),
        ("LINEABOVE", (0, -1), (-1, -1), 0.8, colors.black),
        ("SPAN", (0, -1), (3, -1)),
        ("SPAN", (4, -1), (6, -1)),
        *_TIGHT,
    ]
    return Table(
        rows, colWidths=[width * mm for width in _WIDTHS_MM], repeatRows=1, style=TableStyle(cast("Any", style))
    )


_TIGHT = [
    ("LEFTPADDING", (0, 0), (-1, -1), 2),
    ("RIGHTPADDING", (0, 0), (-1, -1), 2),
    ("TOPPADDING", (0, 0), (-1, -1), 2),
    ("BOTTOMPADDING", (0, 0), (-1, -1), 2),
]


def _row(cells: Sequence[str], style: ParagraphStyle, right: ParagraphStyle) -> list[Any]:
    return [Paragraph(marked(cell), right if column in _RIGHT_COLUMNS else style) for column, cell in enumerate(cells)]


def _footer(canvas: Canvas, document: SimpleDocTemplate, bill: Itemised) -> None:
    canvas.saveState()
    canvas.setFont("Helvetica", 7.5)
    canvas.drawString(15 * mm, 10 * mm, bill.reference)
    canvas.drawRightString(A4[0] - 15 * mm, 10 * mm, f"{canvas.getPageNumber()}")
    if bill.status == "draft":
        canvas.setFont("Helvetica-Bold", 90)
        canvas.setFillColor(colors.HexColor("#f0f0f0"))
        canvas.translate(A4[0] / 2, A4[1] / 2)
        canvas.rotate(45)
        canvas.drawCentredString(0, 0, "DRAFT")
    canvas.restoreState()
    del document
