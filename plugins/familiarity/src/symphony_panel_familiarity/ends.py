"""What the view shows of one layer, as plain data: bars, figures, and the rows at either end.

Counts and rows are of finite values; what is missing or infinite has no bar and
no rank, and is told beside them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from symphony_core.combine import condition_on
from symphony_core.expr import And, Between, Compare, Expr
from symphony_core.groups import grouping
from symphony_core.table import Table

LEAST, MOST = "least familiar first", "most familiar first"


@dataclass(frozen=True)
class Want:
    """What decides a drawing. is_most: the most familiar come first. size: rows listed in a panel."""

    column: str
    is_place: bool
    is_most: bool
    size: int
    bar_count: int
    rate: float
    group_by: tuple[str, ...] = ()
    panel_limit: int = 6


@dataclass(frozen=True, eq=False)
class Panel:
    """All rows, or those of one group.

    counts: (bars, 3) rows of all, under the filter, selected. known, mean, std: of the values under
    the filter; NaN where there are none. rows, values: the listed ones in their order.
    """

    name: tuple[str, ...]
    row_count: int
    known: int
    mean: float
    std: float
    counts: np.ndarray
    rows: np.ndarray
    values: np.ndarray


@dataclass(frozen=True, eq=False)
class Shown:
    """A drawing of one layer.

    edges: (bars + 1,) ascending, or two equal ones where all values are equal. is_in: (bars,) whether
    the filter's condition on the column takes in a whole bar. threshold: values that count as
    outliers lie below it, or at it when `is_closed`; None when there are none.
    outliers: rows under the filter that do.
    """

    want: Want
    edges: np.ndarray
    is_in: np.ndarray
    panels: tuple[Panel, ...]
    group_count: int
    threshold: float | None
    is_closed: bool
    outliers: int
    all_mean: float
    all_std: float
    without_value: int


def shown(table: Table, want: Want, filter: Expr | None, selection: Expr | None) -> Shown:
    """Count and rank one layer. Raises UnknownColumn."""
    values = table.column(want.column).values.astype(np.float64)
    is_known = np.isfinite(values) & ~table.column(want.column).is_missing()
    under = None if filter is None else table.mask(filter)
    picked = None if selection is None else table.mask(selection)
    known = values[is_known]
    edges = place_edges(want.bar_count) if want.is_place else number_edges(known, want.bar_count)
    bins = np.where(is_known, bar_of(values, edges), -1)
    threshold, is_closed = cutoff(known, want)
    names, groups = _groups(table, want, under)
    panels = [
        _panel(name, rows, values, bins, len(edges) - 1, (under, picked), want)
        for name, rows in zip(names[: want.panel_limit], groups, strict=False)
    ]
    chosen = is_known if under is None else is_known & under
    below = None if threshold is None else (values <= threshold if is_closed else values < threshold)
    return Shown(
        want, edges, _is_in(table, want.column, filter, bins, len(edges) - 1), tuple(panels), len(names),
        threshold, is_closed, 0 if below is None else int(np.count_nonzero(chosen & below)),
        *_figures(known), without_value=int(np.count_nonzero(~is_known)),
    )  # fmt: skip


def condition(column: str, edges: np.ndarray, first: int, last: int) -> Expr:
    """Give the condition of neighbouring bars, `first` to `last` inclusive.

    Raises IndexError when there are no such bars.
    """
    if not 0 <= first <= last < len(edges) - 1:
        raise IndexError(f"bars {first} to {last} of {len(edges) - 1}")
    low, high = _literal(edges[first]), _literal(edges[last + 1])
    if low == high:
        return Compare(column, "==", low)
    if last == len(edges) - 2:
        return Between(column, low, high)
    return And((Compare(column, ">=", low), Compare(column, "<", high)))


def outlier_condition(found: Shown) -> Expr | None:
    """Give the condition that outliers meet; None when there are none."""
    if found.threshold is None:
        return None
    return Compare(found.want.column, "<=" if found.is_closed else "<", _literal(found.threshold))


def _literal(value: float) -> int | float:
    """Give a number as a person would write it: 4 and not 4.0."""
    number = float(value)
    return int(number) if number.is_integer() and abs(number) < 2**53 else number


def cutoff(known: np.ndarray, want: Want) -> tuple[float | None, bool]:
    """Give the value that outliers lie below, or at: the rate itself of places, else a value of the data.

    Of other numbers no more rows are outliers than the rate says, however many are equal.
    """
    if want.is_place:
        return want.rate, False
    count = math.floor(want.rate * len(known))
    if count == 0:
        return None, False
    least = np.sort(np.partition(known, min(count, len(known) - 1))[: count + 1])
    below = least[:count][least[:count] < least[-1]] if len(known) > count else least
    return (float(below[-1]), True) if len(below) else (None, False)


# --- bars ------------------------------------------------------------------------------


def place_edges(bar_count: int) -> np.ndarray:
    """Give edges from 0 to 1 whose steps are as many hundredths as fit the number of bars."""
    step = next(step for step in (1, 2, 5, 10, 20, 50) if 100 // step <= bar_count or step == 50)
    return np.array([mark / 100 for mark in range(0, 101, step)])


def number_edges(known: np.ndarray, bar_count: int) -> np.ndarray:
    """Give edges around finite numbers, at 1, 2 or 5 times a power of ten where floats allow it."""
    if not len(known):
        return np.array([0.0, 1.0])
    low, high = float(known.min()), float(known.max())
    width = high / bar_count - low / bar_count
    if width == 0 or not math.isfinite(width) or max(abs(low), abs(high)) > 1e12 * width:
        return np.unique([low, high]) if low < high else np.array([low, high])
    power = math.floor(math.log10(width))
    choices = [factor * 10.0**power for factor in (1, 2, 5, 10)]
    step = min(choices, key=lambda choice: abs(math.log(choice / width)))
    marks = np.arange(math.floor(low / step), math.ceil(high / step) + 1)
    edges = np.array([float(f"{mark * step:.12g}") for mark in marks])
    edges[0], edges[-1] = min(edges[0], low), max(edges[-1], high)
    return edges


def bar_of(values: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """Give each value its bar; the last one holds its upper edge. NaN gets a bar without meaning."""
    return np.clip(np.searchsorted(edges[:-1], values, side="right") - 1, 0, len(edges) - 2)


def _is_in(table: Table, column: str, current: Expr | None, bins: np.ndarray, count: int) -> np.ndarray:
    own = condition_on(current, column)
    if own is None:
        return np.zeros(count, dtype=bool)
    meets = _counts(bins, table.mask(own), count)
    return np.asarray((meets > 0) & (meets == _counts(bins, None, count)))


def _counts(bins: np.ndarray, mask: np.ndarray | None, count: int) -> np.ndarray:
    chosen = bins if mask is None else bins[mask]
    return np.bincount(chosen[chosen >= 0], minlength=count)


# --- panels -----------------------------------------------------------------------------


def _groups(
    table: Table, want: Want, under: np.ndarray | None
) -> tuple[list[tuple[str, ...]], Sequence[np.ndarray | None]]:
    """Name the groups that have rows under the filter, largest first, with masks of those shown."""
    if not want.group_by:
        return [()], [None]
    split = grouping(table, want.group_by)
    sizes = np.bincount(split.codes if under is None else split.codes[under], minlength=len(split.values))
    order = sorted(np.flatnonzero(sizes).tolist(), key=lambda group: (-sizes[group], split.values[group]))
    return [split.values[group] for group in order], [
        split.mask(group) for group in order[: want.panel_limit]
    ]


def _panel(
    name: tuple[str, ...],
    group: np.ndarray | None,
    values: np.ndarray,
    bins: np.ndarray,
    count: int,
    layers: tuple[np.ndarray | None, np.ndarray | None],
    want: Want,
) -> Panel:
    under, picked = (_both(group, layer) for layer in layers)
    none = np.zeros(count, dtype=np.int64)
    counts = [_counts(bins, group, count), _counts(bins, under, count)]
    counts.append(none if layers[1] is None else _counts(bins, picked, count))
    at = np.flatnonzero(bins >= 0 if under is None else (bins >= 0) & under)
    mean, std = _figures(values[at])
    rows = at[ranked(values[at], want.size, is_most=want.is_most)]
    row_count = len(values) if under is None else int(np.count_nonzero(under))
    return Panel(name, row_count, len(at), mean, std, np.stack(counts, axis=1), rows, values[rows])


def _both(one: np.ndarray | None, other: np.ndarray | None) -> np.ndarray | None:
    if one is None or other is None:
        return one if other is None else other
    return one & other


def ranked(values: np.ndarray, size: int, *, is_most: bool) -> np.ndarray:
    """Give the positions of the first `size` values from one end, ties in the order of the data."""
    keys = -values if is_most else values
    if len(keys) <= size:
        return np.argsort(keys, kind="stable")
    last = np.partition(keys, size - 1)[size - 1]
    before = np.flatnonzero(keys < last)
    chosen = np.concatenate([before, np.flatnonzero(keys == last)[: size - len(before)]])
    return chosen[np.argsort(keys[chosen], kind="stable")]


def _figures(known: np.ndarray) -> tuple[float, float]:
    """Give mean and standard deviation; NaN of too few. Large numbers are scaled so as not to overflow."""
    if not len(known):
        return math.nan, math.nan
    scale = float(np.abs(known).max()) or 1.0
    scaled = known / scale
    return float(scaled.mean() * scale), float(scaled.std(ddof=1) * scale) if len(known) > 1 else math.nan
