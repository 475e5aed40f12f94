"""Expressions against a slow evaluation of their meaning, one machine at a time, in plain Python."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.alarms.expression import parse

NAMES = ("load", "header.pressure_bar", "state")
STATES = {"stopped": 0.0, "loaded": 2.0, "fault": 3.0}
FIGURES = st.sampled_from([0.0, 1.0, 2.0, 3.0, -1.5, 0.25, 1e200, math.nan])


@dataclass(frozen=True, slots=True)
class Tree:
    """An expression as it is meant: a number, a name, a state compared, or an operation on others."""

    what: str
    parts: tuple[Tree, ...] = ()
    number: float = 0.0

    def written(self) -> str:  # noqa: PLR0911 - the whole language
        """The text, with all brackets."""
        inside = [part.written() for part in self.parts]
        if self.what == "number":
            return f"{self.number!r}"
        if self.what.startswith("state "):
            return f'(state == "{self.what.removeprefix("state ")}")'
        if not inside:
            return self.what
        if self.what in {"abs", "sqrt", "min", "max", "where"}:
            return f"{self.what}({', '.join(inside)})"
        if self.what in {"not", "-"} and len(inside) == 1:
            return f"({self.what} {inside[0]})"
        if self.what == "in":
            return f"({inside[0]} in ({', '.join(inside[1:])}))"
        return f"({inside[0]} {self.what} {inside[1]})"


def trees() -> st.SearchStrategy[Tree]:
    leaves = st.one_of(
        st.sampled_from([Tree(name) for name in NAMES]),
        st.sampled_from([Tree(f"state {state}") for state in STATES]),
        st.floats(0, 100).map(lambda number: Tree("number", number=round(number, 3))),
    )

    def grown(below: st.SearchStrategy[Tree]) -> st.SearchStrategy[Tree]:
        two = st.sampled_from(["+", "-", "*", "/", "<", "<=", ">", ">=", "==", "!=", "and", "or", "min", "max"])
        numbers = st.lists(st.sampled_from([0.0, 1.0, 2.0]), min_size=1, max_size=3)
        return st.one_of(
            st.builds(lambda what, a, b: Tree(what, (a, b)), two, below, below),
            st.builds(lambda what, a: Tree(what, (a,)), st.sampled_from(["not", "-", "abs", "sqrt"]), below),
            st.builds(lambda a, b, c: Tree("where", (a, b, c)), below, below, below),
            st.builds(lambda a, some: Tree("in", (a, *(Tree("number", number=n) for n in some))), below, numbers),
        )

    return st.recursive(leaves, grown, max_leaves=12)


def meaning(tree: Tree, values: Mapping[str, float]) -> float | None:  # noqa: C901, PLR0911, PLR0912 - the whole language
    """What an expression says of one machine; None: unknown."""
    if tree.what == "number":
        return tree.number
    if tree.what.startswith("state "):
        state = known(values["state"])
        return None if state is None else float(state == STATES[tree.what.removeprefix("state ")])
    if not tree.parts:
        return known(values[tree.what])
    parts = [meaning(part, values) for part in tree.parts]
    first, last = parts[0], parts[-1]
    if tree.what == "and":
        return 0.0 if 0.0 in parts else None if None in parts else 1.0
    if tree.what == "or":
        return 1.0 if any(part is not None and part != 0 for part in parts) else None if None in parts else 0.0
    if tree.what == "where":
        return None if first is None else parts[1] if first != 0 else parts[2]
    if first is None or last is None or None in parts:
        return None
    if tree.what == "not":
        return float(first == 0)
    if tree.what == "in":
        return float(first in parts[1:])
    if tree.what in {"min", "max"}:
        return (min if tree.what == "min" else max)(first, last)
    if tree.what in {"abs", "sqrt"}:
        return abs(first) if tree.what == "abs" else math.sqrt(first) if first >= 0 else None
    if tree.what == "-" and len(parts) == 1:
        return -first
    compared = {
        "<": first < last,
        "<=": first <= last,
        ">": first > last,
        ">=": first >= last,
        "==": first == last,
        "!=": first != last,
    }
    if tree.what in compared:
        return float(compared[tree.what])
    if tree.what == "/":
        return None if last == 0 else known(first / last)
    return known({"+": first + last, "-": first - last, "*": first * last}[tree.what])


def known(value: float) -> float | None:
    return value if math.isfinite(value) else None


def figures(machines: Sequence[Mapping[str, float]]) -> dict[str, np.ndarray[tuple[int], np.dtype[np.float64]]]:
    return {name: np.array([machine[name] for machine in machines]) for name in NAMES}


@given(trees(), st.lists(st.fixed_dictionaries(dict.fromkeys(NAMES, FIGURES)), min_size=1, max_size=5))
def test_all_machines_at_once_are_as_one_at_a_time(tree: Tree, machines: list[dict[str, float]]) -> None:
    answer = parse(tree.written()).evaluate(figures(machines), {"state": STATES})
    wanted = [meaning(tree, machine) for machine in machines]
    np.testing.assert_array_equal(
        np.broadcast_to(answer, len(machines)), [math.nan if each is None else each for each in wanted]
    )


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("1 + 2 * 3", 7),
        ("8 / 4 / 2", 1),
        ("7 - 4 - 2", 1),
        ("- 2 * 3", -6),
        ("1 < 2 and 3 < 2 or 1", 1),
        ("not 1 == 2", 1),
        ("not 0 and 0", 0),
        ("load not in (1, 2, 3)", 1),
        ('state in ("loaded", 7)', 1),
        ('state != "loaded"', 0),
        ("min(4, load, 3) + max(1, 2)", 5),
        ("2e3 / 1E3", 2),
        ("`l1-a` - line.`2nd`", 1),
        ("load in (\n1,\n 3 + 1)", 0),
    ],
)
def test_what_binds_first(text: str, answer: float) -> None:
    values = {"load": np.array(8.0), "state": np.array(2.0), "l1-a": np.array(3.0), "line.2nd": np.array(2.0)}
    assert float(parse(text).evaluate(values, {"state": STATES})) == answer


def test_names_stand_once_in_their_order_and_states_with_their_point() -> None:
    read = parse('b > a and (b < header.p or state in ("fault", "loaded")) and state == "fault"')
    assert read.names == ("b", "a", "header.p", "state")
    assert read.states == (("state", "fault"), ("state", "loaded"))
    assert not read.is_name
    assert parse("header.p").is_name


def test_a_name_without_figures_and_a_state_that_no_point_has_are_unknown() -> None:
    assert np.isnan(parse("gone + 1").evaluate({}, {}))
    assert np.isnan(parse('state == "melted"').evaluate({"state": np.array(1.0)}, {"state": STATES}))
    assert float(parse("gone > 1 or load > 1").evaluate({"load": np.array(2.0)}, {})) == 1


def test_evidence_asks_about_the_time_before_and_other_alarms() -> None:
    read = parse('slope(t, 1800) > 0.05 and others_alarm("fault") == 0 and slope(t, 1800) < load', in_evidence=True)
    assert read.names == ("t", "load")
    assert [(ask.function, ask.of, ask.over_s) for ask in read.asks] == [
        ("slope", "t", 1800),
        ("others_alarm", "fault", 0),
    ]
    answers = {read.asks[0].text: np.array(0.1), read.asks[1].text: np.array(0.0), "load": np.array(1.0)}
    assert float(read.evaluate(answers, {})) == 1
