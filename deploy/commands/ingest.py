"""`ioe ingest`: one ingest worker."""

from __future__ import annotations

import asyncio
from pathlib import Path

import click
import msgspec

from deploy.processes import run_until_stopped
from deploy.settings import load, settings_option
from ingest import worker
from services.workers import WorkerNotThereError


@click.command()
@settings_option
@click.option("--name", help="The worker's fixed name, which owns its queue at the broker (ingest-1, ingest-2 ...).")
@click.option("--shared-group", help="Share the load with the workers of this group (MQTT 5 shared subscription).")
@click.option(
    "--drain", metavar="NAME", help="Empty NAME's queue at the broker, end its session, forget the name; then exit."
)
def command(settings: Path | None, name: str | None, shared_group: str | None, drain: str | None) -> None:
    """Receive meter and machine telemetry over MQTT and store it, until stopped."""
    loaded = load(settings)
    ingest = loaded.ingest
    changes = {"name": drain or name, "shared_group": shared_group}
    ingest = msgspec.structs.replace(ingest, **{key: value for key, value in changes.items() if value is not None})
    if drain:
        try:
            asyncio.run(worker.drain(ingest, loaded.mqtt, loaded.database))
        except WorkerNotThereError as error:
            raise click.ClickException(str(error)) from error
        click.echo(f"{drain}: its queue is empty and its session has ended")
        return
    run_until_stopped(worker.run(ingest, loaded.mqtt, loaded.database))
