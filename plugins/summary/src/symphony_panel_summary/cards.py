"""The cards of some columns: what is counted for each, and in which words and bars it is said.

Bars of all rows are kept for the whole process; what a redraw costs is counting
bytes under the filter and under the selection, in one pass a column also when
the rows are split into groups.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from symphony_core.cache import ByteLRU
from symphony_core.column import ColumnData, Kind
from symphony_core.combine import condition_on
from symphony_core.evaluate import evaluate
from symphony_core.expr import Expr
from symphony_core.roles import Role
from symphony_core.table import Table
from symphony_panel_summary.bins import Bars, mean_of, one_of_each
from symphony_panel_summary.card import OTHER, Card, Chart
from symphony_panel_summary.count import Chosen
from symphony_panel_summary.measure import Source, source_of
from symphony_panel_summary.split import Groups, group_counts, named_and_rest
from symphony_panel_summary.words import exact, three_digits, whole

# 40 columns of 10 million rows, one byte a row, and some to spare.
MAX_BARS_BYTES = 512 * 2**20
bars_kept: ByteLRU[Source] = ByteLRU(MAX_BARS_BYTES, size_of=lambda source: source.byte_count)

# Columns that come first, since all other columns are read against them.
LEADING_ROLES = (Role.SPLIT, Role.LABEL, Role.PREDICTION, Role.CONFIDENCE, Role.POSITIVE_SCORE, Role.LOSS)

# Of nearly distinct values the most frequent few are enough to see that.
FEW_LEVELS = 4

# Two of these and a mean stand under a histogram.
MAX_MARK_CHARS = 12


@dataclass(frozen=True)
class Look:
    """How cards are drawn: the view's settings.

    bar_count: about how many bars a histogram has. level_count: how many values have a bar.
    level_order: "count", "count under the filter" or "name".
    in_shares: heights are shares of each layer's own rows, not counts.
    group_count: how many groups have a chart of their own.
    """

    bar_count: int = 20
    level_count: int = 12
    level_order: str = "count"
    in_shares: bool = False
    group_count: int = 6


def source_for(table: Table, name: str, bar_count: int) -> Source:
    """Give what is counted of a column, computed once a process."""
    key = (table.fingerprint, table.key(name), bar_count)
    return bars_kept.get(key, lambda: source_of(table, name, bar_count))


def ordered_names(table: Table, order: str) -> list[str]:
    """Give columns and embeddings in the order of their cards; embeddings and the id column are last.

    order: "roles first", "as in the data" or "by name".
    """
    names = list(table.names)
    if order == "by name":
        names.sort(key=str.casefold)
    if order == "roles first":
        leading = [table.dataset.roles.column(role) for role in LEADING_ROLES]
        first = [name for name in dict.fromkeys(leading) if name in names]
        names = first + [name for name in names if name not in first]
    embeddings = [name for name in table.embedding_names if name not in names]
    return sorted([*names, *embeddings], key=lambda name: name == table.dataset.id_column)


def cards_of(
    table: Table,
    names: Sequence[str],
    look: Look,
    *,
    filter: Expr | None = None,
    selection: Expr | None = None,
    group_by: Sequence[str] = (),
    is_wanted: Callable[[], bool] = lambda: True,
) -> list[Card]:
    """Count the bars of some columns; those without a chart come last.

    group_by: columns whose value combinations get a chart each.
    is_wanted: asked between columns; False ends the work early.
    """
    under = None if filter is None else Chosen(table.mask(filter))
    picked = None if selection is None else Chosen(table.mask(selection))
    groups = Groups.of(table, tuple(group_by), under, picked, look.group_count) if group_by else None
    maker = _Maker(table, look, filter, under, picked, groups)
    cards = []
    for name in names:
        if not is_wanted():
            break
        cards.append(maker.card(name))
    return sorted(cards, key=lambda card: card.shape == "plain")


@dataclass(frozen=True, eq=False)
class Layers:
    """Counts of each bar of one column, and which bars the column's condition covers.

    all, under, picked: (bar count,). missing_under: missing rows under the filter.
    groups: (group count, bar count, 3), when the rows are split. missing_of_groups: (group count,)
    missing rows under the filter; None where bars count items and not rows.
    """

    all: np.ndarray
    under: np.ndarray
    picked: np.ndarray
    is_in: np.ndarray
    missing_under: int = 0
    groups: np.ndarray | None = None
    missing_of_groups: np.ndarray | None = None

    @property
    def stacked(self) -> np.ndarray:
        """(bar count, 3) counts of the three layers."""
        return np.stack([self.all, self.under, self.picked], axis=1)


@dataclass(frozen=True, eq=False)
class _Maker:
    """Makes cards of one moment: the same filter, selection and groups for all columns."""

    table: Table
    look: Look
    filter: Expr | None
    under: Chosen | None
    picked: Chosen | None
    groups: Groups | None

    @property
    def of(self) -> tuple[int, int, int]:
        total = len(self.table)
        under = total if self.under is None else self.under.row_count
        return total, under, 0 if self.picked is None else self.picked.row_count

    def card(self, name: str) -> Card:
        table = self.table
        if name not in table.names:
            return _embedding_card(table, name)
        source = source_for(table, name, self.look.bar_count)
        bars = source.bars
        condition = condition_on(self.filter, name)
        roles = [role for role in table.dataset.roles.of_column(name) if name not in table.overlay]
        is_id = name == table.dataset.id_column
        card = Card(
            name=name, kind=table.kind(name), row_count=len(table), condition=condition,
            role=", ".join(str(role).replace("_", " ") for role in roles),
            missing_count=bars.missing_count, infinite_count=bars.infinite_count,
            in_shares=self.look.in_shares,
        )  # fmt: skip
        layers = self.layers(name, bars, condition)
        card = replace(
            card, missing_under=layers.missing_under,
            row_count_under=None if self.under is None else self.under.row_count,
        )  # fmt: skip
        if is_id or says_nothing(bars, self.look):
            return replace(card, words=_plain_words(bars, is_id))
        chart = self.chart(source, layers, condition)
        if self.groups is not None:
            charts = self.groups.charts(chart, layers.groups, layers.missing_of_groups)
            return replace(card, charts=charts, is_split=True, more=self.groups.rest_words)
        below = () if source.more is None else (self.below(name, source, condition),)
        return replace(card, charts=(chart, *below))

    def layers(self, name: str, bars: Bars, condition: Expr | None) -> Layers:
        is_in = covered(name, bars, self.table.column(name), condition)
        if self.groups is not None:
            return self._split_layers(name, bars, is_in)
        under = bars.totals if self.under is None else bars.counts(self.under)
        picked = np.zeros_like(bars.totals) if self.picked is None else bars.counts(self.picked)
        missing = _missing(bars, self.under, under, self.table.column(name))
        return Layers(bars.totals, under, picked, is_in, missing)

    def _split_layers(self, name: str, bars: Bars, is_in: np.ndarray) -> Layers:
        assert self.groups is not None
        layers = [group_counts(self.table, name, bars, self.look.bar_count, self.groups, layer)
                  for layer in self.groups.layers]  # fmt: skip
        all_, under, picked = (layer.sum(axis=0)[: bars.bar_count] for layer in layers)
        missing = (
            _missing(bars, self.under, under, self.table.column(name))
            if bars.owners is not None
            else int(layers[1][:, bars.bar_count].sum())
        )
        of_groups = np.stack([layer[:, : bars.bar_count] for layer in layers], axis=2)
        missing_of_groups = None if bars.owners is not None else layers[1][:, bars.bar_count]
        return Layers(all_, under, picked, is_in, missing, of_groups, missing_of_groups)

    def chart(self, source: Source, layers: Layers, condition: Expr | None) -> Chart:
        if source.bars.levels:
            return self._level_chart(source.bars, layers, condition)
        words = "" if self.groups is not None or _is_narrow(source.bars) else _middle(source, self.under)
        return self._histogram(source.bars, layers, words)

    def below(self, name: str, source: Source, condition: Expr | None) -> Chart:
        """Draw what stands below the card's first chart: frequent texts, or lengths of lists."""
        bars = source.more
        assert bars is not None
        layers = self.layers(name, bars, condition)
        if bars.bins:
            return self._histogram(bars, layers, _middle(replace(source, bars=bars), self.under))
        return Chart(
            "levels", bars, bars.levels, layers.stacked, layers.is_in, tuple(range(bars.bar_count)), self.of,
            words="most frequent texts",
        )  # fmt: skip

    def _histogram(self, bars: Bars, layers: Layers, words: str) -> Chart:
        ends = marks(bars.bins[0].low, bars.bins[-1].high)
        return Chart(
            "histogram", bars, tuple(item.label for item in bars.bins), layers.stacked, layers.is_in,
            tuple(range(bars.bar_count)), self.of, ends, words,
        )  # fmt: skip

    def _level_chart(self, bars: Bars, layers: Layers, condition: Expr | None) -> Chart:
        occurring = int(np.count_nonzero(bars.totals))
        shown = shown_levels(bars, layers, self.look, condition)
        labels, counts, is_in = [bars.levels[level] for level in shown], layers.stacked, layers.is_in[shown]
        levels = list(shown)
        if occurring > len(shown):
            rest = np.ones(len(bars.levels), dtype=bool)
            rest[shown] = False
            labels.append(f"{whole(occurring - len(shown))} other values")
            is_in = np.append(is_in, layers.is_in[rest & (bars.totals > 0)].all())
            levels.append(OTHER)
        return Chart(
            "levels", bars, tuple(labels), named_and_rest(counts, levels), is_in, tuple(levels), self.of,
            words=_level_words(bars, int(np.count_nonzero(layers.under)), occurring),
        )  # fmt: skip


def _embedding_card(table: Table, name: str) -> Card:
    vectors = table.vectors(name)
    usable = int(np.count_nonzero(vectors.usable))
    aside = len(vectors) - usable
    words = f"{whole(vectors.dimension)} numbers, {whole(usable)} usable, {whole(aside)} set aside"
    return Card(name, Kind.OTHER, len(table), role="embedding", words=words)


def _missing(bars: Bars, under: Chosen | None, counts: np.ndarray, column: ColumnData) -> int:
    """Count the missing rows under the filter."""
    if bars.missing_count == 0 or under is None:
        return bars.missing_count
    if bars.owners is not None:
        return int(np.count_nonzero(under.mask & column.is_missing()))
    if bars.infinite_count == 0:
        return under.row_count - int(counts.sum())
    return int(np.count_nonzero(under.mask & (bars.codes == bars.missing_code)))


def says_nothing(bars: Bars, look: Look) -> bool:
    """Say whether bars would all look alike: nothing there, all values different, or none to tell apart."""
    if bars.bar_count == 0 or not bars.totals.any():
        return True
    if bars.kind is Kind.OTHER and not bars.unit:
        return bars.missing_count == 0
    is_all_distinct = bool(bars.levels) and int(bars.totals.max()) == 1
    return is_all_distinct and int(np.count_nonzero(bars.totals)) > look.level_count


def _plain_words(bars: Bars, is_id: bool) -> str:
    count = int(bars.totals.sum()) + bars.infinite_count
    if count == 0:
        return "no values"
    if is_id:
        return f"{whole(count)} ids, all different"
    if bars.kind is Kind.OTHER:
        return f"{whole(count)} values"
    return f"{whole(count)} values, all different"


def mark(value: int | float | str) -> str:
    """Write an end of the axis; a long number is rounded, the bars say it digit by digit."""
    if isinstance(value, str):
        return value
    text = exact(value)
    return text if len(text) <= MAX_MARK_CHARS else three_digits(float(value))


def marks(low: int | float | str, high: int | float | str) -> tuple[str, str]:
    """Write both ends of the axis; digit by digit where rounding would make one of the two."""
    return (str(low), str(high)) if _look_alike(low, high) else (mark(low), mark(high))


def _look_alike(low: int | float | str, high: int | float | str) -> bool:
    return low != high and mark(low) == mark(high)


def _is_narrow(bars: Bars) -> bool:
    """Say whether the ends need the whole line, and the mean, rounded, would be just another of them."""
    return bool(bars.bins) and _look_alike(bars.bins[0].low, bars.bins[-1].high)


def _middle(source: Source, under: Chosen | None) -> str:
    """Say the mean under the filter beside that of all, and what is counted if that is not the value."""
    bars = source.bars
    if bars.mean is None:
        return ""
    unit = f"{bars.unit}, " if bars.unit else ""
    if under is None:
        return f"{unit}mean {three_digits(bars.mean)}"
    of_filter = mean_of(source.column.values, bars, under)
    now = "—" if of_filter is None else three_digits(of_filter)
    return f"{unit}mean {now}, all {three_digits(bars.mean)}"


def _level_words(bars: Bars, under_count: int, occurring: int) -> str:
    if bars.unit:
        return f"{whole(occurring)} different items; a row may have several"
    if bars.kind is not Kind.CATEGORY:
        return ""
    if under_count == occurring:
        return f"{whole(occurring)} {'value' if occurring == 1 else 'values'}"
    return f"{whole(under_count)} of {whole(occurring)} values"


# --- which values have a bar of their own ------------------------------------------------


def shown_levels(bars: Bars, layers: Layers, look: Look, condition: Expr | None) -> list[int]:
    """Choose the values with a bar of their own: the most frequent, and those the filter asks for."""
    occurring = np.flatnonzero(bars.totals)
    ranks = layers.under if look.level_order == "count under the filter" else layers.all
    by_count = occurring[np.lexsort((occurring, -layers.all[occurring], -ranks[occurring]))]
    is_nearly_distinct = not bars.unit and 2 * len(occurring) > int(bars.totals.sum())
    room = min(FEW_LEVELS, look.level_count) if is_nearly_distinct else look.level_count
    # one value left over would be "1 other value": it gets its own bar
    room += len(occurring) == room + 1
    chosen = by_count[:room].tolist()
    if condition is not None and not layers.is_in.all():
        chosen = _with_asked_for(chosen, [i for i in by_count.tolist() if layers.is_in[i]], room)
    if look.level_order == "name":
        chosen.sort(key=lambda level: bars.levels[level].casefold())
    return chosen


def _with_asked_for(chosen: list[int], asked_for: list[int], room: int) -> list[int]:
    """Make room for the values that the filter asks for, if they are few; the order stays."""
    if len(asked_for) > room:
        return chosen
    added = [level for level in asked_for if level not in chosen]
    kept = [level for level in chosen if level in asked_for]
    rest = [level for level in chosen if level not in asked_for][: room - len(kept) - len(added)]
    return [level for level in chosen if level in kept or level in rest] + added


# --- which bars the filter names -----------------------------------------------------------


@dataclass(frozen=True, eq=False)
class _Probe:
    """A table of one column with one row per bar, to evaluate a condition on."""

    name: str
    data: ColumnData
    fingerprint: str = "probe"
    dataset_name: str = "probe"

    @property
    def names(self) -> tuple[str, ...]:
        return (self.name,)

    def __len__(self) -> int:
        return len(self.data)

    def column(self, name: str) -> ColumnData:
        return self.data

    def positions_of(self, ids: Sequence[object]) -> np.ndarray:
        return np.empty(0, dtype=np.int64)


def covered(name: str, bars: Bars, column: ColumnData, condition: Expr | None) -> np.ndarray:
    """Say for each bar whether the filter's condition on this column lets it in."""
    if condition is None or not bars.can_filter or bars.bar_count == 0:
        return np.zeros(bars.bar_count, dtype=bool)
    return evaluate(condition, _Probe(name, one_of_each(bars, column)))
