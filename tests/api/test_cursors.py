"""A cursor gives back its place, and nothing else is one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.pages import decode, encode
from api.problems import Problem


@given(st.text("0123456789abcdef", min_size=12, max_size=12), st.text())
def test_a_cursor_holds_its_place(mark: str, place: str) -> None:
    assert decode(mark, encode(mark, place)) == place


@given(st.text())
def test_what_is_not_a_cursor_is_refused_and_never_breaks(cursor: str) -> None:
    with pytest.raises(Problem, match="invalid-cursor"):
        decode("a" * 12, cursor)
