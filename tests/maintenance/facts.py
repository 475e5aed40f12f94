"""Instances of rules about a site's maintenance."""

from __future__ import annotations

from collections.abc import Sequence

from analytics.alarms.machine import AlarmKey, Instance, Machine
from analytics.alarms.rule import Level, Rule, Signal, Target
from tests.maintenance.yard import SITE


def figures(of: Sequence[str]) -> list[Instance]:
    """An instance for each figure, of the site."""
    return [
        Instance(
            AlarmKey(SITE, each, "site", SITE),
            Rule(each, each, Target("site"), Signal("maintenance", each), (Level("ON", 0.5, "medium"),)),
            Machine(SITE, "site", SITE, "Kunshan"),
            {},
        )
        for each in of
    ]
