"""The map in the browser, used by hand; what it selects is compared with shapely on the same data."""

from __future__ import annotations

import math
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely
from playwright.sync_api import Locator, Page, expect

from symphony_core.expr import And, Inside
from symphony_core.expr_text import parse
from tests.e2e.jupyter import HEALTH, lab_command, lab_environment, open_notebook, write_notebook

ROW_COUNT = 20_000


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    """Three clouds in a row, and one row far above the middle, alone."""
    rng = np.random.default_rng(0)
    cloud = np.arange(ROW_COUNT) % 3
    x, y = 10.0 * cloud + rng.normal(0, 1, ROW_COUNT), rng.normal(0, 1, ROW_COUNT)
    x[0], y[0] = 10.0, 12.0
    return pd.DataFrame(
        {
            "id": [f"row-{i}" for i in range(ROW_COUNT)],
            "x": x,
            "y": y,
            "label": np.array(["left", "middle", "right"])[cloud],
            "score": rng.uniform(0, 1, ROW_COUNT),
        }
    )


@pytest.fixture(scope="module")
def points(frame: pd.DataFrame, served, tmp_path_factory: pytest.TempPathFactory):
    path = tmp_path_factory.mktemp("map") / "points.parquet"
    frame.to_parquet(path)
    return served(path)


@pytest.fixture
def card(points, page: Page) -> Locator:
    page.goto(points.url)
    region = page.get_by_role("region", name="Embedding map")
    drawn(region)
    return region


def drawn(region: Locator) -> None:
    """Wait until the picture that was asked for last is painted."""
    expect(region.locator(".map[data-painted]")).to_be_attached(timeout=90_000)
    region.page.wait_for_function(
        "map => map.dataset.painted === map.dataset.asked", arg=region.locator(".map").element_handle()
    )


def at(region: Locator, across: float, up: float) -> tuple[float, float]:
    """Give a place on the first map, as shares of its width and height from the lower left."""
    box = region.locator(".stage").first.bounding_box()
    return box["x"] + across * box["width"], box["y"] + (1 - up) * box["height"]


def draw_lasso(
    region: Locator, middle: tuple[float, float], radii: tuple[float, float], key: str = ""
) -> None:
    mouse = region.page.mouse
    turns = [2 * math.pi * step / 40 for step in range(40)]
    places = [(middle[0] + radii[0] * math.cos(t), middle[1] + radii[1] * math.sin(t)) for t in turns]
    region.get_by_role("button", name="Select by a lasso").click()
    mouse.move(*at(region, *places[0]))
    if key:
        region.page.keyboard.down(key)
    mouse.down()
    for place in places[1:]:
        mouse.move(*at(region, *place))
    mouse.up()
    if key:
        region.page.keyboard.up(key)


def filter_text(page: Page) -> str:
    return page.get_by_role("combobox", name="Filter expression").input_value()


def selected(region: Locator) -> int:
    words = region.get_by_text(re.compile(r"^[\d,]+ selected$"))
    expect(words).to_be_visible()
    return int(words.inner_text().split()[0].replace(",", ""))


def inside(frame: pd.DataFrame, polygon: Inside) -> np.ndarray:
    return np.asarray(shapely.contains_xy(shapely.Polygon(polygon.polygon), frame["x"], frame["y"]))


def test_a_lasso_selects_the_rows_that_shapely_finds_in_its_polygon(card: Locator, frame, page: Page):
    draw_lasso(card, (0.5, 0.25), (0.14, 0.22))
    count = selected(card)
    page.get_by_role("button", name="Filter to selection").click()
    expect(page.get_by_role("region", name="Instances").locator(".count").first).to_have_text(
        f"{count:,} of {ROW_COUNT:,} rows"
    )
    polygon = parse(filter_text(page))
    assert isinstance(polygon, Inside)
    wanted = inside(frame, polygon)
    assert count == int(wanted.sum()) > 1_000
    assert len(polygon.polygon) <= 96
    assert (frame["label"][wanted] == "middle").all()
    first = page.get_by_role("region", name="Instances").locator("tbody tr").first
    expect(first).to_contain_text(str(frame["id"][wanted].iloc[0]))


def test_shift_adds_a_lasso_and_alt_takes_one_away(card: Locator):
    draw_lasso(card, (0.5, 0.25), (0.1, 0.2))
    first = selected(card)
    draw_lasso(card, (0.15, 0.25), (0.1, 0.2), "Shift")
    expect(card.get_by_text(re.compile(r"^[\d,]+ selected$"))).not_to_have_text(f"{first:,} selected")
    both = selected(card)
    draw_lasso(card, (0.5, 0.25), (0.1, 0.2), "Alt")
    expect(card.get_by_text(re.compile(r"^[\d,]+ selected$"))).not_to_have_text(f"{both:,} selected")
    assert selected(card) == both - first


def test_a_box_takes_no_row_that_the_filter_hides(card: Locator, frame, page: Page):
    card.get_by_role("button", name=re.compile("^middle:")).click()
    expect(card.locator(".caption").first).to_contain_text("grey = rows outside the filter")
    card.get_by_role("button", name="Select a box").click()
    page.mouse.move(*at(card, 0.02, 0.02))
    page.mouse.down()
    page.mouse.move(*at(card, 0.98, 0.98), steps=4)
    page.mouse.up()
    assert selected(card) == int((frame["label"] == "middle").sum())


def test_a_click_on_the_legend_filters_and_shift_adds(card: Locator, page: Page):
    middle = card.get_by_role("button", name=re.compile("^middle:"))
    middle.click()
    expect(middle).to_have_attribute("aria-pressed", "true")
    box = page.get_by_role("combobox", name="Filter expression")
    expect(box).to_have_value("label == 'middle'")
    card.get_by_role("button", name=re.compile("^right:")).click(modifiers=["Shift"])
    expect(card.get_by_role("button", name=re.compile("^right:"))).to_have_attribute("aria-pressed", "true")
    expect(box).to_have_value("label in ['middle', 'right']")
    page.get_by_role("button", name="Undo", exact=True).first.click()
    expect(card.get_by_role("button", name=re.compile("^right:"))).to_have_attribute("aria-pressed", "false")


def test_one_zooms_in_until_rows_are_drawn_one_by_one_and_a_double_click_shows_all(card: Locator, page: Page):
    caption = card.locator(".caption").first
    expect(caption).to_have_text(f"{ROW_COUNT:,} of {ROW_COUNT:,} rows, aggregated; colour = label.")
    page.mouse.move(*at(card, 0.5, 0.92))
    for _ in range(4):
        page.mouse.wheel(0, -400)
        drawn(card)
    expect(caption).to_contain_text("drawn one by one")
    page.mouse.dblclick(*at(card, 0.05, 0.05))
    expect(caption).to_contain_text("aggregated")


def test_a_pointer_on_a_row_shows_it_and_a_click_opens_it(card: Locator, page: Page, eventually):
    page.mouse.move(*at(card, 0.5, 0.5))
    x, y = place_of_the_lone_row(card)
    page.mouse.move(x, y)
    hint = card.locator(".hint")
    expect(hint).to_contain_text("row-0")
    expect(hint).to_contain_text("left")
    card.get_by_role("button", name="Pan by dragging").click()
    page.mouse.move(x, y)
    page.mouse.click(x, y)
    detail = page.get_by_role("region", name="Instances").get_by_text("row-0", exact=True)
    expect(detail.first).to_be_visible()


def place_of_the_lone_row(card: Locator) -> tuple[float, float]:
    """Find the one row above all others by the pixels of the canvas."""
    box = card.locator("canvas").first.bounding_box()
    x, y = card.locator("canvas").first.evaluate("""canvas => {
        const { width, height } = canvas
        const pixels = canvas.getContext("2d").getImageData(0, 0, width, height).data
        let [sum, count, row] = [0, 0, -1]
        for (let y = 0; y < height && (row < 0 || y <= row + 2); y++) for (let x = 0; x < width; x++)
            if (pixels[4 * (y * width + x) + 3] > 60) { if (row < 0) row = y; sum += x; count += 1 }
        return [sum / count / width, (row + 1.5) / height]
    }""")
    return box["x"] + x * box["width"], box["y"] + y * box["height"]


def test_keys_pan_and_zoom_only_the_map_that_has_the_focus(card: Locator, page: Page):
    caption = card.locator(".caption").first
    page.keyboard.press("+")
    expect(caption).to_contain_text("aggregated")
    card.locator(".stage").focus()
    for _ in range(8):
        page.keyboard.press("+")
    expect(caption).to_contain_text("outside the window")
    page.keyboard.press("0")
    expect(caption).to_have_text(f"{ROW_COUNT:,} of {ROW_COUNT:,} rows, aggregated; colour = label.")
    page.keyboard.press("b")
    expect(card.get_by_role("button", name="Select a box")).to_have_attribute("aria-pressed", "true")


def test_groups_have_a_map_each_and_a_brush_on_one_takes_its_rows(card: Locator, frame, page: Page):
    side = page.get_by_role("region", name="Filter, groups and selection")
    side.get_by_role("combobox", name="Group by a column").select_option("label")
    expect(card.locator(".stage")).to_have_count(3)
    drawn(card)
    heads = card.locator(".panel h3 span:first-child").all_inner_texts()
    card.get_by_role("button", name="Select a box").click()
    page.mouse.move(*at(card, 0.02, 0.02))
    page.mouse.down()
    page.mouse.move(*at(card, 0.98, 0.98), steps=4)
    page.mouse.up()
    assert selected(card) == int((frame["label"] == heads[0]).sum())


def test_the_colours_follow_the_theme_without_losing_the_window(card: Locator, page: Page):
    card.get_by_label("Colour by").select_option("score")
    page.mouse.move(*at(card, 0.5, 0.3))
    page.mouse.wheel(0, -300)
    drawn(card)
    before = card.locator(".caption").first.inner_text()
    light = card.locator(".ramp").evaluate("ramp => ramp.style.background")
    page.get_by_role("button", name="Toggle theme").click()
    expect(card.locator(".ramp")).not_to_have_attribute("style", f"background: {light};")
    drawn(card)
    assert card.locator(".caption").first.inner_text() == before


def test_the_filter_that_a_brush_made_says_both_place_and_filter(card: Locator, page: Page):
    card.get_by_role("button", name=re.compile("^left:")).click()
    expect(card.locator(".caption").first).to_contain_text("grey = rows outside the filter")
    draw_lasso(card, (0.15, 0.25), (0.1, 0.2))
    count = selected(card)
    page.get_by_role("button", name="Filter to selection").click()
    expect(page.get_by_role("region", name="Summary").locator(".count").first).to_contain_text(
        f"{count:,} of"
    )
    made = parse(filter_text(page))
    assert isinstance(made, And)


@pytest.fixture
def emoji(served, page: Page) -> Locator:
    page.goto(served("demo:emoji").url)
    return page.get_by_role("region", name="Embedding map")


def test_an_embedding_is_placed_by_itself_and_a_cancelled_projection_leaves_the_places(emoji: Locator):
    drawn(emoji)
    expect(emoji.locator(".caption")).to_have_text("2,231 of 2,231 rows drawn one by one; colour = label.")
    cancel = emoji.get_by_role("button", name="Cancel; what is drawn stays")
    project = emoji.get_by_role("button", name="Project:")
    expect(project).to_be_enabled(timeout=120_000)
    drawn(emoji)
    before = places(emoji)
    project.click()
    cancel.click()
    expect(emoji.locator(".work")).to_contain_text("was cancelled; nothing was changed")
    drawn(emoji)
    assert places(emoji) == before


def places(region: Locator) -> str:
    return region.locator("canvas").first.evaluate("canvas => canvas.toDataURL()")


def test_clusters_are_found_and_named_on_the_map_and_similar_rows_selected(emoji: Locator, page: Page):
    drawn(emoji)
    clusters = emoji.get_by_role("button", name="Find clusters")
    expect(clusters).to_be_enabled(timeout=120_000)
    clusters.click()
    expect(emoji.locator(".stage")).to_have_attribute("data-names", re.compile("[1-9]"), timeout=90_000)
    emoji.get_by_role("searchbox", name="Search", exact=True).fill("rainbow flag")
    emoji.get_by_role("button", name="Find", exact=True).click()
    expect(emoji.locator(".finding")).to_contain_text("found and selected")
    assert 1 <= selected(emoji) <= 50
    emoji.get_by_role("button", name="Similar:").click()
    expect(emoji.get_by_text("50 selected", exact=True)).to_be_visible()


def test_a_search_while_rows_are_placed_finds_as_many_under_the_filter_as_asked_for(
    emoji: Locator, page: Page
):
    drawn(emoji)
    cancel = emoji.get_by_role("button", name="Cancel; what is drawn stays")
    expect(cancel).to_be_visible()  # PaCMAP is on its way
    box = page.get_by_role("combobox", name="Filter expression")
    box.fill("label != 'Flags'")
    box.press("Enter")
    expect(emoji.locator(".caption")).to_contain_text("grey = rows outside the filter")
    emoji.get_by_role("searchbox", name="Search", exact=True).fill("flag")
    emoji.get_by_role("button", name="Find", exact=True).click()
    # most of the best are flags
    expect(emoji.locator(".finding")).to_have_text(re.compile(r"“flag”: [1-9]\d* found and selected"))
    page.get_by_role("button", name="Undo", exact=True).first.click()
    expect(emoji.locator(".finding")).to_be_hidden()


def test_the_map_has_no_serious_violation_and_no_error(card: Locator, tab, serious_violations):
    card.get_by_label("Colour by").select_option("score")
    drawn(card)
    assert serious_violations(tab.page) == []
    assert tab.errors == []
    assert tab.foreign_requests == []


def test_a_picture_of_the_card_holds_the_map(card: Locator, page: Page, tmp_path: Path):
    card.get_by_role("button", name="Download picture of").click()
    with page.expect_download() as coming:
        page.get_by_text("Image (SVG)").click()
    text = Path(coming.value.path()).read_text(encoding="utf-8")
    assert "data:image/png" in text
    assert "aggregated; colour = label" in text


CELLS = (
    "import numpy as np, pandas as pd, symphony_core as symphony\n"
    "rng = np.random.default_rng(0)\n"
    "frame = pd.DataFrame({'x': rng.uniform(0, 10, 900), 'y': rng.uniform(0, 10, 900)})\n"
    "app = symphony.open(frame)",
    "app.show('embedding_map')",
    "import shapely\n"
    "chosen = app.state.selection\n"
    "wanted = shapely.contains_xy(shapely.Polygon(chosen.polygon), frame['x'], frame['y'])\n"
    "print(len(app.selected()) > 100, len(app.selected()) == wanted.sum())",
    "app.state.filter = 'x < 5'",
)


def test_in_a_notebook_a_lasso_is_read_by_the_next_cell_and_a_filter_redraws_the_map(
    run_server, tmp_path: Path, tab, eventually
):
    write_notebook(tmp_path / "map.ipynb", CELLS)
    server = run_server(lab_command(tmp_path), health=HEALTH, env=lab_environment(tmp_path))
    lab = open_notebook(tab.page, server.url + "/", "map.ipynb")
    lab.run(0)
    lab.run(1)
    region = lab.output(1).get_by_role("region", name="Embedding map")
    drawn(region)
    region.locator(".stage").scroll_into_view_if_needed()
    draw_lasso(region, (0.5, 0.5), (0.2, 0.3))
    assert selected(region) > 100
    lab.run(2)
    assert eventually(lambda: lab.text(2), "what the cell prints", page=lab.page) == "True True"
    lab.run(3)
    expect(region.locator(".caption")).to_contain_text("grey = rows outside the filter")
    assert tab.foreign_requests == []
    assert tab.errors == []
