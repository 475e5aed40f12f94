"""From rule files to rules that hold: what differs first, then one transaction.

    in a file and not stored            added
    in a file and stored otherwise      changed; but one that somebody edited through the API or the command line is
                                        kept, and what the file has otherwise is told, until it is taken on purpose
    stored, and no longer in a file     retired; edited ones and those of other folders stay

Shipped rules are each site's own copy; those about the service are there once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import msgspec

from services import events
from services.alarms import rules
from services.alarms.rules import NewRule, StoredRule, VersionRow
from services.database import Connection, run
from services.rule_folder.read import FolderRule
from services.rule_folder.writing import differences, document

SERVICE = ""
#: An event names so many changes; the first time there are all that are shipped.
_TOLD = 50


@dataclass(frozen=True, slots=True)
class RuleChange:
    """A rule that a file has otherwise than the database."""

    action: Literal["added", "changed", "retired", "kept"]
    site: str
    code: str
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.action:8} rule {self.site or 'service'}/{self.code}{f': {self.detail}' if self.detail else ''}"


@dataclass(frozen=True, slots=True)
class Applying:
    """What files say about the rules of a site, or of the service, and how far it goes."""

    wanted: Mapping[str, FolderRule]
    has_folder: bool
    """Whether the site's own folder was read too: without it, rules from there are left as they are."""
    replace_edited: bool = False
    only: frozenset[str] = frozenset()
    """The edited rules that are replaced, by code; none named: all of them."""

    def takes(self, code: str) -> bool:
        """Whether the file's rule is taken in place of the edited one."""
        return self.replace_edited and (not self.only or code in self.only)


async def plan(connection: Connection, site: str, applying: Applying) -> list[RuleChange]:
    """What differs from what holds, for the site and for the service."""
    found: list[RuleChange] = []
    for of in (site, SERVICE):
        found += _plan(of, await rules.held(connection, of), applying)
    return found


async def apply(
    connection: Connection, site: str, applying: Applying, actor: str = "local", reason: str = "applied from files"
) -> list[RuleChange]:
    """Make the rules what the files say; the changes that were made, and those that were kept back."""
    found: list[RuleChange] = []
    async with connection.transaction():
        await run(connection, rules.SQL["queue_for_rules"])
        for of in (site, SERVICE):
            changes = _plan(of, await rules.held(connection, of), applying)
            put = [change.code for change in changes if change.action in {"added", "changed"}]
            new = [_new(applying.wanted[code]) for code in put]
            await rules.put(connection, of, new, actor, reason)
            gone = [change.code for change in changes if change.action == "retired"]
            await rules.retire(connection, of, gone, actor, f"{reason}: no longer there")
            made = [str(change) for change in changes if change.action != "kept"]
            if made:
                told = made if len(made) <= _TOLD else [*made[:_TOLD], f"and {len(made) - _TOLD} more"]
                await events.record(connection, "alarm_rules.changed", of or "service", {"changes": told})
            found += changes
    return found


def _new(wanted: FolderRule) -> NewRule:
    return NewRule(wanted.rule, wanted.origin, wanted.is_enabled)


def _plan(site: str, held: Mapping[str, StoredRule], applying: Applying) -> list[RuleChange]:
    found: list[RuleChange] = []
    wanted = {code: each for code, each in applying.wanted.items() if _belongs(each, site)}
    for code, each in wanted.items():
        there = held.get(code)
        if there is None or there.retired_at is not None:
            back = "" if there is None else " (again)"
            found.append(RuleChange("added", site, code, f"{each.rule.name}{back}"))
        elif there.origin == "site" and not applying.has_folder:
            continue
        elif there.origin == "entered" and not applying.takes(code):
            if kept := differing(there, each):
                text = f"edited here; the {each.origin} rule has it otherwise: {'; '.join(kept)}"
                found.append(RuleChange("kept", site, code, text))
        elif changed := [*differing(there, each), *_moved(there, each)]:
            found.append(RuleChange("changed", site, code, "; ".join(changed)))
    for code, there in held.items():
        left = there.origin == "entered" or (there.origin == "site" and not applying.has_folder)
        if there.retired_at is None and code not in wanted and not left:
            found.append(RuleChange("retired", site, code, there.rule.name))
    return found


def _belongs(wanted: FolderRule, site: str) -> bool:
    return (wanted.rule.target.subject == "service") == (site == SERVICE)


def differing(there: StoredRule, wanted: FolderRule) -> Sequence[str]:
    """What a file has otherwise than the stored rule, piece by piece."""
    return differences(
        document(there.rule, is_enabled=there.is_enabled), document(wanted.rule, is_enabled=wanted.is_enabled)
    )


def version_changes(versions: Sequence[VersionRow]) -> Iterator[tuple[VersionRow, Sequence[str]]]:
    """Versions, given the newest first, each with what it made otherwise than the one before."""
    written = [_written(version) for version in versions]
    for version, after, before in zip(versions, written, [*written[1:], {}], strict=True):
        if after is None or before is None:
            which = version.version if after is None else version.version - 1
            yield version, [f"version {which} cannot be read by this version of the platform: no comparison"]
        else:
            yield version, differences(before, after) if before else ["new"]


def _written(version: VersionRow) -> Mapping[str, Any] | None:
    try:
        return document(rules.rule_of(version.document), is_enabled=version.is_enabled)
    except msgspec.ValidationError:
        return None


def _moved(there: StoredRule, wanted: FolderRule) -> Sequence[str]:
    return [] if there.origin == wanted.origin else [f"origin {there.origin} -> {wanted.origin}"]
