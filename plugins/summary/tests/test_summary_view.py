"""Gestures on the cards, as messages from the browser would bring them."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest

import symphony_core as symphony
from symphony_core.manifest import Manifest
from symphony_core.owner import Owner
from symphony_core.registry import Registry
from symphony_core.session import Session
from symphony_core.sources import SourceOptions, open_source
from symphony_core.testing import tiny_dataset
from symphony_core.workspace import Workspace
from symphony_panel_summary.view import PAGE_CARDS, SummaryView


def session_of(frame: pd.DataFrame) -> Session:
    return Session(Workspace(open_source(frame, SourceOptions())), Registry(Manifest()))


@pytest.fixture
def view() -> Iterator[SummaryView]:
    frame = pd.DataFrame({"label": ["cat", "cat", "dog", None], "score": [0.1, 0.9, 0.5, 0.7]})
    session = session_of(frame)
    made = SummaryView(session)
    assert made.frame.problem == ""
    yield made
    session.close()


def send(view: SummaryView, **gesture: object) -> str | None:
    """Send a gesture and give the filter's text after it."""
    view._grid._handle_msg(gesture)
    assert view.frame.problem == ""
    state = view.state
    return None if state.filter is None else state.table.text(state.filter)


def shown(view: SummaryView) -> list[str]:
    return [card["name"] for card in view._grid.data["cards"]]


def test_a_click_filters_and_the_same_click_takes_it_back(view: SummaryView):
    assert send(view, kind="level", column="label", levels=[0], mode="replace") == "label == 'cat'"
    assert send(view, kind="level", column="label", levels=[0], mode="replace") is None


def test_a_brush_keeps_the_condition_on_another_column(view: SummaryView):
    send(view, kind="level", column="label", levels=[0], mode="replace")
    last = len(view._cards["score"].bars) - 1
    assert send(view, kind="range", column="score", first=last, last=last, mode="replace") == (
        "label == 'cat' and score between 0.85 and 0.9"
    )


def test_shift_adds_and_alt_excludes(view: SummaryView):
    send(view, kind="level", column="label", levels=[0], mode="add")
    assert send(view, kind="level", column="label", levels=[1], mode="add") == "label in ['cat', 'dog']"
    assert send(view, kind="level", column="label", levels=[0], mode="exclude") == "label == 'dog'"


def test_missing_values_can_be_asked_for_and_a_condition_dropped(view: SummaryView):
    assert send(view, kind="missing", column="label", mode="replace") == "label is null"
    assert view._cards["label"].payload()["missing_is_in"]
    assert send(view, kind="clear", column="label") is None


def test_a_gesture_on_a_card_that_is_gone_does_nothing(view: SummaryView):
    assert send(view, kind="clear", column="gone") is None


def test_the_cards_follow_filter_and_selection(view: SummaryView):
    view.state.filter = "score > 0.4"
    view.state.selection = [2]
    sentence, table = view.describe()
    assert sentence == (
        "Summary of 3 of 3 columns of table (label, score, row_id): "
        "3 of 4 rows under the filter score > 0.4, 1 selected."
    ).replace("table", view.state.dataset.name)
    dogs = table[table["bar"] == "dog"].iloc[0]
    assert (dogs["all"], dogs["filter"], dogs["selection"]) == (1, 1, 1)


def test_grouped_rows_are_told_group_by_group(view: SummaryView):
    view.state.group_by = ["label"]
    view.state.filter = "score > 0.4"
    sentence, table = view.describe()
    assert sentence.endswith("0 selected; one chart a group of label.")
    scores = table[(table["column"] == "score") & (table["filter"] > 0)]
    assert scores.groupby("group")["filter"].sum().to_dict() == {"cat": 1, "dog": 1, "missing": 1}


def test_a_bar_of_a_group_filters_its_column_alone(view: SummaryView):
    view.state.group_by = ["label"]
    last = len(view._cards["score"].bars) - 1
    assert send(view, kind="range", column="score", chart=1, first=last, last=last, mode="replace") == (
        "score between 0.85 and 0.9"
    )


def test_several_values_of_a_group_are_brushed_at_once(view: SummaryView):
    assert send(view, kind="levels", column="label", levels=[0, 1], mode="replace") == (
        "label in ['cat', 'dog']"
    )


def test_figures_come_and_go_with_a_click_on_the_name(view: SummaryView):
    def figures() -> object:
        (card,) = (card for card in view._grid.data["cards"] if card["name"] == "score")
        return card["figures"]

    assert figures() is None
    send(view, kind="figures", column="score")
    assert ["mean", "0.55"] in figures()["rows"]
    view.state.filter = "label == 'cat'"
    assert ["mean", "0.55", "0.5"] in figures()["rows"]
    send(view, kind="figures", column="score")
    assert figures() is None


def test_a_filter_that_no_row_meets_says_so(view: SummaryView):
    view.state.filter = "score > 5"
    assert view._grid.data["note"].startswith("No rows under the filter")
    view.state.filter = None
    assert view._grid.data["note"] == ""


def test_thousands_of_columns_are_shown_page_by_page_and_found_by_name():
    frame = pd.DataFrame(np.zeros((2, 2_000), dtype="int8"), columns=[f"column {i}" for i in range(2_000)])
    session = session_of(frame)
    view = SummaryView(session)
    assert view.frame.problem == ""
    assert (len(shown(view)), view._grid.data["more"]) == (PAGE_CARDS, PAGE_CARDS)
    send(view, kind="more")
    assert len(shown(view)) == 2 * PAGE_CARDS
    send(view, kind="search", text="Column 1999")
    assert shown(view) == ["column 1999"]
    send(view, kind="search", text="nowhere")
    assert "nowhere" in view._grid.data["note"]
    session.close()


def test_chosen_columns_are_shown_alone():
    session = session_of(pd.DataFrame({"a": [1], "b": [2]}))
    view = SummaryView(session, columns=["b"])
    assert view.frame.problem == ""
    assert shown(view) == ["b"]
    session.close()


def test_every_setting_has_a_control():
    session = session_of(pd.DataFrame({"a": [1]}))
    view = SummaryView(session)
    view.show_settings()
    assert view.frame.problem == ""
    assert len(view.frame.settings) == len(view.setting_names) == 7
    session.close()


def test_a_closed_view_is_freed():
    session = session_of(pd.DataFrame({"a": [1]}))
    view = SummaryView(session)
    assert view.frame.problem == ""
    view.close()
    ref = weakref.ref(view)
    del view
    gc.collect()
    assert ref() is None
    session.close()


def test_a_view_nobody_has_looked_at_yet_describes_all_its_columns():
    app = symphony.open(tiny_dataset())
    sentence, table = app.show("summary").describe()
    assert "0 of" not in sentence.partition("rows")[0]
    assert int(table.loc[table["column"] == "split", "all"].sum()) == 12
    app.close()


def test_a_description_waits_for_what_is_still_being_counted():
    app = symphony.open(pd.DataFrame({"n": range(300_000), "label": ["a", "b"] * 150_000}))
    app.session.owner = Owner(wake=lambda call: None)  # a loop that runs nothing by itself
    view = app.show("summary")
    app.state.filter = "label == 'a'"
    table = view.describe().table
    assert int(table.loc[table["column"] == "label", "filter"].sum()) == 150_000
    app.close()


def cards_with(frame, **state):
    app = symphony.open(frame)
    for name, value in state.items():
        setattr(app.state, name, value)
    view = app.show("summary")
    assert view.frame.problem == ""
    found = {card["name"]: card for card in view._grid.data["cards"]}
    app.close()
    return found


def test_the_missing_share_is_that_of_the_filter_beside_that_of_all():
    frame = pd.DataFrame({"n": [1, 2, 3, 4], "label": ["a", "b", None, None], "big": [1.0, 2.0, 3.0, None]})
    assert cards_with(frame)["label"]["missing"] == "50 % missing"
    found = cards_with(frame, filter="n > 2")
    assert found["label"]["missing"] == "100 % missing, all 50 %"
    assert found["big"]["missing"] == "50 % missing, all 25 %"
    assert cards_with(frame, filter="n > 9")["big"]["missing"] == "— missing, all 25 %"


def test_ends_of_whole_numbers_that_rounding_would_join_are_written_digit_by_digit():
    chart = cards_with(pd.DataFrame({"big": [2**53, 2**53 + 1, 2**53 + 2] * 3}))["big"]["charts"][0]
    assert chart["axis"][0] == "9007199254740992"
    assert chart["axis"][1] != chart["axis"][0]
    assert chart["words"] == ""


def test_each_group_says_how_many_of_its_rows_have_no_value():
    frame = pd.DataFrame({"g": ["a", "a", "b", None], "n": [1.0, None, None, None]})
    charts = cards_with(frame, group_by="g")["n"]["charts"]
    assert {chart["group"]: chart["missing"] for chart in charts} == {"a": 1, "b": 1, "missing": 1}
