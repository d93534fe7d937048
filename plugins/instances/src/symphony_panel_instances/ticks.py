"""From ticks to a selection.

A tick names a row and whether it is wanted, never the whole list: two quick
clicks, or two people on one shared state, then cannot undo each other.
"""

from __future__ import annotations

import numpy as np

from symphony_core.expr import Expr, Rows
from symphony_core.table import Table


def ticked(table: Table, selection: Expr | None, rows: np.ndarray, *, is_wanted: bool) -> Expr | None:
    """Give the selection with some rows added or taken out; None when no row is left.

    rows: positions. A selection that is not a set of rows, such as a lasso,
    becomes one when this changes it, and stays as it is when it does not.
    """
    before, rows = selected_rows(table, selection), np.unique(rows)
    places = np.searchsorted(before, rows)
    is_selected = np.append(before, -1)[places] == rows
    changes = is_selected != is_wanted
    if not changes.any():
        return selection
    # both are sorted: a few rows go into or out of millions without sorting these again
    places = places[changes]
    after = np.insert(before, places, rows[changes]) if is_wanted else np.delete(before, places)
    if not len(after):
        return None
    return Rows.at(after, fingerprint=table.fingerprint, row_count=len(table))


def selected_rows(table: Table, selection: Expr | None) -> np.ndarray:
    """Give the positions of the selected rows, ascending; without a selection none."""
    if selection is None:
        return np.empty(0, dtype=np.int64)
    if isinstance(selection, Rows):
        bound = table.bind(selection)
        assert isinstance(bound, Rows)
        return bound.positions()
    return table.positions(selection)


def ticks_text(selected_count: int, hidden_count: int) -> str:
    """Word how many rows are selected; empty without any."""
    if not selected_count:
        return ""
    if not hidden_count:
        return f"{selected_count:,} selected"
    return f"{selected_count:,} selected, {hidden_count:,} not under the filter"
