"""Labels: ten on a sheet, each with its machine and a code that leads to the form for reports."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from services.papers.label_sheet import Label, NoConsoleAddressError, label_sheet, report_address
from tests.papers.pdf_text import actions_of, page_contents, pages_of, squeezed, text_of

KEY = "0b6c1e2a-1111-4222-8333-123456789abc"
LABEL = Label("Compressor 1", "1号空压机", "compressor-1", "Compressor room", KEY)


def test_ten_labels_are_a_sheet_and_the_eleventh_begins_another() -> None:
    assert pages_of(label_sheet([LABEL] * 10, "https://energy.example.com")) == 1
    assert pages_of(label_sheet([LABEL] * 11, "https://energy.example.com")) == 2


def test_a_label_names_its_machine_and_place() -> None:
    file = label_sheet([LABEL], "https://energy.example.com")
    drawn = text_of(file)
    for said in ("Compressor 1", "1号空压机", "compressor-1", "Compressor room"):
        assert squeezed(said) in drawn
    assert actions_of(file) == []


def test_the_code_leads_to_the_form_for_reports_of_that_machine() -> None:
    assert report_address("https://energy.example.com/", KEY) == f"https://energy.example.com/#/report/{KEY}"
    (page,) = page_contents(label_sheet([LABEL], "https://energy.example.com"))
    (other,) = page_contents(label_sheet([replace(LABEL, report_key=KEY[::-1])], "https://energy.example.com"))
    modules = [set(re.findall(rb"n ([\d.-]+ [\d.-]+) [\d.-]+ [\d.-]+ re f", each)) for each in (page, other)]
    assert len(modules[0]) > 300
    assert len(modules[0] ^ modules[1]) > 50


def test_without_the_consoles_address_there_are_no_labels() -> None:
    with pytest.raises(NoConsoleAddressError, match="set console_url under"):
        label_sheet([LABEL], "")
