"""A small table in memory that expressions can be evaluated on, and makers of its columns.

A real implementation of `evaluate.Columns` without files, roles or caches.
In each maker None stands for a missing value.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa

from symphony_core.column import ColumnData, Kind
from symphony_core.errors import UnknownRow, no_such


class MemoryColumns:
    """Columns of one length by name; ids are 0..n-1 unless given."""

    dataset_name = "memory"

    def __init__(
        self,
        columns: Mapping[str, ColumnData],
        ids: Sequence[object] | None = None,
        fingerprint: str = "f00d",
    ) -> None:
        self._columns = dict(columns)
        self.names = tuple(self._columns)
        self.fingerprint = fingerprint
        lengths = {len(data) for data in self._columns.values()}
        assert len(lengths) <= 1, f"columns of different lengths: {lengths}"
        self._count = lengths.pop() if lengths else len(ids or ())
        self.ids = list(range(self._count)) if ids is None else list(ids)
        self._positions = {row_id: position for position, row_id in enumerate(self.ids)}

    def __len__(self) -> int:
        return self._count

    def column(self, name: str) -> ColumnData:
        return self._columns[name]

    def positions_of(self, ids: Sequence[object]) -> np.ndarray:
        for row_id in ids:
            if row_id not in self._positions:
                raise UnknownRow(no_such("row", str(row_id), map(str, self.ids), "dataset 'memory'")[0])
        return np.array([self._positions[row_id] for row_id in ids], dtype=np.int64)

    def ids_at(self, positions: np.ndarray) -> list[object]:
        return [self.ids[position] for position in positions]


def number(values: Sequence[float | None], dtype: str = "float64") -> ColumnData:
    """Whole numbers miss by mask, floats by NaN."""
    if np.dtype(dtype).kind == "f":
        return ColumnData(Kind.NUMBER, np.array([np.nan if v is None else v for v in values], dtype=dtype))
    # What stands under the mask must not matter, so it is no zero.
    filled = np.array([7 if value is None else value for value in values], dtype=dtype)
    return ColumnData(Kind.NUMBER, filled, missing=_mask(values))


def boolean(values: Sequence[bool | None]) -> ColumnData:
    return ColumnData(
        Kind.BOOL, np.array([v is None or v for v in values], dtype=bool), missing=_mask(values)
    )


def category(values: Sequence[str | None], levels: Sequence[str] | None = None) -> ColumnData:
    """Levels are the values in order of first sight unless given."""
    levels = tuple(dict.fromkeys(v for v in values if v is not None)) if levels is None else tuple(levels)
    codes = [-1 if value is None else levels.index(value) for value in values]
    dtype = np.int8 if len(levels) < 128 else np.int32
    return ColumnData(Kind.CATEGORY, np.array(codes, dtype=dtype), levels=levels)


def text(values: Sequence[str | None], chunk_rows: int = 3) -> ColumnData:
    """Cut into chunks, as a file read by row groups would be."""
    chunks = [values[start : start + chunk_rows] for start in range(0, len(values), chunk_rows)]
    chunked = pa.chunked_array([pa.array(c, pa.large_string()) for c in chunks], type=pa.large_string())
    return ColumnData(Kind.TEXT, np.zeros(0), text=chunked)


def time(values: Sequence[str | None], unit: str = "us", timezone: str | None = None) -> ColumnData:
    """Values are ISO text in UTC; `timezone` is where they are shown."""
    moments = np.array(["NaT" if v is None else v for v in values], dtype=f"datetime64[{unit}]")
    return ColumnData(Kind.TIME, moments, timezone=timezone)


def other(values: Sequence[object | None]) -> ColumnData:
    return ColumnData(Kind.OTHER, np.zeros(0), missing=np.array([v is None for v in values], dtype=bool))


def _mask(values: Sequence[object]) -> np.ndarray | None:
    mask = np.array([value is None for value in values], dtype=bool)
    return mask if mask.any() else None


def positions(mask: np.ndarray) -> list[int]:
    """Give the positions of True, to be compared with a literal list."""
    return [int(position) for position in np.flatnonzero(mask)]


def plain(message: str) -> str:
    """Give a pattern that finds exactly this text, for `pytest.raises(match=...)`."""
    return re.escape(message)
