"""What a click or a brush on the bars of a column says, as a condition.

The rows that meet the condition are exactly those that the bars count: ends
belong to the condition where they belong to the bar, and infinite values, which
stand beside the bars, are never let in.
"""

from __future__ import annotations

from collections.abc import Sequence

from symphony_core.column import Kind
from symphony_core.combine import Mode, condition_on, with_condition, without
from symphony_core.expr import And, Between, Compare, Expr, IsNull, Not, OneOf, all_of
from symphony_panel_summary.bins import Bars


def range_condition(column: str, bars: Bars, first: int, last: int) -> Expr:
    """Give the condition of neighbouring bars, `first` to `last` inclusive.

    Raises IndexError when there are no such bars.
    """
    if not 0 <= first <= last < len(bars.bins):
        raise IndexError(f"bars {first} to {last} of {len(bars.bins)}")
    start, end = bars.bins[first], bars.bins[last]
    if start.low == end.high:
        return Compare(column, "==", start.low)
    if end.is_closed:
        return Between(column, start.low, end.high)
    return And((Compare(column, ">=", start.low), Compare(column, "<", end.high)))


def level_condition(column: str, bars: Bars, level: int) -> Expr:
    """Give the condition of one value of a category, boolean or present/missing column.

    Raises IndexError when there is no such value.
    """
    if not 0 <= level < len(bars.levels):
        raise IndexError(f"value {level} of {len(bars.levels)}")
    if bars.kind is Kind.OTHER:
        return Not(IsNull(column))
    return Compare(column, "==", level == 1 if bars.kind is Kind.BOOL else bars.levels[level])


def levels_condition(column: str, bars: Bars, levels: Sequence[int]) -> Expr:
    """Give the condition of one or more values; of both values of a boolean, that it is there.

    Raises IndexError when there is no such value.
    """
    if not all(0 <= level < len(bars.levels) for level in levels):
        raise IndexError(f"values {list(levels)} of {len(bars.levels)}")
    if len(levels) == 1:
        return level_condition(column, bars, levels[0])
    if bars.kind is not Kind.CATEGORY:
        return Not(IsNull(column))
    return OneOf(column, tuple(bars.levels[level] for level in levels))


def other_condition(column: str, bars: Bars, shown: Sequence[int]) -> Expr:
    """Give the condition of all values but those shown: another value, not a missing one."""
    named = tuple(bars.levels[level] for level in shown)
    return And((Not(OneOf(column, named)), Not(IsNull(column))))


def with_conditions(current: Expr | None, conditions: Sequence[tuple[str, Expr]], mode: Mode) -> Expr | None:
    """Give the filter after a gesture on one or two columns at once; None is all rows.

    conditions: what was brushed, as pairs of column and condition. A plain gesture replaces what the
    filter says about each column, and the same again takes it back; shift adds along each column; alt
    lets out the rows that meet all of them.
    """
    if len(conditions) == 1:
        return with_condition(current, *conditions[0], mode)
    if mode is Mode.EXCLUDE:
        joined = all_of(condition for _, condition in conditions)
        return current if joined is None else _with_part(current, ~joined)
    if mode is Mode.ADD:
        for column, condition in conditions:
            current = with_condition(current, column, condition, mode)
        return current
    fresh = [pair for pair in conditions if condition_on(current, pair[0]) != pair[1]]
    for column, condition in fresh or conditions:
        current = with_condition(current, column, condition) if fresh else without(current, column)
    return current


def _with_part(current: Expr | None, part: Expr) -> Expr | None:
    parts = current.parts if isinstance(current, And) else () if current is None else (current,)
    rest = [one for one in parts if one != part]
    return all_of(rest if len(rest) < len(parts) else [*parts, part])
