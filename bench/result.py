"""What a benchmark says: the figure, its limit, the ratio, and how far that is from the reach."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Result:
    """One row. `higher_is_better`: whether the ratio measured / limit should be at least the reach, or at most."""

    what: str
    unit: str
    measured: float
    limit_name: str
    limit: float
    reach: float
    higher_is_better: bool = True
    note: str = ""

    @property
    def ratio(self) -> float:
        """Measured against the limit."""
        return self.measured / self.limit

    @property
    def verdict(self) -> str:
        """How far the ratio is from its reach, in words."""
        met = self.ratio >= self.reach if self.higher_is_better else self.ratio <= self.reach
        distance = abs(self.ratio / self.reach - 1) * 100
        return f"met, by {distance:.0f} %" if met else f"missed by {distance:.0f} %"


def table(results: Sequence[Result]) -> str:
    """The results as a Markdown table."""
    lines = ["| what | measured | limit in the same run | ratio | reach | |", "|---|---|---|---|---|---|"]
    for result in results:
        reach = f"{'at least' if result.higher_is_better else 'at most'} {result.reach:g}"
        lines.append(
            f"| {result.what} | {result.measured:,.0f} {result.unit} | {result.limit_name}: {result.limit:,.0f} "
            f"| {result.ratio:.2f} | {reach} | {result.verdict}{'; ' if result.note else ''}{result.note} |"
        )
    return "\n".join(lines)
