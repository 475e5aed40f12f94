"""A rule file: rules as `[[rule]]` tables, each with its causes as `[[rule.cause]]`.

code = "element-outlet-high"  name  name_zh  system  message  source ...
for = { kind = "compressor" }                      which machines
signal = "element_outlet_degc"                     what is watched; or { kind = "rate", of = "...", over_s = 600 }
levels = [ { at = "H", limit = 105, priority = "high" } ]
when = 'state == "loaded"'  settle_s  hours  deadband  on_delay_s  off_delay_s
[[rule.cause]]  code  name  weight  action  evidence = [ { if = "...", times = 4, says = "..." } ]

The same reading serves rules that come through the API: there every place is line 1 of the document.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeVar, cast, get_args

from analytics.alarms.rule import (
    LEVELS,
    LONGEST_S,
    PRIORITIES,
    Cause,
    Evidence,
    Input,
    Level,
    LevelCode,
    Priority,
    Rule,
    RuleError,
    Signal,
    SignalKind,
    Suppression,
    Target,
)
from analytics.alarms.rule_expressions import findings
from services.rule_folder import fields
from services.site_folder.record import Record

SYSTEMS = (
    *("power", "compressed_air", "chilled_water", "air_handling", "heat", "pv", "storage", "water", "gas"),
    *("communication", "metering", "service", "other"),
)
RULE_FIELDS = (
    *("code", "name", "name_zh", "system", "for", "signal", "levels", "deadband", "on_delay_s", "off_delay_s", "when"),
    *("settle_s", "hours", "suppressed_by", "latching", "re_alarm_s", "group", "inputs", "message", "message_zh"),
    *("source", "cause", "enabled"),
)
SIGNAL_FIELDS = ("kind", "of", "reference", "relative", "over_s", "counts", "states", "unit")
_STAND_IN = (Level("H", 0.0, "low"),)
_FOR_SHAPE = 'for = { kind = "compressor" }'
_LEVELS_SHAPE = 'levels = [ { at = "H", limit = 105, priority = "high" } ]'
_INPUTS_SHAPE = 'inputs = { header = { of = "site", kind = "pressure_sensor" } }'

Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class RuleEntry:
    """A rule (None where it has mistakes), whether it is in use, and the record that it was read from."""

    code: str
    rule: Rule | None
    is_enabled: bool
    record: Record
    read: Rule | None = None
    """The rule as far as it was read, with stand-ins for what has mistakes: for what else is wrong with it."""


def read_rules(record: Record) -> list[RuleEntry]:
    """Read all rules of a file."""
    record.only(("rule",))
    return [read_rule(each) for each in record.under("rule")]


def read_rule(record: Record) -> RuleEntry:
    """Read a rule and check that it can be evaluated."""
    before = len(record.mistakes.found)
    record.only(RULE_FIELDS)
    code = record.code("code")
    given: dict[str, Any] = {
        "code": code,
        "name": record.text("name"),
        "target": _target(record),
        "signal": _signal(record),
        "levels": _levels(record),
        "system": record.choice("system", SYSTEMS) if "system" in record.values else "other",
        "deadband": record.number("deadband", least=0) or 0.0,
        **{
            name: record.number(name, least=0, most=LONGEST_S) or 0.0
            for name in ("on_delay_s", "off_delay_s", "settle_s", "re_alarm_s")
        },
        **{name: record.text(name, needed=False) for name in ("when", "name_zh", "message", "message_zh", "source")},
        "hours": fields.hours(record, "hours"),
        "suppressed_by": _suppressions(record),
        "latching": fields.flag(record, "latching"),
        "group": record.code("group") if record.values.get("group") else "",
        "inputs": _inputs(record),
        "causes": tuple(_cause(each) for each in record.under("cause")),
    }
    is_enabled = fields.flag(record, "enabled", usual=True)
    if len(record.mistakes.found) > before:
        # So that what is wrong with the expressions is told at the same time as what is wrong with the fields.
        given["signal"] = given["signal"] or Signal("silence")
        given["levels"] = _STAND_IN
    read = _made(record, "levels", lambda: Rule(**given))
    _note_findings(record, read)
    return RuleEntry(code, read if len(record.mistakes.found) == before else None, is_enabled, record, read)


def _made(record: Record, name: str, make: Callable[[], Made]) -> Made | None:
    """What is made of the fields, or a mistake where they do not go together."""
    try:
        return make()
    except RuleError as error:
        record.wrong(name, str(error))
        return None


def _note_findings(record: Record, rule: Rule | None) -> None:
    codes = [cause.values.get("code") for cause in record.under("cause")]
    for twice in sorted({str(code) for code in codes if codes.count(code) > 1}):
        record.wrong("cause", f"cause {twice!r} is there twice: leave one of the two")
    for finding in () if rule is None else findings(rule):
        if finding.field == "if":
            cause = record.under("cause")[finding.cause]
            cause.under("evidence")[finding.evidence].wrong("if", finding.text)
        else:
            record.wrong("signal" if finding.field in {"of", "reference"} else finding.field, finding.text)


def _target(record: Record) -> Target:
    inside = fields.table(record, "for", _FOR_SHAPE)
    if inside is None:
        if "for" not in record.values:
            record.wrong("for", f"'for' is missing: which machines, as in {_FOR_SHAPE}; for = {{ }} is every device")
        return Target()
    inside.only(("subject", "kind", "template", "codes", "only_top"))
    subject = (
        inside.choice("subject", ("device", "meter", "site", "service")) if "subject" in inside.values else "device"
    )
    return Target(
        subject=cast("Literal['device', 'meter', 'site', 'service']", subject),
        kind=inside.text("kind", needed=False),
        template=inside.text("template", needed=False),
        codes=inside.codes("codes"),
        only_top=fields.flag(inside, "only_top"),
    )


def _signal(record: Record) -> Signal | None:
    value = record.values.get("signal")
    if isinstance(value, str) and value:
        return Signal("value", record.text("signal"))
    inside = fields.table(record, "signal", 'signal = { kind = "rate", of = "outlet_degc", over_s = 600 }')
    if inside is None:
        if not value:
            record.wrong("signal", "'signal' is missing: what is watched, a point's key or an expression")
        return None
    before = len(record.mistakes.found)
    inside.only(SIGNAL_FIELDS)
    kind = inside.choice("kind", get_args(SignalKind)) if "kind" in inside.values else "value"
    counts = inside.choice("counts", ("rises", "changes", "increase")) if "counts" in inside.values else "rises"
    given = {
        "of": inside.text("of", needed=False),
        "reference": inside.text("reference", needed=False),
        "relative": fields.flag(inside, "relative"),
        "over_s": inside.number("over_s", least=0, most=LONGEST_S) or 0.0,
        "states": fields.words(inside, "states"),
        "unit": inside.text("unit", needed=False),
    }
    if len(record.mistakes.found) > before:
        return None
    return _made(record, "signal", lambda: Signal(kind=kind, counts=counts, **given))  # type: ignore[arg-type]


def _levels(record: Record) -> tuple[Level, ...]:
    if not record.values.get("levels"):
        record.wrong("levels", f"'levels' is missing: from which limits it is an alarm, as in {_LEVELS_SHAPE}")
    found: list[Level] = []
    for each in fields.tables(record, "levels", _LEVELS_SHAPE):
        each.only(("at", "limit", "priority"))
        at, priority = each.choice("at", LEVELS), each.choice("priority", PRIORITIES)
        limit = each.number("limit")
        if limit is None and at == "ON":
            limit = 0.5
        elif limit is None and "limit" not in each.values:
            each.wrong("limit", f"level {at} needs its 'limit'")
        if limit is not None:
            found.append(Level(cast("LevelCode", at), limit, cast("Priority", priority)))
    return tuple(found)


def _suppressions(record: Record) -> tuple[Suppression, ...]:
    found: list[Suppression] = []
    for each in fields.tables(record, "suppressed_by", 'suppressed_by = [ { rule = "compressor-fault" } ]'):
        each.only(("rule", "of"))
        places = ("machine", "gateway", "parent", "site", "service")
        of = each.choice("of", places) if "of" in each.values else "machine"
        found.append(Suppression(each.code("rule"), of))  # type: ignore[arg-type]
    return tuple(found)


def _inputs(record: Record) -> Mapping[str, Input]:
    inside = fields.table(record, "inputs", _INPUTS_SHAPE)
    found: dict[str, Input] = {}
    for name in () if inside is None else inside.values:
        given = fields.table(inside, name, _INPUTS_SHAPE)  # type: ignore[arg-type]
        if given is None:
            continue
        given.only(("of", "kind", "codes", "others_only", "take"))
        if not name.replace("_", "").isalnum() or not name.isascii() or not name[0].islower() or name != name.lower():
            given.wrong("", f"input {name!r} must be a plain word: a-z, 0-9 and '_', as it stands in expressions")
        takes = ("only", "mean", "median", "least", "most", "sum")
        found[name] = Input(
            of=given.choice("of", ("equipment", "gateway", "space", "site")),  # type: ignore[arg-type]
            kind=given.text("kind", needed=False),
            codes=given.codes("codes"),
            others_only=fields.flag(given, "others_only"),
            take=given.choice("take", takes) if "take" in given.values else "only",  # type: ignore[arg-type]
        )
    return found


def _cause(record: Record) -> Cause:
    record.only(("code", "name", "name_zh", "weight", "action", "action_zh", "evidence"))
    weight = record.number("weight", above=0)
    return Cause(
        code=record.code("code"),
        name=record.text("name"),
        action=record.text("action"),
        weight=1.0 if weight is None else weight,
        name_zh=record.text("name_zh", needed=False),
        action_zh=record.text("action_zh", needed=False),
        evidence=tuple(
            _evidence(each)
            for each in fields.tables(record, "evidence", 'evidence = [ { if = "oil_bar < 1", times = 4 } ]')
        ),
    )


def _evidence(record: Record) -> Evidence:
    record.only(("if", "times", "otherwise", "says", "says_zh"))
    times, otherwise = record.number("times", above=0), record.number("otherwise", above=0)
    if "times" not in record.values:
        record.wrong("times", "'times' is missing: how many times likelier the cause is where this holds")
    return Evidence(
        condition=record.text("if"),
        times=1.0 if times is None else times,
        otherwise=1.0 if otherwise is None else otherwise,
        says=record.text("says", needed=False),
        says_zh=record.text("says_zh", needed=False),
    )
