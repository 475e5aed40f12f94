"""The words, numbers and signs of an expression, each with its place in the text."""

from __future__ import annotations

import re
from dataclasses import dataclass

LONGEST = 2_000
_WORDS = ("and", "or", "not", "in")
_TOKEN = re.compile(
    r"[ \t\n]*(?:(?P<number>[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,3})?)(?![A-Za-z0-9_.])"
    r"|(?P<name>(?:[a-z][a-z0-9_]*\.)?(?:[a-z][a-z0-9_]*|`[a-z0-9][a-z0-9_-]*`))(?![A-Za-z0-9_.`])"
    r'|"(?P<text>[^"\n]{1,80})"'
    r"|(?P<sign><=|>=|==|!=|[-+/<>(),]|\*(?!\*)))"
)


class ExpressionError(ValueError):
    """The expression cannot be read; the message says at which character and why."""

    def __init__(self, at: int, why: str) -> None:
        super().__init__(f"at character {at + 1}: {why}")


@dataclass(frozen=True, slots=True)
class Token:
    """`kind` is `number`, `name`, `text`, a word, a sign, or `end`."""

    at: int
    kind: str
    text: str = ""


def tokens(text: str) -> list[Token]:
    """Split an expression. Raises ExpressionError."""
    if len(text) > LONGEST:
        raise ExpressionError(LONGEST, f"an expression has at most {LONGEST} characters: make two rules of it")
    found: list[Token] = []
    at, end = 0, len(text.rstrip(" \t\n"))
    while at < end:
        match = _TOKEN.match(text, at)
        if match is None:
            at = len(text) - len(text[at:].lstrip(" \t\n"))
            raise ExpressionError(at, _not_understood(text[at:]))
        kind = match.lastgroup or ""
        word = match[kind].replace("`", "")
        plain = kind == "sign" or (kind == "name" and match[kind] in _WORDS)
        found.append(Token(match.end() - len(match[0].lstrip(" \t\n")), word if plain else kind, word))
        at = match.end()
    return [*found, Token(end, "end")]


def _not_understood(rest: str) -> str:
    if rest.startswith("**"):
        return "there are no powers: write x * x"
    if rest.startswith("="):
        return "a comparison is written =="
    if rest.startswith(("'", '"')):
        return 'the name of a state stands in double quotes, as "loaded"'
    word = re.match(r"[\w.`]+", rest)
    shown = word[0][:40] if word else rest[0]
    return f"{shown!r} is not understood: write names of points, numbers, comparisons, and, or, not, in and ( )"
