"""Named slices: sets of rows kept as columns of truth values, made from an expression.

A slice is a computed column like those of analyses, so that every view can
filter, colour and group by it, and undo and saved work carry it. It is frozen:
its rows are those that met the expression when it was made, also when the
expression reads another computed column that is replaced or dropped later.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from symphony_core.errors import BadSetting, UnknownColumn, no_such
from symphony_core.expr import Expr, Rows, columns_of
from symphony_core.expr_text import to_text
from symphony_core.overlay import ColumnKey, ComputedColumn, ComputedLayer, Overlay, computed_column
from symphony_core.scalar import column_name
from symphony_core.state import State
from symphony_core.table import Table

MAX_NAME_CHARS = 200
# Rows by id beyond these are counted in a slice's text, not listed: nobody reads them.
MAX_LISTED_IDS = 1_000
_FIRST_IDS = 3

ANALYSIS, PLUGIN, VERSION = "slice", "symphony_core", "1"


@dataclass(frozen=True, slots=True)
class Slice:
    """One named slice.

    text: the expression it was made from; with more than MAX_LISTED_IDS rows by id only the
    first ids and their number, so that it says what was meant but cannot be parsed.
    row_count: rows in it, under the filter or not.
    """

    name: str
    text: str
    row_count: int


def with_slice(table: Table, name: str, expr: Expr, *, text: str | None = None) -> Overlay:
    """Give the table's overlay with a column that is True where `expr` holds now.

    name: a slice of this name is replaced. text: what the slice says it was made from, where `expr` is
    not that itself, as with saved rows; None is the expression's own text.
    Raises BadSetting for a name that is empty, too long or another column's, with the nearest free one;
    BadExpression when the expression does not fit the columns.
    """
    name = checked_name(table, name)
    bound = table.bind(expr)
    assert bound is not None
    values = pd.Series(table.mask(bound))
    params = {"rows": _text(table, bound) if text is None else text, "digest": bound.digest}
    key = ColumnKey(
        fingerprint=table.fingerprint, inputs=tuple(table.key(read) for read in columns_of(bound)),
        analysis=ANALYSIS, plugin=PLUGIN, version=VERSION, params=json.dumps(params, sort_keys=True), seed=0,
    )  # fmt: skip
    return table.overlay.with_column(computed_column(key, name, values))


def checked_name(table: Table, name: str) -> str:
    """Give a slice's name without space around it. Raises BadSetting when it cannot be one."""
    name = column_name(name).strip()
    if not name or len(name) > MAX_NAME_CHARS or not name.isprintable():
        seen = f"{len(name):,} characters" if len(name) > MAX_NAME_CHARS else repr(name)
        raise BadSetting(
            f"a slice is named by 1 to {MAX_NAME_CHARS} printable characters, got {seen}.", name=name
        )
    if _is_taken(table, name):
        free = _free_name(table, name)
        whose = "a computed column" if name in table.overlay else "the data have a column"
        verb = f"{name!r} is {whose} already" if name in table.overlay else f"{whose} {name!r} of their own"
        raise BadSetting(f"{verb}; {free!r} is free.", name=name, free=free)
    return name


def is_slice(column: ComputedColumn) -> bool:
    """Whether a computed column is a named slice."""
    return (column.key.analysis, column.key.plugin) == (ANALYSIS, PLUGIN)


def slices(overlay: Overlay) -> list[Slice]:
    """List the named slices, in the order they were made."""
    return [
        Slice(name, slice_text(column), int(np.count_nonzero(column.data.values)))
        for name, column in overlay.items()
        if is_slice(column)
    ]


def slice_text(column: ComputedColumn) -> str:
    """Give the text of the expression that a slice was made from."""
    return str(json.loads(column.key.params)["rows"])


def slice_rows(table: Table, name: str) -> Rows:
    """Give the rows of a slice by position, as saved work keeps them. Raises UnknownColumn."""
    _check_slice(table.overlay, name)
    positions = np.flatnonzero(table.overlay[name].data.values)
    return Rows.at(positions, fingerprint=table.fingerprint, row_count=len(table))


def how_made(column: ComputedColumn | ComputedLayer) -> str:
    """Say what made a computed column: "slice: label == 'cat'" or "duplicates, version 1 of plugin x"."""
    if isinstance(column, ComputedColumn) and is_slice(column):
        return f"slice: {slice_text(column)}"
    key = column.key
    return f"{key.analysis}, version {key.version} of {key.plugin}"


def drop_column(state: State, name: str) -> None:
    """Take a computed column from the session, in one step; groups and comparison let go of it.

    A filter or selection that names it stays, and is in error until the column is back.
    Raises UnknownColumn.
    """
    overlay = state.overlay.without(name)
    with state.gesture():
        state.group_by = tuple(group for group in state.group_by if group != name)
        if state.compare is not None and name in state.compare:
            state.compare = None
        state.overlay = overlay


def drop_slice(state: State, name: str) -> None:
    """Take a named slice from the session, in one step. Raises UnknownColumn for anything else."""
    _check_slice(state.overlay, name)
    drop_column(state, name)


def _check_slice(overlay: Overlay, name: str) -> None:
    known = [one.name for one in slices(overlay)]
    if name not in known:
        message, close = no_such("slice", name, known)
        raise UnknownColumn(message, column=name, nearest=close)


def _is_taken(table: Table, name: str) -> bool:
    if name in table.dataset.names or name in table.embedding_names:
        return True
    return name in table.overlay and not is_slice(table.overlay[name])


def _free_name(table: Table, name: str) -> str:
    number = 2
    while (free := f"{name[: MAX_NAME_CHARS - len(str(number)) - 1]}_{number}") in table.overlay or _is_taken(
        table, free
    ):
        number += 1
    return free


def _text(table: Table, bound: Expr) -> str:
    if _id_count(bound) <= MAX_LISTED_IDS:
        return table.text(bound)
    return to_text(bound, lambda positions: _first_ids(table, positions))


def _id_count(expr: Expr) -> int:
    own = expr.count if isinstance(expr, Rows) else 0
    return own + sum(_id_count(child) for child in expr.children)


def _first_ids(table: Table, positions: np.ndarray) -> Sequence[object]:
    first: list[object] = table.dataset.ids_at(positions[:_FIRST_IDS]).tolist()
    rest = len(positions) - len(first)
    return [*first, f"and {rest:,} more"] if rest else first
