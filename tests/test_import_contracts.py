"""The import contracts hold, and a planted violation of each is caught."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGES = ("analytics", "services", "ingest", "api", "simulators", "deploy")

#: For each contract, by its name's beginning: a module and the import that breaks it.
VIOLATIONS = {
    "Edges call": ("services/planted.py", "import ingest.intake"),
    "Simulators behave": ("simulators/planted.py", "import analytics.batches"),
    "Every table": ("ingest/planted.py", "import asyncpg"),
    "MQTT is spoken": ("api/planted.py", "import paho.mqtt.client"),
    "HTTP is answered": ("deploy/planted.py", "import fastapi"),
    "The domain is pure": ("analytics/planted.py", "import time"),
    "Units are settled": ("ingest/planted_unit.py", "import pint"),
}


def lint(folder: Path) -> str:
    """What import-linter says of a copy of the project."""
    command = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    done = subprocess.run(
        [sys.executable, "-c", command, "--no-cache"],
        cwd=folder,
        env={"PYTHONPATH": str(folder), "PATH": "", "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout + done.stderr


def verdicts(output: str) -> dict[str, str]:
    """KEPT or BROKEN by the contract's name."""
    found = {}
    for line in output.splitlines():
        name, _, verdict = line.rstrip().rpartition(" ")
        if verdict in ("KEPT", "BROKEN"):
            found[name] = verdict
    return found


def copy_of_the_project(folder: Path) -> Path:
    for package in PACKAGES:
        shutil.copytree(ROOT / package, folder / package, ignore=shutil.ignore_patterns("__pycache__", "node_modules"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def test_each_contract_is_kept_and_catches_its_violation(tmp_path: Path) -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    names = [contract["name"] for contract in contracts]
    assert [next(start for start in VIOLATIONS if name.startswith(start)) for name in names] == list(VIOLATIONS)

    copy = copy_of_the_project(tmp_path)
    assert verdicts(lint(copy)) == dict.fromkeys(names, "KEPT")
    for file, line in VIOLATIONS.values():
        (copy / file).write_text(f"{line}\n", "utf-8")
    assert verdicts(lint(copy)) == dict.fromkeys(names, "BROKEN")
