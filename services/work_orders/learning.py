"""What closed orders say of causes: counted when an order is verified, and asked whenever an alarm's causes are ranked.

    verified order, its true cause --> an outcome for each rule whose alarms it had --> services/alarms/causes.py

Counts are kept by rule and class of machine (the kind of the alarm's device): what wears compressors says nothing about
chillers. An outcome names its order, so that behind every number there are orders to read. Only a verified order
counts: what one person thought and nobody looked at is no knowledge yet. A cause that the rule does not name, as
`not-reproducible`, counts as well: it moves no cause up and says how often a rule cried for nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.database import Connection, rows, run
from services.statements import statements

SQL = statements("cause_outcomes")


@dataclass(frozen=True, slots=True)
class CountRow:
    """How often a cause was the true one of a rule's alarms on machines of a class."""

    site: str
    rule: str
    rule_name: str
    rule_name_zh: str
    machine_class: str
    cause: str
    times_true: int
    times_counted: int
    """How many verified orders there were for the rule and class, whatever their cause."""
    last_at: datetime
    orders: list[str]
    causes: Any
    """As the rule has them now."""

    @property
    def named(self) -> Mapping[str, Any]:
        """The cause as the rule names it; nothing where it names none such."""
        return next((each for each in self.causes or () if each.get("code") == self.cause), {})


async def learn(connection: Connection, order_id: int) -> int:
    """Count the true cause of an order that is verified now, in the caller's transaction; gives for how many rules."""
    return await run(connection, SQL["learn_cause"], order_id)


async def counts(
    connection: Connection, site: str | None = None, rule: str | None = None, machine_class: str | None = None
) -> list[CountRow]:
    """Every count, those of a rule and class together, the most frequent cause first."""
    return await rows(connection, SQL["cause_counts"], CountRow, site, rule, machine_class)
