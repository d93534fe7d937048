"""Group sizes against the slow obvious count."""

from collections import Counter

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from symphony_core.groups import can_group, group_sizes, grouping
from symphony_core.sources import SourceOptions, open_source
from symphony_core.table import Table


def table_of(**columns):
    return Table(open_source(pd.DataFrame(columns), SourceOptions()))


def test_sizes_come_largest_first_and_ties_by_value():
    table = table_of(a=["x", "y", "x", "z"], b=["1", "1", "2", "1"])
    sizes = group_sizes(table, ("a",), np.ones(4, dtype=bool))
    assert [(group.values, group.row_count) for group in sizes] == [(("x",), 2), (("y",), 1), (("z",), 1)]


def test_missing_is_a_group_so_that_sizes_sum_to_the_rows():
    table = table_of(a=pd.Series(["x", None, None]))
    sizes = group_sizes(table, ("a",), np.ones(3, dtype=bool))
    assert [(group.values, group.row_count) for group in sizes] == [(("missing",), 2), (("x",), 1)]


def test_no_columns_are_no_groups():
    assert group_sizes(table_of(a=["x"]), (), np.ones(1, dtype=bool)) == []


@settings(max_examples=40)  # each opens a table
@given(st.lists(st.sampled_from("abcdefg"), min_size=1, max_size=30), st.integers(1, 9))
def test_the_largest_groups_are_the_first_of_all(letters, limit):
    groups = grouping(table_of(a=letters), ("a",))
    sizes = groups.sizes(None)
    assert groups.largest(None, limit) == (sizes[:limit], len(sizes))


words = st.lists(st.sampled_from(["x", "y", "z", None]), min_size=1, max_size=40)


@given(st.data(), words)
def test_sizes_equal_a_count_of_tuples(data, first):
    n = len(first)
    flags = data.draw(st.lists(st.booleans(), min_size=n, max_size=n))
    numbers = data.draw(st.lists(st.integers(-2, 2), min_size=n, max_size=n))
    mask = np.array(data.draw(st.lists(st.booleans(), min_size=n, max_size=n)))
    table = table_of(a=pd.Series(first, dtype="str"), b=flags, c=numbers)
    expected = Counter(
        (a if a is not None else "missing", str(b), str(c))
        for a, b, c, kept in zip(first, flags, numbers, mask, strict=True)
        if kept
    )
    sizes = group_sizes(table, ("a", "b", "c"), mask)
    assert {group.values: group.row_count for group in sizes} == expected


def test_many_values_make_no_offer_to_group():
    table = table_of(few=["x"] * 500, many=[f"v{i}" for i in range(500)], flag=[True] * 500, size=range(500))
    assert [name for name in table.names if can_group(table.column(name))] == ["few", "flag"]


@given(st.data(), words)
def test_each_group_s_condition_names_just_its_rows(data, first):
    n = len(first)
    columns = {
        "text": pd.Series(first, dtype="str"),
        "flag": data.draw(st.lists(st.sampled_from([True, False, None]), min_size=n, max_size=n)),
        "size": data.draw(st.lists(st.sampled_from([1.5, -2.0, None]), min_size=n, max_size=n)),
        "when": pd.to_datetime(
            data.draw(st.lists(st.sampled_from(["2024-01-31", "2025-02-28"]), min_size=n, max_size=n))
        ).tz_localize("Europe/Rome"),
    }
    table = table_of(**columns)
    names = tuple(data.draw(st.lists(st.sampled_from(list(columns)), min_size=1, max_size=3, unique=True)))
    groups = grouping(table, names)
    for index, condition in enumerate(groups.conditions):
        assert table.mask(condition).tolist() == groups.mask(index).tolist()
    assert sum(group.row_count for group in groups.sizes(None)) == n


def test_long_texts_group_by_their_values():
    table = table_of(text=[f"text {i % 70_000}" for i in range(70_001)])
    assert grouping(table, ("text",)).sizes(None)[0].values == ("text 0",)


def test_lists_group_by_being_there():
    table = table_of(tags=[["a"], None, ["b", "c"]])
    sizes = group_sizes(table, ("tags",), None)
    assert [(group.values, group.row_count) for group in sizes] == [(("present",), 2), (("missing",), 1)]
