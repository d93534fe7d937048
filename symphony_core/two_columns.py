"""One column against another: `label != prediction`.

Compared by value, never by code or by a common float: two categories may number
their levels differently, and an int64 beside a float64 would round beyond 2**53.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from symphony_core.column import ColumnData, Kind
from symphony_core.exact import Test
from symphony_core.instant import NS_PER_UNIT
from symphony_core.one_column import known, whole

_UFUNC = {
    "==": np.equal,
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
}
# From here on float64 skips whole numbers.
_FIRST_INEXACT = 2.0**53


def pair_test(left: ColumnData, op: str, right: ColumnData) -> Test:
    """Compare two checked columns by == < <= > >=; missing on either side gives False."""
    test = _test(left, op, right)
    for side in (left, right):
        if side.missing is not None:
            test = known(test, side.missing)
    return test


def _test(left: ColumnData, op: str, right: ColumnData) -> Test:
    if left.kind is Kind.CATEGORY and right.kind is Kind.CATEGORY:
        return _categories(left, op, right)
    if left.kind.is_text:
        return whole(lambda: _texts(left, op, right))
    if left.kind is Kind.TIME:
        return _times(left.values, op, right.values)
    return _numbers(left.values, op, right.values)


def _categories(left: ColumnData, op: str, right: ColumnData) -> Test:
    order = {level: rank for rank, level in enumerate(sorted({*left.levels, *right.levels}))}
    left_ranks, right_ranks = _ranks(left, order), _ranks(right, order)

    def test(rows: slice, out: np.ndarray) -> None:
        a = np.take(left_ranks, left.values[rows], mode="wrap")
        b = np.take(right_ranks, right.values[rows], mode="wrap")
        _UFUNC[op](a, b, out=out)
        out &= a >= 0
        out &= b >= 0

    return test


def _ranks(data: ColumnData, order: dict[str, int]) -> np.ndarray:
    """Give each level's place in the common order; the last entry is for code -1."""
    return np.asarray([*(order[level] for level in data.levels), -1], dtype=np.int32)


def _texts(left: ColumnData, op: str, right: ColumnData) -> np.ndarray:
    import pyarrow.compute as pc  # slow to import, and most filters do without it

    names = {"==": "equal", "<": "less", "<=": "less_equal", ">": "greater", ">=": "greater_equal"}
    answers = pc.call_function(names[op], [_arrow_text(left), _arrow_text(right)])
    return np.asarray(pc.fill_null(answers, False))


def _arrow_text(data: ColumnData) -> object:
    import pyarrow as pa

    if data.kind is Kind.TEXT:
        assert data.text is not None
        return data.text.cast(pa.large_string())
    codes = pa.array(data.values, mask=data.values < 0)
    return pa.array(data.levels, pa.large_string()).take(codes)


def _numbers(left: np.ndarray, op: str, right: np.ndarray) -> Test:
    if _is_wide_whole(left) and right.dtype.kind == "f":
        return _by_sign(left, op, right, _sign_of_whole_and_float)
    if left.dtype.kind == "f" and _is_wide_whole(right):
        return _by_sign(left, op, right, lambda a, b: -_sign_of_whole_and_float(b, a))

    def test(rows: slice, out: np.ndarray) -> None:
        _UFUNC[op](left[rows], right[rows], out=out)

    return test


def _is_wide_whole(values: np.ndarray) -> bool:
    return values.dtype.kind in "iu" and values.dtype.itemsize == 8


def _times(left: np.ndarray, op: str, right: np.ndarray) -> Test:
    steps = [NS_PER_UNIT[np.datetime_data(values.dtype)[0]] for values in (left, right)]
    if steps[0] >= steps[1]:
        return _by_sign(left, op, right, _sign_of_coarse_and_fine)
    return _by_sign(left, op, right, lambda a, b: -_sign_of_coarse_and_fine(b, a))


def _by_sign(
    left: np.ndarray, op: str, right: np.ndarray, sign: Callable[[np.ndarray, np.ndarray], np.ndarray]
) -> Test:
    """Compare through -1, 0, 1, or NaN where either side is missing."""

    def test(rows: slice, out: np.ndarray) -> None:
        _UFUNC[op](sign(left[rows], right[rows]), 0, out=out)

    return test


def _sign_of_whole_and_float(whole_numbers: np.ndarray, floats: np.ndarray) -> np.ndarray:
    """Rounding to float64 keeps the order, so only ties beyond 2**53 need a second look."""
    rounded, other = whole_numbers.astype(np.float64), floats.astype(np.float64)
    signs = np.where(np.isnan(other), np.nan, np.greater(rounded, other) * 1.0 - np.less(rounded, other))
    for index in np.flatnonzero((signs == 0) & (np.abs(other) >= _FIRST_INEXACT)):
        exact, value = int(whole_numbers[index]), int(other[index])
        signs[index] = (exact > value) - (exact < value)
    return signs


def _sign_of_coarse_and_fine(coarse: np.ndarray, fine: np.ndarray) -> np.ndarray:
    """Compare times of two units without bringing the coarse one out of the fine one's range."""
    ratio = NS_PER_UNIT[np.datetime_data(coarse.dtype)[0]] // NS_PER_UNIT[np.datetime_data(fine.dtype)[0]]
    quotient, rest = np.divmod(fine.view(np.int64), ratio)
    whole_units = coarse.view(np.int64)
    signs = np.greater(whole_units, quotient) * 1.0 - np.less(whole_units, quotient)
    signs[(signs == 0) & (rest > 0)] = -1
    signs[np.isnat(coarse) | np.isnat(fine)] = np.nan
    return signs
