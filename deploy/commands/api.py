"""`ioe api`: the HTTP API and the console."""

from __future__ import annotations

from pathlib import Path

import click
import msgspec

from api.run import PortTakenError, run
from api.settings import ApiSettingsError
from deploy.processes import run_until_stopped
from deploy.settings import load, settings_option


@click.command()
@settings_option
@click.option("--host", help="Address to listen on; only loopback until people sign in.")
@click.option("--port", type=click.IntRange(0, 65535), help="Port to listen on; 0: any free one.")
def command(settings: Path | None, host: str | None, port: int | None) -> None:
    """Answer HTTP, until stopped: live figures, history and registry under /api/v1, the console at /."""
    loaded = load(settings)
    changes = {key: value for key, value in {"host": host, "port": port}.items() if value is not None}
    console_url = loaded.api.console_url or loaded.notifications.console_url
    api = msgspec.structs.replace(loaded.api, console_url=console_url, **changes)
    try:
        api.check()
        run_until_stopped(run(api, loaded.database, loaded.retention, listening=_announce))
    except* (ApiSettingsError, PortTakenError) as errors:
        raise click.ClickException("; ".join(map(str, errors.exceptions))) from errors


def _announce(address: str) -> None:
    click.echo(f"IOE Energy answers at {address}", err=True)
