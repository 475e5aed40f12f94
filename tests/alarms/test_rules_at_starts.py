"""A machine that starts raises nothing of what was natural while it stood.

A pump that stands has no flow, a chiller a COP of 0, a meter at light load a bad power factor: that is kept quiet. When
the machine starts, the figure comes up within seconds, and its alarm returns `off_delay_s` later, in silence. The rules
that ship let it return before `settle_s` is over, so that what holds after that is news.
"""

from __future__ import annotations

import pytest

from analytics.alarms.rule import Rule
from tests.alarms.factory_machines import rules

COMES_UP_S = 30
#: What these watch is in order while the machine stands, cold and without pressure: there is nothing to return from.
GOOD_AT_A_STAND = {
    "ahu-filter-clogged",
    "chilled-water-cold",
    "condenser-approach-high",
    "condensing-pressure-high",
    "condensing-pressure-near-cut-out",
    "dryer-differential-high",
    "evaporator-approach-high",
    "heat-recovery-no-heat",
    "tower-basin-warm",
}
BAD_AT_A_STAND = [rule for rule in rules() if rule.when and rule.off_delay_s and rule.code not in GOOD_AT_A_STAND]


@pytest.mark.parametrize("rule", BAD_AT_A_STAND, ids=lambda rule: rule.code)
def test_what_was_natural_at_a_stand_has_returned_before_it_can_be_heard(rule: Rule) -> None:
    assert COMES_UP_S + rule.off_delay_s < rule.settle_s
