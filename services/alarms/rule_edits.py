"""Changing rules by hand, through the API or the command line: checked as a file would be, stored as a version.

An edited rule is `entered`: applying files leaves it as it is and says what they have otherwise. What only one machine
needs is an override, which is refused where the rule is not for that machine or the figures make no rule.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from analytics.alarms.binding import matches
from analytics.alarms.machine import AlarmKey, Machine
from analytics.alarms.overrides import Override
from analytics.alarms.rule import Rule, RuleError
from services import events
from services.alarms import rule_overrides, rules
from services.alarms.rules import NewRule, StoredRule
from services.database import Connection, run
from services.rule_folder.read import circles_of, read_document
from services.rule_folder.writing import differences, document


class RuleRefusedError(ValueError):
    """A rule or an override cannot be stored; each of `mistakes` says what to change."""

    def __init__(self, mistakes: Sequence[str]) -> None:
        super().__init__("; ".join(mistakes))
        self.mistakes = mistakes


async def checked(connection: Connection, site: str, given: Mapping[str, Any]) -> NewRule:
    """The rule that a document says, as one of a site ("" the service). Raises RuleRefusedError."""
    of_site = await rules.held(connection, site)
    entry, mistakes = read_document(given, [*of_site, *await rules.held(connection, "")])
    if entry.rule is None:
        raise RuleRefusedError([mistake.text for mistake in mistakes])
    others = [each.rule for code, each in of_site.items() if code != entry.code and each.retired_at is None]
    if closed := [text for circle, text in circles_of([*others, entry.rule]) if entry.code in circle]:
        raise RuleRefusedError(closed)
    if (entry.rule.target.subject == "service") != (site == ""):
        raise RuleRefusedError(["a rule about the service is one of site `service`, and all others are a site's"])
    return NewRule(entry.rule, "entered", entry.is_enabled)


async def enter(
    connection: Connection, site: str, given: Mapping[str, Any], reason: str, *, actor: str = "local"
) -> StoredRule:
    """Store a rule as a document has it; one that holds already is not stored again. Raises RuleRefusedError."""
    async with connection.transaction():
        await run(connection, rules.SQL["queue_for_rules"])
        new = await checked(connection, site, given)
        code = new.rule.code
        before = (await rules.held(connection, site, code)).get(code)
        if before is None or before.retired_at is not None or _text(before) != _text(new):
            await rules.put(connection, site, [new], actor, reason)
            changes = ["new"] if before is None else differences(_text(before), _text(new))
            await _tell(connection, site, code, changes, actor, reason)
        return await rules.one(connection, site, code)


async def override(
    connection: Connection, key: AlarmKey, wanted: Override | None, reason: str, *, actor: str = "local"
) -> bool:
    """Give a machine other figures, or with None the rule's own again; whether that is anything new.

    Raises NoSuchRuleError and RuleRefusedError.
    """
    async with connection.transaction():
        await run(connection, rules.SQL["queue_for_rules"])
        rule = (await rules.one(connection, key.site, key.rule)).rule
        if wanted is not None:
            _require_fitting(rule, wanted, key, (await rules.machines_of(connection, key.site)).get(key.site, ()))
        is_new = await rule_overrides.put(connection, key, wanted, actor, reason)
        if is_new:
            what = "the rule's own again" if wanted is None or wanted.is_empty else "other figures"
            await _tell(connection, key.site, key.rule, [f"{key.subject}: {what}"], actor, reason)
        return is_new


def _require_fitting(rule: Rule, wanted: Override, key: AlarmKey, machines: Sequence[Machine]) -> None:
    machine = next((each for each in machines if (each.subject, each.code) == (key.subject_kind, key.subject)), None)
    if machine is None:
        raise RuleRefusedError([f"there is no {key.subject_kind} {key.subject!r}"])
    if not matches(rule.target, machine):
        raise RuleRefusedError([f"rule {rule.code!r} is not for {key.subject!r}: see which machines it is for"])
    try:
        wanted.applied(rule)
    except RuleError as error:
        raise RuleRefusedError([str(error)]) from error


def _text(rule: StoredRule | NewRule) -> dict[str, Any]:
    return document(rule.rule, is_enabled=rule.is_enabled)


async def _tell(connection: Connection, site: str, code: str, changes: Sequence[str], actor: str, reason: str) -> None:
    made = [f"changed  rule {site or 'service'}/{code}: {'; '.join(changes)}"]
    payload = {"changes": made, "actor": actor, "reason": reason}
    await events.record(connection, "alarm_rules.changed", site or "service", payload)
