"""Applying the channels and routes of a folder: the difference first, then one transaction.

`ioe notify apply` and `ioe site apply` both come here. A folder without notifications.toml says nothing: what is there
stays.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from deploy.tariff_apply import show_mistakes
from services.database import Connection
from services.notifications.applying import NoSuchSiteError, Wanted, apply, plan
from services.notifications.folder import read_notifications

_COLOURS = {"added": "green", "changed": "yellow", "retired": "red"}


def checked(folder: Path) -> Wanted | None:
    """What a folder says about notifications; ends the command where there are mistakes."""
    found = read_notifications(folder)
    show_mistakes(list(found.mistakes))
    if found.mistakes:
        count = len(found.mistakes)
        raise click.ClickException(f"{count} mistake{'' if count == 1 else 's'} in {folder}: nothing was changed")
    return found.wanted


async def apply_notifications(connection: Connection, site: str, wanted: Wanted | None, *, dry_run: bool) -> bool:
    """Show what differs and apply it; whether there was any."""
    if wanted is None:
        return False
    try:
        if dry_run:
            changes = await plan(connection, site, wanted)
        else:
            changes = await apply(connection, site, wanted, datetime.now(UTC))
    except NoSuchSiteError as error:
        raise click.ClickException(str(error)) from error
    for change in changes:
        click.secho(str(change), fg=_COLOURS[change.action])
    return bool(changes)
