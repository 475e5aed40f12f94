"""A small site for tests of rules, written straight into the tables: compressors behind a gateway, a header, a meter.

comp-1, comp-2   kind compressor on cs-1 and cs-2: outlet_degc, state, power_kw (comp-2 has no outlet_degc)
header           kind pressure_sensor: pressure_bar           gw   kind gateway, no point of its own
me-main -> me-b1 meters of electricity, measured by devices of the same code
"""

from __future__ import annotations

import msgspec

from services.database import Connection

STATES = {"stopped": 0.0, "unloaded": 1.0, "loaded": 2.0, "fault": 3.0}
DEVICES = (
    ("gw", "gateway", None, None, ()),
    ("comp-1", "compressor", "cs-1", "gw", ("outlet_degc", "power_kw", "state")),
    ("comp-2", "compressor", "cs-2", "gw", ("power_kw", "state")),
    ("header", "pressure_sensor", None, "gw", ("pressure_bar",)),
    ("me-main", "power_meter", None, None, ("energy_kwh",)),
    ("me-b1", "power_meter", "cs-1", None, ("energy_kwh",)),
)


async def build(connection: Connection, site: str = "plant") -> dict[str, int]:
    """Insert the site; the ids of its points by `device/key`."""
    site_id = await connection.fetchval(
        "INSERT INTO site (code, name, time_zone) VALUES ($1::text, $1::text, 'Asia/Shanghai') RETURNING id", site
    )
    for machine in ("cs-1", "cs-2"):
        await connection.execute(
            "INSERT INTO equipment (site_id, code, name, class) VALUES ($1, $2::text, $2::text, 'compressor')",
            site_id,
            machine,
        )
    for kind in {device[1] for device in DEVICES}:
        await connection.execute(
            """INSERT INTO device_template (site_id, code, name, kind)
               VALUES ($1, 'my_' || $2::text, $2::text, $2::text)""",
            site_id,
            kind,
        )
    points: dict[str, int] = {}
    for code, kind, equipment, gateway, keys in DEVICES:
        device_id = await connection.fetchval(
            """INSERT INTO device (site_id, code, name, name_zh, template_id, equipment_id, gateway_id)
               SELECT $1, $2::text, 'Device ' || $2::text, '设备', template.id, equipment.id, gateway.id
               FROM device_template AS template
               LEFT JOIN equipment ON equipment.site_id = $1 AND equipment.code = $4
               LEFT JOIN device AS gateway ON gateway.site_id = $1 AND gateway.code = $5
               WHERE template.site_id = $1 AND template.kind = $3 RETURNING id""",
            site_id,
            code,
            kind,
            equipment,
            gateway,
        )
        for key in keys:
            is_state = key == "state"
            points[f"{code}/{key}"] = await connection.fetchval(
                """INSERT INTO point
                     (device_id, key, name, quantity, unit, canonical_unit, scale, kind, expected_interval_s, states)
                   VALUES ($1, $2::text, $2::text, 'other', '1', '1', 1, $3, 10, $4) RETURNING id""",
                device_id,
                key,
                "state" if is_state else "gauge",
                STATES if is_state else None,
            )
    await _meters(connection, site_id, points)
    return points


async def _meters(connection: Connection, site_id: int, points: dict[str, int]) -> None:
    calendar_id = await connection.fetchval("INSERT INTO band_calendar (site_id) VALUES ($1) RETURNING id", site_id)
    parent = None
    for code in ("me-main", "me-b1"):
        parent = await connection.fetchval(
            """INSERT INTO meter (site_id, code, name, carrier, kind, parent_id)
               VALUES ($1, $2::text, $2::text, 'electricity', 'register', $3) RETURNING id""",
            site_id,
            code,
            parent,
        )
        register_id = await connection.fetchval(
            """INSERT INTO register (meter_id, flow, unit, calendar_id) VALUES ($1, 'import', 'kWh', $2)
               RETURNING id""",
            parent,
            calendar_id,
        )
        await connection.execute(
            """INSERT INTO register_segment (register_id, valid_from, point_id, actor_id)
               SELECT $1, '-infinity', $2, id FROM actor WHERE code = 'local'""",
            register_id,
            points[f"{code}/energy_kwh"],
        )


def rule_document(code: str = "outlet-high", **fields: object) -> dict[str, object]:
    """A rule as a document: the outlet of compressors above 105, with other fields as given."""
    return {
        "code": code,
        "name": code.replace("-", " ").capitalize(),
        "for": {"kind": "compressor"},
        "signal": "outlet_degc",
        "levels": [{"at": "H", "limit": 105, "priority": "high"}],
        **fields,
    }


def as_json(document: object) -> bytes:
    """A document as a request's body."""
    return msgspec.json.encode(document)
