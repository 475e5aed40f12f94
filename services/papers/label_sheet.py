"""Labels for machines, to be printed, cut and stuck on: name, code, place, and a code that leads to the report form.

A4, two beside each other, five below each other, each 95 x 55 mm with lines to cut along. Whoever scans it needs no
account: the address has the machine's report key, which can be renewed, and nothing else of the machine.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Final

from reportlab.graphics.barcode.qr import QrCodeWidget
from reportlab.graphics.renderPDF import draw
from reportlab.graphics.shapes import Drawing
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, KeepInFrame

from services.papers.pages import BODY, LABEL, paragraph, register_fonts

ACROSS: Final = 2
DOWN: Final = 5
_WIDTH, _HEIGHT = 95 * mm, 55 * mm
_LEFT, _BOTTOM = (A4[0] - ACROSS * _WIDTH) / 2, (A4[1] - DOWN * _HEIGHT) / 2
_CODE_SIDE = 42 * mm
_NAME = ParagraphStyle("label-name", parent=BODY, fontName="Helvetica-Bold", fontSize=13, leading=16)


class NoConsoleAddressError(Exception):
    """It is not known where people open the console, so no code can lead there."""

    def __init__(self) -> None:
        super().__init__(
            "nobody has said where people open the console: set console_url under [notifications], as in "
            "https://energy.example.com, so that the codes on the labels lead there"
        )


@dataclass(frozen=True, slots=True)
class Label:
    """What stands on a machine's label."""

    name: str
    name_zh: str
    code: str
    place: str
    report_key: str


def report_address(console_url: str, report_key: str) -> str:
    """Where the code of a label leads. Raises NoConsoleAddressError."""
    if not console_url:
        raise NoConsoleAddressError
    return f"{console_url.rstrip('/')}/#/report/{report_key}"


def label_sheet(labels: Sequence[Label], console_url: str) -> bytes:
    """The sheets. Raises NoConsoleAddressError."""
    register_fonts()
    file = BytesIO()
    canvas = Canvas(file, pagesize=A4, invariant=1)
    canvas.setTitle("Labels")
    for number, label in enumerate(labels):
        place = number % (ACROSS * DOWN)
        if number and not place:
            canvas.showPage()
        row, column = divmod(place, ACROSS)
        left, bottom = _LEFT + column * _WIDTH, _BOTTOM + (DOWN - 1 - row) * _HEIGHT
        _draw(canvas, label, report_address(console_url, label.report_key), left, bottom)
    canvas.showPage()
    canvas.save()
    return file.getvalue()


def _draw(canvas: Canvas, label: Label, address: str, left: float, bottom: float) -> None:
    canvas.setStrokeColor(colors.HexColor("#bbbbbb"))
    canvas.setDash(2, 2)
    canvas.rect(left, bottom, _WIDTH, _HEIGHT)
    canvas.setDash()
    widget = QrCodeWidget(address, barLevel="M", barWidth=_CODE_SIDE, barHeight=_CODE_SIDE)
    drawing = Drawing(_CODE_SIDE, _CODE_SIDE)
    drawing.add(widget)
    draw(drawing, canvas, left + 4 * mm, bottom + (_HEIGHT - _CODE_SIDE) / 2)
    told: list[Flowable] = [
        paragraph(label.name, _NAME),
        *([paragraph(label.name_zh, _NAME)] if label.name_zh else []),
        paragraph(label.code, BODY),
        paragraph(label.place, BODY),
        paragraph("Something wrong? Scan and tell us. 发现异常? 请扫码报告。", LABEL),
    ]
    # A name too long for its label is set smaller: it is not cut.
    frame = KeepInFrame(_WIDTH - _CODE_SIDE - 11 * mm, _HEIGHT - 8 * mm, told, mode="shrink")
    _, height = frame.wrapOn(canvas, _WIDTH - _CODE_SIDE - 11 * mm, _HEIGHT - 8 * mm)
    frame.drawOn(canvas, left + _CODE_SIDE + 7 * mm, bottom + (_HEIGHT - height) / 2)
