"""One thing that was looked at: how it is, what was seen, how to mend it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Status = Literal["ok", "warning", "problem"]


@dataclass(frozen=True, slots=True)
class Finding:
    """`warning`: works, and somebody should look. `problem`: does not work."""

    name: str
    status: Status
    detail: str
    mend: str = ""

    def __post_init__(self) -> None:
        assert self.status == "ok" or self.mend, f"{self.name}: a finding that is not ok names its mend"


def ok(name: str, detail: str) -> Finding:
    """All is well."""
    return Finding(name, "ok", detail)


def warning(name: str, detail: str, mend: str) -> Finding:
    """It works, and somebody should look."""
    return Finding(name, "warning", detail, mend)


def problem(name: str, detail: str, mend: str) -> Finding:
    """It does not work."""
    return Finding(name, "problem", detail, mend)
