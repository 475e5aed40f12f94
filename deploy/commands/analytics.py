"""`ioe analytics`: the engine."""

from __future__ import annotations

from pathlib import Path

import click

from deploy.processes import run_until_stopped
from deploy.settings import load, settings_option
from services.engine import run_engine


@click.command()
@settings_option
def command(settings: Path | None) -> None:
    """Run the engine, until stopped: any number may run, one of them works."""
    loaded = load(settings)
    run_until_stopped(run_engine(loaded.database, loaded.retention))
