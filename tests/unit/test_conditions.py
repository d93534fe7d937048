"""Conditions of a filter changed one by one."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from symphony_core.conditions import (
    alternatives,
    at,
    conditions,
    narrowed_to,
    negated,
    negated_at,
    put,
    replaced_at,
    with_added,
    with_alternative,
    without_at,
    without_group,
)
from symphony_core.errors import BadExpression
from symphony_core.evaluate import evaluate
from symphony_core.expr import And, Compare, Expr, IsNull, all_of
from symphony_core.expr_text import parse, to_text
from tests.unit.expr_strategies import tables_and_exprs


def changed(text: str, change, *arguments) -> str | None:
    result = change(parse(text) if text else None, *arguments)
    return None if result is None else to_text(result)


def mask(table, expr: Expr | None) -> np.ndarray:
    return np.ones(len(table), dtype=bool) if expr is None else evaluate(expr, table)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("a == 1", ["a == 1"]),
        ("a == 1 and (b == 2 or c) and not d", ["a == 1", "b == 2 or c", "not d"]),
        ("a or b", ["a or b"]),
        ("not (a and b)", ["not (a and b)"]),
    ],
)
def test_a_filter_reads_as_the_conditions_joined_by_and(text, expected):
    assert [to_text(part) for part in conditions(parse(text) if text else None)] == expected


@pytest.mark.parametrize(
    ("change", "place", "expected"),
    [
        (without_at, (0,), "(b or c) and d > 1"),
        (without_at, (1,), "a == 1 and d > 1"),
        (without_at, (1, 0), "a == 1 and c and d > 1"),
        (negated_at, (0,), "a != 1 and (b or c) and d > 1"),
        (negated_at, (1,), "a == 1 and not (b or c) and d > 1"),
        (negated_at, (1, 1), "a == 1 and (b or not c) and d > 1"),
        (negated_at, (2,), "a == 1 and (b or c) and not d > 1"),
    ],
)
def test_one_condition_or_alternative_changes_at_its_place(change, place, expected):
    assert changed("a == 1 and (b or c) and d > 1", change, place) == expected


def test_the_last_condition_taken_out_leaves_all_rows():
    assert without_at(parse("a == 1"), (0,)) is None


def test_what_is_there_already_is_not_said_twice():
    assert changed("a and b", with_added, parse("a")) == "a and b"
    assert changed("a and b", replaced_at, (1,), parse("a")) == "a"
    assert changed("a or b", with_alternative, 0, parse("b or c")) == "a or b or c"


@pytest.mark.parametrize(
    ("text", "place", "is_alternative", "expected"),
    [
        ("", (), False, "new"),
        ("", (), True, "new"),
        ("a and b", (), False, "a and b and new"),
        ("a and b", (), True, "a and (b or new)"),
        ("a and b", (1,), False, "a and new"),
        ("a and b and c", (1,), True, "(a or new) and c"),
        ("a and b", (0,), True, "new and b"),
        ("a and (b or c)", (1, 1), True, "a and (b or new)"),
        ("(a or b) and c", (0, 0), False, "b and new and c"),
    ],
)
def test_a_condition_is_put_where_the_builder_says(text, place, is_alternative, expected):
    written = put(parse(text) if text else None, parse("new"), place, is_alternative=is_alternative)
    assert to_text(written) == expected


@pytest.mark.parametrize("place", [(), (2,), (-1,), (0, 0), (1, 2), (1, 0, 0)])
def test_a_place_without_a_condition_is_an_error_that_says_how_many_there_are(place):
    with pytest.raises(BadExpression, match="it has 2"):
        at(parse("a and (b or c)"), place)


def test_a_group_is_kept_left_out_and_let_back_in():
    group = parse("split == 'train' and label is null")
    assert changed("x > 1", narrowed_to, group) == "x > 1 and split == 'train' and label is null"
    assert changed("x > 1 and split == 'train' and label is null", narrowed_to, group) == "x > 1"
    assert changed("split in ['train', 'test']", narrowed_to, parse("split == 'train'")) == "split == 'train'"
    assert changed("x > 1", without_group, group) == "x > 1 and not (split == 'train' and label is null)"
    assert changed("split != 'test'", without_group, parse("split == 'dev'")) == (
        "split not in ['test', 'dev']"
    )


@given(tables_and_exprs())
def test_a_condition_taken_out_and_added_again_gives_the_same_rows(pair):
    table, expr = pair
    for index, condition in enumerate(conditions(expr)):
        again = with_added(without_at(expr, (index,)), condition)
        assert mask(table, again).tolist() == mask(table, expr).tolist()
        assert parse(to_text(again, table.ids_at)) is not None


@given(tables_and_exprs())
def test_a_filter_and_one_negated_at_a_place_sum_to_the_rows_under_the_others(pair):
    table, expr = pair
    for index in range(len(conditions(expr))):
        others = mask(table, without_at(expr, (index,))).astype(int)
        both = mask(table, expr).astype(int) + mask(table, negated_at(expr, (index,))).astype(int)
        # equal conditions are one condition: what is negated then is all of them
        assume(len(set(conditions(expr))) == len(conditions(expr)))
        assert both.tolist() == others.tolist()


@given(tables_and_exprs())
def test_an_alternative_negated_is_its_own_complement(pair):
    table, expr = pair
    assert mask(table, negated(expr)).tolist() == (~mask(table, expr)).tolist()
    for index, condition in enumerate(conditions(expr)):
        choices = alternatives(condition)
        for choice in range(len(choices)) if len(choices) > 1 else ():
            kept = mask(table, without_at(condition, (0, choice)))
            assert mask(table, condition).tolist() == (kept | mask(table, choices[choice])).tolist()
            assert at(expr, (index, choice)) == choices[choice]


@given(st.data(), tables_and_exprs())
def test_a_group_kept_and_a_group_left_out_split_the_filter(data, pair):
    table, expr = pair
    assume(len(table))
    row = data.draw(st.integers(0, len(table) - 1))
    parts = []
    for name in data.draw(st.lists(st.sampled_from(["label", "is_ok"]), min_size=1, unique=True)):
        column = table.column(name)
        is_missing = bool(column.is_missing()[row])
        value = column.levels[column.values[row]] if column.levels else bool(column.values[row])
        parts.append(IsNull(name) if is_missing else Compare(name, "==", value))
    group = all_of(parts)
    assume(mask(table, expr)[row] and not all(part in conditions(expr) for part in parts))
    assume(not isinstance(expr, And) or len(set(expr.parts)) == len(expr.parts))
    under = mask(table, expr)
    inside = mask(table, group)
    assert mask(table, narrowed_to(expr, group)).tolist() == (under & inside).tolist()
    left = mask(table, without_group(expr, group))
    assert (left & inside).any() == False  # noqa: E712 - numpy's own False
    assert (left & under).tolist() == (under & ~inside).tolist()
