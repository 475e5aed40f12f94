"""Laws of evaluation: what it comes to does not depend on how, in what pieces or in what order it is worked out."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.alarms.change import Change
from analytics.alarms.evaluator import Evaluator
from analytics.alarms.rule import Rule
from tests.alarms.evaluated_plants import (
    START,
    Reading,
    Step,
    bound,
    columns,
    go,
    in_reverse,
    messages,
    rules,
    steps,
)
from tests.alarms.plain_evaluator import PlainEvaluator


def near(changes: Sequence[Change]) -> list[tuple[object, ...]]:
    """Changes with their values rounded: two ways of working out a rate may differ in the last bit."""
    return [
        (each.at_us - START, each.key, each.level, each.quiet, None if each.value is None else round(each.value, 6))
        for each in changes
    ]


def plainly(evaluator: PlainEvaluator, way: Sequence[Step]) -> list[Change]:
    changes: list[Change] = []
    for step in way:
        if step.readings:
            changes += evaluator.take(step.readings, step.now)
        else:
            minute = (step.now - START) // 60_000_000 % 10_080
            changes += evaluator.tick(step.now, step.others, {"kunshan": minute})
    return changes


@settings(max_examples=120, deadline=None)
@given(rules(), steps())
def test_it_is_the_plain_evaluation(given_rules: tuple[Rule, ...], way: list[Step]) -> None:
    instances = bound(*given_rules)
    assert near(go(Evaluator(instances), way)) == near(plainly(PlainEvaluator(instances), way))


@settings(max_examples=80, deadline=None)
@given(rules(linked=False, silence=False), messages(long=False), st.data())
def test_it_does_not_matter_how_the_stream_is_cut_into_takes(
    given_rules: tuple[Rule, ...], sent: list[list[Reading]], data: st.DataObject
) -> None:
    instances = bound(*given_rules)
    sent = [message for message in sent if message[0][1] < START + 100_000_000]
    now = START + 110_000_000
    whole = Evaluator(instances).take(columns([reading for message in sent for reading in message]), now)
    pieces = Evaluator(instances)
    changes: list[Change] = []
    piece: list[Reading] = []
    for message, following in zip(sent, [*sent[1:], None], strict=True):
        piece += message
        ends = following is None or following[0][1] > message[0][1]
        if ends and data.draw(st.booleans()):
            changes += pieces.take(columns(piece), now)
            piece = []
    changes += pieces.take(columns(piece), now)
    assert sorted(near(changes), key=repr) == sorted(near(whole), key=repr)


@settings(max_examples=60, deadline=None)
@given(rules(), steps(), st.data())
def test_going_on_from_memory_anywhere_changes_nothing(
    given_rules: tuple[Rule, ...], way: list[Step], data: st.DataObject
) -> None:
    instances = bound(*given_rules)
    expected = go(Evaluator(instances), way)
    at = data.draw(st.integers(0, len(way)))
    first = Evaluator(instances)
    changes = go(first, way[:at])
    then = Evaluator.restored(in_reverse(instances), first.memory())
    assert near(changes + go(then, way[at:])) == near(expected)
    assert near(then.standing()) == near(_after(instances, way).standing())


def _after(instances: Sequence[object], way: Sequence[Step]) -> Evaluator:
    evaluator = Evaluator(instances)  # type: ignore[arg-type]
    go(evaluator, way)
    return evaluator


@settings(max_examples=40, deadline=None)
@given(rules(), steps())
def test_the_order_of_machines_does_not_matter(given_rules: tuple[Rule, ...], way: list[Step]) -> None:
    instances = bound(*given_rules)
    assert go(Evaluator(instances), way) == go(Evaluator(in_reverse(instances)), way)


@settings(max_examples=40, deadline=None)
@given(rules(), steps())
def test_no_change_is_told_twice_and_none_goes_back_in_time(given_rules: tuple[Rule, ...], way: list[Step]) -> None:
    told: dict[object, Change] = {}
    for change in go(Evaluator(bound(*given_rules)), way):
        before = told.get(change.key)
        if before is not None:
            assert (before.level, before.quiet) != (change.level, change.quiet)
            assert before.at_us <= change.at_us
        told[change.key] = change


@settings(max_examples=40, deadline=None)
@given(rules(silence=False), messages(long=False), st.data())
def test_late_readings_change_nothing(
    given_rules: tuple[Rule, ...], sent: list[list[Reading]], data: st.DataObject
) -> None:
    instances = bound(*given_rules)
    way = [Step(message[0][1], tuple(message)) for message in sent]
    expected = go(Evaluator(instances), way)
    late: list[Step] = []
    seen: list[Reading] = []
    for step in way:
        seen += step.readings
        late.append(step)
        again = data.draw(st.lists(st.sampled_from(seen), max_size=3))
        older = tuple((point, time - data.draw(st.sampled_from([0, 1, 5_000_000])), 9.0) for point, time, _ in again)
        if older:
            late.append(Step(step.now, older))
    assert go(Evaluator(instances), late) == expected
