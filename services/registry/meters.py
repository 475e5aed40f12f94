"""Meters: what measures a carrier, how it counts, below which other meter, and whose energy it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby

from services.database import Connection, one, rows
from services.registry.pages import Listing, Page, listing
from services.statements import statements

SQL = statements("meters")


@dataclass(frozen=True, slots=True)
class MeterRow:
    """A meter; `contract` is its own or, where `contract_is_default`, the site's for its carrier (None: neither)."""

    site: str
    code: str
    name: str
    name_zh: str | None
    carrier: str
    kind: str
    parent: str | None
    space: str | None
    org_unit: str | None
    equipment: str | None
    rated_per_hour: float | None
    formula: str | None
    contract: str | None
    contract_is_default: bool
    flows: list[str]
    children: int
    retired_at: datetime | None

    @property
    def id(self) -> str:
        """Public name: `kunshan/me-tr-1`."""
        return f"{self.site}/{self.code}"


@dataclass(frozen=True, slots=True)
class CodeRow:
    """The code of a meter."""

    code: str


@dataclass(frozen=True, slots=True)
class SegmentRow:
    """A segment of a register; one without a point and a multiplier says that the register has none."""

    flow: str
    unit: str
    valid_from: datetime | None
    point: str | None
    multiplier: Decimal | None
    modulus: Decimal | None
    resolution: Decimal | None
    closing_value: Decimal | None
    opening_value: Decimal | None
    actor: str | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class RegisterRow:
    """A register of a meter, with its segments in the order of time; a virtual one has none."""

    flow: str
    unit: str
    segments: Sequence[SegmentRow]


@dataclass(frozen=True, slots=True)
class TermRow:
    """A register that a virtual meter counts, and how often."""

    meter: str
    flow: str
    factor: Decimal


@dataclass(frozen=True, slots=True)
class AllocationRow:
    """A share of a meter for a space or a unit, on local days from `valid_from` to before `valid_until`."""

    space: str | None
    org_unit: str | None
    share: Decimal
    valid_from: date | None
    valid_until: date | None


@dataclass(frozen=True, slots=True)
class BranchRow:
    """A meter of a tree; `way` are the codes that lead to it, its own the last."""

    site: str
    code: str
    name: str
    name_zh: str | None
    carrier: str
    kind: str
    way: list[str]
    space: str | None
    org_unit: str | None


@dataclass(frozen=True, slots=True)
class UncontractedRow:
    """A meter and the contract that it names in vain."""

    code: str
    contract: str


@dataclass(frozen=True, slots=True)
class Described:
    """Everything the registry says of one meter."""

    meter: MeterRow
    registers: Sequence[RegisterRow]
    children: Sequence[str]
    terms: Sequence[TermRow]
    allocations: Sequence[AllocationRow]


async def meters(
    connection: Connection,
    page: Page,
    *,
    site: str | None = None,
    carrier: str | None = None,
    kind: str | None = None,
    space: str | None = None,
    org_unit: str | None = None,
    parent: str | None = None,
    search: str | None = None,
    code: str | None = None,
    retired: bool = False,
) -> Listing[MeterRow]:
    """Meters by code; `space` and `org_unit` take everything below them in, `parent` only its own children."""
    found = await rows(
        connection,
        SQL["meters"],
        MeterRow,
        site,
        carrier,
        kind,
        space,
        org_unit,
        parent,
        search,
        code,
        retired,
        *page.place(2),
        page.count + 1,
    )
    return listing(found, page)


async def described(connection: Connection, site: str, code: str) -> Described | None:
    """A meter with all that belongs to it, also a retired one and by a former code; None: there is none."""
    present = await one(connection, SQL["present_code"], CodeRow, site, code)
    if present is None:
        return None
    found = await meters(connection, Page(1), site=site, code=present.code, retired=True)
    segments = await rows(connection, SQL["segments_of_meter"], SegmentRow, site, present.code)
    tree = await rows(connection, SQL["children_of_meter"], CodeRow, site, present.code)
    return Described(
        meter=found.rows[0],
        registers=[
            RegisterRow(flow, unit, [segment for segment in listed if segment.multiplier is not None])
            for (flow, unit), listed in groupby(segments, lambda segment: (segment.flow, segment.unit))
        ],
        children=[child.code for child in tree],
        terms=await rows(connection, SQL["terms_of_meter"], TermRow, site, present.code),
        allocations=await rows(connection, SQL["allocations_of_meter"], AllocationRow, site, present.code),
    )


async def tree(connection: Connection, site: str, *, carrier: str | None = None) -> list[BranchRow]:
    """The living meters of a site, each before what is below it."""
    return await rows(connection, SQL["meter_tree"], BranchRow, site, carrier)


async def uncontracted(connection: Connection, site: str) -> list[UncontractedRow]:
    """Living meters that name a contract which is not there: their energy is unbilled until it comes."""
    return await rows(connection, SQL["meters_without_their_contract"], UncontractedRow, site)
