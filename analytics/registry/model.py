"""What a site is made of: frozen values that name one another by code, as a site folder does.

    Site
      Space          b1, b1/f2                     a tree by path: the codes from below the site
      OrgUnit        production/line-1             likewise
      Template       power_meter
      TemplatePoint  power_meter/active_power_kw   range in the unit that the device sends
      Equipment      compressor-1                  stands in a space, belongs to a unit, may be part of other equipment
      Device         m-101                         made from a template; its gateway's silence is its own
      Point          m-101/active_power_kw         worked out: template and exceptions, conversion to the canonical unit
      Meter          me-tr-1                       and what belongs to it: analytics/registry/meters.py
      Alias          device:m-001 -> m-101         another name, by which devices in the field and old links find it

Each class is also a row of the database, read whole. A registry is only a value: whether its references hold is
checked where it is read (the site folder) and by the database's foreign keys.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from analytics.registry.meters import Allocation, Meter, Register, RegisterSegment

SPACE_KINDS = ("building", "floor", "area")
ORG_UNIT_KINDS = ("business_unit", "department", "cost_centre")
POINT_KINDS = ("gauge", "counter", "state")

#: How far ahead of our clock a device's clock may be, unless its row says otherwise.
DEFAULT_FUTURE_LIMIT_S = 300.0


@dataclass(frozen=True, slots=True)
class Site:
    """A site; its local days and tariffs are those of `time_zone`."""

    code: str
    name: str
    name_zh: str | None
    time_zone: str
    latitude: float | None
    longitude: float | None


@dataclass(frozen=True, slots=True)
class Space:
    """A building, floor or area."""

    path: str
    name: str
    name_zh: str | None
    kind: str
    floor_area_m2: float | None


@dataclass(frozen=True, slots=True)
class OrgUnit:
    """A business unit, department or cost centre."""

    path: str
    name: str
    name_zh: str | None
    kind: str


@dataclass(frozen=True, slots=True)
class TemplatePoint:
    """A point as a template describes it: range in `unit`, as the device sends it."""

    template: str
    key: str
    name: str
    name_zh: str | None
    quantity: str
    unit: str
    kind: str
    minimum: float | None
    maximum: float | None
    expected_interval_s: float
    states: dict[str, float] | None


@dataclass(frozen=True, slots=True)
class Template:
    """A kind of device."""

    code: str
    name: str
    name_zh: str | None
    kind: str


@dataclass(frozen=True, slots=True)
class Equipment:
    """A machine."""

    code: str
    name: str
    name_zh: str | None
    equipment_class: str
    space: str | None
    org_unit: str | None
    parent: str | None


@dataclass(frozen=True, slots=True)
class Device:
    """What sends readings; without a template all its points are its own."""

    code: str
    name: str
    name_zh: str | None
    template: str | None
    space: str | None
    org_unit: str | None
    equipment: str | None
    gateway: str | None
    future_limit_s: float


@dataclass(frozen=True, slots=True)
class Point:
    """One figure of a device: stored = sent x scale + bias, in `canonical_unit`, as is the range."""

    device: str
    key: str
    name: str
    name_zh: str | None
    quantity: str
    unit: str
    canonical_unit: str
    scale: float
    bias: float
    kind: str
    minimum: float | None
    maximum: float | None
    expected_interval_s: float
    states: dict[str, float] | None


@dataclass(frozen=True, slots=True)
class Alias:
    """Another name of a living thing: a former code, or what a device really sends (of a point: `device/key`)."""

    kind: str
    alias: str
    target: str

    @property
    def name(self) -> str:
        """Names of different kinds may be the same."""
        return f"{self.kind}:{self.alias}"


#: Anything that a registry holds below its site.
Thing = (
    Space
    | OrgUnit
    | Template
    | TemplatePoint
    | Equipment
    | Device
    | Point
    | Meter
    | Register
    | RegisterSegment
    | Allocation
    | Alias
)


@dataclass(frozen=True, slots=True)
class Registry:
    """One site and everything on it, each kind by its name below the site."""

    site: Site
    spaces: Mapping[str, Space] = field(default_factory=dict)
    org_units: Mapping[str, OrgUnit] = field(default_factory=dict)
    templates: Mapping[str, Template] = field(default_factory=dict)
    template_points: Mapping[str, TemplatePoint] = field(default_factory=dict)
    equipment: Mapping[str, Equipment] = field(default_factory=dict)
    devices: Mapping[str, Device] = field(default_factory=dict)
    points: Mapping[str, Point] = field(default_factory=dict)
    meters: Mapping[str, Meter] = field(default_factory=dict)
    registers: Mapping[str, Register] = field(default_factory=dict)
    segments: Mapping[str, RegisterSegment] = field(default_factory=dict)
    allocations: Mapping[str, Allocation] = field(default_factory=dict)
    aliases: Mapping[str, Alias] = field(default_factory=dict)
