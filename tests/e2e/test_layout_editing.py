"""Pages and cards arranged as a person does: by menu, by pointer and by key."""

from __future__ import annotations

import csv
import io
import re
import xml.etree.ElementTree as ElementTree

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

SVG = "{http://www.w3.org/2000/svg}"
WAVES = """
from symphony_core.hookspecs import hookimpl
from symphony_core.specs import Needs, Role, ViewSpec

api = 1


@hookimpl
def register_views():
    return [ViewSpec("waves", "Waves", "no_such_module:Waves", Needs(roles=(Role.AUDIO,)), "Sound as waves.")]
"""
PAGES = """
[plugins.modules]
density = "density_plugin"
waves = "waves_plugin"

[[pages]]
title = "Overview"
views = [{ view = "summary", width = 7 }, { view = "instances", width = 5 }]

[[pages]]
title = "Plot"
views = ["density"]
"""


@pytest.fixture(scope="module")
def emoji(served, repository, tmp_path_factory):
    folder = tmp_path_factory.mktemp("arranged")
    for name in ("density_plugin.py", "density_view.py"):
        (folder / name).write_text((repository / "examples" / name).read_text(encoding="utf-8"), "utf-8")
    (folder / "waves_plugin.py").write_text(WAVES, "utf-8")
    (folder / "entry_points.toml").write_text(PAGES, "utf-8")
    return served("demo:emoji", "--config", str(folder / "entry_points.toml"))


@pytest.fixture
def arranged(emoji, page):
    open_page(page, emoji.url)
    return page


def open_page(page: Page, url: str) -> None:
    page.goto(url)
    expect(card(page, "Summary").locator("h3").first).to_be_visible(timeout=60_000)
    expect(card(page, "Instances").get_by_role("listitem").first).to_be_visible(timeout=60_000)


def card(page: Page, title: str):
    return page.get_by_role("region", name=title, exact=True)


def titles(page: Page) -> list[str]:
    return page.get_by_role("tabpanel").locator("section[data-card] > header > h2").all_inner_texts()


def page_tab(page: Page, title: str):
    return page.get_by_role("tab", name=title, exact=True)


def tab_titles(page: Page) -> list[str]:
    return page.get_by_role("tab").all_inner_texts()


def choose(page: Page, button: str, item: str) -> None:
    page.get_by_role("button", name=button, exact=True).click()
    page.get_by_role("menuitem", name=item).click()


def columns(page: Page, title: str) -> int:
    return int(page.get_by_role("separator", name=f"Width of {title}").first.get_attribute("aria-valuenow"))


def drag(
    page: Page, start: tuple[float, float], end: tuple[float, float], *, is_dropped: bool = True
) -> None:
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move((start[0] + end[0]) / 2, (start[1] + end[1]) / 2, steps=4)
    page.mouse.move(*end, steps=4)
    if is_dropped:
        page.mouse.up()


def middle_of(locator) -> tuple[float, float]:
    box = locator.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def header_of(page: Page, title: str) -> tuple[float, float]:
    return middle_of(card(page, title).locator("h2").first)


def downloaded(page: Page, title: str, kind: str):
    with page.expect_download() as download:
        choose(page, f"Download picture of {title}", f"Image ({kind})")
    return download.value


# --- views ----------------------------------------------------------------------------


def test_the_menu_adds_a_view_and_says_why_it_cannot_add_another(arranged, eventually):
    arranged.get_by_role("button", name="Add a view to this page").click()
    menu = arranged.get_by_role("menu", name="Add a view")
    waves = menu.get_by_role("menuitem", name="Waves")
    expect(waves).to_have_attribute("aria-disabled", "true")
    expect(waves).to_contain_text("Needs an audio column")
    waves.click(force=True)
    expect(menu).to_be_visible()
    menu.get_by_role("menuitem", name="Density").click()
    eventually(lambda: titles(arranged) == ["Summary", "Instances", "Density"], page=arranged)
    expect(card(arranged, "Density").locator(".bk-Canvas")).to_be_visible(timeout=60_000)
    assert card(arranged, "Density").bounding_box()["y"] < 900


def test_a_card_is_dragged_before_another_and_undo_takes_it_back(arranged, eventually):
    box = card(arranged, "Summary").bounding_box()
    drag(arranged, header_of(arranged, "Instances"), (box["x"] + 20, box["y"] + 60))
    eventually(lambda: titles(arranged) == ["Instances", "Summary"], page=arranged)
    arranged.get_by_role("button", name="Undo").click()
    eventually(lambda: titles(arranged) == ["Summary", "Instances"], page=arranged)


def test_a_marker_shows_where_the_card_will_lie_and_escape_drops_it_where_it_was(arranged):
    box = card(arranged, "Summary").bounding_box()
    drag(arranged, header_of(arranged, "Instances"), (box["x"] + 20, box["y"] + 60), is_dropped=False)
    marker = arranged.locator(".marker")
    expect(marker).to_be_visible()
    assert abs(marker.bounding_box()["x"] - box["x"]) < 16
    arranged.keyboard.press("Escape")
    expect(marker).to_be_hidden()
    arranged.mouse.up()
    assert titles(arranged) == ["Summary", "Instances"]
    expect(arranged.get_by_role("button", name="Undo")).to_be_disabled()


def test_undo_in_the_middle_of_a_drag_ends_it(arranged, tab, eventually):
    choose(arranged, "Menu of Summary", "Move later")
    eventually(lambda: titles(arranged) == ["Instances", "Summary"], page=arranged)
    box = card(arranged, "Instances").bounding_box()
    drag(arranged, header_of(arranged, "Summary"), (box["x"] + 20, box["y"] + 60), is_dropped=False)
    arranged.keyboard.press("Control+z")
    eventually(lambda: titles(arranged) == ["Summary", "Instances"], page=arranged)
    arranged.mouse.up()
    expect(arranged.get_by_role("button", name="Redo")).to_be_enabled()
    assert titles(arranged) == ["Summary", "Instances"]
    assert tab.errors == []


def test_arrow_keys_on_the_handle_move_and_widen_the_card_and_keep_the_focus(arranged, eventually):
    handle = arranged.get_by_role("button", name="Move Summary")
    handle.focus()
    arranged.keyboard.press("ArrowRight")
    eventually(lambda: titles(arranged) == ["Instances", "Summary"], page=arranged)
    expect(handle).to_be_focused()
    arranged.keyboard.press("Shift+ArrowLeft")
    eventually(lambda: columns(arranged, "Summary") == 6, page=arranged)
    arranged.keyboard.press("ArrowLeft")
    eventually(lambda: titles(arranged) == ["Summary", "Instances"], page=arranged)
    expect(handle).to_be_focused()


def test_a_card_dropped_on_a_tab_lies_on_that_page(arranged, eventually):
    drag(arranged, header_of(arranged, "Summary"), middle_of(page_tab(arranged, "Plot")))
    eventually(lambda: titles(arranged) == ["Instances"], page=arranged)
    page_tab(arranged, "Plot").click()
    eventually(lambda: titles(arranged) == ["Density", "Summary"], page=arranged)


def test_the_edge_snaps_to_columns(arranged, eventually):
    before = card(arranged, "Summary").bounding_box()
    column = (arranged.get_by_role("tabpanel").bounding_box()["width"] - 16) / 12
    edge = arranged.get_by_role("separator", name="Width of Summary")
    x, y = edge.bounding_box()["x"] + 4, before["y"] + 100
    drag(arranged, (x, y), (x - 2.3 * column, y))
    eventually(lambda: columns(arranged, "Summary") == 5, page=arranged)
    width = card(arranged, "Summary").bounding_box()["width"]
    assert width == pytest.approx(5 * column - 16, abs=2)
    edge.focus()
    arranged.keyboard.press("ArrowRight")
    eventually(lambda: columns(arranged, "Summary") == 6, page=arranged)
    choose(arranged, "Menu of Summary", "Width: full")
    eventually(lambda: columns(arranged, "Summary") == 12, page=arranged)


def test_a_closed_card_comes_back_by_the_toast_with_its_settings(arranged, eventually):
    instances = card(arranged, "Instances")
    instances.get_by_role("button", name="table").click()
    expect(instances.get_by_role("row").nth(3)).to_be_visible()
    arranged.get_by_role("button", name="Close Instances").click()
    expect(arranged.get_by_role("status").filter(has_text="Closed Instances.")).to_be_visible()
    eventually(lambda: titles(arranged) == ["Summary"], page=arranged)
    arranged.get_by_role("button", name="Undo what was just done").click()
    eventually(lambda: titles(arranged) == ["Summary", "Instances"], page=arranged)
    expect(instances.get_by_role("row").nth(3)).to_be_visible()


def test_a_double_click_on_close_closes_one_card(arranged, tab, eventually):
    arranged.get_by_role("button", name="Close Instances").dblclick()
    eventually(lambda: titles(arranged) == ["Summary"], page=arranged)
    arranged.wait_for_timeout(500)
    assert titles(arranged) == ["Summary"]
    assert tab.errors == []


def test_ten_steps_are_undone_by_key(arranged, eventually):
    choose(arranged, "Menu of Summary", "Duplicate")
    eventually(lambda: titles(arranged) == ["Summary", "Summary", "Instances"], page=arranged)
    for width in range(6, 1, -1):
        arranged.get_by_role("separator", name="Width of Summary").first.press("ArrowLeft")
        eventually(lambda width=width: columns(arranged, "Summary") == width, page=arranged)
    choose(arranged, "Menu of Instances", "Move earlier")
    eventually(lambda: titles(arranged) == ["Summary", "Instances", "Summary"], page=arranged)
    arranged.get_by_role("button", name="Close Instances").click()
    eventually(lambda: titles(arranged) == ["Summary", "Summary"], page=arranged)
    arranged.get_by_role("button", name="Add a page").click()
    eventually(lambda: tab_titles(arranged) == ["Overview", "Plot", "Page 3"], page=arranged)
    page_tab(arranged, "Page 3").press("Delete")
    eventually(lambda: tab_titles(arranged) == ["Overview", "Plot"], page=arranged)
    for _ in range(10):
        arranged.keyboard.press("Control+z")
    expect(arranged.get_by_role("button", name="Undo", exact=True)).to_be_disabled()
    eventually(lambda: titles(arranged) == ["Summary", "Instances"], page=arranged)
    assert columns(arranged, "Summary") == 7


# --- pages ----------------------------------------------------------------------------


def test_a_page_is_added_named_filled_moved_and_removed(arranged, eventually):
    arranged.get_by_role("button", name="Add a page").click()
    expect(page_tab(arranged, "Page 3")).to_have_attribute("aria-selected", "true")
    expect(arranged.get_by_text("Nothing is on this page yet.")).to_be_visible()
    page_tab(arranged, "Page 3").press("F2")
    box = arranged.get_by_role("textbox", name="Title of the page")
    box.fill("Blind <b>spots</b>")
    box.press("Enter")
    expect(page_tab(arranged, "Blind <b>spots</b>")).to_be_focused()
    arranged.get_by_role("tabpanel", name="Blind <b>spots</b>", include_hidden=True).wait_for(
        state="attached"
    )
    arranged.get_by_role("button", name="Add a view", exact=True).click()
    arranged.get_by_role("menuitem", name="Summary").click()
    eventually(lambda: titles(arranged) == ["Summary"], page=arranged)
    page_tab(arranged, "Blind <b>spots</b>").press("Shift+ArrowLeft")
    eventually(lambda: tab_titles(arranged) == ["Overview", "Blind <b>spots</b>", "Plot"], page=arranged)
    page_tab(arranged, "Blind <b>spots</b>").press("Delete")
    toast = arranged.get_by_role("status").filter(has_text="Removed the page Blind <b>spots</b> with 1 view.")
    expect(toast).to_be_visible()
    arranged.get_by_role("button", name="Undo what was just done").click()
    expect(page_tab(arranged, "Blind <b>spots</b>")).to_have_attribute("aria-selected", "true")
    eventually(lambda: titles(arranged) == ["Summary"], page=arranged)


def test_a_double_click_renames_a_page_and_escape_leaves_its_name(arranged):
    page_tab(arranged, "Plot").dblclick()
    box = arranged.get_by_role("textbox", name="Title of the page")
    expect(box).to_have_value("Plot")
    box.fill("Other")
    box.press("Escape")
    expect(box).to_be_hidden()
    expect(page_tab(arranged, "Plot")).to_be_visible()


def test_a_title_that_is_taken_is_refused_in_words(arranged):
    page_tab(arranged, "Plot").dblclick()
    box = arranged.get_by_role("textbox", name="Title of the page")
    box.fill("Overview")
    box.press("Enter")
    expect(arranged.get_by_role("status").filter(has_text="already")).to_be_visible()
    expect(page_tab(arranged, "Plot")).to_be_visible()


def test_tabs_are_dragged_into_another_order(arranged, eventually):
    first = page_tab(arranged, "Overview").bounding_box()
    drag(arranged, middle_of(page_tab(arranged, "Plot")), (first["x"] + 4, first["y"] + 10))
    eventually(lambda: tab_titles(arranged) == ["Plot", "Overview"], page=arranged)


# --- the card ---------------------------------------------------------------------------


def test_full_size_covers_the_page_and_escape_returns_with_the_focus(arranged):
    before = card(arranged, "Summary").bounding_box()
    full = arranged.get_by_role("button", name="Full size of Summary")
    full.click()
    box = card(arranged, "Summary").bounding_box()
    assert (box["x"], box["y"], box["width"], box["height"]) == (0, 0, 1400, 900)
    for _ in range(60):
        arranged.keyboard.press("Tab")
        inside = "() => { let one = document.activeElement; while (one?.shadowRoot?.activeElement)"
        inside += " one = one.shadowRoot.activeElement; const box = one.getBoundingClientRect();"
        inside += " return one === document.body || one.checkVisibility() }"
        assert arranged.evaluate(inside)
    full.focus()
    arranged.keyboard.press("Escape")
    assert card(arranged, "Summary").bounding_box() == before
    expect(full).to_be_focused()


def test_a_plot_fills_the_card_in_full_size_and_shrinks_again(arranged, eventually):
    page_tab(arranged, "Plot").click()
    canvas = card(arranged, "Density").locator(".bk-Canvas")
    expect(canvas).to_be_visible(timeout=60_000)
    height = canvas.bounding_box()["height"]
    arranged.get_by_role("button", name="Full size of Density").click()
    eventually(lambda: canvas.bounding_box()["height"] > 700, page=arranged)
    arranged.keyboard.press("Escape")
    eventually(lambda: canvas.bounding_box()["height"] == height, page=arranged)


def test_a_narrow_card_folds_its_acts_into_the_menu(arranged, eventually):
    choose(arranged, "Menu of Instances", "Width: a third")
    eventually(lambda: columns(arranged, "Instances") == 4, page=arranged)
    arranged.set_viewport_size({"width": 1100, "height": 900})
    expect(arranged.get_by_role("button", name="Full size of Instances")).to_be_hidden()
    choose(arranged, "Menu of Instances", "Full size")
    assert card(arranged, "Instances").bounding_box()["width"] == 1100


def test_where_it_is_narrow_cards_lie_below_each_other(emoji, tabs):
    page = tabs(viewport={"width": 800, "height": 900}).page
    open_page(page, emoji.url)
    summary, instances = (card(page, name).bounding_box() for name in ("Summary", "Instances"))
    assert summary["x"] == instances["x"]
    assert summary["width"] == instances["width"] > 480
    assert instances["y"] > summary["y"] + summary["height"]
    assert page.evaluate("document.documentElement.scrollWidth") <= 800


def test_the_svg_of_a_card_holds_its_labels_as_text_and_its_bars_as_rectangles(arranged, eventually):
    box = arranged.get_by_role("combobox", name="Filter expression")
    box.fill("label in ('Flags', 'Objects') and name != '<b>&'")
    box.press("Enter")
    expect(card(arranged, "Summary").locator("header .count").first).to_have_text("534 of 2,231 rows")
    drawn = "all => all.map(one => one.getBoundingClientRect()).filter(box => box.width * box.height).length"
    bars = card(arranged, "Summary").locator(".track i, .bin i").evaluate_all(drawn)
    download = downloaded(arranged, "Summary", "SVG")
    assert download.suggested_filename == "emoji-summary.svg"
    root = ElementTree.fromstring(download.path().read_text(encoding="utf-8"))
    texts = ["".join(one.itertext()) for one in root.iter(f"{SVG}text")]
    assert texts[:3] == [
        "Summary",
        "534 of 2,231 rows",
        "Filter: label in ['Flags', 'Objects'] and name != '<b>&'",
    ]
    assert {"People & Body", "Smileys & Emotion", "0 of 711", "270"} <= set(texts), texts
    assert len(list(root.iter(f"{SVG}rect"))) >= bars > 100
    assert not [one.tag for one in root.iter() if one.tag in (f"{SVG}foreignObject", f"{SVG}script")]
    labels = [one for one in root.iter(f"{SVG}text") if one.text == "People & Body"]
    assert all(0 < float(one.get("x")) < float(root.get("width")) for one in labels)


def test_the_png_is_the_card_at_twice_its_size(arranged):
    download = downloaded(arranged, "Instances", "PNG")
    assert download.suggested_filename == "emoji-instances.png"
    picture = Image.open(download.path()).convert("RGB")
    assert picture.width == pytest.approx(2 * card(arranged, "Instances").bounding_box()["width"], abs=6)
    assert picture.getpixel((2, 2)) == (255, 255, 255)
    assert len(picture.getcolors(picture.width * picture.height)) > 500


def test_a_plot_of_bokeh_is_in_the_picture(arranged):
    page_tab(arranged, "Plot").click()
    expect(card(arranged, "Density").locator(".bk-Canvas")).to_be_visible(timeout=60_000)
    arranged.wait_for_timeout(500)
    root = ElementTree.fromstring(downloaded(arranged, "Density", "SVG").path().read_text(encoding="utf-8"))
    images = [one.get("href") for one in root.iter(f"{SVG}image")]
    assert images
    assert all(one.startswith("data:image/png;base64,") for one in images)
    picture = Image.open(downloaded(arranged, "Density", "PNG").path()).convert("L")
    below = picture.crop((0, 90, picture.width, picture.height))
    assert below.getextrema()[0] < 128  # axes and points, under the caption


def test_markup_in_the_data_is_text_in_the_picture(served, tmp_path, page):
    hostile = "<script>window.hurt=1</script>&amp;"
    with (tmp_path / "hostile.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([["id", "label"], ["a", hostile], ["b", "\u0007bell"], ["c", hostile]])
    server = served(tmp_path / "hostile.csv", fresh=True)
    page.goto(server.url)
    expect(card(page, "Summary").locator("h3").first).to_be_visible(timeout=60_000)
    choose(page, "Menu of Summary", "Width: full")
    page.get_by_role("button", name="Full size of Summary").click()
    root = ElementTree.fromstring(downloaded(page, "Summary", "SVG").path().read_text(encoding="utf-8"))
    texts = ["".join(one.itertext()) for one in root.iter(f"{SVG}text")]
    assert [text for text in texts if text.startswith("<script>window")]
    assert not list(root.iter(f"{SVG}script"))


def test_a_card_describes_itself_as_a_sentence_and_a_table_that_can_be_copied(arranged, eventually):
    arranged.context.grant_permissions(["clipboard-read", "clipboard-write"])
    choose(arranged, "Menu of Summary", "Describe")
    summary = card(arranged, "Summary")
    expect(summary).to_contain_text("2,231 of 2,231 rows under the filter, 0 selected.")
    table = summary.get_by_role("region", name="Summary as a table")
    expect(table.get_by_role("row").nth(1)).to_have_text("splittrain167316730")
    summary.get_by_role("button", name="Copy as CSV").click()
    expect(summary.get_by_text("Copied.")).to_be_visible()
    rows = list(csv.reader(io.StringIO(arranged.evaluate("navigator.clipboard.readText()"))))
    assert rows[:2] == [
        ["column", "bar", "all", "filter", "selection"],
        ["split", "train", "1673", "1673", "0"],
    ]
    box = arranged.get_by_role("combobox", name="Filter expression")
    box.fill("split == 'train'")
    box.press("Enter")
    expect(table.get_by_role("row").nth(2)).to_have_text("splitvalidation55800")
    choose(arranged, "Menu of Summary", "Close the description")
    expect(table).to_be_hidden()


# --- keys and access ----------------------------------------------------------------------


def test_the_question_mark_lists_the_keys_and_escape_returns(arranged):
    page_tab(arranged, "Overview").focus()
    arranged.keyboard.press("?")
    sheet = arranged.get_by_role("dialog", name="Keys")
    expect(sheet).to_be_visible()
    expect(sheet).to_contain_text("Rename the page")
    for _ in range(4):
        arranged.keyboard.press("Tab")
        assert not page_tab(arranged, "Overview").evaluate("tab => tab === tab.getRootNode().activeElement")
    arranged.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    expect(page_tab(arranged, "Overview")).to_be_focused()
    arranged.get_by_role("button", name="? keys").click()
    expect(sheet).to_be_visible()


def test_menus_are_worked_by_key(arranged):
    opener = arranged.get_by_role("button", name="Menu of Summary")
    opener.press("Enter")
    items = arranged.get_by_role("menu", name="More").get_by_role("menuitem")
    expect(items.first).to_be_focused()
    arranged.keyboard.press("ArrowUp")
    expect(items.last).to_be_focused()
    arranged.keyboard.press("Escape")
    expect(items.first).to_be_hidden()
    expect(opener).to_be_focused()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious_in_what_opens(emoji, tabs, serious_violations, scheme):
    page = tabs(color_scheme=scheme).page
    open_page(page, emoji.url)
    if scheme == "dark":
        page.get_by_role("button", name="Toggle theme").click()
    choose(page, "Menu of Summary", "Describe")
    expect(card(page, "Summary").get_by_role("region", name="Summary as a table")).to_be_visible()
    page.get_by_role("button", name="About Instances", exact=True).click()
    page.get_by_role("button", name="Add a view to this page").click()
    expect(page.get_by_role("menu", name="Add a view")).to_be_visible()
    assert serious_violations(page) == []
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Full size of Summary").click()
    assert serious_violations(page) == []
    page.keyboard.press("Escape")
    page.get_by_role("button", name="? keys").click()
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    assert serious_violations(page) == []


def test_arranging_asks_nothing_of_the_internet_and_logs_no_error(arranged, tab, eventually):
    choose(arranged, "Menu of Summary", re.compile("Duplicate"))
    eventually(lambda: titles(arranged) == ["Summary", "Summary", "Instances"], page=arranged)
    downloaded(arranged, "Instances", "SVG")
    arranged.get_by_role("button", name="Close Summary").first.click()
    eventually(lambda: titles(arranged) == ["Summary", "Instances"], page=arranged)
    assert tab.foreign_requests == []
    assert tab.errors == []
