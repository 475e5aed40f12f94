"""Every shipped rule can be read, names its source and what to do, and is for something in the factory."""

from __future__ import annotations

import math
import re
from collections import Counter
from itertools import pairwise

import pytest

from analytics.alarms.expression import parse
from analytics.alarms.rule import PRIORITIES, Rule
from analytics.alarms.rule_expressions import findings, needed, of_evidence
from tests.alarms.factory_machines import binding, rules

RULES = [rule for rule in rules() if rule.target.subject != "service"]
SYSTEMS = {
    "power", "compressed_air", "chilled_water", "air_handling", "heat", "pv", "storage", "water", "gas",
    "communication", "metering", "other",
}  # fmt: skip
every_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)


def test_every_system_has_rules() -> None:
    assert {rule.system for rule in RULES} == SYSTEMS


@every_rule
def test_it_is_for_something_in_the_factory(rule: Rule) -> None:
    bound = [instance for instance in binding().instances if instance.key.rule == rule.code]
    unbound = [each for each in binding().unbound if each.key.rule == rule.code]
    assert bound, [each.reason for each in unbound]


def test_what_a_rule_cannot_be_bound_to_says_why() -> None:
    assert all(each.reason for each in binding().unbound)


@every_rule
def test_nothing_is_wrong_with_its_expressions(rule: Rule) -> None:
    assert list(findings(rule)) == []


@every_rule
def test_it_names_its_source(rule: Rule) -> None:
    assert rule.source


@every_rule
def test_people_can_read_it_in_both_languages(rule: Rule) -> None:
    assert rule.name
    assert rule.name_zh
    assert bool(rule.message) == bool(rule.message_zh)
    for cause in rule.causes:
        assert all((cause.name, cause.name_zh, cause.action, cause.action_zh))
        assert all(evidence.says and evidence.says_zh for evidence in cause.evidence)


@every_rule
def test_it_has_causes_of_different_names(rule: Rule) -> None:
    codes = [cause.code for cause in rule.causes]
    assert codes
    assert len(set(codes)) == len(codes)


@every_rule
def test_its_deadband_leaves_a_way_back(rule: Rule) -> None:
    limits = sorted(level.limit for level in rule.levels)
    gap = min((high - low for low, high in pairwise(limits)), default=math.inf)
    assert rule.deadband < gap


@every_rule
def test_its_evidence_asks_for_points_that_are_there(rule: Rule) -> None:
    bound = [instance for instance in binding().instances if instance.key.rule == rule.code]
    for cause in rule.causes:
        for evidence in cause.evidence:
            asked = parse(evidence.condition, in_evidence=True).names
            own = [name for name in asked if name not in {"value", "limit"}]
            assert any(all(name in instance.names for name in own) for instance in bound), evidence.condition


@every_rule
def test_its_inputs_are_used(rule: Rule) -> None:
    expressions = [*needed(rule), *of_evidence(rule)]
    named = {name for each in expressions for name in (*each.names, *(ask.of for ask in each.asks))}
    assert set(rule.inputs) <= {name.rpartition(".")[0] for name in named}


@every_rule
def test_no_evidence_asks_for_more_than_the_most_there_was(rule: Rule) -> None:
    # A window ends with the figure itself, which is never beyond its own extremes.
    for cause in rule.causes:
        for evidence in cause.evidence:
            for name, sign, factor, of in re.findall(
                r"(\S+) ([<>]) ([\d.]+ \* )?(?:most|least)\((\S+),", evidence.condition
            ):
                share = float(factor.removesuffix(" * ") or 1)
                assert name != of or (sign == ">" and share < 1) or (sign == "<" and share > 0), evidence.condition


@every_rule
def test_what_explains_it_can_be_as_urgent_as_it_is(rule: Rule) -> None:
    by_code = {each.code: each for each in rules()}
    for each in rule.suppressed_by:
        assert most_urgent(by_code[each.rule]) <= most_urgent(rule), each.rule


def test_few_levels_ask_for_an_answer_within_minutes() -> None:
    """A rule that is added is low, unless somebody must act before the next round; see docs/alarm-rules.md."""
    counts = Counter(level.priority for rule in RULES for level in rule.levels)
    assert counts["critical"] + counts["high"] <= 0.15 * counts.total()
    assert counts["low"] > 0.5 * counts.total()


def most_urgent(rule: Rule) -> int:
    return min(PRIORITIES.index(level.priority) for level in rule.levels)
