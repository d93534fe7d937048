import datetime as dt
import json

import numpy as np
import pytest
from hypothesis import given

from symphony_core.errors import BadExpression
from symphony_core.expr import (
    MAX_DEPTH,
    MAX_NODES,
    And,
    Between,
    ColumnRef,
    Compare,
    Contains,
    Expr,
    Inside,
    IsNull,
    Matches,
    Not,
    OneOf,
    Or,
    Rows,
    Truth,
    all_of,
    any_of,
    columns_of,
)
from symphony_core.expr_json import from_dict, to_dict
from tests.unit.columns import plain
from tests.unit.expr_strategies import ANY_EXPRS

CAT = Compare("label", "==", "cat")
HIGH = Compare("score", ">", 0.5)
OK = Truth("is_ok")


def test_equal_expressions_have_equal_digests_and_hashes():
    assert Compare("a", "==", 1) == Compare("a", "==", 1)
    assert len({Compare("a", "==", 1), Compare("a", "==", 1)}) == 1


def test_one_true_and_one_point_zero_differ():
    assert len({Compare("a", "==", value) for value in (1, True, 1.0, "1")}) == 4


def test_nan_equals_itself():
    assert Compare("a", "==", float("nan")) == Compare("a", "==", float("nan"))


def test_a_value_differs_from_the_column_of_its_name():
    assert Compare("a", "==", "b") != Compare("a", "==", ColumnRef("b"))


def test_nodes_of_the_same_content_and_another_kind_differ():
    assert len({IsNull("a"), Truth("a"), Contains("a", "b"), Matches("a", "b")}) == 4


def test_an_expression_equals_nothing_else():
    assert (CAT == "label == 'cat'") is False


def test_numpy_scalars_become_plain_values():
    expr = OneOf("a", np.array([1, 2], dtype=np.int16))
    assert expr == OneOf("a", (1, 2))
    assert [type(value) for value in expr.values] == [int, int]


@pytest.mark.parametrize(
    "value",
    [dt.date(2024, 1, 31), np.datetime64("2024-01-31"), np.str_("2024-01-31")],
    ids=["date", "numpy", "str"],
)
def test_dates_become_text(value):
    assert Compare("day", ">=", value) == Compare("day", ">=", "2024-01-31")


def test_operators_join_and_take_in_parts_of_the_same_kind():
    assert (CAT & HIGH & OK).parts == (CAT, HIGH, OK)
    assert (CAT | (HIGH | OK)).parts == (CAT, HIGH, OK)
    assert (CAT & (HIGH | OK)).parts == (CAT, Or((HIGH, OK)))


def test_inverting_twice_gives_the_expression_back():
    assert Not(CAT) == ~CAT
    assert CAT == ~~CAT


def test_all_of_leaves_out_what_is_none():
    assert all_of([CAT, None, HIGH]) == And((CAT, HIGH))
    assert all_of([None, CAT]) == CAT
    assert all_of([None]) is None
    assert any_of([CAT, HIGH]) == Or((CAT, HIGH))
    assert any_of([]) is None


def test_columns_of_names_each_column_once_and_sorted():
    expr = (
        Compare("label", "!=", ColumnRef("prediction")) | Inside("y", "x", [(0, 0), (1, 0), (1, 1)])
    ) & CAT
    assert columns_of(expr) == ("label", "prediction", "x", "y")


def test_a_list_keeps_each_value_once_in_its_first_order():
    assert OneOf("a", [3, 1, 3, True]).values == (3, 1, True)


def test_python_and_on_expressions_is_refused_because_it_would_drop_one():
    with pytest.raises(BadExpression, match="join with &"):
        bool(CAT and HIGH)


def test_an_expression_cannot_be_changed():
    with pytest.raises(AttributeError):
        CAT.column = "other"  # type: ignore[misc]  # this is the point


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Compare("a", "~", 1), "no operator '~'; there are == != < <= > >="),
        (lambda: Compare("a", "==", None), "ask with IsNull(column)"),
        (lambda: Compare("a", "==", [1]), "True or False, not list"),
        (lambda: Compare("a", "==", 10**400), "at most 307 digits"),
        (lambda: Compare("a", "==", "\ud800"), "lone surrogate"),
        (lambda: Compare(3, "==", 1), "a column is named by text, not by 3"),
        (lambda: OneOf("a", "abc"), "expected a list of values, not 'abc'"),
        (lambda: Contains("a", 1), "contains takes text in quotes, not 1"),
        (lambda: Matches("a", None), "matches takes text in quotes, not None"),
        (lambda: Inside("x", "y", [(0, 0), (1, 1)]), "three or more points"),
        (lambda: Inside("x", "y", [(0, 0), (1, 1), (1, float("nan"))]), "finite numbers"),
        (lambda: And((CAT,)), "joins two or more expressions, got 1"),
        (lambda: Not("a"), "expected an expression, not 'a'"),
        (lambda: Rows(), "Rows needs ids="),
        (lambda: Rows(("a",)).positions(), "evaluate.bind"),
    ],
)
def test_what_cannot_be_an_expression_is_refused_with_a_reason(make, message):
    with pytest.raises(BadExpression, match=plain(message)):
        make()


def test_nesting_ends_at_the_limit():
    expr: Expr = CAT
    for _ in range(MAX_DEPTH - 1):
        expr = Not(expr)
    assert expr.depth == MAX_DEPTH
    with pytest.raises(BadExpression, match="at most 50 deep"):
        Not(expr)


def test_parts_end_at_the_limit():
    parts = [CAT] * (MAX_NODES - 1)
    assert And(parts).node_count == MAX_NODES
    with pytest.raises(BadExpression, match="at most 1,000 parts, got 1,001"):
        And([*parts, CAT])


def test_few_rows_are_kept_as_positions_and_many_as_bits():
    few = Rows.at([5, 3, 5], fingerprint="f", row_count=1_000)
    many = Rows.at(range(500), fingerprint="f", row_count=1_000)
    assert (few.count, few.bound.is_packed, few.bound.nbytes) == (2, False, 8)
    assert (many.count, many.bound.is_packed, many.bound.nbytes) == (500, True, 125)
    assert few.positions().tolist() == [3, 5]
    assert np.flatnonzero(few.mask()).tolist() == [3, 5]
    assert many.positions().tolist() == list(range(500))
    assert many.mask().sum() == 500


def test_bound_rows_of_another_dataset_differ():
    rows = [Rows.at([1], fingerprint=name, row_count=9) for name in ("f", "f", "g")]
    assert rows[0] == rows[1]
    assert rows[0] != rows[2]


def test_no_rows_are_an_expression_that_names_none():
    assert Rows.at([], fingerprint="f", row_count=0).mask().tolist() == []
    assert Rows(()).count == 0


@pytest.mark.parametrize(
    ("positions", "message"),
    [([True, False], "not bool"), ([0.5], "not float64"), ([-1], "from 0 to 2, got -1"), ([3], "got 3 to 3")],
)
def test_row_positions_that_are_none_are_refused(positions, message):
    with pytest.raises(BadExpression, match=message):
        Rows.at(positions, fingerprint="f", row_count=3)


@given(ANY_EXPRS)
def test_saved_json_gives_the_expression_back(expr):
    assert from_dict(json.loads(json.dumps(to_dict(expr)))) == expr


@pytest.mark.parametrize(
    "positions", [[1, 70], list(range(0, 100, 2)), []], ids=["positions", "bits", "none"]
)
def test_saved_json_keeps_bound_rows(positions):
    expr = CAT & Rows.at(positions, fingerprint="f", row_count=101)
    assert from_dict(json.loads(json.dumps(to_dict(expr)))) == expr


@pytest.mark.parametrize(
    "data",
    [
        None,
        {},
        {"node": "teapot"},
        {"node": "compare", "column": "a", "op": "=="},
        {"node": "compare", "column": "a", "op": "==", "value": 1},
        {"node": "compare", "column": "a", "op": "==", "value": ["int", "x"]},
        {"node": "compare", "column": 1, "op": "==", "value": ["int", "1"]},
        {"node": "one_of", "column": "a", "values": "abc"},
        {"node": "inside", "x": "x", "y": "y", "polygon": 5},
        {"node": "and", "parts": []},
        {"node": "not", "part": 1},
        {"node": "rows", "ids": 1},
        {"node": "rows", "fingerprint": "f", "row_count": -1, "positions": ""},
        {"node": "rows", "fingerprint": "f", "row_count": 1, "positions": "AAA"},
        {"node": "rows", "fingerprint": "f", "row_count": 1, "positions": "AAAA"},
        {"node": "rows", "fingerprint": "f", "row_count": 100, "bits": "AAAA"},
    ],
)
def test_json_that_is_no_saved_expression_is_refused(data):
    with pytest.raises(BadExpression):
        from_dict(data)


def test_json_nested_beyond_the_limit_is_refused():
    data: object = to_dict(CAT)
    for _ in range(5_000):
        data = {"node": "not", "part": data}
    with pytest.raises(BadExpression, match="at most 50 deep"):
        from_dict(data)


def test_between_keeps_both_ends():
    assert to_dict(Between("a", 0, 1.5)) == {
        "node": "between", "column": "a", "low": ["int", "0"], "high": ["float", "1.5"]
    }  # fmt: skip
