"""Values as the words and figures a cell shows.

Whole numbers are written digit by digit, also where a float could not hold
them. Other numbers are short in the table and exact in the detail panel. None
stands for a missing value; the page draws a dash, so that a text "None" or
"nan" in the data can still be told from nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
import pyarrow as pa

from symphony_core.column import ColumnData, Kind

# A table's cell is one line; whole texts are for the detail panel.
MAX_CELL_CHARS = 120
# A longer text makes the page slow and is not read in a side panel.
MAX_DETAIL_CHARS = 100_000
MAX_LIST_ITEMS = 4
MAX_DETAIL_ITEMS = 100


def is_right_aligned(kind: Kind) -> bool:
    """Say whether a column of this kind is read by its digits."""
    return kind is Kind.NUMBER


def cell_texts(
    column: ColumnData, positions: np.ndarray, objects: Sequence[object] = (), *, exact: bool = False
) -> list[str | None]:
    """Write the values of some rows; None is missing.

    objects: the values as Python objects, needed for kind OTHER only.
    exact: all digits and whole texts, instead of what fits a cell.
    """
    part = values_at(column, positions)
    if part.kind is Kind.TEXT:
        assert part.text is not None
        return [None if value is None else short_text(value, exact) for value in part.text.to_pylist()]
    if part.kind is Kind.OTHER:
        return [None if value is None else object_text(value, exact) for value in objects]
    texts: Sequence[str | None]
    if part.kind is Kind.CATEGORY:
        texts = [short_text(part.levels[code], exact) if code >= 0 else None for code in part.values]
    elif part.kind is Kind.TIME:
        texts = time_texts(part.values, part.timezone)
    elif part.kind is Kind.BOOL or part.values.dtype.kind in "iu":
        texts = [str(value) for value in part.values.tolist()]
    else:
        texts = [float_text(value, exact) for value in part.values]
    gone = part.is_missing().tolist()
    return [None if is_gone else text for text, is_gone in zip(texts, gone, strict=True)]


def values_at(column: ColumnData, positions: np.ndarray) -> ColumnData:
    """Give some rows of a column, so that nothing is looked up for the millions of others."""
    has_values = column.kind not in (Kind.TEXT, Kind.OTHER)
    return replace(
        column,
        values=column.values[positions] if has_values else column.values,
        missing=None if column.missing is None else column.missing[positions],
        text=None if column.text is None else column.text.take(pa.array(positions)),
    )


def float_text(value: np.floating | float, exact: bool = False) -> str:
    """Write a number with 4 significant digits, or with all that tell it from its neighbours."""
    if not np.isfinite(value):
        return str(float(value))
    if exact:
        digits = str(value)
        return digits.removesuffix(".0")
    magnitude = abs(float(value))
    if magnitude == 0:
        return "0"
    if magnitude >= 1e15 or magnitude < 1e-4:
        return f"{float(value):.3e}"
    if magnitude >= 1_000:
        return f"{float(value):.0f}"
    return f"{float(value):.4g}"


def time_texts(times: np.ndarray, timezone: str | None) -> list[str | None]:
    """Write times in their zone, with the offset; without one as they are; None is NaT.

    A page on which every time is midnight shows dates only.
    """
    offsets = [""] * len(times)
    local = times
    if timezone is not None:
        zoned = pd.DatetimeIndex(times).tz_localize("UTC").tz_convert(timezone)
        local = zoned.tz_localize(None).to_numpy()
        minutes = (local - times).astype("timedelta64[m]").astype(np.int64)
        offsets = [_offset_text(int(minute)) for minute in minutes]
    known = ~np.isnat(local)
    is_dates = timezone is None and bool((local[known] == local[known].astype("datetime64[D]")).all())
    texts: list[str | None] = []
    for moment, offset, is_known in zip(local, offsets, known.tolist(), strict=True):
        texts.append(_time_text(moment, is_dates) + offset if is_known else None)
    return texts


def _time_text(moment: np.datetime64, is_date: bool) -> str:
    day, _, clock = str(np.datetime_as_string(moment)).partition("T")
    if is_date:
        return day
    return f"{day} {clock.rstrip('0').rstrip('.') if '.' in clock else clock}"


def _offset_text(minutes: int) -> str:
    sign = "-" if minutes < 0 else "+"
    return f"{sign}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"


def short_text(value: str, exact: bool = False) -> str:
    """Give a text on one line and cut; if exact, as it is up to MAX_DETAIL_CHARS, saying what is left out."""
    if exact and len(value) > MAX_DETAIL_CHARS:
        return f"{value[:MAX_DETAIL_CHARS]}… (the first {MAX_DETAIL_CHARS:,} of {len(value):,} characters)"
    if exact:
        return value
    return _cut(" ".join(value[: 4 * MAX_CELL_CHARS].split()), MAX_CELL_CHARS)


def object_text(value: object, exact: bool = False) -> str:
    """Write a list, struct, bytes or anything else in short form."""
    limit = MAX_DETAIL_CHARS if exact else MAX_CELL_CHARS
    return _cut(_object_text(value, MAX_DETAIL_ITEMS if exact else MAX_LIST_ITEMS), limit)


def _object_text(value: object, item_limit: int) -> str:
    if isinstance(value, (bytes, bytearray, memoryview)):
        return f"{len(value):,} bytes"
    if isinstance(value, Mapping):
        items = [f"{key}: {_object_text(item, item_limit)}" for key, item in list(value.items())[:item_limit]]
        return "{" + _joined(items, len(value)) + "}"
    if isinstance(value, (list, tuple, np.ndarray)):
        items = [_object_text(item, item_limit) for item in list(value[:item_limit])]
        return "[" + _joined(items, len(value)) + "]"
    if isinstance(value, (float, np.floating)):
        return float_text(value)
    return "–" if value is None else str(value)


def _joined(items: list[str], count: int) -> str:
    text = ", ".join(items)
    return text if count <= len(items) else f"{text}, … {count:,} values"


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"
