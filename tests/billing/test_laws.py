"""Laws of bills over any inputs: kept inputs give the same bill, lines add up, parts and the rest are the whole."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.billing.bill import bill, units
from analytics.billing.inputs import (
    BandEnergy,
    BillInputs,
    Claim,
    MonthlyCharges,
    Peak,
    Reactive,
    Stretch,
    TierStep,
    UnitPrice,
)
from analytics.billing.sharing import Subject, bill_of, part, unallocated
from analytics.tariffs.bands import Band

FIRST = date(2024, 2, 1)  # 29 days
NODES = ["a", "a/x", "a/x/1", "b", "c"]
micro = st.integers(0, 10**13)
price = st.decimals(0, 5, places=4)
band = st.sampled_from(list(Band))


def prices() -> st.SearchStrategy[tuple[UnitPrice, ...]]:
    floating = st.tuples(
        *(st.builds(UnitPrice, st.just("energy"), st.just("Energy"), st.just(each), price) for each in list(Band)[1:])
    )
    flat = st.builds(UnitPrice, st.just("funds"), st.just("Funds"), st.none(), price, st.booleans())
    return st.tuples(floating, flat).map(lambda both: (*both[0], both[1]))


energies = st.lists(band, unique=True).flatmap(
    lambda bands: st.tuples(*(st.builds(BandEnergy, st.just(each), micro, micro, micro) for each in bands))
)
charges = st.builds(
    MonthlyCharges,
    fixed=price,
    demand_mode=st.sampled_from(["none", "capacity", "contract", "actual"]),
    capacity_price_per_kva=price,
    demand_price_per_kw=price,
    transformer_kva=st.decimals(0, 5000, places=1),
    contract_kw=st.decimals(0, 5000, places=1),
)
claims = st.lists(
    st.builds(Claim, st.just("space"), st.sampled_from(NODES), band, st.decimals(0, 10**13, places=3)), max_size=8
).map(tuple)
tiers = st.sampled_from([(), (TierStep(Decimal(1000), Decimal("2.5")), TierStep(None, Decimal("3.1")))])


@st.composite
def months(draw: st.DrawFn) -> BillInputs:
    cuts = sorted(draw(st.sets(st.integers(1, 28), max_size=3)))
    days = [0, *cuts, 29]
    stretches = tuple(
        Stretch(
            FIRST + timedelta(days=begin),
            FIRST + timedelta(days=end),
            "t",
            "d",
            draw(prices()),
            draw(energies),
            draw(micro),
            draw(st.one_of(st.none(), price)),
            draw(charges),
            draw(tiers),
            "month",
            draw(claims),
        )
        for begin, end in pairwise(days)
    )
    return BillInputs(
        FIRST,
        "electricity",
        "kWh",
        "CNY",
        stretches,
        draw(st.integers(0, 4)),
        draw(st.one_of(st.none(), st.builds(Peak, price, st.just("fixed"), st.just(datetime(2024, 2, 3, tzinfo=UTC))))),
        draw(st.one_of(st.none(), st.builds(Reactive, micro, micro))),
        draw(st.sampled_from([None, Decimal("0.90"), Decimal("0.85"), Decimal("0.80")])),
        draw(micro),
        main_meters=("main",),
    )


@settings(max_examples=30)
@given(months())
def test_inputs_that_were_kept_give_the_same_bill(inputs: BillInputs) -> None:
    kept = msgspec.json.encode(msgspec.to_builtins(inputs, str_keys=True))
    again = msgspec.convert(msgspec.json.decode(kept), BillInputs, str_keys=True)
    assert again == inputs
    for subject in (Subject("meter", "main"), Subject("space", "a/x")):
        assert bill_of(again, subject) == bill_of(inputs, subject)


@settings(max_examples=30)
@given(months())
def test_every_unit_is_billed_once_by_each_component_or_shown_as_unbilled(inputs: BillInputs) -> None:
    lines = bill(inputs).lines
    for stretch in inputs.stretches:
        drawn = sum((units(e.total_micro) for e in stretch.energies if e.band != Band.UNBILLED), Decimal(0))
        here = [line for line in lines if (line.from_day, line.until_day) == (stretch.from_day, stretch.until_day)]
        for component in ("energy", "funds"):
            assert _sum(line.quantity for line in here if line.component == component) == drawn
        if stretch.tiers:
            assert _sum(line.quantity for line in here if line.kind == "tier") == drawn
        unbilled = _sum(units(e.total_micro) for e in stretch.energies if e.band == Band.UNBILLED)
        assert _sum(line.quantity for line in here if line.kind == "unbilled") == unbilled


@settings(max_examples=30)
@given(months())
def test_each_level_of_a_tree_adds_up(inputs: BillInputs) -> None:
    whole = bill(inputs)
    of = {name: part(whole, inputs, Subject("space", name)) for name in NODES}
    assert whole.total == _sum(line.amount for line in whole.lines)
    assert of["a"].total + of["b"].total + of["c"].total + unallocated(whole, inputs, "space") == whole.total
    cent = Decimal(1).scaleb(-inputs.amount_decimals)
    for share in of.values():
        assert all(line.amount == line.amount.quantize(cent) for line in share.lines)


def _sum(numbers: Iterable[Decimal]) -> Decimal:
    return sum(numbers, Decimal(0))
