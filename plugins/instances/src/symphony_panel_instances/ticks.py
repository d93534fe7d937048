"""From ticks to a selection.

A tick names a row and whether it is wanted, never the whole list: two quick
clicks, or two people on one shared state, then cannot undo each other.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from symphony_core.expr import Expr, Rows
from symphony_core.groups import grouping
from symphony_core.table import Table
from symphony_panel_instances.wanted import Found, Wanted

# Browsers on one state whose last tick is remembered; more than two are rare.
MAX_CLIENTS = 16


class Heard:
    """The last tick heard of from each browser, so that it shows ours again and not what it expects."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def note(self, gesture: Mapping[str, object]) -> None:
        """Note a gesture's number; the browser that was silent longest is forgotten."""
        client, number = str(gesture.get("client", ""))[:40], gesture.get("number")
        if isinstance(number, int):
            self._numbers.pop(client, None)
            self._numbers[client] = number
            if len(self._numbers) > MAX_CLIENTS:
                del self._numbers[next(iter(self._numbers))]

    def as_data(self) -> dict[str, int]:
        """Give the numbers by browser."""
        return dict(self._numbers)


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


def group_ticked(wanted: Wanted, key: int, selection: Expr | None, *, is_wanted: bool) -> Expr | None:
    """Give the selection with all rows of a panel added or taken out.

    What begins a selection is an expression and not a list of rows: it can be read and sent in a link.
    """
    if selection is None and is_wanted:
        expr = wanted.expr_of(key)
        return ticked(wanted.table, None, wanted.rows_of(key), is_wanted=True) if expr is None else expr
    return ticked(wanted.table, selection, wanted.rows_of(key), is_wanted=is_wanted)


def group_counts(wanted: Wanted, found: Found, selected: np.ndarray) -> dict[str, int]:
    """Count the selected rows of each panel on all its pages, by key; without groups nothing.

    selected: (n,) bool.
    """
    if not wanted.group_by:
        return {}
    under = wanted.under()
    counts = grouping(wanted.table, wanted.group_by).counts(selected if under is None else selected & under)
    return {str(panel.key): int(counts[panel.key]) for panel in found.panels}


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
