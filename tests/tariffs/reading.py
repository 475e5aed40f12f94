"""An independent, plain reading of tariff.json: nothing of analytics.tariffs is used here but the names of bands."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

VECTORS = Path(__file__).parent / "vectors" / "tariff.json"
NAMES = {"peak": "peak", "flat": "intermediate", "valley": "off_peak"}


def time_of_use(name: str) -> dict[str, Any]:
    """One time-of-use tariff of the vectors."""
    vectors: dict[str, Any] = json.loads(VECTORS.read_text("utf-8"))["time_of_use"][name]
    return vectors


def minutes(text: str) -> set[int]:
    """Every minute of the day in `14:00-22:00,22:00-02:00`."""
    found: set[int] = set()
    for part in text.split(","):
        start, stop = (int(each[:2]) * 60 + int(each[3:]) for each in part.strip().split("-"))
        at = start
        while at != stop:
            found.add(at % 1440)
            at += 1
            if at == 1440 and stop != 1440:
                at = 0
    return found


def band_of_minute(vector: dict[str, Any], month: int, minute: int, *, large: bool, deep: bool) -> str:
    """The band that the vector gives a minute; `deep`: a major holiday; `large`: from 315 kVA."""
    band = ""
    for season in vector["seasons"]:
        if month in season["months"]:
            found = [NAMES[key] for key in NAMES if minute in minutes(season[key])]
            assert len(found) == 1
            band = found[0]
    if large:
        for sharp in vector.get("sharp", ()):
            if month in sharp["months"] and minute in minutes(sharp["hours"]):
                band = "critical_peak"
        if deep and "deep_valley" in vector and minute in minutes(vector["deep_valley"]["hours"]):
            band = "deep_off_peak"
    return band
