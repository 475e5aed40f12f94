"""The files of a site folder as records: every value with the line on which it stands.

    bytes --decode--> text --TOML--> Record(line of each key)
                           --CSV---> Record a row (line of the row)

Text is UTF-8, with or without the mark that spreadsheet programs put before it. What a spreadsheet commonly does
wrong (another encoding, semicolons between cells, missing cells) is recognised and said. A file that cannot be read at
all is one mistake and gives no records.
"""

from __future__ import annotations

import csv
import io
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from services.site_folder.mistakes import Mistakes, mend
from services.site_folder.record import Record
from services.site_folder.toml_lines import line_of, toml_lines

_AT_LINE = re.compile(r" \(at line (\d+), column \d+\)$")
_AT_END = re.compile(r" \(at end of document\)$")
_WIDE = (b"\xff\xfe", b"\xfe\xff")


def read_text(path: Path, file: str, mistakes: Mistakes) -> str | None:
    """The text of a file, with plain line ends; None where it cannot be read or is not UTF-8."""
    data = b""
    try:
        data = path.read_bytes()
        text = data.decode("utf-8-sig")
    except OSError as error:
        mistakes.add(file, 1, f"this file cannot be read: {error.strerror}")
        return None
    except UnicodeDecodeError as error:
        line = 1 if data.startswith(_WIDE) else data.count(b"\n", 0, error.start) + 1
        mistakes.add(file, line, f"this is not UTF-8{_guess(data)}: save the file as UTF-8 (in Excel: `CSV UTF-8`)")
        return None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _guess(data: bytes) -> str:
    if data.startswith(_WIDE):
        return " but UTF-16"
    try:
        data.decode("gb18030")
    except UnicodeDecodeError:
        return ""
    return " but looks like GBK"


def read_toml(path: Path, file: str, mistakes: Mistakes) -> Record | None:
    """A TOML file as one record, in which tables are records again; None where its syntax is wrong."""
    text = read_text(path, file, mistakes)
    if text is None:
        return None
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        message = str(error)
        at = _AT_LINE.search(message)
        line = int(at[1]) if at else text.rstrip("\n").count("\n") + 1
        what = _AT_END.sub(" before the file ends", _AT_LINE.sub("", message))
        mistakes.add(file, line, f"this is not TOML: {what[:1].lower()}{what[1:]}")
        return None
    lines = toml_lines(text)

    def record(table: Mapping[str, Any], place: tuple[str | int, ...]) -> Record:
        below = {key: line_of(lines, (*place, key)) for key in table}
        return Record(file, line_of(lines, place), table, below, mistakes, tables=subrecords(table, place))

    def subrecords(table: Mapping[str, Any], place: tuple[str | int, ...]) -> Mapping[str, Sequence[Record]]:
        return {
            key: [record(item, (*place, key, at)) for at, item in enumerate(value)]
            for key, value in table.items()
            if isinstance(value, list) and value and all(isinstance(item, dict) for item in value)
        }

    return record(document, ())


def read_csv(
    path: Path, file: str, columns: Sequence[str], needed: Sequence[str], mistakes: Mistakes
) -> list[Record] | None:
    """The rows of a CSV file as records; empty cells and rows left out. None where it cannot be read."""
    text = read_text(path, file, mistakes)
    if text is None:
        return None
    numbered = _rows(text, file, mistakes)
    _, header = next(numbered, (1, []))
    header = [cell.strip() for cell in header]
    if not _header_is_good(header, file, columns, needed, mistakes):
        return None
    records = []
    for line, row in numbered:
        cells = [cell.strip() for cell in row]
        if not any(cells):
            continue
        if len(cells) != len(header):
            mistakes.add(
                file, line, f"this row has {len(cells)} cells, the first line names {len(header)}: {_mend(row)}"
            )
            continue
        values = {name: cell for name, cell in zip(header, cells, strict=True) if cell}
        records.append(Record(file, line, values, {}, mistakes))
    return records


def _rows(text: str, file: str, mistakes: Mistakes) -> Iterator[tuple[int, list[str]]]:
    """Each row with the line on which it begins (a quoted cell may go on over several)."""
    reader = csv.reader(io.StringIO(text), strict=True)
    line = 1
    try:
        for row in reader:
            yield line, row
            line = reader.line_num + 1
    except csv.Error as error:
        open_quote = "unexpected end" in str(error)
        what = "a quote is opened here and not closed" if open_quote else f"this is not CSV ({error})"
        mistakes.add(file, line, f"{what}: write a quote inside a quoted cell twice")


def _header_is_good(
    header: Sequence[str], file: str, columns: Sequence[str], needed: Sequence[str], mistakes: Mistakes
) -> bool:
    before = len(mistakes.found)
    if not any(header):
        mistakes.add(file, 1, f"the first line must name the columns, as in {','.join(columns)}")
        return False
    if len(header) <= 1 and any(mark in "".join(header) for mark in ";\t"):
        mistakes.add(file, 1, "the cells are separated by semicolons or tabs: separate them by commas")
        return False
    for name in needed:
        if name not in header:
            mistakes.add(file, 1, f"column {name!r} is missing: add it to the first line")
    for at, name in enumerate(header):
        if name not in columns:
            mistakes.add(file, 1, f"column {name!r} is not known{mend(name, columns)}" if name else _unnamed(at))
        elif name in header[:at]:
            mistakes.add(file, 1, f"column {name!r} is there twice: remove one")
    return len(mistakes.found) == before


def _unnamed(at: int) -> str:
    return f"cell {at + 1} of the first line is empty: give the column a name or remove it"


def _mend(row: Sequence[str]) -> str:
    if any("\n" in cell for cell in row):
        return "a quote is not closed"
    return "add the missing commas, or quote the cell that holds one"
