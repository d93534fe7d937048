"""The state: what assignments become, what counts as an event, and undo."""

import gc
import weakref

import numpy as np
import pandas as pd
import pytest

from symphony_core.errors import BadSelection, BadSetting, SymphonyError, UnknownColumn, UnknownRow
from symphony_core.expr import Compare
from symphony_core.overlay import ColumnKey, computed_column
from symphony_core.state import State
from symphony_core.testing import tiny_dataset


@pytest.fixture
def state():
    return State(tiny_dataset())


def events(state, *names):
    seen = []
    state.param.watch(lambda *changes: seen.extend((one.name, one.new) for one in changes), list(names))
    return seen


def column_of(state, name, values, params="{}"):
    key = ColumnKey(
        fingerprint=state.dataset.fingerprint, inputs=(), analysis="made", plugin="test", version="1",
        params=params, seed=0, rows="",
    )  # fmt: skip
    return computed_column(key, name, pd.Series(values))


def test_text_becomes_an_expression(state):
    state.filter = "label == 'cat'"
    assert state.filter == Compare("label", "==", "cat")
    assert state.count() == 4


def test_blank_text_is_all_rows(state):
    state.filter = "label == 'cat'"
    state.filter = "  "
    assert state.filter is None
    assert state.count() == 12


@pytest.mark.parametrize(
    "value",
    [
        ["row-000", "row-003"],
        np.array(["row-003", "row-000"]),
        np.arange(12) % 3 * (np.arange(12) < 4) + (np.arange(12) >= 4) == 0,
    ],
    ids=["a list", "an array", "a mask"],
)
def test_ids_and_masks_select_their_rows(state, value):
    state.selection = value
    assert state.table.take(state.table.positions(state.selection))["id"].tolist() == ["row-000", "row-003"]


@pytest.mark.parametrize(
    ("value", "error"),
    [
        ("labell == 'cat'", UnknownColumn),
        ("label ==", SymphonyError),
        (["row-999"], UnknownRow),
        ([True] * 12, BadSelection),
        (np.ones(5, dtype=bool), BadSelection),
    ],
)
def test_a_bad_value_raises_and_leaves_the_state_as_it_was(state, value, error):
    state.filter = "label == 'cat'"
    seen = events(state, "filter")
    with pytest.raises(error):
        state.filter = value
    assert state.filter == Compare("label", "==", "cat")
    assert seen == []
    assert state.history.undo_count == 1


def test_an_equal_value_is_no_event_and_no_step_of_the_history(state):
    state.filter = "label == 'cat'"
    seen = events(state, "filter", "group_by", "selection", "overlay", "focus", "compare")
    state.filter = "(label == 'cat')"
    state.group_by = []
    state.selection = None
    assert seen == []
    assert state.history.undo_count == 1


def test_two_views_that_answer_each_other_do_not_loop(state):
    state.param.watch(lambda event: setattr(state, "selection", "label == 'cat'"), "filter")
    state.param.watch(lambda event: setattr(state, "filter", "label == 'cat'"), "selection")
    state.filter = "label == 'cat'"
    assert state.selected_count() == state.count() == 4


def test_groups_are_column_names_each_once(state):
    state.group_by = ["split", "label", "split"]
    assert state.group_by == ("split", "label")
    state.group_by = "split"
    assert state.group_by == ("split",)
    with pytest.raises(UnknownColumn, match=r"splitt.*'split'"):
        state.group_by = ["splitt"]


def test_compare_takes_two_columns(state):
    state.compare = ["label", "prediction"]
    assert state.compare == ("label", "prediction")
    with pytest.raises(BadSetting, match="two column names"):
        state.compare = "label"


def test_focus_is_a_row_that_exists_and_is_no_step_of_the_history(state):
    state.focus = "row-003"
    assert state.history.undo_count == 0
    with pytest.raises(UnknownRow):
        state.focus = "row-999"


def test_undo_and_redo_bring_back_all_that_one_gesture_changed(state):
    with state.gesture():
        state.filter = "label == 'cat'"
        state.selection = ["row-000"]
    state.group_by = ["split"]
    assert state.history.undo_count == 2
    state.undo()
    assert (state.count(), state.group_by) == (4, ())
    state.undo()
    assert (state.filter, state.selection) == (None, None)
    assert state.undo() is False
    state.redo()
    state.redo()
    assert (state.count(), state.selected_count(), state.group_by) == (4, 1, ("split",))
    assert state.redo() is False


def test_one_undo_is_one_event_for_a_watcher_of_several_params(state):
    with state.gesture():
        state.filter = "label == 'cat'"
        state.selection = ["row-000"]
    calls = []
    state.param.watch(
        lambda *changes: calls.append(sorted(one.name for one in changes)), ["filter", "selection"]
    )
    state.undo()
    assert calls == [["filter", "selection"]]


def test_a_column_that_undo_takes_away_comes_back_with_redo(state):
    state.overlay = state.overlay.with_column(column_of(state, "group", np.arange(12) % 2))
    state.filter = "group == 1"
    state.undo()
    state.undo()
    assert "group" not in state.table.names
    state.redo()
    state.redo()
    assert state.count() == 6


def test_a_filter_follows_a_column_that_is_replaced(state):
    state.overlay = state.overlay.with_column(column_of(state, "group", np.arange(12) % 2))
    state.filter = "group == 0"
    assert state.count() == 6
    state.overlay = state.overlay.with_column(column_of(state, "group", np.arange(12) % 4, params='{"k": 4}'))
    assert state.count() == 3


def test_a_filter_whose_column_is_gone_is_a_visible_problem_not_a_wrong_count(state):
    state.overlay = state.overlay.with_column(column_of(state, "group", np.arange(12) % 2))
    state.filter = "group == 0"
    state.overlay = state.overlay.without("group")
    assert "'group'" in str(state.problem("filter"))
    with pytest.raises(UnknownColumn):
        state.count()
    state.filter = None
    assert state.problem("filter") is None


def test_two_states_on_one_dataset_are_independent():
    dataset = tiny_dataset()
    first, second = State(dataset), State(dataset)
    first.filter = "label == 'cat'"
    first.overlay = first.overlay.with_column(column_of(first, "group", np.arange(12)))
    assert second.filter is None
    assert "group" not in second.table.names


def test_the_dataset_of_a_state_cannot_be_changed(state):
    with pytest.raises(AttributeError):
        state.dataset = tiny_dataset()


def test_a_closed_state_can_be_freed_although_somebody_watched_it():
    state = State(tiny_dataset())
    heard = []
    state.param.watch(heard.append, "filter")
    state.close()
    state.filter = "label == 'cat'"
    assert heard == []
    gone = weakref.ref(state)
    del state
    gc.collect()
    assert gone() is None


def test_a_gesture_inside_another_belongs_to_the_outer_one(state):
    for text in ("label == 'cat'", "label == 'dog'"):
        with state.gesture(), state.gesture(key="slider"):
            state.filter = text
    assert state.history.undo_count == 2
    with state.gesture(key="slider"):
        state.filter = "label == 'cat'"
    with state.gesture(key="slider"):
        state.filter = "label == 'fox'"
    assert state.history.undo_count == 3


def test_what_a_view_computes_unasked_is_no_step_and_survives_undo(state):
    state.filter = "label == 'cat'"
    state.filter = "label == 'dog'"
    steps = state.history.undo_count
    seen = events(state, "overlay")
    state.amend(lambda overlay: overlay.with_column(column_of(state, "place", range(12))))
    assert [name for name, _ in seen] == ["overlay"]
    assert state.history.undo_count == steps
    state.undo()
    assert state.filter == Compare("label", "==", "cat")
    assert list(state.overlay) == ["place"]
    state.redo()
    assert list(state.overlay) == ["place"]


def test_a_change_in_answer_to_what_was_computed_unasked_is_a_step(state):
    state.param.watch(lambda event: state.param.update(selection="label == 'cat'"), "overlay")
    state.amend(lambda overlay: overlay.with_column(column_of(state, "place", range(12))))
    assert state.history.undo_count == 1
    state.undo()
    assert state.selection is None and list(state.overlay) == ["place"]
