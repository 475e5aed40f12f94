"""Parts and their movements as they are read, and how a part is named."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final, Literal, NamedTuple

Kind = Literal["received", "used", "returned", "counted"]
KINDS: Final[tuple[Kind, ...]] = ("received", "used", "returned", "counted")


class PartRef(NamedTuple):
    """A part as people name it: kunshan/oil-filter."""

    site: str
    code: str

    @classmethod
    def of(cls, address: str) -> PartRef:
        """Read an address. Raises PartNotFoundError where it is none."""
        site, slash, code = address.partition("/")
        if not (site and slash and code) or "/" in code:
            raise PartNotFoundError(address)
        return cls(site, code)

    @property
    def address(self) -> str:
        """As people write it."""
        return f"{self.site}/{self.code}"


class PartNotFoundError(Exception):
    """There is no such part."""

    def __init__(self, address: str) -> None:
        super().__init__(
            f"There is no part {address}: a part is named site/code, as in kunshan/oil-filter; the list of parts shows "
            "them."
        )


@dataclass(frozen=True, slots=True)
class PartRow:
    """A part; `minimum`: fewer than so many are too few."""

    part_id: int
    site: str
    code: str
    name: str
    name_zh: str
    unit: str
    location: str
    supplier: str
    minimum: Decimal
    unit_cost: Decimal | None
    currency: str | None
    stock: Decimal
    retired_at: datetime | None

    @property
    def id(self) -> str:
        """Public name: `kunshan/oil-filter`."""
        return f"{self.site}/{self.code}"

    @property
    def is_low(self) -> bool:
        """Whether there are fewer than there should be."""
        return self.stock < self.minimum


@dataclass(frozen=True, slots=True)
class MovementRow:
    """What changed a stock: `quantity` is what it did to it, `stock` what there was after it."""

    id: int
    site: str
    part: str
    name: str
    unit: str
    at: datetime
    kind: str
    quantity: Decimal
    stock: Decimal
    unit_cost: Decimal | None
    currency: str | None
    order_number: int | None
    actor: str
    reason: str

    @property
    def order(self) -> str | None:
        """The order that took or brought it: `kunshan/41`."""
        return None if self.order_number is None else f"{self.site}/{self.order_number}"


def figure(number: Decimal) -> str:
    """A quantity as people write it: 3, 2.5."""
    plain = f"{number:f}"
    return plain.rstrip("0").rstrip(".") if "." in plain else plain
