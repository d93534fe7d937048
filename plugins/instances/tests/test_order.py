import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from symphony_core.column import ColumnData, Kind
from symphony_core.frames import column_data, tidy
from symphony_panel_instances import order
from symphony_panel_instances.order import ranked_rows, rows_in_order, sort_keys, sorted_rows


def column(values: object, dtype: object = None) -> ColumnData:
    return column_data(tidy(pd.Series(values, dtype=dtype))[0])


def page(data: ColumnData, start: int, stop: int, *, descending: bool = False, mask: object = None) -> list:
    mask = None if mask is None else np.array(mask, dtype=bool)
    keys = sort_keys(data, object())
    return ranked_rows(keys, data.is_missing(), mask, start, stop, descending=descending).tolist()


def slow_order(values: list[object], mask: list[bool], descending: bool) -> list[int]:
    """Sort all rows with Python's own sort, missing ones put behind."""
    rows = [i for i, is_in in enumerate(mask) if is_in]
    present = [i for i in rows if values[i] is not None]
    missing = [i for i in rows if values[i] is None]
    return sorted(present, key=lambda i: values[i], reverse=descending) + missing


cells = st.one_of(st.none(), st.integers(-3, 3))
some_rows = st.lists(st.tuples(cells, st.booleans()), max_size=40)
some_texts = st.lists(st.one_of(st.none(), st.sampled_from(["b", "B", "é", "aa", "", "z"])), max_size=30)


@given(some_rows, st.booleans(), st.integers(0, 45), st.integers(0, 45))
def test_any_page_equals_that_slice_of_a_whole_sort(rows, descending, start, length):
    values, mask = [v for v, _ in rows], [m for _, m in rows]
    data = column(values, "Int64")
    expected = slow_order(values, mask, descending)[start : start + length]
    assert page(data, start, start + length, descending=descending, mask=mask) == expected


@given(some_texts, st.booleans())
def test_text_is_ordered_by_value_in_every_form_it_is_kept(values, descending):
    expected = slow_order(values, [True] * len(values), descending)
    as_text = ColumnData(Kind.TEXT, np.empty(0), text=pa.chunked_array([pa.array(values, pa.large_string())]))
    levels = ("z", "é", "b", "aa", "B", "")
    codes = np.array([-1 if v is None else levels.index(v) for v in values], dtype=np.int8)
    as_codes = ColumnData(Kind.CATEGORY, codes, levels=levels)
    found = [page(data, 0, len(values), descending=descending) for data in (as_text, as_codes)]
    assert found == [expected, expected]


@given(st.lists(st.booleans(), max_size=60), st.integers(0, 70), st.integers(0, 70), st.integers(1, 9))
def test_a_page_in_the_order_of_the_data_is_a_slice_of_the_rows_under_the_mask(mask, start, length, stride):
    normal, order.STRIDE_ROWS = order.STRIDE_ROWS, stride
    try:
        found = rows_in_order(np.array(mask, dtype=bool), start, start + length, len(mask)).tolist()
    finally:
        order.STRIDE_ROWS = normal
    assert found == [i for i, is_in in enumerate(mask) if is_in][start : start + length]


def test_without_a_mask_the_rows_are_counted_off():
    assert rows_in_order(None, 4, 9, 6).tolist() == [4, 5]


def test_ties_keep_the_order_of_the_data_in_both_directions():
    data = column([1.0, 0.0, 1.0, 0.0, 1.0])
    assert page(data, 0, 5) == [1, 3, 0, 2, 4]
    assert page(data, 0, 5, descending=True) == [0, 2, 4, 1, 3]


def test_missing_values_come_last_in_both_directions():
    data = column([np.nan, 2.0, np.nan, 1.0])
    assert page(data, 0, 4) == [3, 1, 0, 2]
    assert page(data, 0, 4, descending=True) == [1, 3, 0, 2]


def test_a_column_without_any_value_keeps_the_order_of_the_data():
    assert page(column([None, None, None], "Int64"), 1, 3) == [1, 2]


def test_infinities_stand_at_the_ends_and_before_missing_ones():
    assert page(column([0.0, np.inf, np.nan, -np.inf]), 0, 4) == [3, 0, 1, 2]


def test_neighbours_beyond_two_to_the_53_are_told_apart():
    assert page(column([2**53 + 1, 2**53, 2**53 + 2]), 0, 3) == [1, 0, 2]


def test_the_largest_unsigned_numbers_come_first_when_descending():
    assert page(column(np.array([1, 2**64 - 1, 2**63], dtype=np.uint64)), 0, 2, descending=True) == [1, 2]


def test_times_are_ordered_by_moment_whatever_their_zone():
    times = pd.to_datetime(["2024-03-31 02:30", None, "1999-01-01 00:00"], utc=True).tz_convert("Europe/Rome")
    assert page(column(times), 0, 3) == [2, 0, 1]


def test_false_comes_before_true():
    assert page(column([True, None, False], "boolean"), 0, 3) == [2, 0, 1]


@pytest.mark.parametrize("descending", [False, True])
def test_pages_across_blocks_join_without_a_gap(monkeypatch, descending):
    monkeypatch.setattr(order, "BLOCK_ROWS", 7)
    values = [(i * 37) % 11 for i in range(50)]
    data, key = column(values), object()

    def rows(start: int, stop: int) -> list[int]:
        found = sorted_rows(data, None, start, stop, descending=descending, column_key=key, mask_key=())
        return found.tolist()

    pages = [row for start in range(0, 50, 5) for row in rows(start, start + 5)]
    assert pages == slow_order(values, [True] * 50, descending)


def test_a_page_behind_the_end_is_empty():
    data = column([3, 1, 2])
    assert sorted_rows(data, None, 60, 80, descending=False, column_key="behind", mask_key=()).tolist() == []


def test_a_table_without_rows_has_an_empty_page():
    data = column([], "int64")
    assert sorted_rows(data, None, 0, 20, descending=True, column_key="no rows", mask_key=()).tolist() == []


def test_a_million_rows_give_the_same_page_as_a_whole_sort():
    values = np.random.default_rng(0).integers(0, 1_000, 1_000_000)
    expected = np.argsort(values, kind="stable")[500_000:500_020].tolist()
    assert page(column(values), 500_000, 500_020) == expected
