"""A work order on paper has all that is known of it, and room for what is not yet."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from services.papers.order_paper import Picture, order_paper
from tests.attachments.pictures import file_of, picture
from tests.papers.orders import order
from tests.papers.pdf_text import actions_of, pages_of, squeezed, text_of

SHANGHAI = ZoneInfo("Asia/Shanghai")


def test_an_order_that_is_worked_on_has_everything_and_boxes_for_what_is_open() -> None:
    file = order_paper(order(), [], SHANGHAI)
    drawn = text_of(file)
    for said in (
        "kunshan/41",
        "Oil leaks",
        "漏油",
        "b1/f2",
        "2026-11-23 16:30",  # by the site's clock
        "Pressure",
        "6.5 … bar",
        "□",
        "Air 气",
        "oil-filter",
        "85.50 CNY",
        "112 degC",
        "1.5",
        "the service",
        "open > in_progress",
        "Verified by",
    ):
        assert squeezed(said) in drawn, said
    assert actions_of(file) == []


def test_one_that_is_done_has_its_cause_and_no_line_to_sign() -> None:
    drawn = text_of(order_paper(order(is_done=True), [], SHANGHAI))
    assert squeezed("worn-seal. Oil leaks") in drawn
    assert squeezed("Verified by") not in drawn


def test_photos_follow_with_their_titles() -> None:
    photo = file_of(picture(640, 480))
    file = order_paper(order(), [Picture("The seal", photo), Picture("", photo)], SHANGHAI)
    drawn = text_of(file)
    assert squeezed("The seal") in drawn
    assert squeezed("Photo 2") in drawn
    assert file.count(b"/Subtype /Image") >= 1
    assert pages_of(file) >= 2


def test_the_same_order_is_the_same_file() -> None:
    assert order_paper(order(), [], SHANGHAI) == order_paper(order(), [], SHANGHAI)
