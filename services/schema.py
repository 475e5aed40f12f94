"""The whole schema as one readable page, `services/schema.sql`.

Migrations say how the database came to be; this page says what it is. It is described from the catalogue of a migrated
database (`python -m services.schema URL > services/schema.sql`), and a test keeps the two equal. It is for reading:
databases are made by migrations only.
"""

from __future__ import annotations

import asyncio
import sys
from dataclasses import dataclass

from services.database import Connection, connect, rows
from services.statements import statements

SQL = statements("schema")
_TITLE = "-- What the database is after all migrations; made by `python -m services.schema`, do not edit.\n"


@dataclass(frozen=True, slots=True)
class ColumnRow:
    """A column of one of our tables."""

    relation: str
    name: str
    type: str
    not_null: bool
    identity: str
    default_value: str | None


@dataclass(frozen=True, slots=True)
class PartRow:
    """Something beside columns: of a table, or of none."""

    relation: str | None
    name: str
    definition: str


async def describe(connection: Connection) -> str:
    """The schema as SQL, tables and their parts in order of name."""
    columns = await rows(connection, SQL["described_columns"], ColumnRow)
    parts = await rows(connection, SQL["described_parts"], PartRow)
    blocks = [f"{part.definition.strip()};" for part in parts if part.relation is None]
    for relation in dict.fromkeys(column.relation for column in columns):
        of_table = [part.definition for part in parts if part.relation == relation]
        inside = [_column(column) for column in columns if column.relation == relation]
        inside += [definition for definition in of_table if definition.startswith("CONSTRAINT ")]
        block = f"CREATE TABLE {relation} (\n  " + ",\n  ".join(inside) + "\n);"
        blocks.append("\n".join([block, *(f"{text};" for text in of_table if not text.startswith("CONSTRAINT "))]))
    return _TITLE + "\n" + "\n\n".join(blocks) + "\n"


def _column(column: ColumnRow) -> str:
    text = f"{column.name} {column.type}"
    if column.identity:
        text += " GENERATED ALWAYS AS IDENTITY"
    elif column.default_value is not None:
        text += f" DEFAULT {column.default_value}"
    return text + (" NOT NULL" if column.not_null else "")


async def _print(url: str) -> None:
    connection = await connect(url, name="schema")
    try:
        sys.stdout.write(await describe(connection))
    finally:
        await connection.close()


if __name__ == "__main__":
    asyncio.run(_print(sys.argv[1]))
