"""Reading the rules that are shipped, and those of a site folder that go before them.

    library/*.toml ---------+--> one rule a code: the folder's own, else the shipped one
    FOLDER/rules/*.toml ----+

All mistakes are collected, each with its file and line. A rule that names another one (as what explains it, or in the
evidence of a cause) must name one that there is. Rules about the service itself are not a site's and come from the
library only. Rules that explain each other in a circle are a mistake: one of them would not be kept quiet after all.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from analytics.alarms.explaining import explained_by
from analytics.alarms.expression import ExpressionError
from analytics.alarms.rule import Rule
from analytics.alarms.rule_expressions import of_evidence
from analytics.registry.circles import circles, shown
from services.rule_folder.fields import document_record
from services.rule_folder.rule_file import RuleEntry, read_rule, read_rules
from services.site_folder.files import read_toml
from services.site_folder.mistakes import Mistake, Mistakes, mend
from services.site_folder.record import Record

RULE_FOLDER = "rules"
_MENDED = 20


@dataclass(frozen=True, slots=True)
class FolderRule:
    """A rule as a file has it."""

    rule: Rule
    origin: Literal["shipped", "site"]
    is_enabled: bool


@dataclass(frozen=True, slots=True)
class CheckedRules:
    """The rules of a library and a folder by code (None where there is a mistake), and the mistakes."""

    rules: Mapping[str, FolderRule] | None
    mistakes: Sequence[Mistake]

    @property
    def rule_of(self) -> Mapping[str, Rule]:
        """The rules themselves, as far as there are any."""
        return {code: each.rule for code, each in (self.rules or {}).items()}


def read_rule_folder(folder: Path | None, library: Path) -> CheckedRules:
    """Read and check the shipped rules and, where a folder is given, its own."""
    mistakes = Mistakes()
    entries = _entries(library, library.parent, mistakes)
    origins: dict[str, Literal["shipped", "site"]] = dict.fromkeys(entries, "shipped")
    own = {} if folder is None else _entries(folder / RULE_FOLDER, folder, mistakes)
    for entry in own.values():
        if entry.rule is not None and entry.rule.target.subject == "service":
            text = (
                "rules about the service itself are not a site's: `ioe rules set` changes one of those that are shipped"
            )
            entry.record.wrong("for", text)
    entries |= own
    origins |= dict.fromkeys(own, "site")
    for entry in entries.values():
        _check_others(entry.read, entry.record, set(entries))
    _check_circles(entries, own or entries, ())
    if mistakes.found:
        return CheckedRules(None, mistakes.listed())
    return CheckedRules(
        {
            code: FolderRule(entry.rule, origins[code], entry.is_enabled)
            for code, entry in sorted(entries.items())
            if entry.rule is not None
        },
        (),
    )


def read_file(path: Path, known: Mapping[str, Rule]) -> CheckedRules:
    """Read and check one rule file by itself; `known` are the rules that it may name besides its own."""
    mistakes = Mistakes()
    found: dict[str, RuleEntry] = {}
    record = read_toml(path, path.name, mistakes)
    for entry in () if record is None else read_rules(record):
        _only_once(found, entry)
    for entry in found.values():
        _check_others(entry.read, entry.record, {*found, *known})
    _check_circles(found, found, known.values())
    if mistakes.found:
        return CheckedRules(None, mistakes.listed())
    rules = {code: entry for code, entry in found.items() if entry.rule is not None}
    return CheckedRules({code: FolderRule(each.rule, "site", each.is_enabled) for code, each in rules.items()}, ())  # type: ignore[arg-type]


def read_document(document: Mapping[str, Any], known: Sequence[str]) -> tuple[RuleEntry, list[Mistake]]:
    """Read and check one rule that came as a document of the same fields; `known` are codes that it may name."""
    mistakes = Mistakes()
    record = document_record(document, "rule", mistakes)
    if mistakes.found:
        return RuleEntry("", None, False, record), mistakes.listed()
    entry = read_rule(record)
    _check_others(entry.read, entry.record, {*known, entry.code})
    return (replace(entry, rule=None) if mistakes.found else entry), mistakes.listed()


def _entries(folder: Path, root: Path, mistakes: Mistakes) -> dict[str, RuleEntry]:
    found: dict[str, RuleEntry] = {}
    for path in sorted(path for path in folder.glob("*.toml") if not path.name.startswith((".", "~"))):
        record = read_toml(path, str(path.relative_to(root)), mistakes)
        for entry in () if record is None else read_rules(record):
            _only_once(found, entry)
    return found


def _only_once(found: dict[str, RuleEntry], entry: RuleEntry) -> None:
    if entry.code in found:
        there = found[entry.code].record
        entry.record.wrong("code", f"rule {entry.code!r} is in {there.file}:{there.line} already")
    found.setdefault(entry.code, entry)


def _check_others(rule: Rule | None, record: Record, known: set[str]) -> None:
    unknown = () if rule is None else (each for each in _named(rule) if each[1] not in known)
    for number, (field, code) in enumerate(unknown):
        # To look for a similar code takes milliseconds, and a document may name thousands.
        record.wrong(field, f"there is no rule {code!r}{mend(code, known) if number < _MENDED else ''}")


def circles_of(rules: Iterable[Rule]) -> Iterator[tuple[list[str], str]]:
    """Rules that explain each other in a circle, and what to do about it."""
    for circle in circles(explained_by(rules)):
        yield circle, f"rules explain each other in a circle, {shown(circle)}: take one `suppressed_by` of them away"


def _check_circles(entries: Mapping[str, RuleEntry], own: Collection[str], known: Iterable[Rule]) -> None:
    """Note each circle once, at one of the rules that the reader can change."""
    rules = {rule.code: rule for rule in known}
    rules |= {code: entry.read for code, entry in entries.items() if entry.read is not None}
    for circle, text in circles_of(rules.values()):
        if mine := next((code for code in circle if code in own), None):
            entries[mine].record.wrong("suppressed_by", text)


def _named(rule: Rule) -> Iterator[tuple[str, str]]:
    for suppression in rule.suppressed_by:
        yield "suppressed_by", suppression.rule
    try:
        for expression in of_evidence(rule):
            yield from (("cause", ask.of) for ask in expression.asks if not ask.over_s)
    except ExpressionError:
        return  # which is a mistake that is noted already
