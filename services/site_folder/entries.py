"""Records become what they stand for: a site, spaces, units, templates, equipment, devices, and figures of points.

An entry keeps its record beside its value, so that a later check can still say on which line the mistake is. Values of
faulty records hold stand-ins; they take part in the checks and are thrown away afterwards.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar
from zoneinfo import ZoneInfo, available_timezones

from analytics.registry.model import (
    DEFAULT_FUTURE_LIMIT_S,
    ORG_UNIT_KINDS,
    SPACE_KINDS,
    Device,
    Equipment,
    OrgUnit,
    Site,
    Space,
    Template,
)
from services.site_folder.figures import Figure, read_figure
from services.site_folder.mistakes import mend
from services.site_folder.record import Record

Value = TypeVar("Value")

#: Fields of each table and columns of each list; the needed ones first.
SITE_FIELDS = ("code", "name", "time_zone", "name_zh", "latitude", "longitude", "space", "org_unit")
SPACE_FIELDS = ("code", "name", "kind", "name_zh", "parent", "floor_area_m2", "formerly")
ORG_UNIT_FIELDS = ("code", "name", "kind", "name_zh", "parent", "formerly")
TEMPLATE_FIELDS = ("code", "name", "kind", "name_zh", "point")
EQUIPMENT_COLUMNS = ("code", "name", "name_zh", "class", "space", "org_unit", "parent", "formerly")
EQUIPMENT_NEEDED = ("code", "name", "class")
DEVICE_COLUMNS = (
    *("code", "name", "name_zh", "template", "space", "org_unit", "equipment", "gateway", "future_limit_s"),
    "formerly",
)
DEVICE_NEEDED = ("code", "name")


@dataclass(frozen=True, slots=True)
class Entry(Generic[Value]):
    """A value, what it is called below the site, the record it was read from, and what it was called before."""

    name: str
    value: Value
    record: Record
    formerly: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TemplateDraft:
    """A template as written: its figures are not yet settled."""

    code: str
    name: str
    name_zh: str | None
    kind: str
    figures: Sequence[Entry[Figure]]

    def template(self) -> Template:
        """The template itself."""
        return Template(self.code, self.name, self.name_zh, self.kind)


def read_site(record: Record) -> Site:
    """The site's own fields."""
    record.only(SITE_FIELDS)
    time_zone = record.text("time_zone")
    if time_zone:
        _check_time_zone(record, time_zone)
    return Site(
        code=record.code("code"),
        name=record.text("name"),
        name_zh=record.optional_text("name_zh"),
        time_zone=time_zone,
        latitude=record.number("latitude", least=-90, most=90),
        longitude=record.number("longitude", least=-180, most=180),
    )


def _check_time_zone(record: Record, name: str) -> None:
    try:
        ZoneInfo(name)
    except (KeyError, OSError, ValueError):  # no such key, a folder of keys, no key at all
        record.wrong("time_zone", f"time_zone {name!r} is not known{mend(name, available_timezones())}")


def read_space(record: Record) -> Entry[Space]:
    """One `[[space]]`."""
    record.only(SPACE_FIELDS)
    path = _path(record)
    return Entry(
        path,
        Space(
            path=path,
            name=record.text("name"),
            name_zh=record.optional_text("name_zh"),
            kind=record.choice("kind", SPACE_KINDS),
            floor_area_m2=record.number("floor_area_m2", above=0),
        ),
        record,
        record.codes("formerly"),
    )


def read_org_unit(record: Record) -> Entry[OrgUnit]:
    """One `[[org_unit]]`."""
    record.only(ORG_UNIT_FIELDS)
    path = _path(record)
    return Entry(
        path,
        OrgUnit(
            path=path,
            name=record.text("name"),
            name_zh=record.optional_text("name_zh"),
            kind=record.choice("kind", ORG_UNIT_KINDS),
        ),
        record,
        record.codes("formerly"),
    )


def _path(record: Record) -> str:
    parent, code = record.reference("parent"), record.code("code")
    return f"{parent}/{code}" if parent else code


def read_template(record: Record) -> Entry[TemplateDraft]:
    """A file of `templates/`."""
    record.only(TEMPLATE_FIELDS)
    code = record.code("code")
    figures = [Entry(figure.key, figure, point) for point in record.under("point") for figure in [read_figure(point)]]
    return Entry(
        code,
        TemplateDraft(
            code=code,
            name=record.text("name"),
            name_zh=record.optional_text("name_zh"),
            kind=record.code("kind"),
            figures=figures,
        ),
        record,
    )


def read_equipment(record: Record) -> Entry[Equipment]:
    """One row of equipment.csv."""
    code = record.code("code")
    return Entry(
        code,
        Equipment(
            code=code,
            name=record.text("name"),
            name_zh=record.optional_text("name_zh"),
            equipment_class=record.code("class"),
            space=record.reference("space"),
            org_unit=record.reference("org_unit"),
            parent=record.reference("parent"),
        ),
        record,
        record.codes("formerly"),
    )


def read_device(record: Record) -> Entry[Device]:
    """One row of devices.csv."""
    code = record.code("code")
    future_limit_s = record.number("future_limit_s", least=0)
    return Entry(
        code,
        Device(
            code=code,
            name=record.text("name"),
            name_zh=record.optional_text("name_zh"),
            template=record.reference("template"),
            space=record.reference("space"),
            org_unit=record.reference("org_unit"),
            equipment=record.reference("equipment"),
            gateway=record.reference("gateway"),
            future_limit_s=DEFAULT_FUTURE_LIMIT_S if future_limit_s is None else future_limit_s,
        ),
        record,
        record.codes("formerly"),
    )
