import numpy as np
import pandas as pd
import pytest

from symphony_core.expr import Compare, Rows
from symphony_core.sources import open_source
from symphony_core.table import Table
from symphony_panel_instances.ticks import selected_rows, ticked, ticks_text


@pytest.fixture
def table() -> Table:
    return Table(open_source(pd.DataFrame({"id": list("abcde"), "score": [0.1, 0.2, 0.3, 0.4, 0.5]})))


def rows(*positions: int) -> np.ndarray:
    return np.array(positions, dtype=np.int64)


def test_the_first_tick_selects_one_row(table):
    selection = ticked(table, None, rows(3), is_wanted=True)
    assert (type(selection), selected_rows(table, selection).tolist()) == (Rows, [3])


def test_a_tick_adds_to_rows_ticked_before(table):
    selection = ticked(table, table.bind(["b"]), rows(4, 0), is_wanted=True)
    assert selected_rows(table, selection).tolist() == [0, 1, 4]


def test_unticking_the_last_row_leaves_no_selection(table):
    assert ticked(table, table.bind(["b"]), rows(1), is_wanted=False) is None


def test_a_lasso_becomes_rows_when_a_row_of_it_is_unticked(table):
    selection = ticked(table, Compare("score", ">", 0.25), rows(2), is_wanted=False)
    assert (type(selection), selected_rows(table, selection).tolist()) == (Rows, [3, 4])


def test_a_tick_that_changes_nothing_leaves_the_expression_as_it_is(table):
    lasso = Compare("score", ">", 0.25)
    assert ticked(table, lasso, rows(3), is_wanted=True) is lasso
    assert ticked(table, lasso, rows(0), is_wanted=False) is lasso
    assert ticked(table, None, rows(0), is_wanted=False) is None


def test_the_words_tell_of_rows_that_the_filter_hides():
    assert [ticks_text(0, 0), ticks_text(1_200, 0), ticks_text(12, 3)] == [
        "", "1,200 selected", "12 selected, 3 not under the filter"]  # fmt: skip
