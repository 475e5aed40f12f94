"""`ioe tariff` as people and scripts call it: what it prints and how it ends."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from deploy.cli import main
from tests.tariffs import shipped

GOLDEN = Path(__file__).parent / "golden"
URDB = Path(__file__).parent / "vectors" / "sce_tou-8_option-d_under-2kv.json"


def ioe(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


@pytest.fixture
def database(database_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("IOE_DATABASE_URL", database_url)
    return database_url


def test_check_lists_the_mistakes_and_ends_with_1() -> None:
    result = ioe("tariff", "check", GOLDEN / "contracts" / "folder")
    assert result.exit_code == 1
    assert result.stdout == (GOLDEN / "contracts" / "expected.txt").read_text("utf-8")
    assert result.stderr == f"Error: 11 mistakes in {GOLDEN / 'contracts' / 'folder'}\n"


def test_check_draws_the_bands_of_each_season() -> None:
    result = ioe("tariff", "check", shipped.LIBRARY / "jiangsu-2025-426.toml")
    assert result.exit_code == 0
    spring = result.stdout[result.stdout.index("Mar, Apr, May, Sep, Oct, Nov") :].splitlines()
    assert spring[:6] == [
        "Mar, Apr, May, Sep, Oct, Nov   [V]",
        "  00    03    06    09    12    15    18    21    24",
        "  ++++--------++++++++--------++##############++++",
        "  # peak          15:00-22:00  (7 h)",
        "  + intermediate  00:00-02:00, 06:00-10:00, 14:00-15:00, 22:00-24:00  (9 h)",
        "  - off_peak      02:00-06:00, 10:00-14:00  (8 h)",
    ]


def test_check_warns_of_years_without_holidays() -> None:
    result = ioe("tariff", "check", GOLDEN / "good" / "folder")
    assert result.exit_code == 0
    assert "does not know 2021, 2022" in result.stdout


def test_show_names_bands_prices_and_how_well_they_are_attested() -> None:
    whole = ioe("tariff", "show", "jiangsu-2023-555", "--shipped")
    assert "critical_peak 2.06352" in whole.stdout
    assert "[V2: 9-11 lies inside the peak]" in whole.stdout
    day = ioe("tariff", "show", "guangdong-2021-331", "--shipped", "--date", "2026-05-20", "--critical")
    assert day.stdout.splitlines() == [
        "guangdong-2021-331 on Wednesday 2026-05-20 (weekday, critical), class industry",
        "  00    03    06    09    12    15    18    21    24",
        "  ----------------++++##!!++++##!!!!####++++++++++",
        "  ! critical_peak 11:00-12:00, 15:00-17:00  (3 h)",
        "  # peak          10:00-11:00, 14:00-15:00, 17:00-19:00  (4 h)",
        "  + intermediate  08:00-10:00, 12:00-14:00, 19:00-24:00  (9 h)",
        "  - off_peak      00:00-08:00  (8 h)",
        "  critical_peak 1.3097 CNY/kWh",
        "  peak          1.0537 CNY/kWh",
        "  intermediate  0.6319 CNY/kWh",
        "  off_peak      0.2584 CNY/kWh",
    ]


def test_show_asks_for_the_class_and_knows_what_there_is() -> None:
    unclear = ioe("tariff", "show", "jiangsu-2025-426", "--shipped", "--date", "2026-05-20")
    assert (unclear.exit_code, "two-part" in unclear.stderr) == (1, True)
    unknown = ioe("tariff", "show", "jiangsu-2025", "--shipped")
    assert "there is no tariff 'jiangsu-2025': there are example-gas" in unknown.stderr


def test_import_writes_a_file_that_checks_and_names_the_rest(tmp_path: Path) -> None:
    target = tmp_path / "sce.toml"
    result = ioe("tariff", "import", URDB, "--code", "sce-tou-8", "--output", target)
    assert result.exit_code == 0
    assert "not expressed: demandratestructure[2]: 29.54 per kW of demand in certain hours" in result.stdout
    assert ioe("tariff", "check", target).exit_code == 0
    assert "is there already" in ioe("tariff", "import", URDB, "--output", target).stderr


def test_a_site_is_applied_with_its_contracts_once(database: str, tmp_path: Path) -> None:
    del database
    folder = tmp_path / "kunshan"
    shutil.copytree(shipped.SITE, folder)
    early = ioe("tariff", "apply", folder)
    assert (early.exit_code, early.stderr.splitlines()[-1]) == (
        1,
        "Error: there is no site 'kunshan': apply its folder first: `ioe site apply`",
    )
    first = ioe("site", "apply", folder)
    assert first.exit_code == 0, first.output
    assert "added    contract kunshan/electricity: jiangsu-2023-555 from 2023-07-01; jiangsu-2025-426" in first.stdout
    again = ioe("tariff", "apply", folder)
    assert (again.exit_code, again.stdout) == (0, "kunshan: nothing to change\n")
    # Shown as applied, without a folder.
    assert "kunshan-gas: Gas for industry" in ioe("tariff", "show", "kunshan-gas").stdout
    water = folder / "tariffs" / "kunshan-water.toml"
    water.write_text(water.read_text("utf-8").replace("price = 1.60", "price = 1.75"), "utf-8")
    dry = ioe("tariff", "apply", folder, "--dry-run")
    changed = ioe("tariff", "apply", folder)
    assert dry.stdout == "changed  tariff kunshan-water: components\n"
    assert changed.stdout.startswith(dry.stdout)
    # A contract goes only where somebody says so.
    contracts = folder / "contracts.toml"
    text = contracts.read_text("utf-8")
    contracts.write_text(text[: text.index('[[contract]]\ncode = "gas"')], "utf-8")
    refused = ioe("tariff", "apply", folder)
    assert (refused.exit_code, "say --yes" in refused.stderr) == (1, True)
    assert ioe("tariff", "apply", folder, "--yes").stdout.startswith("retired  contract kunshan/gas\n")
