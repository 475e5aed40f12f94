"""A database of an earlier version has the demonstration site without meters: it gets them as the platform comes up."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import msgspec

from deploy.settings import load
from deploy.up.platform import DEMONSTRATION, Choice, prepare_database
from deploy.up.servers import Servers
from services.database import DatabaseSettings, connect
from services.diagnosis import facts
from services.registry.apply import apply, plan
from services.site_folder.read import read_folder


async def apply_without_meters(url: str) -> None:
    registry = read_folder(DEMONSTRATION).registry
    assert registry is not None
    bare = replace(registry, meters={}, registers={}, segments={}, allocations={})
    connection = await connect(url, name="test")
    await apply(connection, await plan(connection, bare))
    await connection.close()


def test_meters_come_to_a_site_that_was_applied_without(database_url: str, tmp_path: Path) -> None:
    asyncio.run(apply_without_meters(database_url))
    (tmp_path / "logs").mkdir()
    settings = msgspec.structs.replace(load(None, discover=False), database=DatabaseSettings(url=database_url))
    said: list[str] = []
    choice = Choice(tmp_path, None, None, simulator=False, site=DEMONSTRATION, settings_file=None)
    prepare_database(choice, Servers(None, None, settings), tmp_path, said.append)
    assert said == ["site: applying kunshan for its meters"]
    assert asyncio.run(facts(database_url)).unmetered_sites == []
    prepare_database(choice, Servers(None, None, settings), tmp_path, said.append)
    assert len(said) == 1
