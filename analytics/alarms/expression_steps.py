"""What a read expression consists of, and how it is worked out: a list of steps on a stack, for all machines at once.

    (a + b) / 2 > 3      a   b   +   2   /   3   >          each name is an array with a figure a machine

Every figure may be unknown (NaN), and then so is what is made of it; so is what has no finite value: something divided
by zero, the root of a negative number, a number too large. Truth is 1, 0 or unknown: `a and b` is false where one side
is false whatever the other one is, and unknown only where the unknown side decides. Nothing here raises an error.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
States = Mapping[str, Mapping[str, float]]

UNKNOWN = np.float64(np.nan)


@dataclass(frozen=True, slots=True)
class Ask:
    """What an expression of evidence asks about the time before, or about other alarms; `text` is its name in values.

    `over_s` is 0 and `of` the code of a rule for those of alarms; else `of` is the name of a point.
    """

    function: Literal[
        "slope", "average", "change", "least", "most", "silence", "steps", "alarm", "others_alarm", "site_alarm"
    ]
    of: str
    over_s: float
    text: str


@dataclass(frozen=True, slots=True)
class Step:
    """One step: push a number, a name's figures, or the number of a state; or apply `function` to the last `takes`."""

    function: str
    takes: int = 0
    number: float = 0.0
    name: str = ""
    state: str = ""


def evaluate(steps: Sequence[Step], values: Mapping[str, Array], states: States) -> Array:
    """Work the steps out. A name without figures, and a state that its point does not have, are unknown."""
    stack: list[Array] = []
    with np.errstate(all="ignore"):
        for step in steps:
            if step.function == "number":
                stack.append(np.float64(step.number))  # type: ignore[arg-type]
            elif step.function == "name":
                stack.append(values.get(step.name, UNKNOWN))  # type: ignore[arg-type]
            elif step.function == "state":
                stack.append(np.float64(states.get(step.name, {}).get(step.state, np.nan)))  # type: ignore[arg-type]
            else:
                given = stack[-step.takes :]
                del stack[-step.takes :]
                stack.append(FUNCTIONS[step.function](*given))
    return np.asarray(stack[-1], dtype=np.float64)


def _finite(result: Array) -> Array:
    return np.where(np.isfinite(result), result, UNKNOWN)


def _compared(compare: Callable[[Array, Array], NDArray[np.bool_]]) -> Callable[[Array, Array], Array]:
    def truth(left: Array, right: Array) -> Array:
        return np.where(np.isnan(left) | np.isnan(right), UNKNOWN, compare(left, right))

    return truth


def _and(left: Array, right: Array) -> Array:
    unknown = np.isnan(left) | np.isnan(right)
    return np.where((left == 0) | (right == 0), 0.0, np.where(unknown, UNKNOWN, 1.0))


def _or(left: Array, right: Array) -> Array:
    holds = ((left != 0) & ~np.isnan(left)) | ((right != 0) & ~np.isnan(right))
    return np.where(holds, 1.0, np.where(np.isnan(left) | np.isnan(right), UNKNOWN, 0.0))


def _not(value: Array) -> Array:
    return np.where(np.isnan(value), UNKNOWN, value == 0)


def _in(value: Array, *choices: Array) -> Array:
    found = _equal(value, choices[0])
    for choice in choices[1:]:
        found = _or(found, _equal(value, choice))
    return found


def _where(condition: Array, where_true: Array, otherwise: Array) -> Array:
    return np.where(np.isnan(condition), UNKNOWN, np.where(condition != 0, where_true, otherwise))


def _least(*given: Array) -> Array:
    least = given[0]
    for each in given[1:]:
        least = np.minimum(least, each)  # of an unknown one and another: unknown
    return least


def _most(*given: Array) -> Array:
    most = given[0]
    for each in given[1:]:
        most = np.maximum(most, each)
    return most


_equal = _compared(np.equal)

FUNCTIONS: Mapping[str, Callable[..., Array]] = MappingProxyType(
    {
        "+": lambda left, right: _finite(left + right),
        "-": lambda left, right: _finite(left - right),
        "*": lambda left, right: _finite(left * right),
        "/": lambda left, right: _finite(np.divide(left, right)),
        "minus": np.negative,
        "<": _compared(np.less),
        "<=": _compared(np.less_equal),
        ">": _compared(np.greater),
        ">=": _compared(np.greater_equal),
        "==": _equal,
        "!=": _compared(np.not_equal),
        "and": _and,
        "or": _or,
        "not": _not,
        "in": _in,
        "abs": np.abs,
        "sqrt": lambda value: _finite(np.sqrt(value)),
        "min": _least,
        "max": _most,
        "where": _where,
    }
)
