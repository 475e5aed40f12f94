"""A table of a file as a structure of the domain: every mistake on the line of its field.

The structure's own types and checks decide what is right, so that a document in a file, one that is sent to the API
and one that is read back from the database are held to the same law. Here their refusals are put into words and places:
a missing or unknown field, a word that is not among the choices, a code that is none, then whatever the type says.
"""

from __future__ import annotations

import re
import types
import typing
from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypeVar

import msgspec

from analytics.maintenance.job import Code
from services.site_folder.mistakes import mend
from services.site_folder.record import Record

Thing = TypeVar("Thing", bound=msgspec.Struct)

_PLACE = re.compile(r" - at `(?:key in )?\$([^`]*)`$")
_FIRST = re.compile(r"\.(\w+)")
_LIMIT = re.compile(r"([<>]=?) (\d+?)(?:\.0)?$")
_LIMITS: Mapping[str, str] = {">": "above", ">=": "at least", "<": "below", "<=": "at most"}
_WORDS: Mapping[str, str] = {
    "`str`": "a text", "`int`": "a whole number", "`float`": "a number", "`bool`": "true or false", "`array`": "a list",
    "`object`": "a table", "`null`": "nothing", "`date`": "a day such as 2026-05-01",
}  # fmt: skip


def structure(
    record: Record,
    kind: type[Thing],
    *,
    names: Mapping[str, str] | None = None,
    composed: Mapping[str, object] | None = None,
    also: tuple[str, ...] = (),
) -> Thing | None:
    """Read a table; None where something in it is wrong, which has been noted.

    `names`: what fields are called in the file where that is not their own name. `composed`: fields that were read from
    tables of their own. `also`: names in the file that belong to those.
    """
    called = dict(names or {})
    composed = composed or {}
    before = len(record.mistakes.found)
    hints = typing.get_type_hints(kind, include_extras=True)
    fields = {each.name: each for each in msgspec.structs.fields(kind) if each.name not in composed}
    record.only([*(called.get(name, name) for name in fields), *also])
    document: dict[str, Any] = {}
    for name, field in fields.items():
        word = called.get(name, name)
        if word in record.values:
            _check(record, word, hints[name])
            document[name] = record.values[word]
        elif field.required:
            record.wrong(word, f"{word!r} is missing")
    if len(record.mistakes.found) > before:
        return None
    try:
        return msgspec.convert({**msgspec.to_builtins(composed), **document}, kind)
    except msgspec.ValidationError as error:
        _note(record, str(error), called)
        return None


def _check(record: Record, name: str, hint: Any) -> None:  # noqa: ANN401 - a type
    """What can be said better than by the type: choices that are near, codes, texts of one line."""
    for option in _options(hint):
        if option is Code:
            record.code(name)
        elif typing.get_origin(option) is Literal:
            record.choice(name, typing.get_args(option))
        elif typing.get_origin(option) is tuple and typing.get_args(option)[0] is Code:
            record.codes(name)
        elif typing.get_origin(option) is Mapping and typing.get_origin(typing.get_args(option)[1]) is Literal:
            _check_words(record, name, typing.get_args(typing.get_args(option)[1]))
    _require_plain(record, name, record.values[name])


def _check_words(record: Record, name: str, choices: tuple[str, ...]) -> None:
    given = record.values[name]
    for value in given.values() if isinstance(given, Mapping) else ():
        if isinstance(value, str) and value not in choices:
            record.wrong(name, f"{value!r} in {name} is not known{mend(value, choices)}")


def _options(hint: Any) -> tuple[Any, ...]:  # noqa: ANN401 - a type
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        return typing.get_args(hint)
    if typing.get_origin(hint) is Annotated and hint is not Code and typing.get_origin(hint.__origin__) is tuple:
        return (hint.__origin__,)
    return (hint,)


def _require_plain(record: Record, name: str, value: object) -> None:
    if isinstance(value, str):
        record.require_plain(name, value)
    elif isinstance(value, Mapping):
        for key, each in value.items():
            _require_plain(record, name, key)
            _require_plain(record, name, each)
    elif isinstance(value, list):
        for each in value:
            _require_plain(record, name, each)


def _note(record: Record, message: str, called: Mapping[str, str]) -> None:
    place = _PLACE.search(message)
    text = _PLACE.sub("", message)
    first = _FIRST.match(place[1]) if place else None
    name = "" if first is None else called.get(first[1], first[1])
    if text.startswith("Expected"):
        for word, plain in _WORDS.items():
            text = text.replace(word, plain)
        text = f"must be {text.removeprefix('Expected ')}".replace(", got ", ", not ")
        text = _LIMIT.sub(lambda found: f"{_LIMITS[found[1]]} {found[2]}", text)
    record.wrong(name, f"{name!r} {text}" if name and place else text)


def unknown(record: Record, name: str, given: str, known: Mapping[str, object] | None, where: str) -> None:
    """Note a name that leads to nothing; `known` None: what there is could not be read, and nothing is said."""
    if known is not None and given not in known:
        record.wrong(name, f"{name} {given!r} is not in {where}{mend(given, known) or ': add it there'}")
