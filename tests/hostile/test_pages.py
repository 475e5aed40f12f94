"""Whatever a text is, it is shown on paper: nothing is markup, nothing is fetched, nothing runs, no page breaks."""

from __future__ import annotations

import socket
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.equipment.entries import EntryRow
from services.papers.label_sheet import Label, label_sheet
from services.papers.order_paper import Picture, order_paper
from services.papers.pages import document, paragraph, table
from services.papers.texts import on_page
from services.papers.timeline_paper import TimelineHead, timeline_paper
from tests.attachments.pictures import file_of, picture
from tests.hostile.texts import ALL, FORMULAS, LONG, MARKUP, SIGNS, UNSHOWABLE
from tests.papers.orders import T0, order
from tests.papers.pdf_text import actions_of, pages_of, squeezed, text_of

SHANGHAI = ZoneInfo("Asia/Shanghai")
#: Texts of a group stand together, a line each: where a text begins means nothing on paper.
GROUPS = {"formulas": FORMULAS, "markup": MARKUP, "unshowable": UNSHOWABLE, "signs": SIGNS}


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*arguments: object) -> None:
        raise AssertionError(f"a page opened a connection: {arguments}")

    monkeypatch.setattr(socket.socket, "connect", refused)


def shown(text: str) -> str:
    """What of a text a page shows, as it is read back from it."""
    return squeezed(on_page(text))


@pytest.mark.parametrize("group", GROUPS)
def test_an_order_with_such_texts_everywhere_does_nothing_and_shows_them(group: str) -> None:
    text = "\n".join(GROUPS[group])
    file = order_paper(order(text, text), [Picture(text, file_of(picture()))], SHANGHAI)
    assert file.startswith(b"%PDF-")
    assert actions_of(file) == []
    drawn = text_of(file)
    assert squeezed("kunshan/41") in drawn
    for each in GROUPS[group]:
        assert drawn.count(shown(each)) >= 10, each
    assert b"root:" not in file  # of /etc/passwd


def test_a_timeline_shows_each_and_does_nothing() -> None:
    head = TimelineHead("kunshan", "compressor-1", MARKUP[0], MARKUP[1], T0, T0 + timedelta(days=1), SHANGHAI)
    entries = [
        EntryRow(1, T0, None, "note", text, "compressor-1", text, text, "", text, text, {text: text})
        for text in ALL
        if text not in LONG
    ]
    file = timeline_paper(head, entries)
    assert actions_of(file) == []
    drawn = text_of(file)
    for entry in entries:
        assert shown(entry.title) in drawn, entry.title


def test_labels_show_each_on_a_label_of_its_own() -> None:
    texts = [*MARKUP[:4], SIGNS[1], LONG[0]]
    labels = [Label(text, text, "compressor-1", text, "key") for text in texts]
    file = label_sheet(labels, "https://energy.example.com")
    assert actions_of(file) == []
    assert pages_of(file) == 1
    for text in texts:
        assert shown(text) in text_of(file)


@pytest.mark.parametrize("text", LONG, ids=lambda text: ascii(text)[:12])
def test_more_than_there_is_room_for_goes_on_over_pages(text: str) -> None:
    file = order_paper(order(text, text), [], SHANGHAI)
    assert actions_of(file) == []
    assert pages_of(file) < 20
    assert shown(text)[:200] in text_of(file)


def test_a_comment_longer_than_pages_goes_on_from_page_to_page() -> None:
    comment = " ".join(f"word{number}" for number in range(250))
    file = document("long", [table(("when", "what"), [("08:00", comment), ("09:00", "after")], (30, 10))])
    assert pages_of(file) > 2
    drawn = text_of(file).replace("when", "").replace("what", "")
    for number in (0, 120, 249):
        assert f"word{number}" in drawn
    assert drawn.index("after") > drawn.index("word249")


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=80))
def test_any_text_can_be_set(text: str) -> None:
    file = document("any", [paragraph(text), table(("a",), [(text,)], (20,))])
    assert actions_of(file) == []
    assert shown(text) in text_of(file)
