"""The demonstration factory as machines and rules, straight from its site folder: no database.

Numbers of points are made up here, in the order of the folder's files.
"""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

from analytics.alarms.binding import Binding, bind
from analytics.alarms.machine import Machine, Point
from analytics.alarms.rule import Rule
from analytics.registry.quantities import QUANTITIES
from services.rule_folder.read import read_rule_folder
from services.units import Conversion, conversion

SITE = Path(__file__).parents[2] / "deploy" / "sites" / "kunshan"
LIBRARY = Path(__file__).parents[2] / "deploy" / "rules"


@cache
def rules() -> tuple[Rule, ...]:
    """The shipped rules, and the factory's own before them."""
    checked = read_rule_folder(SITE, LIBRARY)
    assert checked.rules is not None, list(checked.mistakes)
    return tuple(each.rule for each in checked.rules.values())


@cache
def machines() -> tuple[Machine, ...]:
    """Devices, meters, and the site itself."""
    numbers = count(1)
    devices = [_device(row, _template(row["template"]), numbers) for row in _rows("devices")]
    by_code = {machine.code: machine for machine in devices}
    registers: dict[str, list[str]] = {}
    for row in _rows("registers"):
        registers.setdefault(row["meter"], []).append(row["point"])
    meters = [_meter(row, registers.get(row["code"], []), by_code) for row in _rows("meters")]
    return (*devices, *meters, Machine("kunshan", "site", "kunshan", "Kunshan Precision Works"))


@cache
def binding() -> Binding:
    """What the rules are bound to; those about this service are not."""
    return bind([rule for rule in rules() if rule.target.subject != "service"], {}, machines())


@cache
def conversions() -> Mapping[int, Conversion]:
    """How what a point sends becomes what is stored, by its number."""
    return {
        machine.points[point["key"]].point_id: conversion(point["unit"], point["quantity"])
        for machine in machines()
        if machine.subject == "device"
        for point in _template(machine.template)["point"]
    }


@cache
def _template(code: str) -> Mapping[str, Any]:
    return tomllib.loads((SITE / "templates" / f"{code}.toml").read_text(encoding="utf-8"))


def _rows(name: str) -> list[dict[str, str]]:
    with (SITE / f"{name}.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def _device(row: Mapping[str, str], template: Mapping[str, Any], numbers: Iterator[int]) -> Machine:
    points = {
        point["key"]: Point(
            next(numbers),
            QUANTITIES[point["quantity"]].unit,
            point["kind"],
            point["expected_interval_s"],
            point.get("states", {}),
        )
        for point in template["point"]
    }
    return Machine(
        "kunshan", "device", row["code"], row["name"], row["name_zh"], template["kind"], row["template"], points,
        row["equipment"], row["gateway"], row["space"],
    )  # fmt: skip


def _meter(row: Mapping[str, str], registers: list[str], devices: Mapping[str, Machine]) -> Machine:
    points = {}
    gateway = ""
    for place in registers:
        device, _, key = place.partition("/")
        points[key] = devices[device].points[key]
        gateway = devices[device].gateway
    return Machine(
        "kunshan", "meter", row["code"], row["name"], row["name_zh"], row["carrier"], "", points, row["equipment"],
        gateway, row["space"], row["parent"],
    )  # fmt: skip
