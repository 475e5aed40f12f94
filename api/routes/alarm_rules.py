"""Rules of alarms: which there are and where they hold, changing them, and trying one against history."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from analytics.alarms.machine import AlarmKey, Unbound
from analytics.alarms.rule import Rule, RuleError
from api.alarm_answers import Code, SiteOrService, Systems, site_named
from api.context import Database
from api.instants import zoned
from api.openapi_parts import WITH_A_BODY, problems
from api.pages import PageOf, PageWanted
from api.parameters import Search
from api.problems import Problem, refused_as
from api.reasons import Reason
from api.rule_models import (
    AlarmRule,
    AlarmRuleDetail,
    NewOverride,
    NewRuleVersion,
    RuleOverride,
    UnboundRule,
    rule_members,
    version_members,
)
from api.trial_models import RuleToTry, TrialAnswer, TrialWanted
from services.alarms import rule_edits, rule_overrides, rules, trial
from services.alarms.rule_edits import RuleRefusedError
from services.alarms.rules import NoSuchRuleError, StoredRule
from services.alarms.trial import CannotTryError
from services.database import Connection
from services.rule_folder.writing import document

router = APIRouter(prefix="/alarm-rules", tags=["alarms"], dependencies=[Depends(zoned)])

#: What one request may try: more takes longer than anybody waits for an answer.
LONGEST_TRIAL = timedelta(days=15)
MOST_READINGS = 4_000_000
_ONE_RULE = ("site-not-found", "rule-not-found")
_ONE_TRIAL = asyncio.Lock()


@router.get("", operation_id="list_alarm_rules", summary="Rules of alarms", responses=problems("site-not-found"))
async def list_alarm_rules(
    connection: Database,
    response: Response,
    wanted: PageWanted,
    site: SiteOrService = None,
    system: Systems = None,
    search: Search = None,
) -> PageOf[AlarmRule]:
    """Rules by site and code, with how many machines each is on."""
    named = await site_named(connection, site)
    bound = await rules.bound(connection, named)
    on = Counter((each.key.site, each.key.rule) for each in bound.binding.instances)
    not_on = Counter((each.key.site, each.key.rule) for each in bound.binding.unbound)
    found = [
        stored
        for of_site in (await rules.load(connection, named)).values()
        for stored in of_site
        if (not system or stored.rule.system in system)
        and (search is None or search.lower() in f"{stored.rule.code} {stored.rule.name} {stored.rule.name_zh}".lower())
    ]
    shown, following = wanted.part(found, _place)
    items = (
        AlarmRule.model_validate(rule_members(each, on[each.site, each.rule.code], not_on[each.site, each.rule.code]))
        for each in shown
    )
    return wanted.page(response, items, following)


@router.get(
    "/unbound",
    operation_id="list_unbound_rules",
    summary="Where rules cannot apply",
    responses=problems("site-not-found"),
)
async def list_unbound_rules(
    connection: Database, response: Response, wanted: PageWanted, site: SiteOrService = None
) -> PageOf[UnboundRule]:
    """Rules that are for a machine and cannot apply there, by site, rule and machine, each with the reason."""
    bound = await rules.bound(connection, await site_named(connection, site))
    shown, following = wanted.part(bound.binding.unbound, _unbound_place)
    return wanted.page(response, map(UnboundRule.of, shown), following)


@router.get("/{site}/{code}", operation_id="get_alarm_rule", summary="One rule", responses=problems(*_ONE_RULE))
async def get_alarm_rule(site: Code, code: Code, connection: Database) -> AlarmRuleDetail:
    """A rule with its versions, the machines it is on, and what single machines have otherwise."""
    return await _detail(connection, await _stored(connection, site, code))


@router.put(
    "/{site}/{code}",
    operation_id="put_alarm_rule",
    summary="Change a rule, or add one",
    responses=problems("site-not-found", "rule-refused", *WITH_A_BODY),
)
async def put_alarm_rule(site: Code, code: Code, connection: Database, new: NewRuleVersion) -> AlarmRuleDetail:
    """The rule as given becomes its newest version, at once and at every machine.

    From then on files leave it as it is. Safe to repeat: what holds already makes no version.
    """
    named = await site_named(connection, site) or ""
    if new.rule.get("code", code) != code:
        raise Problem("rule-refused", f"The address says {code!r} and the rule another code.", more={"mistakes": []})
    with _refusing():
        stored = await rule_edits.enter(connection, named, {**new.rule, "code": code}, new.reason)
    return await _detail(connection, stored)


@router.put(
    "/{site}/{code}/overrides/{machine}",
    operation_id="put_rule_override",
    summary="Other figures for one machine",
    responses=problems(*_ONE_RULE, "rule-refused", *WITH_A_BODY),
)
async def put_rule_override(
    site: Code, code: Code, machine: Code, connection: Database, new: NewOverride
) -> list[RuleOverride]:
    """Give a machine its own limits, deadband and delays, or switch the rule off there; answers with all overrides.

    Safe to repeat: what holds already is not stored again.
    """
    stored = await _stored(connection, site, code)
    with _refusing():
        await rule_edits.override(connection, _key(stored, machine), new.override, new.reason)
    return [RuleOverride.of(row) for row in await rule_overrides.listed(connection, stored.site, code)]


@router.delete(
    "/{site}/{code}/overrides/{machine}",
    operation_id="delete_rule_override",
    summary="The rule's own figures again",
    responses=problems(*_ONE_RULE),
)
async def delete_rule_override(
    site: Code, code: Code, machine: Code, connection: Database, reason: Annotated[Reason, Query()]
) -> list[RuleOverride]:
    """Take away what a machine has otherwise; answers with the overrides that are left. Safe to repeat."""
    stored = await _stored(connection, site, code)
    await rule_edits.override(connection, _key(stored, machine), None, reason)
    return [RuleOverride.of(row) for row in await rule_overrides.listed(connection, stored.site, code)]


@router.post(
    "/try",
    operation_id="try_new_rule",
    summary="Try a rule that is not stored",
    responses=problems("site-not-found", "rule-refused", "trial-refused", *WITH_A_BODY),
)
async def try_new_rule(connection: Database, wanted: RuleToTry) -> TrialAnswer:
    """Which alarms the rule as given would have raised at a site, from the readings as they are stored."""
    site = await site_named(connection, wanted.site) or ""
    with _refusing():
        new = await rule_edits.checked(connection, site, wanted.rule)
    return await _tried(connection, site, new.rule, wanted, as_given=wanted.as_given)


@router.post(
    "/{site}/{code}/try",
    operation_id="try_alarm_rule",
    summary="Try a rule against history",
    responses=problems(*_ONE_RULE, "trial-refused", *WITH_A_BODY),
)
async def try_alarm_rule(site: Code, code: Code, connection: Database, wanted: TrialWanted) -> TrialAnswer:
    """Which alarms the rule as it holds would have raised, with the overrides of its machines."""
    stored = await _stored(connection, site, code)
    return await _tried(connection, stored.site, stored.rule, wanted)


async def _tried(
    connection: Connection, site: str, rule: Rule, wanted: TrialWanted, *, as_given: bool = False
) -> TrialAnswer:
    with refused_as("invalid-request", CannotTryError):
        start, stop = trial.span(wanted.start, wanted.stop, datetime.now(UTC))
    if stop - start > LONGEST_TRIAL:
        raise Problem("trial-refused", f"A trial may span {LONGEST_TRIAL.days} days at most: shorten it.")
    if _ONE_TRIAL.locked():
        raise Problem("trial-refused", "Another trial is running: try again when it has ended.")
    async with _ONE_TRIAL:
        with refused_as("trial-refused", CannotTryError):
            prepared = await trial.prepare(connection, site, rule, wanted.machines, as_given=as_given)
        if (readings := prepared.readings(start, stop)) > MOST_READINGS:
            text = f"This would read about {readings:,} readings, and {MOST_READINGS:,} are the most in one trial"
            raise Problem("trial-refused", f"{text}: shorten the span or name fewer machines.")
        return TrialAnswer.of(await trial.run(connection, prepared, start, stop))


async def _stored(connection: Connection, site: str, code: str) -> StoredRule:
    try:
        return await rules.one(connection, await site_named(connection, site) or "", code)
    except NoSuchRuleError as error:
        text = str(error)
        raise Problem(
            "rule-not-found", f"{text[:1].upper()}{text[1:]}: see /api/v1/alarm-rules?site={site}."
        ) from error


async def _detail(connection: Connection, stored: StoredRule) -> AlarmRuleDetail:
    site, code = stored.site, stored.rule.code
    binding = (await rules.bound(connection, site, code)).binding
    return AlarmRuleDetail.model_validate(
        {
            **rule_members(stored, len(binding.instances), len(binding.unbound)),
            "rule": document(stored.rule, is_enabled=stored.is_enabled),
            "on": [each.key.subject for each in binding.instances],
            "not_on": [UnboundRule.of(each) for each in binding.unbound],
            "overrides": [RuleOverride.of(row) for row in await rule_overrides.listed(connection, site, code)],
            "versions": version_members(await rules.versions(connection, site, code)),
            "retired_at": stored.retired_at,
        }
    )


def _key(stored: StoredRule, machine: str) -> AlarmKey:
    return AlarmKey(stored.site, stored.rule.code, stored.rule.target.subject, machine)


@contextmanager
def _refusing() -> Iterator[None]:
    """Answer a rule or override that cannot be with each of its mistakes."""
    try:
        yield
    except (RuleRefusedError, RuleError) as error:
        mistakes = list(error.mistakes) if isinstance(error, RuleRefusedError) else [str(error)]
        raise Problem("rule-refused", f"{'; '.join(mistakes)}.", more={"mistakes": mistakes}) from error


def _place(stored: StoredRule) -> str:
    return f"{stored.site} {stored.rule.code}"  # a blank sorts before whatever a code may have


def _unbound_place(unbound: Unbound) -> str:
    return f"{unbound.key.site} {unbound.key.rule} {unbound.key.subject}"
