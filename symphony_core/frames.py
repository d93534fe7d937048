"""The one place that knows pandas.

Tables arrive with many dtypes for the same thing. `tidy` and `from_arrow`
bring each column to one canonical dtype that loses nothing: whole numbers
with gaps stay whole (never a detour through float), text is pandas' `str`,
dates are datetime64, and lists, structs and bytes stay Arrow. `column_data`
then gives the plain arrays that filters and analyses work on.
"""

from __future__ import annotations

import warnings
from collections.abc import Collection, Sequence

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from symphony_core.column import MAX_LEVELS, ColumnData, Kind

TEXT = pd.StringDtype(na_value=np.nan)
# Rows looked at before all of a long text column is encoded in vain.
SAMPLE_ROWS = 4 * MAX_LEVELS

# Zones are worked out with Python's datetime, which knows the years 1 to 9999; a zone moves by a day at most.
FIRST_ZONED = np.datetime64("0001-01-02", "s")
LAST_ZONED = np.datetime64("9999-12-30", "s")

_NULLABLE_NUMBERS: dict[pa.DataType, pd.api.extensions.ExtensionDtype] = {
    pa.int8(): pd.Int8Dtype(),
    pa.int16(): pd.Int16Dtype(),
    pa.int32(): pd.Int32Dtype(),
    pa.int64(): pd.Int64Dtype(),
    pa.uint8(): pd.UInt8Dtype(),
    pa.uint16(): pd.UInt16Dtype(),
    pa.uint32(): pd.UInt32Dtype(),
    pa.uint64(): pd.UInt64Dtype(),
    pa.bool_(): pd.BooleanDtype(),
}
_STRINGS = frozenset({"string", "empty"})
_NUMBERS = frozenset({"integer", "floating", "mixed-integer-float"})
_DATES = frozenset({"datetime", "datetime64", "date"})


def take(frame: pd.DataFrame, positions: np.ndarray, names: Sequence[str]) -> pd.DataFrame:
    """Give these rows and columns as a new frame, numbered from 0."""
    return frame[list(names)].take(np.asarray(positions)).reset_index(drop=True)


def from_arrow(column: pa.ChunkedArray) -> pd.Series:
    """Give an Arrow column in its canonical pandas dtype."""
    column = _simple(column)
    kind = column.type
    if column.null_count and kind in _NULLABLE_NUMBERS:
        return _to_pandas(column, _NULLABLE_NUMBERS[kind])
    if pa.types.is_dictionary(kind):
        return _categorical(column)
    if pa.types.is_large_string(kind):
        return _to_pandas(column, TEXT)
    is_plain = pa.types.is_boolean(kind) or pa.types.is_integer(kind) or pa.types.is_floating(kind)
    if is_plain or pa.types.is_timestamp(kind) or pa.types.is_duration(kind):
        return _to_pandas(column, None)
    return _to_pandas(column, pd.ArrowDtype(kind))


def to_arrow(series: pd.Series) -> pa.ChunkedArray:
    """Give a canonical pandas column as Arrow; what pandas takes for missing becomes null."""
    return _chunked(series)


def tidy(series: pd.Series) -> tuple[pd.Series, str | None]:
    """Give a pandas column in its canonical dtype, and a sentence if that changed what it holds."""
    dtype = series.dtype
    if isinstance(dtype, pd.SparseDtype):
        return tidy(pd.Series(np.asarray(series.array)))
    if isinstance(dtype, pd.ArrowDtype):
        return from_arrow(_chunked(series)), None
    if isinstance(dtype, pd.StringDtype):
        return series.astype(TEXT), None
    if isinstance(dtype, pd.CategoricalDtype):
        return _tidy_categorical(series)
    if isinstance(dtype, pd.PeriodDtype):
        return series.dt.to_timestamp(), None
    if isinstance(dtype, pd.IntervalDtype):
        return series.astype(object).map(str, na_action="ignore").astype(TEXT), None
    if dtype.kind == "O":
        return _tidy_objects(series)
    if isinstance(dtype, np.dtype):
        return series.astype(_native(dtype)), None
    if isinstance(dtype, (pd.Float32Dtype, pd.Float64Dtype)):
        return pd.Series(series.to_numpy(str(dtype).lower(), na_value=np.nan)), None
    return series, None


def from_codes(parts: Sequence[np.ndarray], levels: pa.Array) -> pd.Series:
    """Give text held as codes over its sorted distinct values.

    parts: codes into `levels`, in order; -1 is missing. levels: distinct text without null.
    """
    order = np.asarray(pc.sort_indices(levels))
    rank = np.full(len(levels) + 1, -1, dtype=code_dtype(len(levels)))
    rank[order] = np.arange(len(levels))
    codes = np.concatenate([rank[part] for part in parts] or [rank[:0]])
    categories = pd.Index(_to_pandas(pa.chunked_array([levels.take(order)]), TEXT))
    return pd.Series(pd.Categorical.from_codes(codes, categories=categories))


def as_text(frame: pd.DataFrame, names: Collection[str]) -> pd.DataFrame:
    """Give the frame with these columns, held as codes, as the plain text they stand for."""
    held = [name for name in frame.columns if name in names]
    return frame.assign(**{name: frame[name].astype(TEXT) for name in held}) if held else frame


def without_far_zone(series: pd.Series) -> tuple[pd.Series, str | None]:
    """Give zoned times of which some are outside the calendar of Python's zones as plain UTC, and say so."""
    if not isinstance(series.dtype, pd.DatetimeTZDtype):
        return series, None
    utc = series.dt.tz_convert("UTC").dt.tz_localize(None)
    if utc.isna().all() or (utc.min() >= FIRST_ZONED and utc.max() <= LAST_ZONED):
        return series, None
    return utc, f"holds times outside the years 1 to 9999; shown in UTC and not in {series.dtype.tz}"


def chunks(series: pd.Series) -> list[pa.Array]:
    """Give the pieces of a canonical text or Arrow column as Arrow arrays."""
    return list(_chunked(series).chunks)


def column_data(series: pd.Series) -> ColumnData:
    """Give a canonical column as plain read-only arrays."""
    dtype = series.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        return _category_data(series)
    if isinstance(dtype, pd.StringDtype):
        return text_data(_chunked(series))
    if isinstance(dtype, pd.DatetimeTZDtype):
        utc = series.dt.tz_convert("UTC").dt.tz_localize(None)
        return ColumnData(Kind.TIME, _sealed(utc.to_numpy()), timezone=str(dtype.tz))
    if isinstance(dtype, np.dtype) and dtype.kind in "biufM":
        kind = {"b": Kind.BOOL, "M": Kind.TIME}.get(dtype.kind, Kind.NUMBER)
        return ColumnData(kind, _sealed(series.to_numpy()))
    if isinstance(dtype, pd.ArrowDtype) and pa.types.is_decimal(dtype.pyarrow_dtype):
        return ColumnData(Kind.NUMBER, _sealed(series.to_numpy(dtype=np.float64, na_value=np.nan)))
    missing = _sealed(series.isna().to_numpy(dtype=bool))
    if pd.api.types.is_bool_dtype(dtype) or pd.api.types.is_integer_dtype(dtype):
        return _nullable_data(series, missing)
    return ColumnData(Kind.OTHER, _sealed(np.empty(0)), missing=missing)


def text_data(text: pa.ChunkedArray) -> ColumnData:
    """Encode text over its distinct values, sorted; above MAX_LEVELS of them keep it as text."""
    text = text.cast(pa.large_string())
    if pc.count_distinct(text.slice(0, SAMPLE_ROWS)).as_py() <= MAX_LEVELS:
        encoded = text.dictionary_encode().unify_dictionaries()
        levels = encoded.chunk(0).dictionary.to_pylist() if encoded.num_chunks else []
        if len(levels) <= MAX_LEVELS:
            return _coded(encoded, levels)
    return ColumnData(Kind.TEXT, _sealed(np.empty(0)), text=text)


def _coded(encoded: pa.ChunkedArray, levels: list[str]) -> ColumnData:
    order = sorted(range(len(levels)), key=levels.__getitem__)
    rank = np.full(len(levels) + 1, -1, dtype=code_dtype(len(levels)))
    rank[order] = np.arange(len(levels))
    codes = [np.asarray(chunk.indices.fill_null(len(levels))) for chunk in encoded.chunks]
    values = rank[np.concatenate(codes)] if codes else np.empty(0, dtype=rank.dtype)
    return ColumnData(Kind.CATEGORY, _sealed(values), levels=tuple(levels[i] for i in order))


def code_dtype(level_count: int) -> type[np.signedinteger]:
    """Give the smallest type that holds codes over so many levels, as pandas chooses it."""
    return np.int8 if level_count < 127 else np.int16 if level_count < 32_767 else np.int32


def _category_data(series: pd.Series) -> ColumnData:
    levels = tuple(str(level) for level in series.cat.categories)
    if len(levels) > MAX_LEVELS:
        return text_data(_chunked(series.astype(TEXT)))
    return ColumnData(Kind.CATEGORY, _sealed(series.array.codes), levels=levels)


def _nullable_data(series: pd.Series, missing: np.ndarray) -> ColumnData:
    kind = Kind.BOOL if pd.api.types.is_bool_dtype(series.dtype) else Kind.NUMBER
    numpy_dtype = series.dtype.numpy_dtype  # type: ignore[union-attr]  # masked dtypes all have one
    values = series.to_numpy(dtype=numpy_dtype, na_value=numpy_dtype.type(0))
    return ColumnData(kind, _sealed(values), missing=missing if missing.any() else None)


def _sealed(values: np.ndarray) -> np.ndarray:
    sealed = np.asarray(values).view()
    sealed.flags.writeable = False
    return sealed


def _chunked(series: pd.Series) -> pa.ChunkedArray:
    column = pa.array(series.array, from_pandas=True)
    return column if isinstance(column, pa.ChunkedArray) else pa.chunked_array([column])


def _simple(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Undo the storage details that have no meaning for a reader."""
    kind = column.type
    if isinstance(kind, pa.UuidType):
        return pa.chunked_array([pa.array([_text_or_none(v) for v in column], pa.large_string())])
    if isinstance(kind, pa.BaseExtensionType):
        storage = [chunk.storage for chunk in column.chunks]
        return _simple(pa.chunked_array(storage, type=kind.storage_type))
    if pa.types.is_dictionary(kind) and not _is_string(kind.value_type):
        return _simple(column.cast(kind.value_type))
    if _is_string(kind) or pa.types.is_null(kind):
        return column.cast(pa.large_string())
    if pa.types.is_date(kind):
        return column.cast(pa.timestamp("s" if pa.types.is_date32(kind) else "ms"))
    if pa.types.is_float16(kind):
        return column.cast(pa.float32())
    return column


def _text_or_none(value: pa.Scalar) -> str | None:
    return None if value.as_py() is None else str(value.as_py())


def _is_string(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


def _to_pandas(column: pa.ChunkedArray, dtype: pd.api.extensions.ExtensionDtype | None) -> pd.Series:
    table = pa.table([column], names=["column"])
    if isinstance(dtype, pd.ArrowDtype):
        return pd.Series(pd.array(column, dtype=dtype))
    mapper = None if dtype is None else lambda _: dtype
    frame: pd.DataFrame = table.to_pandas(types_mapper=mapper, ignore_metadata=True, split_blocks=True)
    return frame["column"]


def _categorical(column: pa.ChunkedArray) -> pd.Series:
    column = column.unify_dictionaries()
    values = column.chunk(0).dictionary if column.num_chunks else pa.array([], pa.large_string())
    if values.null_count or len(values.unique()) < len(values):
        return from_arrow(column.cast(pa.large_string()))
    codes = [np.asarray(chunk.indices.fill_null(-1)) for chunk in column.chunks]
    joined = np.concatenate(codes) if codes else np.empty(0, dtype=np.int8)
    levels = pd.Index(values.to_pylist(), dtype=TEXT)
    return pd.Series(pd.Categorical.from_codes(joined, categories=levels))


def _tidy_categorical(series: pd.Series) -> tuple[pd.Series, str | None]:
    categories = series.cat.categories
    if isinstance(categories.dtype, pd.StringDtype) or pd.api.types.infer_dtype(categories) in _STRINGS:
        return series, None
    return tidy(pd.Series(series.astype(object).to_numpy(), dtype=object))


def _tidy_objects(series: pd.Series) -> tuple[pd.Series, str | None]:
    """Find out what a column of Python objects holds."""
    kind = pd.api.types.infer_dtype(series, skipna=True)
    if kind in _STRINGS:
        return _as_text(series)
    if kind == "boolean":
        return _without_mask(series.astype(pd.BooleanDtype())), None
    if kind in _NUMBERS:
        return _numbers(series)
    if kind in _DATES:
        return _dates(series)
    try:
        return from_arrow(pa.chunked_array([pa.array(series, from_pandas=True)])), None
    except (pa.ArrowException, UnicodeError, OverflowError, ValueError, TypeError):
        return _mixed(series)


def _numbers(series: pd.Series) -> tuple[pd.Series, str | None]:
    try:
        column = pa.array([None if pd.isna(v) else v for v in series])
    except (pa.ArrowException, OverflowError):
        return _mixed(series)  # whole numbers beyond 64 bits keep all their digits as text
    return from_arrow(pa.chunked_array([column])), None


def _dates(series: pd.Series) -> tuple[pd.Series, str | None]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            parsed = pd.to_datetime(series)
    except (ValueError, TypeError, OverflowError, Warning):
        return _mixed(series)
    return (parsed, None) if parsed.dtype != object else _mixed(series)


def _mixed(series: pd.Series) -> tuple[pd.Series, str | None]:
    kinds = sorted({type(v).__name__ for v in series if not _is_null(v)})
    text, _ = _as_text(series.map(lambda v: None if _is_null(v) else str(v)))
    return text, f"holds {' and '.join(kinds[:4])} values; read as text"


def _is_null(value: object) -> bool:
    return bool(pd.api.types.is_scalar(value) and pd.isna(value))  # type: ignore[call-overload]  # any scalar will do


def _as_text(series: pd.Series) -> tuple[pd.Series, str | None]:
    try:
        return series.astype(TEXT), None
    except UnicodeEncodeError:
        # Lone surrogates are legal in Python text and in no file format.
        clean = series.map(lambda v: v if _is_null(v) else str(v).encode("utf-8", "replace").decode())
        return clean.astype(TEXT), "holds characters that are not valid Unicode; shown as '?'"


def _without_mask(series: pd.Series) -> pd.Series:
    return series if series.isna().any() else series.astype(bool)


def _native(dtype: np.dtype) -> np.dtype:
    """Give the same type in this machine's byte order, within what Arrow knows."""
    if dtype == np.float16:
        return np.dtype(np.float32)
    if dtype.kind == "f" and dtype.itemsize > 8:
        return np.dtype(np.float64)
    return dtype.newbyteorder("=")
