"""SQL beside the code: named, described statements, run exactly as written.

A noun's statements stand in `services/sql/<noun>.sql`, each under a header:

    -- name: latest_of_points
    -- what: the newest reading of each given point
    -- takes: point_ids int4[]
    -- row: services.readings.LatestRow
    SELECT ... WHERE point_id = ANY($1);

`takes` names the parameters in order with their PostgreSQL types, `row` the class that receives each row; a test
prepares every statement against a migrated database and compares both. Text is never assembled at run time.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType

_HEADER = re.compile(r"^-- (name|what|takes|row): (.+)$")


class StatementError(Exception):
    """A statement file is malformed, or a statement was asked for that it does not hold."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement: its name, what it is for, its parameters, the class of its rows (or None), its text."""

    name: str
    what: str
    takes: tuple[tuple[str, str], ...]
    row: str | None
    text: str


def parse(source: str, file: str) -> Iterator[Statement]:
    """Split a statement file. Raises StatementError naming the file and what is missing."""
    for block in re.split(r"(?m)^(?=-- name: )", source)[1:]:
        header: dict[str, str] = {}
        body: list[str] = []
        for line in block.splitlines():
            match = None if body else _HEADER.match(line)
            if match:
                header[match[1]] = match[2].strip()
            elif line.strip():
                body.append(line)
        text = "\n".join(body).strip()
        if "what" not in header or not text.endswith(";"):
            raise StatementError(
                f"{file}: statement {header['name']!r} needs a `-- what:` line and a closing semicolon"
            )
        takes = tuple(_parameter(part, file) for part in header.get("takes", "").split(",") if part.strip())
        yield Statement(header["name"], header["what"], takes, header.get("row"), text)


def _parameter(part: str, file: str) -> tuple[str, str]:
    name, _, sql_type = part.strip().partition(" ")
    if not sql_type:
        raise StatementError(f"{file}: parameter {part.strip()!r} needs a name and a type, as in `site text`")
    return name, sql_type


@cache
def statements(noun: str) -> Mapping[str, Statement]:
    """All statements of a noun by name. Raises StatementError for a name used twice."""
    found: dict[str, Statement] = {}
    file = f"services/sql/{noun}.sql"
    for statement in parse(files("services").joinpath("sql", f"{noun}.sql").read_text("utf-8"), file):
        if statement.name in found:
            raise StatementError(f"{file}: two statements are named {statement.name!r}")
        found[statement.name] = statement
    return MappingProxyType(found)


def nouns() -> list[str]:
    """Every noun that has statements."""
    return sorted(
        entry.name.removesuffix(".sql")
        for entry in files("services").joinpath("sql").iterdir()
        if entry.name.endswith(".sql")
    )
