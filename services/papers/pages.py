"""Pieces of a PDF page: A4, titles, facts, tables that go on over pages, photos.

Chinese is set in STSong-Light, a font that every PDF reader brings or replaces, so that none has to be shipped; what
Helvetica has is set in Helvetica. Nothing in a text is markup, a page refers to nothing outside of it and runs nothing,
and the same content gives the same file, byte by byte.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from functools import cache
from io import BytesIO
from typing import Any, Final, cast
from xml.sax.saxutils import escape

from reportlab.lib import colors
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, Image, Paragraph, SimpleDocTemplate, Table, TableStyle

from services.papers.texts import on_page, shortened

MEDIA_TYPE: Final = "application/pdf"
WIDTH_MM: Final = 180
CHINESE: Final = "STSong-Light"
LONGEST: Final = 20_000
"""Characters of one text on paper: more is read on a screen."""
LONGEST_IN_TABLE: Final = 2_000
"""Of one in a table: a narrow column would fill pages with it."""

SMALL = ParagraphStyle("small", fontName="Helvetica", fontSize=7.5, leading=9.5, wordWrap="CJK")
SMALL_RIGHT = ParagraphStyle("small-right", parent=SMALL, alignment=TA_RIGHT)
LABEL = ParagraphStyle("label", parent=SMALL, textColor=colors.HexColor("#444444"))
LABEL_RIGHT = ParagraphStyle("label-right", parent=LABEL, alignment=TA_RIGHT)
BODY = ParagraphStyle("body", parent=SMALL, fontSize=9, leading=11.5)
TITLE = ParagraphStyle("title", parent=SMALL, fontSize=17, leading=22)
SECTION = ParagraphStyle("section", parent=SMALL, fontName="Helvetica-Bold", fontSize=11, leading=14, spaceBefore=12)

_NOT_LATIN = re.compile(r"[^\x00-\xff]+")
_FRAME: Final = 6  # what a page leaves free within its margins
_RULE = colors.HexColor("#999999")
_TIGHT = [
    ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ("LEFTPADDING", (0, 0), (-1, -1), 2),
    ("RIGHTPADDING", (0, 0), (-1, -1), 2),
    ("TOPPADDING", (0, 0), (-1, -1), 2),
    ("BOTTOMPADDING", (0, 0), (-1, -1), 2),
]


def marked(text: str) -> str:
    """Text as markup: nothing in it is taken for markup, Chinese is in the font that has it, lines stay lines."""
    plain = escape(on_page(shortened(text, LONGEST)))
    set_in_fonts = _NOT_LATIN.sub(lambda found: f'<font name="{CHINESE}">{found[0]}</font>', plain)
    return set_in_fonts.replace("\n", "<br/>")


def paragraph(text: str, style: ParagraphStyle = BODY) -> Paragraph:
    """A text; where it has Chinese its lines break between any two signs, else between words, which is quicker too."""
    register_fonts()
    return Paragraph(marked(text), style if _NOT_LATIN.search(text) else _of_words(style))


@cache
def _of_words(style: ParagraphStyle) -> ParagraphStyle:
    return ParagraphStyle(f"{style.name}-words", parent=style, wordWrap=None)


def facts(pairs: Sequence[tuple[str, str]]) -> Table:
    """What is said about something: labels and values."""
    rows = [[paragraph(label, LABEL), paragraph(value)] for label, value in pairs]
    return Table(rows, colWidths=(42 * mm, 138 * mm), style=TableStyle(_TIGHT), splitInRow=1)


def table(
    titles: Sequence[str], rows: Sequence[Sequence[str]], widths_mm: Sequence[float], right: Collection[int] = ()
) -> Table:
    """Rows under a heading that is repeated on each page; a row longer than a page goes on on the next."""
    cells: list[list[Any]] = [
        [paragraph(title, LABEL_RIGHT if column in right else LABEL) for column, title in enumerate(titles)]
    ]
    cells += [
        [
            paragraph(shortened(value, LONGEST_IN_TABLE), SMALL_RIGHT if column in right else SMALL)
            for column, value in enumerate(row)
        ]
        for row in rows
    ]
    style: list[tuple[Any, ...]] = [
        *_TIGHT,
        ("LINEBELOW", (0, 0), (-1, 0), 0.8, colors.black),
        ("LINEBELOW", (0, 1), (-1, -1), 0.25, _RULE),
    ]
    return Table(
        cells,
        colWidths=[width * mm for width in widths_mm],
        repeatRows=1,
        splitInRow=1,
        style=TableStyle(cast("Any", style)),
    )


def photo(jpeg: bytes, width_mm: float, height_mm: float) -> Image:
    """A photo within a frame, in its proportions."""
    return Image(BytesIO(jpeg), width=width_mm * mm, height=height_mm * mm, kind="proportional")


def document(title: str, story: Sequence[Flowable]) -> bytes:
    """The file; its title and the number stand below each page."""
    register_fonts()
    file = BytesIO()
    template = SimpleDocTemplate(
        file,
        pagesize=A4,
        leftMargin=15 * mm - _FRAME,
        rightMargin=15 * mm - _FRAME,
        topMargin=15 * mm,
        bottomMargin=18 * mm,
        title=on_page(title),
        invariant=1,
    )

    def footer(canvas: Canvas, shown: SimpleDocTemplate) -> None:
        del shown
        canvas.saveState()
        below = paragraph(shortened(title, 100), SMALL)
        below.wrapOn(canvas, 150 * mm, 10 * mm)
        below.drawOn(canvas, 15 * mm, 10 * mm)
        canvas.setFont("Helvetica", 7.5)
        canvas.drawRightString(A4[0] - 15 * mm, 10 * mm, f"{canvas.getPageNumber()}")
        canvas.restoreState()

    template.build(list(story), onFirstPage=footer, onLaterPages=footer)
    return file.getvalue()


def register_fonts() -> None:
    """Let reportlab know the font of Chinese."""
    if CHINESE not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(UnicodeCIDFont(CHINESE))
