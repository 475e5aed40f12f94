"""`ioe rules`: the rules of alarms: list, show, check, apply, change, try against history.

    list               rules with their machines and levels
    show RULE          one rule as a file has it, where it holds, where otherwise, where not and why
    check PATH         name every mistake of a rule file or a folder's rules    exit 0, or 1 with mistakes
    apply [FOLDER]     make the rules what is shipped and what FOLDER says      exit 0, or 1 where it cannot be
    set RULE           change a rule, or only one machine's figures             exit 0, or 1 where it is refused
    versions RULE      who changed what, and why
    unbound            where a rule is for a machine and cannot apply           exit 3 where there is any
    try RULE           which alarms it would have raised

A RULE is `site/code`, of the service itself `service/code`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Mapping
from pathlib import Path
from typing import Any, TypeVar, cast

import click

from analytics.alarms.machine import AlarmKey
from analytics.alarms.overrides import Override
from analytics.alarms.rule import LEVELS, LevelCode, Rule, RuleError
from deploy.folder_site import site_of
from deploy.instants import shown
from deploy.one_connection import one_connection
from deploy.rule_apply import apply_rules, known, read, require_site
from deploy.rule_tables import figures, rule_lines, rule_table, unbound_lines, version_lines
from deploy.rule_trial import try_command
from deploy.settings import settings_option
from services.alarms import rule_edits, rule_overrides, rules
from services.alarms.rule_changes import Applying
from services.alarms.rule_edits import RuleRefusedError
from services.alarms.rules import NoSuchRuleError, StoredRule
from services.database import Connection
from services.registry.places import sites
from services.rule_folder.read import read_file
from services.rule_folder.writing import document

Answer = TypeVar("Answer")

LOOK = 3

_rule = click.argument("rule", metavar="RULE")
_site = click.option("--site", help="Only of this site; `service` for rules about the service.")


@click.group()
def command() -> None:
    """Look at the rules of alarms, change them, and try them against history."""


command.add_command(try_command)


@command.command(name="list")
@_site
@click.option("--system", help="Only of this system, as compressed_air.")
@settings_option
def list_command(site: str | None, system: str | None, settings: Path | None) -> None:
    """List rules with the number of machines they are on and their levels."""

    async def work(connection: Connection) -> list[str]:
        of = _code(site)
        await require_site(connection, of)
        return list(rule_table(await rules.load(connection, of), await rules.bound(connection, of), system))

    click.echo("\n".join(_run(settings, work)))


@command.command()
@_rule
@settings_option
def show(rule: str, settings: Path | None) -> None:
    """Show RULE as a file has it, with its machines."""
    site, code = _names(rule)

    async def work(connection: Connection) -> list[str]:
        found = await rules.one(connection, site, code)
        overrides = await rule_overrides.listed(connection, site, code)
        return list(rule_lines(found, overrides, await rules.bound(connection, site, code)))

    click.echo("\n".join(_run(settings, work)))


@command.command()
@click.argument("path", metavar="FOLDER|FILE", type=click.Path(exists=True, path_type=Path))
def check(path: Path) -> None:
    """Name every mistake in the rules of a site folder, or in one rule file, with its line."""
    found = known(read(path) if path.is_dir() else read_file(path, read(None).rule_of))
    own = sum(each.origin == "site" for each in found.values())
    click.echo(f"no mistakes in {own} rules" + (f", and {len(found) - own} that are shipped" if path.is_dir() else ""))


@command.command(name="apply")
@click.argument("folder", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Show what would change and change nothing.")
@click.option("--yes", is_flag=True, help="Retire rules that are no longer there without asking.")
@click.option("--replace-edited", is_flag=True, help="Take the files' rules in place of those that were edited.")
@click.option("--rule", "only", multiple=True, metavar="CODE", help="With --replace-edited: only this one; repeatable.")
@settings_option
def apply_command(
    folder: Path | None, dry_run: bool, yes: bool, replace_edited: bool, only: tuple[str, ...], settings: Path | None
) -> None:
    """Make the rules what is shipped and what FOLDER says; without FOLDER only what is shipped, at every site.

    Edited rules stay as they are, and what the files have otherwise is told. A second time there is nothing to change.
    """
    if only and not replace_edited:
        raise click.ClickException("--rule says which edited rules are replaced: give --replace-edited as well")
    found = known(read(folder))
    if missing := sorted(set(only) - set(found)):
        raise click.ClickException(
            f"no file has a rule {', '.join(missing)}: --rule takes codes, as element-outlet-high"
        )
    applying = Applying(found, folder is not None, replace_edited, frozenset(only))

    async def work(connection: Connection) -> None:
        there = [site.code for site in await sites(connection)]
        for site in there if folder is None else [site_of(folder, "rules")]:
            if site not in there:
                raise click.ClickException(f"there is no site {site!r} yet: `ioe site apply {folder}` first")
            if not await apply_rules(connection, site, applying, dry_run=dry_run, yes=yes):
                click.echo(f"{site}: nothing to change")

    _run(settings, work)


@command.command(name="set")
@_rule
@click.option("--reason", required=True, help="Why; it stands beside the version.")
@click.option("--machine", help="Only on this machine, by its code.")
@click.option(
    "--limit", "limits", multiple=True, metavar="LEVEL=FIGURE", help="As H=100; as often as there are levels."
)
@click.option("--deadband", type=float)
@click.option("--on-delay-s", type=float)
@click.option("--off-delay-s", type=float)
@click.option("--on/--off", "enabled", default=None, help="Whether it is in use.")
@click.option("--clear", is_flag=True, help="With --machine: the rule's own figures again.")
@settings_option
def set_command(
    rule: str,
    reason: str,
    machine: str | None,
    clear: bool,
    settings: Path | None,
    **given: Any,  # noqa: ANN401 - the options that are figures
) -> None:
    """Change RULE at every machine, or with --machine the figures of one; the version before is kept."""
    site, code = _names(rule)
    wanted = _override(given)
    if clear and machine is None:
        raise click.ClickException("--clear takes away what one machine has otherwise: say which with --machine")
    if not clear and wanted.is_empty and given["enabled"] is None:
        raise click.ClickException("nothing to change: give --limit, --deadband, a delay, --on or --off")

    async def work(connection: Connection) -> str:
        there = await rules.one(connection, site, code)
        if machine is None:
            stored = await rule_edits.enter(connection, site, _changed(there, wanted, given["enabled"]), reason)
            same = stored.version == there.version
            return f"{rule}: {'nothing to change' if same else f'version {stored.version}'}"
        key = AlarmKey(site, code, there.rule.target.subject, machine)
        before = (await rule_overrides.held(connection, site)).get(key, Override())
        put = None if clear else _together(before, wanted, given["enabled"])
        is_new = await rule_edits.override(connection, key, put, reason)
        return f"{rule} on {machine}: {'changed' if is_new else 'nothing to change'}"

    click.echo(_run(settings, work))


@command.command()
@_rule
@settings_option
def versions(rule: str, settings: Path | None) -> None:
    """Who changed RULE, when, what and why, the newest first; then what machines had otherwise."""
    site, code = _names(rule)

    async def work(connection: Connection) -> list[str]:
        await rules.one(connection, site, code)
        found = list(version_lines(await rules.versions(connection, site, code)))
        for row in await rule_overrides.history(connection, site, code):
            what = "the rule's own again" if row.document is None else figures(row.override)
            found.append(f"   on {row.subject}: {what} ({row.actor}, {shown(row.at)}: {row.reason})")
        return found

    click.echo("\n".join(_run(settings, work)))


@command.command()
@_site
@settings_option
def unbound(site: str | None, settings: Path | None) -> None:
    """Say where a rule is for a machine and cannot apply, and why."""

    async def work(connection: Connection) -> list[str]:
        of = _code(site)
        await require_site(connection, of)
        return list(unbound_lines((await rules.bound(connection, of)).binding.unbound))

    found = _run(settings, work)
    click.echo("\n".join(found) or "every rule applies wherever it is for")
    if found:
        raise SystemExit(LOOK)


def _run(settings: Path | None, work: Any) -> Any:  # noqa: ANN401 - whatever the work answers
    async def connected() -> object:
        async with one_connection(settings, "rules") as connection:
            task: Coroutine[Any, Any, object] = work(connection)
            return await task

    try:
        return asyncio.run(connected())
    except (NoSuchRuleError, RuleRefusedError) as error:
        raise click.ClickException(str(error)) from error


def _code(site: str | None) -> str | None:
    return "" if site == "service" else site


def _names(rule: str) -> tuple[str, str]:
    site, _, code = rule.partition("/")
    if not code:
        raise click.BadParameter(f"{rule!r} is no rule: name it site/code, as in kunshan/element-outlet-high")
    return _code(site) or "", code


def _override(figures: Mapping[str, Any]) -> Override:
    limits: dict[LevelCode, float] = {}
    for text in figures["limits"]:
        at, _, figure = text.partition("=")
        try:
            limits[cast("LevelCode", at)] = float(figure)
        except ValueError:
            at = ""
        if at not in LEVELS:
            raise click.BadParameter(f"--limit {text!r}: write a level and a figure, as H=100")
    try:
        return Override(limits, figures["deadband"], figures["on_delay_s"], figures["off_delay_s"])
    except RuleError as error:
        raise click.BadParameter(str(error)) from error


def _changed(there: StoredRule, wanted: Override, enabled: bool | None) -> dict[str, Any]:
    try:
        rule: Rule = wanted.applied(there.rule)
    except RuleError as error:
        raise RuleRefusedError([str(error)]) from error
    return document(rule, is_enabled=there.is_enabled if enabled is None else enabled)


def _together(before: Override, wanted: Override, enabled: bool | None) -> Override:
    """What was said of the machine before, with what is said now."""
    return Override(
        {**before.limits, **wanted.limits},
        before.deadband if wanted.deadband is None else wanted.deadband,
        before.on_delay_s if wanted.on_delay_s is None else wanted.on_delay_s,
        before.off_delay_s if wanted.off_delay_s is None else wanted.off_delay_s,
        before.is_enabled if enabled is None else enabled,
    )
