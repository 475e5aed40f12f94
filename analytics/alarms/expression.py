"""Expressions: what rules say about the points of a machine, as `state in ("unloaded", "loaded")`.

    whole      = both ("or" both)*                       kept < 3 or state == "fault"
    both       = denied ("and" denied)*
    denied     = "not" denied | comparison
    comparison = sum [("<" | "<=" | ">" | ">=" | "==" | "!=") sum | ["not"] "in" "(" choice ("," choice)* ")"]
    sum        = product (("+" | "-") product)*
    product    = sign (("*" | "/") sign)*
    sign       = "-" sign | part
    part       = number | name | function "(" whole ("," whole)* ")" | "(" whole ")"
    name       = key | input "." key                     a key that is no plain word stands in back quotes: `l1-a`

Functions: abs(x), sqrt(x), min(x, y ...), max(x, y ...), where(condition, then, otherwise). A text in double quotes is
the name of a state, and stands only where it is compared with a point, whose template says which number it is.
Expressions of evidence also ask about the seconds s before, of a point x: slope(x, s) for each minute, average(x, s),
change(x, s), least(x, s), most(x, s), silence(x, s) its longest pause, steps(x, s) how many different values; and how
many have an alarm: the machine alarm("rule"), others of its kind others_alarm("rule"), the site site_alarm("rule").

There is nothing else in the language: no attributes, no calls of other things, no powers. It is read here by hand and
worked out step by step; at no point is any of it given to Python.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import get_args, get_type_hints

from analytics.alarms.expression_steps import Array, Ask, States, Step, evaluate
from analytics.alarms.expression_tokens import ExpressionError, Token, tokens
from analytics.alarms.rule import LONGEST_S

__all__ = ["Ask", "Expression", "ExpressionError", "parse"]

DEEPEST = 30

#: How many figures each takes, at least and at most.
_TAKES = {"abs": (1, 1), "sqrt": (1, 1), "min": (2, 8), "max": (2, 8), "where": (3, 3)}
_ASKS = get_args(get_type_hints(Ask)["function"])
_OF_RULES = ("alarm", "others_alarm", "site_alarm")
_COMPARES = ("<", "<=", ">", ">=", "==", "!=")


@dataclass(frozen=True, slots=True)
class Expression:
    """An expression that was read. `names` are the points that it needs, in the order in which they stand."""

    text: str
    names: tuple[str, ...]
    steps: tuple[Step, ...]
    states: tuple[tuple[str, str], ...] = ()
    """Which point is compared with which state."""
    asks: tuple[Ask, ...] = ()
    """What evidence asks besides; the answer to each stands in `values` under its text."""

    @property
    def is_name(self) -> bool:
        """Whether it is one point and nothing else."""
        return len(self.steps) == 1 and self.steps[0].function == "name" and not self.asks

    def evaluate(self, values: Mapping[str, Array], states: States) -> Array:
        """The figure of each machine, NaN where it is unknown. `states` has the numbers of each point's states."""
        return evaluate(self.steps, values, states)


@lru_cache(maxsize=4096)
def parse(text: str, *, in_evidence: bool = False) -> Expression:
    """Read an expression; only those of evidence may ask about the time before. Raises ExpressionError."""
    return _Reading(text, tokens(text), in_evidence).whole()


class _Reading:
    """One pass over the tokens, each rule of the grammar a method that adds steps to those before."""

    def __init__(self, text: str, found: list[Token], in_evidence: bool) -> None:
        self._text = text
        self._tokens = found
        self._in_evidence = in_evidence
        self._next = 0
        self._depth = 0
        self._steps: list[Step] = []
        self._names: dict[str, None] = {}
        self._states: dict[tuple[str, str], None] = {}
        self._asks: dict[str, Ask] = {}

    def whole(self) -> Expression:
        """All of it."""
        self._either()
        here = self._here
        if here.kind in _COMPARES or here.kind == "in":
            raise ExpressionError(here.at, "comparisons are not chained: write a < b and b < c")
        if here.kind != "end":
            raise ExpressionError(here.at, f"a sign, `and` or `or` is missing before {here.text!r}")
        return Expression(
            self._text, tuple(self._names), tuple(self._steps), tuple(self._states), tuple(self._asks.values())
        )

    @property
    def _here(self) -> Token:
        return self._tokens[self._next]

    def _take(self, *kinds: str) -> Token | None:
        """The next token where it is one of these."""
        token = self._here
        if token.kind not in kinds:
            return None
        self._next += 1
        return token

    def _expect(self, kind: str, what: str) -> Token:
        token = self._take(kind)
        if token is None:
            here = f"{self._here.text!r} stands here" if self._here.text else "the expression ends here"
            raise ExpressionError(self._here.at, f"{here}, and {what} was expected")
        return token

    def _apply(self, function: str, takes: int) -> None:
        self._steps.append(Step(function, takes))

    def _row(self, part: Callable[[], None], *signs: str) -> None:
        part()
        while sign := self._take(*signs):
            part()
            self._apply(sign.kind, 2)

    def _either(self) -> None:
        self._row(self._both, "or")

    def _both(self) -> None:
        self._row(self._denied, "and")

    def _sum(self) -> None:
        self._row(self._product, "+", "-")

    def _product(self) -> None:
        self._row(self._signed, "*", "/")

    def _denied(self) -> None:
        if token := self._take("not"):
            self._deeper(token, self._denied)
            self._apply("not", 1)
        else:
            self._comparison()

    def _signed(self) -> None:
        if token := self._take("-"):
            self._deeper(token, self._signed)
            self._apply("minus", 1)
        else:
            self._part()

    def _deeper(self, token: Token, part: Callable[[], None]) -> None:
        self._depth += 1
        if self._depth > DEEPEST:
            raise ExpressionError(token.at, f"brackets and signs stand in one another at most {DEEPEST} deep")
        part()
        self._depth -= 1

    def _comparison(self) -> None:
        if self._here.kind == "text":
            raise ExpressionError(self._here.at, 'the name of a state stands on the right: point == "state"')
        begin = len(self._steps)
        self._sum()
        of = self._steps[begin].name if len(self._steps) == begin + 1 else ""
        denied = self._here.kind == "not" and self._tokens[self._next + 1].kind == "in" and self._take("not")
        if self._take("in"):
            self._choices(of)
            if denied:
                self._apply("not", 1)
        elif sign := self._take(*_COMPARES):
            if self._here.kind == "text":
                if sign.kind not in {"==", "!="}:
                    raise ExpressionError(sign.at, "states have no order: compare them with == or != or in")
                self._state(of)
            else:
                self._sum()
            self._apply(sign.kind, 2)

    def _choices(self, of: str) -> None:
        opened = self._expect("(", "( after `in`")
        count = 0
        while count == 0 or self._take(","):
            if self._here.kind == "text":
                self._state(of)
            else:
                self._deeper(opened, self._sum)
            count += 1
        self._expect(")", ") after the choices")
        self._apply("in", count + 1)

    def _state(self, of: str) -> None:
        token = self._expect("text", "a state")
        if not of or of in self._asks:
            raise ExpressionError(token.at, f'{token.text!r} is a state only beside a point, as state == "fault"')
        self._states[of, token.text] = None
        self._steps.append(Step("state", name=of, state=token.text))

    def _part(self) -> None:
        if token := self._take("number"):
            number = float(token.text)
            if not math.isfinite(number):
                raise ExpressionError(token.at, f"{token.text} is too large a number")
            self._steps.append(Step("number", number=number))
        elif token := self._take("("):
            self._deeper(token, self._either)
            self._expect(")", ")")
        elif self._here.kind == "name" and self._tokens[self._next + 1].kind == "(":
            self._call()
        else:
            token = self._expect("name", "a point, a number or (")
            self._names[token.text] = None
            self._steps.append(Step("name", name=token.text))

    def _call(self) -> None:
        token = self._expect("name", "a function")
        if token.text in _ASKS:
            self._ask(token)
            return
        if token.text not in _TAKES:
            raise ExpressionError(token.at, f"there is no function {token.text!r}: there are {', '.join(_TAKES)}")
        opened = self._expect("(", "(")
        count = 0
        while count == 0 or self._take(","):
            self._deeper(opened, self._either)
            count += 1
        self._expect(")", f"a comma or ) in {token.text}( )")
        least, most = _TAKES[token.text]
        if not least <= count <= most:
            wanted = f"{least}" if least == most else f"{least} to {most}"
            raise ExpressionError(token.at, f"{token.text} takes {wanted} figures, not {count}")
        self._apply(token.text, count)

    def _ask(self, token: Token) -> None:
        if not self._in_evidence:
            raise ExpressionError(
                token.at, f"{token.text}( ) is for evidence only: a signal of kind `rate` or `count` looks back"
            )
        self._expect("(", "(")
        if token.text in _OF_RULES:
            of = self._expect("text", 'the code of a rule in double quotes, as in alarm("gateway-silent")').text
            over_s, text = 0.0, f'{token.text}("{of}")'
        else:
            of = self._expect("name", "a point").text
            self._expect(",", f"a comma: {token.text}(point, seconds)")
            over_s = float(self._expect("number", "the seconds to look back").text)
            if not 0 < over_s <= LONGEST_S:
                raise ExpressionError(token.at, f"it looks back over 0 to {LONGEST_S:.0f} seconds")
            self._names[of] = None
            text = f"{token.text}({of}, {over_s:g})"
        self._expect(")", ")")
        self._asks[text] = Ask(token.text, of, over_s, text)  # type: ignore[arg-type]
        self._steps.append(Step("name", name=text))
