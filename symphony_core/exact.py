"""Numbers and times against one value, without rounding where it can be avoided.

Every test of whole numbers is a closed range of whole numbers, worked out in
Python integers: 2**53 + 1 is not 2**53, and 300 is beyond int8 without
overflowing. Floats take the value rounded to their own precision, as numpy and
pandas do, so that `x == 0.1` finds what was written as 0.1 into a float32 file.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np

from symphony_core.instant import NS_PER_UNIT

# Fills a bool array with the test's answers for one slice of rows.
Test = Callable[[slice, np.ndarray], None]

# First and last whole number for which a test holds; None is unbounded, last < first is empty.
Range = tuple[int | None, int | None]

# Up to here, comparing with each value in turn beats sorting the block.
_FEW = 8
_FLOAT_UFUNC = {
    "==": np.equal,
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
}


def number_test(values: np.ndarray, op: str, value: float) -> Test:
    """Compare by == < <= > >=; NaN on either side gives False."""
    if values.dtype.kind == "f":
        return _float_test(values, op, value)
    return _whole_range(values, *_range_of(op, value))


def number_between(values: np.ndarray, low: float, high: float) -> Test:
    """Compare by low <= value <= high."""
    if values.dtype.kind == "f":
        return both(_float_test(values, ">=", low), _float_test(values, "<=", high))
    return _whole_range(values, *_overlap(_range_of(">=", low), _range_of("<=", high)))


def number_one_of(values: np.ndarray, wanted: Sequence[float]) -> Test:
    """Look up in a list; what the dtype cannot hold equals nothing."""
    if values.dtype.kind == "f":
        bounds = [_as_float(values.dtype, value) for value in wanted]
        return _members(values, [value for value in bounds if value.dtype == values.dtype])
    whole = [int(value) for value in wanted if math.isfinite(value) and value == math.floor(value)]
    info = np.iinfo(values.dtype)
    return _members(values, [value for value in whole if info.min <= value <= info.max])


def time_test(values: np.ndarray, op: str, ns: int) -> Test:
    """Compare datetime64 with nanoseconds since 1970; NaT gives False."""
    return _time_range(values, *_range_in_units(values, op, ns))


def time_between(values: np.ndarray, low_ns: int, high_ns: int) -> Test:
    """Compare by low <= value <= high."""
    low, high = _range_in_units(values, ">=", low_ns), _range_in_units(values, "<=", high_ns)
    return _time_range(values, *_overlap(low, high))


def time_one_of(values: np.ndarray, wanted_ns: Sequence[int]) -> Test:
    """Look up in a list of nanoseconds since 1970."""
    tests = [time_test(values, "==", ns) for ns in wanted_ns]
    if len(tests) <= _FEW:
        return any_test(tests)
    step = _step(values)
    whole = [ns // step for ns in wanted_ns if ns % step == 0]
    info = np.iinfo(np.int64)
    return _members(values.view(np.int64), [value for value in whole if info.min < value <= info.max])


def ufunc_test(ufunc: np.ufunc, values: np.ndarray, bound: np.generic) -> Test:
    """Compare with one value of the column's own dtype."""

    def test(rows: slice, out: np.ndarray) -> None:
        ufunc(values[rows], bound, out=out)

    return test


def nothing(rows: slice, out: np.ndarray) -> None:
    """Answer False for every row."""
    out.fill(False)


def both(first: Test, second: Test) -> Test:
    """Join two tests by and."""

    def test(rows: slice, out: np.ndarray) -> None:
        first(rows, out)
        other = np.empty_like(out)
        second(rows, other)
        np.logical_and(out, other, out=out)

    return test


def any_test(tests: Sequence[Test]) -> Test:
    """Join tests by or; none gives False everywhere."""
    if not tests:
        return nothing

    def test(rows: slice, out: np.ndarray) -> None:
        tests[0](rows, out)
        other = np.empty_like(out)
        for each in tests[1:]:
            each(rows, other)
            np.logical_or(out, other, out=out)

    return test


def _range_of(op: str, value: float) -> Range:
    """Give the whole numbers for which the test holds; none for NaN."""
    if isinstance(value, float) and not math.isfinite(value):
        above_all = op in ("<", "<=") and value > 0
        below_all = op in (">", ">=") and value < 0
        return (None, None) if above_all or below_all else (1, 0)
    return _range_between(op, math.floor(value), math.ceil(value))


def _range_between(op: str, floor: int, ceil: int) -> Range:
    match op:
        case "==":
            return ceil, floor
        case "<":
            return None, ceil - 1
        case "<=":
            return None, floor
        case ">":
            return floor + 1, None
        case _:
            return ceil, None


def _overlap(one: Range, other: Range) -> Range:
    firsts = [first for first in (one[0], other[0]) if first is not None]
    lasts = [last for last in (one[1], other[1]) if last is not None]
    return max(firsts, default=None), min(lasts, default=None)


def _whole_range(values: np.ndarray, first: int | None, last: int | None) -> Test:
    info = np.iinfo(values.dtype)
    return _range_test(values, first, last, int(info.min), int(info.max), values.dtype.type)


def _time_range(values: np.ndarray, first: int | None, last: int | None) -> Test:
    """Compare datetime64 with a closed range in its own unit."""
    info = np.iinfo(np.int64)
    unit = np.datetime_data(values.dtype)[0]

    def bound(number: int) -> np.generic:
        return values.dtype.type(number, unit)

    # The smallest int64 is NaT.
    return _range_test(values, first, last, int(info.min) + 1, int(info.max), bound)


def _range_test(
    values: np.ndarray,
    first: int | None,
    last: int | None,
    smallest: int,
    largest: int,
    bound: Callable[[int], np.generic],
) -> Test:
    low = smallest if first is None else max(first, smallest)
    high = largest if last is None else min(last, largest)
    if low > high:
        return nothing
    if low == high:
        return ufunc_test(np.equal, values, bound(low))
    if low == smallest:
        return ufunc_test(np.less_equal, values, bound(high))
    at_least = ufunc_test(np.greater_equal, values, bound(low))
    return at_least if high == largest else both(at_least, ufunc_test(np.less_equal, values, bound(high)))


def _range_in_units(values: np.ndarray, op: str, ns: int) -> Range:
    step = _step(values)
    return _range_between(op, ns // step, -(-ns // step))


def _step(values: np.ndarray) -> int:
    return NS_PER_UNIT[np.datetime_data(values.dtype)[0]]


def _float_test(values: np.ndarray, op: str, value: float) -> Test:
    return ufunc_test(_FLOAT_UFUNC[op], values, _as_float(values.dtype, value))


def _as_float(dtype: np.dtype, value: float) -> np.floating:
    """Round to the column's precision; a finite value beyond its range stays a float64."""
    with np.errstate(over="ignore"):
        rounded = dtype.type(float(value))
    return np.float64(value) if np.isinf(rounded) and math.isfinite(value) else rounded


def _members(values: np.ndarray, wanted: Sequence[object]) -> Test:
    members = np.unique(np.asarray(wanted, dtype=values.dtype))
    if members.dtype.kind == "f":
        members = members[~np.isnan(members)]
    if len(members) <= _FEW:
        return any_test([ufunc_test(np.equal, values, member) for member in members])

    def test(rows: slice, out: np.ndarray) -> None:
        out[:] = np.isin(values[rows], members)

    return test
