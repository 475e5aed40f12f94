"""The expressions of a rule: which there are, and what is wrong with them whatever machine they meet.

signal.of, signal.reference, when    what the rule needs: a machine without one of its points cannot have the rule
evidence of causes                   what would be good to know: without its points, the evidence is unknown
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import get_args

from analytics.alarms.expression import Expression, ExpressionError, parse
from analytics.alarms.rule import Rule
from analytics.metering.model import LedgerKind
from analytics.readings import Verdict

#: Kinds of signal whose `of` is an expression; of those in _OF_POINT one point and nothing else.
EXPRESSION_KINDS = ("value", "deviation", "rate", "count", "stuck", "state", "silence")
#: Kinds of signal that services work out: there is nothing to evaluate, and nothing to try against history.
FACT_KINDS = ("clock", "irregularity", "ledger", "baseline", "night_flow", "demand", "maintenance", "service")
#: What a signal may name in `states` where these are no states of a point.
NAMED: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "irregularity": (
            *("duplicate", "redelivered", "conflict", "disorder", "late", "backlog"),
            *(verdict.reason for verdict in Verdict if verdict != Verdict.GOOD),
        ),
        "ledger": (*get_args(LedgerKind), "undecided"),
    }
)
#: What a signal of kind `maintenance` counts.
MAINTENANCE_FIGURES = ("orders_overdue", "orders_unanswered", "plans_overdue")
_OF_POINT = ("stuck", "state", "silence")
_PLACEHOLDERS = ("value", "limit", "unit", "machine")


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong, and in which field: `of`, `reference`, `when`, `inputs`, `message`, `levels` or `if`.

    For `if`, `cause` and `evidence` say which, counted from 0.
    """

    field: str
    text: str
    cause: int = -1
    evidence: int = -1


def needed(rule: Rule) -> Iterator[Expression]:
    """What the rule cannot do without. Raises ExpressionError."""
    if rule.signal.kind in EXPRESSION_KINDS and rule.signal.of:
        yield parse(rule.signal.of)
    if rule.signal.reference:
        yield parse(rule.signal.reference)
    if rule.when:
        yield parse(rule.when)


def of_evidence(rule: Rule) -> Iterator[Expression]:
    """What its causes ask. Raises ExpressionError."""
    for cause in rule.causes:
        for evidence in cause.evidence:
            yield parse(evidence.condition, in_evidence=True)


def findings(rule: Rule) -> Iterator[Finding]:
    """Everything that is wrong with the rule's expressions, inputs and messages."""
    yield from _of_signal(rule)
    if rule.when:
        yield from _wrong(rule, "when", rule.when)
    for at, cause in enumerate(rule.causes):
        for number, evidence in enumerate(cause.evidence):
            for finding in _wrong(rule, "if", evidence.condition, in_evidence=True):
                yield Finding("if", finding.text, at, number)
    for field, text in (("message", rule.message), ("message_zh", rule.message_zh)):
        yield from _wrong_message(field, text)
    at_levels = {level.at for level in rule.levels}
    if "ON" in at_levels and len(at_levels) > 1:
        yield Finding("levels", "ON is the level of a yes or no and stands alone")


def _of_signal(rule: Rule) -> Iterator[Finding]:
    signal = rule.signal
    for state in signal.states:
        if state not in NAMED.get(signal.kind, (state,)):
            yield Finding("of", f"{state!r} is not known in states: use {', '.join(NAMED[signal.kind])}")
    if signal.kind == "service":
        return  # `of` is the name of a figure of the watch
    if signal.kind == "maintenance":
        yield from _of_maintenance(rule)
    elif signal.kind in FACT_KINDS and signal.of:
        yield Finding("of", f"a signal of kind {signal.kind!r} is worked out by the service: it has no `of`")
    elif signal.of:
        yield from _wrong(rule, "of", signal.of)
    if signal.reference and signal.kind != "deviation":
        yield Finding("reference", "only a signal of kind 'deviation' has a reference")
    elif signal.reference:
        yield from _wrong(rule, "reference", signal.reference)


def _of_maintenance(rule: Rule) -> Iterator[Finding]:
    if rule.signal.of not in MAINTENANCE_FIGURES:
        yield Finding("of", f"{rule.signal.of!r} is not counted: use {', '.join(MAINTENANCE_FIGURES)}")
    if rule.target.subject != "site":
        yield Finding("of", 'orders and plans are counted for a site: for = { subject = "site" }')


def _wrong(rule: Rule, field: str, text: str, *, in_evidence: bool = False) -> Iterator[Finding]:
    try:
        expression = parse(text, in_evidence=in_evidence)
    except ExpressionError as error:
        yield Finding(field, f"{text[:80]!r}: {error}")
        return
    only_point = rule.signal.kind in _OF_POINT or (rule.signal.kind == "count" and rule.signal.counts != "rises")
    if field == "of" and only_point and not expression.is_name:
        yield Finding(field, f"a signal of kind {rule.signal.kind!r} is about one point: give its key")
    for name in expression.names:
        of, _, key = name.rpartition(".")
        if of and of not in rule.inputs:
            known = ", ".join(rule.inputs) or "none"
            yield Finding(field, f"{name!r} needs an input {of!r}; there are {known}: add {of} = {{ of = ... }}")
        elif not of and rule.target.subject in {"site", "service"}:
            yield Finding(field, f"a {rule.target.subject} has no points of its own: reach {key!r} through an input")


def _wrong_message(field: str, text: str) -> Iterator[Finding]:
    left = text
    for name in _PLACEHOLDERS:
        left = left.replace(f"{{{name}}}", "")
    if "{" in left or "}" in left:
        places = ", ".join(f"{{{name}}}" for name in _PLACEHOLDERS)
        yield Finding(field, f"only {places} are filled in: {text[:80]!r} has something else in braces")
