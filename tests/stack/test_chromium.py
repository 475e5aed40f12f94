"""The browser of the tests is real and draws Chinese."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import sync_playwright


def test_chromium_draws_chinese(chromium_launch: dict[str, Any]) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**chromium_launch)
        page = browser.new_page(viewport={"width": 200, "height": 60})
        pictures = {}
        # A font without a glyph draws the same empty box for every character it lacks.
        for text in ("峰", "谷", "\U0010fffe"):
            page.set_content(f'<p style="font: 32px sans-serif">{text}</p>')
            pictures[text] = page.screenshot()
        browser.close()
    assert len(set(pictures.values())) == 3
