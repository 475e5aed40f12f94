"""Every statement is prepared against a migrated database; its parameters and columns are what its header says."""

from __future__ import annotations

import dataclasses
import importlib
import types
import typing
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import msgspec
import pytest

from services.database import connect
from services.statements import Statement, StatementError, nouns, parse, statements

#: What a column of each PostgreSQL type arrives as.
PYTHON_TYPES: dict[str, set[type]] = {
    "int2": {int}, "int4": {int}, "int8": {int}, "float8": {float}, "bool": {bool}, "text": {str}, "code": {str},
    "bytea": {bytes}, "timestamptz": {datetime}, "interval": {timedelta}, "uuid": {UUID}, "jsonb": {dict, list, object},
    "text[]": {list}, "int4[]": {list}, "float8[]": {list}, "numeric": {Decimal}, "date": {date},
}  # fmt: skip
SQL_ALIASES = {"int": "int4", "bigint": "int8", "boolean": "bool", "double precision": "float8"}

ALL = [(noun, name) for noun in nouns() for name in statements(noun)]


def test_there_are_statements() -> None:
    assert len(ALL) > 20


async def test_statements_are_what_their_headers_say(database_url: str) -> None:
    connection = await connect(database_url, name="test")
    try:
        await connection.execute(statements("readings")["create_staged_reading"].text)
        for noun, name in ALL:
            statement = statements(noun)[name]
            if statement.text.startswith("CREATE"):
                continue  # DDL has neither parameters nor columns
            try:
                prepared = await connection.prepare(statement.text)
            except Exception as error:
                error.add_note(f"in statement {noun}.{name}")
                raise
            takes = [_type_name(parameter) for parameter in prepared.get_parameters()]
            assert takes == [SQL_ALIASES.get(kind, kind) for _, kind in statement.takes], f"{noun}.{name} takes"
            if statement.row:
                columns = {column.name: _type_name(column.type) for column in prepared.get_attributes()}
                _compare_columns(f"{noun}.{name}", columns, statement)
    finally:
        await connection.close()


def _type_name(sql_type: object) -> str:
    kind, name = sql_type.kind, sql_type.name  # type: ignore[attr-defined]
    return name if kind != "array" or name.endswith("[]") else f"{name}[]"


def _compare_columns(where: str, columns: dict[str, str], statement: Statement) -> None:
    assert statement.row is not None
    module, _, class_name = statement.row.rpartition(".")
    row = getattr(importlib.import_module(module), class_name)
    if dataclasses.is_dataclass(row):
        names = [field.name for field in dataclasses.fields(row) if field.init]
    else:
        names = [field.name for field in msgspec.structs.fields(row)]
    assert set(names) == set(columns), f"{where}: the row class {class_name} and the columns differ"
    hints = typing.get_type_hints(row)
    for name, sql_type in columns.items():
        plain = {typing.get_origin(hint) or hint for hint in _options(hints[name])} - {type(None)}
        if typing.Any in plain:
            continue
        assert plain & PYTHON_TYPES[sql_type], f"{where}: column {name} is {sql_type}, the row class says {plain}"


def _options(hint: object) -> list[typing.Any]:
    if isinstance(hint, types.UnionType) or typing.get_origin(hint) is typing.Union:
        return list(typing.get_args(hint))
    return [hint]


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("-- name: a\nSELECT 1;", "needs a `-- what:` line"),
        ("-- name: a\n-- what: b\nSELECT 1", "closing semicolon"),
        ("-- name: a\n-- what: b\n-- takes: x\nSELECT $1;", "needs a name and a type"),
    ],
)
def test_a_malformed_statement_says_what_it_lacks(source: str, message: str) -> None:
    with pytest.raises(StatementError, match=message):
        list(parse(source, "x.sql"))
