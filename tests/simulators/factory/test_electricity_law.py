"""What goes into a node comes out of it, or is lost in it: at every instant, whatever the load."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulators.factory.occupancy import Profile
from simulators.factory.topology import NODES, Load, Meter, Node, Transformer
from simulators.factory.tree import HIGH_V, PHASES, Flow, Tree
from tests.simulators.factory.living import advance, grown, instant

SMALL = Tree(
    [
        Node("grid", "", Meter.INCOMER),
        Node("t", "grid", Meter.NONE, transformer=Transformer(1000, 1.5, 9.0, 6.0)),
        Node("board", "t", Meter.TRANSFORMER),
        Node("floor", "board", Meter.FEEDER, rated_kw=200),
        Node("a", "floor", Meter.LINE),
        Node("b", "floor", Meter.LINE),
        Node("c", "board", Meter.FEEDER),
    ]
)
ENDS = [SMALL.index[code] for code in "abc"]
powers = st.lists(st.floats(-150, 150), min_size=9, max_size=9).map(lambda kw: np.array(kw).reshape(3, PHASES))


def solved(active_kw: np.ndarray, reactive_kvar: np.ndarray) -> Flow:
    flow = SMALL.start()
    for name, values in (("active_kw", active_kw), ("reactive_kvar", reactive_kvar)):
        filled = np.zeros((len(SMALL.nodes), PHASES))
        filled[ENDS] = values
        setattr(flow, name, filled)
    return SMALL.solve(flow, np.full(PHASES, HIGH_V))


@given(powers, powers)
@settings(max_examples=60, deadline=None)
def test_a_parent_is_its_children_and_its_loss(active_kw: np.ndarray, reactive_kvar: np.ndarray) -> None:
    flow = solved(active_kw, reactive_kvar)
    totals = flow.active_kw.sum(axis=1)
    for place in range(len(SMALL.nodes)):
        children = np.flatnonzero(SMALL.parent == place)
        if len(children):
            assert totals[place] == pytest.approx(totals[children].sum() + flow.loss_kw[place], abs=1e-9)
    assert (flow.loss_kw >= 0.0).all()


@given(powers)
@settings(max_examples=30, deadline=None)
def test_losses_grow_with_the_square_of_the_load(active_kw: np.ndarray) -> None:
    none = np.zeros_like(active_kw)
    transformer, floor = SMALL.index["t"], SMALL.index["floor"]
    once, twice = solved(active_kw, none), solved(2.0 * active_kw, none)
    assert twice.loss_kw[floor] == pytest.approx(4.0 * once.loss_kw[floor], rel=1e-6, abs=1e-9)
    iron_kw = solved(none, none).loss_kw[transformer]
    assert iron_kw == pytest.approx(1.5)
    # What cables lose passes through the transformer too, or never reaches it from a source behind them.
    copper_kw = once.loss_kw[transformer] - iron_kw
    assert 3.5 * copper_kw <= twice.loss_kw[transformer] - iron_kw <= 5.0 * copper_kw + 1e-6


def test_a_node_whose_parent_is_missing_is_named() -> None:
    with pytest.raises(ValueError, match="lost"):
        Tree([Node("grid", "", Meter.INCOMER), Node("lost", "nowhere", Meter.LINE)])


def test_the_whole_site_balances_at_every_instant_and_in_every_counter() -> None:
    factory = grown("2026-11-20T09:00", hours=0.2)
    tree, memory = factory.electricity.tree, factory.electricity.memory
    before = {name: getattr(memory, name).copy() for name in ("import_kwh", "export_kwh", "loss_kwh")}
    power_kwh = np.zeros(len(tree.nodes))
    for minute in range(20):
        advance(factory, instant("2026-11-20T09:12") + 60 * minute, 60)
        flow = factory.electricity.flow
        totals = flow.active_kw.sum(axis=1)
        power_kwh += totals / 60.0
        below = np.zeros(len(tree.nodes))
        np.add.at(below, tree.parent[1:], totals[1:])
        inner = np.unique(tree.parent[1:])
        assert totals[inner] == pytest.approx(below[inner] + flow.loss_kw[inner], abs=1e-8)
    net_kwh = memory.import_kwh - memory.export_kwh - (before["import_kwh"] - before["export_kwh"])
    assert net_kwh == pytest.approx(power_kwh, abs=1e-7)
    ends = np.setdiff1d(np.arange(len(tree.nodes)), tree.parent)
    lost_kwh = (memory.loss_kwh - before["loss_kwh"]).sum()
    assert net_kwh[0] == pytest.approx(net_kwh[ends].sum() + lost_kwh, abs=1e-6)
    assert 0.008 < lost_kwh / net_kwh[0] < 0.04


def test_voltages_and_currents_are_those_of_a_healthy_plant() -> None:
    readings = grown("2026-11-20T14:00", hours=0.2).readings()
    line = readings["transformer_meter"]
    assert ((line["voltage_ab_v"] > 380) & (line["voltage_ab_v"] < 430)).all()
    assert (line["voltage_unbalance_percent"] < 2.0).all()
    assert (line["thd_voltage_a_percent"] < 5.0).all()
    incomer = readings["incomer_meter"]
    apparent = np.sqrt(3.0) * incomer["voltage_ab_v"] * incomer["current_a_a"] / 1000.0
    assert apparent == pytest.approx(incomer["apparent_power_kva"], rel=0.02)
    assert incomer["power_factor"] > 0.94  # the capacitor banks do their work
    shares = readings["transformer"]["load_percent"]
    assert ((shares > 10) & (shares < 90)).all()


def test_every_consumer_hangs_on_a_board_and_nothing_is_metered_twice() -> None:
    codes = [node.code for node in NODES]
    assert len(codes) == len(set(codes))
    parents = {node.parent for node in NODES}
    assert not [node.code for node in NODES if node.load is not None and node.code in parents]
    assert {profile for node in NODES if isinstance(node.load, Load) for profile in [node.load.profile]} >= {
        Profile.THREE_SHIFT,
        Profile.TWO_SHIFT,
        Profile.OFFICE,
        Profile.DORMITORY,
    }
