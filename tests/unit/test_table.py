"""What one session sees: assignments become expressions, expressions become rows."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from symphony_core.cache import masks
from symphony_core.column import Kind
from symphony_core.errors import BadExpression, BadSelection, BadSyntax, UnknownColumn, UnknownRow
from symphony_core.expr import Compare, Rows
from symphony_core.overlay import ColumnKey, Overlay, computed_column
from symphony_core.sources import open_source
from symphony_core.table import Table


@pytest.fixture
def table() -> Table:
    return Table(
        open_source(
            pd.DataFrame(
                {"id": ["a", "b", "c", "d"], "label": ["cat", "dog", None, "cat"], "n": [1, 2, 3, 4]}
            )
        )
    )


def with_group(table: Table, values: list[int], params: str = "{}") -> Table:
    key = ColumnKey(table.fingerprint, ("base:n",), "groups", "test", "1", params, 0)
    return Table(table.dataset, table.overlay.with_column(computed_column(key, "group", pd.Series(values))))


def positions(table: Table, value: object) -> list[int]:
    return table.positions(table.bind(value)).tolist()


def test_text_is_parsed_and_checked(table):
    assert positions(table, "label == 'cat' and n > 1") == [3]


def test_none_and_blank_text_are_all_rows(table):
    assert table.bind(None) is None
    assert table.bind("  ") is None
    assert table.count(None) == 4
    assert table.mask(None).tolist() == [True] * 4
    assert table.positions(None).tolist() == [0, 1, 2, 3]


def test_a_filter_and_its_complement_are_all_rows(table):
    expr = Compare("label", "==", "cat")
    assert table.count(expr) + table.count(~expr) == 4


@pytest.mark.parametrize(
    "ids",
    [
        ["c", "a"],
        ("c", "a"),
        np.array(["c", "a"], dtype=object),
        pd.Index(["c", "a"]),
        pd.Series(["c", "a"]),
        {"c", "a"},
    ],
)
def test_ids_in_any_list_are_rows(table, ids):
    assert positions(table, ids) == [0, 2]


def test_numbers_are_ids_where_ids_are_numbers():
    table = Table(open_source(pd.DataFrame({"n": [5, 6, 7]})))
    assert positions(table, [2, 0, 0]) == [0, 2]
    assert positions(table, np.array([1])) == [1]


def test_an_empty_list_is_no_row_and_not_all_rows(table):
    expr = table.bind([])
    assert expr is not None
    assert table.count(expr) == 0


@pytest.mark.parametrize(
    "mask",
    [
        np.array([True, False, True, False]),
        pd.Series([True, False, True, False]),
        pd.Series([True, False, True, False], dtype="boolean"),
        pd.Series([True, False, True, False], index=["a", "b", "c", "d"]),
        pd.array([True, False, True, False], dtype="boolean"),
    ],
)
def test_a_boolean_array_or_series_marks_rows(table, mask):
    assert positions(table, mask) == [0, 2]


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ([True, False, True, False], "row ids"),
        (np.array([True, False]), "2 values and the table 4 rows"),
        (np.ones((4, 1), dtype=bool), "2 dimensions"),
        (np.ones((4, 1)), "2 dimensions"),
        (pd.Series([True] * 4, index=["d", "c", "b", "a"]), "neither 0..n-1 nor exactly the row ids"),
        (pd.Series([True] * 4, index=[1, 2, 3, 4]), "neither 0..n-1 nor exactly the row ids"),
        (pd.Series([True, None, True, True], dtype="boolean"), "missing values"),
        (7, "got int '7'"),
        ({"a": 1}, "got dict"),
        (pd.DataFrame({"a": [1]}), "got DataFrame"),
    ],
)
def test_what_is_neither_ids_nor_a_mask_is_refused_in_words(table, wrong, words):
    with pytest.raises(BadSelection, match=words):
        table.bind(wrong)


def test_errors_of_text_ids_and_columns_keep_their_kind(table):
    with pytest.raises(BadSyntax):
        table.bind("label ==")
    with pytest.raises(UnknownRow):
        table.bind(["z"])
    with pytest.raises(UnknownColumn, match="'label'"):
        table.bind("lable == 'cat'")


def test_rows_of_another_dataset_are_refused(table):
    with pytest.raises(BadExpression):
        table.bind(Rows.at([0], fingerprint="another", row_count=4))


def test_ids_survive_the_way_through_text(table):
    expr = table.bind(["c", "a"])
    assert expr is not None
    assert table.text(expr) == "rows('a', 'c')"
    assert table.bind(table.text(expr)) == expr


def test_a_mask_is_computed_once_and_shared_by_tables(table):
    masks.clear()
    expr = table.bind("n > 2")
    assert Table(table.dataset).mask(expr) is table.mask(expr)
    assert not table.mask(expr).flags.writeable


def test_computed_columns_are_filtered_and_taken_like_others(table):
    computed = with_group(table, [0, 1, 1, 0])
    assert computed.names == ("id", "label", "n", "group")
    assert computed.kind("group") is Kind.NUMBER
    assert positions(computed, "group == 1 and n < 3") == [1]
    assert computed.take(np.array([2, 0]), ["group", "n"]).to_dict("list") == {
        "id": ["c", "a"],
        "group": [1, 0],
        "n": [3, 1],
    }
    assert list(computed.take(np.array([0])).columns) == ["id", "label", "n", "group"]


def test_a_replaced_column_is_evaluated_anew(table):
    expr = Compare("group", "==", 1)
    assert with_group(table, [0, 1, 1, 0]).positions(expr).tolist() == [1, 2]
    assert with_group(table, [1, 0, 0, 0], '{"again":1}').positions(expr).tolist() == [0]


def test_a_filter_whose_column_is_gone_is_an_error(table):
    expr = with_group(table, [0, 1, 1, 0]).bind("group == 1")
    with pytest.raises(UnknownColumn, match="'group'"):
        table.mask(expr)


def test_keys_tell_base_from_computed_columns(table):
    computed = with_group(table, [0, 1, 1, 0])
    assert computed.key("n") == "base:n"
    assert computed.key("group").endswith(":group")
    assert computed.key("group") != with_group(table, [0, 0, 0, 0], '{"b":1}').key("group")


def test_an_unknown_column_names_the_nearest_of_both_kinds(table):
    with pytest.raises(UnknownColumn, match="'group'"):
        with_group(table, [0, 1, 1, 0]).take(np.array([0]), ["grop"])


def test_a_table_without_rows_answers():
    table = Table(open_source(pd.DataFrame({"n": pd.Series([], dtype="int64")})), Overlay())
    assert table.count(table.bind("n > 1")) == 0
    assert table.take(np.array([], dtype=np.int64)).empty
