"""One column of a dataset as plain arrays.

Filters, histograms and analyses work on these arrays and never on pandas
objects, whose comparison of missing values differs by dtype. Text becomes
integer codes over its distinct values, so that any test on text is a test on
the few levels and one lookup.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pyarrow as pa

# Above this many distinct values codes cost more memory than they save time.
MAX_LEVELS = 65_536


class Kind(enum.StrEnum):
    """What a column's values are, as far as filters and charts care."""

    NUMBER = "number"
    BOOL = "bool"
    CATEGORY = "category"  # text with at most MAX_LEVELS distinct values
    TEXT = "text"
    TIME = "time"
    OTHER = "other"  # bytes, lists, structs: can be shown and tested for null

    @property
    def is_text(self) -> bool:
        return self in (Kind.CATEGORY, Kind.TEXT)


@dataclass(frozen=True, eq=False, slots=True)
class ColumnData:
    """The values of one column; all arrays have length n and are read-only.

    kind NUMBER: `values` any numpy int, uint or float dtype; NaN is missing.
    kind BOOL: `values` bool.
    kind CATEGORY: `values` int codes into `levels`, -1 is missing.
    kind TIME: `values` datetime64[s|ms|us|ns] in UTC, NaT is missing; `timezone`
        names the zone in which naive text is read and values are shown.
    kind TEXT: `text` an Arrow large_string array, null is missing; `values` is empty.
    kind OTHER: `values` is empty.
    missing: bool; None when nothing is missing beyond NaN, -1, NaT and null.
    """

    kind: Kind
    values: np.ndarray
    levels: tuple[str, ...] = ()
    missing: np.ndarray | None = None
    timezone: str | None = None
    text: pa.ChunkedArray | None = None

    def __len__(self) -> int:
        if self.kind is Kind.TEXT:
            assert self.text is not None
            return len(self.text)
        if self.kind is Kind.OTHER:
            assert self.missing is not None
            return len(self.missing)
        return len(self.values)

    def is_missing(self) -> np.ndarray:
        """Give a bool array, True where the value is missing."""
        if self.missing is not None:
            return self.missing
        if self.kind is Kind.NUMBER and self.values.dtype.kind == "f":
            return np.isnan(self.values)
        if self.kind is Kind.CATEGORY:
            return self.values < 0
        if self.kind is Kind.TIME:
            return np.isnat(self.values)
        if self.kind is Kind.TEXT:
            assert self.text is not None
            return np.asarray(self.text.is_null())
        return np.zeros(len(self.values), dtype=bool)
