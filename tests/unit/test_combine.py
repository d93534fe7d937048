"""A gesture on one column leaves what the filter says about the others."""

from __future__ import annotations

import pytest

from symphony_core.combine import Mode, condition_on, with_condition, without
from symphony_core.expr import And, Compare, Or, Rows
from symphony_core.expr_text import parse, to_text


def combined(current: str, condition: str, mode: str, column: str = "label") -> str | None:
    result = with_condition(parse(current) if current else None, column, parse(condition), Mode(mode))
    return None if result is None else to_text(result)


@pytest.mark.parametrize(
    ("current", "condition", "expected"),
    [
        ("", "label == 'a'", "label == 'a'"),
        ("label == 'b'", "label == 'a'", "label == 'a'"),
        ("x > 1 and label == 'b' and y < 2", "label == 'a'", "x > 1 and label == 'a' and y < 2"),
        ("label != prediction", "label == 'a'", "label != prediction and label == 'a'"),
        ("label == 'b' or x > 1", "label == 'a'", "(label == 'b' or x > 1) and label == 'a'"),
        ("label == 'b' or label == 'c'", "label == 'a'", "label == 'a'"),
        ("rows('i') and label == 'b'", "label == 'a'", "rows('i') and label == 'a'"),
    ],
)
def test_a_plain_gesture_replaces_the_conditions_on_its_column_only(
    current: str, condition: str, expected: str
):
    assert combined(current, condition, "replace") == expected


def test_the_same_plain_gesture_again_takes_the_condition_back():
    assert combined("x > 1 and label == 'a'", "label == 'a'", "replace") == "x > 1"
    assert combined("label == 'a'", "label == 'a'", "replace") is None


def test_the_same_range_again_takes_both_its_ends_back():
    assert combined("y > 1 and x >= 0 and x < 1", "x >= 0 and x < 1", "replace", "x") == "y > 1"


@pytest.mark.parametrize(
    ("current", "condition", "expected"),
    [
        ("", "label == 'a'", "label == 'a'"),
        ("x > 1", "label == 'a'", "x > 1 and label == 'a'"),
        ("label == 'a'", "label == 'b'", "label in ['a', 'b']"),
        ("label in ['a', 'b']", "label == 'a'", "label == 'b'"),
        ("label == 'a'", "label == 'a'", None),
        ("label != 'a'", "label == 'a'", None),
        ("label not in ['a', 'b']", "label == 'b'", "label != 'a'"),
        ("label != 'a'", "label == 'b'", "label != 'a'"),
        ("label == 'a'", "label is null", "label == 'a' or label is null"),
        ("label == 'a' or label is null", "label is null", "label == 'a'"),
    ],
)
def test_adding_widens_the_conditions_on_its_column(current: str, condition: str, expected: str | None):
    assert combined(current, condition, "add") == expected


def test_a_second_range_is_joined_by_or():
    text = combined("y == 1 and x >= 0 and x < 1", "x >= 5 and x < 6", "add", "x")
    assert text == "y == 1 and (x >= 0 and x < 1 or x >= 5 and x < 6)"
    assert combined(text, "x >= 5 and x < 6", "add", "x") == "y == 1 and x >= 0 and x < 1"


@pytest.mark.parametrize(
    ("current", "condition", "expected"),
    [
        ("", "label == 'a'", "label != 'a'"),
        ("label != 'a'", "label == 'b'", "label not in ['a', 'b']"),
        ("label not in ['a', 'b']", "label == 'b'", "label != 'a'"),
        ("label != 'a'", "label == 'a'", None),
        ("label in ['a', 'b']", "label == 'a'", "label == 'b'"),
        ("label == 'a'", "label == 'a'", "label != 'a'"),
        ("x > 1", "label is null", "x > 1 and label is not null"),
        ("label is not null", "label is null", None),
        ("label contains 'a'", "label == 'b'", "label contains 'a' and label != 'b'"),
    ],
)
def test_excluding_narrows_the_conditions_on_its_column(current: str, condition: str, expected: str | None):
    assert combined(current, condition, "exclude") == expected


def test_values_that_python_calls_equal_are_told_apart():
    assert combined("label == 1", "label == True", "add") == "label in [1, True]"


def test_what_the_filter_says_about_a_column_can_be_read_and_dropped():
    current = parse("x > 1 and label == 'a' and x < 2")
    assert condition_on(current, "x") == parse("x > 1 and x < 2")
    assert without(current, "x") == parse("label == 'a'")
    assert condition_on(None, "x") is None
    assert without(current, "y") == current


def test_a_condition_that_names_rows_as_well_stays_when_its_column_is_brushed():
    current = Or((Compare("label", "==", "a"), Rows(ids=("row 1",))))
    after = with_condition(current, "label", Compare("label", "==", "b"))
    assert after == And((current, Compare("label", "==", "b")))
