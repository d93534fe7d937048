"""What is done to pages and cards: one step each, closed views freed, and brought back by undo."""

import gc
import weakref

import pandas as pd
import pytest

import symphony_core as symphony
from symphony_core.card import MAX_DESCRIBED_ROWS, described, file_stem
from symphony_core.layout import Page, PageView
from symphony_core.manifest import Manifest
from symphony_core.testing import tiny_dataset


@pytest.fixture
def app():
    app = symphony.open(tiny_dataset(), config=Manifest(allow=("summary", "instances")))
    yield app
    app.close()


@pytest.fixture
def pages(app):
    return app.dashboard().pages


def act(pages, kind, **more):
    pages.component._handle_msg({"kind": kind, **more})


def shown(pages):
    return [one["key"] for one in pages.component.data["placed"]]


def toast(pages):
    return pages.shell.title.data["toast"]


STEPS = {
    "add": {"view": "summary"},
    "close": {"key": "summary-1"},
    "duplicate": {"key": "summary-1"},
    "move": {"key": "summary-1", "page": "page-1", "before": ""},
    "resize": {"key": "summary-1", "width": 3},
    "add_page": {},
    "remove_page": {"key": "page-1"},
    "rename_page": {"key": "page-1", "title": "First look"},
}


@pytest.mark.parametrize("kind", STEPS)
def test_each_gesture_is_one_step_and_undo_brings_the_same_layout_back(app, pages, kind):
    before = app.workspace.layout
    act(pages, kind, **STEPS[kind])
    assert app.workspace.layout != before
    assert app.state.history.undo_count == 1
    app.undo()
    assert app.workspace.layout == before
    assert shown(pages) == ["summary-1", "instances-1"]


def test_undo_takes_ten_steps_back_and_redo_makes_them_again(app, pages):
    first = app.workspace.layout
    for _ in range(5):
        act(pages, "add", view="instances")
        act(pages, "resize", key="instances-1", width=app.workspace.layout[0].views[1].width - 1)
    last = app.workspace.layout
    for _ in range(10):
        assert app.undo()
    assert app.workspace.layout == first
    assert len(pages._views) == 2
    for _ in range(10):
        assert app.redo()
    assert app.workspace.layout == last
    assert len(pages._views) == 7


@pytest.mark.parametrize(
    "gesture",
    [
        {"kind": "close", "key": "summary-9"},
        {"kind": "close"},
        {"kind": "close", "key": ["summary-1"]},
        {"kind": "move", "key": "summary-9", "page": "page-1"},
        {"kind": "move", "key": "summary-1", "page": "page-9"},
        {"kind": "move", "key": "summary-1", "page": "page-1", "before": "summary-1"},
        {"kind": "move", "key": "instances-1", "page": "page-1", "before": ""},
        {"kind": "resize", "key": "summary-1", "width": "wide"},
        {"kind": "resize", "key": "summary-1", "width": True},
        {"kind": "resize", "key": "summary-9", "width": 4},
        {"kind": "duplicate", "key": "summary-9"},
        {"kind": "add", "view": "no_such_view"},
        {"kind": "remove_page", "key": "page-9"},
        {"kind": "rename_page", "key": "page-1", "title": ""},
        {"kind": "rename_page", "key": "page-1"},
        {"kind": "move_page", "key": "page-1", "to": None},
        {"kind": "page", "index": 7},
        {"kind": "page", "index": "1"},
        {"kind": "no_such_kind"},
    ],
    ids=str,
)
def test_a_gesture_about_what_is_not_there_changes_nothing(app, pages, gesture):
    before = app.workspace.layout
    pages.component._handle_msg(gesture)
    assert app.workspace.layout is before
    assert app.state.history.undo_count == 0
    assert shown(pages) == ["summary-1", "instances-1"]


def test_closing_twice_is_one_step(app, pages):
    act(pages, "close", key="summary-1")
    act(pages, "close", key="summary-1")
    assert app.state.history.undo_count == 1


def test_a_closed_view_lets_go_of_the_state_and_is_freed(app, pages):
    document = pages.component.get_root()
    view = weakref.ref(pages._views["summary-1"])
    frame = weakref.ref(view().frame)
    act(pages, "close", key="summary-1")
    gc.collect()
    assert document is not None
    assert view() is None
    assert frame() is None


def test_a_closed_view_comes_back_with_its_settings(app, pages):
    pages._views["summary-1"].bars = 33
    act(pages, "close", key="summary-1")
    assert shown(pages) == ["instances-1"]
    app.undo()
    assert shown(pages) == ["summary-1", "instances-1"]
    assert pages._views["summary-1"].bars == 33


def test_views_of_a_removed_page_are_closed_and_come_back(app, pages):
    act(pages, "add_page")
    act(pages, "add", view="summary")
    gone = pages._views["summary-2"]
    act(pages, "remove_page", key="page-2")
    assert gone._is_closed
    assert shown(pages) == ["summary-1", "instances-1"]
    app.undo()
    assert shown(pages) == ["summary-2"]
    assert not pages._views["summary-2"]._is_closed


def test_a_moved_view_is_the_same_view(app, pages):
    view = pages._views["summary-1"]
    act(pages, "add_page")
    act(pages, "move", key="summary-1", page="page-2", before="")
    assert pages._views["summary-1"] is view
    assert shown(pages) == ["summary-1"]


def test_two_of_one_view_have_settings_of_their_own(app, pages):
    pages._views["summary-1"].bars = 33
    act(pages, "duplicate", key="summary-1")
    assert pages._views["summary-2"].bars == 33
    pages._views["summary-2"].bars = 7
    assert (pages._views["summary-1"].bars, pages._views["summary-2"].bars) == (33, 7)
    app.undo()
    assert (pages._views["summary-1"].bars, pages._views["summary-2"].bars) == (33, 33)


def test_big_acts_are_said_with_an_offer_to_undo(app, pages):
    act(pages, "close", key="summary-1")
    assert (toast(pages)["words"], toast(pages)["can_undo"]) == ("Closed Summary.", True)
    act(pages, "remove_page", key="page-1")
    assert (toast(pages)["words"], toast(pages)["can_undo"]) == (
        "Removed the page Overview with 1 view.",
        True,
    )


def test_a_title_that_is_taken_is_refused_with_words(app, pages):
    act(pages, "add_page")
    act(pages, "rename_page", key="page-2", title="Overview")
    assert toast(pages)["is_problem"]
    assert "'Overview' already" in toast(pages)["words"]


def test_the_page_that_undo_changes_is_shown(app, pages):
    act(pages, "close", key="summary-1")
    act(pages, "add_page")
    assert shown(pages) == []
    act(pages, "page", index=0)
    app.undo()
    assert [page["title"] for page in pages.component.data["pages"]] == ["Overview"]
    app.undo()
    assert shown(pages) == ["summary-1", "instances-1"]


def test_a_filter_that_is_undone_turns_no_page(app, pages):
    act(pages, "add_page")
    app.state.filter = "label == 'cat'"
    app.undo()
    assert pages.component.data["active"] == 1


def test_without_any_page_the_shell_says_what_to_do(app, pages):
    act(pages, "remove_page", key="page-1")
    assert "no page" in pages.component.data["empty"]
    act(pages, "add", view="summary")
    assert shown(pages) == ["summary-1"]


def test_a_key_that_now_names_another_view_shows_that_view(app, pages):
    app.workspace.layout = (Page("Other", (PageView("instances", key="summary-1"),)),)
    assert pages._views["summary-1"].title == "Instances"


def test_the_menu_lists_views_by_rank_and_says_what_one_lacks():
    app = symphony.open(pd.DataFrame({"name": ["tom", "kit"]}))
    menu = app.dashboard().pages.component.data["menu"]
    assert [view["title"] for view in menu][:3] == ["Embedding map", "Summary", "Instances"]
    assert all(view["summary"].endswith(".") for view in menu)
    app.close()


def test_only_a_card_on_a_page_can_be_moved_and_closed(app, pages):
    assert pages._views["summary-1"].frame.is_placed
    assert not app.show("summary").frame.is_placed


# --- describing -------------------------------------------------------------------------


def test_a_description_is_sent_when_asked_and_follows_until_closed(app):
    view = app.show("summary")
    assert view.frame.description == {}
    view.frame._handle_msg({"kind": "describe", "is_open": True})
    assert view.frame.description["sentence"] == view.sentence()
    assert "12 of 12 rows" in view.frame.description["sentence"]
    app.state.filter = "label == 'cat'"
    assert "4 of 12 rows" in view.frame.description["sentence"]
    assert view.frame.description["csv"] == view.describe().table.to_csv(index=False)
    view.frame._handle_msg({"kind": "describe", "is_open": False})
    assert view.frame.description == {}


def test_a_described_table_is_texts_with_nothing_where_a_value_is_missing():
    made = described("Two rows.", pd.DataFrame({"<b>": [1, 2], "x": [None, "a,b"], "n": [0.5, float("nan")]}))
    assert made["columns"] == ["<b>", "x", "n"]
    assert made["numeric"] == [True, False, True]
    assert made["rows"] == [["1", "", "0.5"], ["2", "a,b", ""]]
    assert made["csv"].splitlines()[2] == '2,"a,b",'
    assert made["note"] == ""


def test_a_description_too_long_to_read_is_cut_and_says_so():
    made = described("Many.", pd.DataFrame({"x": range(MAX_DESCRIBED_ROWS + 1)}))
    assert len(made["rows"]) == MAX_DESCRIBED_ROWS
    assert made["note"] == "The first 1,000 of 1,001 rows."


@pytest.mark.parametrize(
    ("words", "stem"),
    [
        (("emoji", "summary"), "emoji-summary"),
        (("../../etc/passwd", "summary"), "etc-passwd-summary"),
        (("Größe 名", "x"), "Größe-名-x"),
        (("<img src=x>", ""), "img-src-x"),
        (("...", "/"), "view"),
    ],
)
def test_a_file_name_is_made_of_letters_that_every_system_takes(words, stem):
    assert file_stem(*words) == stem


def test_the_card_carries_the_filter_for_the_pictures_caption(app):
    view = app.show("summary")
    assert (view.frame.filter_text, view.frame.file_stem.endswith("-summary")) == ("", True)
    app.state.filter = "label == 'cat'"
    assert view.frame.filter_text == "label == 'cat'"
