"""The line of each key of a TOML document, by example and by law."""

from __future__ import annotations

import json
import string
import tomllib
from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st

from services.site_folder.toml_lines import Path, line_of, toml_lines

DOCUMENT = '''\
# a comment with [brackets] and "quotes"
code = "demo"  # = not a key
text = """
[not.a.table]
not_a_key = 1 \\""" still not
"""
literal = \'\'\'
x = "
\'\'\'
list = [
  1,  # ]
  "]",
  { inside = 2 },
]
after = 1
site.zone.name = "x"

[table]
"quoted key" = 1
'literal key' = 2

[[space]]
code = "b1"
  [space.limits]
  high = 5

[[space]]
code = "b2"
[[space.door]]
code = "d1"
[[space.door]]
code = "d2"
'''

EXPECTED: dict[Path, int] = {
    ("code",): 2,
    ("text",): 3,
    ("literal",): 7,
    ("list",): 10,
    ("after",): 15,
    ("site", "zone", "name"): 16,
    ("table",): 18,
    ("table", "quoted key"): 19,
    ("table", "literal key"): 20,
    ("space",): 22,
    ("space", 0): 22,
    ("space", 0, "code"): 23,
    ("space", 0, "limits"): 24,
    ("space", 0, "limits", "high"): 25,
    ("space", 1): 27,
    ("space", 1, "code"): 28,
    ("space", 1, "door", 0, "code"): 30,
    ("space", 1, "door", 1): 31,
    ("space", 1, "door", 1, "code"): 32,
}


def test_keys_are_found_where_they_stand() -> None:
    lines = toml_lines(DOCUMENT)
    assert {path: lines[path] for path in EXPECTED} == EXPECTED
    assert ("not_a_key",) not in lines
    assert ("not",) not in lines


def test_what_is_inside_a_value_is_on_its_keys_line() -> None:
    lines = toml_lines("a = 1\nb = { c = [1,\n 2] }\n")
    assert line_of(lines, ("b", "c", 1)) == 2
    assert line_of(lines, ("nowhere",)) == 1


NAMES = st.one_of(
    st.text(string.ascii_letters + string.digits + "_-", min_size=1, max_size=6),
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=6),
)
TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=8)
VALUES = st.one_of(
    TEXTS.map(lambda text: json.dumps(text, ensure_ascii=False)),
    TEXTS.map(lambda text: f'"""\n{json.dumps(text, ensure_ascii=False)[1:-1]}\n"""'),
    st.sampled_from(
        ["1", "true", "[\n  1, # ]\n  '#',\n]", "{ a = 1, b = [2] }", "'''\n[x]\ny = 1\n'''", "'\\'", '""']
    ),
)
PAIRS = st.dictionaries(NAMES, VALUES, max_size=4)
TABLES = st.lists(st.tuples(NAMES, st.booleans(), PAIRS), max_size=6, unique_by=lambda table: table[0])
COMMENTS = st.sampled_from(["", "# [x]\n", "\n\n", '# "\n', "   \n"])


@st.composite
def documents(draw: st.DrawFn) -> str:
    text = ""
    for name, array, pairs in [(None, False, draw(PAIRS)), *draw(TABLES)]:
        heading = json.dumps(name, ensure_ascii=False)
        for again in range(draw(st.integers(1, 3)) if array else 1):
            if name is not None:
                text += f"[[{heading}]]  # {again}\n" if array else f"[{heading}]\n"
            for key, value in pairs.items():
                text += draw(COMMENTS) + f"{json.dumps(key, ensure_ascii=False)} = {value}"
                text += draw(st.sampled_from(["\n", " # x\n"]))
    return text


@given(documents())
def test_every_key_of_any_document_is_found_on_a_line_that_begins_with_it(text: str) -> None:
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return  # a table that has the name of a key before it
    lines, found = text.split("\n"), toml_lines(text)
    for path in _statements(document, ()):
        line = lines[found[path] - 1]
        heading = json.dumps(path[-1] if isinstance(path[-1], str) else path[-2], ensure_ascii=False)
        assert line.startswith((f"{heading} =", f"[{heading}]", f"[[{heading}]]")), (path, line)


def _statements(document: dict[str, object], above: Path) -> Iterator[Path]:
    for key, value in document.items():
        yield (*above, key)
        if above == () and isinstance(value, list) and value and all(isinstance(item, dict) for item in value):
            for at, item in enumerate(value):
                yield (key, at)
                yield from _statements(item, (key, at))
        elif above == () and isinstance(value, dict) and set(value) != {"a", "b"}:
            yield from _statements(value, (key,))
