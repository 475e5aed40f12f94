"""Where a stream begins for a client that comes back."""

from __future__ import annotations

import pytest

from api.stream import Resume, resume_from


@pytest.mark.parametrize(
    ("last_event_id", "now", "kept", "begins"),
    [
        (None, 7, range(1, 8), Resume(7, resumed=False)),
        ("3", 7, range(1, 8), Resume(3, resumed=True)),
        ("0", 7, range(1, 8), Resume(0, resumed=True)),
        ("7", 7, range(1, 8), Resume(7, resumed=True)),
        ("8", 7, range(1, 9), Resume(8, resumed=True)),  # another process was a moment ahead of this one
        ("8", 7, range(1, 8), Resume(7, resumed=False)),
        ("3", 7, range(5, 8), Resume(7, resumed=False)),  # 4 is gone
        ("4", 7, range(5, 8), Resume(4, resumed=True)),
        ("7", 7, range(8, 8), Resume(7, resumed=True)),  # all are gone, and it has seen them
        ("6", 7, range(8, 8), Resume(7, resumed=False)),
        ("0", 0, range(1, 1), Resume(0, resumed=True)),
        ("٣", 7, range(1, 8), Resume(7, resumed=False)),
        ("3x", 7, range(1, 8), Resume(7, resumed=False)),
    ],
)
def test_a_client_resumes_where_nothing_is_missing(
    last_event_id: str | None, now: int, kept: range, begins: Resume
) -> None:
    assert resume_from(last_event_id, now, kept) == begins
