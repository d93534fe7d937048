"""Named slices: columns of truth values made from an expression, frozen when they were made."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from symphony_core import slices as module
from symphony_core.errors import BadSetting, UnknownColumn
from symphony_core.expr import Compare
from symphony_core.overlay import ColumnKey, computed_column
from symphony_core.slices import (
    drop_column,
    drop_slice,
    how_made,
    is_slice,
    slice_rows,
    slice_text,
    slices,
    with_slice,
)  # fmt: skip
from symphony_core.sources import open_source
from symphony_core.state import State
from symphony_core.table import Table

CATS = Compare("label", "==", "cat")


@pytest.fixture
def table() -> Table:
    columns = {"id": ["a", "b", "c", "d"], "label": ["cat", "dog", None, "cat"], "n": [1, 2, 3, 4]}
    return Table(open_source(pd.DataFrame(columns)))


def after(table: Table, name: str, rows: object) -> Table:
    expr = table.bind(rows)
    assert expr is not None
    return Table(table.dataset, with_slice(table, name, expr))


def values(table: Table, name: str) -> list[bool]:
    return table.column(name).values.tolist()


def test_a_slice_is_true_where_its_expression_holds(table):
    assert values(after(table, "cats", CATS), "cats") == [True, False, False, True]


def test_a_slice_knows_its_expression_and_its_count(table):
    found = slices(after(table, "cats", CATS).overlay)
    assert [(one.name, one.text, one.row_count) for one in found] == [("cats", "label == 'cat'", 2)]


def test_a_slice_can_be_filtered_by(table):
    made = after(table, "cats", CATS)
    assert made.positions(made.bind("cats and n > 1")).tolist() == [3]


def test_rows_by_id_stay_the_same_rows(table):
    made = after(table, "picked", ["d", "b"])
    assert values(made, "picked") == [False, True, False, True]
    assert slice_text(made.overlay["picked"]) == "rows('b', 'd')"
    assert slice_rows(made, "picked").positions().tolist() == [1, 3]


def test_many_rows_by_id_are_counted_in_the_text(table, monkeypatch):
    monkeypatch.setattr(module, "MAX_LISTED_IDS", 3)
    made = after(table, "picked", np.array([True, True, True, True]))
    assert slice_text(made.overlay["picked"]) == "rows('a', 'b', 'c', 'and 1 more')"
    assert values(made, "picked") == [True] * 4


def test_two_long_row_lists_with_one_text_are_two_columns():
    table = Table(open_source(pd.DataFrame({"id": [f"r{i}" for i in range(2_500)]})))
    one, other = np.ones(2_500, dtype=bool), np.ones(2_500, dtype=bool)
    one[-1] = other[-2] = False
    first, second = after(table, "s", one), after(table, "s", other)
    assert slice_text(first.overlay["s"]) == slice_text(second.overlay["s"])
    assert values(first, "s") != values(second, "s")


@pytest.mark.parametrize("name", ["", "  ", "x" * 201, "a\nb"])
def test_a_name_that_is_no_column_name_is_refused(table, name):
    with pytest.raises(BadSetting, match="1 to 200 printable characters"):
        with_slice(table, name, CATS)


def test_a_name_of_the_data_is_refused_with_the_nearest_free_one(table):
    taken = after(table, "n_2", CATS)
    with pytest.raises(BadSetting, match="'n' of their own; 'n_3' is free"):
        with_slice(taken, "n", CATS)


def test_an_analysis_column_is_not_replaced_by_a_slice(table):
    key = ColumnKey(table.fingerprint, ("base:n",), "groups", "test", "1", "{}", 0)
    column = computed_column(key, "group", pd.Series([1, 2, 3, 4]))
    computed = Table(table.dataset, table.overlay.with_column(column))
    with pytest.raises(BadSetting, match="'group' is a computed column already; 'group_2' is free"):
        with_slice(computed, "group", CATS)
    assert not is_slice(column)
    assert how_made(column) == "groups, version 1 of test"


def test_the_space_around_a_name_is_dropped(table):
    assert list(with_slice(table, "  my cats ", CATS)) == ["my cats"]


def test_a_slice_takes_the_place_of_the_one_with_its_name(table):
    again = after(after(table, "s", CATS), "s", "n > 3")
    assert values(again, "s") == [False, False, False, True]
    assert len(again.overlay) == 1


def test_a_slice_may_read_another_and_is_frozen(table):
    both = after(after(table, "cats", CATS), "late cats", "cats and n > 1")
    replaced = after(both, "cats", "n == 2")
    assert values(replaced, "late cats") == [False, False, False, True]


def test_a_slice_may_be_made_from_itself(table):
    grown = after(after(table, "s", CATS), "s", "s or n == 2")
    assert values(grown, "s") == [True, True, False, True]


def test_slices_of_one_name_over_different_inputs_are_told_apart(table):
    first = after(after(table, "a", CATS), "b", "a")
    second = after(after(table, "a", "n == 2"), "b", "a")
    assert first.key("b") != second.key("b")


def test_another_text_can_be_said_for_saved_rows(table):
    overlay = with_slice(table, "s", slice_rows(after(table, "s", CATS), "s"), text="label == 'cat'")
    assert how_made(overlay["s"]) == "slice: label == 'cat'"
    assert json.loads(overlay["s"].key.params)["digest"] != CATS.digest


def test_dropping_lets_go_of_groups_in_one_step(table):
    state = State(table.dataset)
    state.overlay = with_slice(state.table, "cats", CATS)
    state.group_by = ("cats", "label")
    state.compare = ("label", "cats")
    steps = state.history.undo_count
    drop_column(state, "cats")
    assert (list(state.overlay), state.group_by, state.compare) == ([], ("label",), None)
    assert state.history.undo_count == steps + 1
    state.undo()
    assert (list(state.overlay), state.group_by) == (["cats"], ("cats", "label"))


def test_a_filter_by_a_dropped_slice_is_in_error_until_undo(table):
    state = State(table.dataset)
    state.overlay = with_slice(state.table, "cats", CATS)
    state.filter = "cats"
    drop_slice(state, "cats")
    assert "cats" in str(state.problem("filter"))
    state.undo()
    assert state.problem("filter") is None
    assert state.count() == 2


def test_dropping_what_is_no_slice_names_the_nearest(table):
    state = State(table.dataset)
    state.overlay = with_slice(state.table, "cats", CATS)
    with pytest.raises(UnknownColumn, match="no slice 'cat'; nearest are 'cats'"):
        drop_slice(state, "cat")


@given(st.lists(st.booleans(), min_size=1, max_size=50))
def test_a_slice_of_any_mask_is_that_mask(mask):
    table = Table(open_source(pd.DataFrame({"id": range(len(mask))})))
    assert values(after(table, "s", np.array(mask)), "s") == mask
