"""The list of parts as CSV and XLSX, to be ordered from, counted by, or taken to another place."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final, Literal

from services.papers.sheet import CSV_MEDIA_TYPE, MEDIA_TYPE, Column, Value, csv_text, workbook
from services.parts.rows import PartRow

__all__ = ["CSV_MEDIA_TYPE", "MEDIA_TYPE", "Form", "parts_file"]

Form = Literal["csv", "xlsx"]

_COLUMNS: Final = (
    Column("site", 14),
    Column("code", 22),
    Column("name", 34),
    Column("name_zh", 24),
    Column("unit", 8),
    Column("location", 16),
    Column("supplier", 24),
    Column("stock", 10, "#,##0.###"),
    Column("minimum", 10, "#,##0.###"),
    Column("to_order", 10, "#,##0.###"),
    Column("unit_cost", 12, "#,##0.00##"),
    Column("currency", 10),
    Column("value", 14, "#,##0.00"),
    Column("retired", 19),
)


def parts_file(form: Form, parts: Sequence[PartRow], now: datetime) -> bytes:
    """The file; `to_order` is what is missing to the minimum, `value` what the stock would cost now."""
    zone = now.tzinfo
    assert zone is not None, "times have offsets here"
    if form == "csv":
        return csv_text(_COLUMNS, map(_row, parts), zone).encode()
    return workbook("Parts", _COLUMNS, map(_row, parts), zone, [("Parts 备件", now)])


def _row(part: PartRow) -> tuple[Value, ...]:
    return (
        part.site,
        part.code,
        part.name,
        part.name_zh,
        part.unit,
        part.location,
        part.supplier,
        part.stock,
        part.minimum,
        part.minimum - part.stock if part.is_low else None,
        part.unit_cost,
        part.currency,
        None if part.unit_cost is None else part.stock * part.unit_cost,
        part.retired_at,
    )
