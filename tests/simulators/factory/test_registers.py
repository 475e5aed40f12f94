"""A register shows the truth in steps, turns over at its modulus, and can be set without touching the truth."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators.factory.registers import RegisterBank, displayed
from simulators.factory.signals import counter, fleet_of, gauges

FLEET = fleet_of("meter", (*gauges(1, {"p_kw": 1}), counter("e_kwh", 10, 0.01, 1e4, 3e3)), "gw", ("m-1", "m-2", "m-3"))


@given(st.floats(0, 1e9), st.sampled_from([0.01, 0.1, 1.0]), st.sampled_from([1e4, 1e6, 1e8]), st.floats(0, 1e4))
def test_a_dial_is_the_total_in_whole_steps_modulo_its_range(
    total: float, resolution: float, modulus: float, more: float
) -> None:
    shown = float(displayed(np.array([total]), resolution, modulus)[0])
    assert 0.0 <= shown < modulus
    assert shown / resolution == pytest.approx(round(shown / resolution), abs=1e-6)
    behind = (total - shown) % modulus
    assert min(behind, modulus - behind) <= resolution * 1.001
    later = float(displayed(np.array([total + more]), resolution, modulus)[0])
    assert (later - shown) % modulus == pytest.approx(
        more % modulus, abs=resolution * 1.01
    ) or more > modulus - resolution


def test_a_bank_starts_somewhere_in_mid_life_and_follows_the_truth() -> None:
    bank = RegisterBank(FLEET, seed=4)
    before = bank.shown("e_kwh", np.zeros(3))
    assert len(set(before)) == 3
    assert bank.shown("e_kwh", np.array([1.0, 2.0, 3.456])) - before == pytest.approx([1.0, 2.0, 3.45])
    assert RegisterBank(FLEET, seed=4).shown("e_kwh", np.zeros(3)) == pytest.approx(before)


def test_setting_one_dial_leaves_the_others_alone() -> None:
    bank = RegisterBank(FLEET, seed=4)
    totals = np.array([50.0, 60.0, 70.0])
    before = bank.shown("e_kwh", totals)
    bank.set_to("m-2", "e_kwh", true_total=60.0, opening=7.5)
    assert bank.shown("e_kwh", totals) == pytest.approx([before[0], 7.5, before[2]])
    assert bank.shown("e_kwh", totals + 1.0) == pytest.approx([before[0] + 1.0, 8.5, before[2] + 1.0])
