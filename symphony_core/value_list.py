"""The values of a column as a person chooses among them: the most frequent first, found by typing.

Only columns with few enough distinct values have a list. All have ends, where
their values have an order. Both are computed once a process and count all rows:
a filter that is being built is not yet there to be counted under.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from symphony_core.cache import ByteLRU
from symphony_core.column import ColumnData, Kind
from symphony_core.groups import can_group
from symphony_core.scalar import Scalar
from symphony_core.search_list import SearchList
from symphony_core.table import Table

# Whole numbers that lie further apart are no codes, and counting them would cost a sort of the column.
MAX_SPAN = 100_000


@dataclass(frozen=True, eq=False)
class ValueList:
    """Distinct values without the missing one, most frequent first, ties in the column's own order.

    counts: (k,) rows of each value, of all rows.
    """

    values: tuple[Scalar, ...]
    counts: np.ndarray
    search: SearchList

    def matching(self, typed: str, limit: int) -> list[tuple[Scalar, int]]:
        """Give up to `limit` values whose text starts with or holds what was typed, with their counts."""
        return [(self.values[i], int(self.counts[i])) for i in self.search.matching(typed, limit)]


_NO_LIST = ValueList((), np.zeros(0, dtype=np.int64), SearchList(()))
_lists: ByteLRU[ValueList] = ByteLRU(32 * 2**20, size_of=lambda found: 200 + found.search.__sizeof__())
_ends: ByteLRU[tuple[Scalar, ...]] = ByteLRU(2**20, size_of=lambda ends: 200)


def value_list(table: Table, name: str) -> ValueList | None:
    """Give a column's values to choose from; None where there are too many or none. Raises UnknownColumn."""
    found = _lists.get(_key(table, name), lambda: _listed(table.column(name)))
    return found if found.values else None


def ends(table: Table, name: str) -> tuple[Scalar, Scalar] | None:
    """Give the smallest and the largest value of numbers or times, as an expression writes them.

    None for other kinds and where no finite value is. Raises UnknownColumn.
    """
    found = _ends.get(_key(table, name), lambda: _ends_of(table.column(name)))
    return (found[0], found[1]) if found else None


def _key(table: Table, name: str) -> tuple[str, str]:
    return table.fingerprint, table.key(name)


def _listed(column: ColumnData) -> ValueList:
    if column.kind is Kind.CATEGORY:
        codes = column.values[column.values >= 0]
        return _by_frequency(column.levels, np.bincount(codes, minlength=len(column.levels)))
    present = column.values[~column.is_missing()]
    if column.kind is Kind.BOOL:
        true_count = int(np.count_nonzero(present))
        return _by_frequency((True, False), np.array([true_count, len(present) - true_count]))
    if column.kind is not Kind.NUMBER or not len(present) or not can_group(column):
        return _NO_LIST
    low, high = int(present.min()), int(present.max())
    if high - low > MAX_SPAN:
        return _NO_LIST
    offsets = present.astype(np.int64) - low if high < 2**63 else (present - present.min()).astype(np.int64)
    return _by_frequency(range(low, high + 1), np.bincount(offsets))


def _by_frequency(values: Sequence[Scalar], counts: np.ndarray) -> ValueList:
    order = np.argsort(-counts, kind="stable")
    order = order[counts[order] > 0]
    sorted_values = tuple(values[index] for index in order.tolist())
    return ValueList(sorted_values, counts[order], SearchList([str(value) for value in sorted_values]))


def _ends_of(column: ColumnData) -> tuple[Scalar, ...]:
    if column.kind not in (Kind.NUMBER, Kind.TIME):
        return ()
    present = column.values[~column.is_missing()]
    if present.dtype.kind == "f":
        present = present[np.isfinite(present)]
    if not len(present):
        return ()
    low, high = present.min(), present.max()
    if column.kind is Kind.NUMBER:
        return low.item(), high.item()
    return _moment(low, column.timezone), _moment(high, column.timezone)


def _moment(moment: np.datetime64, timezone: str | None) -> str:
    """Write a time with no more digits than it needs, a midnight without a zone as the day."""
    text = re.sub(r"\.?0+$", "", str(moment)) if "." in str(moment) else str(moment)
    return text.removesuffix("T00:00:00") if timezone is None else f"{text}Z"
