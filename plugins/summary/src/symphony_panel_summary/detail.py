"""The figures behind a card: all rows beside the rows under the filter.

Made only for the cards that somebody opened, since distinct values and quartiles
need the values themselves, sorted. Those of all rows are kept for the process.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np
import pandas as pd
import pyarrow as pa

from symphony_core.cache import ByteLRU
from symphony_core.column import ColumnData, Kind
from symphony_core.expr import Expr
from symphony_core.table import Table
from symphony_panel_summary.analysis import Figure, Figures, figures_of
from symphony_panel_summary.measure import Source
from symphony_panel_summary.words import share, three_digits, whole

ROW_WORDS = {
    "count": "values", "missing": "missing", "infinite": "infinite", "distinct": "distinct", "min": "least",
    "q1": "first quartile", "median": "median", "q3": "third quartile", "max": "greatest", "mean": "mean",
    "std": "standard deviation", "top": "most frequent", "top_count": "its rows",
}  # fmt: skip
# Figures that carry the unit of what is counted in place of the values.
IN_UNITS = ("min", "q1", "median", "q3", "max", "mean", "std")
# Each entry is some hundred bytes; the bound counts entries.
_kept: ByteLRU[Figures] = ByteLRU(4_000, size_of=lambda figures: 1)


@dataclass(frozen=True)
class Detail:
    """Figures as words, ready to show.

    heads: of the columns, the first is empty.
    rows: what it is, of all rows, and under the filter if there is one.
    """

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def payload(self) -> dict[str, object]:
        """Give the detail as plain values for the browser."""
        return {"heads": list(self.heads), "rows": [list(row) for row in self.rows]}


WAITING = Detail(("",), (("counting …",),))
EMBEDDING = Detail(("",), (("An embedding has no figures of its own.",),))


def detail_of(table: Table, name: str, source: Source, filter: Expr | None) -> Detail:
    """Give the figures of one column."""
    key = (table.fingerprint, table.key(name), None)
    every = _kept.get(key, lambda: _figures(table, name, source, None))
    if filter is None:
        return Detail(("", "all rows"), _rows([every], source.bars.unit))
    mask = table.mask(filter)
    of_filter = _kept.get((*key[:2], filter.digest), lambda: _figures(table, name, source, mask))
    return Detail(("", "all rows", "filter"), _rows([every, of_filter], source.bars.unit))


def _figures(table: Table, name: str, source: Source, mask: np.ndarray | None) -> Figures:
    column = picked(table.column(name), mask)
    if column.kind is not Kind.OTHER:
        figures = figures_of(column)
        is_prose = column.kind is Kind.CATEGORY and source.column.kind is Kind.NUMBER
        return _with_lengths(figures, picked(source.column, mask)) if is_prose else figures
    if source.column.kind is Kind.OTHER:
        return figures_of(column)
    figures = replace(figures_of(picked(source.column, mask)), distinct=None)
    if source.bars.owners is None:
        return figures
    owners, codes = source.bars.owners, source.bars.codes
    counts = np.bincount(codes if mask is None else codes[mask[owners]], minlength=source.bars.bar_count)
    if not counts.any():
        return replace(figures, distinct=0)
    best = int(np.argmax(counts))
    return replace(
        figures, distinct=int(np.count_nonzero(counts)), top=source.bars.levels[best],
        top_count=int(counts[best]),
    )  # fmt: skip


def _with_lengths(figures: Figures, lengths: ColumnData) -> Figures:
    of_lengths = figures_of(lengths)
    return replace(figures, **{name: getattr(of_lengths, name) for name in IN_UNITS})


def picked(column: ColumnData, mask: np.ndarray | None) -> ColumnData:
    """Give the rows of a column where `mask` (n,) bool is True; None is all."""
    if mask is None:
        return column
    return replace(
        column,
        values=column.values[mask] if len(column.values) else column.values,
        missing=None if column.missing is None else column.missing[mask],
        text=None if column.text is None else column.text.filter(pa.array(mask)),
    )


def _rows(figures: list[Figures], unit: str) -> tuple[tuple[str, ...], ...]:
    rows = []
    names = {field.name for field in fields(Figures)}
    for name, words in ROW_WORDS.items():
        assert name in names
        values = [getattr(one, name) for one in figures]
        if all(value is None for value in values) or (name == "infinite" and not any(values)):
            continue
        if name in IN_UNITS and unit:
            words = f"{words}, {'items' if unit == 'tags' else unit}"
        rows.append((words, *(_cell(name, value, one) for value, one in zip(values, figures, strict=True))))
    return tuple(rows)


def _moment(value: pd.Timestamp, figures: Figures) -> str:
    """Write a time as its column's clock shows it, to the minute unless all lie within the hour."""
    first, last = figures.min, figures.max
    assert isinstance(first, pd.Timestamp)
    assert isinstance(last, pd.Timestamp)
    plain = str(value.tz_localize(None))
    is_short = last - first < pd.Timedelta(hours=1)
    return plain if is_short else plain[: len("2024-01-01 00:00")]


def _cell(name: str, value: Figure, figures: Figures) -> str:
    if value is None:
        return "—"
    if name == "missing" and value:
        return f"{whole(figures.missing)} ({share(figures.missing, figures.count + figures.missing)})"
    if isinstance(value, (bool, str)):
        return str(value)
    if isinstance(value, pd.Timestamp):
        return _moment(value, figures)
    return whole(value) if isinstance(value, int) else three_digits(value)
