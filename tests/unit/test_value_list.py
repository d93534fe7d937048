"""Values to choose from, and the ends of numbers and times."""

from collections import Counter

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from symphony_core.sources import SourceOptions, open_source
from symphony_core.table import Table
from symphony_core.value_list import ends, value_list


def table_of(**columns):
    return Table(open_source(pd.DataFrame(columns), SourceOptions()))


def test_values_come_most_frequent_first_with_their_counts():
    listed = value_list(table_of(a=["x", "y", "y", None, "z", "y", "z"]), "a")
    assert listed.matching("", 9) == [("y", 3), ("z", 2), ("x", 1)]
    assert listed.matching("Z", 9) == [("z", 2)]


def test_booleans_and_whole_number_codes_have_a_list_and_measurements_have_none():
    table = table_of(flag=[True, None, False, True], code=[3, -1, 3, 3], score=[0.5, 1.0, 1.5, 2.0])
    assert value_list(table, "flag").matching("", 9) == [(True, 2), (False, 1)]
    assert value_list(table, "code").matching("", 9) == [(3, 3), (-1, 1)]
    assert value_list(table, "score") is None


def test_whole_numbers_far_apart_have_no_list():
    assert value_list(table_of(a=[0, 2**62, 0]), "a") is None


def test_an_empty_column_has_neither_values_nor_ends():
    table = table_of(a=pd.Series([None, None], dtype="str"), b=[np.nan, np.inf])
    assert value_list(table, "a") is None
    assert ends(table, "a") is None
    assert ends(table, "b") is None


@settings(max_examples=30)  # each opens a table
@given(st.lists(st.sampled_from(["x", "y", "Z", None]), min_size=1, max_size=30))
def test_counts_equal_those_of_a_slow_count(values):
    listed = value_list(table_of(a=pd.Series(values, dtype="str"), n=range(len(values))), "a")
    expected = Counter(value for value in values if value is not None)
    assert (dict(listed.matching("", 99)) if listed else {}) == expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([0.5, np.nan, np.inf, -1.0], (-1.0, 0.5)),
        ([2**53 + 1, 7], (7, 2**53 + 1)),
        (pd.to_datetime(["2024-01-31", "2023-05-01"]), ("2023-05-01", "2024-01-31")),
    ],
)
def test_ends_are_the_smallest_and_the_largest_value_as_a_filter_writes_them(values, expected):
    table = table_of(a=values)
    low, high = ends(table, "a")
    assert (low, high) == expected
    assert table.count(table.bind(f"a between {low!r} and {high!r}")) == 2


def test_the_ends_of_zoned_times_are_read_back_in_their_zone():
    table = table_of(a=pd.to_datetime(["2024-01-31 12:00", "2024-02-01 00:00"]).tz_localize("Asia/Tokyo"))
    low, high = ends(table, "a")
    assert table.count(table.bind(f"a == '{low}' or a == '{high}'")) == 2
