"""The served page, used as a person uses it."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

import pandas as pd
import pytest
from playwright.sync_api import Page, expect

import symphony_core as symphony

FLAGS = "label == 'Flags'"


def open_page(page: Page, url: str) -> None:
    page.goto(url)
    expect(page.get_by_role("region", name="Summary").locator("h3").first).to_be_visible(timeout=60_000)
    expect(
        page.get_by_role("region", name="Instances")
        .get_by_role("listitem")
        .first.or_(page.get_by_role("region", name="Instances").get_by_role("row").first)
    ).to_be_visible(timeout=60_000)


def filter_box(page: Page):
    return page.get_by_role("combobox", name="Filter expression")


def set_filter(page: Page, text: str) -> None:
    filter_box(page).fill(text)
    filter_box(page).press("Enter")


def count_line(page: Page):
    return page.get_by_role("region", name="Filter, groups and selection").locator(".count")


def bar(page: Page, column: str, value: str):
    card = (
        page.get_by_role("region", name="Summary")
        .locator("article")
        .filter(has=page.get_by_role("heading", name=column, exact=True))
    )
    return card.get_by_role("button", name=re.compile(f"^{re.escape(value)}"))


@pytest.fixture(scope="module")
def emoji(served):
    return served("demo:emoji")


def test_a_click_on_a_bar_filters_every_view(emoji, page):
    open_page(page, emoji.url)
    bar(page, "label", "Flags").click()
    expect(filter_box(page)).to_have_value(FLAGS)
    expect(count_line(page)).to_have_text("270 of 2,231 rows")
    expect(page.get_by_role("region", name="Instances")).to_contain_text("1–60 of 270")


def test_a_brush_over_a_histogram_filters_by_its_range(emoji, page, eventually):
    open_page(page, emoji.url)
    card = (
        page.get_by_role("region", name="Summary")
        .locator("article")
        .filter(has=page.get_by_role("heading", name="probability", exact=True))
    )
    box = card.get_by_role("listbox").bounding_box()
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + 2, y)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.3, y, steps=5)
    page.mouse.up()
    text = eventually(lambda: filter_box(page).input_value(), "a filter", page=page)
    assert "probability" in text
    app = symphony.open("demo:emoji")
    app.state.filter = text
    assert 0 < app.count() < 2231
    expect(count_line(page)).to_have_text(f"{app.count():,} of 2,231 rows")


def test_typing_a_filter_counts_the_rows_that_pandas_counts(emoji, page):
    open_page(page, emoji.url)
    set_filter(page, "label != prediction and probability > 0.9")
    rows = symphony.open("demo:emoji").rows()
    expected = int(((rows["label"] != rows["prediction"]) & (rows["probability"] > 0.9)).sum())
    expect(count_line(page)).to_have_text(f"{expected} of 2,231 rows")


def test_a_bad_filter_says_why_and_changes_nothing(emoji, page):
    open_page(page, emoji.url)
    set_filter(page, FLAGS)
    expect(count_line(page)).to_have_text("270 of 2,231 rows")
    set_filter(page, "labell == 'Flags'")
    expect(page.get_by_role("alert").filter(has_text="labell")).to_contain_text("'label'")
    expect(count_line(page)).to_have_text("270 of 2,231 rows")
    expect(filter_box(page)).to_have_value("labell == 'Flags'")


def test_undo_and_redo_by_button_and_by_key(emoji, page):
    open_page(page, emoji.url)
    set_filter(page, FLAGS)
    expect(count_line(page)).to_have_text("270 of 2,231 rows")
    page.get_by_role("button", name="Undo").click()
    expect(count_line(page)).to_have_text("all 2,231 rows")
    page.get_by_role("heading", name="emoji").click()
    page.keyboard.press("Control+Shift+Z")
    expect(count_line(page)).to_have_text("270 of 2,231 rows")
    page.keyboard.press("Control+z")
    expect(count_line(page)).to_have_text("all 2,231 rows")


def test_ticks_are_the_selection_and_outlive_the_page_they_were_made_on(emoji, page):
    open_page(page, emoji.url)
    instances = page.get_by_role("region", name="Instances")
    side = page.get_by_role("region", name="Filter, groups and selection")
    instances.get_by_role("checkbox").nth(0).check()
    instances.get_by_role("checkbox").nth(2).check()
    expect(side).to_contain_text("2 rows selected.")
    set_filter(page, FLAGS)
    expect(side).to_contain_text("2 rows selected, 2 not under the filter.")
    side.get_by_role("button", name="Clear the selection").click()
    expect(side).to_contain_text("No rows selected.")


def test_filter_to_selection_keeps_just_these_rows(emoji, page):
    open_page(page, emoji.url)
    side = page.get_by_role("region", name="Filter, groups and selection")
    page.get_by_role("region", name="Instances").get_by_role("checkbox").nth(1).check()
    side.get_by_role("button", name="Filter to selection").click()
    expect(count_line(page)).to_have_text("1 of 2,231 rows")


def test_group_sizes_are_those_of_pandas_for_two_columns(emoji, page):
    open_page(page, emoji.url)
    choice = page.get_by_role("combobox", name="Group by a column")
    choice.select_option("split")
    expect(page.get_by_role("button", name="Do not group by split")).to_be_visible()
    choice.select_option("label")
    table = page.get_by_role("table", name="Group sizes")
    expect(table.get_by_role("row")).to_have_count(13)
    rows = symphony.open("demo:emoji").rows()
    sizes = rows.groupby(["split", "label"]).size()
    for line in table.get_by_role("row").all()[1:]:
        split, label, count, *_ = line.locator("td").all_inner_texts()
        assert sizes[(split, label)] == int(count.replace(",", ""))


def test_a_reload_restores_filter_groups_and_a_short_selection(emoji, page, eventually):
    open_page(page, emoji.url + "/?mine=kept")
    set_filter(page, FLAGS)
    page.get_by_role("combobox", name="Group by a column").select_option("split")
    expect(page.get_by_role("region", name="Instances")).to_contain_text("1–60 of 270")
    page.get_by_role("region", name="Instances").get_by_role("checkbox").nth(3).check()
    side = page.get_by_role("region", name="Filter, groups and selection")
    expect(side).to_contain_text("1 row selected.")
    eventually(lambda: "selection" in parse_qs(urlsplit(page.url).query), "the address", page=page)
    assert parse_qs(urlsplit(page.url).query)["mine"] == ["kept"]
    page.reload()
    expect(count_line(page)).to_have_text("270 of 2,231 rows", timeout=60_000)
    expect(side).to_contain_text("1 row selected.")
    expect(page.get_by_role("button", name="Do not group by split")).to_be_visible()


def test_a_link_opened_by_another_person_restores_what_the_address_says(emoji, tabs):
    page = tabs().page
    open_page(page, f"{emoji.url}/?filter={quote(FLAGS)}&group=split")
    expect(count_line(page)).to_have_text("270 of 2,231 rows")
    expect(page.get_by_role("button", name="Do not group by split")).to_be_visible()
    expect(page.get_by_role("button", name="Undo", exact=True)).to_be_disabled()


def test_a_link_that_names_a_missing_column_says_so_and_applies_the_rest(emoji, page):
    open_page(page, f"{emoji.url}/?filter={quote('gone == 1')}&group=split")
    expect(page.get_by_role("alert").filter(has_text="gone")).to_be_visible()
    expect(page.get_by_role("button", name="Do not group by split")).to_be_visible()
    expect(count_line(page)).to_have_text("all 2,231 rows")


def test_two_sessions_do_not_touch_each_other(emoji, tabs):
    first, second = tabs().page, tabs().page
    open_page(first, emoji.url)
    open_page(second, emoji.url)
    set_filter(first, FLAGS)
    expect(count_line(first)).to_have_text("270 of 2,231 rows")
    set_filter(second, "split == 'train'")
    expect(count_line(second)).to_have_text("1,673 of 2,231 rows")
    expect(count_line(first)).to_have_text("270 of 2,231 rows")


def test_the_theme_toggle_keeps_the_state(emoji, page):
    open_page(page, emoji.url)
    set_filter(page, FLAGS)
    expect(count_line(page)).to_have_text("270 of 2,231 rows")
    before = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.get_by_role("button", name="Toggle theme").click()
    page.wait_for_function("before => getComputedStyle(document.body).backgroundColor !== before", arg=before)
    expect(count_line(page)).to_have_text("270 of 2,231 rows")


def test_every_request_stays_on_this_machine_and_nothing_is_logged(emoji, tab):
    open_page(tab.page, emoji.url)
    set_filter(tab.page, FLAGS)
    expect(count_line(tab.page)).to_have_text("270 of 2,231 rows")
    assert tab.foreign_requests == []
    assert tab.errors == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(emoji, tabs, serious_violations, scheme):
    page = tabs(color_scheme=scheme).page
    open_page(page, emoji.url)
    if scheme == "dark":
        page.get_by_role("button", name="Toggle theme").click()
    bar(page, "label", "Flags").click()
    expect(count_line(page)).to_have_text("270 of 2,231 rows")
    page.get_by_role("region", name="Instances").get_by_role("button", name="table").click()
    expect(page.get_by_role("region", name="Instances").get_by_role("row").nth(5)).to_be_visible()
    assert serious_violations(page) == []


def test_where_the_data_come_from_is_a_click_away(emoji, page):
    open_page(page, emoji.url)
    page.get_by_text("about", exact=True).click()
    expect(page.get_by_text("Apache")).to_be_visible()


def test_panel_serve_shows_the_same_page_for_a_file(run_server, repository, page, tmp_path):
    frame = pd.DataFrame({"id": list("abc"), "label": ["x", "x", "y"]})
    frame.to_csv(tmp_path / "mine.csv", index=False)
    panel = Path(sys.executable).parent / "panel"
    server = run_server(
        [panel, "serve", repository / "serve.py", "--port", "{port}", "--args", tmp_path / "mine.csv"],
        health="/serve",
    )
    open_page(page, server.url + "/serve")
    bar(page, "label", "x").click()
    expect(count_line(page)).to_have_text("2 of 3 rows")


def test_a_page_of_ones_own_keeps_its_sessions_apart(run_server, repository, tabs):
    panel = Path(sys.executable).parent / "panel"
    server = run_server(
        [panel, "serve", repository / "examples/own_page.py", "--port", "{port}"], health="/own_page"
    )
    first, second = tabs(), tabs()
    for tab in (first, second):
        open_page(tab.page, server.url + "/own_page")
    bar(first.page, "label", "Flags").click()
    flags = symphony.open("demo:emoji")
    flags.state.filter = "label != prediction and label == 'Flags'"
    expect(first.page.get_by_role("region", name="Instances")).to_contain_text(f"of {flags.count()}")
    wrong = symphony.open("demo:emoji")
    wrong.state.filter = "label != prediction"
    expect(second.page.get_by_role("region", name="Instances")).to_contain_text(f"of {wrong.count()}")
    assert first.errors == second.errors == []


SERVES_THE_SHELL = """
import sys
import panel as pn
import symphony_core as symphony
page = lambda: symphony.open("demo:emoji").dashboard()
pn.serve(page, port=int(sys.argv[1]), address="127.0.0.1", show=False)
"""


def test_the_shell_alone_on_a_page_of_panel_takes_its_width(run_server, page, eventually):
    server = run_server([sys.executable, "-c", SERVES_THE_SHELL, "{port}"], health="/")
    page.goto(server.url)
    cards = [page.get_by_role("region", name=name, exact=True) for name in ("Embedding map", "Summary")]
    expect(cards[0]).to_be_visible(timeout=60_000)
    eventually(lambda: sum(card.bounding_box()["width"] for card in cards) > 1_000, page=page)
    side = page.get_by_role("combobox", name="Filter expression").bounding_box()
    assert side["x"] < cards[0].bounding_box()["x"] < cards[1].bounding_box()["x"]


def test_a_box_drawn_on_a_holoviews_plot_selects_its_rows(served, repository, page, eventually, tmp_path):
    for name in ("density_plugin.py", "density_view.py"):
        (tmp_path / name).write_text(
            (repository / "examples" / name).read_text(encoding="utf-8"), encoding="utf-8"
        )
    (tmp_path / "entry_points.toml").write_text(
        "[plugins.modules]\ndensity = 'density_plugin'\n"
        "[[pages]]\ntitle = 'Density'\nviews = ['density', 'instances']\n",
        encoding="utf-8",
    )
    server = served("demo:emoji", "--config", str(tmp_path / "entry_points.toml"))
    page.goto(server.url)
    canvas = page.get_by_role("region", name="Density").locator(".bk-Canvas")
    expect(canvas).to_be_visible(timeout=60_000)
    side = page.get_by_role("region", name="Filter, groups and selection")

    def drawn():
        box = canvas.bounding_box()
        page.mouse.move(box["x"] + box["width"] * 0.3, box["y"] + box["height"] * 0.3)
        page.mouse.down()
        page.mouse.move(box["x"] + box["width"] * 0.7, box["y"] + box["height"] * 0.7, steps=8)
        page.mouse.up()
        page.wait_for_timeout(500)
        return "No rows selected" not in side.inner_text()

    eventually(drawn, "a selection", page=page)
    expect(side).to_contain_text("rows selected")
