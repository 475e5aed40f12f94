"""Where the API may listen, and what it says where it may not."""

from __future__ import annotations

import asyncio
import socket

import pytest

from api.run import PortTakenError, listen, run
from api.settings import ApiSettings, ApiSettingsError
from services.database import DatabaseSettings


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.4", "example.com", ""])
def test_nothing_but_loopback_is_listened_on(host: str) -> None:
    with pytest.raises(ApiSettingsError, match=r'Set host = "127\.0\.0\.1"'):
        ApiSettings(host=host).check()


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1.2.3", "::1", "localhost"])
def test_loopback_is(host: str) -> None:
    ApiSettings(host=host).check()


def test_a_container_whose_port_is_published_on_loopback_may_listen_on_its_network() -> None:
    ApiSettings(host="0.0.0.0", published_on_loopback=True).check()


def test_a_port_that_is_none_is_refused() -> None:
    with pytest.raises(ApiSettingsError, match="between 1 and 65535"):
        ApiSettings(port=70_000).check()


async def test_a_port_in_use_says_so_and_what_to_do() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        settings = ApiSettings(port=taken.getsockname()[1])
        with pytest.raises(PortTakenError, match=r"Address already in use.*--port"):
            await asyncio.wait_for(run(settings, DatabaseSettings(url="postgresql://ioe@127.0.0.1:9/ioe")), 10)


def test_answers_are_not_held_back_by_nagles_delay() -> None:
    with listen(ApiSettings(port=0)) as listener:
        assert listener.proto == socket.IPPROTO_TCP  # by which asyncio knows that it may turn the delay off
