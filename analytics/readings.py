"""Which samples may become readings.

A device's sample is judged by four questions, in this order, and the first "no" names the reason:

    finite? --no--> not_a_number
    not ahead of the clock by more than the device may be? --no--> future
    younger than raw retention? --no--> before_retention
    inside the point's valid range, in canonical units? --no--> out_of_range

Judged in columns: one call a batch. Nothing is corrected here, and nothing refused is lost: the caller keeps it as a
dead letter under the reason's name.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

Int64 = NDArray[np.int64]
Int32 = NDArray[np.int32]
Float64 = NDArray[np.float64]


class Verdict(IntEnum):
    """What becomes of a sample; the lower-case name is the reason people and metrics see."""

    GOOD = 0
    NOT_A_NUMBER = 1
    FUTURE = 2
    BEFORE_RETENTION = 3
    OUT_OF_RANGE = 4

    @property
    def reason(self) -> str:
        """The name under which the sample is counted and kept."""
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Limits:
    """What each point allows, one entry a point: value = sent x scale + bias must be in [minimum, maximum]."""

    scale: Float64
    bias: Float64
    minimum: Float64
    maximum: Float64
    future_limit_us: Int64

    def __post_init__(self) -> None:
        sizes = {len(self.scale), len(self.bias), len(self.minimum), len(self.maximum), len(self.future_limit_us)}
        if len(sizes) != 1:
            raise ValueError(f"limits need one entry a point in every column, not {sorted(sizes)}")


def judge(
    index: Int32, times_us: Int64, sent: Float64, limits: Limits, received_us: Int64 | int, oldest_us: int
) -> tuple[Float64, NDArray[np.int8]]:
    """Scale samples to canonical units and judge each.

    `index` says which entry of `limits` a sample belongs to; `received_us` (microseconds since 1970) is when it came,
    `oldest_us` the edge of raw retention. Gives (canonical values, verdicts), both as long as the samples.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        values = sent * limits.scale[index] + limits.bias[index]
        out_of_range = (values < limits.minimum[index]) | (values > limits.maximum[index])
    verdicts = np.where(out_of_range, np.int8(Verdict.OUT_OF_RANGE), np.int8(Verdict.GOOD))
    verdicts[times_us < oldest_us] = Verdict.BEFORE_RETENTION
    verdicts[times_us > received_us + limits.future_limit_us[index]] = Verdict.FUTURE
    verdicts[~np.isfinite(values)] = Verdict.NOT_A_NUMBER
    return values, verdicts
