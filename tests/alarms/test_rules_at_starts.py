"""A machine that starts raises nothing of what was natural while it stood.

A pump that stands has no flow, a compressor no oil pressure: that is kept quiet. When it starts, the figure comes up
within seconds, and its alarm returns `off_delay_s` later. Where that is not before `settle_s` is over, each start
tells people of an alarm for as long as the rest of the delay.
"""

from __future__ import annotations

import pytest

from analytics.alarms.rule import Rule
from tests.alarms.factory_machines import rules

COMES_UP_S = 30
LOW_AT_A_STAND = [
    rule for rule in rules() if rule.code in ("oil-pressure-low", "pump-no-flow", "pump-runs-without-power")
]


def test_there_are_such_rules() -> None:
    assert len(LOW_AT_A_STAND) == 3


@pytest.mark.parametrize("rule", LOW_AT_A_STAND, ids=lambda rule: rule.code)
def test_what_was_low_at_a_stand_has_returned_before_it_can_be_heard(rule: Rule) -> None:
    assert COMES_UP_S + rule.off_delay_s < rule.settle_s
