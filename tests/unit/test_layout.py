import pytest
from hypothesis import given
from hypothesis import strategies as st

from symphony_core.errors import BadSetting
from symphony_core.layout import (
    PAGE_COLUMNS,
    Page,
    PageView,
    duplicated,
    keyed,
    moved,
    page_moved,
    renamed,
    resized,
    shown_after,
    view_keys,
    with_page,
    with_settings,
    with_view,
    without_page,
    without_view,
)


def keys(layout):
    return [[view.key for view in page.views] for page in layout]


def titles(layout):
    return [page.title for page in layout]


@pytest.fixture
def pages():
    views = (PageView("summary", 7), PageView("rows", 5), PageView("map"))
    return keyed((Page("a", views), Page("b", (PageView("rows"),)), Page("c", ())))


def test_views_without_a_key_get_one_and_others_keep_theirs():
    pages = (
        Page("a", (PageView("summary"), PageView("summary", key="summary-1"))),
        Page("b", (PageView("rows"),)),
    )
    assert keys(keyed(pages)) == [["summary-2", "summary-1"], ["rows-1"]]
    assert [page.key for page in keyed(pages)] == ["page-1", "page-2"]
    assert keyed(keyed(pages)) == keyed(pages)


def test_the_second_of_two_views_with_one_key_gets_another():
    views = (PageView("summary", key="x"), PageView("rows", key="x"))
    pages = (Page("a", views, key="p"), Page("b", (), key="p"))
    assert keys(keyed(pages)) == [["x", "rows-1"], []]
    assert [page.key for page in keyed(pages)] == ["p", "page-1"]


def test_settings_go_to_the_view_of_the_key_alone():
    pages = keyed((Page("a", (PageView("summary"), PageView("summary"))),))
    changed = with_settings(pages, "summary-2", {"bars": 30})
    assert [dict(view.settings) for view in changed[0].views] == [{}, {"bars": 30}]
    assert with_settings(pages, "gone-1", {"bars": 30}) == pages


def test_a_view_is_added_at_the_end_of_its_page_with_a_key_of_its_own(pages):
    assert keys(with_view(pages, "page-2", PageView("rows"))) == [
        ["summary-1", "rows-1", "map-1"],
        ["rows-2", "rows-3"],
        [],
    ]


def test_a_view_added_where_there_is_no_page_makes_one():
    assert with_view((), "", PageView("map")) == (
        Page("Overview", (PageView("map", key="map-1"),), key="page-1"),
    )


def test_a_view_is_taken_from_its_page_and_the_other_pages_stay_the_same_value(pages):
    changed = without_view(pages, "rows-1")
    assert keys(changed) == [["summary-1", "map-1"], ["rows-2"], []]
    assert changed[1] is pages[1]


@pytest.mark.parametrize(
    ("before", "order"),
    [
        ("summary-1", ["map-1", "summary-1", "rows-1"]),
        ("rows-1", ["summary-1", "map-1", "rows-1"]),
        ("", ["summary-1", "rows-1", "map-1"]),
        ("map-1", ["summary-1", "rows-1", "map-1"]),
        ("closed meanwhile", ["summary-1", "rows-1", "map-1"]),
    ],
)
def test_a_view_moves_before_another_of_its_page(pages, before, order):
    assert keys(moved(pages, "map-1", "page-1", before))[0] == order


def test_a_view_moves_to_another_page_and_keeps_key_width_and_settings(pages):
    pages = with_settings(pages, "summary-1", {"bars": 30})
    changed = moved(pages, "summary-1", "page-2", "rows-2")
    assert keys(changed) == [["rows-1", "map-1"], ["summary-1", "rows-2"], []]
    assert changed[1].views[0] == pages[0].views[0]


@pytest.mark.parametrize(("asked", "width"), [(4, 4), (0, 1), (-5, 1), (99, PAGE_COLUMNS)])
def test_a_width_stays_between_one_column_and_all(pages, asked, width):
    assert resized(pages, "summary-1", asked)[0].views[0].width == width


def test_a_duplicate_lies_behind_the_first_with_the_same_settings(pages):
    pages = with_settings(pages, "summary-1", {"bars": 30})
    changed = duplicated(pages, "summary-1")
    assert keys(changed)[0] == ["summary-1", "summary-2", "rows-1", "map-1"]
    assert [(view.width, dict(view.settings)) for view in changed[0].views[:2]] == [(7, {"bars": 30})] * 2


def test_a_new_page_is_the_last_and_has_a_title_that_is_free(pages):
    assert titles(with_page(pages)) == ["a", "b", "c", "Page 4"]
    assert titles(with_page((Page("Page 2", ()),))) == ["Page 2", "Page 3"]


def test_a_page_that_was_renamed_keeps_its_key_and_views(pages):
    changed = renamed(pages, "page-1", "  Data \n quality ")
    assert changed[0] == Page("Data quality", pages[0].views, "page-1")


@pytest.mark.parametrize(
    ("title", "words"), [("b", "already"), ("  ", "needs a title"), ("x" * 81, "81 characters")]
)
def test_a_title_that_is_taken_empty_or_too_long_is_refused(pages, title, words):
    with pytest.raises(BadSetting, match=words):
        renamed(pages, "page-1", title)


def test_a_page_may_be_given_the_title_it_has(pages):
    assert renamed(pages, "page-1", "a") == pages


@pytest.mark.parametrize(("to", "order"), [(0, "bac"), (2, "acb"), (9, "acb"), (-1, "bac")])
def test_a_page_moves_among_the_others(pages, to, order):
    assert titles(page_moved(pages, "page-2", to)) == list(order)


def test_a_removed_page_takes_its_views_along(pages):
    assert view_keys(without_page(pages, "page-1")) == {"rows-2"}


CHANGES = [
    lambda layout, key, page, number: with_view(layout, page, PageView("map")) if layout else layout,
    lambda layout, key, page, number: without_view(layout, key),
    lambda layout, key, page, number: moved(layout, key, page, f"rows-{number}"),
    lambda layout, key, page, number: resized(layout, key, number),
    lambda layout, key, page, number: duplicated(layout, key),
    lambda layout, key, page, number: with_page(layout),
    lambda layout, key, page, number: without_page(layout, page),
    lambda layout, key, page, number: page_moved(layout, page, number),
]


@given(
    st.lists(
        st.tuples(
            st.sampled_from(CHANGES),
            st.sampled_from(["summary-1", "rows-1", "rows-2", "map-1", "map-2", "gone-1", ""]),
            st.sampled_from(["page-1", "page-2", "page-3", "page-9", ""]),
            st.integers(-2, 14),
        ),
        max_size=12,
    )
)
def test_after_any_changes_keys_and_titles_are_unique_and_widths_lawful(steps):
    layout = keyed((Page("a", (PageView("summary"), PageView("rows"))), Page("b", (PageView("rows"),))))
    for change, key, page, number in steps:
        layout = change(layout, key, page, number)
        flat = [view for one in layout for view in one.views]
        assert len({view.key for view in flat}) == len(flat)
        assert len({one.key for one in layout}) == len({one.title for one in layout}) == len(layout)
        assert all(1 <= view.width <= PAGE_COLUMNS for view in flat)
        assert keyed(layout) == layout


@given(
    st.permutations(["x-1", "x-2", "x-3", "x-4"]),
    st.sampled_from(["x-1", "x-2", "x-3", "x-4"]),
    st.sampled_from(["x-1", "x-2", "x-3", "x-4", ""]),
)
def test_moving_within_a_page_is_removing_and_inserting(order, key, before):
    layout = keyed((Page("a", tuple(PageView("x", key=one) for one in order)),))
    slow = list(order)
    if before != key:
        slow.remove(key)
        slow.insert(slow.index(before) if before else len(slow), key)
    assert keys(moved(layout, key, "page-1", before)) == [slow]


@pytest.mark.parametrize(
    "change",
    [
        lambda pages: with_view(pages, "gone", PageView("map")),
        lambda pages: without_view(pages, "gone"),
        lambda pages: moved(pages, "gone", "page-1"),
        lambda pages: moved(pages, "map-1", "gone"),
        lambda pages: resized(pages, "gone", 3),
        lambda pages: duplicated(pages, "gone"),
        lambda pages: without_page(pages, "gone"),
        lambda pages: renamed(pages, "gone", "z"),
        lambda pages: page_moved(pages, "gone", 0),
    ],
)
def test_a_change_of_what_is_not_there_changes_nothing(pages, change):
    assert change(pages) == pages


def test_the_page_on_show_stays_on_show_where_others_move(pages):
    assert shown_after(pages, page_moved(pages, "page-1", 2), 1) == 0
    assert shown_after(pages, renamed(pages, "page-2", "z"), 1) == 1
    assert shown_after(pages, without_page(pages, "page-1"), 1) == 0


def test_a_page_that_was_added_or_brought_back_is_shown(pages):
    assert shown_after(pages, with_page(pages), 0) == 3
    assert shown_after(without_page(pages, "page-2"), pages, 0) == 1


def test_a_change_taken_back_on_another_page_is_shown(pages):
    assert shown_after(without_view(pages, "summary-1"), pages, 2) == 0


def test_where_the_page_on_show_is_gone_its_neighbour_is_shown(pages):
    assert shown_after(pages, without_page(pages, "page-2"), 1) == 1
    assert shown_after(pages, without_page(pages, "page-3"), 2) == 1
    assert shown_after(pages, (), 2) == 0
    assert shown_after((), pages, 0) == 0
