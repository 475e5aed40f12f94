"""The formula of a virtual meter: a sum of other meters' registers, each times an exact factor.

    me-incomer - me-incomer.export + 50 % * (me-line-1 + me-line-2)

    sum      = product (("+" | "-") product)*            -> me-incomer          1
    product  = sign (("*" | "/") sign)*                     me-incomer.export  -1
    sign     = ("+" | "-")* part                            me-line-1           0.5
    part     = number ["%"] | meter | "(" sum ")"           me-line-2           0.5
    meter    = code ["." flow] | "'" code "'" ["." flow]

A code may have minus signs inside, so a minus that subtracts has a blank on both sides; a code that is a number stands
in quotes. Without a flow `import` is meant. Anything else is an error that names its place: meters multiplied with one
another, a constant beside the meters, a factor such as 1/3 that is no decimal number.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from analytics.registry.carriers import FLOWS

_LONGEST = 4_000
_DEEPEST = 40
_MOST_DECIMALS = 12
_LARGEST = 1_000_000_000
_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d+)?)(?![a-z0-9_.-])"
    r"|(?:'(?P<quoted>[^']*)'|(?P<code>[a-z0-9][a-z0-9_-]*))(?:\.(?P<flow>[a-z_]+))?"
    r"|(?P<sign>[-+*/%()]))"
)


@dataclass(frozen=True, slots=True)
class Term:
    """A register of another meter, and how often it counts."""

    meter: str
    flow: str
    factor: Decimal


class FormulaError(ValueError):
    """The formula cannot be read; the message says at which character and why."""

    def __init__(self, at: int, why: str) -> None:
        super().__init__(f"at character {at + 1}: {why}")


@dataclass(frozen=True, slots=True)
class _Token:
    at: int
    #: `number`, `meter`, one of the signs, or `end`.
    kind: str
    text: str = ""
    flow: str = "import"


@dataclass(frozen=True, slots=True)
class _Sum:
    """A constant plus registers times factors."""

    at: int
    constant: Fraction
    factors: Mapping[tuple[str, str], Fraction]

    def plus(self, other: _Sum, sign: int) -> _Sum:
        factors = dict(self.factors)
        for register, factor in other.factors.items():
            factors[register] = factors.get(register, Fraction(0)) + sign * factor
        return _Sum(self.at, self.constant + sign * other.constant, factors)

    def times(self, factor: Fraction) -> _Sum:
        return _Sum(self.at, self.constant * factor, {name: own * factor for name, own in self.factors.items()})


def terms(formula: str) -> tuple[Term, ...]:
    """The registers of a formula with their factors, by name; what cancels out is left out. Raises FormulaError."""
    total = _Reading(_tokens(formula)).whole()
    if total.constant:
        raise FormulaError(total.at, f"a sum of meters has no constant beside them, and here {total.constant} is left")
    found = [
        Term(meter, flow, _decimal(factor, total.at))
        for (meter, flow), factor in sorted(total.factors.items())
        if factor
    ]
    if not found:
        raise FormulaError(total.at, "no meter is left in it")
    return tuple(found)


def renamed(formula: str, moves: Mapping[str, str]) -> str:
    """The formula with meters under their new codes; one that cannot be read stays as it is."""

    def now(match: re.Match[str]) -> str:
        code = match["quoted"] or match["code"]
        if code is None or code not in moves:
            return match[0]
        group = "quoted" if match["quoted"] else "code"
        start, stop = match.start(group) - match.start(), match.end(group) - match.start()
        return match[0][:start] + moves[code] + match[0][stop:]

    return _TOKEN.sub(now, formula)


def _tokens(formula: str) -> list[_Token]:
    if len(formula) > _LONGEST:
        raise FormulaError(_LONGEST, f"a formula has at most {_LONGEST} characters: make two virtual meters of it")
    found: list[_Token] = []
    at = 0
    end = len(formula.rstrip())
    while at < end:
        match = _TOKEN.match(formula, at)
        if match is None:
            at = len(formula) - len(formula[at:].lstrip())
            raise FormulaError(at, f"{formula[at]!r} is not understood: write meters, numbers, + - * / % and ( )")
        start = match.end() - len(match[0].lstrip())
        found.append(_token(match, start))
        at = match.end()
    return [*found, _Token(end, "end")]


def _token(match: re.Match[str], at: int) -> _Token:
    if match["number"]:
        return _Token(at, "number", match["number"])
    if match["sign"]:
        return _Token(at, match["sign"], match["sign"])
    flow = match["flow"] or "import"
    if flow not in FLOWS:
        raise FormulaError(
            match.start("flow"), f"flow {flow!r} is not known: use {', '.join(FLOWS[:-1])} or {FLOWS[-1]}"
        )
    return _Token(at, "meter", match["quoted"] or match["code"] or "", flow)


class _Reading:
    """One pass over the tokens, each rule of the grammar a method."""

    def __init__(self, tokens: list[_Token]) -> None:
        self._tokens = tokens
        self._next = 0
        self._depth = 0

    def whole(self) -> _Sum:
        total = self._sum()
        if self._here.kind != "end":
            raise FormulaError(self._here.at, f"a sign is missing before {self._here.text!r}{_about_minus(self._here)}")
        return total

    @property
    def _here(self) -> _Token:
        return self._tokens[self._next]

    def _take(self) -> _Token:
        token = self._here
        self._next += 1
        return token

    def _sum(self) -> _Sum:
        total = self._product()
        while self._here.kind in {"+", "-"}:
            sign = 1 if self._take().kind == "+" else -1
            total = total.plus(self._product(), sign)
        return total

    def _product(self) -> _Sum:
        product = self._signed()
        while self._here.kind in {"*", "/"}:
            operator = self._take()
            other = self._signed()
            if operator.kind == "/":
                if other.factors:
                    raise FormulaError(operator.at, "meters cannot be divided by a meter")
                if not other.constant:
                    raise FormulaError(operator.at, "nothing can be divided by zero")
                product = product.times(1 / other.constant)
            elif product.factors and other.factors:
                raise FormulaError(operator.at, "meters cannot be multiplied with meters: one side must be a number")
            elif other.factors:
                product = other.times(product.constant)
            else:
                product = product.times(other.constant)
        return product

    def _signed(self) -> _Sum:
        sign = 1
        while self._here.kind in {"+", "-"}:
            sign = sign if self._take().kind == "+" else -sign
        return self._part().times(Fraction(sign))

    def _part(self) -> _Sum:
        token = self._take()
        if token.kind == "number":
            number = Fraction(token.text)
            if self._here.kind == "%":
                self._take()
                number /= 100
            return _Sum(token.at, number, {})
        if token.kind == "meter":
            return _Sum(token.at, Fraction(0), {(token.text, token.flow): Fraction(1)})
        if token.kind == "(":
            return self._bracket(token)
        what = "the formula ends here" if token.kind == "end" else f"{token.text!r} stands here"
        raise FormulaError(token.at, f"{what}, and a meter, a number or ( was expected")

    def _bracket(self, opened: _Token) -> _Sum:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise FormulaError(opened.at, f"brackets stand in one another at most {_DEEPEST} deep")
        inside = self._sum()
        if self._here.kind != ")":
            raise FormulaError(
                opened.at, "this ( is not closed" if self._here.kind == "end" else "a sign is missing in ( )"
            )
        self._take()
        self._depth -= 1
        return inside


def _about_minus(token: _Token) -> str:
    return ": a minus that subtracts has a blank on both sides" if token.kind == "meter" else ""


def _decimal(factor: Fraction, at: int) -> Decimal:
    if abs(factor) >= _LARGEST:
        raise FormulaError(at, f"a factor is below {_LARGEST:,}: no meter counts so often")
    scaled = factor * 10**_MOST_DECIMALS
    if scaled.denominator != 1:
        raise FormulaError(
            at,
            f"factor {factor} has no exact value in {_MOST_DECIMALS} decimals: write the decimal number that is meant",
        )
    sign = 1 if scaled < 0 else 0
    whole = Decimal((sign, tuple(map(int, str(abs(scaled.numerator)))), -_MOST_DECIMALS))
    # Without the zeros at its end; 100 stays 100 and does not become 1E+2.
    plain = format(whole, "f").rstrip("0").rstrip(".")
    return Decimal(plain)
