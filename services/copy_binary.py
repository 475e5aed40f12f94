"""PostgreSQL's binary COPY format, built from columns without a Python object per row.

Format (PostgreSQL manual, COPY, "Binary Format"): an 11-byte signature, flags and extension length, then for each row a
field count and for each field its length and its big-endian bytes, then -1. Timestamps are microseconds since
2000-01-01 UTC. A structured array with the lengths filled in is exactly such a run of rows.
"""

from __future__ import annotations

import numpy as np

from analytics.batches import Columns
from analytics.readings import Float64, Int32, Int64

_HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_TRAILER = b"\xff\xff"
#: Microseconds from 1970-01-01, our epoch, to 2000-01-01, PostgreSQL's.
_POSTGRES_EPOCH_US = 946_684_800_000_000

#: A column's PostgreSQL type by the type of the array that feeds it.
_WIDTH = {">i4": 4, ">i8": 8, ">f8": 8}


def _rows(columns: dict[str, tuple[str, Int32 | Int64 | Float64]]) -> bytes:
    """Lay columns (name -> big-endian type, array) out as rows of fields, each behind its length."""
    fields: list[tuple[str, str]] = [("fields", ">i2")]
    for name, (kind, _) in columns.items():
        fields += [(f"{name} length", ">i4"), (name, kind)]
    count = len(next(iter(columns.values()))[1])
    out = np.empty(count, dtype=np.dtype(fields))
    out["fields"] = len(columns)
    for name, (kind, values) in columns.items():
        out[f"{name} length"] = _WIDTH[kind]
        out[name] = values
    return _HEADER + out.tobytes() + _TRAILER


def readings(rows: Columns) -> bytes:
    """Rows (point_id int4, time timestamptz, value float8)."""
    return _rows(
        {
            "point_id": (">i4", rows.point_ids),
            "time": (">i8", rows.times_us - _POSTGRES_EPOCH_US),
            "value": (">f8", rows.values),
        }
    )


def staged_readings(rows: Columns) -> bytes:
    """Rows (ordinal int4, point_id int4, time timestamptz, value float8) for the staging table, numbered from 0."""
    return _rows(
        {
            "ordinal": (">i4", np.arange(len(rows), dtype=np.int32)),
            "point_id": (">i4", rows.point_ids),
            "time": (">i8", rows.times_us - _POSTGRES_EPOCH_US),
            "value": (">f8", rows.values),
        }
    )
