"""The selection tray, used as a person uses it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import Page, expect

import symphony_core as symphony
from tests.e2e.jupyter import HEALTH, lab_command, lab_environment, open_notebook, write_notebook


def open_page(page: Page, url: str) -> None:
    page.goto(url)
    expect(instances(page).get_by_role("checkbox").nth(3)).to_be_visible(timeout=60_000)


def instances(page: Page):
    return page.get_by_role("region", name="Instances")


def side(page: Page):
    return page.get_by_role("region", name="Filter, groups and selection")


def press(page: Page, name: str) -> None:
    side(page).get_by_role("button", name=name, exact=True).click()


def says(page: Page, words: str) -> None:
    expect(side(page).get_by_text(words, exact=True)).to_be_visible()


def set_filter(page: Page, text: str) -> None:
    box = page.get_by_role("combobox", name="Filter expression")
    box.fill(text)
    box.press("Enter")


def save_slice(page: Page, name: str) -> None:
    press(page, "Save as slice…")
    side(page).get_by_label("Name").fill(name)
    side(page).get_by_label("Name").press("Enter")


def download(page: Page, format: str, rows: str, folder: Path) -> Path:
    press(page, "Download…")
    side(page).get_by_role("combobox", name="Rows of the file").select_option(rows)
    side(page).get_by_role("combobox", name="Format of the file").select_option(format)
    with page.expect_download() as caught:
        press(page, "Save file")
    path = folder / caught.value.suggested_filename
    caught.value.save_as(path)
    return path


def toast(page: Page):
    return page.get_by_role("status").filter(has_text=re.compile("slice|column|excluded", re.I))


@pytest.fixture(scope="module")
def emoji(served):
    return served("demo:emoji")


@pytest.fixture(scope="module")
def app():
    app = symphony.open("demo:emoji")
    yield app
    app.close()


def test_ticks_on_several_pages_are_counted_and_inverted(emoji, page, eventually):
    open_page(page, emoji.url)
    set_filter(page, "label == 'Flags'")
    expect(instances(page)).to_contain_text("1–60 of 270")
    instances(page).get_by_role("checkbox").nth(0).check()
    instances(page).get_by_role("checkbox").nth(3).check()
    says(page, "2 rows selected.")
    instances(page).get_by_role("button", name="Next page").click()
    expect(instances(page)).to_contain_text("61–120 of 270")
    instances(page).get_by_role("checkbox").nth(0).check()
    says(page, "3 rows selected.")
    strip = side(page).get_by_role("list", name="First selected rows")
    expect(strip.locator("img")).to_have_count(3)
    is_drawn = "images => images.every(image => image.complete && image.naturalWidth > 0)"
    eventually(lambda: strip.locator("img").evaluate_all(is_drawn), "thumbnails", page=page)
    press(page, "Invert")
    says(page, "267 rows selected.")
    set_filter(page, "")
    press(page, "Select all rows")
    says(page, "2,231 rows selected.")
    page.keyboard.press("Escape")
    expect(side(page)).to_contain_text("No rows selected. Tick rows in a view")


def test_a_thumbnail_opens_its_row(emoji, page):
    open_page(page, emoji.url)
    instances(page).get_by_role("checkbox").nth(2).check()
    thumbnail = side(page).get_by_role("list", name="First selected rows").get_by_role("button")
    thumbnail.click()
    expect(thumbnail).to_have_attribute("aria-pressed", "true")
    row_id = (thumbnail.get_attribute("aria-label") or "").removeprefix("Look at ")
    expect(instances(page).get_by_role("heading", name=row_id)).to_be_visible()


def test_the_filter_takes_the_selection_in_and_out(emoji, page):
    open_page(page, emoji.url)
    set_filter(page, "label == 'Flags'")
    says(page, "270 of 2,231 rows")
    press(page, "Select all 270 rows under the filter")
    says(page, "270 rows selected.")
    set_filter(page, "")
    says(page, "all 2,231 rows")
    press(page, "Exclude selection")
    says(page, "1,961 of 2,231 rows")
    says(page, "270 rows selected, 270 not under the filter.")
    page.get_by_role("button", name="Undo what was just done").click()
    says(page, "all 2,231 rows")
    press(page, "Filter to selection")
    says(page, "270 of 2,231 rows")


def test_ids_are_copied_one_a_line(emoji, tabs, eventually):
    page = tabs(permissions=["clipboard-read", "clipboard-write"]).page
    open_page(page, emoji.url)
    instances(page).get_by_role("checkbox").nth(0).check()
    instances(page).get_by_role("checkbox").nth(1).check()
    says(page, "2 rows selected.")
    press(page, "Copy ids")
    says(page, "2 ids copied.")
    copied = page.evaluate("navigator.clipboard.readText()").split("\n")
    assert copied == symphony.open("demo:emoji").dataset.row_ids[:2].tolist()


def test_where_the_clipboard_is_closed_the_ids_stand_in_a_field(emoji, page):
    page.add_init_script("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    open_page(page, emoji.url)
    instances(page).get_by_role("checkbox").nth(0).check()
    press(page, "Copy ids")
    field = side(page).get_by_role("textbox", name="Ids of the selected rows")
    expect(field).to_have_value(re.compile(r"^emoji_[\w-]+$"))
    expect(field).to_be_focused()
    page.keyboard.press("Escape")
    expect(field).to_be_hidden()
    says(page, "1 row selected.")


def test_a_slice_is_a_column_for_filter_and_groups_until_it_is_dropped(emoji, page, app):
    open_page(page, emoji.url)
    set_filter(page, "label == 'Flags' and probability < 0.9")
    count = app.state.table.count(app.state.table.bind("label == 'Flags' and probability < 0.9"))
    press(page, f"Select all {count} rows under the filter")
    save_slice(page, "label")
    expect(side(page).get_by_role("alert").filter(has_text="'label_2' is free")).to_be_visible()
    side(page).get_by_label("Name").fill("unsure flags")
    side(page).get_by_label("Name").press("Enter")
    expect(toast(page)).to_contain_text(f"Slice 'unsure flags' of {count} rows")
    columns = side(page).get_by_role("list", name="Computed columns")
    expect(columns).to_contain_text("slice: label == 'Flags' and probability < 0.9")
    set_filter(page, "`unsure flags` and split == 'train'")
    both = app.state.table.bind("label == 'Flags' and probability < 0.9 and split == 'train'")
    says(page, f"{app.state.table.count(both)} of 2,231 rows")
    set_filter(page, "")
    side(page).get_by_role("combobox", name="Group by a column").select_option("unsure flags")
    sizes = side(page).get_by_role("table", name="Group sizes")
    expect(sizes).to_contain_text(f"{2231 - count:,}")
    expect(sizes).to_contain_text(f"{count}")
    press(page, "Drop column unsure flags")
    expect(side(page).get_by_role("list", name="Computed columns").get_by_text("unsure flags")).to_have_count(
        0
    )
    expect(sizes.locator("td")).to_have_count(0)
    page.get_by_role("button", name="Undo what was just done").click()
    expect(columns).to_contain_text("unsure flags")
    expect(sizes).to_contain_text(f"{count}")


def test_a_slice_is_replaced_after_a_question(emoji, page):
    open_page(page, emoji.url)
    instances(page).get_by_role("checkbox").nth(0).check()
    save_slice(page, "odd")
    expect(side(page).get_by_role("list", name="Computed columns")).to_contain_text("odd")
    instances(page).get_by_role("checkbox").nth(1).check()
    says(page, "2 rows selected.")
    save_slice(page, "odd")
    expect(side(page)).to_contain_text("There is a slice 'odd' of 1 row. Replace it?")
    press(page, "Replace")
    expect(toast(page)).to_contain_text("Slice 'odd' of 2 rows")


def test_a_filter_by_a_dropped_slice_is_an_error_that_undo_mends(emoji, page):
    open_page(page, emoji.url)
    instances(page).get_by_role("checkbox").nth(0).check()
    save_slice(page, "odd")
    expect(side(page).get_by_role("list", name="Computed columns")).to_contain_text("odd")
    set_filter(page, "odd")
    says(page, "1 of 2,231 rows")
    press(page, "Drop column odd")
    expect(side(page).get_by_role("alert").filter(has_text="no column 'odd'")).to_be_visible()
    page.get_by_role("button", name="Undo what was just done").click()
    says(page, "1 of 2,231 rows")


def test_files_hold_what_is_selected(emoji, page, app, tmp_path):
    open_page(page, emoji.url)
    set_filter(page, "label == 'Flags'")
    press(page, "Select all 270 rows under the filter")
    save_slice(page, "flags")
    expect(side(page).get_by_role("list", name="Computed columns")).to_contain_text("flags")
    app.state.filter = "label == 'Flags'"
    expected = app.rows()

    path = download(page, "csv", "selection", tmp_path)
    assert path.name == "emoji-selection-270-rows.csv"
    read = pd.read_csv(path, keep_default_na=False, na_values=[""])
    assert read["flags"].tolist() == [True] * 270
    assert "image" not in read.columns
    for name in ("id", "label", "probability", "brightness"):  # numbers at their own precision, float32
        assert read[name].astype(expected[name].dtype).tolist() == expected[name].tolist()

    members = json.loads(download(page, "json", "selection", tmp_path).read_text(encoding="utf-8"))
    assert [member["id"] for member in members] == expected["id"].tolist()
    numbers = pd.Series([member["probability"] for member in members], dtype=expected["probability"].dtype)
    assert numbers.tolist() == expected["probability"].tolist()

    path = download(page, "parquet", "filter", tmp_path)
    assert path.name == "emoji-filter-270-rows.parquet"
    parquet = pd.read_parquet(path)
    names = list(expected.columns)
    pd.testing.assert_frame_equal(parquet[names], expected, check_dtype=False, check_column_type=False)
    assert parquet["flags"].all()


def test_a_file_of_many_pieces_arrives_whole(served, page, tmp_path):
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        {"id": range(100_000), "x": rng.normal(size=100_000), "text": "some words, and more"}
    )
    source = tmp_path / "big.parquet"
    frame.to_parquet(source)
    page.goto(served(source).url)
    expect(side(page)).to_contain_text("all 100,000 rows", timeout=60_000)
    path = download(page, "csv", "filter", tmp_path)
    assert path.name == "big-all-100000-rows.csv"
    assert path.stat().st_size > 3_000_000
    pd.testing.assert_frame_equal(pd.read_csv(path), frame)
    expect(side(page).get_by_role("list", name="Files being made")).to_be_hidden()


def test_two_people_do_not_see_each_others_selection_or_files(emoji, tabs, tmp_path):
    first, second = tabs().page, tabs().page
    open_page(first, emoji.url)
    open_page(second, emoji.url)
    instances(first).get_by_role("checkbox").nth(0).check()
    instances(second).get_by_role("checkbox").nth(1).check()
    instances(second).get_by_role("checkbox").nth(2).check()
    says(first, "1 row selected.")
    says(second, "2 rows selected.")
    save_slice(first, "mine")
    expect(side(first).get_by_role("list", name="Computed columns")).to_contain_text("mine")
    expect(side(second).get_by_role("list", name="Computed columns").get_by_text("mine")).to_have_count(0)
    assert download(first, "csv", "selection", tmp_path).name == "emoji-selection-1-row.csv"
    assert download(second, "csv", "selection", tmp_path).name == "emoji-selection-2-rows.csv"


def test_the_tray_has_names_for_everything(emoji, page, serious_violations):
    open_page(page, emoji.url)
    instances(page).get_by_role("checkbox").nth(0).check()
    save_slice(page, "odd")
    press(page, "Save as slice…")
    assert serious_violations(page) == []
    press(page, "Download…")
    assert serious_violations(page) == []


def test_the_tray_works_in_a_notebook_cell(run_server, tab, tmp_path):
    code = "app = symphony.open('demo:emoji'); app.state.selection = \"label == 'Flags'\""
    write_notebook(tmp_path / "book.ipynb", ["import symphony_core as symphony\n" + code, "app.dashboard()"])
    server = run_server(lab_command(tmp_path), health=HEALTH, env=lab_environment(tmp_path))
    lab = open_notebook(tab.page, server.url + "/", "book.ipynb")
    lab.run_all()
    says(tab.page, "270 rows selected.")
    thumbnails = side(tab.page).get_by_role("list", name="First selected rows").locator("img")
    expect(thumbnails).to_have_count(12)
    save_slice(tab.page, "flags")
    expect(side(tab.page).get_by_role("list", name="Computed columns")).to_contain_text("flags")
    path = download(tab.page, "csv", "selection", tmp_path)
    assert path.name == "emoji-selection-270-rows.csv"
    assert pd.read_csv(path)["flags"].tolist() == [True] * 270
