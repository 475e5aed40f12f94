"""Site folders and the mistakes that must be found in them.

To add a case: make `golden/<case>/folder/` with the files, run this test, read what it says, and when it says the
right thing to the right person, save that as `golden/<case>/expected.txt`. An empty one stands for a good folder.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from analytics.registry.quantities import QUANTITIES
from services.site_folder.read import read_folder

GOLDEN = Path(__file__).parent / "golden"
#: The lists of which the manual has an example.
LISTS = ("meters.csv", "registers.csv", "allocations.csv")
_REGISTERS = """key = "import_energy_kwh"
name = "Imported"
quantity = "energy"
unit = "kWh"
kind = "counter"
expected_interval_s = 15

[[point]]
key = "export_energy_kwh"
name = "Exported"
quantity = "energy"
unit = "kWh"
kind = "counter"
expected_interval_s = 15
"""
CASES = sorted(path.name for path in GOLDEN.iterdir())
MANUAL = Path(__file__).parents[2] / "docs" / "site-folder.md"
SITES = Path(__file__).parents[2] / "deploy" / "sites"


@pytest.mark.parametrize("case", CASES)
def test_every_mistake_is_named_with_its_line_and_its_mend(case: str) -> None:
    checked = read_folder(GOLDEN / case / "folder")
    expected = (GOLDEN / case / "expected.txt").read_text("utf-8").splitlines()
    assert [str(mistake) for mistake in checked.mistakes] == expected
    assert (checked.registry is None) == bool(expected)


@pytest.mark.parametrize("site", sorted(path.name for path in SITES.iterdir()))
def test_the_sites_that_come_with_the_project_have_no_mistakes(site: str) -> None:
    checked = read_folder(SITES / site)
    assert [str(mistake) for mistake in checked.mistakes] == []
    assert checked.registry is not None
    assert checked.registry.site.code == site


def test_the_examples_of_the_manual_are_a_good_folder(tmp_path: Path) -> None:
    site, template = re.findall(r"^```toml\n(.*?)^```", MANUAL.read_text("utf-8"), re.DOTALL | re.MULTILINE)
    (tmp_path / "templates").mkdir()
    (tmp_path / "site.toml").write_text(site, "utf-8")
    (tmp_path / "templates" / "power_meter.toml").write_text(template, "utf-8")
    energy = re.sub(r'key = "state".*', _REGISTERS, template, flags=re.DOTALL)
    (tmp_path / "templates" / "meter.toml").write_text(
        energy.replace('code = "power_meter"', 'code = "meter"'), "utf-8"
    )
    devices = "".join(f"m-10{number},Meter,meter,b1/f1\n" for number in (1, 2, 3))
    (tmp_path / "devices.csv").write_text(f"code,name,template,space\n{devices}m-100,M,power_meter,\n", "utf-8")
    for file, rows in zip(
        LISTS, re.findall(r"^```csv\n(.*?)^```", MANUAL.read_text("utf-8"), re.DOTALL | re.MULTILINE), strict=True
    ):
        (tmp_path / file).write_text(rows, "utf-8")
    assert [str(mistake) for mistake in read_folder(tmp_path).mistakes] == []


def test_the_manual_names_every_quantity_with_its_unit() -> None:
    table = re.findall(r"^\| ([a-z_*, ]+) \| (.+) \|$", MANUAL.read_text("utf-8"), re.MULTILINE)
    said = {
        quantity: unit
        for quantities, units in table
        for quantity, unit in zip(quantities.split(", "), units.split(", "), strict=False)
    }
    for quantity in QUANTITIES.values():
        assert said[quantity.code + "*" * quantity.counts] == quantity.unit


def test_a_good_folder_reads_as_what_it_says() -> None:
    registry = read_folder(GOLDEN / "good" / "folder").registry
    assert registry is not None
    assert set(registry.spaces) == {"b1", "b1/f1"}
    power = registry.points["m-1/active_power_kw"]
    assert (power.minimum, power.maximum, power.canonical_unit) == (None, 2000, "kW")
    outlet = registry.points["c-1/element_outlet_temperature"]
    assert (outlet.unit, outlet.canonical_unit) == ("degF", "degC")
    assert outlet.minimum == pytest.approx(0, abs=1e-12)
    assert outlet.maximum == pytest.approx(121.111, abs=1e-3)
    assert registry.points["c-1/state"].states == {"loaded": 2, "stopped": 0, "unloaded": 1}
    assert registry.points["gw-1/door"].states == {"closed": 0, "open": 1}
    assert {(alias.name, alias.target) for alias in registry.aliases.values()} == {
        ("device:m-001", "m-1"),
        ("device:m-01", "m-1"),
        ("space:b1/g", "b1/f1"),
        ("space:b1/ground", "b1/f1"),
        ("point:柜 7/Total kW", "m-1/active_power_kw"),
        ("point:c-1/outlet_temperature", "c-1/element_outlet_temperature"),
    }
