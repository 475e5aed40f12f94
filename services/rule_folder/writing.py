"""A rule as a document of the fields that a file has, without those that are as usual; and as the text of such a file.

Read again, the document gives the same rule: it is what the API answers with and takes, what differences are told of,
and what `ioe rules show` prints to be changed and applied.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import MISSING, is_dataclass
from dataclasses import fields as fields_of
from typing import Any

from analytics.alarms.rule import Rule, Signal
from services.rule_folder.fields import written_hours

#: Names of fields that are words of Python, or read better otherwise, in a file.
_NAMES = {"target": "for", "condition": "if", "causes": "cause"}
_NARROW = 100


def document(rule: Rule, *, is_enabled: bool = True) -> dict[str, Any]:
    """The fields of a rule, those that are as usual left out."""
    found = _fields(rule)
    found["for"] = found.get("for", {})
    if rule.signal.of and rule.signal == Signal("value", rule.signal.of):
        found["signal"] = rule.signal.of
    if rule.hours:
        found["hours"] = written_hours(rule.hours)
    if not is_enabled:
        found["enabled"] = False
    return found


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """What differs between two documents, one piece a field: `deadband 2 -> 3`."""
    found: list[str] = []
    for name in [*before, *(name for name in after if name not in before)]:
        was, will = before.get(name), after.get(name)
        if was == will:
            continue
        if name == "cause":
            found += _causes(was or [], will or [])
        elif name == "levels":
            found += _levels(was or [], will or [])
        else:
            found.append(f"{name} {_short(was)} -> {_short(will)}")
    return found


def rule_text(rule: Rule, *, is_enabled: bool = True) -> str:
    """The text of a rule in a file."""
    whole = document(rule, is_enabled=is_enabled)
    causes = whole.pop("cause", [])
    lines = ["[[rule]]", *(f"{name} = {_toml(value)}" for name, value in whole.items())]
    for cause in causes:
        lines += ["", "[[rule.cause]]", *(f"{name} = {_toml(value)}" for name, value in cause.items())]
    return "\n".join(lines) + "\n"


def _fields(thing: Any) -> dict[str, Any]:  # noqa: ANN401 - any of the parts of a rule
    found: dict[str, Any] = {}
    for each in fields_of(thing):
        value = getattr(thing, each.name)
        usual = each.default_factory() if each.default_factory is not MISSING else each.default
        if usual is MISSING or value != usual:
            found[_NAMES.get(each.name, each.name)] = _plain(value)
    return found


def _plain(value: object) -> Any:  # noqa: ANN401 - a document is of any shape
    if is_dataclass(value):
        return _fields(value)
    if isinstance(value, Mapping):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, tuple | frozenset):
        return [_plain(each) for each in value]
    return int(value) if isinstance(value, float) and value.is_integer() and abs(value) < 1e15 else value


def _levels(before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    # All digits of a limit: what reads the same would count as no change, and not be applied.
    was = {level["at"]: f"{level['limit']} {level['priority']}" for level in before}
    will = {level["at"]: f"{level['limit']} {level['priority']}" for level in after}
    for at in [*was, *(at for at in will if at not in was)]:
        if was.get(at) != will.get(at):
            yield f"level {at} {was.get(at, 'none')} -> {will.get(at, 'none')}"


def _causes(before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    was, will = {cause["code"]: cause for cause in before}, {cause["code"]: cause for cause in after}
    for code in [*was, *(code for code in will if code not in was)]:
        if code not in will or code not in was:
            yield f"cause {code} {'gone' if code not in will else 'added'}"
        elif was[code] != will[code]:
            yield f"cause {code} changed"


def _short(value: object) -> str:
    if value is None:
        return "none"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _NARROW else f"{text[: _NARROW - 3]}..."


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        plain = '"' in value and "'" not in value and "\\" not in value
        return f"'{value}'" if plain else json.dumps(value, ensure_ascii=False)
    if isinstance(value, Mapping):
        inside = ", ".join(f"{name} = {_toml(each)}" for name, each in value.items())
        return f"{{ {inside} }}" if inside else "{ }"
    if isinstance(value, Sequence):
        return "[" + ", ".join(_toml(each) for each in value) + "]"
    return repr(value)
