"""Expressions to masks: which rows of a table an expression names.

Runs in blocks that stay in the processor's cache, so that the parts of a
long `and` do not each travel through memory. A part is skipped for a block
that has no candidate left. numexpr was not chosen: it knows neither missing
values nor exact whole numbers, and would be a dependency more.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Protocol

import numpy as np

from symphony_core.column import ColumnData
from symphony_core.exact import Test
from symphony_core.expr import And, ColumnRef, Compare, Expr, Inside, Not, Or, Rows
from symphony_core.expr_check import Columns, check
from symphony_core.one_column import column_test, known, whole
from symphony_core.two_columns import pair_test

__all__ = ["Columns", "PointIndex", "bind", "check", "evaluate"]

# Masks of a block stay in the second-level cache while the columns stream by; smaller
# blocks pay for more calls (measured: 16k rows 1.7 times as slow as 128k, 1M no faster).
BLOCK_ROWS = 131_072


class PointIndex(Protocol):
    """Two columns prepared so that a lasso over them is quick; see `point_index`."""

    def inside(self, polygon: Sequence[tuple[float, float]]) -> np.ndarray:
        """Give (n,) bool, True for rows inside the polygon, exactly as without an index."""
        ...


# Gives the index of the columns x and y, if there is one.
FindIndex = Callable[[str, str], PointIndex | None]


def no_index(x: str, y: str) -> PointIndex | None:
    """Know no index; lassos look at every row."""
    return None


def evaluate(expr: Expr, columns: Columns, find_index: FindIndex = no_index) -> np.ndarray:
    """Give a bool array, True for the rows that the expression names.

    Raises what `check` raises, before anything is computed, and UnknownRow.
    """
    expr = bind(expr, columns)
    check(expr, columns)
    test = _test(expr, columns, find_index)
    mask = np.empty(len(columns), dtype=bool)
    for start in range(0, len(mask), BLOCK_ROWS):
        rows = slice(start, min(start + BLOCK_ROWS, len(mask)))
        test(rows, mask[rows])
    return mask


def bind(expr: Expr, columns: Columns) -> Expr:
    """Find the positions of rows that are named by ids; the rest stays as it is.

    Raises UnknownRow for ids that the table lacks, BadExpression for rows bound to other data.
    """
    match expr:
        case Rows(ids=None):
            check(expr, columns)
            return expr
        case Rows(ids=ids):
            positions = columns.positions_of(ids or ())
            return Rows.at(positions, fingerprint=columns.fingerprint, row_count=len(columns))
        case Not(part):
            bound = bind(part, columns)
            return expr if bound is part else Not(bound)
        case And(parts) | Or(parts):
            return _rejoined(expr, parts, tuple(bind(part, columns) for part in parts))
    return expr


def _rejoined(expr: Expr, parts: Sequence[Expr], bound: tuple[Expr, ...]) -> Expr:
    if all(old is new for old, new in zip(parts, bound, strict=True)):
        return expr
    return And(bound) if isinstance(expr, And) else Or(bound)


def _test(expr: Expr, columns: Columns, find_index: FindIndex) -> Test:
    match expr:
        case And(parts):
            return _all([_test(part, columns, find_index) for part in sorted(parts, key=_cost)])
        case Or(parts):
            return _any([_test(part, columns, find_index) for part in sorted(parts, key=_cost)])
        case Not(part):
            return _complement(_test(part, columns, find_index))
        case Compare(column, "!=", value):
            return _complement(_test(Compare(column, "==", value), columns, find_index))
        case Compare(column, op, ColumnRef(other)):
            return pair_test(columns.column(column), op, columns.column(other))
        case Inside():
            index = find_index(expr.x, expr.y)
            if index is not None:
                return whole(partial(index.inside, expr.polygon))
            return _inside(expr, columns.column(expr.x), columns.column(expr.y))
        case Rows():
            return whole(expr.mask)
    return column_test(expr, columns.column(expr.own_columns[0]))


def _cost(expr: Expr) -> int:
    """Costly tests come last: blocks without a candidate left skip them."""
    return 1 if isinstance(expr, Inside) else max((_cost(child) for child in expr.children), default=0)


def _all(tests: Sequence[Test]) -> Test:
    scratch = np.empty(BLOCK_ROWS, dtype=bool)

    def test(rows: slice, out: np.ndarray) -> None:
        tests[0](rows, out)
        other = scratch[: len(out)]
        for each in tests[1:]:
            if not out.any():
                return
            each(rows, other)
            np.logical_and(out, other, out=out)

    return test


def _any(tests: Sequence[Test]) -> Test:
    scratch = np.empty(BLOCK_ROWS, dtype=bool)

    def test(rows: slice, out: np.ndarray) -> None:
        tests[0](rows, out)
        other = scratch[: len(out)]
        for each in tests[1:]:
            if out.all():
                return
            each(rows, other)
            np.logical_or(out, other, out=out)

    return test


def _complement(inner: Test) -> Test:
    def test(rows: slice, out: np.ndarray) -> None:
        inner(rows, out)
        np.logical_not(out, out=out)

    return test


def _inside(expr: Inside, x: ColumnData, y: ColumnData) -> Test:
    # shapely is slow to import, and only lassos need it.
    import shapely

    polygon = shapely.Polygon(expr.polygon)
    shapely.prepare(polygon)
    x_low, y_low, x_high, y_high = shapely.bounds(polygon)

    def test(rows: slice, out: np.ndarray) -> None:
        x_block, y_block = _as_floats(x.values[rows]), _as_floats(y.values[rows])
        out[:] = (x_block >= x_low) & (x_block <= x_high) & (y_block >= y_low) & (y_block <= y_high)
        near = np.flatnonzero(out)
        with np.errstate(over="ignore", under="ignore", invalid="ignore"):  # of numbers near 1e300
            out[near] = shapely.contains_xy(polygon, x_block[near], y_block[near])

    masked: Test = test
    for data in (x, y):
        if data.missing is not None:
            masked = known(masked, data.missing)
    return masked


def _as_floats(values: np.ndarray) -> np.ndarray:
    return values if values.dtype.kind == "f" else values.astype(np.float64)
