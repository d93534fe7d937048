"""What is counted of a column whose values are no numbers, times or few words.

Long text is counted by its length in characters, lists by their items, bytes by
their size; beside that stand the most frequent values or items, where any is
frequent. Durations and times of day, which filters cannot say yet, are counted in
a unit that fits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from symphony_core.column import MAX_LEVELS, ColumnData, Kind
from symphony_core.table import Table
from symphony_panel_summary.bins import Bars, bars_of, character_counts
from symphony_panel_summary.count import count_codes

# Texts of which most differ and that are this long on average are read, not counted by value.
PROSE_CHARS = 20
# So many most frequent values stand below the lengths of long text, each at least this share of the texts.
TOP_VALUES, TOP_SHARE = 3, 0.005
# Of more rows the frequent values are sought in an even sample; then they are counted in all rows.
SAMPLE_ROWS = 100_000
# Items of lists that are longer on average are texts, not tags.
TAG_CHARS = 40
# Durations are counted in the largest of these units that the longest one fills.
UNITS = (("days", 86_400), ("hours", 3_600), ("minutes", 60), ("seconds", 1))


@dataclass(frozen=True, eq=False)
class Source:
    """The bars of one column: those that its card shows, and others that stand below.

    column: what `bars` were made of: the column, or numbers in its place.
    """

    bars: Bars
    column: ColumnData
    more: Bars | None = None

    @property
    def byte_count(self) -> int:
        return self.bars.byte_count + (self.more.byte_count if self.more else 0)


def source_of(table: Table, name: str, bin_count: int) -> Source:
    """Find what to count of a column, and the bar of each row. Raises UnknownColumn."""
    column = table.column(name)
    if column.kind is Kind.TEXT:
        lengths = character_counts(column)
        return Source(bars_of(lengths, bin_count, "characters"), lengths, top_texts(column))
    if column.kind is Kind.CATEGORY:
        levels = bars_of(column, bin_count)
        if name != table.dataset.id_column and is_prose(column, levels):
            lengths = character_counts(column)
            return Source(bars_of(lengths, bin_count, "characters"), lengths, top_levels(levels))
        return Source(levels, column)
    if column.kind is Kind.OTHER:
        return _source_of_other(column, _series(table, name), bin_count)
    return Source(bars_of(column, bin_count), column)


# --- text ----------------------------------------------------------------------------


def is_prose(column: ColumnData, levels: Bars) -> bool:
    """Say whether most texts differ and are long: then their lengths say more than their values."""
    occurring = int(np.count_nonzero(levels.totals))
    if occurring <= 1 or 2 * occurring <= int(levels.totals.sum()):
        return False
    char_count = sum(len(level) for level, n in zip(column.levels, levels.totals, strict=True) if n)
    return char_count >= PROSE_CHARS * occurring


def top_levels(levels: Bars) -> Bars | None:
    """Keep the values that are frequent; None when none is."""
    order = np.lexsort((np.arange(levels.bar_count), -levels.totals))[:TOP_VALUES]
    least = max(2, TOP_SHARE * int(levels.totals.sum()))
    kept = [int(level) for level in order if levels.totals[level] >= least]
    if not kept:
        return None
    rank = np.full(levels.bar_count + 1, 255, dtype=np.uint8)
    rank[kept] = np.arange(len(kept))
    known = np.minimum(levels.codes.view(f"u{levels.codes.itemsize}"), levels.bar_count)
    return _named(tuple(levels.levels[level] for level in kept), rank[known])


def top_texts(column: ColumnData) -> Bars | None:
    """Find the values that are frequent among long text of many values; None when none is."""
    text = column.text
    assert text is not None
    step = max(1, len(text) // SAMPLE_ROWS)
    sample = text.take(pa.array(np.arange(0, len(text), step))) if step > 1 else text
    counted = pc.value_counts(sample.drop_null())
    counts = np.asarray(counted.field("counts"))
    least = max(2, TOP_SHARE * int(counts.sum()))
    order = np.argsort(-counts, kind="stable")[:TOP_VALUES]
    kept = [counted.field("values")[int(i)].as_py() for i in order if counts[i] >= least]
    if not kept:
        return None
    found = pc.index_in(text, value_set=pa.array(kept, pa.large_string())).fill_null(255)
    return _named(tuple(kept), np.asarray(found).astype(np.uint8))


def _named(levels: tuple[str, ...], codes: np.ndarray) -> Bars:
    totals = count_codes(codes, None, len(levels))
    return Bars(Kind.CATEGORY, (), levels, codes, 255, 255, totals, 0, 0)


# --- lists, bytes, durations, times of day ----------------------------------------------


def _series(table: Table, name: str) -> pd.Series:
    computed = table.overlay.get(name)
    return table.dataset.frame[name] if computed is None else computed.series


def _source_of_other(column: ColumnData, series: pd.Series, bin_count: int) -> Source:
    if series.dtype.kind == "m":
        return _numbers(*_of_durations(series), bin_count)
    values = pa.chunked_array([pa.array(series.array, from_pandas=True)]) if len(series) else None
    if values is None or not isinstance(series.dtype, pd.ArrowDtype):
        return Source(bars_of(column, bin_count), column)
    kind = values.type
    if pa.types.is_time(kind):
        ticks = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}[kind.unit]
        whole = values.cast(pa.int32() if pa.types.is_time32(kind) else pa.int64())
        return _numbers(
            np.asarray(whole.fill_null(0)) / (3_600 * ticks), column, "hours of the day", bin_count
        )
    if pa.types.is_large_binary(kind) or pa.types.is_binary(kind) or pa.types.is_fixed_size_binary(kind):
        return _numbers(np.asarray(pc.binary_length(values).fill_null(0)), column, "bytes", bin_count)
    if is_list(kind):
        lengths = _numbers(np.asarray(pc.list_value_length(values).fill_null(0)), column, "items", bin_count)
        tags = tags_of(values)
        return lengths if tags is None else replace(lengths, bars=tags, more=lengths.bars)
    return Source(bars_of(column, bin_count), column)


def is_list(kind: pa.DataType) -> bool:
    """Say whether values are lists; maps are not, they are records."""
    return bool(pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind))


def _numbers(values: np.ndarray, column: ColumnData, unit: str, bin_count: int) -> Source:
    missing = column.missing if column.missing is not None and column.missing.any() else None
    measured = ColumnData(Kind.NUMBER, values, missing=missing)
    return Source(bars_of(measured, bin_count, unit), measured)


def _of_durations(series: pd.Series) -> tuple[np.ndarray, ColumnData, str]:
    missing = series.isna().to_numpy(dtype=bool)
    seconds = series.dt.total_seconds().fillna(0).to_numpy()
    longest = float(np.abs(seconds).max(initial=0))
    unit, length_s = next((one for one in UNITS if longest >= one[1]), UNITS[-1])
    return seconds / length_s, ColumnData(Kind.OTHER, np.empty(0), missing=missing), unit


def tags_of(values: pa.ChunkedArray) -> Bars | None:
    """Count lists of short texts by their items; None when the items are no tags.

    A row counts once for each different item of its list. Tags are texts of at most TAG_CHARS
    characters on average, of which some stand in several rows.
    """
    if not _is_text(values.type.value_type):
        return None
    lists = values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values
    items = lists.flatten().cast(pa.large_string())
    encoded = items.dictionary_encode()
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.combine_chunks()
    levels = encoded.dictionary.to_pylist()
    if not levels or len(levels) > MAX_LEVELS or sum(map(len, levels)) > TAG_CHARS * len(levels):
        return None
    codes, owners = _once_a_row(np.asarray(encoded.indices.fill_null(-1)), _owners(lists), len(levels))
    order = sorted(range(len(levels)), key=levels.__getitem__)
    rank = np.empty(len(levels), dtype=np.uint16 if len(levels) > 255 else np.uint8)
    rank[order] = np.arange(len(levels))
    codes = rank[codes]
    totals = count_codes(codes, None, len(levels))
    if totals.max(initial=0) < 2:
        return None
    missing_count = int(values.null_count)
    return Bars(
        Kind.OTHER, (), tuple(levels[i] for i in order), codes, -1, -1, totals, missing_count, 0,
        unit="tags", owners=owners,
    )  # fmt: skip


def _owners(lists: pa.Array) -> np.ndarray:
    parents: Sequence[int] = pc.list_parent_indices(lists)
    return np.asarray(parents).astype(np.int32)


def _once_a_row(codes: np.ndarray, owners: np.ndarray, level_count: int) -> tuple[np.ndarray, np.ndarray]:
    """Drop missing items, and items that the same list holds already."""
    pairs = owners.astype(np.int64) * level_count + codes
    pairs = np.unique(pairs[codes >= 0])
    return pairs % level_count, (pairs // level_count).astype(np.int32)


def _is_text(kind: pa.DataType) -> bool:
    kind = kind.value_type if pa.types.is_dictionary(kind) else kind
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))
