"""What the colour of a point says: nothing but density, a value of a category, or a number.

A category's values keep the colours they have in the other views: few in the
order of the column, of many the most frequent ones, counted over all rows so
that a filter changes no colour. The rest share one grey, and missing is a value
of its own. Numbers and times run along a ramp between the 1st and the 99th
hundredth; what lies beyond has the colour of the end.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from symphony_core.cache import ByteLRU
from symphony_core.column import ColumnData, Kind
from symphony_core.expr import And, Compare, Expr, IsNull, Not, OneOf, Or
from symphony_core.groups import grouping
from symphony_core.look import CATEGORIES, OTHER
from symphony_core.roles import Role
from symphony_core.table import Table
from symphony_panel_embedding_map.view_words import moment, short

# The house's seven, then hues between them, each seen on a light page and on a dark one.
PALETTE = (
    *CATEGORIES,
    "#7570d8",
    "#ddcc77",
    "#44aa99",
    "#c46fd6",
    "#999933",
    "#a65628",
    "#5f8c4a",
)
MISSING = "#b9b2a6"
# Whole numbers with at most so many distinct values are names rather than amounts.
MAX_WHOLE_VALUES = 20
LOOK_ROWS = 10_000
# Points and the ramp on the page have this many steps.
RAMP_STEPS = 256
NS_PER_UNIT = {"s": 1e9, "ms": 1e6, "us": 1e3, "ns": 1.0}


@dataclass(frozen=True)
class Entry:
    """One line of the legend: its words, its colour, and what its rows meet.

    row_count: of all rows.
    """

    words: str
    colour: str
    condition: Expr
    row_count: int


@dataclass(frozen=True, eq=False)
class Colouring:
    """Every row's colour.

    column: None is density alone.
    entries: of the legend; empty for density and for numbers.
    codes: (n,) int8, each row's entry; on a ramp uint8, each row's step, 255 for missing.
    values: (n,) float64, the numbers of a ramp, NaN where missing; times are nanoseconds since 1970.
    low, high: ends of the ramp. is_time: its numbers are moments.
    missing_count: rows without a number, which have no place on the ramp.
    """

    column: str | None
    entries: tuple[Entry, ...] = ()
    codes: np.ndarray | None = None
    values: np.ndarray | None = None
    low: float = 0.0
    high: float = 0.0
    is_time: bool = False
    missing_count: int = 0

    @property
    def has_gaps(self) -> bool:
        """Whether some rows have no colour."""
        return self.missing_count > 0

    @property
    def is_ramp(self) -> bool:
        return self.values is not None

    @property
    def byte_count(self) -> int:
        return sum(0 if one is None else one.nbytes for one in (self.codes, self.values)) + 1_000

    def tick_words(self) -> list[str]:
        """Word the ends and the middle of the ramp."""
        write = moment if self.is_time else short
        return [write(value) for value in (self.low, (self.low + self.high) / 2, self.high)]


DENSITY = Colouring(None)
_colourings: ByteLRU[Colouring] = ByteLRU(256 * 2**20, size_of=lambda colouring: colouring.byte_count)


def colouring(table: Table, column: str | None, limit: int) -> Colouring:
    """Give each row's colour by a column; None is density.

    limit: how many values of a category have a colour of their own. Raises UnknownColumn.
    """
    if column is None:
        return DENSITY
    key = (table.fingerprint, table.key(column), column, limit)
    return _colourings.get(key, lambda: _sealed(_coloured(table, column, min(limit, len(PALETTE)))))


def _sealed(coloured: Colouring) -> Colouring:
    """Forbid writing to the arrays: the index of points keeps what it sorts only of such."""
    for array in (coloured.codes, coloured.values):
        if array is not None:
            array.flags.writeable = False
    return coloured


def default_column(table: Table) -> str | None:
    """Name the column that colours a map nobody has coloured yet: the label, else none."""
    name = table.dataset.roles.column(Role.LABEL)
    return name if name in table.names else None


def can_colour(column: ColumnData) -> bool:
    """Say whether a column's values can be colours."""
    return column.kind is not Kind.OTHER and len(column) > 0


def _coloured(table: Table, name: str, limit: int) -> Colouring:
    column = table.column(name)
    if column.kind is Kind.TIME or (column.kind is Kind.NUMBER and not _is_named(table, name, column)):
        return _ramp(name, column)
    return _by_value(table, name, limit)


def _is_named(table: Table, name: str, column: ColumnData) -> bool:
    """Say whether numbers are names: of labels, or few whole ones."""
    if column.values.dtype.kind not in "iu":
        return False
    if len(np.unique(column.values[:LOOK_ROWS])) > MAX_WHOLE_VALUES:
        return False
    return len(np.unique(column.values)) <= MAX_WHOLE_VALUES


def _ramp(name: str, column: ColumnData) -> Colouring:
    values = _numbers(column)
    known = values[np.isfinite(values)]
    low, high = (float(end) for end in np.percentile(known, (1, 99))) if len(known) else (0.0, 0.0)
    if len(known) and low == high:
        low, high = float(known.min()), float(known.max())
    span = high - low
    with np.errstate(invalid="ignore", over="ignore"):
        steps = (values - low) * ((RAMP_STEPS - 2) / span) if span > 0 else np.zeros_like(values)
        steps = np.clip(np.where(np.isnan(values), 0, steps), 0, RAMP_STEPS - 2)
    missing = np.isnan(values)
    codes = np.where(missing, RAMP_STEPS - 1, steps).astype(np.uint8)
    gap_count = int(np.count_nonzero(missing))
    return Colouring(name, (), codes, values, low, high, column.kind is Kind.TIME, gap_count)


def _numbers(column: ColumnData) -> np.ndarray:
    if column.kind is Kind.TIME:
        ratio = NS_PER_UNIT[np.datetime_data(column.values.dtype)[0]]
        values = column.values.view(np.int64).astype(np.float64) * ratio
    else:
        values = column.values.astype(np.float64)
    return np.where(column.is_missing(), np.nan, values)


def _by_value(table: Table, name: str, limit: int) -> Colouring:
    split = grouping(table, (name,))
    counts = split.counts(None)
    missing = [index for index, test in enumerate(split.conditions) if isinstance(test, IsNull)]
    named = [index for index in range(len(counts)) if index not in missing[:1]]
    shown = named
    if len(named) > len(CATEGORIES):  # of many the most frequent ones have colours at all
        order = np.argsort(-counts[named], kind="stable")[:limit]
        shown = [named[place] for place in order]
    entries = [
        Entry(split.values[index][0], PALETTE[place], split.conditions[index], int(counts[index]))
        for place, index in enumerate(shown)
    ]
    lookup = np.full(len(counts), len(shown), dtype=np.int8)
    lookup[shown] = np.arange(len(shown))
    if len(shown) < len(named):
        rest = len(named) - len(shown)
        words = f"other ({rest:,} {'value' if rest == 1 else 'values'})"
        of_rest = int(counts[named].sum() - counts[shown].sum())
        entries.append(Entry(words, OTHER, _none_of(name, [split.conditions[i] for i in shown]), of_rest))
    if missing:
        lookup[missing[0]] = len(entries)
        entries.append(Entry("missing", MISSING, IsNull(name), int(counts[missing[0]])))
    codes = lookup[split.codes] if len(counts) else np.empty(0, dtype=np.int8)
    return Colouring(name, tuple(entries), codes)


def _none_of(name: str, shown: list[Expr]) -> Expr:
    values = tuple(test.value for test in shown if isinstance(test, Compare))
    return And((Not(OneOf(name, values)), Not(IsNull(name))))  # type: ignore[arg-type]  # none is a column


def values_of(condition: Expr | None, entries: tuple[Entry, ...]) -> list[bool]:
    """Say of each entry whether a condition on the column asks for it by name."""
    parts = condition.parts if isinstance(condition, Or) else (condition,)
    named = {part.digest for part in parts if part is not None}
    for part in parts:
        if isinstance(part, OneOf):
            named |= {Compare(part.column, "==", value).digest for value in part.values}
    return [entry.condition.digest in named for entry in entries]
