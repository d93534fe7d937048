"""Every row of a column in one of a few bins, so that counting is one pass over bytes.

Bins are found once over all rows. After that any set of rows is counted from
one byte (rarely two) a row, whatever the column holds, which is what makes a
redraw after each change of the filter cheap. Text and categories are counted by
the codes they already have.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import pyarrow.compute as pc

from symphony_core.column import ColumnData, Kind
from symphony_panel_summary.count import BLOCK_ROWS, Chosen, Split, count_codes
from symphony_panel_summary.edges import Bin, Edges, number_edges
from symphony_panel_summary.times import time_edges

# As float64, and short enough that BLAS does not wake its threads, which fight with those of our pool.
MEAN_BLOCK_ROWS = 1 << 13


@dataclass(frozen=True, eq=False, slots=True)
class Bars:
    """What the bars of one column stand for, and which of them each row is in.

    kind: of the column.
    bins: the bars of numbers, times and text lengths, in order; empty for levels.
    levels: the values of categories and booleans, in the column's order.
    codes: (n,) uint8 or uint16, or int32 for many levels; a row's bar,
        `missing_code`, or `infinite_code`.
    totals: (bar count,) rows in each bar.
    inner: (bar count - 1,) where one bar ends and the next begins; empty for levels.
    mean: of the finite numbers that are binned; None for other kinds.
    unit: what is counted where it is not the value itself ("characters", "items", "bytes",
        "hours"...); such bars cannot be said in a filter. "tags" are items of lists.
    owners: (m,) int32, the row that each code stands in, where a row has several (tags); else None.
    """

    kind: Kind
    bins: tuple[Bin, ...]
    levels: tuple[str, ...]
    codes: np.ndarray
    missing_code: int
    infinite_code: int
    totals: np.ndarray
    missing_count: int
    infinite_count: int
    inner: np.ndarray = field(default_factory=lambda: np.empty(0))
    mean: float | None = None
    unit: str = ""
    owners: np.ndarray | None = None

    @property
    def bar_count(self) -> int:
        return len(self.bins) or len(self.levels)

    @property
    def byte_count(self) -> int:
        return self.codes.nbytes + self.totals.nbytes + (0 if self.owners is None else self.owners.nbytes)

    @property
    def can_filter(self) -> bool:
        """Whether a bar can be said in a filter."""
        return not self.unit

    def counts(self, chosen: Chosen) -> np.ndarray:
        """Count the chosen rows of each bar."""
        rows = chosen if self.owners is None else chosen.of(self.owners)
        return rows.counts(self.codes, self.bar_count)

    def group_counts(self, split: Split) -> np.ndarray:
        """Count the rows of each bar in each group: (group count, bar count + 2).

        The last two columns are missing and infinite values; levels have no infinite ones.
        """
        rows = split if self.owners is None else split.of(self.owners)
        if self.bins:
            return rows.counts(self.codes, self.bar_count + 2)[:, :-1]
        counts = rows.counts(self.codes, self.bar_count)
        return np.concatenate([counts, np.zeros((len(counts), 1), dtype=np.int64)], axis=1)


def bars_of(column: ColumnData, bin_count: int, unit: str = "") -> Bars:
    """Find the bars of a column and the bar of each row.

    bin_count: about how many bars for numbers, times and text lengths.
    unit: of the numbers, where they are not the column's own values.
    """
    if column.kind is Kind.CATEGORY:
        return _levels(column.kind, column.levels, _level_codes(column.values))
    if column.kind is Kind.BOOL:
        codes = np.where(column.is_missing(), np.uint8(255), column.values.view(np.uint8))
        return _levels(column.kind, ("False", "True"), codes)
    if column.kind is Kind.OTHER:
        codes = np.where(column.is_missing(), np.uint8(255), np.uint8(0))
        return _levels(column.kind, ("present",), codes)
    if column.kind is Kind.TEXT:
        return bars_of(character_counts(column), bin_count, "characters")
    if column.kind is Kind.TIME:
        return _binned(column.kind, column.values, column.missing, bin_count, column.timezone)
    return replace(_binned(column.kind, column.values, column.missing, bin_count), unit=unit)


def character_counts(column: ColumnData) -> ColumnData:
    """Give the lengths of texts in characters, as a column of numbers."""
    if column.kind is Kind.CATEGORY:
        of_levels = np.fromiter(map(len, column.levels), dtype=np.int64, count=len(column.levels))
        missing = column.values < 0
        values = np.append(of_levels, 0)[column.values]
    else:
        values = np.asarray(pc.utf8_length(column.text).fill_null(-1)).astype(np.int64)
        missing = values < 0
    return ColumnData(Kind.NUMBER, values, missing=missing if missing.any() else None)


def one_of_each(bars: Bars, column: ColumnData) -> ColumnData:
    """Give a column with one row per bar, holding a value of that bar.

    A condition is tested on it to know which bars it covers. Text lengths have none.
    """
    if bars.kind is Kind.OTHER:
        return replace(column, missing=np.zeros(1, dtype=bool))
    if bars.levels:
        codes = np.arange(len(bars.levels), dtype=bool if bars.kind is Kind.BOOL else np.int32)
        return ColumnData(bars.kind, codes, levels=() if bars.kind is Kind.BOOL else bars.levels)
    lows = np.empty(bars.bar_count, dtype=column.values.dtype)
    lows[1:] = bars.inner
    if bars.bar_count == 1:
        lows[0] = column.values[np.argmax(bars.codes == 0)]
    elif lows.dtype.kind == "f":
        lows[0] = np.nextafter(bars.inner[0], -np.inf)
    elif bars.bar_count:
        lows[0] = bars.inner[0] - 1
    return replace(column, values=lows, missing=None)


def _level_codes(values: np.ndarray) -> np.ndarray:
    """Give codes in which missing is the largest number; no copy where the dtype allows it."""
    if values.dtype.itemsize <= 2:
        return values.view(f"uint{8 * values.dtype.itemsize}")
    return values


def _levels(kind: Kind, levels: tuple[str, ...], codes: np.ndarray) -> Bars:
    counts = count_codes(codes, None, len(levels))
    missing_count = len(codes) - int(counts.sum())
    missing_code = int(np.iinfo(codes.dtype).max) if codes.dtype.kind == "u" else -1
    return Bars(kind, (), levels, codes, missing_code, missing_code, counts, missing_count, 0)


def _binned(
    kind: Kind, values: np.ndarray, missing: np.ndarray | None, bin_count: int, timezone: str | None = None
) -> Bars:
    usable = np.isfinite(values) if values.dtype.kind in "fM" else None
    if missing is not None and missing.any():
        usable = ~missing if usable is None else usable & ~missing
    known = values if usable is None or usable.all() else values[usable]
    if len(known) == 0:
        edges = Edges((), values[:0])
    elif kind is Kind.TIME:
        edges = time_edges(known, bin_count, timezone)
    else:
        edges = number_edges(known, bin_count)
    codes = bin_codes(values, edges.inner)
    bar_count = len(edges.bins)
    missing_code, infinite_code = bar_count, bar_count + 1
    if usable is not None and len(known) < len(values):
        codes[~usable] = missing_code
        if values.dtype.kind == "f":
            codes[np.isinf(values) if missing is None else np.isinf(values) & ~missing] = infinite_code
    counts = count_codes(codes, None, bar_count + 2)
    return Bars(
        kind, edges.bins, (), codes, missing_code, infinite_code, counts[:bar_count],
        int(counts[missing_code]), int(counts[infinite_code]), edges.inner,
        None if kind is Kind.TIME or len(known) == 0 else mean(values, codes, bar_count, None),
    )  # fmt: skip


def mean(
    values: np.ndarray, codes: np.ndarray | None, bar_count: int, mask: np.ndarray | None
) -> float | None:
    """Give the mean of the numbers that are in a bar, where `mask` is True; None of no number.

    codes: None when every number is in a bar. A product with the mask is twice as fast as picking the rows.
    """
    total, count = 0.0, 0
    for start in range(0, len(values), MEAN_BLOCK_ROWS):
        block = slice(start, start + MEAN_BLOCK_ROWS)
        wide = values[block].astype(np.float64)
        chosen = np.ones(len(wide), dtype=bool) if mask is None else mask[block]
        if codes is not None:
            is_known = codes[block] < bar_count
            wide[~is_known] = 0  # infinity times nothing is not a number
            chosen = chosen & is_known
        with np.errstate(over="ignore", invalid="ignore"):
            total += float(np.dot(wide, chosen.astype(np.float64)))
        count += int(np.count_nonzero(chosen))
    if count and not np.isfinite(total):
        known = np.ones(len(values), dtype=bool) if codes is None else codes < bar_count
        known = known if mask is None else known & mask
        return float((values[known].astype(np.float64) / count).sum())
    return total / count if count else None


def mean_of(values: np.ndarray, bars: Bars, chosen: Chosen) -> float | None:
    """Give the mean of the chosen numbers that are in a bar; None of no number."""
    codes = bars.codes if bars.missing_count or bars.infinite_count else None
    if chosen.positions is None:
        return mean(values, codes, bars.bar_count, chosen.mask)
    few = None if codes is None else codes.take(chosen.positions)
    return mean(values.take(chosen.positions), few, bars.bar_count, None)


# --- codes -------------------------------------------------------------------------


def bin_codes(values: np.ndarray, inner: np.ndarray) -> np.ndarray:
    """Give each value the number of inner edges at or below it, as uint8 or uint16.

    values: numbers or times; what is not finite gets a code without meaning.
    inner: ascending, of the same dtype.
    """
    codes = np.empty(len(values), dtype=np.uint8 if len(inner) < 250 else np.uint16)
    if values.dtype.kind == "M":
        values, inner = values.view(np.int64), inner.view(np.int64)
    guess = _guess(inner)
    for start in range(0, len(values), BLOCK_ROWS):
        block = values[start : start + BLOCK_ROWS]
        if guess is None:
            codes[start : start + BLOCK_ROWS] = np.searchsorted(inner, block, side="right")
        else:
            codes[start : start + BLOCK_ROWS] = _guessed(block, inner, *guess)
    return codes


def _guess(inner: np.ndarray) -> tuple[float, float] | None:
    """Give first edge and width where edges are even enough to compute a bar from a value.

    About three times as fast as a search for each value, at 1M values and 20 bars.
    """
    if len(inner) < 3:
        return None
    edges = inner.astype(np.float64)
    with np.errstate(over="ignore"):
        widths = np.diff(edges)
    width = float(np.median(widths))
    if not 1e-30 < width < 1e30 or np.abs(edges).max() > 1e15 * width:
        return None
    ideal = edges[0] + width * np.arange(len(edges))
    # tails and months lie off the ruler by more than the correction of one bar can mend
    return (float(edges[0]), width) if np.abs(edges - ideal).max() < 0.4 * width else None


def _guessed(block: np.ndarray, inner: np.ndarray, first: float, width: float) -> np.ndarray:
    """Compute bars from values, then move those that an edge's rounding put one too high or low."""
    bar_count = len(inner) + 1
    with np.errstate(invalid="ignore", over="ignore"):
        ruler = (block.astype(np.float64) - first) * (1 / width) + 1
        # a huge finite value may overflow here; it belongs into an outer bar, as clip() puts it
        ruler = np.where(np.isnan(ruler), 0, ruler) if block.dtype.kind == "f" else ruler
        codes = np.clip(ruler, 0, bar_count - 1, out=ruler).astype(np.int16)
    padded = np.concatenate([inner[:1], inner, inner[-1:]])
    codes -= (block < padded[codes]) & (codes > 0)
    codes += (block >= padded[codes + 1]) & (codes < bar_count - 1)
    return codes
