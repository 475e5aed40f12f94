"""The drawing in the documentation is that of the table."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree as ET

from analytics.work_orders.lifecycle import GUARDS, ways
from deploy.work_order_drawing import drawing

COMMITTED = Path(__file__).parents[2] / "docs" / "images" / "work-order-lifecycle.svg"


def test_the_committed_drawing_is_up_to_date() -> None:
    assert COMMITTED.read_text("utf-8") == drawing(), (
        "run `python -m deploy.work_order_drawing > docs/images/work-order-lifecycle.svg`"
    )


def test_it_is_well_formed_and_tells_of_every_event_and_guard() -> None:
    texts = " ".join(ET.fromstring(drawing()).itertext())
    words = {word for state, event, _, to in ways() for word in (state, event, to)}
    for word in words | {guard for guards in GUARDS.values() for guard, _ in guards}:
        assert word.replace("_", " ") in texts
