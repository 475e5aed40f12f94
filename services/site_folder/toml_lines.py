"""The line on which each key of a TOML document stands; the standard parser says what, but not where.

    1  code = "kunshan"          ("code",) -> 1
    2  [[space]]                 ("space",) -> 2, ("space", 0) -> 2
    3  code = "b1"               ("space", 0, "code") -> 3
    4  [[space]]                 ("space", 1) -> 4

One pass over the characters of a document that the standard parser has accepted already, so nothing is checked here:
headers and keys are noted, values are skipped with their strings, brackets and comments. What stands inside a value
(an inline table, an array) is on its key's line, which is what a reader needs.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

#: Names of nested tables and keys, and positions in arrays of tables.
Path = tuple[str | int, ...]

_SPACE = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_BLANK = re.compile(r"[ \t]*")
#: A bare key, a basic string or a literal string.
_KEY = re.compile(r"""[ \t]*(?:([A-Za-z0-9_-]+)|"((?:[^"\\]|\\.)*)"|'([^']*)')[ \t]*""")
#: One piece of a value: a string of any of the four kinds, a comment, a bracket, or anything else.
_PIECE = re.compile(
    r'''"""(?:[^\\]|\\.)*?"{3,5}|\'{3}.*?\'{3,5}|"(?:[^"\\\n]|\\.)*"|'[^'\n]*'|\#[^\n]*|[\[{]|[\]}]|\n|[^\[\]{}"'\#\n]+''',
    re.DOTALL,
)
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))")
_ESCAPED = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r", "e": "\x1b"}


@dataclass(slots=True)
class _Scan:
    text: str
    lines: dict[Path, int] = field(default_factory=lambda: {(): 1})
    #: How many tables each array of tables has so far.
    counts: dict[Path, int] = field(default_factory=dict)


def toml_lines(text: str) -> Mapping[Path, int]:
    """Line of every table and key of a valid TOML document, by its path."""
    scan = _Scan(text)
    table: Path = ()
    at = _after(_SPACE, text, 0)
    line, counted = 1, 0
    while at < len(text):
        line, counted = line + text.count("\n", counted, at), at
        if text[at] == "[":
            table, at = _header(scan, at, line)
        else:
            names, at = _keys(text, at)
            for depth in range(1, len(names) + 1):
                scan.lines.setdefault((*table, *names[:depth]), line)
            at = _after_value(text, at + 1)
        at = _after(_SPACE, text, at)
    return scan.lines


def line_of(lines: Mapping[Path, int], path: Path) -> int:
    """The line of a path, or of the nearest thing around it that has one."""
    while path not in lines:
        path = path[:-1]
    return lines[path]


def _header(scan: _Scan, at: int, line: int) -> tuple[Path, int]:
    """Note `[a.b]` or `[[a.b]]`; gives the table it opens and the place behind it."""
    array = scan.text.startswith("[[", at)
    names, at = _keys(scan.text, at + (2 if array else 1))
    path: Path = ()
    for depth, name in enumerate(names, start=1):
        path = (*path, name)
        scan.lines.setdefault(path, line)
        if array and depth == len(names):
            scan.counts[path] = scan.counts.get(path, 0) + 1
        if path in scan.counts:
            path = (*path, scan.counts[path] - 1)
            scan.lines.setdefault(path, line)
    # A table may have been opened by a table below it before; its own header is the better place.
    scan.lines[path] = line
    return path, at + (2 if array else 1)


def _keys(text: str, at: int) -> tuple[list[str], int]:
    """A dotted key, and the place of what follows it (`=` or `]`)."""
    names: list[str] = []
    while True:
        match = _KEY.match(text, at)
        assert match is not None
        bare, basic, literal = match.groups()
        names.append(_ESCAPE.sub(_unescaped, basic) if basic is not None else (bare or literal or ""))
        at = match.end()
        if text[at] != ".":
            return names, at
        at += 1


def _unescaped(match: re.Match[str]) -> str:
    short, long, single = match.groups()
    return _ESCAPED.get(single, single) if single else chr(int(short or long, 16))


def _after_value(text: str, at: int) -> int:
    """The place behind the value that begins at `at`: the end of its line, outside all brackets."""
    depth = 0
    at = _after(_BLANK, text, at)
    while at < len(text):
        piece = _PIECE.match(text, at)
        assert piece is not None
        if piece[0] == "\n" and depth == 0:
            break
        depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(piece[0], 0)
        at = piece.end()
    return at


def _after(pattern: re.Pattern[str], text: str, at: int) -> int:
    match = pattern.match(text, at)
    assert match is not None
    return match.end()
