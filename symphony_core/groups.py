"""Rows split by the values of several columns, and how many rows each group has.

Each row's combination of values is one number, so sizes are exact for any
count of columns. Missing is a value of its own: the sizes of all groups always
add up to the rows that were counted.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from symphony_core.cache import ByteLRU
from symphony_core.column import ColumnData, Kind
from symphony_core.expr import Compare, Expr, IsNull, Not, all_of
from symphony_core.scalar import Scalar
from symphony_core.table import Table

MISSING = "missing"
# More distinct values than these make no small multiples that anyone could read.
MAX_VALUES = 200
# A column of whole numbers is offered for grouping by a look at this many rows.
LOOK_ROWS = 10_000


@dataclass(frozen=True, slots=True)
class Group:
    """One combination of values, in the order of the grouping columns.

    index: its number in the grouping of the whole table; the same under every filter.
    """

    values: tuple[str, ...]
    row_count: int
    index: int = 0


@dataclass(frozen=True, eq=False)
class Grouping:
    """Every row's group, for some columns of one table.

    names: the grouping columns. codes: (n,) int32, each row's group; read-only.
    values: (g,) the words of each group, one a column. conditions: (g,) what its rows meet.
    """

    names: tuple[str, ...]
    codes: np.ndarray
    values: tuple[tuple[str, ...], ...]
    conditions: tuple[Expr, ...]

    def counts(self, mask: np.ndarray | None) -> np.ndarray:
        """Count the rows of each group, (g,) int64; mask (n,) bool, None is all rows."""
        codes = self.codes if mask is None else self.codes[mask]
        return np.bincount(codes, minlength=len(self.values))

    def sizes(self, mask: np.ndarray | None) -> list[Group]:
        """Give the groups that have a row where `mask` is True, largest first, ties by value."""
        counts = self.counts(mask)
        groups = [Group(self.values[i], int(counts[i]), int(i)) for i in np.flatnonzero(counts)]
        return sorted(groups, key=lambda group: (-group.row_count, group.values))

    def largest(self, mask: np.ndarray | None, limit: int) -> tuple[list[Group], int]:
        """Give the first `limit` of `sizes(mask)` and how many groups there are; quick for many groups."""
        counts = self.counts(mask)
        present = np.flatnonzero(counts)
        if len(present) > limit:
            least = np.partition(counts[present], len(present) - limit)[len(present) - limit]
            shown = present[counts[present] >= least]
        else:
            shown = present
        groups = [Group(self.values[i], int(counts[i]), int(i)) for i in shown]
        return sorted(groups, key=lambda group: (-group.row_count, group.values))[:limit], len(present)

    def mask(self, index: int) -> np.ndarray:
        """Give (n,) bool, True for the rows of one group."""
        return np.asarray(self.codes == index)


# 25 groupings of 2.5 million rows, four bytes a row.
_groupings: ByteLRU[Grouping] = ByteLRU(256 * 2**20, size_of=lambda grouping: grouping.codes.nbytes)


def grouping(table: Table, names: tuple[str, ...]) -> Grouping:
    """Split the rows by the value combinations that occur; computed once a process.

    names: at least one column. Raises UnknownColumn.
    """
    key = (table.fingerprint, names, tuple(table.key(name) for name in names))
    return _groupings.get(key, lambda: _grouped(table, names))


def group_sizes(table: Table, names: tuple[str, ...], mask: np.ndarray | None) -> list[Group]:
    """Count the rows of each combination that occurs, largest first, ties by value.

    mask: (n,) bool, the rows to count; None is all.
    """
    return grouping(table, names).sizes(mask) if names else []


def _grouped(table: Table, names: tuple[str, ...]) -> Grouping:
    codes = np.zeros(len(table), dtype=np.int64)
    values: list[tuple[str, ...]] = [()]
    conditions: list[tuple[Expr, ...]] = [()]
    for name in names:
        column_codes, labels, tests = _valued(name, table.column(name))
        pairs = codes * len(labels) + column_codes
        present, codes = _numbered(pairs, len(values) * len(labels))
        places = [divmod(int(pair), len(labels)) for pair in present]
        values = [(*values[group], labels[label]) for group, label in places]
        conditions = [(*conditions[group], tests[label]) for group, label in places]
    small = codes.astype(np.int32)
    small.flags.writeable = False
    joined = [all_of(parts) for parts in conditions]
    return Grouping(names, small, tuple(values), tuple(one for one in joined if one is not None))


def _valued(name: str, column: ColumnData) -> tuple[np.ndarray, list[str], list[Expr]]:
    """Give each row its value's index, the words of the values, and what the rows of each meet."""
    codes, words, literals = _coded(column)
    tests: list[Expr] = [Compare(name, "==", literal) for literal in literals]
    if column.kind is Kind.OTHER:
        tests = [Not(IsNull(name))]
    missing = column.is_missing()
    if missing.any():
        codes = np.where(missing, len(words), codes)
        words, tests = [*words, MISSING], [*tests, IsNull(name)]
    return codes, words, tests


def _coded(column: ColumnData) -> tuple[np.ndarray, list[str], list[Scalar]]:
    """Give each row its value's index, and words and literal of each value; missing rows have any index."""
    if column.kind is Kind.CATEGORY:
        return column.values.astype(np.int64), list(column.levels), list(column.levels)
    if column.kind is Kind.BOOL:
        return column.values.astype(np.int64), ["False", "True"], [False, True]
    if column.kind is Kind.OTHER:
        return np.zeros(len(column), dtype=np.int64), ["present"], []
    if column.kind is Kind.TEXT:
        assert column.text is not None
        encoded = column.text.dictionary_encode().unify_dictionaries()
        texts = encoded.chunk(0).dictionary.to_pylist() if encoded.num_chunks else []
        parts = [np.asarray(chunk.indices.fill_null(0)) for chunk in encoded.chunks]
        return np.concatenate([np.empty(0, dtype=np.int64), *parts]), texts, list(texts)
    distinct, codes = np.unique(column.values, return_inverse=True)
    if column.kind is Kind.TIME:
        zone = "" if column.timezone is None else "Z"
        texts = [f"{moment}{zone}" for moment in np.datetime_as_string(distinct)]
        return codes, texts, list(texts)
    return codes, [str(value) for value in distinct.tolist()], distinct.tolist()


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


def can_group(column: ColumnData) -> bool:
    """Say whether a column has few enough values to group by, for a menu."""
    if column.kind is Kind.CATEGORY:
        return len(column.levels) <= MAX_VALUES
    if column.kind is Kind.NUMBER and column.values.dtype.kind in "iu":
        return len(np.unique(column.values[:LOOK_ROWS])) <= MAX_VALUES // 10
    return column.kind is Kind.BOOL
