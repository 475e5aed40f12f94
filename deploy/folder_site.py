"""The site whose folder it is, for commands that apply a part of a site folder."""

from __future__ import annotations

from pathlib import Path

import click

from services.site_folder.files import read_toml
from services.site_folder.mistakes import Mistakes
from services.site_folder.read import SITE_FILE


def site_of(folder: Path, what: str) -> str:
    """The code in site.toml; ends the command where that does not say whose `what` (rules, tariffs) these are."""
    mistakes = Mistakes()
    record = read_toml(folder / SITE_FILE, SITE_FILE, mistakes)
    code = "" if record is None else record.code("code")
    if mistakes.found:
        raise click.ClickException(f"{folder} does not say whose {what} these are: {mistakes.listed()[0]}")
    return code
