"""The drawing in the documentation is that of the table."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree as ET

from analytics.alarms.lifecycle import ways
from deploy.lifecycle_drawing import drawing

COMMITTED = Path(__file__).parents[2] / "docs" / "images" / "alarm-lifecycle.svg"


def test_the_committed_drawing_is_up_to_date() -> None:
    assert COMMITTED.read_text("utf-8") == drawing(), (
        "run `python -m deploy.lifecycle_drawing > docs/images/alarm-lifecycle.svg`"
    )


def test_it_is_well_formed_and_tells_of_every_event() -> None:
    texts = " ".join(ET.fromstring(drawing()).itertext())
    for state, event, _, to in ways():
        for word in (state, event, to):
            assert word.replace("_", " ") in texts
