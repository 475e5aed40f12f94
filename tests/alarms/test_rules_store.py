"""Rules in the database: versions, overrides, what files change and what they leave, and what all comes to bound."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Mapping

import pytest

from analytics.alarms.machine import AlarmKey, Unbound
from analytics.alarms.overrides import Override
from services.alarms import machines, rule_changes, rule_edits, rule_overrides, rules
from services.alarms.rule_changes import Applying
from services.alarms.rule_edits import RuleRefusedError
from services.alarms.rules import NoSuchRuleError
from services.database import Connection, connect
from services.rule_folder.read import FolderRule, read_document
from tests.alarms.rule_plant import build, rule_document

KEY = AlarmKey("plant", "outlet-high", "device", "comp-1")


@pytest.fixture
async def connection(database_url: str) -> AsyncIterator[Connection]:
    opened = await connect(database_url, name="test")
    await build(opened)
    yield opened
    await opened.close()


def folder_rule(document: Mapping[str, object], origin: str = "shipped") -> FolderRule:
    entry, mistakes = read_document(document, ["outlet-high", "hot", "hotter"])
    assert not mistakes
    assert entry.rule is not None
    return FolderRule(entry.rule, origin, entry.is_enabled)  # type: ignore[arg-type]


def files(*documents: Mapping[str, object], origin: str = "shipped", **more: bool) -> Applying:
    found = {str(each["code"]): folder_rule(each, origin) for each in documents}
    return Applying(found, more.get("has_folder", True), more.get("replace_edited", False))


async def told(connection: Connection, applying: Applying) -> list[str]:
    return [" ".join(str(change).split()) for change in await rule_changes.apply(connection, "plant", applying)]


async def test_machines_are_as_the_registry_has_them(connection: Connection) -> None:
    found = {(machine.subject, machine.code): machine for machine in await machines.load(connection, "plant")}
    compressor = found["device", "comp-1"]
    assert (compressor.kind, compressor.template, compressor.equipment) == ("compressor", "my_compressor", "cs-1")
    assert (compressor.gateway, compressor.name_zh) == ("gw", "设备")
    assert set(compressor.points) == {"outlet_degc", "power_kw", "state"}
    assert compressor.points["state"].states["loaded"] == 2.0
    assert found["device", "me-b1"].parent == "me-main"
    assert found["meter", "me-b1"].parent == "me-main"
    assert set(found["meter", "me-b1"].points) == {"energy_kwh"}
    assert found["site", "plant"].points == {}
    await connection.execute("UPDATE device SET retired_at = now() WHERE code = 'comp-1'")
    assert ("device", "comp-1") not in {(each.subject, each.code) for each in await machines.load(connection)}


async def test_applying_twice_changes_once_and_each_change_is_a_version(connection: Connection) -> None:
    assert await told(connection, files(rule_document())) == ["added rule plant/outlet-high: Outlet high"]
    assert await told(connection, files(rule_document())) == []
    changed = rule_document(levels=[{"at": "H", "limit": 100, "priority": "high"}], deadband=2)
    assert await told(connection, files(changed)) == [
        "changed rule plant/outlet-high: level H 105 high -> 100 high; deadband none -> 2"
    ]
    history = await rules.versions(connection, "plant", "outlet-high")
    assert [(row.version, row.origin, row.actor, row.reason) for row in history] == [
        (2, "shipped", "local", "applied from files"),
        (1, "shipped", "local", "applied from files"),
    ]
    assert history[1].document["levels"][0]["limit"] == 105


async def test_a_rule_that_is_dropped_is_retired_and_comes_back_with_its_history(connection: Connection) -> None:
    await told(connection, files(rule_document(), rule_document("other")))
    assert await told(connection, files(rule_document("other"))) == ["retired rule plant/outlet-high: Outlet high"]
    assert [rule.rule.code for rule in (await rules.load(connection))["plant"]] == ["other"]
    assert await told(connection, files(rule_document(), rule_document("other"))) == [
        "added rule plant/outlet-high: Outlet high (again)"
    ]
    assert [row.version for row in await rules.versions(connection, "plant", "outlet-high")] == [3, 2, 1]


async def test_an_edited_rule_holds_until_the_shipped_one_is_taken_on_purpose(connection: Connection) -> None:
    await told(connection, files(rule_document()))
    edited = rule_document(levels=[{"at": "H", "limit": 95, "priority": "high"}])
    stored = await rule_edits.enter(connection, "plant", edited, "runs hot in summer")
    assert (stored.version, stored.origin) == (2, "entered")
    kept = "kept rule plant/outlet-high: edited here; the shipped rule has it otherwise: level H 95 high -> 105 high"
    assert await told(connection, files(rule_document())) == [kept]
    assert (await rules.one(connection, "plant", "outlet-high")).rule.levels[0].limit == 95
    assert await told(connection, files()) == []
    assert await told(connection, files(rule_document(), replace_edited=True)) == [
        "changed rule plant/outlet-high: level H 95 high -> 105 high; origin entered -> shipped"
    ]
    assert [row.reason for row in await rules.versions(connection, "plant", "outlet-high")][1] == "runs hot in summer"


async def test_a_folders_rule_goes_before_the_shipped_one_and_stays_without_the_folder(connection: Connection) -> None:
    own = rule_document(name="Ours")
    await told(connection, files(own, origin="site"))
    assert await told(connection, files(rule_document(), has_folder=False)) == []
    assert await told(connection, files(has_folder=False)) == []
    assert await told(connection, files(rule_document(), has_folder=True)) == [
        "changed rule plant/outlet-high: name Ours -> Outlet high; origin site -> shipped"
    ]


async def test_rules_about_the_service_are_there_once(connection: Connection) -> None:
    await build(connection, "second")
    service = rule_document(
        "disk-low",
        **{"for": {"subject": "service", "kind": "disk"}, "signal": {"kind": "service", "of": "free_gb"}},
        levels=[{"at": "L", "limit": 3, "priority": "high"}],
    )
    assert await told(connection, files(service)) == ["added rule service/disk-low: Disk low"]
    assert await rule_changes.apply(connection, "second", files(service)) == []
    found = await rules.bound(connection)
    assert [instance.key for instance in found.binding.instances] == [AlarmKey("", "disk-low", "service", "disk")]
    assert set(found.versions) == {("", "disk-low")}


async def test_binding_tells_of_every_machine_it_leaves_out(connection: Connection) -> None:
    await told(connection, files(rule_document()))
    found = await rules.bound(connection)
    assert [instance.key for instance in found.binding.instances] == [KEY]
    assert [(each.key.subject, each.reason) for each in found.binding.unbound] == [
        ("comp-2", "comp-2 has no point 'outlet_degc'; it has power_kw, state")
    ]
    await told(connection, files(rule_document(enabled=False)))
    assert (await rules.bound(connection)).binding.instances == ()


async def test_a_rule_of_ones_own_that_is_for_nothing_there_is_told(connection: Connection) -> None:
    nobody = {**rule_document(), "for": {"kind": "compresor"}}
    await told(connection, files(nobody))
    assert (await rules.bound(connection)).binding.unbound == ()
    await told(connection, files(nobody, origin="site"))
    (unbound,) = (await rules.bound(connection)).binding.unbound
    assert unbound == Unbound(
        AlarmKey("plant", "outlet-high", "device", ""),
        "there is no device of kind 'compresor', for which the rule is",
    )


async def test_rules_that_explain_each_other_in_a_circle_are_told_and_refused(connection: Connection) -> None:
    hot = rule_document("hot", suppressed_by=[{"rule": "hotter"}])
    hotter = rule_document("hotter", suppressed_by=[{"rule": "hot"}])
    circle = "rules explain each other in a circle, hot -> hotter -> hot: take one `suppressed_by` of them away"
    await told(connection, files(hot, rule_document("hotter")))
    with pytest.raises(RuleRefusedError, match=re.escape(circle)):
        await rule_edits.enter(connection, "plant", hotter, "a circle")
    # Files are checked among themselves, and may close a circle with what was entered here.
    await told(connection, files(hot, hotter))
    found = (await rules.bound(connection)).binding.unbound
    assert [(each.key, each.reason) for each in found if each.key.subject != "comp-2"] == [
        (AlarmKey("plant", "hot", "device", ""), circle)
    ]


async def test_a_rule_that_cannot_be_read_is_told_and_mended_by_applying(connection: Connection) -> None:
    await told(connection, files(rule_document()))
    await connection.execute("UPDATE alarm_rule SET document = document || '{\"levels\": []}'::jsonb")
    (unbound,) = (await rules.bound(connection)).binding.unbound
    assert unbound.reason.startswith("version 1 of the rule cannot be read by this version of the platform")
    assert "has no level" in unbound.reason
    with pytest.raises(NoSuchRuleError, match="no rule 'outlet-high' of plant that can be read"):
        await rules.one(connection, "plant", "outlet-high")
    await told(connection, files(rule_document()))
    assert len((await rules.bound(connection)).binding.instances) == 1


async def test_a_change_of_the_last_digit_of_a_limit_is_a_change(connection: Connection) -> None:
    def limited(limit: float) -> Applying:
        return files(rule_document(levels=[{"at": "H", "limit": limit, "priority": "high"}]))

    await told(connection, limited(1234567.4))
    assert await told(connection, limited(1234567.9)) == [
        "changed rule plant/outlet-high: level H 1234567.4 high -> 1234567.9 high"
    ]


async def test_an_override_holds_for_its_machine_and_goes_again(connection: Connection) -> None:
    await told(connection, files(rule_document()))
    wanted = Override({"H": 98.0}, on_delay_s=5.0)
    assert await rule_edits.override(connection, KEY, wanted, "old machine")
    assert not await rule_edits.override(connection, KEY, wanted, "said twice")
    (instance,) = (await rules.bound(connection)).binding.instances
    assert (instance.rule.levels[0].limit, instance.rule.on_delay_s) == (98.0, 5.0)
    assert await rule_edits.override(connection, KEY, Override(is_enabled=False), "being rebuilt")
    (off, _) = (await rules.bound(connection)).binding.unbound
    assert (off.key, off.reason) == (KEY, "switched off for this machine by its override")
    assert await rule_edits.override(connection, KEY, None, "rebuilt")
    (instance,) = (await rules.bound(connection)).binding.instances
    assert instance.rule.levels[0].limit == 105
    history = await rule_overrides.history(connection, "plant", "outlet-high")
    assert [row.reason for row in history] == ["rebuilt", "being rebuilt", "old machine"]


@pytest.mark.parametrize(
    ("subject", "override", "message"),
    [
        ("comp-9", Override({"H": 1.0}), "there is no device 'comp-9'"),
        ("header", Override({"H": 1.0}), "rule 'outlet-high' is not for 'header'"),
        ("comp-1", Override({"LL": 1.0}), "has no level LL: it has H"),
        ("comp-1", Override(on_delay_s=-1.0), "below 0"),
    ],
)
async def test_an_override_that_makes_no_rule_is_refused(
    connection: Connection, subject: str, override: Override, message: str
) -> None:
    await told(connection, files(rule_document()))
    with pytest.raises(RuleRefusedError, match=message):
        await rule_edits.override(connection, KEY._replace(subject=subject), override, "try")
    assert await rule_overrides.listed(connection) == []


async def test_an_edit_with_mistakes_is_refused_with_all_of_them(connection: Connection) -> None:
    document = rule_document(levls=[], when="state = 1", deadband=-1)
    with pytest.raises(RuleRefusedError) as refused:
        await rule_edits.enter(connection, "plant", document, "try")
    assert refused.value.mistakes == [
        "'deadband' must be 0 or more, not -1",
        "'levls' is not known here: did you mean 'levels'?",
        "'state = 1': at character 7: a comparison is written ==",
    ]
    with pytest.raises(RuleRefusedError, match="a comparison is written =="):
        await rule_edits.enter(connection, "plant", rule_document(when="state = 1"), "try")
    assert await rules.held(connection, "plant") == {}


async def test_whoever_evaluates_hears_of_every_change(connection: Connection, database_url: str) -> None:
    listening = await connect(database_url, name="test")
    heard: asyncio.Queue[str] = asyncio.Queue()
    await listening.add_listener(rules.CHANNEL, lambda *said: heard.put_nowait(str(said[2])))
    async with asyncio.timeout(60):
        await told(connection, files(rule_document()))
        assert await heard.get() == "alarm_rules"
        await told(connection, files(rule_document()))
        await rule_edits.override(connection, KEY, Override({"H": 98.0}), "old machine")
        assert await heard.get() == "alarm_rules"
    assert heard.empty()
    await listening.close()
