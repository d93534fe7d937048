"""The tests of one column, ready to run block by block.

Text of few levels is tested once a level, then looked up by code; long text
goes to Arrow, whole; numbers and times are compared in place.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence

import numpy as np

from symphony_core.column import ColumnData, Kind
from symphony_core.exact import (
    Test,
    any_test,
    both,
    nothing,
    number_between,
    number_one_of,
    number_test,
    time_between,
    time_one_of,
    time_test,
    ufunc_test,
)
from symphony_core.expr import Between, Compare, Contains, Expr, IsNull, Matches, OneOf
from symphony_core.instant import instant_ns

_ORDER: dict[str, Callable[[str, str], bool]] = {
    "==": operator.eq,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_ARROW_NAME = {"==": "equal", "<": "less", "<=": "less_equal", ">": "greater", ">=": "greater_equal"}


def column_test(expr: Expr, data: ColumnData) -> Test:
    """Give the test of a checked node of one column; missing values answer False.

    `!=` is not among them: its caller takes the complement of `==`.
    """
    if isinstance(expr, IsNull):
        return missing_test(data)
    test = _tests_by_kind[data.kind](expr, data)
    return test if data.missing is None or data.kind is Kind.OTHER else known(test, data.missing)


def known(test: Test, missing: np.ndarray) -> Test:
    """Answer False where the value is missing."""

    def masked(rows: slice, out: np.ndarray) -> None:
        test(rows, out)
        np.greater(out, missing[rows], out=out)  # True > False: and not, in one pass

    return masked


def whole(make: Callable[[], np.ndarray]) -> Test:
    """Compute the mask of all rows when the first block asks for it."""
    masks: list[np.ndarray] = []

    def test(rows: slice, out: np.ndarray) -> None:
        if not masks:
            masks.append(make())
        out[:] = masks[0][rows]

    return test


def missing_test(data: ColumnData) -> Test:
    """Answer True where the value is missing, in the way of its kind or by the column's mask."""
    natural = _natural_missing(data)
    if data.missing is None:
        return natural
    return any_test([natural, whole(data.is_missing)])


def _natural_missing(data: ColumnData) -> Test:
    values = data.values
    if data.kind is Kind.NUMBER and values.dtype.kind == "f":
        return _unary(np.isnan, values)
    if data.kind is Kind.TIME:
        return _unary(np.isnat, values)
    if data.kind is Kind.CATEGORY:
        return ufunc_test(np.less, values, values.dtype.type(0))
    if data.kind is Kind.TEXT:
        return whole(lambda: np.asarray(data.text.is_null()))  # type: ignore[union-attr]  # TEXT has text
    return nothing


def _unary(ufunc: np.ufunc, values: np.ndarray) -> Test:
    def test(rows: slice, out: np.ndarray) -> None:
        ufunc(values[rows], out=out)

    return test


def _number(expr: Expr, data: ColumnData) -> Test:
    match expr:
        case Compare(_, op, int() | float() as value):
            return number_test(data.values, op, value)
        case Between(_, int() | float() as low, int() | float() as high):
            return number_between(data.values, low, high)
        case OneOf(_, values):
            return number_one_of(data.values, [value for value in values if not isinstance(value, str)])
    raise TypeError(type(expr))


def _time(expr: Expr, data: ColumnData) -> Test:
    def ns(value: object) -> int:
        return instant_ns(str(value), data.timezone, column="")

    match expr:
        case Compare(_, op, value):
            return time_test(data.values, op, ns(value))
        case Between(_, low, high):
            return time_between(data.values, ns(low), ns(high))
        case OneOf(_, values):
            return time_one_of(data.values, [ns(value) for value in values])
    raise TypeError(type(expr))


def _bool(expr: Expr, data: ColumnData) -> Test:
    wanted: Sequence[object] = (True,)
    if isinstance(expr, Compare):
        wanted = (expr.value,)
    elif isinstance(expr, OneOf):
        wanted = expr.values
    return any_test([ufunc_test(np.equal, data.values, np.bool_(value is True)) for value in wanted])


def _category(expr: Expr, data: ColumnData) -> Test:
    return code_test(data.values, _level_answers(expr, data.levels))


def _level_answers(expr: Expr, levels: Sequence[str]) -> np.ndarray:
    """Test each level; give a bool array."""
    match expr:
        case Compare(_, op, str() as value):
            answers = [_ORDER[op](level, value) for level in levels]
        case Between(_, str() as low, str() as high):
            answers = [low <= level <= high for level in levels]
        case OneOf(_, values):
            wanted = set(values)
            answers = [level in wanted for level in levels]
        case Contains(_, text):
            answers = [text in level for level in levels]
        case Matches(_, pattern):
            return _level_matches(levels, pattern)
        case _:
            raise TypeError(type(expr))
    return np.asarray(answers, dtype=bool)


def _level_matches(levels: Sequence[str], pattern: str) -> np.ndarray:
    import pyarrow as pa  # slow to import, and most filters do without it
    import pyarrow.compute as pc

    return np.asarray(pc.match_substring_regex(pa.array(levels, pa.large_string()), pattern))


def code_test(codes: np.ndarray, answers: np.ndarray) -> Test:
    """Look up the answer of each row's level; code -1 answers False."""
    true_codes = np.flatnonzero(answers)
    if len(true_codes) == 0:
        return nothing
    first, last = int(true_codes[0]), int(true_codes[-1])
    if last - first + 1 == len(true_codes):
        return _code_range(codes, first, last)
    table = np.append(answers, False)

    def test(rows: slice, out: np.ndarray) -> None:
        np.take(table, codes[rows], out=out, mode="wrap")  # -1 wraps to the False at the end

    return test


def _code_range(codes: np.ndarray, first: int, last: int) -> Test:
    low, high = codes.dtype.type(first), codes.dtype.type(last)
    if first == last:
        return ufunc_test(np.equal, codes, low)
    return both(ufunc_test(np.greater_equal, codes, low), ufunc_test(np.less_equal, codes, high))


def _text(expr: Expr, data: ColumnData) -> Test:
    return whole(lambda: _text_mask(expr, data))


def _text_mask(expr: Expr, data: ColumnData) -> np.ndarray:
    import pyarrow as pa  # slow to import, and most filters do without it
    import pyarrow.compute as pc

    text = data.text
    assert text is not None
    match expr:
        case Compare(_, op, str() as value):
            answers = pc.call_function(_ARROW_NAME[op], [text, pa.scalar(value, text.type)])
        case Between(_, str() as low, str() as high):
            at_least = pc.greater_equal(text, pa.scalar(low, text.type))
            answers = pc.and_(at_least, pc.less_equal(text, pa.scalar(high, text.type)))
        case OneOf(_, values):
            answers = pc.is_in(text, value_set=pa.array(values, text.type))
        case Contains(_, part):
            answers = pc.match_substring(text, part)
        case Matches(_, pattern):
            answers = pc.match_substring_regex(text, pattern)
        case _:
            raise TypeError(type(expr))
    return np.asarray(pc.fill_null(answers, False))


def _other(expr: Expr, data: ColumnData) -> Test:
    raise TypeError(type(expr))


_tests_by_kind: dict[Kind, Callable[[Expr, ColumnData], Test]] = {
    Kind.NUMBER: _number,
    Kind.TIME: _time,
    Kind.BOOL: _bool,
    Kind.CATEGORY: _category,
    Kind.TEXT: _text,
    Kind.OTHER: _other,
}
