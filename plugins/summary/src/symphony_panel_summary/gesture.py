"""What a click or a brush on the bars of a column says, as a condition.

The rows that meet the condition are exactly those that the bars count: ends
belong to the condition where they belong to the bar, and infinite values, which
stand beside the bars, are never let in.
"""

from __future__ import annotations

from collections.abc import Sequence

from symphony_core.column import Kind
from symphony_core.expr import And, Between, Compare, Expr, IsNull, Not, OneOf
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
    """Give the condition of several values; of both values of a boolean, that it is there.

    Raises IndexError when there is no such value.
    """
    if not all(0 <= level < len(bars.levels) for level in levels):
        raise IndexError(f"values {list(levels)} of {len(bars.levels)}")
    if bars.kind is not Kind.CATEGORY:
        return Not(IsNull(column))
    return OneOf(column, tuple(bars.levels[level] for level in levels))


def other_condition(column: str, bars: Bars, shown: Sequence[int]) -> Expr:
    """Give the condition of all values but those shown: another value, not a missing one."""
    named = tuple(bars.levels[level] for level in shown)
    return And((Not(OneOf(column, named)), Not(IsNull(column))))
