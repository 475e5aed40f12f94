"""The shipped rules of the service, as they are stored."""

from __future__ import annotations

from pathlib import Path

import deploy
from services.alarms import rules
from services.rule_folder.read import read_file

SERVICE_RULES = [
    rules.NewRule(found.rule, "shipped")
    for found in (read_file(Path(deploy.__file__).parent / "rules" / "service.toml", {}).rules or {}).values()
]
