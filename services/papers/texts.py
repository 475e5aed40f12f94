"""What a text may hold where it is printed or opened in a spreadsheet.

A spreadsheet takes a cell that begins with `=`, `+`, `-` or `@` for a formula, which may fetch addresses or start
programs; XML has no place for most control characters; a page takes `<` for markup. Nothing of it does anything here:
the text is shown as it was written, without what cannot be shown.
"""

from __future__ import annotations

import re
from typing import Final

LONGEST_CELL: Final = 32_767
"""What a cell holds; a spreadsheet calls a file with a longer one damaged."""

# XML 1.0 has no place for these; a lone half of a surrogate pair cannot be written at all.
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_LINE_END = re.compile("\r\n?")
# Spreadsheets read `_x003D_` as the character of that number.
_CODED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_FORMULA_BEGINS: Final = tuple("=+-@\t\r＝＋－＠")
# Marks without a shape: they turn the direction of writing, join, or hide.
_SHAPELESS = re.compile("[\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")
_EMPTY_LINES = re.compile("\n{3,}")
_OUTSIDE_FONTS = re.compile("[\U00010000-\U0010ffff]")


def shortened(text: str, longest: int = LONGEST_CELL) -> str:
    """A text of at most so many characters, that says where it was cut."""
    return text if len(text) <= longest else text[: longest - 1] + "…"


def in_cell(text: str) -> str:
    """As a cell of a workbook holds it."""
    plain = _NOT_XML.sub("", _LINE_END.sub("\n", text))
    return shortened(_CODED.sub("_x005F_", plain))


def looks_like_formula(text: str) -> bool:
    """Whether a spreadsheet might take it for a formula, at the latest when somebody edits the cell."""
    return text.lstrip(" \n\x0b\x0c").startswith(_FORMULA_BEGINS)


def in_csv(text: str) -> str:
    """As a line of CSV holds it; an apostrophe before what looks like a formula, as people type it."""
    plain = _NOT_XML.sub("", _LINE_END.sub("\n", text))
    return f"'{plain}" if looks_like_formula(plain) else plain


def on_line(text: str) -> str:
    """As a terminal prints it on one line: what would move its cursor or turn its writing is left out."""
    return " ".join(_SHAPELESS.sub("", _NOT_XML.sub("", text)).split())


def on_page(text: str) -> str:
    """As a page can show it; what its fonts have no sign for is a box."""
    plain = _NOT_XML.sub("", _LINE_END.sub("\n", text)).replace("\t", "    ")
    plain = _EMPTY_LINES.sub("\n\n", plain)
    return _OUTSIDE_FONTS.sub("□", _SHAPELESS.sub("", plain))
