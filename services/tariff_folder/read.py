"""Reading the tariffs, holidays and contracts of a site folder, with those that are shipped behind them.

    FOLDER/tariffs/*.toml, FOLDER/holidays/*.toml --+
    library/*.toml, library/holidays/*.toml --------+--> FOLDER/contracts.toml --> what is applied: contracts, and
                                                         the tariffs and holidays that they need; all of the folder's

A folder's own file goes before a shipped one of the same code. Mistakes stop everything; a warning (a year without
holidays, a tariff for another carrier's unit) does not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from analytics.tariffs.model import Contract, Holidays, Tariff
from services.site_folder.files import read_toml
from services.site_folder.mistakes import Mistake, Mistakes, mend
from services.tariff_folder.contract_file import ContractEntry, check_terms, read_contracts
from services.tariff_folder.holiday_file import HolidayEntry, read_holidays
from services.tariff_folder.tariff_file import TariffEntry, read_tariff

#: A year's holidays are announced in the autumn before; they should be there a month ahead.
_SOON = timedelta(days=31)
TARIFF_FOLDER, HOLIDAY_FOLDER, CONTRACT_FILE = "tariffs", "holidays", "contracts.toml"


@dataclass(frozen=True, slots=True)
class Documents:
    """Tariffs and holiday calendars by code, and contracts (None: the folder says nothing about contracts)."""

    tariffs: Mapping[str, Tariff]
    holidays: Mapping[str, Holidays]
    contracts: Sequence[Contract] | None = None


@dataclass(frozen=True, slots=True)
class CheckedTariffs:
    """What a folder says about prices (None where there is a mistake), its mistakes, and warnings."""

    documents: Documents | None
    mistakes: Sequence[Mistake]
    warnings: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class _Listed:
    tariffs: dict[str, TariffEntry]
    holidays: dict[str, HolidayEntry]
    #: Whether some file could not be read: what it would have defined is not reported as missing.
    lost: bool


def read_tariff_folder(folder: Path, library: Path, today: date) -> CheckedTariffs:
    """Read and check what a site folder says about prices; `today` is asked for by the warnings only."""
    mistakes = Mistakes()
    own = _list(folder / TARIFF_FOLDER, folder / HOLIDAY_FOLDER, folder, mistakes)
    shipped = _shipped(library)
    holidays = {**shipped.holidays, **own.holidays}
    tariffs = {**shipped.tariffs, **own.tariffs}
    for entry in own.tariffs.values():
        _check_holidays(entry, holidays, own.lost)
    contracts: list[ContractEntry] = []
    path = folder / CONTRACT_FILE
    if path.exists():
        record = read_toml(path, CONTRACT_FILE, mistakes)
        contracts = [] if record is None else read_contracts(record)
    known = {code: entry.tariff for code, entry in tariffs.items()}
    for contract in contracts:
        check_terms(contract, known, own.lost)
    if mistakes.found:
        return CheckedTariffs(None, mistakes.listed())
    named = {terms.tariff for contract in contracts for terms in contract.contract.terms}
    needed = {code: known[code] for code in sorted({*own.tariffs, *named})}
    calendars = {*own.holidays, *(tariff.holidays for tariff in needed.values() if tariff.holidays)}
    documents = Documents(
        needed,
        {code: holidays[code].holidays for code in sorted(calendars)},
        [contract.contract for contract in contracts] if path.exists() else None,
    )
    return CheckedTariffs(documents, (), list(_warnings(documents, today)))


def read_one(path: Path, library: Path) -> CheckedTariffs:
    """Read and check one tariff file by itself."""
    mistakes = Mistakes()
    record = read_toml(path, path.name, mistakes)
    if record is None:
        return CheckedTariffs(None, mistakes.listed())
    entry = read_tariff(record)
    holidays = _shipped(library).holidays
    beside = path.parent.parent / HOLIDAY_FOLDER
    if beside.is_dir():
        holidays |= _holidays(beside, path.parent.parent, mistakes)
    _check_holidays(entry, holidays, lost=False)
    if mistakes.found:
        return CheckedTariffs(None, mistakes.listed())
    return CheckedTariffs(
        Documents({entry.tariff.code: entry.tariff}, {code: each.holidays for code, each in holidays.items()}), ()
    )


def read_library(library: Path) -> Documents:
    """The tariffs and holidays that are shipped."""
    found = _shipped(library)
    return Documents(
        {code: entry.tariff for code, entry in found.tariffs.items()},
        {code: entry.holidays for code, entry in found.holidays.items()},
    )


def _shipped(library: Path) -> _Listed:
    mistakes = Mistakes()
    found = _list(library, library / HOLIDAY_FOLDER, library, mistakes)
    for entry in found.tariffs.values():
        _check_holidays(entry, found.holidays, lost=False)
    assert not mistakes.found, f"the shipped tariffs have mistakes: {mistakes.listed()[0]}"
    return found


def _list(tariff_folder: Path, holiday_folder: Path, folder: Path, mistakes: Mistakes) -> _Listed:
    tariffs: dict[str, TariffEntry] = {}
    lost = False
    for path in _files(tariff_folder):
        record = read_toml(path, str(path.relative_to(folder)), mistakes)
        if record is None:
            lost = True
            continue
        entry = read_tariff(record)
        if entry.tariff.code in tariffs:
            record.wrong("code", f"tariff {entry.tariff.code!r} is in {tariffs[entry.tariff.code].record.file} already")
        tariffs.setdefault(entry.tariff.code, entry)
    holidays = _holidays(holiday_folder, folder, mistakes)
    return _Listed(tariffs, holidays, lost or len(holidays) < len(_files(holiday_folder)))


def _holidays(holiday_folder: Path, folder: Path, mistakes: Mistakes) -> dict[str, HolidayEntry]:
    found: dict[str, HolidayEntry] = {}
    for path in _files(holiday_folder):
        record = read_toml(path, str(path.relative_to(folder)), mistakes)
        if record is None:
            continue
        entry = read_holidays(record)
        if entry.holidays.code in found:
            record.wrong(
                "code", f"calendar {entry.holidays.code!r} is in {found[entry.holidays.code].record.file} already"
            )
        found[entry.holidays.code] = entry
    return found


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("*.toml") if not path.name.startswith((".", "~")))


def _check_holidays(entry: TariffEntry, holidays: Mapping[str, HolidayEntry], lost: bool) -> None:
    """A tariff's calendar and the names of holidays in its overlays must be known."""
    tariff, record = entry.tariff, entry.record
    named = {name for overlay in tariff.overlays for name in overlay.holidays}
    if tariff.holidays is None:
        if named:
            record.wrong("holidays", 'an overlay names holidays: say of which calendar, as in holidays = "china"')
        return
    calendar = holidays.get(tariff.holidays)
    if calendar is None:
        if not lost:
            what = f"there is no calendar {tariff.holidays!r} in holidays/"
            record.wrong("holidays", what + mend(tariff.holidays, holidays))
        return
    known = set(calendar.holidays.holidays.values())
    for overlay, each in zip(tariff.overlays, record.under("overlay"), strict=True):
        for name in sorted(overlay.holidays - known):
            each.wrong("holidays", f"{name!r} is no holiday of {tariff.holidays!r}{mend(name, known)}")


def _warnings(documents: Documents, today: date) -> list[str]:
    """Years of contracts that a calendar does not know, from the first term to what comes soon."""
    soon = today + _SOON
    missing: dict[str, set[int]] = {}
    for contract in documents.contracts or ():
        for at, terms in enumerate(contract.terms):
            tariff = documents.tariffs[terms.tariff]
            if tariff.holidays is None:
                continue
            last = contract.terms[at + 1].valid_from if at + 1 < len(contract.terms) else soon
            years = set(range(terms.valid_from.year, min(last, soon).year + 1))
            missing.setdefault(tariff.holidays, set()).update(years - documents.holidays[tariff.holidays].years)
    return [
        f"the holiday calendar {code!r} does not know {', '.join(map(str, sorted(years)))}: plain weekdays and "
        "weekends are used there; add [[year]] when it is announced"
        for code, years in missing.items()
        if years
    ]
