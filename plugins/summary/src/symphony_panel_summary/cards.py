"""What each card of the summary shows: bars with their counts, in words and heights.

A card is plain data, so the view only has to send it and a test can read it.
Bars of all rows are kept for the whole process; what a redraw costs is counting
bytes under the filter and under the selection.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from symphony_core.cache import ByteLRU
from symphony_core.column import ColumnData, Kind
from symphony_core.combine import condition_on
from symphony_core.evaluate import evaluate
from symphony_core.expr import Expr, IsNull
from symphony_core.roles import Role
from symphony_core.table import Table
from symphony_panel_summary.bins import Bars, bars_of, mean, one_of_each
from symphony_panel_summary.words import exact, share, three_digits, whole

# 40 columns of 10 million rows, one byte a row, and some to spare.
MAX_BARS_BYTES = 512 * 2**20
bars_kept: ByteLRU[Bars] = ByteLRU(MAX_BARS_BYTES, size_of=lambda bars: bars.byte_count)

# Columns that come first, since all other columns are read against them.
LEADING_ROLES = (Role.SPLIT, Role.LABEL, Role.PREDICTION, Role.CONFIDENCE, Role.POSITIVE_SCORE, Role.LOSS)

# Stands for all values without a bar of their own. It is counted and not drawn: it would dwarf the others.
OTHER = -1
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
    """

    bar_count: int = 20
    level_count: int = 12
    level_order: str = "count"
    in_shares: bool = False


@dataclass(frozen=True, eq=False)
class Bar:
    """One bar: rows of all, under the filter, and selected. `level` is a value's index or OTHER."""

    label: str
    all: int
    under: int
    picked: int
    is_in: bool = False
    level: int = 0

    @property
    def counts(self) -> tuple[int, int, int]:
        return self.all, self.under, self.picked


@dataclass(frozen=True, eq=False)
class Card:
    """One column as it is shown.

    shape: "histogram", "levels" or "plain" (words only).
    source: the bars of all rows. condition: what the filter says about this column.
    shown_levels: those with a bar of their own.
    shares: rows of each layer, when heights are shares of these.
    """

    name: str
    kind: Kind
    source: Bars
    row_count: int
    shape: str = "plain"
    bars: tuple[Bar, ...] = ()
    role: str = ""
    condition: Expr | None = None
    words: str = ""
    axis: tuple[str, str] = ("", "")
    shown_levels: tuple[int, ...] = ()
    missing_under: int = 0
    note: str = ""
    shares: tuple[int, int, int] | None = None

    @property
    def can_filter(self) -> bool:
        """Whether its bars can be said in a filter; lengths of text cannot."""
        return self.kind is not Kind.TEXT

    def payload(self) -> dict[str, object]:
        """Give the card as plain values for the browser."""
        layers = self.shares or (1, 1, 1)
        heights = [
            [
                0.0 if bar.level == OTHER else count / max(of, 1)
                for count, of in zip(bar.counts, layers, strict=True)
            ]
            for bar in self.bars
        ]
        tallest = max((max(layers_of_bar) for layers_of_bar in heights), default=0) or 1
        missing = self.source.missing_count
        return {
            "name": self.name, "role": self.role, "shape": self.shape, "kind": str(self.kind),
            "axis": list(self.axis), "words": self.words, "note": self.note,
            "can_filter": self.can_filter, "has_condition": self.condition is not None,
            "missing": f"{share(missing, self.row_count)} missing" if missing else "",
            "missing_words": _of(self.missing_under, missing),
            "missing_is_in": self.condition == IsNull(self.name),
            "bars": [
                {
                    "label": bar.label, "level": bar.level, "is_in": bar.is_in, "is_empty": bar.under == 0,
                    "count": _of(bar.under, bar.all), "under": whole(bar.under),
                    "picked": whole(bar.picked) if bar.picked else "",
                    "heights": [round(height / tallest, 4) for height in bar_heights],
                }
                for bar, bar_heights in zip(self.bars, heights, strict=True)
            ],
        }  # fmt: skip


def _of(under: int, all_: int) -> str:
    return whole(all_) if under == all_ else f"{whole(under)} of {whole(all_)}"


def bars_for(table: Table, name: str, bar_count: int) -> Bars:
    """Give the bars of a column, computed once a process."""
    key = (table.fingerprint, table.key(name), bar_count)
    return bars_kept.get(key, lambda: bars_of(table.column(name), bar_count))


def ordered_names(table: Table, order: str) -> list[str]:
    """Give the columns in the order of their cards; the id column is last.

    order: "roles first", "as in the data" or "by name".
    """
    names = list(table.names)
    if order == "by name":
        names.sort(key=str.casefold)
    if order == "roles first":
        leading = [table.dataset.roles.column(role) for role in LEADING_ROLES]
        first = [name for name in dict.fromkeys(leading) if name in names]
        names = first + [name for name in names if name not in first]
    return sorted(names, key=lambda name: name == table.dataset.id_column)


def cards_of(
    table: Table,
    names: Sequence[str],
    look: Look,
    *,
    filter: Expr | None = None,
    selection: Expr | None = None,
    is_wanted: Callable[[], bool] = lambda: True,
) -> list[Card]:
    """Count the bars of some columns; those without a chart come last.

    is_wanted: asked between columns; False ends the work early.
    """
    under = None if filter is None else table.mask(filter)
    picked = None if selection is None else table.mask(selection)
    cards = []
    for name in names:
        if not is_wanted():
            break
        cards.append(_card(table, name, look, filter, under, picked))
    return sorted(cards, key=lambda card: card.shape == "plain")


def _card(
    table: Table,
    name: str,
    look: Look,
    filter: Expr | None,
    under: np.ndarray | None,
    picked: np.ndarray | None,
) -> Card:
    bars = bars_for(table, name, look.bar_count)
    condition = condition_on(filter, name)
    roles = [role for role in table.dataset.roles.of_column(name) if name not in table.overlay]
    layers = _Layers(
        bars.totals,
        bars.totals if under is None else bars.counts(under),
        np.zeros_like(bars.totals) if picked is None else bars.counts(picked),
        _covered(name, bars, table.column(name), condition),
    )
    row_count = len(table)
    of_layers = (row_count, row_count if under is None else int(np.count_nonzero(under)),
                 0 if picked is None else int(np.count_nonzero(picked)))  # fmt: skip
    missing_under = bars.missing_count if under is None else _missing(bars, under, of_layers[1], layers.under)
    card = Card(
        name=name, kind=bars.kind, source=bars, row_count=row_count, condition=condition,
        role=", ".join(str(role).replace("_", " ") for role in roles), missing_under=missing_under,
        shares=of_layers if look.in_shares else None,
    )  # fmt: skip
    is_id = name == table.dataset.id_column
    if is_id or _says_nothing(bars, look):
        return replace(card, words=_plain_words(bars, is_id))
    if bars.levels:
        return _level_card(card, layers, look)
    return _histogram_card(card, layers, table.column(name), under)


@dataclass(frozen=True, eq=False)
class _Layers:
    """Counts of each bar of one column, and which bars the column's condition covers."""

    all: np.ndarray
    under: np.ndarray
    picked: np.ndarray
    is_in: np.ndarray

    def bar(self, index: int, label: str, level: int = 0) -> Bar:
        return Bar(
            label, int(self.all[index]), int(self.under[index]), int(self.picked[index]),
            bool(self.is_in[index]), level,
        )  # fmt: skip


def _missing(bars: Bars, under: np.ndarray, under_count: int, counts: np.ndarray) -> int:
    """Count the missing rows under the filter."""
    if bars.missing_count == 0:
        return 0
    if bars.infinite_count == 0:
        return under_count - int(counts.sum())
    return int(np.count_nonzero(under & (bars.codes == bars.missing_code)))


def _says_nothing(bars: Bars, look: Look) -> bool:
    """Whether bars would all look alike: nothing there, all values different, or none to tell apart."""
    if bars.bar_count == 0 or not bars.totals.any():
        return True
    if bars.kind is Kind.OTHER:
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


# --- numbers, times, lengths ---------------------------------------------------------


def _histogram_card(card: Card, layers: _Layers, column: ColumnData, under: np.ndarray | None) -> Card:
    bars = card.source
    drawn = tuple(layers.bar(index, item.label) for index, item in enumerate(bars.bins))
    first, last = bars.bins[0], bars.bins[-1]
    note = f"{whole(bars.infinite_count)} infinite" if bars.infinite_count else ""
    return replace(
        card, shape="histogram", bars=drawn, note=note, axis=(_mark(first.low), _mark(last.high)),
        words=_middle(bars, column, under),
    )  # fmt: skip


def _mark(value: int | float | str) -> str:
    """Write an end of the axis; a long number is rounded, the bars say it digit by digit."""
    if isinstance(value, str):
        return value
    text = exact(value)
    return text if len(text) <= MAX_MARK_CHARS else three_digits(float(value))


def _middle(bars: Bars, column: ColumnData, under: np.ndarray | None) -> str:
    if bars.mean is None:
        return ""
    if bars.kind is Kind.TEXT:
        return f"characters, mean {three_digits(bars.mean)}"
    if under is None:
        return f"mean {three_digits(bars.mean)}"
    of_filter = mean(column.values, bars.codes, bars.bar_count, under)
    now = "—" if of_filter is None else three_digits(of_filter)
    return f"mean {now}, all {three_digits(bars.mean)}"


# --- categories, booleans, present or not ------------------------------------------------


def _level_card(card: Card, layers: _Layers, look: Look) -> Card:
    bars = card.source
    occurring = int(np.count_nonzero(bars.totals))
    shown = _shown_levels(bars, layers, look, card.condition)
    drawn = [layers.bar(level, bars.levels[level], level) for level in shown]
    if occurring > len(shown):
        drawn.append(_other_bar(bars, layers, shown, occurring - len(shown)))
    under_count = int(np.count_nonzero(layers.under))
    if bars.kind is not Kind.CATEGORY:
        words = ""
    elif under_count == occurring:
        words = f"{whole(occurring)} {'value' if occurring == 1 else 'values'}"
    else:
        words = f"{whole(under_count)} of {whole(occurring)} values"
    return replace(card, shape="levels", bars=tuple(drawn), words=words, shown_levels=tuple(shown))


def _shown_levels(bars: Bars, layers: _Layers, look: Look, condition: Expr | None) -> list[int]:
    """Choose the values with a bar of their own: the most frequent, and those the filter asks for."""
    occurring = np.flatnonzero(bars.totals)
    ranks = layers.under if look.level_order == "count under the filter" else layers.all
    by_count = occurring[np.lexsort((occurring, -layers.all[occurring], -ranks[occurring]))]
    is_nearly_distinct = 2 * len(occurring) > int(bars.totals.sum())
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


def _other_bar(bars: Bars, layers: _Layers, shown: Sequence[int], level_count: int) -> Bar:
    rest = np.ones(len(bars.levels), dtype=bool)
    rest[list(shown)] = False
    is_in = bool(layers.is_in[rest & (bars.totals > 0)].all())
    return Bar(
        f"{whole(level_count)} other values", int(layers.all[rest].sum()), int(layers.under[rest].sum()),
        int(layers.picked[rest].sum()), is_in, OTHER,
    )  # fmt: skip


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


def _covered(name: str, bars: Bars, column: ColumnData, condition: Expr | None) -> np.ndarray:
    """Say for each bar whether the filter's condition on this column lets it in."""
    if condition is None or bars.kind is Kind.TEXT or bars.bar_count == 0:
        return np.zeros(bars.bar_count, dtype=bool)
    return evaluate(condition, _Probe(name, one_of_each(bars, column)))
