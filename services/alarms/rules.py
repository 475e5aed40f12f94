"""Rules as they are stored: what holds now, every version before it, and what they come to on the machines there are.

    alarm_rule, newest override of each machine --+
    registry, parts of the service ---------------+--> bound: an instance for each rule and machine, or why none

A rule belongs to a site, or with site "" to the service itself. Each change is a version with who made it and why; a
put that changes nothing writes nothing. Whoever evaluates hears of a change on channel `alarm_rules`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, cast

import msgspec

from analytics.alarms.binding import Binding, bind
from analytics.alarms.machine import AlarmKey, Machine, Unbound
from analytics.alarms.rule import Rule
from services.alarms import machines, rule_overrides
from services.database import Connection, rows, run
from services.rule_folder.read import circles_of
from services.statements import statements
from services.watch import parts

SQL = statements("alarm_rules")
CHANNEL = "alarm_rules"

#: Where a rule comes from: the library, the site's folder, or somebody through the API or the command line.
Origin = Literal["shipped", "site", "entered"]


class NoSuchRuleError(LookupError):
    """There is no such rule."""


@dataclass(frozen=True, slots=True)
class RuleRow:
    """A rule as it is stored."""

    rule_id: int
    site: str
    code: str
    origin: str
    version: int
    document: Any
    is_enabled: bool
    retired_at: datetime | None


@dataclass(frozen=True, slots=True)
class VersionRow:
    """A version of a rule: who made it, when and why."""

    version: int
    origin: str
    document: Any
    is_enabled: bool
    actor: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class StoredRule:
    """A rule as it holds."""

    rule_id: int
    site: str
    rule: Rule
    version: int
    origin: Origin
    is_enabled: bool
    retired_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class NewRule:
    """A rule as it is to be stored."""

    rule: Rule
    origin: Origin
    is_enabled: bool = True


@dataclass(frozen=True, slots=True)
class Bound:
    """All living rules on all machines, and by (site, code) the number and version of each rule."""

    binding: Binding
    rule_ids: Mapping[tuple[str, str], int]
    versions: Mapping[tuple[str, str], int]


def rule_of(document: object) -> Rule:
    """A rule from its stored form. Raises msgspec.ValidationError where an older or newer version wrote another one."""
    return msgspec.convert(document, Rule)


def stored_form(rule: Rule) -> object:
    """A rule as JSON values, in a fixed order: equal for equal rules."""
    return msgspec.to_builtins(rule, str_keys=True, order="deterministic")


async def load(connection: Connection, site: str | None = None) -> Mapping[str, Sequence[StoredRule]]:
    """The living rules of every site, or of one, by code; those about the service under ""."""
    found: dict[str, list[StoredRule]] = defaultdict(list)
    for row in await rows(connection, SQL["rules"], RuleRow, site, None, False):
        if (rule := _stored(row)) is not None:
            found[row.site].append(rule)
    return found


async def held(connection: Connection, site: str, code: str | None = None) -> dict[str, StoredRule]:
    """The rules of a site by code, retired ones too; or one of them."""
    found = [_stored(row) for row in await rows(connection, SQL["rules"], RuleRow, site, code, True)]
    return {rule.rule.code: rule for rule in found if rule is not None}


async def one(connection: Connection, site: str, code: str) -> StoredRule:
    """A rule. Raises NoSuchRuleError, also where there is one that this version of the platform cannot read."""
    found = await rows(connection, SQL["rules"], RuleRow, site, code, True)
    rule = _stored(found[0]) if found else None
    if rule is None:
        unread = " that can be read: `ioe rules apply` or a new version of it puts it right" if found else ""
        raise NoSuchRuleError(f"there is no rule {code!r} of {site or 'the service'}{unread}")
    return rule


async def versions(connection: Connection, site: str, code: str) -> list[VersionRow]:
    """Every version of a rule, the newest first."""
    return await rows(connection, SQL["rule_versions"], VersionRow, site, code)


async def put(connection: Connection, site: str, new: Sequence[NewRule], actor: str, reason: str) -> list[str]:
    """Store rules of a site in the caller's transaction; the codes of those that are another now."""
    await run(connection, SQL["queue_for_rules"])
    there = await held(connection, site)
    changed = [each for each in new if not _is(there.get(each.rule.code), each)]
    if changed:
        await run(
            connection,
            SQL["put_rules"],
            site,
            [each.rule.code for each in changed],
            [each.origin for each in changed],
            [stored_form(each.rule) for each in changed],
            [each.is_enabled for each in changed],
            actor,
            reason,
        )
        await run(connection, SQL["tell_rules_changed"])
    return [each.rule.code for each in changed]


async def retire(connection: Connection, site: str, codes: Sequence[str], actor: str, reason: str) -> None:
    """Take rules out of use in the caller's transaction; their alarms, versions and overrides stay."""
    if codes:
        await run(connection, SQL["retire_rules"], site, list(codes), actor, reason)
        await run(connection, SQL["tell_rules_changed"])


async def bound(connection: Connection, site: str | None = None, code: str | None = None) -> Bound:
    """Bind living rules, of every site or of one, to the machines of the registry and the parts of the service.

    The library has rules for machines that a site need not have; any other rule that meets none is told as unbound.
    """
    found = await rows(connection, SQL["rules"], RuleRow, site, code, False)
    others = await rule_overrides.held(connection, site)
    by_site = await machines_of(connection, site)
    rules: dict[str, list[Rule]] = defaultdict(list)
    unbound: list[Unbound] = []
    for row in found:
        try:
            if row.is_enabled:
                rules[row.site].append(rule_of(row.document))
        except msgspec.ValidationError as error:
            reason = f"version {row.version} of the rule cannot be read by this version of the platform: {error}"
            unbound.append(Unbound(AlarmKey(row.site, row.code, "", ""), reason))
    bindings = [bind(rules[of], others, by_site.get(of, [])) for of in sorted(rules)]
    met = {each.key[:2] for binding in bindings for each in binding.instances}
    met |= {each.key[:2] for binding in bindings for each in binding.unbound}
    on_nothing = {(row.site, row.code) for row in found if row.origin != "shipped"} - met
    unbound += [
        Unbound(AlarmKey(of, rule.code, rule.target.subject, ""), nobody(rule))
        for of in sorted(rules)
        for rule in rules[of]
        if (of, rule.code) in on_nothing
    ]
    unbound += _circles(bindings)
    return Bound(
        Binding(
            tuple(instance for each in bindings for instance in each.instances),
            (*unbound, *(one for each in bindings for one in each.unbound)),
        ),
        {(row.site, row.code): row.rule_id for row in found},
        {(row.site, row.code): row.version for row in found},
    )


def _circles(bindings: Sequence[Binding]) -> Iterator[Unbound]:
    """Rules of a site that explain each other in a circle, of which one is therefore not kept quiet."""
    for binding in bindings:
        rules = {each.key.rule: each for each in binding.instances}
        for (code, *_), text in circles_of(each.rule for each in rules.values()):
            yield Unbound(AlarmKey(rules[code].key.site, code, rules[code].key.subject_kind, ""), text)


def nobody(rule: Rule) -> str:
    """Why a rule is on no machine and unbound on none: there is none that it is for."""
    asked = (("kind", rule.target.kind), ("template", rule.target.template))
    wanted = " and ".join(f"{what} {text!r}" for what, text in asked if text)
    return f"there is no {rule.target.subject}{f' of {wanted}' if wanted else ''}, for which the rule is"


async def machines_of(connection: Connection, site: str | None = None) -> Mapping[str, Sequence[Machine]]:
    """Machines by site: those of the registry, and under "" the parts of the service; of all sites or of one."""
    found: dict[str, list[Machine]] = defaultdict(list)
    for machine in await parts.load(connection) if site in {None, ""} else []:
        found[machine.site].append(machine)
    for machine in await machines.load(connection, site) if site != "" else []:
        found[machine.site].append(machine)
    return found


def _stored(row: RuleRow) -> StoredRule | None:
    """The rule of a row; None where it cannot be read, which binding tells and applying it again mends."""
    origin = cast("Origin", row.origin)
    try:
        rule = rule_of(row.document)
    except msgspec.ValidationError:
        return None
    return StoredRule(row.rule_id, row.site, rule, row.version, origin, row.is_enabled, row.retired_at)


def _is(there: StoredRule | None, wanted: NewRule) -> bool:
    return (
        there is not None
        and there.retired_at is None
        and (there.rule, there.origin, there.is_enabled) == (wanted.rule, wanted.origin, wanted.is_enabled)
    )
