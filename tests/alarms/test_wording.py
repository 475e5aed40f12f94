"""What people read of an alarm: a count has no unit, everything else has one."""

from __future__ import annotations

import pytest

from analytics.alarms.machine import AlarmKey, Instance, Machine
from analytics.alarms.rule import Level, Rule, Signal, Target
from analytics.alarms.wording import grade


@pytest.mark.parametrize(
    ("unit", "message", "read"),
    [
        ("1", "", "Sent twice: 68 / 8"),
        ("1", "{machine}: {value} {unit}", "Meter 1: 68"),
        ("mm/s", "", "Sent twice: 68 mm/s / 8 mm/s"),
    ],
)
def test_a_count_is_read_without_its_unit(unit: str, message: str, read: str) -> None:
    signal = Signal("value", "twice", unit=unit)
    rule = Rule("twice", "Sent twice", Target("device"), signal, (Level("H", 8, "low"),), message=message)
    instance = Instance(
        AlarmKey("works", "twice", "device", "m-1"), rule, Machine("works", "device", "m-1", "Meter 1"), {}
    )
    graded = grade(instance, "H", 68.0)
    assert (graded.message, graded.unit) == (read, unit)
