"""`ioe notify`: what applying a folder changes, what is refused, and trying a channel."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from deploy.cli import main
from services.database import DatabaseSettings
from services.notifications.duty import run_notifications
from services.notifications.settings import NotificationSettings
from tests.notifications.office import plant
from tests.notifications.receivers import http_receiver
from tests.notifications.test_folder import BAD, GOOD, folder

HOOK = """\
[[channel]]
code = "hook"
kind = "webhook"
url = "{url}"
allow_private = true
"""


def ioe(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


@pytest.fixture
def site_url(database_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    async def add_site() -> None:
        async with plant(database_url):
            pass

    asyncio.run(add_site())
    monkeypatch.setenv("IOE_DATABASE_URL", database_url)
    return database_url


def test_the_commands(site_url: str, tmp_path: Path) -> None:
    assert site_url
    here = folder(tmp_path, GOOD)
    result = ioe("notify", "apply", here)
    assert (result.exit_code, result.stdout) == (
        0,
        "added    channel mail\nadded    channel group\nadded    route air\n",
    )
    assert ioe("notify", "apply", here).stdout == "kunshan: nothing to change\n"
    assert ioe("notify", "routes").stdout == (
        "kunshan/air: compressed_air, high or worse -> group, mail (zh)\n"
        "    then critical after 10 min, high after 30 min -> mail and team managers\n"
    )
    assert ioe("notify", "channels").stdout.splitlines() == [
        "kunshan/group                dingtalk  address in IOE_SECRET_DINGTALK_ADDRESS",
        "kunshan/mail                 email     smtp.example.com:587 starttls to maintenance@example.com",
    ]
    only_mail = GOOD[: GOOD.index('[[channel]]\ncode = "group"')]
    assert ioe("notify", "apply", folder(tmp_path, only_mail)).stdout == (
        "added    route default\nretired  channel group\nretired  route air\n"
    )
    assert ioe("notify", "routes").stdout == (
        "kunshan/default: all systems, medium or worse, service alarms, work orders -> mail (en)\n"
    )
    refused = ioe("notify", "test", "kunshan/group")
    assert (refused.exit_code, refused.stderr) == (1, "Error: site 'kunshan' has no channel 'group': it has mail\n")
    assert ioe("notify", "log").stdout == ""
    broken = ioe("notify", "apply", folder(tmp_path, BAD))
    assert broken.exit_code == 1
    assert broken.stderr == f"Error: 21 mistakes in {tmp_path}: nothing was changed\n"


def test_a_folder_that_names_no_site_is_refused(site_url: str, tmp_path: Path) -> None:
    assert site_url
    here = folder(tmp_path, GOOD)
    (here / "site.toml").unlink()
    result = ioe("notify", "apply", here)
    assert result.exit_code == 1
    assert result.stderr == (
        f"Error: {here} does not say whose notifications these are: "
        "site.toml:1: this file cannot be read: No such file or directory\n"
    )


@pytest.mark.parametrize("command", ["channels", "routes", "log"])
def test_a_site_that_is_not_there_is_refused(site_url: str, command: str) -> None:
    assert site_url
    result = ioe("notify", command, "--site", "kunsan")
    assert (result.exit_code, result.stderr) == (1, "Error: there is no site 'kunsan': there are kunshan\n")


async def test_a_channel_can_be_tried_as_soon_as_it_is_applied(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IOE_DATABASE_URL", database_url)
    with http_receiver() as receiver:
        async with plant(database_url):
            task = asyncio.create_task(run_notifications(DatabaseSettings(url=database_url), NotificationSettings()))
            try:
                for path in ("/hook", "/another"):
                    here = folder(tmp_path, HOOK.format(url=receiver.url(path)))
                    assert (await asyncio.to_thread(ioe, "notify", "apply", here)).exit_code == 0
                    tried = await asyncio.to_thread(ioe, "notify", "test", "kunshan/hook")
                    assert (tried.exit_code, tried.stdout) == (0, "taken: HTTP 200\n")
            finally:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
            assert receiver.paths == ["/hook", "/another"]
