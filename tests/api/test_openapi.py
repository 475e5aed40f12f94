"""The OpenAPI document is up to date and complete enough to generate a client."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from api.openapi import TAGS, document
from api.problems import KINDS, MEDIA_TYPE
from api.reference import page

DOCUMENT = document()
OPERATIONS: dict[str, dict[str, Any]] = {
    f"{method.upper()} {path}": operation
    for path, operations in DOCUMENT["paths"].items()
    for method, operation in operations.items()
}


def test_the_committed_document_is_up_to_date() -> None:
    committed = Path(__file__).parents[2] / "docs" / "openapi.json"
    assert json.loads(committed.read_text("utf-8")) == json.loads(json.dumps(DOCUMENT)), (
        "run `python -m api.openapi > docs/openapi.json`"
    )


def test_every_operation_has_a_name_of_its_own_a_summary_a_description_and_one_known_tag() -> None:
    names = [operation["operationId"] for operation in OPERATIONS.values()]
    assert len(set(names)) == len(names)
    tags = {tag["name"] for tag in TAGS}
    for where, operation in OPERATIONS.items():
        assert operation["summary"], where
        assert operation["description"], where
        assert len(operation["tags"]) == 1, where
        assert set(operation["tags"]) <= tags, where


def test_every_error_is_a_problem_document() -> None:
    for where, operation in OPERATIONS.items():
        errors = {status: answer for status, answer in operation["responses"].items() if int(status) >= 400}
        assert {"422", "500", "503"} <= set(errors), where
        for answer in errors.values():
            found = _resolved(answer)
            assert list(found["content"]) == [MEDIA_TYPE], where
            assert found["content"][MEDIA_TYPE]["schema"] == {"$ref": "#/components/schemas/ProblemDocument"}


def test_every_kind_of_problem_is_shown_where_it_can_come_from() -> None:
    shown = {
        slug
        for operation in OPERATIONS.values()
        for status, answer in operation["responses"].items()
        if int(status) >= 400
        for slug in _resolved(answer)["content"][MEDIA_TYPE]["examples"]
    }
    everywhere = {"method-not-allowed", "request-refused"}  # not of any one operation
    assert shown | everywhere == set(KINDS)


def test_every_reference_leads_somewhere() -> None:
    def references(node: object) -> list[str]:
        if isinstance(node, dict):
            own = [node["$ref"]] if isinstance(node.get("$ref"), str) else []
            return own + [found for value in node.values() for found in references(value)]
        return [found for value in node for found in references(value)] if isinstance(node, list) else []

    for reference in references(DOCUMENT):
        assert _at(reference)


def test_the_stream_is_described_as_one() -> None:
    operation = OPERATIONS["GET /api/v1/live/stream"]
    assert "text/event-stream" in operation["responses"]["200"]["content"]
    for word in ("snapshot", "values", "event", "Last-Event-ID", "cursor"):
        assert word in operation["description"]


_UNITS = {"s", "h", "days", "kw", "m2", "bytes", "px", "percent", "minutes"}


def test_numbers_name_their_unit() -> None:
    unitless = {"latitude", "longitude", "limit", "count", "points", "devices", "samples", "kept", "repeats", "letters"}
    unitless |= {"received", "stored", "duplicate", "corrected", "unchanged", "status", "readings", "based_on_readings"}
    in_the_points_unit = {
        "value",
        "stored_value",
        "old_value",
        "new_value",
        "minimum",
        "maximum",
        "mean",
        "first",
        "last",
        "last_value",
    }
    unitless |= {"price_decimals", "amount_decimals"}
    unitless |= {"children", "factor", "multiplier", "share"}
    # A register's in the unit of its point or, an hour, in that of its energy: `unit` stands beside them.
    in_the_points_unit |= {"modulus", "resolution", "closing_value", "opening_value", "rated_per_hour"}
    unitless |= {"ratio", "compared_quarters", "unmetered_share", "lowest_share", "highest_share", "residual_micro"}
    # Energies of any carrier: `unit` stands beside them.
    in_the_points_unit |= {"energy", "measured", "interpolated", "estimated", "intervals", "quarantined", "unresolved"}
    in_the_points_unit |= {"adjustment", "adjustments", "difference", "residual", "unmetered", "first_value"}
    in_the_points_unit |= {"compared_energy", "forward", "backward", "previous_energy", "unbilled", "energy_so_far"}
    in_the_points_unit |= {"present_power", "night_baseload", "weekend_baseload"}
    # Of products in their own unit, and money in the currency beside it.
    in_the_points_unit |= {"quantity", "energy_per_unit", "cost", "average_price", "amount", "total"}
    unitless |= {"load_factor", "share_of_contract", "peak_share", "rank", "meters", "change", "row", "replaced"}
    # Alarms: figures in the signal's unit, which stands beside them, and counts of alarms.
    in_the_points_unit |= {"limit", "at_most"}
    unitless |= {"alarms", "alarms_per_day", "alarms_per_ten_minutes", "worst_ten_minutes", "peak_in_ten_minutes"}
    unitless |= {"floods", "alarms_in_floods", "acknowledged", "likelihood", "times", "times_counted", "weight"}
    unitless |= {"waiting", "failed_in_a_day", "tries"}  # messages
    unitless |= {"version", "machines", "unbound", "most_in_a_minute", "alarms_a_day"}
    in_the_points_unit |= {"deadband"}
    # Work orders: counts, and of a part quantities and money, whose unit and currency stand beside them.
    unitless |= {"alarms_standing", "escalated", "isolations_open", "orders", "photos", "position", "reopened", "tasks"}
    unitless |= {"tasks_done", "times_true", "planned", "used", "stock", "unit_cost", "hours"}
    unitless |= {"number", "opening_stock", "allowed", "machines_due", "machines_on", "machines_overdue"}
    # Machines: counts, a year, and of a remark a figure whose unit its text says.
    unitless |= {"starts", "failures", "repairs_done", "maintenance_done", "orders_opened", "parts_without_cost"}
    unitless |= {"measured_share", "built_year", "figure"}
    for name, schema in DOCUMENT["components"]["schemas"].items():
        for field, described in schema.get("properties", {}).items():
            kinds = {described.get("type"), *(option.get("type") for option in described.get("anyOf", []))}
            if kinds & {"number", "integer"} and field not in unitless | in_the_points_unit:
                assert field.rsplit("_", 1)[-1] in _UNITS, f"{name}.{field}"


def test_the_reference_page_shows_every_operation_and_loads_nothing_from_outside() -> None:
    shown = page(DOCUMENT)
    for operation in OPERATIONS.values():
        assert f'id="{operation["operationId"]}"' in shown
    assert not re.search(r"<script|https?://|<link", shown)


def _resolved(answer: dict[str, Any]) -> dict[str, Any]:
    found = _at(answer["$ref"]) if "$ref" in answer else answer
    assert isinstance(found, dict)
    return found


def _at(reference: str) -> object:
    node: Any = DOCUMENT
    for part in reference.removeprefix("#/").split("/"):
        node = node[part]
    return node
