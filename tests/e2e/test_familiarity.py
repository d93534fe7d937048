"""Familiarity in the browser: computed from the card, brushed, selected, grouped, and undone."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.jupyter import HEALTH, lab_command, lab_environment, open_notebook, write_notebook

PAGE = """
[[pages]]
title = "Odd ones"
views = [{ view = "familiarity", width = 7 }, { view = "instances", width = 5 }]
"""


@pytest.fixture(scope="module")
def emoji(served, tmp_path_factory):
    path: Path = tmp_path_factory.mktemp("manifest") / "entry_points.toml"
    path.write_text(PAGE, encoding="utf-8")
    return served("demo:emoji", "--config", str(path))


@pytest.fixture
def card(emoji, page: Page) -> Locator:
    page.goto(emoji.url)
    region = page.get_by_role("region", name="Familiarity")
    expect(region.get_by_role("button", name="Compute familiarity")).to_be_visible(timeout=60_000)
    return region


@pytest.fixture
def computed(card: Locator) -> Locator:
    card.get_by_role("button", name="Compute familiarity").click()
    expect(card.get_by_role("button", name="Select 22 outliers")).to_be_visible(timeout=60_000)
    return card


def test_a_card_of_another_tab_hears_the_first_click(served, tab, repository):
    tab.page.goto(served("demo:emoji", "--config", str(repository / "entry_points.toml")).url)
    tab.page.get_by_role("tab", name="Familiarity").click()
    card = tab.page.get_by_role("region", name="Familiarity")
    card.get_by_role("button", name="Compute familiarity").click(timeout=60_000)
    expect(card.get_by_role("button", name="Select 22 outliers")).to_be_visible(timeout=60_000)
    assert tab.errors == []


def filter_box(page: Page) -> Locator:
    return page.get_by_role("combobox", name="Filter expression")


def test_the_card_computes_and_lists_the_least_familiar_rows_as_pictures(computed: Locator):
    expect(computed.locator(".item")).to_have_count(24)
    expect(computed.locator(".item img")).to_have_count(24)
    least = float(computed.locator(".item b").first.inner_text())
    computed.get_by_role("button", name="most familiar first").click()
    expect(computed.locator(".item b").first).to_have_text(re.compile(r"0\.9998"))
    assert least < 0.001


def test_a_drag_over_the_bars_filters_and_undo_takes_it_back(computed: Locator, page: Page):
    box = computed.locator(".bins").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] * 0.02, box["y"] + 40)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.08, box["y"] + 40, steps=4)
    page.mouse.up()
    expect(filter_box(page)).to_have_value("familiarity >= 0 and familiarity < 0.1")
    instances = page.get_by_role("region", name="Instances")
    expect(instances.get_by_text("of 223").first).to_be_visible()
    page.get_by_role("button", name="Undo").first.click()
    expect(filter_box(page)).to_have_value("")


def test_the_keyboard_filters_by_a_bar_and_ticks_a_row(computed: Locator, page: Page):
    computed.locator(".bins").focus()
    page.keyboard.press("End")
    page.keyboard.press("Enter")
    expect(filter_box(page)).to_have_value("familiarity between 0.95 and 1")
    computed.locator(".item").first.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    expect(computed.locator(".item").nth(1)).to_have_class(re.compile("picked"))
    expect(page.get_by_text("1 row selected")).to_be_visible()


def test_outliers_are_selected_at_the_rate_that_is_typed(computed: Locator, page: Page):
    rate = computed.get_by_role("spinbutton", name="Rate of outliers in percent")
    rate.fill("2")
    rate.press("Tab")
    computed.get_by_role("button", name="Select 45 outliers").click()
    expect(page.get_by_text("45 rows selected")).to_be_visible()


CELLS = (
    "import symphony_core as symphony\napp = symphony.open('demo:emoji')",
    "app.show('embedding_map')",
    "app.show('familiarity')",
    "print(app.count(), len(app.selected()), app.rows()['familiarity'].max() < 0.1)",
)


def test_in_a_notebook_it_is_computed_brushed_and_selected_beside_the_map(
    run_server, tmp_path, tab, eventually
):
    write_notebook(tmp_path / "odd.ipynb", CELLS)
    server = run_server(lab_command(tmp_path), health=HEALTH, env=lab_environment(tmp_path))
    lab = open_notebook(tab.page, server.url + "/", "odd.ipynb")
    for cell in range(3):
        lab.run(cell)
    region = lab.output(1).get_by_role("region", name="Embedding map")
    card = lab.output(2).get_by_role("region", name="Familiarity")
    card.get_by_role("button", name="Compute familiarity").click()
    expect(card.locator(".item img")).to_have_count(24)
    lab.drag(card.locator(".bins"), (0.02, 0.5), (0.08, 0.5))
    region.scroll_into_view_if_needed()
    expect(region.locator(".caption")).to_contain_text("223 of 2,231 rows")
    card.scroll_into_view_if_needed()
    card.get_by_role("button", name="Select 22 outliers").click()
    expect(region.get_by_text("22 selected", exact=True)).to_be_attached()
    lab.run(3)
    assert eventually(lambda: lab.text(3), "what the cell prints", page=lab.page) == "223 22 True"
    assert tab.foreign_requests == []
    assert tab.errors == []


def test_each_group_has_a_panel(computed: Locator, page: Page):
    side = page.get_by_role("region", name="Filter, groups and selection")
    side.get_by_role("combobox", name="Group by a column").select_option("split")
    expect(computed.locator(".panel h3")).to_have_text(["train", "validation"])
    boxes = [computed.locator(at).bounding_box() for at in (".panel >> nth=0", ".panel >> nth=1", ".panels")]
    assert boxes[0]["width"] + boxes[1]["width"] > 0.95 * boxes[2]["width"]
