"""Formulas of virtual meters: factors are those of the sum as it is written; anything else is an error in its place."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.registry.circles import circles
from analytics.registry.formula import FormulaError, Term, renamed, terms

VALUES = {"a": Fraction(7), "b-1": Fraction(-3), "me_2": Fraction(11), "7": Fraction(5)}


def written(code: str) -> str:
    return f"'{code}'" if code.isdigit() else code


METERS = st.sampled_from(sorted(VALUES)).map(lambda code: (written(code), VALUES[code]))
NUMBERS = st.sampled_from(
    [("2", Fraction(2)), ("0.5", Fraction(1, 2)), ("25 %", Fraction(1, 4)), ("10%", Fraction(1, 10))]
)


def larger(inner: st.SearchStrategy[tuple[str, Fraction]]) -> st.SearchStrategy[tuple[str, Fraction]]:
    """Sums and multiples of formulas, each with its value worked out beside it."""
    return st.one_of(
        st.tuples(inner, inner).map(lambda pair: (f"({pair[0][0]} + {pair[1][0]})", pair[0][1] + pair[1][1])),
        st.tuples(inner, inner).map(lambda pair: (f"({pair[0][0]} - {pair[1][0]})", pair[0][1] - pair[1][1])),
        st.tuples(NUMBERS, inner).map(lambda pair: (f"{pair[0][0]} * {pair[1][0]}", pair[0][1] * pair[1][1])),
        st.tuples(inner, NUMBERS).map(lambda pair: (f"{pair[0][0]}*{pair[1][0]}", pair[0][1] * pair[1][1])),
        inner.map(lambda one: (f"{one[0]} / 4", one[1] / 4)),
        inner.map(lambda one: (f"- {one[0]}", -one[1])),
    )


@given(st.recursive(METERS, larger, max_leaves=12))
def test_the_terms_are_worth_what_the_formula_is(formula: tuple[str, Fraction]) -> None:
    text, value = formula
    refused = ""
    try:
        found = terms(text)
    except FormulaError as error:
        refused = str(error)
        found = ()
    # Meters may cancel out, and a quarter of a quarter of a quarter ... has more decimals than are kept.
    assert found or "no meter is left" in refused or "no exact value" in refused
    assert not found or sum(Fraction(term.factor) * VALUES[term.meter] for term in found) == value


def test_flows_factors_and_places_are_exact() -> None:
    assert terms("me-incomer - me-incomer.export + 0.5 * (me-l1 + 33.3 % * me-l2.reactive_import)") == (
        Term("me-incomer", "export", Decimal(-1)),
        Term("me-incomer", "import", Decimal(1)),
        Term("me-l1", "import", Decimal("0.5")),
        Term("me-l2", "reactive_import", Decimal("0.1665")),
    )
    assert str(terms("100 * a")[0].factor) == "100"


@pytest.mark.parametrize(
    ("formula", "error"),
    [
        ("", "at character 1: the formula ends here"),
        ("a b", "at character 3: a sign is missing before 'b': a minus that subtracts has a blank on both sides"),
        ("a +", "at character 4: the formula ends here"),
        ("a + + ", "at character 6: the formula ends here"),
        ("a * b", "at character 3: meters cannot be multiplied with meters"),
        ("2 / a", "at character 3: meters cannot be divided by a meter"),
        ("a / 0", "at character 3: nothing can be divided by zero"),
        ("a / 3", "at character 1: factor 1/3 has no exact value in 12 decimals"),
        ("1000000 * 1000 * a", "at character 18: a factor is below 1,000,000,000"),
        ("a + 1", "at character 1: a sum of meters has no constant beside them, and here 1 is left"),
        ("a - a", "at character 1: no meter is left in it"),
        ("(a + b", "at character 1: this ( is not closed"),
        ("a)", "at character 2: a sign is missing before ')'"),
        ("a.exports", "at character 3: flow 'exports' is not known"),
        ("a ** 2", "at character 4: '*' stands here"),
        ("a + __import__('os')", "at character 5: '_' is not understood"),
        ("a[0]", "at character 2: '[' is not understood"),
        ("lambda: a", "at character 7: ':' is not understood"),
        ("(" * 50 + "a" + ")" * 50, "at character 41: brackets stand in one another at most 40 deep"),
        ("a + " * 2_000 + "a", "a formula has at most 4000 characters"),
    ],
)
def test_anything_else_is_an_error_that_names_its_place(formula: str, error: str) -> None:
    with pytest.raises(FormulaError) as raised:
        terms(formula)
    assert error in str(raised.value)


def test_a_renamed_meter_has_its_new_code_and_nothing_else_moves() -> None:
    moves = {"a": "main", "101": "102"}
    assert renamed("a - a.export + a-1 + '101' + 101 * b", moves) == "main - main.export + a-1 + '102' + 101 * b"


@pytest.mark.parametrize(
    ("rests_on", "found"),
    [
        ({"a": ["b"], "b": ["c"], "c": []}, []),
        ({"a": ["a"]}, [["a"]]),
        ({"c": ["a"], "a": ["b"], "b": ["c"]}, [["a", "b", "c"]]),
        ({"a": ["b", "c"], "b": ["d"], "c": ["d"], "d": []}, []),
        ({"a": ["b"], "b": ["a", "c"], "c": ["d"], "d": ["c"]}, [["a", "b"], ["c", "d"]]),
        ({"a": ["outside"]}, []),
    ],
)
def test_circles_are_found_and_diamonds_are_not(rests_on: dict[str, list[str]], found: list[list[str]]) -> None:
    assert sorted(circles(rests_on)) == found


def test_a_chain_of_any_length_is_followed() -> None:
    chain = {f"{number:06}": [f"{number + 1:06}"] for number in range(20_000)}
    assert circles(chain) == []
    assert len(circles(chain | {"020000": ["000000"]})[0]) == 20_001
