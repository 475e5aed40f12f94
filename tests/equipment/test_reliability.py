"""The reliability of a machine, worked out by hand: July 2026 has 744 hours."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from analytics.reliability import Downtime, Mended, Operation, Reason, Reliability, reliability
from analytics.time_spans import Span

JULY = Span(datetime(2026, 7, 1, tzinfo=UTC), datetime(2026, 8, 1, tzinfo=UTC))
AFTER = datetime(2026, 9, 1, tzinfo=UTC)


def at(day: int, hour: float = 0) -> datetime:
    return datetime(2026, 7, day, tzinfo=UTC) + timedelta(hours=hour)


def down(
    day: int, hour: float, hours: float | None, reason: Reason = "breakdown", order: str | None = None
) -> Downtime:
    return Downtime(at(day, hour), None if hours is None else at(day, hour + hours), reason, order)


def ran(hours: float, no_data_h: float = 0, faults: tuple[Span, ...] = ()) -> Operation:
    return Operation(hours * 3600, no_data_h * 3600, faults)


def codes(found: Reliability) -> list[str]:
    return [each.code for each in found.remarks]


def test_a_month_with_two_breakdowns_a_service_and_no_power() -> None:
    found = reliability(
        JULY,
        AFTER,
        [
            down(3, 8, 4),
            down(10, 8, 2),
            down(10, 10, 6, "waiting_for_parts"),
            down(20, 8, 3, "planned"),
            down(25, 0, 24, "no_supply"),
        ],
        [],
        ran(500),
    )
    # Two failures: 4 h, and 2 h + 6 h until the parts had come.
    assert [(each.at, each.restored_at) for each in found.failures] == [(at(3, 8), at(3, 12)), (at(10, 8), at(10, 16))]
    assert (found.mtbf_h, found.mttr_h) == (250.0, 6.0)
    # 744 h less the day without power; down for 4 + 2 + 6 + 3 hours.
    assert (found.required_h, found.down_h) == (720.0, 15.0)
    assert found.availability_percent == pytest.approx(97.9166667)
    assert found.down_by_reason_h == {"breakdown": 6, "waiting_for_parts": 6, "planned": 3, "no_supply": 24}
    assert codes(found) == []


def test_a_machine_without_a_failure_has_no_mtbf() -> None:
    found = reliability(JULY, AFTER, [], [], ran(712, no_data_h=2))
    assert (found.mtbf_h, found.mttr_h, found.availability_percent) == (None, None, 100.0)
    assert [each.text for each in found.remarks] == [
        "no failure in 712 h of operation",
        "for 2 h of 744 h nobody knows what it did",
    ]


def test_a_machine_whose_states_nobody_knows_has_no_mtbf_either() -> None:
    found = reliability(JULY, AFTER, [down(3, 8, 4)], [], None)
    assert (found.mtbf_h, found.mttr_h, found.operating_h, found.no_data_h) == (None, 4.0, None, None)
    assert codes(found) == ["no_states"]


def test_a_mended_order_is_a_failure_where_no_breakdown_was_noted() -> None:
    mended = [
        Mended("plant/1", at(3, 7), at(3, 13)),  # the breakdown of the third lies in it
        Mended("plant/2", at(12), at(12, 5)),
        Mended("plant/3", at(20), at(21)),  # its breakdown was noted days later
    ]
    found = reliability(JULY, AFTER, [down(3, 8, 4), down(24, 0, 2, order="plant/3")], mended, ran(300))
    assert [(each.at, each.has_downtime, each.order) for each in found.failures] == [
        (at(3, 8), True, None),
        (at(12), False, "plant/2"),
        (at(24), True, "plant/3"),
    ]
    assert (found.mtbf_h, found.mttr_h) == (100.0, 3.0)
    assert [each.text for each in found.remarks] == ["failures without a downtime, in no MTTR: 1"]


def test_a_failure_belongs_to_the_period_in_which_it_began() -> None:
    before = Downtime(at(1, -10), at(1, 2), "breakdown")
    found = reliability(JULY, AFTER, [before, down(31, 20, 10)], [], ran(400))
    assert [each.at for each in found.failures] == [at(31, 20)]
    assert (found.mtbf_h, found.mttr_h) == (400.0, 10.0)
    assert found.down_h == 2 + 4


def test_a_period_that_is_not_over_counts_up_to_now_and_what_is_not_restored_is_told() -> None:
    found = reliability(JULY, at(11), [down(2, 0, 6), down(10, 12, None)], [], ran(60))
    assert (found.required_h, found.down_h) == (240.0, 18.0)
    assert (found.mtbf_h, found.mttr_h) == (30.0, 6.0)
    assert found.availability_percent == 92.5
    assert [each.text for each in found.remarks] == ["failures that are not over, in no MTTR yet: 1"]


def test_a_fault_that_nobody_noted_is_told() -> None:
    faults = (Span(at(3, 8), at(3, 12)), Span(at(5, 0), at(5, 1)))
    found = reliability(JULY, AFTER, [down(3, 9, 2)], [], ran(100, faults=faults))
    assert [(each.code, each.figure) for each in found.remarks] == [("fault_not_noted", 3.0)]


def test_downtimes_over_each_other_count_once_and_supply_comes_first() -> None:
    found = reliability(
        JULY, AFTER, [down(5, 0, 10), down(5, 5, 10, "planned"), down(5, 8, 12, "no_supply")], [], ran(100)
    )
    assert (found.required_h, found.down_h) == (732.0, 8.0)


def test_a_breakdown_follows_on_a_breakdown_within_a_minute() -> None:
    found = reliability(JULY, AFTER, [down(5, 0, 1), down(5, 1.01, 1), down(5, 3, 1)], [], ran(100))
    assert [each.at for each in found.failures] == [at(5), at(5, 3)]


def test_a_period_that_has_not_begun_has_no_figures() -> None:
    found = reliability(JULY, at(1, -5), [], [], None)
    assert (found.required_h, found.availability_percent, found.failures) == (0.0, None, [])
