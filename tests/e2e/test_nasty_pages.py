"""The page stays usable on every table of the kinds that break tools."""

from __future__ import annotations

import json
import sys
import urllib.request

import pytest
from playwright.sync_api import expect

from symphony_core.nasty_tables import nasty_datasets

NAMES = [name for name, _ in nasty_datasets()]


@pytest.fixture(scope="module")
def nasty(run_server, repository):
    server = run_server([sys.executable, repository / "tests/e2e/nasty_pages.py", "--port", "{port}"])
    with urllib.request.urlopen(f"{server.url}/names") as answer:
        assert json.load(answer) == NAMES
    return server


@pytest.mark.parametrize("name", NAMES)
def test_the_page_shows_filters_and_undoes(nasty, tab, name):
    page = tab.page
    page.goto(f"{nasty.url}/{NAMES.index(name)}")
    summary = page.get_by_role("region", name="Summary")
    expect(summary.locator("article").first.or_(summary.get_by_role("status")).first).to_be_visible(
        timeout=30_000
    )
    expect(page.get_by_role("region", name="Instances")).to_be_visible()
    box = page.get_by_role("combobox", name="Filter expression")
    counts = page.get_by_role("region", name="Filter, groups and selection").locator(".count").first
    expect(counts).to_contain_text("row")
    before = counts.inner_text()
    box.fill("no_such_column == 1")
    box.press("Enter")
    expect(page.get_by_role("alert").filter(has_text="no_such_column")).to_be_visible()
    boxes = page.get_by_role("region", name="Instances").get_by_role("checkbox", name="Select row")
    if boxes.count():
        boxes.first.check()
        page.get_by_role("button", name="Filter to selection").click()
        expect(counts).to_contain_text("1 ")
        page.get_by_role("button", name="Undo", exact=True).click()
        expect(counts).to_have_text(before)
    assert page.evaluate("window.hurt") is None
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth + 1"), (
        "the page scrolls sideways"
    )
    assert tab.errors == []
    assert tab.foreign_requests == []
