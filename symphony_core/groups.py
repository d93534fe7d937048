"""Rows split by the values of several columns, and how many rows each group has.

Each row's combination of values is one number, so sizes are exact for any
count of columns. Missing is a value of its own: the sizes of all groups always
add up to the rows that were counted.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from symphony_core.column import ColumnData, Kind
from symphony_core.table import Table

MISSING = "missing"
# More distinct values than these make no small multiples that anyone could read.
MAX_VALUES = 200
# A column of whole numbers is offered for grouping by a look at this many rows.
LOOK_ROWS = 10_000


@dataclass(frozen=True, slots=True)
class Group:
    """One combination of values, in the order of the grouping columns."""

    values: tuple[str, ...]
    row_count: int


def group_sizes(table: Table, names: tuple[str, ...], mask: np.ndarray) -> list[Group]:
    """Count the rows of each combination that occurs, largest first, ties by value.

    mask: (n,) bool, the rows to count.
    """
    if not names:
        return []
    codes = np.zeros(int(np.count_nonzero(mask)), dtype=np.int64)
    values: list[tuple[str, ...]] = [()]
    for name in names:
        column_codes, labels = value_codes(table.column(name))
        pairs = codes * len(labels) + column_codes[mask]
        present, codes = _numbered(pairs, len(values) * len(labels))
        values = [(*values[int(pair) // len(labels)], labels[int(pair) % len(labels)]) for pair in present]
    counts = np.bincount(codes, minlength=len(values))
    groups = [Group(names_of, int(count)) for names_of, count in zip(values, counts, strict=True)]
    return sorted(groups, key=lambda group: (-group.row_count, group.values))


def _numbered(codes: np.ndarray, radix: int) -> tuple[np.ndarray, np.ndarray]:
    """Give the codes that occur, and each row's index among them."""
    if radix > 4 * len(codes) + 1_000_000:
        present, dense = np.unique(codes, return_inverse=True)
        return present, dense
    counts = np.bincount(codes, minlength=radix)
    present = np.flatnonzero(counts)
    index = np.zeros(radix, dtype=np.int64)
    index[present] = np.arange(len(present))
    return present, index[codes]


def value_codes(column: ColumnData) -> tuple[np.ndarray, tuple[str, ...]]:
    """Give each row the index of its value's label; missing is the last label if it occurs."""
    missing = column.is_missing()
    if column.kind is Kind.CATEGORY:
        codes, labels = column.values.astype(np.int64), column.levels
    elif column.kind is Kind.BOOL:
        codes, labels = column.values.astype(np.int64), ("False", "True")
    else:
        distinct, codes = np.unique(column.values, return_inverse=True)
        labels = tuple(str(value) for value in distinct.tolist())
    if missing.any():
        codes = np.where(missing, len(labels), codes)
        labels = (*labels, MISSING)
    return codes, labels


def can_group(column: ColumnData) -> bool:
    """Say whether a column has few enough values to group by, for a menu."""
    if column.kind is Kind.CATEGORY:
        return len(column.levels) <= MAX_VALUES
    if column.kind is Kind.NUMBER and column.values.dtype.kind in "iu":
        return len(np.unique(column.values[:LOOK_ROWS])) <= MAX_VALUES // 10
    return column.kind is Kind.BOOL
