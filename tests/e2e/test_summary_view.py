"""The summary in the browser, used as a person uses it, its figures read against pandas."""

from __future__ import annotations

import re

import pandas as pd
import pytest
from playwright.sync_api import Locator, Page, expect

import symphony_core as symphony


@pytest.fixture(scope="module")
def emoji(served):
    return served("demo:emoji")


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    return symphony.open("demo:emoji").state.dataset.frame


@pytest.fixture
def summary(emoji, page: Page) -> Locator:
    page.goto(emoji.url)
    region = page.get_by_role("region", name="Summary")
    expect(region.locator("h3").first).to_be_visible(timeout=60_000)
    return region


def card(summary: Locator, name: str) -> Locator:
    heading = summary.page.get_by_role("heading", name=name, exact=True)
    return summary.locator("article").filter(has=heading)


def set_filter(page: Page, text: str) -> None:
    box = page.get_by_role("combobox", name="Filter expression")
    box.fill(text)
    box.press("Enter")


def filter_text(page: Page) -> str:
    return page.get_by_role("combobox", name="Filter expression").input_value()


def group_by(page: Page, *names: str) -> None:
    side = page.get_by_role("region", name="Filter, groups and selection")
    for name in names:
        side.get_by_role("combobox", name="Group by a column").select_option(name)
        expect(side.get_by_text(name, exact=True).first).to_be_visible()


def build(summary: Locator, x: str, y: str = "", colour: str = "") -> None:
    summary.get_by_role("button", name="Build a chart").click()
    form = summary.get_by_role("form", name="New chart")
    form.get_by_label("Column", exact=True).select_option(x)
    form.get_by_label("Against").select_option(y)
    form.get_by_label("Colour by").select_option(colour)
    form.get_by_role("button", name="Add chart").click()


def counts_of(strip: Locator) -> dict[str, int]:
    """Give the rows under the filter of each bar of a group's chart, by the bar's words."""
    found = {}
    for label in strip.get_by_role("option").evaluate_all("all => all.map(one => one.ariaLabel)"):
        _, words, count = re.fullmatch(r"(.*?), (.*): ([\d,]+)(?: of [\d,]+)?", label).groups()
        found[words] = int(count.replace(",", ""))
    return found


def drag(page: Page, bars: Locator, first: float, last: float) -> None:
    bars.scroll_into_view_if_needed()
    box = bars.bounding_box()
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + first * box["width"], y)
    page.mouse.down()
    page.mouse.move(box["x"] + last * box["width"], y, steps=5)
    page.mouse.up()


def test_a_brush_filters_to_the_rows_that_the_brushed_bars_count(summary, page, frame, eventually):
    bars = card(summary, "brightness").locator(".bins")
    drag(page, bars, 0.3, 0.6)
    eventually(lambda: "brightness" in filter_text(page), "a filter", page=page)
    low, high = map(float, re.findall(r"[\d.]+", filter_text(page)))
    under = frame["brightness"].between(low, high, inclusive="left").sum()
    side = page.get_by_role("region", name="Filter, groups and selection")
    expect(side.locator(".count")).to_have_text(f"{under:,} of 2,231 rows")


def test_small_charts_of_two_grouping_columns_show_what_pandas_counts(summary, page, frame, eventually):
    group_by(page, "split", "skin_tone")
    set_filter(page, "probability > 0.5")
    under = frame[frame["probability"] > 0.5]
    expected = pd.crosstab([under["split"], under["skin_tone"]], under["label"])
    largest = expected.sum(axis=1).sort_values(ascending=False)
    strips = card(summary, "label").locator(".group")
    expect(strips).to_have_count(6)
    expect(card(summary, "label").locator(".foot")).to_contain_text(f"{len(expected) - 6} more groups")
    expect(strips.first.locator(".head span")).to_have_text(f"{largest.iloc[0]:,}")
    for index in range(6):
        name = strips.nth(index).locator(".head b").text_content()
        assert counts_of(strips.nth(index)) == expected.loc[tuple(name.split(" · "))].to_dict(), name


def test_a_bar_of_a_groups_chart_filters_by_its_column(summary, page, eventually):
    group_by(page, "split")
    strip = card(summary, "label").locator(".group").first
    width = strip.get_by_role("option").count()
    drag(page, strip.locator(".bins"), 0.5 / width, 0.5 / width)
    eventually(lambda: filter_text(page) == "label == 'People & Body'", "a filter on label", page=page)


def test_the_figures_of_a_column_stand_beside_those_under_the_filter(summary, page, frame):
    set_filter(page, "split == 'train'")
    card(summary, "brightness").get_by_role("button", name="brightness").click()
    figures = card(summary, "brightness").get_by_role("table")
    expect(figures.get_by_role("row", name=re.compile("^values"))).to_have_text(
        f"values{len(frame):,}{(frame['split'] == 'train').sum():,}"
    )
    median = frame["brightness"].median()
    expect(figures.get_by_role("row", name=re.compile("^median"))).to_contain_text(f"{median:.3g}")


def test_a_chart_is_built_brushed_renamed_deleted_and_undone(summary, page, frame, eventually):
    build(summary, "label", "prediction")
    chart = summary.get_by_role("article", name="label × prediction")
    cells = chart.locator(".cells")
    expect(cells).to_be_visible()
    cells.press("ArrowRight")
    together = ((frame["label"] == "People & Body") & (frame["prediction"] == "People & Body")).sum()
    expect(chart.locator(".read")).to_have_text(f"People & Body × People & Body: {together}")
    cells.press("Enter")
    both = "label == 'People & Body' and prediction == 'People & Body'"
    eventually(lambda: filter_text(page) == both, "a filter on both columns", page=page)

    chart.get_by_role("button", name="label × prediction", exact=True).click()
    chart.get_by_role("textbox", name=re.compile("New title")).fill("Who is taken for whom")
    chart.get_by_role("textbox", name=re.compile("New title")).press("Enter")
    renamed = summary.get_by_role("article", name="Who is taken for whom")
    expect(renamed.get_by_role("heading", name="Who is taken for whom")).to_be_visible()

    renamed.get_by_role("button", name=re.compile("^Delete")).click()
    expect(renamed).to_have_count(0)
    summary.get_by_role("button", name="Bring the deleted chart back").click()
    expect(renamed).to_be_visible()

    renamed.get_by_role("button", name=re.compile("^Delete")).click()
    expect(renamed).to_have_count(0)
    page.keyboard.press("Control+z")
    expect(renamed).to_be_visible()
    page.keyboard.press("Control+z")
    expect(renamed).to_have_count(0)


@pytest.mark.parametrize(
    ("x", "y", "colour", "drawn"),
    [("brightness", "", "split", ".stack .bin i"), ("brightness", "probability", "", ".cell"),
     ("split", "brightness", "", ".group .bin")],
)  # fmt: skip
def test_every_shape_of_chart_is_drawn(summary, x: str, y: str, colour: str, drawn: str, tab):
    build(summary, x, y, colour)
    chart = summary.get_by_role("article", name=" × ".join(name for name in (x, y) if name))
    expect(chart.locator(drawn).nth(3)).to_be_attached()
    assert tab.errors == []
