"""Which cause is the likeliest: weights, learned counts and evidence, multiplied and shared out.

    prior       how often a cause was the true one: its weight in the rule, and what closed work orders counted
      x
    evidence    each condition that holds multiplies by `times`, each that does not by `otherwise`
      =
    likelihood  of all causes of the rule, sharing 1

Evidence that is unknown, because a point is missing or had no readings, counts neither way and is shown as unknown.
Weights are imaginary cases: a rule whose weights sum to 6 has seen six cases already, so that the first closed order
does not overturn what the trade knows, and the fiftieth does. The order of causes or evidence changes nothing.

Worked example: weights 4 and 1; evidence "jumped" holds (times 8 for the second, 0.5 otherwise for the first):
4 x 0.5 = 2 against 1 x 8 = 8, so the second is likely at 0.8.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from analytics.alarms.expression import parse
from analytics.alarms.expression_steps import Array, States
from analytics.alarms.rule import Cause, Evidence

UNKNOWN_CAUSE = "unknown"
#: A single piece of evidence moves the odds at most by this: no rule of thumb is a proof.
STRONGEST = 100.0


@dataclass(frozen=True, slots=True)
class Weighed:
    """A piece of evidence as it was when the alarm was raised."""

    evidence: Evidence
    holds: bool | None
    """None: unknown."""
    times: float
    """By how much it multiplied."""
    figures: Mapping[str, float]
    """The figures behind it, by the names and questions of its expression."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """A cause with its likelihood, 0 to 1, and what speaks for and against it."""

    cause: Cause
    likelihood: float
    weighed: tuple[Weighed, ...]


def rank(
    causes: Sequence[Cause],
    values: Mapping[str, float],
    states: States,
    times_true: Mapping[str, int] | None = None,
) -> tuple[Ranked, ...]:
    """Order the causes of a rule, likeliest first; equals stay in the order of the rule.

    `values` has the figures of points, inputs and questions (`Ask.text`) at the time, those unknown left out.
    """
    counted = times_true or {}
    found = [(cause, tuple(_weighed(one, values, states) for one in cause.evidence)) for cause in causes]
    logs = [
        math.log(max(cause.weight, 0.0) + counted.get(cause.code, 0) or 1e-9)
        + sum(math.log(each.times) for each in weighed)
        for cause, weighed in found
    ]
    highest = max(logs, default=0.0)
    shares = [math.exp(log - highest) for log in logs]
    total = math.fsum(shares)
    ranked = [Ranked(cause, share / total, weighed) for (cause, weighed), share in zip(found, shares, strict=True)]
    return tuple(sorted(ranked, key=lambda each: -each.likelihood))


def _weighed(evidence: Evidence, values: Mapping[str, float], states: States) -> Weighed:
    expression = parse(evidence.condition, in_evidence=True)
    asked = (*expression.names, *(ask.text for ask in expression.asks))
    figures = {name: values[name] for name in asked if name in values and math.isfinite(values[name])}
    arrays: Mapping[str, Array] = values  # type: ignore[assignment]  # a figure is an array of one machine
    truth = float(expression.evaluate(arrays, states))
    if math.isnan(truth):
        return Weighed(evidence, None, 1.0, figures)
    holds = truth != 0.0
    factor = evidence.times if holds else evidence.otherwise
    return Weighed(evidence, holds, min(max(factor, 1.0 / STRONGEST), STRONGEST), figures)
