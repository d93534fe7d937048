"""Filters built without typing, chips, completion by keys, and groups, as a person uses them."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

import symphony_core as symphony

TRAIN = "split == 'train'"
ROWS = symphony.open("demo:emoji").rows()


@pytest.fixture(scope="module")
def emoji(served):
    return served("demo:emoji")


@pytest.fixture
def side(emoji, page: Page):
    page.goto(emoji.url)
    region = page.get_by_role("region", name="Filter, groups and selection")
    expect(region.get_by_role("button", name="Add a condition")).to_be_visible(timeout=60_000)
    return region


def box(side):
    return side.get_by_role("combobox", name="Filter expression")


def set_filter(side, text: str) -> None:
    box(side).fill(text)
    box(side).press("Enter")
    expect(side.get_by_role("list", name="Conditions")).to_be_visible()


def count_of(text: str) -> int:
    app = symphony.open("demo:emoji")
    app.state.filter = text
    return app.count()


def expect_rows(side, text: str) -> None:
    expect(box(side)).to_have_value(text)
    expect(side.locator(".count")).to_have_text(f"{count_of(text):,} of 2,231 rows")


def begin(side, column: str) -> None:
    """Open the builder and choose a column, by clicks alone."""
    side.get_by_role("button", name="Add a condition").click()
    side.get_by_role("combobox", name="Column", exact=True).click()
    options = side.get_by_role("listbox", name="Column")
    options.get_by_role("option").filter(has=side.page.get_by_text(column, exact=True)).click()
    expect(side.get_by_role("combobox", name="Test")).to_be_visible()


def test_a_filter_is_built_without_typing_it(side):
    begin(side, "label")
    side.get_by_role("checkbox", name="Flags").check()
    side.get_by_role("checkbox", name="Symbols").check()
    expected = len(ROWS[ROWS["label"].isin(["Flags", "Symbols"])])
    expect(side.get_by_text(f"{expected} of 2,231 rows")).to_be_visible()  # before it is added
    expect(side.locator(".count")).to_have_text("all 2,231 rows")
    side.get_by_role("button", name="Add", exact=True).click()
    expect(side.get_by_role("button", name="Change label is one of Flags, Symbols")).to_be_visible()
    begin(side, "probability")
    side.get_by_role("combobox", name="Test").select_option("is below")
    side.get_by_role("textbox", name="Value").fill("0.5")
    side.get_by_role("textbox", name="Value").press("Enter")
    expect(side.get_by_role("button", name="Change probability is below 0.5")).to_be_visible()
    begin(side, "split")
    side.get_by_role("combobox", name="Test").select_option("is")
    side.get_by_role("radio", name="train").check()
    side.get_by_role("button", name="Add", exact=True).click()
    expect_rows(side, "label in ['Flags', 'Symbols'] and probability < 0.5 and split == 'train'")


def test_a_condition_is_changed_by_clicking_its_chip(side):
    set_filter(side, "probability < 0.5 and split == 'train'")
    side.get_by_role("button", name="Change probability is below 0.5").click()
    side.get_by_role("combobox", name="Test").select_option("is between")
    side.get_by_role("textbox", name="From").fill("0.3")
    side.get_by_role("textbox", name="To").fill("0.6")
    side.get_by_role("button", name="Change", exact=True).click()
    expect_rows(side, "probability between 0.3 and 0.6 and split == 'train'")


def test_two_conditions_are_joined_by_or(side):
    set_filter(side, "split == 'train' and label == 'Flags'")
    begin(side, "label")
    side.get_by_role("checkbox", name="Symbols").check()
    side.get_by_role("combobox", name="Joined with").select_option("or: this or the one before")
    side.get_by_role("button", name="Add", exact=True).click()
    expect_rows(side, "split == 'train' and (label == 'Flags' or label == 'Symbols')")
    any_of = side.get_by_role("list", name="Any of these")
    any_of.get_by_role("button", name="Remove label is Flags").click()
    expect_rows(side, "split == 'train' and label == 'Symbols'")


def test_a_condition_without_fields_is_changed_as_text(side):
    set_filter(side, "not (label == 'Flags' and split == 'train')")
    side.get_by_role("button", name="Change not").click()
    area = side.get_by_role("textbox", name="Condition as text")
    expect(area).to_have_value("not (label == 'Flags' and split == 'train')")
    area.fill("label != prediction")
    side.get_by_role("button", name="Change", exact=True).click()
    expect_rows(side, "label != prediction")


def test_a_chip_is_excluded_included_switched_off_and_removed(side, page):
    set_filter(side, "label == 'Flags' and probability >= 0.5")
    side.get_by_role("button", name="Exclude label is Flags").click()
    expect_rows(side, "label != 'Flags' and probability >= 0.5")
    side.get_by_role("button", name="Include label is not Flags").click()
    expect_rows(side, "label == 'Flags' and probability >= 0.5")
    side.get_by_role("checkbox", name="Apply: label is Flags").uncheck()
    expect_rows(side, "probability >= 0.5")
    side.get_by_role("checkbox", name="Apply: label is Flags").check()
    expect_rows(side, "label == 'Flags' and probability >= 0.5")
    side.get_by_role("button", name="Remove probability is at least 0.5").click()
    expect_rows(side, "label == 'Flags'")
    page.get_by_role("button", name="Undo").click()
    expect_rows(side, "label == 'Flags' and probability >= 0.5")


def test_the_complement_of_a_range_is_one_click(side):
    set_filter(side, "probability < 0.5")
    side.get_by_role("button", name="Exclude probability is below 0.5").click()
    expect_rows(side, "not probability < 0.5")
    assert count_of("probability < 0.5") + count_of("not probability < 0.5") == 2231


def test_a_filter_is_completed_with_keys_and_applied_by_enter(side):
    box(side).press_sequentially("lab")
    options = side.get_by_role("listbox", name="Suggestions")
    expect(options.get_by_role("option").first).to_contain_text("label")
    box(side).press("Tab")
    expect(box(side)).to_have_value("label ")
    expect(options.get_by_role("option").first).to_contain_text("==")
    box(side).press_sequentially("== 'fl")
    expect(options.get_by_role("option")).to_have_count(1)
    expect(options.get_by_role("option").first).to_contain_text("270")
    box(side).press("ArrowDown")
    expect(options.get_by_role("option", selected=True)).to_contain_text("Flags")
    expect(box(side)).to_have_attribute("aria-expanded", "true")
    box(side).press("Enter")
    expect(box(side)).to_have_value("label == 'Flags' ")
    expect(side.locator(".count")).to_have_text("all 2,231 rows")  # taking is not applying
    expect(options.get_by_role("option").first).to_contain_text("and")
    box(side).press("Enter")  # no option is active, so the filter is meant
    expect_rows(side, "label == 'Flags'")


def test_escape_closes_the_suggestions_and_keeps_what_is_typed(side):
    box(side).press_sequentially("lab")
    expect(side.get_by_role("listbox", name="Suggestions")).to_be_visible()
    box(side).press("Escape")
    expect(side.get_by_role("listbox", name="Suggestions")).to_be_hidden()
    expect(box(side)).to_have_value("lab")


def test_what_is_typed_while_a_filter_is_applied_stays(side):
    box(side).press_sequentially(TRAIN)
    # both before the answer to the first: no task of the page runs in between
    box(side).evaluate("""input => {
      input.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true }))
      input.value = "split == 'train' and label == 'Flags'"
      input.dispatchEvent(new InputEvent("input", { bubbles: true }))
    }""")
    expect(side.locator(".count")).to_have_text(f"{count_of(TRAIN):,} of 2,231 rows")
    expect(box(side)).to_have_value("split == 'train' and label == 'Flags'")
    box(side).press("Enter")
    expect_rows(side, "split == 'train' and label == 'Flags'")


def test_a_misspelt_column_is_marked_and_put_right_by_a_button(side):
    box(side).fill("probability > 0.5 and labell == 'Flags'")
    box(side).press("Enter")
    expect(side.get_by_role("alert").filter(has_text="labell")).to_be_visible()
    marked = "input => input.value.slice(input.selectionStart, input.selectionEnd)"
    assert box(side).evaluate(marked) == "labell"
    side.get_by_role("button", name="Write label instead").click()
    expect_rows(side, "probability > 0.5 and label == 'Flags'")
    expect(side.get_by_role("alert").filter(has_text="labell")).to_have_count(0)


def test_the_last_filters_are_offered_in_the_empty_box(side):
    set_filter(side, "label == 'Flags'")
    side.get_by_role("button", name="Clear the filter").click()
    expect(box(side)).to_have_value("")
    box(side).press("ArrowDown")
    side.get_by_role("option", name="label == 'Flags'").click()
    expect_rows(side, "label == 'Flags'")


def group_rows(side) -> dict[tuple[str, ...], tuple[str, str]]:
    found = {}
    for line in side.get_by_role("table", name="Group sizes").locator("tbody tr").all():
        *values, count, share, _ = line.locator("td").all_inner_texts()
        found[tuple(values)] = (count, share)
    return found


def test_groups_of_two_columns_count_as_pandas_does(side):
    choice = side.get_by_role("combobox", name="Group by a column")
    choice.select_option("split")
    expect(side.get_by_role("button", name="Do not group by split")).to_be_visible()
    choice.select_option("label")
    expect(side.get_by_role("button", name="Do not group by label")).to_be_visible()
    set_filter(side, "probability < 0.9")
    kept = ROWS[ROWS["probability"] < 0.9]
    expect(side.locator(".count")).to_have_text(f"{len(kept):,} of 2,231 rows")
    side.get_by_role("button", name="show all").click()
    sizes = kept.groupby(["split", "label"], observed=True).size()
    expect(side.get_by_role("table", name="Group sizes").locator("tbody tr")).to_have_count(len(sizes))
    shown = group_rows(side)
    assert {key: count for key, (count, _) in shown.items()} == {key: f"{n:,}" for key, n in sizes.items()}
    largest = sizes.max()
    assert next(iter(shown.values())) == (f"{largest:,}", f"{100 * largest / len(kept):.3g} %")


def test_a_group_is_kept_by_a_click_excluded_by_its_cross_and_marked_with_shift(side):
    side.get_by_role("combobox", name="Group by a column").select_option("split")
    table = side.get_by_role("table", name="Group sizes")
    table.get_by_role("button", name="Exclude validation").click()
    expect_rows(side, "split != 'validation'")
    table.get_by_role("button", name="train: 1,673 rows").click()
    expect_rows(side, "split == 'train'")
    side.get_by_role("button", name="Clear the filter").click()
    table.get_by_role("button", name="validation: 558 rows").click(modifiers=["Alt"])
    expect_rows(side, "split != 'validation'")
    table.get_by_role("button", name="train: 1,673 rows").click(modifiers=["Shift"])
    expect(side).to_contain_text("1,673 rows selected.")


def test_grouping_columns_change_places_by_keys_and_by_dragging(side):
    choice = side.get_by_role("combobox", name="Group by a column")
    choice.select_option("split")
    expect(side.get_by_role("button", name="Do not group by split")).to_be_visible()
    choice.select_option("label")
    heads = side.get_by_role("table", name="Group sizes").get_by_role("columnheader")
    expect(heads.nth(1)).to_have_text("label")
    side.get_by_role("button", name="split, column 1 of 2").press("ArrowRight")
    expect(heads.nth(0)).to_have_text("label")
    expect(side.get_by_role("button", name="split, column 2 of 2")).to_be_focused()
    chips = side.get_by_role("group", name="Grouping columns").locator(".chip")
    chips.nth(1).drag_to(chips.nth(0))
    expect(heads.nth(0)).to_have_text("split")
    side.get_by_role("button", name="Group by nothing").click()
    expect(side.get_by_role("table", name="Group sizes")).to_be_hidden()


def test_slash_and_g_lead_to_filter_and_groups(side, page):
    page.get_by_role("heading", name="emoji").click()
    page.keyboard.press("/")
    expect(box(side)).to_be_focused()
    page.get_by_role("heading", name="emoji").click()
    page.keyboard.press("g")
    expect(side.get_by_role("combobox", name="Group by a column")).to_be_focused()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious_in_the_open_builder(emoji, tabs, serious_violations, scheme):
    tab = tabs(color_scheme=scheme)
    page = tab.page
    page.goto(emoji.url)
    side = page.get_by_role("region", name="Filter, groups and selection")
    expect(side.get_by_role("button", name="Add a condition")).to_be_visible(timeout=60_000)
    if scheme == "dark":
        page.get_by_role("button", name="Toggle theme").click()
    side.get_by_role("combobox", name="Group by a column").select_option("label")
    set_filter(side, "probability >= 0.2 and (split == 'train' or label == 'Flags')")
    side.get_by_role("checkbox", name="Apply: probability").uncheck()
    expect(side.get_by_role("checkbox", name="Apply: probability")).not_to_be_checked()
    begin(side, "label")
    expect(side.get_by_role("checkbox", name="Flags 270")).to_be_visible()
    box(side).press("ArrowDown")
    expect(side.get_by_role("listbox", name="Suggestions")).to_be_visible()
    assert serious_violations(page) == []
    assert tab.errors == []
