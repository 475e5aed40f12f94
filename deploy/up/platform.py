"""The platform of one home, brought up step by step and taken down again.

See `deploy/up/__init__.py` for the order. Whatever step fails or is interrupted, what was started before it is stopped.
"""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import time
import tomllib
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import deploy
from deploy.addresses import Addresses, publish, withdraw
from deploy.embedded.lock import home_lock
from deploy.embedded.processes import ProcessError, tail
from deploy.one_connection import explained_outages
from deploy.rule_apply import apply_shipped
from deploy.settings import load
from deploy.up.parts import CHECKOUT, Part, Verb, command
from deploy.up.ports import choose_ports
from deploy.up.servers import Servers, servers
from deploy.up.supervisor import Supervisor
from services.diagnosis import facts
from services.migrate import migrate
from services.site_folder.meters import METER_FILE
from services.site_folder.read import SITE_FILE

DEMONSTRATION = Path(deploy.__file__).resolve().parent / "sites" / "kunshan"
ANSWER_S = 60.0


@dataclass(frozen=True, slots=True)
class Choice:
    """What a person chose on the command line."""

    home: Path
    port: int | None
    mqtt_port: int | None
    simulator: bool
    site: Path
    settings_file: Path | None


def run(choice: Choice, say: Callable[[str], None]) -> None:
    """Bring the platform up, keep it up until interrupted, take it down.

    Raises what the steps raise: PlaceError, ProcessError, BinariesError, SettingsError, DatabaseUnreachableError.
    """
    with home_lock(choice.home):
        home = choice.home.resolve()
        (home / "logs").mkdir(exist_ok=True)
        settings = load(choice.settings_file, discover=False)
        ports = choose_ports(home, choice.port, choice.mqtt_port, settings.api.port)
        found = servers(home, ports, settings, say)
        supervisor = Supervisor(found.parts, home / "logs", say)
        try:
            found.start(say)
            prepare_database(choice, found, home, say)
            ship_rules(found, say)
            address = f"http://127.0.0.1:{ports.http}"
            verbs = _verbs(choice, found, home, ports.http, settings.notifications.console_url or address)
            supervisor.groups = [*found.parts, *verbs]
            for group in verbs:
                for part in group.values():
                    part.launch()
            _await_answer(address, supervisor)
            publish(home, Addresses(os.getpid(), found.database_url, found.mqtt_url, address, found.disk_path))
            _announce(choice, found, home, address, say)
            supervisor.watch(lambda: False)
        finally:
            # From here on nothing interrupts: a second Ctrl-C must not leave a database running.
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                signal.signal(number, signal.SIG_IGN)
            withdraw(home)
            say("stopping")
            supervisor.stop()
            say("stopped")


def prepare_database(choice: Choice, found: Servers, home: Path, say: Callable[[str], None]) -> None:
    """Schema of this version, a site where there is none yet, and meters where an earlier version applied none."""
    with explained_outages():
        ran = asyncio.run(migrate(found.database_url))
    if ran:
        say(f"schema: {ran} migrations")
    known = asyncio.run(facts(found.database_url))
    metered_now = _code(choice.site) in known.unmetered_sites and (choice.site / METER_FILE).is_file()
    if known.sites and not metered_now:
        return
    say(f"site: applying {choice.site.name} {'for its meters' if known.sites else 'to the empty registry'}")
    environment = {**os.environ, **_addresses(found, home), "PYTHONPATH": str(CHECKOUT)}
    done = subprocess.run(
        command("site", "apply", str(choice.site)), check=False, capture_output=True, text=True, env=environment
    )
    (home / "logs" / "site.log").write_text(done.stdout + done.stderr)
    if done.returncode != 0 and known.sites:
        # Somebody made the site another one since: what to retire is for them to say.
        say(f"site: {choice.site.name} was left as it is, see logs/site.log; `ioe site apply {choice.site}` asks")
    elif done.returncode != 0:
        raise ProcessError(f"The site folder {choice.site} was refused:\n{(done.stdout + done.stderr).strip()[-1500:]}")


def ship_rules(found: Servers, say: Callable[[str], None]) -> None:
    """The rules of alarms of this version, where an earlier one applied others; edited ones stay as they are."""
    with explained_outages():
        changed, kept = asyncio.run(apply_shipped(found.database_url))
    if changed:
        also = f"; {kept} that were edited stay, `ioe rules apply --dry-run` tells the difference" if kept else ""
        say(f"alarms: {changed} rules are those of this version now{also}")


def _code(folder: Path) -> str:
    """The code of a folder's site; "" where that cannot be read, which applying it explains."""
    with suppress(OSError, tomllib.TOMLDecodeError):
        return str(tomllib.loads((folder / SITE_FILE).read_text("utf-8")).get("code", ""))
    return ""


def _addresses(found: Servers, home: Path) -> dict[str, str]:
    return {
        "IOE_DATABASE_URL": found.database_url,
        "IOE_DATABASE_DISK_PATH": found.disk_path,
        "IOE_MQTT_URL": found.mqtt_url,
        "IOE_HOME": str(home),
    }


def _verbs(choice: Choice, found: Servers, home: Path, port: int, console_url: str) -> list[dict[str, Part]]:
    """Our own processes in the order of their start; devices come last and go first."""
    environment = {**_addresses(found, home), "IOE_CONSOLE_URL": console_url}
    if choice.settings_file is not None:
        environment["IOE_SETTINGS"] = str(choice.settings_file.resolve())

    def verb(name: str, *words: str) -> dict[str, Part]:
        return {name: Verb(words, home / "logs" / f"{name}.log", environment)}

    # Each duty has a process of its own: a long recomputation delays no alarm, and whoever ends is told by another.
    groups: list[dict[str, Part]] = [
        verb("ingest", "ingest")
        | verb("analytics", "analytics", "--duty", "energy")
        | verb("alarms", "analytics", "--duty", "alarms")
        | verb("maintenance", "analytics", "--duty", "maintenance")
        | verb("watch", "watch")
        | verb("api", "api", "--port", str(port))
    ]
    if choice.simulator:
        # Its counters go on where they stopped; what the factory did in the last half hour is told first.
        state = home / "simulator" / "state.json"
        groups.append(verb("simulator", "simulate", "--state", str(state), "--history", "30m"))
    return groups


def _await_answer(address: str, supervisor: Supervisor) -> None:
    """Wait until the API says that it is ready."""
    give_up_at_s = time.monotonic() + ANSWER_S

    def answers() -> bool:
        request = f"{address}/api/v1/health/ready"
        with suppress(urllib.error.URLError, OSError), urllib.request.urlopen(request, timeout=2.0) as answer:  # noqa: S310 - http, to ourselves
            return bool(answer.status == 200)
        return time.monotonic() > give_up_at_s

    supervisor.watch(answers)
    if time.monotonic() > give_up_at_s:
        raise ProcessError(f"The API does not answer on {address}:\n{tail(supervisor.logs / 'api.log')}")


def _announce(choice: Choice, found: Servers, home: Path, address: str, say: Callable[[str], None]) -> None:
    say(
        f"running\n\n  console    {address}   (open to this machine only, so nobody signs in yet)"
        f"\n  devices    {found.mqtt_url}"
        f"\n  data       {home}\n  logs       {home / 'logs'}"
        f"\n  simulator  {'the factory in Kunshan' if choice.simulator else 'off'}\n\n  Ctrl-C stops it.\n"
    )
