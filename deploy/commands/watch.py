"""`ioe watch`: the service's own alarms, and telling people of all alarms."""

from __future__ import annotations

import asyncio
from pathlib import Path

import click

from deploy.broker_answer import ask_broker
from deploy.processes import run_until_stopped
from deploy.settings import Settings, load, settings_option
from services.notifications.direct import Direct
from services.notifications.duty import run_notifications
from services.watch.watching import Watch


@click.command()
@settings_option
def command(settings: Path | None) -> None:
    """Watch the service itself and send notifications, until stopped: any number may run, one does each duty."""
    run_until_stopped(_watch(load(settings)))


async def _watch(settings: Settings) -> None:
    direct = Direct(settings.notifications.console_url)

    async def answer_of_the_broker() -> str:
        return await asyncio.to_thread(ask_broker, settings.mqtt)

    async with asyncio.TaskGroup() as group:
        group.create_task(Watch(settings.database, answer_of_the_broker, direct.tell).run())
        group.create_task(run_notifications(settings.database, settings.notifications, direct))
