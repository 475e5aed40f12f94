"""The Python environment in .venv: made, filled from a lock with hashes, linked to this checkout.

    .venv                       by the standard library's venv; where the distribution left pip's installer out
                                (Debian without python3-venv), pip's wheel comes from the signed archive
    requirements.lock           installed when its hash is not the stamp's
    ioe_energy.pth, dist-info   this checkout as an installed project, and the command `ioe`

The link is written by hand: an editable install would need the build backend, which is a development dependency.
"""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

from deploy.bootstrap.stamps import done, fingerprint, finish
from deploy.bootstrap.steps import ROOT, SetupError, run, say
from deploy.embedded.archive import ArchiveError, PrivateApt, unpack

VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
RUNTIME, DEVELOPMENT = "requirements.lock", "requirements-dev.lock"
_SCRIPT = """#!{python}
import sys

from deploy.cli import main

sys.exit(main())
"""


def prepare(*, development: bool) -> None:
    """Make or complete the environment."""
    _make()
    lock = ROOT / (DEVELOPMENT if development else RUNTIME)
    _install(lock, covers=[ROOT / RUNTIME] if development else [])
    _link()


def install_lock(lock: Path) -> None:
    """Install one more lock file into the environment."""
    _install(lock, covers=[])


def _make() -> None:
    if _works():
        return
    say("Python environment: making .venv")
    shutil.rmtree(VENV, ignore_errors=True)
    if importlib.util.find_spec("venv") is None:
        raise SetupError(f"{sys.executable} has no venv module: install python3-venv, or use another python3 >= 3.11.")
    try:
        run("venv", [sys.executable, "-m", "venv", str(VENV)])
    except SetupError:
        run("venv", [sys.executable, "-m", "venv", "--clear", "--without-pip", str(VENV)])
        _pip_from_archive()


def _works() -> bool:
    if not PYTHON.exists():
        return False
    probe = subprocess.run([PYTHON, "-c", "import pip, sys; print(sys.version)"], check=False, capture_output=True)
    return probe.returncode == 0 and probe.stdout.decode().strip() == sys.version


def _pip_from_archive() -> None:
    say("Python environment: this python3 has no pip; taking its wheel from the signed archive")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        apt = PrivateApt(folder / "apt")
        try:
            apt.prepare()
            apt.download(("python3-pip-whl",), folder / "debs")
        except ArchiveError as error:
            raise SetupError(f"{error} Or install python3-venv.") from error
        unpack(folder / "debs", folder / "root")
        wheel = next((folder / "root").glob("usr/share/python-wheels/pip-*.whl"))
        run("pip", [str(PYTHON), f"{wheel}/pip", "install", "--no-index", "--quiet", str(wheel)])


def _install(lock: Path, covers: list[Path]) -> None:
    stamp, made_from = _stamp(lock)
    if done(stamp, made_from):
        return
    count = lock.read_text().count("==")
    say(f"Python environment: installing {count} packages of {lock.name}")
    pip = [str(PYTHON), "-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--progress-bar=off"]
    run(f"pip-{lock.stem}", [*pip, "--require-hashes", "--no-deps", "-r", str(lock)])
    for finished in (lock, *covers):
        finish(*_stamp(finished))


def _stamp(lock: Path) -> tuple[Path, str]:
    return VENV / f"{lock.name}.done", fingerprint([lock], sys.version)


def _link() -> None:
    """Make the environment see this checkout as the installed project, with its command."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    site = next((VENV / "lib").glob("python3.*/site-packages"))
    info = site / f"{project['name'].replace('-', '_')}-{project['version']}.dist-info"
    for older in site.glob("ioe_energy-*.dist-info"):
        if older != info:
            shutil.rmtree(older)
    info.mkdir(exist_ok=True)
    pth, script = site / "ioe_energy.pth", VENV / "bin" / "ioe"
    _write(pth, f"{ROOT}\n")
    _write(script, _SCRIPT.format(python=PYTHON))
    script.chmod(0o755)
    _write(info / "METADATA", f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n")
    _write(info / "INSTALLER", "ioe-bootstrap\n")
    written = (pth, script, info / "METADATA", info / "INSTALLER", info / "RECORD")
    _write(info / "RECORD", "".join(f"{_relative(path, site)},,\n" for path in written))


def _relative(path: Path, site: Path) -> str:
    return str(path.relative_to(site)) if path.is_relative_to(site) else f"../../../{path.relative_to(VENV)}"


def _write(path: Path, text: str) -> None:
    if not path.exists() or path.read_text() != text:
        path.write_text(text)
