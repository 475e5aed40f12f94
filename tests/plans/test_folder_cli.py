"""`ioe site check|apply|export` with the files of maintenance."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from deploy.cli import main
from tests.plans.test_folder import GOLDEN, PEOPLE, whole


def ioe(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["site", *map(str, arguments)])


def test_the_commands(database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("IOE_DATABASE_URL", database_url)
    wrong = ioe("check", GOLDEN / "names" / "folder")
    assert wrong.exit_code == 1
    assert "people.toml: did you mean 'crew'?" in wrong.stdout
    here = whole(tmp_path)
    # A rule that nobody has is a mistake here, because the rules are known.
    assert "never: there is no rule 'pump-noisy'" in ioe("check", here).stdout
    maintenance = here / "maintenance.toml"
    maintenance.write_text(maintenance.read_text("utf-8").replace('never = ["pump-noisy"]\n', ""), "utf-8")
    checked = ioe("check", here)
    assert (checked.exit_code, checked.stdout.strip().endswith("1 plan of maintenance")) == (0, True), checked.output
    # There is no site yet, and so all of it would be new.
    assert "added    plan grease" in ioe("apply", here, "--dry-run").stdout
    applied = ioe("apply", here)
    assert applied.exit_code == 0, applied.output
    assert "added    equipment pump-1" in applied.stdout
    assert "added    plan grease" not in ioe("apply", here).stdout
    (here / "people.toml").write_text(PEOPLE[: PEOPLE.rindex("[[person]]")], "utf-8")
    refused = ioe("apply", here)
    assert (refused.exit_code, "this would retire person wang: say --yes" in refused.output) == (1, True)
    assert "retired  person wang" in ioe("apply", here, "--yes").stdout
    out = tmp_path / "exported"
    assert ioe("export", out).exit_code == 0
    assert {"maintenance.toml", "people.toml", "parts.csv", "nameplates.csv"} <= {path.name for path in out.iterdir()}
    again = ioe("apply", out)
    assert (again.exit_code, "person" in again.stdout, "job" in again.stdout) == (0, False, False), again.output
