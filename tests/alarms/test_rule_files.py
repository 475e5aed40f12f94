"""Rule files: every mistake on its line with its mend; what is read can be written and read again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.alarms.rule import Hours, Input, Level, Signal, Suppression, Target
from deploy.rule_apply import LIBRARY
from services.rule_folder.fields import written_hours
from services.rule_folder.read import read_document, read_file, read_rule_folder
from services.rule_folder.writing import document, rule_text
from tests.alarms.rule_plant import rule_document

GOOD = """
[[rule]]
code = "outlet-high"
name = "Outlet high"
name_zh = "出口温度高"
system = "compressed_air"
for = { kind = "compressor" }
signal = "outlet_degc"
levels = [ { at = "H", limit = 105, priority = "high" }, { at = "HH", limit = 109, priority = "critical" } ]
deadband = 2
on_delay_s = 10
when = 'state in ("unloaded", "loaded")'
settle_s = 60
hours = [ "mon-fri 08:00-18:00", "sat 22:00-06:00" ]
suppressed_by = [ { rule = "fault" }, { rule = "fault", of = "gateway" } ]
inputs = { header = { of = "site", kind = "pressure_sensor", take = "mean" } }
[[rule.cause]]
code = "cooler-fouled"
name = "Cooler fouled"
weight = 3
action = "Clean it."
evidence = [ { if = "slope(outlet_degc, 1800) > 0.05", times = 4, otherwise = 0.5, says = "rose slowly" } ]

[[rule]]
code = "fault"
name = "Fault"
for = { }
signal = { kind = "state", of = "state", states = ["fault"] }
levels = [ { at = "ON", priority = "high" } ]
"""


def test_a_file_is_read_as_it_is_meant(tmp_path: Path) -> None:
    (tmp_path / "rules.toml").write_text(GOOD, "utf-8")
    found = read_file(tmp_path / "rules.toml", {}).rules
    assert found is not None
    rule = found["outlet-high"].rule
    assert (rule.target, rule.signal) == (Target(kind="compressor"), Signal("value", "outlet_degc"))
    assert rule.levels == (Level("H", 105.0, "high"), Level("HH", 109.0, "critical"))
    assert rule.hours == (
        Hours(frozenset({1, 2, 3, 4, 5}), 480, 1080),
        Hours(frozenset({6}), 1320, 1440),
        Hours(frozenset({7}), 0, 360),
    )
    assert rule.suppressed_by == (Suppression("fault"), Suppression("fault", "gateway"))
    assert rule.inputs == {"header": Input("site", kind="pressure_sensor", take="mean")}
    assert (rule.causes[0].weight, rule.causes[0].evidence[0].otherwise) == (3.0, 0.5)
    assert found["fault"].rule.levels == (Level("ON", 0.5, "high"),)


@pytest.mark.parametrize(
    ("line", "instead", "mistakes"),
    [
        ('code = "outlet-high"', 'code = "Outlet High"', ["3: code 'Outlet High' must be lower-case"]),
        ('name = "Outlet high"', "", ["2: 'name' is missing"]),
        ('system = "compressed_air"', 'system = "compresed_air"', ["6: system 'compresed_air' is not known: did you"]),
        ('for = { kind = "compressor" }', "", ["2: 'for' is missing: which machines"]),
        ('for = { kind = "compressor" }', 'for = { knd = "x" }', ["7: 'knd' is not known here: did you mean 'kind'?"]),
        ('for = { kind = "compressor" }', 'for = "compressor"', ["7: 'for' must be a table, as in"]),
        ('signal = "outlet_degc"', "", ["2: 'signal' is missing"]),
        ('signal = "outlet_degc"', 'signal = "outlet_degc +"', ["8: 'outlet_degc +': at character 14: the expression"]),
        ('signal = "outlet_degc"', 'signal = "steam.bar"', ["8: 'steam.bar' needs an input 'steam'; there are header"]),
        (
            'signal = "outlet_degc"',
            'signal = { kind = "rate", of = "x" }',
            ["8: a signal of kind 'rate' needs"],
        ),
        (
            'signal = "outlet_degc"',
            'signal = { kind = "clock", of = "x" }',
            ["8: a signal of kind 'clock' is"],
        ),
        (
            'signal = "outlet_degc"',
            'signal = { kind = "stuck", of = "a - b" }',
            ["8: a signal of kind 'stuck' is"],
        ),
        (
            'signal = "outlet_degc"',
            'signal = { of = "x", reference = "y" }',
            ["8: only a signal of kind"],
        ),
        (
            'signal = "outlet_degc"',
            'signal = { kind = "irregularity", states = ["duplicates"], over_s = 600 }',
            ["8: 'duplicates' is not known in states: use duplicate, redelivered, conflict"],
        ),
        ("limit = 105", "limit = 110", ["9: rule 'outlet-high': limits must rise"]),
        ("limit = 105", 'limit = "hot"', ["9: 'limit' must be a number, not 'hot'"]),
        ("limit = 105, ", "", ["9: level H needs its 'limit'"]),
        ('priority = "high" },', 'priority = "urgent" },', ["9: priority 'urgent' is not known: use"]),
        ("deadband = 2", "deadband = -2", ["10: 'deadband' must be 0 or more, not -2"]),
        ("on_delay_s = 10", "on_delays_s = 10", ["11: 'on_delays_s' is not known here: did you mean 'on_delay_s'?"]),
        ('"unloaded", "loaded"', "'unloaded'", ["12: this is not TOML"]),
        ("when = 'state in", "when = 'state is", ["12: 'state is ("]),
        ("08:00-18:00", "8-18", ["14: 'mon-fri 8-18' must be days and hours"]),
        ("sat 22:00", "saturday 22:00", ["14: 'saturday 22:00-06:00' must be days and hours"]),
        ('rule = "fault" }', 'rule = "falt" }', ["15: there is no rule 'falt': did you mean 'fault'?"]),
        ('of = "gateway"', 'of = "gatewy"', ["15: of 'gatewy' is not known: did you mean 'gateway'?"]),
        ('take = "mean"', 'take = "average"', ["16: take 'average' is not known: use"]),
        ("{ header = {", "{ Header = {", ["16: input 'Header' must be a plain word"]),
        ("weight = 3", "weight = 0", ["20: 'weight' must be above 0, not 0"]),
        ('action = "Clean it."', "", ["17: 'action' is missing"]),
        ("times = 4", "tims = 4", ["22: 'times' is missing", "22: 'tims' is not known here: did you mean 'times'?"]),
        ("slope(outlet_degc, 1800)", "slope(outlet_degc)", ["22: 'slope(outlet_degc) > 0.05': at character 18"]),
        ('"slope(outlet_degc, 1800) > 0.05"', "'alarm(\"nobody\")'", ["17: there is no rule 'nobody'"]),
        (
            'code = "fault"',
            'code = "outlet-high"',
            ["15: there is no rule 'fault'", "25: rule 'outlet-high' is in"],
        ),
        ('at = "ON"', 'at = "H"', ["29: level H needs its 'limit'"]),
    ],
)
def test_each_mistake_is_on_its_line_with_its_mend(
    tmp_path: Path, line: str, instead: str, mistakes: list[str]
) -> None:
    assert line in GOOD
    (tmp_path / "rules.toml").write_text(GOOD.replace(line, instead, 1), "utf-8")
    found = read_file(tmp_path / "rules.toml", {})
    told = [f"{each.line}: {each.text}" for each in found.mistakes]
    assert found.rules is None
    assert len(told) == len(mistakes), told
    for is_told, wanted in zip(told, mistakes, strict=True):
        assert is_told.startswith(wanted)


def test_rules_that_explain_each_other_in_a_circle_are_named(tmp_path: Path) -> None:
    library, folder = tmp_path / "library", tmp_path / "folder"
    for place in (library, folder / "rules"):
        place.mkdir(parents=True)
    fault = GOOD[GOOD.index('[[rule]]\ncode = "fault"') :]
    (library / "air.toml").write_text(GOOD, "utf-8")
    (folder / "rules" / "mine.toml").write_text(fault + 'suppressed_by = [ { rule = "outlet-high" } ]\n', "utf-8")
    circle = "fault -> outlet-high -> fault: take one `suppressed_by` of them away"
    (mistake,) = read_rule_folder(folder, library).mistakes
    assert str(mistake) == f"rules/mine.toml:7: rules explain each other in a circle, {circle}"
    (mistake,) = read_file(folder / "rules" / "mine.toml", read_file(library / "air.toml", {}).rule_of).mistakes
    assert str(mistake) == f"mine.toml:7: rules explain each other in a circle, {circle}"
    # To a gateway, a parent or the service it goes up, and never comes round.
    (folder / "rules" / "mine.toml").write_text(fault + 'suppressed_by = [ { rule = "outlet-high", of = "parent" } ]\n')
    assert read_rule_folder(folder, library).mistakes == ()


def test_a_folders_rule_goes_before_the_shipped_one_of_its_code(tmp_path: Path) -> None:
    library, folder = tmp_path / "library", tmp_path / "folder"
    for place in (library, folder / "rules"):
        place.mkdir(parents=True)
    (library / "air.toml").write_text(GOOD, "utf-8")
    own = GOOD[: GOOD.index("[[rule.cause]]")].replace("105", "100")
    (folder / "rules" / "mine.toml").write_text(own, "utf-8")
    found = read_rule_folder(folder, library).rules
    assert found is not None
    assert {code: each.origin for code, each in found.items()} == {"outlet-high": "site", "fault": "shipped"}
    assert found["outlet-high"].rule.levels[0].limit == 100
    (folder / "rules" / "mine.toml").write_text(
        '[[rule]]\ncode = "disk"\nname = "Disk"\nfor = { subject = "service" }\n'
        'signal = { kind = "service", of = "free_gb" }\nlevels = [ { at = "L", limit = 1, priority = "high" } ]\n',
        "utf-8",
    )
    (mistake,) = read_rule_folder(folder, library).mistakes
    assert str(mistake).startswith("rules/mine.toml:4: rules about the service itself are not a site's")


def test_what_is_shipped_has_no_mistakes_and_names_its_sources() -> None:
    found = read_rule_folder(None, LIBRARY)
    assert found.mistakes == ()
    assert found.rules
    assert [code for code, each in found.rules.items() if not each.rule.source] == []


def test_every_shipped_rule_can_be_written_and_read_again(tmp_path: Path) -> None:
    checked = read_rule_folder(None, LIBRARY)
    assert checked.rules
    for code, each in checked.rules.items():
        written = tmp_path / f"{code}.toml"
        written.write_text(rule_text(each.rule, is_enabled=each.is_enabled), "utf-8")
        again = read_file(written, checked.rule_of).rules
        assert again is not None
        assert again[code].rule == each.rule
        entry, mistakes = read_document(document(each.rule), list(checked.rules))
        assert (entry.rule, mistakes) == (each.rule, [])


@pytest.mark.parametrize(
    "text", ["mon-fri 08:00-18:00", "daily 00:00-24:00", "sun 09:15-10:00", "mon,wed,fri 01:00-02:00"]
)
def test_hours_are_written_as_they_were_read(text: str) -> None:
    entry, mistakes = read_document(rule_document(hours=[text]), [])
    assert not mistakes
    assert entry.rule is not None
    assert written_hours(entry.rule.hours) == [text]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.just(10**400),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.text(max_size=6), below, max_size=3),
    max_leaves=6,
)
FIELDS = st.sampled_from(
    ["code", "name", "for", "signal", "levels", "deadband", "when", "hours", "suppressed_by", "latching", "group",
     "inputs", "message", "cause", "enabled", "system", "re_alarm_s", "odd"]
)  # fmt: skip
CAUSES = st.fixed_dictionaries({"code": JSON, "name": JSON, "action": JSON, "evidence": JSON})
LEVELS = st.lists(st.fixed_dictionaries({"at": JSON, "limit": JSON, "priority": JSON}), max_size=2)
TABLES = st.dictionaries(st.sampled_from(["kind", "of", "states", "codes", "over_s", "x", "take"]), JSON, max_size=3)


@settings(max_examples=150)
@given(st.dictionaries(FIELDS, JSON | TABLES | LEVELS | st.lists(CAUSES, max_size=2), max_size=4))
def test_any_document_is_a_rule_or_has_mistakes(changes: dict[str, Any]) -> None:
    entry, mistakes = read_document({**rule_document(), **changes}, [])
    assert (entry.rule is None) == bool(mistakes)


def test_a_document_of_any_depth_has_mistakes_and_no_more() -> None:
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    _, mistakes = read_document(rule_document(hours=deep, levels=deep, odd=deep), [])
    assert len(mistakes) == 3


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        (
            {"for": {"codes": [f"comp-{number}" for number in range(10_000)]}},
            "a rule has at most 20,000 characters, and this one 129,0",
        ),
        ({"name": "Hot \ud800"}, "'name' must be one line of plain text"),
        (
            {"signal": {"kind": "state", "of": "state", "states": ["a\u0000"]}},
            "'states' must be one line of plain text",
        ),
        ({"on_delay_s": 1e300}, "'on_delay_s' must be from 0 to 604800, not 1e+300"),
        ({"signal": {"kind": "rate", "of": "x", "over_s": 1e9}}, "'over_s' must be from 0 to 604800, not 1e+09"),
    ],
)
def test_a_document_beyond_all_measure_is_one_mistake(changes: dict[str, Any], told: str) -> None:
    entry, mistakes = read_document({**rule_document(), **changes}, [])
    assert entry.rule is None
    (mistake,) = mistakes
    assert mistake.text.startswith(told)


def test_fields_expressions_and_names_with_mistakes_are_told_at_once(tmp_path: Path) -> None:
    path = tmp_path / "air.toml"
    path.write_text(
        """[[rule]]
code = "outlet-high"
name = "Outlet high"
for = { kind = "compressor" }
signal = "outlet_degc >"
levls = [ { at = "H", limit = 105, priority = "high" } ]
when = 'state = 1'
suppressed_by = [ { rule = "compressor-fualt" } ]
[[rule.cause]]
code = "hot"
name = "Hot"
action = "Cool."
evidence = [ { if = "slope(", times = 2 } ]
"""
    )
    found = read_file(path, read_rule_folder(None, LIBRARY).rule_of)
    assert [str(mistake).split(": ")[0] for mistake in found.mistakes] == [
        "air.toml:1",  # levels
        "air.toml:5",
        "air.toml:6",
        "air.toml:7",
        "air.toml:8",
        "air.toml:13",
    ]


def test_of_many_unknown_rules_the_first_are_mended() -> None:
    asked = [{"rule": f"outlet-hig{number}"} for number in range(100)]
    _, mistakes = read_document(rule_document("x", suppressed_by=asked), ["outlet-high"])
    assert sum("did you mean 'outlet-high'" in mistake.text for mistake in mistakes) == 20
    assert len(mistakes) == 100
