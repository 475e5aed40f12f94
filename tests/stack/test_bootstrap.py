"""The set-up: stamps that cannot lie, locks that cover each other, targets that explain themselves."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from deploy.bootstrap import console, environment, steps
from deploy.bootstrap.stamps import done, fingerprint, finish
from deploy.bootstrap.steps import SetupError, run
from tests.stack.up_process import CHECKOUT


def test_a_part_is_done_until_what_it_was_made_from_changes(tmp_path: Path) -> None:
    source, stamp = tmp_path / "source", tmp_path / "stamp"
    source.write_text("one")
    made_from = fingerprint([source], "python 3.11")
    assert not done(stamp, made_from)
    finish(stamp, made_from)
    assert done(stamp, fingerprint([source], "python 3.11"))
    assert not done(stamp, fingerprint([source], "python 3.12"))
    source.write_text("two")
    assert not done(stamp, fingerprint([source], "python 3.11"))


def test_a_stamp_that_was_cut_off_does_not_count(tmp_path: Path) -> None:
    (tmp_path / "stamp.part").write_text("all of it")
    assert not done(tmp_path / "stamp", "all of it")


def pins(lock: str) -> dict[str, set[str]]:
    """Versions of each package in a lock file; several where they depend on the Python version."""
    found: dict[str, set[str]] = {}
    for line in (CHECKOUT / lock).read_text("utf-8").splitlines():
        match = re.match(r"^([a-z0-9-]+)==(\S+)", line)
        if match:
            found.setdefault(match[1], set()).add(match[2])
    return found


def test_the_development_lock_covers_the_runtime_lock() -> None:
    runtime, development = pins(environment.RUNTIME), pins(environment.DEVELOPMENT)
    assert runtime
    assert {name: development.get(name) for name in runtime} == runtime


@pytest.mark.parametrize("lock", [environment.RUNTIME, environment.DEVELOPMENT, "deploy/bootstrap/node.lock"])
def test_every_locked_package_has_hashes(lock: str) -> None:
    text = (CHECKOUT / lock).read_text("utf-8")
    for block in re.split(r"(?m)^(?=[a-z0-9-]+==)", text)[1:]:
        assert "--hash=sha256:" in block


def test_what_fails_says_its_last_words_and_where_the_rest_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(steps, "LOGS", tmp_path)
    with pytest.raises(SetupError) as failed:
        run("try", ["sh", "-c", "echo first; echo the reason >&2; exit 3"])
    assert "the reason" in str(failed.value)
    assert str(tmp_path / "try.log") in str(failed.value)


def test_the_console_is_built_again_when_a_source_changes_and_not_by_its_own_output() -> None:
    sources = {path.relative_to(console.WEB).parts[0] for path in console._sources()}
    assert "src" in sources
    assert "package-lock.json" in sources
    assert not sources & {"node_modules", "dist"}


def test_make_help_explains_every_target() -> None:
    makefile = (CHECKOUT / "Makefile").read_text("utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    said = subprocess.run(["make", "help"], check=True, capture_output=True, text=True, cwd=CHECKOUT).stdout
    assert targets == set(re.findall(r"make ([a-z]+) ", said))
    assert {"setup", "run", "test", "check", "bench", "docs", "help"} == targets


def test_what_a_change_must_pass_is_check_and_test() -> None:
    script = CHECKOUT / ".ci" / "run"
    assert script.stat().st_mode & 0o111
    assert re.search(r"make .*check test", script.read_text("utf-8"))
