"""Server processes: started as the right user, bound to our life, waited for, stopped.

Every child is started through setpriv, which changes to the unprivileged user and asks the kernel to send the
child its stop signal when we die, however we die: a SIGKILL of the parent leaves no orphan holding a port. The
signal is tied to the thread that starts the child, so children are started from the main thread only.

Each child has a session of its own, so that Ctrl-C in the terminal reaches us alone and we stop the children in
the right order.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from deploy.embedded.places import Account

POLL_S = 0.05


class ProcessError(Exception):
    """A server did not start or did not stop; the message carries the end of its log."""


def spawn(
    command: Sequence[str],
    log: Path,
    account: Account | None = None,
    stop_signal: signal.Signals = signal.SIGTERM,
    environment: Mapping[str, str] | None = None,
) -> subprocess.Popen[bytes]:
    """Start a child whose output is appended to its log."""
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        raise ProcessError("setpriv is missing: install util-linux, which every Debian has.")
    prefix = [setpriv, f"--pdeathsig={stop_signal.name.removeprefix('SIG')}"]
    if account is not None:
        prefix += [f"--reuid={account.uid}", f"--regid={account.gid}", "--clear-groups"]
    with log.open("ab") as output:
        return subprocess.Popen(
            [*prefix, *command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            cwd="/",
            env={**(os.environ if environment is None else environment)},
        )


def wait_until(
    ready: Callable[[], bool], process: subprocess.Popen[bytes], name: str, log: Path, deadline_s: float
) -> None:
    """Wait for the server's first answer; its early death or silence is an error with the end of its log."""
    give_up_at_s = time.monotonic() + deadline_s
    while not ready():
        with suppress(subprocess.TimeoutExpired):
            code = process.wait(POLL_S)
            raise ProcessError(f"The {name} stopped at its start (exit code {code}):\n{tail(log)}")
        if time.monotonic() > give_up_at_s:
            raise ProcessError(f"The {name} did not answer within {deadline_s:.0f} s:\n{tail(log)}")


def stop(process: subprocess.Popen[bytes], stop_signal: signal.Signals, patience_s: float) -> bool:
    """Ask a child to stop, and make it when it does not; True when it stopped by itself."""
    if process.poll() is not None:
        return True
    process.send_signal(stop_signal)
    try:
        process.wait(patience_s)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        return False
    return True


def settle(path: Path, stop_signal: signal.Signals, patience_s: float) -> None:
    """Wait for processes that an earlier life of ours left on a folder or configuration, asking each to stop.

    The caller holds the home's lock, so whoever still works there belongs to nobody.
    """
    give_up_at_s = time.monotonic() + patience_s
    asked: set[int] = set()
    while left := _working_on(path):
        for pid in left - asked:
            with suppress(ProcessLookupError):
                os.kill(pid, stop_signal)
        asked |= left
        if time.monotonic() > give_up_at_s:
            pids = " ".join(str(pid) for pid in sorted(left))
            raise ProcessError(f"An earlier server still works on {path} and does not stop: end it with `kill {pids}`.")
        time.sleep(POLL_S)  # none of them is our child, and each of them may have children of its own by now


def _working_on(path: Path) -> set[int]:
    """Processes started with the path as an argument, or whose working folder it is (PostgreSQL's backends)."""
    wanted = str(path).encode()
    found = set()
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        with suppress(OSError):  # a process may end while we look, and another user's is none of ours
            words = (entry / "cmdline").read_bytes().split(b"\0")
            program = words[0].rpartition(b"/")[2].split(b":")[0]
            if program not in {b"postgres", b"mosquitto"}:
                continue
            if wanted in words or (entry / "cwd").readlink() == path:
                found.add(int(entry.name))
    return found


def tail(log: Path, lines: int = 8) -> str:
    """The end of a log."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - 8192))
            text = file.read().decode(errors="replace")
    except OSError:
        return f"(no log at {log})"
    return "\n".join(text.splitlines()[-lines:])


def port_is_free(port: int) -> bool:
    """Whether a server could listen on this loopback port now."""
    with socket.socket() as probe:
        # As the servers themselves do: a port whose last connections are still closing counts as free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_port() -> int:
    """A loopback port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
