"""Applying what a folder says about maintenance: the difference first, then one transaction.

`ioe site apply` comes here after the registry. What a folder has no file of stays as it is.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime

import click

from services.database import Connection
from services.maintenance_folder.applying import Change, NoSuchSiteError, apply, plan
from services.maintenance_folder.read import Wanted

_COLOURS = {"added": "green", "changed": "yellow", "retired": "red", "kept": "cyan"}
#: More new ones of a kind than these are counted instead of listed, as when a site begins with them.
_LISTED = 10


async def apply_maintenance(connection: Connection, site: str, wanted: Wanted, *, dry_run: bool, yes: bool) -> bool:
    """Show what differs, ask before anything is retired, and apply it; whether anything differed."""
    planned = await plan(connection, site, wanted)
    for line in lines(planned):
        click.echo(line)
    retired = [f"{change.kind} {change.subject}" for change in planned if change.action == "retired"]
    if dry_run or not planned:
        return bool(planned)
    if retired and not yes:
        if not sys.stdin.isatty():
            raise click.ClickException(f"this would retire {', '.join(retired)}: say --yes if that is meant")
        click.confirm(f"Retire {', '.join(retired)}? What was done and noted stays.", abort=True)
    try:
        await apply(connection, site, wanted, datetime.now(UTC))
    except NoSuchSiteError as error:
        raise click.ClickException(str(error)) from error
    return True


def lines(changes: Sequence[Change]) -> list[str]:
    """Changes as people read them, many new ones of a kind as their number."""
    added = Counter(change.kind for change in changes if change.action == "added")
    many = {kind: count for kind, count in added.items() if count > _LISTED}
    found = [
        click.style(str(change), fg=_COLOURS[change.action])
        for change in changes
        if not (change.action == "added" and change.kind in many)
    ]
    found += [click.style(f"added    {count} x {kind}", fg=_COLOURS["added"]) for kind, count in many.items()]
    return found
