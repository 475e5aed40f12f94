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
class Figures:
    """Energy of a group in a bucket, in millionths; money exact. `expected_us`: time of all its meters together."""

    measured: Decimal = Decimal(0)
    interpolated: Decimal = Decimal(0)
    estimated: Decimal = Decimal(0)
    covered_us: int = 0
    expected_us: int = 0
    cost: Decimal = Decimal(0)
    priced: Decimal = Decimal(0)
    bands: dict[int, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    known: bool = False

    def add(self, piece: Piece, price: Decimal | None) -> None:
        """Take in a piece; `price` None: nobody charges for it."""
        energy = piece.measured + piece.interpolated + piece.estimated
        self.known = True
        self.measured += piece.measured
        self.interpolated += piece.interpolated
        self.estimated += piece.estimated
        self.covered_us += piece.covered_us
        self.bands[piece.band] += energy
        if price is not None:
            self.cost += energy / _MICRO * price
            self.priced += energy

    def merge(self, other: Figures) -> None:
        """Take in the figures of another bucket or group."""
        self.known = self.known or other.known
        self.measured += other.measured
        self.interpolated += other.interpolated
        self.estimated += other.estimated
        self.covered_us += other.covered_us
        self.expected_us += other.expected_us
        self.cost += other.cost
        self.priced += other.priced
        for band, energy in other.bands.items():
            self.bands[band] += energy

    @property
    def energy(self) -> Decimal:
        """The total in units."""
        return (self.measured + self.interpolated + self.estimated) / _MICRO

    @property
    def shares(self) -> tuple[Decimal, Decimal, Decimal] | None:
        """Measured, interpolated and estimated fraction, the three sum to 1; None: there is no energy."""
        energy = self.energy * _MICRO
        if not energy:
            return None
        interpolated, estimated = (
            min(max(part / energy, Decimal(0)), Decimal(1)) for part in (self.interpolated, self.estimated)
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
        total = self.energy * _MICRO - self.bands.get(Band.UNBILLED, Decimal(0))
        if not total:
            return None
        return sum((self.bands.get(band, Decimal(0)) for band in _PEAKS), start=Decimal(0)) / total

    @property
    def average_price(self) -> Decimal | None:
        """Cost of a unit that is charged for."""
        return self.cost / (self.priced / _MICRO) if self.priced else None

    @property
    def unbilled(self) -> Decimal:
        """Units that no tariff charges for."""
        return self.energy - self.priced / _MICRO
