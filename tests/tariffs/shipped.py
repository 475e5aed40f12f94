"""The shipped tariffs and terms to look at them with."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

from analytics.tariffs.expansion import Plan
from analytics.tariffs.model import Terms
from services.tariff_folder.read import Documents, read_library

LIBRARY = Path(__file__).parents[2] / "deploy" / "tariffs"
SITE = Path(__file__).parents[2] / "deploy" / "sites" / "kunshan"


def documents() -> Documents:
    """The library."""
    return read_library(LIBRARY)


def plan(
    tariff: str,
    customer_class: str,
    *,
    zone: str = "Asia/Shanghai",
    kva: int = 0,
    critical: frozenset[date] = frozenset(),
    since: date = date(1970, 1, 1),
) -> Plan:
    """A contract under one shipped tariff."""
    found = documents()
    terms = Terms(since, tariff, customer_class, transformer_kva=Decimal(kva))
    return Plan(ZoneInfo(zone), (terms,), found.tariffs, found.holidays, critical)
