"""Meters as a site folder names them: what measures a carrier, how it counts, whose energy it is.

    Meter           me-tr-1                    below its parent; of kind register, power or virtual
    Register        me-tr-1/import             one direction of it, with the unit of its energy
    RegisterSegment me-tr-1/import@2026-05-01  which point it is from an instant on, with multiplier and dial
    Allocation      me-ahu/org_unit:a@         a share of it for a space or a unit, by local days, half-open

Multipliers, dials and shares are Decimal: what people wrote, exactly. A virtual meter has no segments: its register
`import` is the sum that its formula says (analytics/registry/formula.py).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Meter:
    """A meter; `rated_per_hour` is in the unit of its registers per hour (kW, m3/h): what the connection can carry."""

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
    contract: str | None
    formula: str | None


@dataclass(frozen=True, slots=True)
class Register:
    """One direction of a meter."""

    meter: str
    flow: str
    unit: str

    @property
    def name(self) -> str:
        """`me-tr-1/import`."""
        return f"{self.meter}/{self.flow}"


@dataclass(frozen=True, slots=True)
class RegisterSegment:
    """A register from `valid_from` on (None: from the beginning) until its next segment begins.

    `entered`: it came as an event with a reason (a replacement, say) and not from a folder.
    """

    meter: str
    flow: str
    valid_from: datetime | None
    point: str
    multiplier: Decimal
    modulus: Decimal | None
    resolution: Decimal
    closing_value: Decimal | None
    opening_value: Decimal | None
    entered: bool = field(default=False, compare=False)

    @property
    def register(self) -> str:
        """`me-tr-1/import`."""
        return f"{self.meter}/{self.flow}"

    @property
    def name(self) -> str:
        """The register and the instant."""
        return f"{self.register}@{self.valid_from.isoformat() if self.valid_from else ''}"


@dataclass(frozen=True, slots=True)
class Allocation:
    """A share of a meter for one space or one unit, on local days from `valid_from` to before `valid_until`."""

    meter: str
    space: str | None
    org_unit: str | None
    share: Decimal
    valid_from: date | None
    valid_until: date | None

    @property
    def target(self) -> str:
        """`space:b1/f1` or `org_unit:precision`."""
        return f"space:{self.space}" if self.space is not None else f"org_unit:{self.org_unit}"

    @property
    def name(self) -> str:
        """The meter, for whom, and since when."""
        return f"{self.meter}/{self.target}@{self.valid_from or ''}"
