"""`ioe up` as a timeline: a cut-off first start, a second one beside it, a crash, a restart that finds its data."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.addresses import running
from deploy.embedded.places import Account, PlaceError, require_reachable, server_account
from deploy.embedded.processes import free_port
from deploy.up.room import require_room
from services.database import Connection
from services.diagnosis import facts
from tests.acceptance.platform import until
from tests.servers import temporary_home
from tests.stack.up_process import CHECKOUT, SITE, Up, processes_of, wait_until_gone


@pytest.fixture
def home() -> Iterator[Path]:
    with temporary_home() as folder:
        yield folder


@pytest.fixture
def site(tmp_path: Path) -> Path:
    folder = tmp_path / "plant"
    folder.mkdir()
    (folder / "site.toml").write_text(SITE)
    return folder


def test_a_busy_port_is_named_with_its_holder_and_the_option(home: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = busy.getsockname()[1]
        for option in ("--port", "--mqtt-port"):
            up = Up(home, option, str(port))
            assert up.wait() == 1
            assert f"Port {port} is taken by" in up.output
            assert f"(process {os.getpid()})" in up.output
            assert f"choose another port with {option}" in up.output


@pytest.mark.skipif(
    os.geteuid() != 0, reason="not as root the servers run as ourselves: who may write a home may enter it"
)
def test_a_home_closed_to_the_servers_user_is_refused(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    up = Up(closed / "home")
    assert up.wait() == 1
    assert "may not enter" in up.output
    assert "--home" in up.output


def test_a_folder_closed_to_another_user_is_named(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    stranger = Account("stranger", os.geteuid() + 1, os.getegid() + 1)
    with pytest.raises(PlaceError, match=f"runs as 'stranger', which may not enter {closed}"):
        require_reachable(closed / "home", stranger, "--home")


def test_the_life_of_a_home(home: Path, site: Path) -> None:
    ports = ("--port", str(free_port()), "--mqtt-port", str(free_port()), "--site", str(site))
    leave_half_finished_set_up(home)

    first = Up(home, *ports)
    try:
        first.wait_for("Ctrl-C stops it")
        addresses = running(home)
        assert addresses is not None
        assert_servers_are_unprivileged(home)
        assert asyncio.run(facts(addresses.database_url)).sites == ["plant"]

        assert doctor_complaints(home) == []

        second = Up(home)
        assert second.wait() == 1
        assert f"already runs in {home} (process {first.process.pid})" in second.output

        kill_one(home, b"ingest")
        first.wait_for("ingest ended (signal 9), starting again")
        kill_one(home, b"postgres")
        first.wait_for("database ended (signal 9), starting again")
        asyncio.run(until(addresses.database_url, has_sites, within_s=30))
        assert asyncio.run(facts(addresses.database_url)).sites == ["plant"]
    finally:
        # A crash: nothing is stopped in order, nothing may be left behind.
        first.process.kill()
        first.discard()
    leave_stale_locks(home)

    again = Up(home, "--site", str(site))
    try:
        started_s = time.monotonic()
        again.wait_for("Ctrl-C stops it")
        assert time.monotonic() - started_s < 30.0
        found = running(home)
        assert found is not None
        assert found.console_url == addresses.console_url, "ports are remembered"
        assert asyncio.run(facts(found.database_url)).sites == ["plant"]
        assert "site: applying" not in again.output
        assert again.end(signal.SIGINT) == 0
    finally:
        again.discard()
    assert again.output.rstrip().endswith("stopped")
    wait_until_gone(home)
    assert running(home) is None


def doctor_complaints(home: Path) -> list[str]:
    """What the doctor finds wrong, but for the machine's own clock and the console's build."""
    words = [sys.executable, "-m", "deploy", "doctor", "--home", str(home), "--json"]
    done = subprocess.run(words, check=False, capture_output=True, cwd=CHECKOUT)
    findings = json.loads(done.stdout)
    assert {"database", "schema", "sites", "ingest ingest-1", "broker"} <= {finding["name"] for finding in findings}
    expected = {"clock", "console"}
    return [str(item) for item in findings if item["status"] != "ok" and item["name"] not in expected]


def leave_half_finished_set_up(home: Path) -> None:
    """As when the machine was switched off during the first initdb."""
    part = home / "database" / "data.part"
    part.mkdir(parents=True)
    (part / "PG_VERSION").write_text("17\n")


def leave_stale_locks(home: Path) -> None:
    """As after a power cut, when the old process id belongs to another program by now."""
    wait_until_gone(home)
    lock = home / "database" / "data" / "postmaster.pid"
    lock.write_text(f"{os.getpid()}\n{lock.parent}\n")


def assert_servers_are_unprivileged(home: Path) -> None:
    account = server_account()
    expected = os.geteuid() if account is None else account.uid
    assert expected != 0
    names = {}
    for pid in processes_of(home):
        name = (Path("/proc") / str(pid) / "comm").read_text().strip()
        names[name] = (Path("/proc") / str(pid)).stat().st_uid
    assert names["postgres"] == names["mosquitto"] == expected
    assert (home / "database" / "data").stat().st_uid == expected


def kill_one(home: Path, word: bytes) -> None:
    """SIGKILL the process of a home whose command line has the word; of several, the oldest."""
    found = []
    for pid in processes_of(home):
        words = (Path("/proc") / str(pid) / "cmdline").read_bytes().split(b"\0")
        if any(part.rpartition(b"/")[2] == word for part in words):
            found.append(pid)
    os.kill(min(found), signal.SIGKILL)


async def has_sites(connection: Connection) -> bool:
    return bool(await connection.fetchval("SELECT EXISTS (SELECT FROM site)"))


def test_a_disk_with_less_room_than_is_needed_is_refused(home: Path) -> None:
    free_bytes = shutil.disk_usage(home).free
    with pytest.raises(PlaceError, match=r"GB free and needs [0-9.]+ GB: free some space there"):
        require_room(home, free_bytes + 10_000_000_000)


def may_mount() -> bool:
    """Whether we may mount a small disk; a container without the right to may not, whoever we are in it."""
    mount = "mount -t tmpfs none /mnt"
    done = subprocess.run(["unshare", "--mount", "sh", "-c", mount], check=False, capture_output=True)
    return done.returncode == 0


@pytest.mark.skipif(not may_mount(), reason="a disk that is too small can only be mounted, and here nobody may")
def test_full_disk_is_told_before_anything_starts(home: Path) -> None:
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64m", "none", str(home)], check=True)
    try:
        home.chmod(0o711)
        up = Up(home)
        assert up.wait() == 1
        assert "0.1 GB free and needs 2.0 GB" in up.output
        assert not (home / "database").exists()
    finally:
        subprocess.run(["umount", str(home)], check=True)
