"""A workspace as a value that outlives the process: what was set, and on which data.

It holds no array and no rows of the data, only what was said about them: the
filter, rows by their ids, the layout, named slices, and how computed columns
were made. `saved_json` writes and reads it, `restoring` applies it to data that
may have changed since. Pickle was not chosen: reading one runs code.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from symphony_core.column import Kind
from symphony_core.dataset import Dataset
from symphony_core.errors import SymphonyError
from symphony_core.expr import And, Expr, Not, Or, Rows, columns_of
from symphony_core.expr_text import parse
from symphony_core.layout import Layout
from symphony_core.overlay import ColumnKey, ComputedColumn, ComputedLayer
from symphony_core.plain import is_plain
from symphony_core.scalar import Scalar, scalar
from symphony_core.slices import is_slice, slice_rows, slice_text
from symphony_core.table import Table
from symphony_core.workspace import Workspace

# More rows than these are saved as bits, valid for the very same data only; their ids would weigh megabytes.
MAX_SAVED_IDS = 20_000
# A sentence names so many columns, and counts the others.
MAX_NAMED = 10


@dataclass(frozen=True)
class DataIdentity:
    """Which data a workspace was saved on.

    columns: (name, kind of value) in their order. source: where they came from, passwords masked.
    """

    name: str
    fingerprint: str
    row_count: int
    columns: tuple[tuple[str, str], ...] = ()
    source: str = ""


@dataclass(frozen=True)
class SavedSlice:
    """A named slice; `rows` is there when the text alone cannot make it again."""

    name: str
    text: str
    key: ColumnKey
    rows: Expr | None = None


@dataclass(frozen=True)
class SavedColumn:
    """How one computed column or embedding of an analysis was made; `rows` None is all of them."""

    name: str
    key: ColumnKey
    rows: Expr | None = None


@dataclass(frozen=True)
class Saved:
    """A workspace without its data. Expressions name rows by id, or by position where they are many."""

    data: DataIdentity
    filter: Expr | None = None
    selection: Expr | None = None
    group_by: tuple[str, ...] = ()
    compare: tuple[str, str] | None = None
    focus: Scalar | None = None
    columns: tuple[SavedSlice | SavedColumn, ...] = ()
    layout: Layout = ()
    page_index: int = 0


def saved(workspace: Workspace, page_index: int = 0) -> tuple[Saved, list[str]]:
    """Give the workspace as it is now, and in words what cannot be saved."""
    table = workspace.table
    layout, left_out = _plain_layout(workspace.layout)
    value = Saved(
        data=identity(table.dataset),
        filter=unbound(workspace.filter, table),
        selection=unbound(workspace.selection, table),
        group_by=workspace.group_by,
        compare=workspace.compare,
        focus=None if workspace.focus is None else scalar(workspace.focus),
        columns=_saved_columns(table),
        layout=layout,
        page_index=page_index,
    )
    return value, left_out


# --- the data ----------------------------------------------------------------


def identity(dataset: Dataset) -> DataIdentity:
    """Say which data these are, without reading a column."""
    dtypes = dataset.frame.dtypes
    columns = tuple((str(name), kind_word(dtype)) for name, dtype in dtypes.items())
    return DataIdentity(
        dataset.name, dataset.fingerprint, len(dataset), columns, masked(str(dataset.source or ""))
    )


def differences(then: DataIdentity, now: DataIdentity) -> list[str]:
    """Say how the data differ from those that the work was saved on; nothing when they are the same."""
    if then.fingerprint == now.fingerprint:
        return []
    said = []
    if then.name != now.name:
        said.append(f"it was saved on {then.name!r} and applied to {now.name!r}")
    rows = f"{then.row_count:,} rows then, {now.row_count:,} now"
    if then.row_count == now.row_count:
        rows = f"{now.row_count:,} rows then and now"
    said.append(f"the data have changed since: {rows}")
    kinds = dict(now.columns)
    gone = [name for name, _ in then.columns if name not in kinds]
    if gone:
        noun = "1 column is" if len(gone) == 1 else f"{len(gone):,} columns are"
        said.append(f"{noun} missing: {named(gone)}")
    turned = [(name, kind) for name, kind in then.columns if name in kinds and kinds[name] != kind]
    if turned:
        listed = ", ".join(f"{name} was {kind} and is {kinds[name]}" for name, kind in turned[:MAX_NAMED])
        said.append(f"other kinds of values: {listed}" + (", ..." if len(turned) > MAX_NAMED else ""))
    return said


def named(names: Iterable[str]) -> str:
    """List names, the first few of very many."""
    names = list(names)
    return ", ".join(names[:MAX_NAMED]) + (
        f" and {len(names) - MAX_NAMED} more" if len(names) > MAX_NAMED else ""
    )


def kind_word(dtype: object) -> str:
    """Say in a word what values a canonical column holds; text is one kind however it is kept."""
    if isinstance(dtype, pd.CategoricalDtype | pd.StringDtype):
        return str(Kind.TEXT)
    if isinstance(dtype, pd.DatetimeTZDtype) or getattr(dtype, "kind", "") == "M":
        return str(Kind.TIME)
    if pd.api.types.is_bool_dtype(dtype):  # type: ignore[arg-type]  # its stubs know no plain object
        return str(Kind.BOOL)
    is_number = pd.api.types.is_numeric_dtype(dtype)  # type: ignore[arg-type]  # as above
    return str(Kind.NUMBER if is_number else Kind.OTHER)


def masked(source: str) -> str:
    """Give an address without the passwords in it."""
    source = re.sub(r"(://[^:/?#\s]*):[^\s]*@", r"\1:***@", source)
    return re.sub(r"(?i)\b(\w*(?:password|passwd|pwd|token|secret|api_?key))=[^&\s;]*", r"\1=***", source)


# --- expressions -----------------------------------------------------------------


def unbound(expr: Expr | None, table: Table) -> Expr | None:
    """Give the expression with ids in place of positions, where they are few enough to be written down."""
    return None if expr is None else with_rows(expr, lambda rows: _by_id(rows, table))


def _by_id(rows: Rows, table: Table) -> Rows:
    if not rows.is_bound or rows.count > MAX_SAVED_IDS:
        return rows
    return Rows(tuple(scalar(value) for value in table.dataset.ids_at(rows.positions()).tolist()))


def with_rows(expr: Expr, change: Callable[[Rows], Expr]) -> Expr:
    """Give the expression with each of its `rows(...)` replaced."""
    match expr:
        case Rows():
            return change(expr)
        case Not(part):
            return Not(with_rows(part, change))
        case And(parts):
            return And(tuple(with_rows(part, change) for part in parts))
        case Or(parts):
            return Or(tuple(with_rows(part, change) for part in parts))
    return expr


def present_rows(expr: Expr, table: Table) -> tuple[Expr, int, int]:
    """Give the expression with only the rows that the table holds, how many it names, and how many of them.

    Rows by position count only on the very same data; elsewhere they count as gone.
    """
    named = held = 0

    def keep(rows: Rows) -> Expr:
        nonlocal named, held
        kept = _present(rows, table)
        named, held = named + rows.count, held + kept.count
        return kept

    changed = with_rows(expr, keep)
    return (expr if named == held else changed), named, held


def _present(rows: Rows, table: Table) -> Rows:
    if rows.is_bound:
        fits = (rows.fingerprint, rows.row_count) == (table.fingerprint, len(table))
        return rows if fits else Rows(())
    ids = rows.ids or ()
    is_there = table.dataset.holds(ids)
    return Rows(tuple(one for one, held in zip(ids, is_there, strict=True) if held))


# --- computed columns --------------------------------------------------------------


def _saved_columns(table: Table) -> tuple[SavedSlice | SavedColumn, ...]:
    """Give how all were made, embeddings first, since columns are computed from them."""
    layers = [_saved_column(table, layer) for layer in table.overlay.layers.values()]
    return (*layers, *(_saved_column(table, column) for column in table.overlay.values()))


def _saved_column(table: Table, column: ComputedColumn | ComputedLayer) -> SavedSlice | SavedColumn:
    if isinstance(column, ComputedColumn) and is_slice(column):
        text = slice_text(column)
        rows = None if _makes(table, text, column) else unbound(slice_rows(table, column.name), table)
        return SavedSlice(column.name, text, column.key, rows)
    return SavedColumn(column.name, column.key, _covered(table, column))


def _makes(table: Table, text: str, column: ComputedColumn) -> bool:
    """Say whether the slice's text, read now, means the rows that the slice holds."""
    try:
        expr = table.bind(parse(text))
        return expr is not None and bool(np.array_equal(table.mask(expr), column.data.values))
    except SymphonyError:
        return False


def _covered(table: Table, column: ComputedColumn | ComputedLayer) -> Expr | None:
    covered = column.covered
    if covered is not None and not set(columns_of(covered)) <= set(table.names):
        covered = table.bind(table.mask(covered)) if _can_mask(table, covered) else None
    return unbound(covered, table)


def _can_mask(table: Table, expr: Expr) -> bool:
    try:
        table.mask(expr)
    except SymphonyError:
        return False
    return True


def params_of(key: ColumnKey) -> Mapping[str, object]:
    """Give the parameters that a column was made with."""
    read = json.loads(key.params)
    return read if isinstance(read, dict) else {}


# --- layout --------------------------------------------------------------------------


def _plain_layout(layout: Layout) -> tuple[Layout, list[str]]:
    """Leave out settings that JSON cannot hold, and say which."""
    left_out: list[str] = []
    pages = []
    for page in layout:
        views = []
        for view in page.views:
            odd = [name for name, value in view.settings.items() if not is_plain(value)]
            left_out += [f"setting {name!r} of view {view.view!r} cannot be saved" for name in odd]
            kept = {name: value for name, value in view.settings.items() if name not in odd}
            views.append(replace(view, settings=kept) if odd else view)
        pages.append(replace(page, views=tuple(views)))
    return tuple(pages), left_out
