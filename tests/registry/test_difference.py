"""Laws of the difference between two states of a site, and its timelines: renames, retirements, returns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given

from analytics.registry.difference import BELOW, Difference, Held, Kind, count, difference, things
from analytics.registry.meaning import reinterpretations
from analytics.registry.model import Alias, Device, Point, Registry, Site, Space, Thing
from analytics.registry.moving import moved
from analytics.registry.wording import lines
from tests.registry.strategies import registries

SITE = Site("s", "Site", None, "UTC", None, None)
#: What is not there for itself and goes with what it describes.
DESCRIPTIONS = {"alias", "template_point", "register_segment", "allocation"}


def carried_out(held: Held, found: Difference, wanted: Registry) -> Held:
    """What is held after the changes, by another road than the database's."""
    living, retired = (
        moved(side, found.moves) if side else Registry(wanted.site) for side in (held.living, held.retired)
    )
    sides: dict[Kind, tuple[dict[str, Thing], dict[str, Thing]]] = {
        kind: (dict(things(living, kind)), dict(things(retired, kind))) for kind in BELOW
    }
    site = living.site
    for change in found.changes:
        if change.kind == "site":
            assert isinstance(change.after, Site)
            site = change.after
            continue
        here, gone = sides[change.kind]
        if change.action == "retired":
            before = here.pop(change.name)
            if change.kind not in DESCRIPTIONS:
                gone[change.name] = before
        elif change.action != "renamed":
            assert change.after is not None
            assert not isinstance(change.after, Site)
            assert (change.name in here) == (change.action == "changed")
            assert (gone.pop(change.name, None) is not None) == (change.action == "restored")
            here[change.name] = change.after
    return Held(*(_registry(site, {kind: pair[at] for kind, pair in sides.items()}) for at in (0, 1)))


def _registry(site: Site, sides: Mapping[Kind, dict[str, Thing]]) -> Registry:
    return replace(Registry(site), **{BELOW[kind]: side for kind, side in sides.items()})  # type: ignore[arg-type] # by kind


@given(registries)
def test_nothing_changes_between_a_site_and_itself(site: Registry) -> None:
    found = difference(Held(site, Registry(site.site)), site)
    assert (found.changes, found.moves, found.refused) == ([], {}, [])


@given(registries, registries, registries)
def test_the_changes_lead_to_what_is_wanted_and_lose_nothing(
    first: Registry, second: Registry, third: Registry
) -> None:
    held = Held()
    for wanted in (first, second, third):
        found = difference(held, wanted)
        if found.refused:
            return
        after = carried_out(held, found, wanted)
        assert after.living == found.wanted
        assert wanted.aliases.items() <= found.wanted.aliases.items()
        assert replace(found.wanted, aliases=wanted.aliases) == wanted
        assert difference(after, wanted).changes == []
        _assert_nothing_is_lost(held, found, after)
        assert sum(count(found.changes).values()) == len(found.changes)
        assert bool(lines(found.changes)) == bool(found.changes)
        held = after


def _assert_nothing_is_lost(before: Held, found: Difference, after: Held) -> None:
    for kind in BELOW:
        if kind in DESCRIPTIONS:
            continue
        known = {*things(before.living, kind), *things(before.retired, kind)}
        moves = found.moves.get(kind, {})
        if kind == "register":  # goes where its meter goes
            meters = found.moves.get("meter", {})
            moves = {name: f"{meters.get(meter, meter)}/import" for name in known for meter in [name.split("/")[0]]}
        names = [moves.get(name, name) for name in known]
        assert len(set(names)) == len(names), f"two {kind}s became one"
        assert set(names) <= {*things(after.living, kind), *things(after.retired, kind)}


# Timelines ----------------------------------------------------------------------------------------------------------


def device(code: str, **fields: object) -> Device:
    return replace(Device(code, "Meter", None, None, None, None, None, None, 300.0), **fields)  # type: ignore[arg-type] # as given


def point(at: str, **fields: object) -> Point:
    owner, _, key = at.partition("/")
    plain = Point(owner, key, "P", None, "active_power", "kW", "kW", 1.0, 0.0, "gauge", None, None, 5.0, None)
    return replace(plain, **fields)  # type: ignore[arg-type] # as given


def space(path: str) -> Space:
    return Space(path, path, None, "area", None)


def site(*things_there: Space | Device | Point, **former: str) -> Registry:
    """A site of spaces, devices and points; `former`: new name = old name, of devices or spaces."""
    spaces = {thing.path: thing for thing in things_there if isinstance(thing, Space)}
    devices = {thing.code: thing for thing in things_there if isinstance(thing, Device)}
    points = {f"{thing.device}/{thing.key}": thing for thing in things_there if isinstance(thing, Point)}
    aliases = [Alias("device" if new in devices else "space", old, new) for new, old in former.items()]
    return Registry(
        SITE, spaces=spaces, devices=devices, points=points, aliases={alias.name: alias for alias in aliases}
    )


def told(found: Difference) -> list[str]:
    return [" ".join(str(line).split()) for line in lines(found.changes)]


def test_a_renamed_device_takes_its_points_along() -> None:
    held = Held(site(device("m1"), point("m1/p")), Registry(SITE))
    found = difference(held, site(device("m2"), point("m2/p"), m2="m1"))
    assert told(found) == ["renamed device m2 formerly m1"]
    assert found.moves == {"device": {"m1": "m2"}, "point": {"m1/p": "m2/p"}}


def test_a_renamed_building_takes_along_what_is_in_it() -> None:
    held = Held(site(space("b1"), space("b1/f1"), device("m1", space="b1/f1")), Registry(SITE))
    found = difference(held, site(space("hall"), space("hall/f1"), device("m1", space="hall/f1"), hall="b1"))
    assert [(change.action, change.name) for change in found.changes if change.kind == "space"] == [
        ("renamed", "hall"),
        ("changed", "hall"),
        ("changed", "hall/f1"),
    ]
    assert found.moves == {"space": {"b1": "hall", "b1/f1": "hall/f1"}}


def test_what_returns_is_restored_and_not_added() -> None:
    everything, nothing = site(device("m1"), point("m1/p")), site()
    gone = difference(Held(everything, Registry(SITE)), nothing)
    assert told(gone) == ["retired device m1 Meter with 1 points all readings stay"]
    back = difference(carried_out(Held(everything, Registry(SITE)), gone, nothing), everything)
    assert told(back) == ["restored device m1 Meter with 1 points"]


def test_a_rename_onto_a_retired_name_is_refused() -> None:
    held = Held(site(device("m1")), site(device("m2")))
    found = difference(held, site(device("m2"), m2="m1"))
    assert found.refused == [
        (
            "device 'm1' cannot be renamed to 'm2': a retired device of that name has a history of its own; "
            "choose another code"
        )
    ]


def test_a_former_name_that_is_there_no_more_leads_to_the_living_one() -> None:
    held = Held(site(device("m1"), device("m2")), Registry(SITE))
    assert told(difference(held, site(device("m2"), m2="m1"))) == [
        "retired device m1 Meter all readings stay",
        "added alias m1 leads to device m2",
    ]


def test_another_name_stays_until_something_claims_it_or_it_leads_nowhere() -> None:
    mapped = Alias("point", "PLC 7/kW", "m1/p")
    there = replace(
        site(device("m1"), point("m1/p"), m1="m0"), aliases={mapped.name: mapped} | _device_alias("m0", "m1")
    )
    held = Held(there, Registry(SITE))
    assert difference(held, site(device("m1"), point("m1/p"))).changes == []
    claimed = difference(held, site(device("m1"), point("m1/p"), device("m0")))
    assert told(claimed) == ["added device m0 Meter", "retired alias m0 no longer leads to device m1"]
    gone = difference(held, site())
    assert [change.name for change in gone.changes] == ["m1", "m1/p", "device:m0", "point:PLC 7/kW"]
    renamed = difference(held, site(device("m2"), point("m2/p"), m2="m1"))
    assert renamed.wanted.aliases["point:PLC 7/kW"].target == "m2/p"
    assert renamed.wanted.aliases["device:m0"].target == "m2"


def _device_alias(old: str, new: str) -> dict[str, Alias]:
    alias = Alias("device", old, new)
    return {alias.name: alias}


def test_what_another_device_sends_is_not_its_past() -> None:
    held = Held(site(device("m1"), device("m2"), point("m1/p")), Registry(SITE))
    sent = Alias("point", "m1/p", "m2/p")
    wanted = replace(site(device("m1"), device("m2"), point("m2/p")), aliases={sent.name: sent})
    assert told(difference(held, wanted)) == [
        "retired point m1/p P all readings stay",
        "added point m2/p P",
    ]


def test_the_same_change_at_many_devices_is_one_line() -> None:
    def many(maximum: float) -> Registry:
        return site(*(device(f"m{n}") for n in range(9)), *(point(f"m{n}/p", maximum=maximum) for n in range(9)))

    found = difference(Held(many(500), Registry(SITE)), many(520))
    assert told(found) == ["changed point m0/p and 8 more like it maximum 500 -> 520"]


@pytest.mark.parametrize(
    ("changed", "what", "acceptable"),
    [
        ({"name": "Q", "maximum": 9.0, "expected_interval_s": 1.0}, None, None),
        ({"unit": "W", "scale": 0.001}, "unit would change from kW to W", True),
        ({"kind": "counter"}, "kind would change from gauge to counter", True),
        ({"kind": "state"}, "kind would change from gauge to state", False),
        ({"quantity": "pressure", "canonical_unit": "bar"}, "quantity would change from active_power (kW) to", False),
        ({"quantity": "thermal_power"}, None, None),
    ],
)
def test_what_changes_the_meaning_of_readings(changed: dict[str, object], what: str | None, acceptable: bool) -> None:
    held = Held(site(device("m1"), point("m1/p")), Registry(SITE))
    found = list(reinterpretations(difference(held, site(device("m1"), point("m1/p", **changed))).changes))
    if what is None:
        assert found == []
    else:
        assert [each.acceptable for each in found] == [acceptable]
        assert found[0].what.startswith(what)
        assert ("--accept-meaning-change" in found[0].refusal()) == acceptable


def test_a_state_may_be_added_and_not_renumbered() -> None:
    def machine(**states: float) -> Registry:
        return site(device("m1"), point("m1/p", kind="state", states=states))

    def meaning(wanted: Registry) -> list[str]:
        held = Held(machine(off=0, on=1), Registry(SITE))
        return [each.what for each in reinterpretations(difference(held, wanted).changes)]

    assert meaning(machine(off=0, on=1, fault=2)) == []
    assert meaning(machine(off=0, on=2)) == ["states would change from on = 1 to 2"]
