"""What is no expression gets an answer that says where and why, whatever it is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.alarms.expression import ExpressionError, parse

PIECES = st.sampled_from(
    [*"()+-*/<>,.`\"'", "==", "!=", "in", "not", "and", "or", "x", "header.x", "9", "1e5", "abs", '"on"', "__", " "]
)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", r"at character 1: the expression ends here, and a point, a number or \( was expected"),
        ("x.__class__", r"at character 1: 'x.__class__' is not understood"),
        ("__import__", "at character 1: '__import__' is not understood"),
        ("().__class__.__bases__", "at character 3: '.__class__.__bases__' is not understood"),
        ("open(1)", "at character 1: there is no function 'open': there are abs"),
        ("a.b.c", "at character 1: 'a.b.c' is not understood"),
        ("x[0]", r"at character 2: '\[' is not understood"),
        ("lambda: 1", "at character 7: ':' is not understood"),
        ("9 ** 9 ** 9", "at character 3: there are no powers: write x \\* x"),
        ("1e999", "at character 1: 1e999 is too large a number"),
        ("9" * 400, "is too large a number"),
        ("1e9999", "at character 1: '1e9999' is not understood"),
        ("x " * 1001, "at most 2000 characters"),
        ("(" * 40 + "x" + ")" * 40, "at most 30 deep"),
        ("-" * 1000 + "x", "at most 30 deep"),
        ("not " * 400 + "x", "at most 30 deep"),
        ("abs(" * 400 + "x", "at most 30 deep"),
        ("a < b < c", "at character 7: comparisons are not chained: write a < b and b < c"),
        ("a = b", "at character 3: a comparison is written =="),
        ("state == 'on'", 'at character 10: the name of a state stands in double quotes, as "loaded"'),
        ('"on" == state', "at character 1: the name of a state stands on the right"),
        ('state > "on"', "at character 7: states have no order"),
        ('state + 1 == "on"', "at character 14: 'on' is a state only beside a point"),
        ("a b", "at character 3: a sign, `and` or `or` is missing before 'b'"),
        ("(a", r"at character 3: the expression ends here, and \) was expected"),
        ("min(a)", "at character 1: min takes 2 to 8 figures, not 1"),
        ("where(a, b)", "where takes 3 figures, not 2"),
        ("x in 3", "at character 6: '3' stands here, and \\( after `in` was expected"),
        ("slope(x, 60)", r"at character 1: slope\( \) is for evidence only"),
        ("x\x00", "is not understood"),
        ("温度 > 3", "at character 1: '温度' is not understood"),
    ],
)
def test_what_is_refused_and_why(text: str, message: str) -> None:
    with pytest.raises(ExpressionError, match=message):
        parse(text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("slope(x)", r"at character 8: '\)' stands here, and a comma: slope\(point, seconds\) was expected"),
        ("slope(x + 1, 60)", "at character 9"),
        ("slope(x, 0)", "looks back over 0 to 604800 seconds"),
        ("slope(x, 1e9)", "looks back over 0 to 604800 seconds"),
        ("alarm(fault)", "the code of a rule in double quotes"),
        ('slope(x, 60) == "on"', "is a state only beside a point"),
    ],
)
def test_what_evidence_cannot_ask(text: str, message: str) -> None:
    with pytest.raises(ExpressionError, match=message):
        parse(text, in_evidence=True)


@given(st.one_of(st.text(max_size=60), st.lists(PIECES, max_size=30).map("".join)))
def test_any_text_is_read_or_refused_and_nothing_else(text: str) -> None:
    try:
        read = parse(text, in_evidence=True)
    except ExpressionError:
        return
    assert read.evaluate({}, {}).shape == ()


def test_the_longest_expression_is_worked_out_without_deep_recursion() -> None:
    assert float(parse("+".join(["1"] * 1000)).evaluate({}, {})) == 1000
