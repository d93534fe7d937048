"""Columns from rows of Python values: JSON that Arrow refuses, results of databases.

Each piece becomes an Arrow array at once, which is smaller than its objects.
A column whose pieces differ in type is kept as objects from there on, and the
one place that judges mixed values (`frames.tidy`) decides in the end.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import pyarrow as pa

from symphony_core.sources.csv_types import dated_column
from symphony_core.sources.text_coder import is_text

# Enough to be quick in Arrow, few enough to be nothing as objects.
CHUNK_ROWS = 8_192


class PythonColumns:
    """Collects rows whose columns are not known before: a name that comes late was missing before.

    reads_dates: whether a column of text becomes dates if all of it is.
    """

    def __init__(self, names: Sequence[str] = (), *, reads_dates: bool = False) -> None:
        self.row_count = 0
        self._reads_dates = reads_dates
        self._columns: dict[str, _Column] = {name: _Column() for name in names}

    def add(self, rows: Sequence[dict[str, object]]) -> None:
        """Take the next rows by name."""
        for name in {name: None for row in rows for name in row}:
            if name not in self._columns:
                self._columns[name] = _Column()
                self._columns[name].add([None] * self.row_count)
        for name, column in self._columns.items():
            column.add([row.get(name) for row in rows])
        self.row_count += len(rows)

    def add_tuples(self, rows: Sequence[Sequence[object]]) -> None:
        """Take the next rows in the order of the names given at the start."""
        for column, values in zip(self._columns.values(), zip(*rows, strict=True), strict=bool(rows)):
            column.add(values)
        self.row_count += len(rows)

    def frame(self) -> pd.DataFrame:
        """Give the rows; columns of one type as Arrow, the others as objects."""
        columns = {name: column.series(self._reads_dates) for name, column in self._columns.items()}
        frame = pd.DataFrame(columns, index=pd.RangeIndex(self.row_count))
        frame.columns = pd.Index(list(columns), dtype=object)
        return frame


class _Column:
    def __init__(self) -> None:
        self._pieces: list[pa.Array] = []
        self._type = pa.null()
        self._objects: list[object] | None = None

    def add(self, values: Sequence[object]) -> None:
        if self._objects is None:
            piece = _arrow(values)
            if piece is not None and self._agrees(piece.type):
                self._pieces.append(piece)
                return
            self._objects = [value for piece in self._pieces for value in piece.to_pylist()]
            self._pieces = []
        self._objects.extend(values)

    def series(self, reads_dates: bool) -> pd.Series:
        if self._objects is not None:
            return pd.Series(self._objects, dtype=object)
        pieces = [pa.nulls(len(p), self._type) if pa.types.is_null(p.type) else p for p in self._pieces]
        column = pa.chunked_array(pieces, self._type)
        if reads_dates and is_text(column.type):
            column = dated_column(column.cast(pa.large_string()))
        return pd.Series(pd.array(column, dtype=pd.ArrowDtype(column.type)))

    def _agrees(self, kind: pa.DataType) -> bool:
        if pa.types.is_null(kind) or kind == self._type:
            return True
        if pa.types.is_null(self._type):
            self._type = kind
            return True
        return False


def _arrow(values: Sequence[object]) -> pa.Array | None:
    if len({type(value) for value in values if value is not None}) > 1:
        return None  # Arrow would make floats of whole numbers beside fractions
    try:
        return pa.array(values)
    except (pa.ArrowException, UnicodeError, OverflowError, ValueError, TypeError):
        return None
