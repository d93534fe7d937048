"""Values as the cells of a csv or json file, a block of rows at a time.

Each column becomes an Arrow array of finished cells and the rows are joined
column by column, so that no Python object is made for a number or for a text
seen before. pandas' own writers were not chosen: they take the whole frame,
round whole numbers with gaps through float, and write missing text and empty
text alike.
"""

from __future__ import annotations

import datetime as dt
import json
import math
from collections.abc import Callable, Mapping
from decimal import Decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from symphony_core import frames

# JavaScript, and whoever reads JSON numbers as float64, loses digits beyond this.
MAX_EXACT_INT = 2**53
_TEXT = pa.large_string()
_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode


def csv_rows(block: pd.DataFrame) -> bytes:
    """Write rows as csv in UTF-8, lines ending in a newline, without a header.

    A missing value is an empty cell, an empty text is `""`. Numbers keep every digit, times are ISO 8601
    with the offset of their zone, lists and structs are JSON. Text is never changed: a program that takes
    `=1+1` for a formula will see one.
    """
    parts: list[pa.Array | pa.Scalar] = []
    for name in block.columns:
        parts += [_csv_cells(block[name]), _words(",")]
    return _joined([*parts[:-1], _words("\n")], missing="", row_count=len(block))


def csv_header(names: list[str]) -> bytes:
    """Write the line of column names."""
    return (",".join(_quoted(pa.array(names, _TEXT)).to_pylist()) + "\n").encode()


def json_rows(block: pd.DataFrame, texts: frozenset[str]) -> bytes:
    """Write rows as JSON objects in UTF-8, each with a comma and a newline before it.

    texts: whole-number columns to write as text, since some values are beyond MAX_EXACT_INT.
    A missing value is null, times are ISO 8601 text, infinite numbers the texts "inf" and "-inf".
    """
    parts: list[pa.Array | pa.Scalar] = []
    for number, name in enumerate(block.columns):
        parts += [
            _words(("," if number else ",\n{") + _encode(name) + ":"),
            _json_cells(block[name], is_text=name in texts),
        ]
    return _joined([*parts, _words("}")], missing="null", row_count=len(block))


def is_beyond_json(values: np.ndarray) -> bool:
    """Whether any of these numbers is a whole number that a float64 may not hold."""
    if values.dtype.kind not in "iu" or values.dtype.itemsize < 8 or not len(values):
        return False
    return int(values.max()) > MAX_EXACT_INT or int(values.min()) < -MAX_EXACT_INT


# --- cells -------------------------------------------------------------------------


def _csv_cells(series: pd.Series) -> pa.Array:
    column = _column(series)
    if _is_text(column.type):
        return _by_distinct(column, _quoted)
    return _quoted(_figures(series, column)) if _needs_quotes(column.type) else _figures(series, column)


def _json_cells(series: pd.Series, *, is_text: bool) -> pa.Array:
    column = _column(series)
    kind = column.type
    if _is_text(kind):
        return _by_distinct(column, lambda texts: pa.array([_encode(t) for t in texts.to_pylist()], _TEXT))
    figures = _figures(series, column)
    if pa.types.is_nested(kind):
        return figures
    if pa.types.is_floating(kind):
        return pc.if_else(pc.fill_null(pc.is_inf(column), False), _in_quotes(figures), figures)
    is_plain = pa.types.is_boolean(kind) or (pa.types.is_integer(kind) and not is_text)
    return figures if is_plain else _in_quotes(figures)


def _figures(series: pd.Series, column: pa.Array) -> pa.Array:
    """Write values that are no text; those that need quotes are given without."""
    kind = column.type
    if pa.types.is_floating(kind):
        texts = pc.cast(column, _TEXT)  # the shortest that reads back the same
        is_whole = pc.match_substring_regex(texts, r"^-?\d+$")
        return pc.if_else(is_whole, _together([texts, _words(".0")]), texts)
    if pa.types.is_boolean(kind) or pa.types.is_integer(kind) or pa.types.is_decimal(kind):
        return pc.cast(pc.cast(column, pa.string()), _TEXT)
    if pa.types.is_timestamp(kind):
        return _times(series)
    if pa.types.is_nested(kind):
        return _from_python(column, lambda value: _encode(_plain(value)))
    return _from_python(column, lambda value: str(_plain(value)))


def _times(series: pd.Series) -> pa.Array:
    """Write times as ISO 8601: as a clock in their zone shows them, with the offset from UTC."""
    if series.dt.tz is None:
        return _iso(series.to_numpy(), None)
    local = series.dt.tz_localize(None).to_numpy()
    utc = series.dt.tz_convert("UTC").dt.tz_localize(None).to_numpy()
    seconds = (local - utc).astype("timedelta64[s]")
    known = np.where(np.isnat(seconds), np.timedelta64(0, "s"), seconds).astype(np.int64)
    distinct, index = np.unique(known, return_inverse=True)
    offsets = pa.array([_offset(int(value)) for value in distinct], _TEXT)
    return _iso(local, offsets.take(pa.array(index)))


def _iso(moments: np.ndarray, offsets: pa.Array | None) -> pa.Array:
    texts = pa.array(np.datetime_as_string(moments), _TEXT, mask=np.isnat(moments))
    texts = pc.replace_substring_regex(texts, r"(\.\d*[1-9])0+$", r"\1")
    texts = pc.replace_substring_regex(texts, r"\.0+$", "")
    return texts if offsets is None else _together([texts, offsets])


def _offset(seconds: int) -> str:
    sign, (minutes, rest) = "-" if seconds < 0 else "+", divmod(abs(seconds), 60)
    return f"{sign}{minutes // 60:02d}:{minutes % 60:02d}" + (f":{rest:02d}" if rest else "")


def _plain(value: object) -> object:
    """Give a nested or rare value as JSON has it; None inside it is a missing one."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None if math.isnan(value) else str(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return value if abs(value) <= MAX_EXACT_INT else str(value)
    if isinstance(value, dt.timedelta):
        return pd.Timedelta(value).isoformat()
    if isinstance(value, (dt.date, dt.time)):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, Mapping):
        return {str(key): _plain(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(part) for part in value]
    return value


# --- arrays ------------------------------------------------------------------------


def _column(series: pd.Series) -> pa.Array:
    column = frames.to_arrow(series)
    joined = column.combine_chunks()
    return joined.combine_chunks() if isinstance(joined, pa.ChunkedArray) else joined


def _is_text(kind: pa.DataType) -> bool:
    inner = kind.value_type if pa.types.is_dictionary(kind) else kind
    return bool(pa.types.is_string(inner) or pa.types.is_large_string(inner))


def _needs_quotes(kind: pa.DataType) -> bool:
    return bool(pa.types.is_nested(kind))


def _by_distinct(texts: pa.Array, write: Callable[[pa.Array], pa.Array]) -> pa.Array:
    """Write each distinct text once; missing stays missing."""
    coded = texts if pa.types.is_dictionary(texts.type) else texts.dictionary_encode()
    return write(coded.dictionary.cast(_TEXT)).take(coded.indices)


def _quoted(texts: pa.Array) -> pa.Array:
    """Put quotes around what would not come back without them."""
    doubled = pc.replace_substring(texts, '"', '""')
    is_odd = pc.match_substring_regex(texts, r'^$|[",\r\n]|^\s|\s$')
    return pc.if_else(is_odd, _in_quotes(doubled), texts)


def _in_quotes(texts: pa.Array) -> pa.Array:
    return _together([_words('"'), texts, _words('"')])


def _from_python(column: pa.Array, write: Callable[[object], str]) -> pa.Array:
    values = column.to_pylist()
    return pa.array([None if value is None else write(value) for value in values], _TEXT)


def _together(parts: list[pa.Array | pa.Scalar]) -> pa.Array:
    return pc.binary_join_element_wise(*parts, _words(""))


def _words(text: str) -> pa.Scalar:
    return pa.scalar(text, _TEXT)


def _joined(parts: list[pa.Array | pa.Scalar], *, missing: str, row_count: int) -> bytes:
    """Join the cells of each row, and all rows, into one piece of text."""
    if not row_count:
        return b""
    rows = pc.binary_join_element_wise(*parts, _words(""), null_handling="replace", null_replacement=missing)
    text: bytes = rows.buffers()[2].to_pybytes()
    return text
