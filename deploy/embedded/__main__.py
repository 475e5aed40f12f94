"""The embedded stack alone: `python -m deploy.embedded fetch | install | start`.

For the set-up, which prepares binaries before anything else exists, and for whoever wants the two servers without
the platform. `start` prints the two addresses as environment variables and runs until it is interrupted.
"""

from __future__ import annotations

import argparse
import signal
import sys
import threading
from pathlib import Path

from deploy.embedded.archive import ArchiveError
from deploy.embedded.binaries import BinariesError, fetch, install
from deploy.embedded.bundles import BROWSER, SERVERS
from deploy.embedded.lock import home_lock
from deploy.embedded.places import PlaceError
from deploy.embedded.processes import ProcessError, free_port
from deploy.embedded.stack import programs, stack

PROBLEMS = (ArchiveError, BinariesError, PlaceError, ProcessError)
BUNDLES = {bundle.name: bundle for bundle in (SERVERS, BROWSER)}


def main() -> int:
    """Run one of the verbs."""
    parser = argparse.ArgumentParser(prog="python -m deploy.embedded", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True)
    for name, text in (("fetch", "download packages only"), ("install", "download and install")):
        verb = verbs.add_parser(name, help=text)
        verb.add_argument("bundle", choices=sorted(BUNDLES))
    start = verbs.add_parser("start", help="start both servers and print their addresses")
    start.add_argument("--home", type=Path, required=True, help="folder of their data")
    start.add_argument("--port", type=int, default=0, help="the database's port; any free one if not given")
    start.add_argument("--mqtt-port", type=int, default=0, help="the broker's port; any free one if not given")
    choice = parser.parse_args()
    try:
        if choice.verb == "start":
            _start(choice.home, choice.port or free_port(), choice.mqtt_port or free_port())
        else:
            {"fetch": fetch, "install": install}[choice.verb](BUNDLES[choice.bundle], _say)
    except PROBLEMS as problem:
        print(problem, file=sys.stderr)
        return 1
    return 0


def _start(home: Path, port: int, mqtt_port: int) -> None:
    with home_lock(home):
        servers = stack(home, port, mqtt_port, programs(_say))
        servers.start()
        stopped = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stopped.set())
        print(f"export IOE_DATABASE_URL={servers.database.url}")
        print(f"export IOE_MQTT_URL={servers.broker.url}", flush=True)
        stopped.wait()
        servers.stop()


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
