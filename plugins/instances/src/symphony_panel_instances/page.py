"""One page of rows as plain texts and numbers for the browser.

Everything here is made from a table and a few positions; what it costs grows
with the page and not with the table, except the order of the rows, whose cost
`Wanted.value_count` tells beforehand.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from symphony_core.column import Kind
from symphony_core.expr import Expr, columns_of
from symphony_core.roles import Role
from symphony_core.table import Table
from symphony_panel_instances.cells import cell_texts, is_right_aligned
from symphony_panel_instances.order import can_sort, rows_in_order, sorted_rows

# More columns than these scroll out of a card; which ones is a setting.
FIRST_COLUMNS = 12


@dataclass(frozen=True, eq=False)
class Wanted:
    """What decides which rows stand on a page and how they are shown.

    first: rank of its first row, from 0. sort: a column, or "" for the order of the data.
    columns: names to show in the table. thumbnail_px: longer side; 0 without pictures.
    """

    table: Table
    filter: Expr | None
    mode: str
    sort: str
    is_descending: bool
    first: int
    size: int
    columns: tuple[str, ...]
    thumbnail_px: int

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Wanted) and self._identity == other._identity

    def __hash__(self) -> int:
        return hash(self._identity)

    @property
    def _identity(self) -> tuple[object, ...]:
        table = (self.table.fingerprint, self.table.overlay)
        return (table, self.filter, self.mode, self.sort, self.is_descending, self.first, self.size,
                self.columns, self.thumbnail_px)  # fmt: skip

    @property
    def value_count(self) -> int:
        """How many values are looked at to find the rows, long text counted by what ranking it costs."""
        count = len(self.table)
        if not self.sort:
            return count // 16
        return 16 * count if self.table.kind(self.sort) is Kind.TEXT else count

    def rows(self) -> np.ndarray:
        """Give the positions of the page's rows, in their order."""
        table, stop = self.table, self.first + self.size
        mask = None if self.filter is None else table.mask(self.filter)
        if not self.sort:
            return rows_in_order(mask, self.first, stop, len(table))
        return sorted_rows(
            table.column(self.sort), mask, self.first, stop, descending=self.is_descending,
            column_key=(table.fingerprint, table.key(self.sort)), mask_key=self._mask_key(),
        )  # fmt: skip

    def _mask_key(self) -> tuple[object, ...]:
        if self.filter is None:
            return ()
        return (self.filter.digest, *(self.table.key(name) for name in columns_of(self.filter)))


def image_column(table: Table) -> str | None:
    """Name the column of pictures; None when there is none."""
    return table.dataset.roles.column(Role.IMAGE)


def sortable_columns(table: Table) -> list[str]:
    """Name the columns whose values have an order."""
    return [name for name in table.names if name != image_column(table) and can_sort(table.kind(name))]


def shown_columns(table: Table, chosen: Sequence[str]) -> tuple[str, ...]:
    """Name the table's columns: those chosen, else the first of the data and all computed ones.

    The id stands before them and the pictures have a place of their own.
    """
    apart = (table.dataset.id_column, image_column(table))
    if chosen:
        return tuple(name for name in chosen if name in table.names and name not in apart)
    base = [name for name in table.dataset.names if name not in apart and name not in table.overlay]
    return (*base[:FIRST_COLUMNS], *list(table.overlay)[:FIRST_COLUMNS])


def texts(table: Table, name: str, rows: np.ndarray, *, exact: bool = False) -> list[str | None]:
    """Write the values of one column for some rows; None is missing."""
    column = table.column(name)
    objects: list[object] = []
    if column.kind is Kind.OTHER:
        taken = table.take(rows, [name])[name]
        objects = [None if gone else value for value, gone in zip(taken, taken.isna(), strict=True)]
    return cell_texts(column, rows, objects, exact=exact)


def id_texts(table: Table, rows: np.ndarray) -> list[str]:
    """Write the ids of some rows."""
    return [str(row_id) for row_id in table.dataset.ids_at(rows).tolist()]


def captions(table: Table, rows: np.ndarray) -> list[dict[str, str | None]]:
    """Give each row its label, and its prediction where that differs."""
    label, prediction = (table.dataset.roles.column(role) for role in (Role.LABEL, Role.PREDICTION))
    none: list[str | None] = [None] * len(rows)
    labels = texts(table, label, rows) if label else none
    predictions = texts(table, prediction, rows) if prediction else none
    return [
        {"label": said, "prediction": guess if guess != said else None}
        for said, guess in zip(labels, predictions, strict=True)
    ]


def cells(table: Table, names: Sequence[str], rows: np.ndarray) -> list[list[str | None]]:
    """Give the texts of a page, one list a row."""
    by_column = [texts(table, name, rows) for name in names]
    return [[column[i] for column in by_column] for i in range(len(rows))]


def header(table: Table, names: Sequence[str]) -> list[dict[str, object]]:
    """Say of each column its name, its alignment, and whether it can be sorted."""
    return [
        {
            "name": name,
            "right": is_right_aligned(table.kind(name)),
            "sortable": can_sort(table.kind(name)),
            "computed": name in table.overlay,
        }
        for name in names
    ]


def fields(table: Table, row: int) -> list[dict[str, object]]:
    """Give all columns of one row, exact, for the detail panel."""
    rows = np.array([row])
    found: list[dict[str, object]] = []
    for name in table.names:
        if name != image_column(table):
            text = texts(table, name, rows, exact=True)[0]
            found.append({"name": name, "text": text, "right": is_right_aligned(table.kind(name))})
    for name in table.dataset.embedding_names:
        dimension = table.dataset.vectors(name).dimension
        found.append({"name": name, "text": f"embedding of {dimension:,} numbers", "right": False})
    return found


def range_text(first: int, row_count: int, total: int) -> str:
    """Word which rows of how many are on the page."""
    if not row_count:
        return f"0 of {total:,}"
    return f"{first + 1:,}–{first + row_count:,} of {total:,}"
