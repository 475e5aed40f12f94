"""Figures of energy with their quality, added up piece by piece; and what is made of them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal

from analytics.tariffs.bands import Band
from services.energy.sums import Piece

_MICRO = Decimal(1_000_000)
_PEAKS = (Band.CRITICAL_PEAK, Band.PEAK)


@dataclass(slots=True)
class Amount:
    """Energy in one band, in millionths; money exact. `priced`: what is charged for."""

    measured: Decimal = Decimal(0)
    interpolated: Decimal = Decimal(0)
    estimated: Decimal = Decimal(0)
    cost: Decimal = Decimal(0)
    priced: Decimal = Decimal(0)

    @property
    def energy(self) -> Decimal:
        """All of it."""
        return self.measured + self.interpolated + self.estimated


@dataclass(slots=True)
class Figures:
    """Energy of a group in a bucket by band. `expected_us`: time of all its meters together."""

    amounts: dict[int, Amount] = field(default_factory=lambda: defaultdict(Amount))
    covered_us: int = 0
    expected_us: int = 0
    known: bool = False

    def add(self, piece: Piece, price: Decimal | None) -> None:
        """Take in a piece; `price` None: nobody charges for it."""
        self.known = True
        self.covered_us += piece.covered_us
        amount = self.amounts[piece.band]
        amount.measured += piece.measured
        amount.interpolated += piece.interpolated
        amount.estimated += piece.estimated
        if price is not None:
            energy = piece.measured + piece.interpolated + piece.estimated
            amount.cost += energy / _MICRO * price
            amount.priced += energy

    def merge(self, other: Figures) -> None:
        """Take in the figures of another bucket or group."""
        self.known = self.known or other.known
        self.covered_us += other.covered_us
        self.expected_us += other.expected_us
        for band, more in other.amounts.items():
            amount = self.amounts[band]
            amount.measured += more.measured
            amount.interpolated += more.interpolated
            amount.estimated += more.estimated
            amount.cost += more.cost
            amount.priced += more.priced

    def of_band(self, band: int) -> Figures:
        """What lies in one band; time is that of all bands."""
        amounts = {band: self.amounts[band]} if band in self.amounts else {}
        return Figures(amounts, self.covered_us, self.expected_us, self.known and band in self.amounts)

    @property
    def bands(self) -> dict[int, Decimal]:
        """Energy by band, in millionths."""
        return {band: amount.energy for band, amount in self.amounts.items()}

    @property
    def cost(self) -> Decimal:
        """What all bands cost."""
        return sum((amount.cost for amount in self.amounts.values()), Decimal(0))

    @property
    def priced(self) -> Decimal:
        """What is charged for, in millionths."""
        return sum((amount.priced for amount in self.amounts.values()), Decimal(0))

    @property
    def energy(self) -> Decimal:
        """The total in units."""
        return sum((amount.energy for amount in self.amounts.values()), Decimal(0)) / _MICRO

    @property
    def shares(self) -> tuple[Decimal, Decimal, Decimal] | None:
        """Measured, interpolated and estimated fraction, the three sum to 1; None: there is no energy."""
        energy = self.energy * _MICRO
        if not energy:
            return None
        interpolated, estimated = (
            min(max(sum(part, Decimal(0)) / energy, Decimal(0)), Decimal(1))
            for part in (
                (amount.interpolated for amount in self.amounts.values()),
                (amount.estimated for amount in self.amounts.values()),
            )
        )
        measured = max(Decimal(0), 1 - interpolated - estimated)
        return measured, 1 - measured - estimated, estimated

    @property
    def missing_s(self) -> float:
        """Time without energy, of all meters together."""
        return max(0, self.expected_us - self.covered_us) / 1_000_000

    @property
    def peak_share(self) -> Decimal | None:
        """Peak and critical peak of all energy that has a band; None: there is none."""
        total = sum((amount.energy for band, amount in self.amounts.items() if band != Band.UNBILLED), Decimal(0))
        if not total:
            return None
        return sum((self.amounts[band].energy for band in _PEAKS if band in self.amounts), Decimal(0)) / total

    @property
    def average_price(self) -> Decimal | None:
        """Cost of a unit that is charged for."""
        priced = self.priced
        return self.cost / (priced / _MICRO) if priced else None

    @property
    def unbilled(self) -> Decimal:
        """Units that no tariff charges for."""
        return self.energy - self.priced / _MICRO
