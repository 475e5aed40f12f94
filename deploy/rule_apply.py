"""Applying rules of alarms: what is shipped and what a folder has, the difference first, then one transaction.

`ioe rules apply` and `ioe site apply` both come here, the latter after the registry; `ioe up` applies what is shipped.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import click

import deploy
from services.alarms import rule_changes
from services.alarms.rule_changes import Applying, RuleChange
from services.database import Connection, connect
from services.registry.places import sites
from services.rule_folder.read import CheckedRules, FolderRule, read_rule_folder

LIBRARY = Path(deploy.__file__).resolve().parent / "rules"
_COLOURS = {"added": "green", "changed": "yellow", "retired": "red", "kept": "cyan"}
#: More new ones than these are counted instead of listed, as when a site begins with all that are shipped.
_LISTED = 10


def read(folder: Path | None) -> CheckedRules:
    """What is shipped, and what a folder has in place of it or besides."""
    return read_rule_folder(folder, LIBRARY)


async def apply_rules(connection: Connection, site: str, applying: Applying, *, dry_run: bool, yes: bool) -> bool:
    """Show what differs, ask before anything is retired, apply it; whether anything differed."""
    planned = await rule_changes.plan(connection, site, applying)
    for line in lines(planned):
        click.echo(line)
    if dry_run:
        return bool(planned)
    retired = [change.code for change in planned if change.action == "retired"]
    if retired and not yes:
        if not sys.stdin.isatty():
            raise click.ClickException(f"this would retire rules {', '.join(retired)}: say --yes if that is meant")
        click.confirm(f"Retire rules {', '.join(retired)}? Their alarms' history stays.", abort=True)
    if any(change.action != "kept" for change in planned):
        await rule_changes.apply(connection, site, applying)
    return bool(planned)


async def apply_shipped(database_url: str) -> tuple[int, int]:
    """Apply what is shipped to every site; how many rules changed, and how many edited ones stayed."""
    applying = Applying(known(read(None)), has_folder=False)
    changes: list[RuleChange] = []
    connection = await connect(database_url, name="rules")
    try:
        for site in await sites(connection):
            changes += await rule_changes.apply(connection, site.code, applying, reason="shipped with this version")
    finally:
        await connection.close(timeout=5)
    kept = sum(change.action == "kept" for change in changes)
    return len(changes) - kept, kept


async def require_site(connection: Connection, site: str | None) -> None:
    """End the command where it names a site that is not there; None is all of them, "" the service."""
    there = [each.code for each in await sites(connection)]
    if site and site not in there:
        raise click.ClickException(
            f"there is no site {site!r}: there are {', '.join(there) or 'none yet'}, and service"
        )


def known(checked: CheckedRules) -> dict[str, FolderRule]:
    """The rules that were read; ends the command where there are mistakes, after naming them."""
    for mistake in checked.mistakes:
        click.echo(f"{click.style(f'{mistake.file}:{mistake.line}:', bold=True)} {mistake.text}")
    if checked.rules is None:
        count = len(checked.mistakes)
        raise click.ClickException(f"{count} mistake{'' if count == 1 else 's'}: nothing was changed")
    return dict(checked.rules)


def lines(changes: Sequence[RuleChange]) -> list[str]:
    """Changes as people read them: each with what differs, many new ones as their number."""
    added = [change for change in changes if change.action == "added"]
    counted = len(added) > _LISTED
    found = [
        click.style(str(change), fg=_COLOURS[change.action])
        for change in changes
        if not (counted and change.action == "added")
    ]
    if counted:
        found.append(click.style(f"added    {len(added)} rules of alarms", fg=_COLOURS["added"]))
    return found
