"""Bands: the price classes of a day, from the dearest to the cheapest.

The numbers stand in the database; 0 is energy that no tariff covers, which is shown and billed as such, never hidden.
"""

from __future__ import annotations

from enum import IntEnum


class Band(IntEnum):
    """尖 峰 平 谷 深谷."""

    UNBILLED = 0
    CRITICAL_PEAK = 1
    PEAK = 2
    INTERMEDIATE = 3
    OFF_PEAK = 4
    DEEP_OFF_PEAK = 5

    @property
    def code(self) -> str:
        """As in files and in the API: `critical_peak`."""
        return self.name.lower()


BANDS = {band.code: band for band in Band}
