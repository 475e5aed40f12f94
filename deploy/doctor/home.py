"""The home: whether a stack runs in it, its ports, room on its disk, what its logs end with."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import msgspec

from deploy.addresses import running
from deploy.doctor.finding import Finding, ok, problem, warning
from deploy.doctor.machine import writable
from deploy.embedded.places import PlaceError, require_reachable, server_account
from deploy.embedded.ports import holder
from deploy.embedded.processes import port_is_free
from deploy.settings import Settings
from deploy.up.ports import MQTT, Ports
from deploy.up.room import NEEDED_BYTES


def look(home: Path, settings: Settings) -> Iterator[Finding]:
    """Everything about the home."""
    found = running(home)
    yield _place(home)
    yield _room(home, settings)
    if found is not None:
        yield ok("stack", f"runs (process {found.pid}), console {found.console_url}")
    else:
        yield ok("stack", f"`ioe up` does not run in {home}")
        yield from _ports(home, settings)


def _place(home: Path) -> Finding:
    existing = next(folder for folder in (home, *home.parents) if folder.exists())
    if not writable(existing):
        return problem("home", f"{existing} is not writable for you", "ioe up --home <a folder of yours>")
    try:
        require_reachable(home, server_account(), "--home")
    except PlaceError as error:
        return problem("home", str(error), "ioe up --home <a reachable folder>")
    return ok("home", str(home) if home.exists() else f"{home} is not there yet; `ioe up` makes it")


def _room(home: Path, settings: Settings) -> Finding:
    existing = next(folder for folder in (home, *home.parents) if folder.exists())
    free_bytes = shutil.disk_usage(existing).free
    detail = f"{free_bytes / 1e9:.1f} GB free at {existing}"
    if free_bytes < settings.ingest.min_free_disk_bytes:
        return problem("disk", f"{detail}: ingest pauses", f"free some space at {existing}")
    if free_bytes < NEEDED_BYTES:
        return warning(
            "disk", f"{detail}: `ioe up` needs {NEEDED_BYTES / 1e9:.0f} GB", f"free some space at {existing}"
        )
    return ok("disk", detail)


def _ports(home: Path, settings: Settings) -> Iterator[Finding]:
    try:
        ports = msgspec.json.decode((home / "ports.json").read_bytes(), type=Ports)
    except (OSError, msgspec.MsgspecError):
        ports = None
    wanted = (
        ("port", ports.http if ports else settings.api.port, "--port"),
        ("mqtt port", ports.mqtt if ports else MQTT, "--mqtt-port"),
    )
    for name, port, option in wanted:
        if port_is_free(port):
            yield ok(name, f"{port} is free")
        elif ports is None:
            yield warning(name, f"{port} is taken by {holder(port)}; `ioe up` takes the next", f"ioe up {option} N")
        else:
            yield problem(name, f"{port} is taken by {holder(port)}", f"stop it, or `ioe up {option} N`")
