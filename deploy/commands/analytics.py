"""`ioe analytics`: the accounting of energy, the evaluation of alarms, and what maintenance does by itself."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

import click

from deploy.processes import run_until_stopped
from deploy.settings import Settings, load, settings_option
from services.alarms.engine import run_alarms
from services.engine import run_engine
from services.maintenance.engine import run_maintenance

_DUTIES: Mapping[str, Callable[[Settings], Coroutine[object, object, None]]] = MappingProxyType(
    {
        "energy": lambda loaded: run_engine(loaded.database, loaded.retention),
        "alarms": lambda loaded: run_alarms(loaded.database),
        "maintenance": lambda loaded: run_maintenance(loaded.database),
    }
)


@click.command()
@click.option(
    "--duty",
    "duties",
    multiple=True,
    type=click.Choice(list(_DUTIES)),
    help="What this process is to do; may be given several times. Default: everything.",
)
@settings_option
def command(settings: Path | None, duties: Sequence[str]) -> None:
    """Account for energy, evaluate alarms, look after maintenance, until stopped: any number may run, one does each."""
    run_until_stopped(_do(load(settings), duties or list(_DUTIES)))


async def _do(settings: Settings, duties: Sequence[str]) -> None:
    async with asyncio.TaskGroup() as group:
        for duty in dict.fromkeys(duties):
            group.create_task(_DUTIES[duty](settings))
