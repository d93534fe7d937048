"""What the charts that somebody built show: bars, stacks, values side by side, grids, means over time.

Two columns are counted against each other in one pass: the bar of the one and the
bar of the other make one number. So the cells of a grid are the bars of the
cards, and what a click on a cell says holds for exactly the rows that it counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from symphony_core.cache import ByteLRU
from symphony_core.column import Kind
from symphony_core.combine import condition_on
from symphony_core.errors import SymphonyError
from symphony_core.expr import Expr
from symphony_core.look import OTHER, category_colours
from symphony_core.table import Table
from symphony_panel_summary.bins import Bars
from symphony_panel_summary.built import BuiltChart
from symphony_panel_summary.card import Chart
from symphony_panel_summary.cards import Look, cards_of, covered, mark, source_for
from symphony_panel_summary.count import Chosen, Split
from symphony_panel_summary.gesture import levels_condition, range_condition
from symphony_panel_summary.words import three_digits, whole

# More colours cannot be told apart, see `look.CATEGORIES`.
MAX_COLOURS = 7
# More values of a category side by side are more than fit a card.
MAX_VALUES = 12
# Places of rows along an axis: sixteen of 10 million rows.
_places_kept: ByteLRU[np.ndarray] = ByteLRU(160 * 2**20)


@dataclass(frozen=True, eq=False)
class Axis:
    """One column along a side of a chart.

    bars: those of the column, or of the lengths of its texts or lists.
    levels: the bars on show, in order; all of a histogram, the most frequent values of a category.
    condition: what the filter says about this column.
    """

    table: Table
    name: str
    bar_count: int
    bars: Bars
    levels: tuple[int, ...]
    condition: Expr | None = None

    @classmethod
    def of(
        cls, table: Table, name: str, bar_count: int, level_count: int, filter: Expr | None = None
    ) -> Axis:
        """Choose the bars of one side. Raises UnknownColumn, or SymphonyError when nothing can be shown."""
        source = source_for(table, name, bar_count)
        bars = source.bars if source.bars.owners is None or source.more is None else source.more
        if not bars.totals.any():
            raise SymphonyError(f"column {name!r} has no values to draw; choose another column.")
        condition = condition_on(filter, name)
        if bars.bins:
            return cls(table, name, bar_count, bars, tuple(range(bars.bar_count)), condition)
        occurring = np.flatnonzero(bars.totals)
        by_count = occurring[np.lexsort((occurring, -bars.totals[occurring]))]
        return cls(table, name, bar_count, bars, tuple(by_count[:level_count].tolist()), condition)

    @property
    def is_range(self) -> bool:
        """Whether its bars are neighbours: numbers, times or lengths."""
        return bool(self.bars.bins)

    @property
    def is_in(self) -> np.ndarray:
        """Whether the filter's condition on this column lets each bar in."""
        bars = covered(self.name, self.bars, self.table.column(self.name), self.condition)
        return bars[list(self.levels)]

    def condition_of(self, first: int, last: int) -> Expr | None:
        """Give the condition of neighbouring bars on show; None when no filter can say it.

        Raises IndexError when there are no such bars.
        """
        if not 0 <= first <= last < len(self.levels):
            raise IndexError(f"bars {first} to {last} of {len(self.levels)}")
        if not self.bars.can_filter:
            return None
        if self.is_range:
            return range_condition(self.name, self.bars, first, last)
        return levels_condition(self.name, self.bars, self.levels[first : last + 1])

    @property
    def labels(self) -> list[str]:
        """The words of each bar on show."""
        if self.is_range:
            return [item.label for item in self.bars.bins]
        return [self.bars.levels[level] for level in self.levels]

    @property
    def ends(self) -> tuple[str, str]:
        """The ends of a range; empty for values."""
        return (mark(self.bars.bins[0].low), mark(self.bars.bins[-1].high)) if self.is_range else ("", "")

    @property
    def rest_words(self) -> str:
        """Say how many values have no place; empty when all have."""
        rest = 0 if self.is_range else int(np.count_nonzero(self.bars.totals)) - len(self.levels)
        return f"{whole(rest)} other values of {self.name} are not drawn" if rest else ""

    @cached_property
    def split(self) -> Split:
        """Each row's place along the axis."""
        key = (self.table.fingerprint, self.table.key(self.name), self.bar_count, self.levels)
        return Split(_places_kept.get(key, self._places), len(self.levels), len(self.table))

    def _places(self) -> np.ndarray:
        unsigned = self.bars.codes.view(f"u{self.bars.codes.itemsize}")
        places = np.full(self.bars.bar_count + 1, len(self.levels), dtype=np.uint8)
        places[list(self.levels)] = np.arange(len(self.levels))
        return places[np.minimum(unsigned, unsigned.dtype.type(self.bars.bar_count))]

    def payload(self) -> dict[str, object]:
        """Give the axis as plain values."""
        return {
            "name": self.name, "labels": self.labels, "ends": list(self.ends), "levels": list(self.levels),
            "is_range": self.is_range, "can_filter": self.bars.can_filter, "unit": self.bars.unit,
            "is_in": self.is_in.tolist(),
        }  # fmt: skip


def pair_counts(x: Axis, y: Axis, chosen: Chosen | None) -> np.ndarray:
    """Count rows by their bars on two axes: (bars of x, bars of y) int64; None is all rows."""
    split = x.split if chosen is None else x.split.among(chosen)
    return split.counts(y.split.slots, len(y.levels))[:, : len(y.levels)]


@dataclass(frozen=True, eq=False)
class Means:
    """Means of a column along an axis, for some series.

    values: (series, bars) float64, NaN where no row is. counts: (series, bars) rows with a number.
    """

    values: np.ndarray
    counts: np.ndarray


def means_of(table: Table, x: Axis, y: str, by: Axis | None, chosen: Chosen | None) -> Means:
    """Give the mean of the finite numbers of y in each bar of x; by: a series for each of its values."""
    column = table.column(y)
    slot_count = 1 if by is None else len(by.levels)
    is_in = ~column.is_missing() & np.isfinite(column.values) & (x.split.slots < len(x.levels))
    if chosen is not None:
        is_in &= chosen.mask
    if by is not None:
        is_in &= by.split.slots < slot_count
    at = np.flatnonzero(is_in)
    pairs = x.split.slots.take(at).astype(np.intp)
    if by is not None:
        pairs += by.split.slots.take(at).astype(np.intp) * len(x.levels)
    counts = np.bincount(pairs, minlength=slot_count * len(x.levels)).reshape(slot_count, -1)
    sums = np.bincount(pairs, weights=column.values.take(at), minlength=counts.size).reshape(slot_count, -1)
    return Means(np.divide(sums, counts, out=np.full(sums.shape, np.nan), where=counts > 0), counts)


@dataclass(frozen=True, eq=False)
class Plot:
    """One built chart, counted.

    shape: "bars", "stack", "values", "grid", "means", or "problem" (words only).
    x, y, colour: the axes; None where the chart has none.
    counts: of a grid or stack, (bars of x, bars of y or colours, 3) rows of all, under the filter, selected;
        a stack has one colour more, for all other values.
    charts: of "bars" one chart, of "values" one for each value. means: of all rows, then under the filter.
    """

    chart: BuiltChart
    shape: str
    words: str = ""
    x: Axis | None = None
    y: Axis | None = None
    colour: Axis | None = None
    counts: np.ndarray | None = None
    charts: tuple[Chart, ...] = ()
    means: tuple[Means, Means] | None = None

    def marks(self) -> list[tuple[str, list[int]]]:
        """Give the words of each bar or cell with rows of all, under the filter, selected."""
        if self.counts is not None and self.x is not None:
            if self.colour is not None:
                across = [one["label"] for one in _series(self.colour, self.shape)]
            else:
                assert self.y is not None
                across = self.y.labels
            return [
                (f"{a} × {b}", self.counts[i, j].tolist())
                for i, a in enumerate(self.x.labels)
                for j, b in enumerate(across)
            ]
        return [
            (" × ".join([*chart.group, bar.label]), list(bar.counts))
            for chart in self.charts
            for bar in chart.bars
        ]

    def payload(self) -> dict[str, object]:
        """Give the chart as plain values for the browser."""
        charts = [one.payload(1.0, False, is_first=True) for one in self.charts]
        tallest = max((one.tallest(False) for one in self.charts), default=1.0)
        return {
            "id": self.chart.id, "title": self.chart.shown_title, "shape": self.shape, "words": self.words,
            "log": self.chart.log,
            "x": self.x and self.x.payload(), "y": self.y and self.y.payload(),
            "counts": None if self.counts is None else self.counts.tolist(),
            "charts": [{**one, "tallest": tallest} for one in charts],
            "series": [] if self.colour is None else _series(self.colour, self.shape),
            "means": self.means and [_plain_means(one) for one in self.means],
        }  # fmt: skip


def _series(colour: Axis, shape: str) -> list[dict[str, str]]:
    # few values have the colours of every view; of many the most frequent ones have colours at all
    levels = colour.bars.levels if len(colour.bars.levels) <= MAX_COLOURS else colour.labels
    colours = category_colours(levels)
    series = [{"label": label, "colour": colours[label]} for label in colour.labels]
    return [*series, {"label": "other or missing", "colour": OTHER}] if shape == "stack" else series


def _plain_means(means: Means) -> list[list[float | None]]:
    return [[None if np.isnan(value) else value for value in line] for line in means.values.tolist()]


def plot_of(
    table: Table, chart: BuiltChart, *, filter: Expr | None = None, selection: Expr | None = None
) -> Plot:
    """Count one built chart; one that cannot be drawn says why."""
    under = None if filter is None else Chosen(table.mask(filter))
    picked = None if selection is None else Chosen(table.mask(selection))
    try:
        return _plot(table, chart, (filter, selection), (None, under, picked))
    except SymphonyError as error:
        return Plot(chart, "problem", str(error))


Layers = tuple[Chosen | None, Chosen | None, Chosen | None]


def _plot(table: Table, chart: BuiltChart, exprs: tuple[Expr | None, Expr | None], layers: Layers) -> Plot:
    if not chart.y:
        return _of_one_column(table, chart, exprs, layers)
    if chart.x == chart.y:
        raise SymphonyError(f"{chart.x!r} against itself is a line; choose two different columns.")
    x, y = (_axis(table, chart, name, exprs[0]) for name in (chart.x, chart.y))
    kinds = (table.kind(chart.x), table.kind(chart.y))
    if Kind.TIME in kinds and Kind.NUMBER in kinds:
        x, of = (x, chart.y) if kinds[0] is Kind.TIME else (y, chart.x)
        return _means(table, chart, x, of, layers)
    if x.is_range == y.is_range:
        return Plot(chart, "grid", _grid_words(x, y), x, y, counts=_stacked(x, y, layers))
    # values down the side, each with its histogram
    x, y = (x, y) if y.is_range else (y, x)
    counts = _stacked(x, y, layers)
    charts = tuple(_chart_of_value(x, y, counts, index) for index in range(len(x.levels)))
    return Plot(chart, "values", x.rest_words, x, y, charts=charts)


def _axis(table: Table, chart: BuiltChart, name: str, filter: Expr | None) -> Axis:
    return Axis.of(table, name, chart.bars, min(chart.bars, MAX_VALUES), filter)


def _of_one_column(
    table: Table, chart: BuiltChart, exprs: tuple[Expr | None, Expr | None], layers: Layers
) -> Plot:
    if chart.colour:
        x, colour = _axis(table, chart, chart.x, exprs[0]), _colour(table, chart)
        counts = _with_other(x, _stacked(x, colour, layers), layers)
        return Plot(chart, "stack", x.rest_words, x, colour=colour, counts=counts)
    look = Look(bar_count=chart.bars, level_count=chart.bars)
    table.key(chart.x)  # raises when there is no such column
    (card,) = cards_of(table, [chart.x], look, filter=exprs[0], selection=exprs[1])
    if not card.charts:
        return Plot(chart, "problem", f"{chart.x}: {card.words}")
    return Plot(chart, "bars", card.charts[0].words, charts=card.charts[:1])


def _colour(table: Table, chart: BuiltChart) -> Axis:
    axis = Axis.of(table, chart.colour, chart.bars, MAX_COLOURS)
    if axis.is_range:
        raise SymphonyError(
            f"{chart.colour!r} has too many values for colours; choose a column of few values."
        )
    return axis


def _stacked(x: Axis, y: Axis, layers: Layers) -> np.ndarray:
    every = pair_counts(x, y, None)
    under = every if layers[1] is None else pair_counts(x, y, layers[1])
    picked = np.zeros_like(every) if layers[2] is None else pair_counts(x, y, layers[2])
    return np.stack([every, under, picked], axis=2)


def _with_other(x: Axis, counts: np.ndarray, layers: Layers) -> np.ndarray:
    """Add what has no colour of its own, and what is missing, as one colour more."""
    _, under, picked = layers
    of_all = x.split.sizes
    of_filter = of_all if under is None else x.split.among(under).sizes
    of_selection = np.zeros_like(of_all) if picked is None else x.split.among(picked).sizes
    totals = np.stack([of_all, of_filter, of_selection], axis=1)
    return np.concatenate([counts, (totals - counts.sum(axis=1))[:, None]], axis=1)


def _grid_words(x: Axis, y: Axis) -> str:
    return "; ".join(text for text in (x.rest_words, y.rest_words) if text)


def _chart_of_value(x: Axis, y: Axis, counts: np.ndarray, index: int) -> Chart:
    of = tuple(int(n) for n in counts[index].sum(axis=0))
    is_in = y.is_in & x.is_in[index] if x.condition is not None else y.is_in
    return Chart(
        "histogram", y.bars, tuple(y.labels), counts[index], is_in, y.levels, (of[0], of[1], of[2]), y.ends,
        group=(x.labels[index],),
    )  # fmt: skip


def _means(table: Table, chart: BuiltChart, x: Axis, of: str, layers: Layers) -> Plot:
    by = _colour(table, chart) if chart.colour else None
    every, under = means_of(table, x, of, None, None), means_of(table, x, of, by, layers[1])
    known = np.concatenate([every.values.ravel(), under.values.ravel()])
    known = known[~np.isnan(known)]
    low, high = (three_digits(float(end)) for end in (known.min(), known.max())) if len(known) else ("", "")
    words = f"mean of {of}, {low} to {high}" if low else f"mean of {of}: no numbers"
    return Plot(chart, "means", words, x, colour=by, means=(every, under))
