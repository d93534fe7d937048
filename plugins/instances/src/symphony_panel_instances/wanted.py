"""Which rows stand on the pages, in one panel or in one for each group.

What decides it is one value, so that a drawing is skipped when nothing of it
changed, and so that a worker can find the rows without touching the view.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from symphony_core.column import Kind
from symphony_core.expr import Expr, all_of, columns_of
from symphony_core.groups import Group, Grouping, grouping
from symphony_core.table import Table
from symphony_panel_instances.order import rows_in_order, sorted_rows
from symphony_panel_instances.samples import Samples
from symphony_panel_instances.search import search_cost

# The panel of all rows, where there are no groups.
ALL = -1


@dataclass(frozen=True, eq=False)
class Panel:
    """One page of one group, or of all rows.

    key: the group's number, ALL without groups. values: what its rows have in the grouping columns.
    total: rows of the group under filter and search. first: rank of the page's first row, from 0.
    rows: positions of the page's rows, in their order.
    """

    key: int
    values: tuple[str, ...]
    total: int
    first: int
    rows: np.ndarray


@dataclass(frozen=True, eq=False)
class Found:
    """The panels, and what there is beside them.

    total: rows under filter and search. filtered: rows under the filter alone. group_count: all groups.
    """

    panels: tuple[Panel, ...]
    total: int
    filtered: int
    group_count: int

    @property
    def rows(self) -> list[int]:
        """Give the positions of all rows shown, panel by panel."""
        return [row for panel in self.panels for row in panel.rows.tolist()]

    def place(self, row: int) -> tuple[Panel, int] | None:
        """Give the panel that shows a row and its place there; None when none does."""
        for panel in self.panels:
            at = np.flatnonzero(panel.rows == row)
            if len(at):
                return panel, int(at[0])
        return None


NOTHING = Found((Panel(ALL, (), 0, 0, np.empty(0, dtype=np.int64)),), 0, 0, 0)


@dataclass(frozen=True, eq=False)
class Wanted:
    """What decides which rows are shown and how.

    words: of the search, which `search` tests. sort: a column, or "" for the order of the data, in which
    the rows that `ranking` ranks come first, if there is such a column, the one with the least rank leading.
    size: rows of a page. columns: names to show in the table. thumbnail_px: longer side of a picture.
    firsts: rank of the first row of a panel's page, by its key; those not named begin at 0.
    panel_limit: groups shown, largest first.
    """

    table: Table
    filter: Expr | None
    words: tuple[str, ...]
    search: Expr | None
    mode: str
    samples: Samples
    sort: str
    is_descending: bool
    size: int
    columns: tuple[str, ...]
    thumbnail_px: int
    group_by: tuple[str, ...]
    panel_limit: int
    firsts: tuple[tuple[int, int], ...]
    ranking: str = ""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Wanted) and self._identity == other._identity

    def __hash__(self) -> int:
        return hash(self._identity)

    @property
    def _identity(self) -> tuple[object, ...]:
        table = (self.table.fingerprint, self.table.overlay)
        return (table, self.filter, self.words, self.search, self.mode, self.samples, self.sort,
                self.is_descending, self.size, self.columns, self.thumbnail_px, self.group_by,
                self.panel_limit, self.firsts, self.ranking)  # fmt: skip

    @property
    def order_column(self) -> str:
        """The column whose values order the rows; empty is the order of the data."""
        return self.sort or self.ranking

    @property
    def rows_decided_by(self) -> tuple[object, ...]:
        """Give what decides all rows and their order; when it changes, pages begin at the first row again."""
        ranks = self.table.key(self.ranking) if self.ranking and not self.sort else ""
        return (self.filter, self.search, self.sort, self.is_descending, self.group_by, ranks)

    @property
    def value_count(self) -> int:
        """How many values are looked at to find the rows, long text counted by what ranking it costs."""
        count = len(self.table)
        cost = count // 16
        if self.order_column:
            cost = 16 * count if self.table.kind(self.order_column) is Kind.TEXT else count
        if self.group_by:
            cost += count * (len(self.group_by) + self.panel_limit // 4)
        if self.search is not None:
            cost += search_cost(self.table, columns_of(self.search), self.words)
        return cost

    def find(self) -> Found:
        """Find the rows of every page. Raises BadExpression when the filter does not fit the columns."""
        mask, filtered = self._mask()
        total = filtered if mask is None else int(np.count_nonzero(mask))
        if not self.group_by:
            return Found((self._panel(Group((), total, ALL), mask, None),), total, filtered, 0)
        split = grouping(self.table, self.group_by)
        groups = split.sizes(mask)
        panels = tuple(self._panel(group, mask, split) for group in groups[: self.panel_limit])
        return Found(panels, total, filtered, len(groups))

    def next_pages(self, found: Found) -> Wanted:
        """Give what would be wanted after every panel turned its page."""
        on = [(panel.key, panel.first + self.size) for panel in found.panels]
        return replace(
            self, firsts=tuple((key, first) for key, first in on if self._is_inside(found, key, first))
        )

    def _is_inside(self, found: Found, key: int, first: int) -> bool:
        return any(panel.key == key and first < panel.total for panel in found.panels)

    def rows_of(self, key: int) -> np.ndarray:
        """Give the positions of all rows of a panel, ascending."""
        return np.flatnonzero(self.mask_of(key)).astype(np.int64, copy=False)

    def mask_of(self, key: int) -> np.ndarray:
        """Give (n,) bool, True for the rows of a panel on all its pages."""
        mask, _ = self._mask()
        whole = np.ones(len(self.table), dtype=bool) if mask is None else mask
        return whole if key == ALL else whole & grouping(self.table, self.group_by).mask(key)

    def under(self) -> np.ndarray | None:
        """Give (n,) bool, True for the rows under filter and search; None is all."""
        return self._mask()[0]

    def expr_of(self, key: int) -> Expr | None:
        """Give what the rows of a panel meet; None is all rows."""
        own = None if key == ALL else grouping(self.table, self.group_by).conditions[key]
        return all_of([self.filter, self.search, own])

    def _mask(self) -> tuple[np.ndarray | None, int]:
        """Give the rows under filter and search, None for all, and how many the filter alone leaves."""
        filtered = None if self.filter is None else self.table.mask(self.filter)
        count = len(self.table) if filtered is None else int(np.count_nonzero(filtered))
        if self.search is None:
            return filtered, count
        found = self.table.mask(self.search)
        return (found if filtered is None else filtered & found), count

    def _panel(self, group: Group, mask: np.ndarray | None, split: Grouping | None) -> Panel:
        last = max(0, (group.row_count - 1) // self.size) * self.size
        first = min(dict(self.firsts).get(group.index, 0) // self.size * self.size, last)
        if split is not None:
            own = split.mask(group.index)
            mask = own if mask is None else own & mask
        rows = self._rows(mask, group.index, first)
        return Panel(group.index, group.values, group.row_count, first, rows)

    def _rows(self, mask: np.ndarray | None, key: int, first: int) -> np.ndarray:
        table, stop, order = self.table, first + self.size, self.order_column
        if not order:
            return rows_in_order(mask, first, stop, len(table))
        return sorted_rows(
            table.column(order), mask, first, stop, descending=self.is_descending,
            column_key=(table.fingerprint, table.key(order)), mask_key=self._mask_key(key),
        )  # fmt: skip

    def _mask_key(self, key: int) -> tuple[object, ...]:
        tests = [expr for expr in (self.filter, self.search) if expr is not None]
        return (*(expr.digest for expr in tests), *self._keys(name for t in tests for name in columns_of(t)),
                key, self.group_by, *self._keys(self.group_by))  # fmt: skip

    def _keys(self, names: Iterable[str]) -> Iterable[str]:
        return (self.table.key(name) for name in names)
