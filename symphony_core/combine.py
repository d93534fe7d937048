"""A gesture on one column, joined with the filter that is there.

A view that brushes one column says something about that column only: what the
filter says about others stays. So the filter is read as a list of conditions
joined by `and`, each about one column or about several; a plain gesture
replaces those about its own column alone. Conditions that tie several columns
together (`label != prediction`, a lasso, an `or` across columns or with single rows) always stay.

The results are written as a person would: `label in ['a', 'b']` rather than two
tests joined by `or`, `label != 'a'` rather than `not label == 'a'`.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence

from symphony_core.expr import And, Compare, Expr, Not, OneOf, Or, Rows, all_of, any_of, columns_of
from symphony_core.scalar import Scalar


class Mode(enum.StrEnum):
    """How a gesture joins what is there."""

    REPLACE = "replace"  # a plain click or brush
    ADD = "add"  # with shift: or
    EXCLUDE = "exclude"  # with alt: and not


def condition_on(current: Expr | None, column: str) -> Expr | None:
    """Give what the filter says about this column alone; None when it says nothing."""
    return all_of(part for part in _conditions(current) if _is_about(part, column))


def without(current: Expr | None, column: str) -> Expr | None:
    """Give the filter without what it says about this column alone."""
    return all_of(part for part in _conditions(current) if not _is_about(part, column))


def with_condition(
    current: Expr | None, column: str, condition: Expr, mode: Mode = Mode.REPLACE
) -> Expr | None:
    """Give the filter after a gesture on one column; None is all rows.

    current: the filter now. condition: what was clicked or brushed, about `column` alone.
    The same gesture again takes itself back, in every mode.
    """
    own = condition_on(current, column)
    if mode is Mode.REPLACE:
        new = None if own == condition else condition
    elif mode is Mode.ADD:
        new = _added(own, column, condition)
    else:
        new = _excluded(own, column, condition)
    return _put(current, column, new)


def _put(current: Expr | None, column: str, new: Expr | None) -> Expr | None:
    """Put a condition where the column's first one stood, so that the text does not jump about."""
    parts: list[Expr | None] = []
    is_placed = False
    for part in _conditions(current):
        if not _is_about(part, column):
            parts.append(part)
        elif not is_placed:
            parts.append(new)
            is_placed = True
    return all_of(parts if is_placed else [*parts, new])


def _added(own: Expr | None, column: str, condition: Expr) -> Expr | None:
    if own is None:
        return condition
    values = _values(condition)
    wanted, unwanted = _values(own), _excluded_values(own)
    if values is not None and wanted is not None:
        return _one_of(column, _toggled(wanted, values))
    if values is not None and unwanted is not None:
        return _none_of(column, _minus(unwanted, values))
    alternatives = own.parts if isinstance(own, Or) else (own,)
    if condition in alternatives:
        return any_of(part for part in alternatives if part != condition)
    return any_of([*alternatives, condition])


def _excluded(own: Expr | None, column: str, condition: Expr) -> Expr | None:
    values = _values(condition)
    if own is None or own == condition:
        return ~condition if values is None else _none_of(column, values)
    wanted, unwanted = _values(own), _excluded_values(own)
    if values is not None and wanted is not None:
        rest = _minus(wanted, values)
        # excluding all that was wanted would leave no row; then the exclusion itself is meant
        return _one_of(column, rest) if rest else _none_of(column, values)
    if values is not None and unwanted is not None:
        return _none_of(column, _toggled(unwanted, values))
    exclusion = ~condition if values is None else _none_of(column, values)
    assert exclusion is not None
    parts = _conditions(own)
    if exclusion in parts:
        return all_of(part for part in parts if part != exclusion)
    return all_of([*parts, exclusion])


def _conditions(current: Expr | None) -> Sequence[Expr]:
    if current is None:
        return ()
    return current.parts if isinstance(current, And) else (current,)


def _is_about(part: Expr, column: str) -> bool:
    return columns_of(part) == (column,) and not _names_rows(part)


def _names_rows(part: Expr) -> bool:
    """Say whether rows are named in it one by one: these are no statement about a column."""
    return isinstance(part, Rows) or any(_names_rows(child) for child in part.children)


def _values(condition: Expr) -> tuple[Scalar, ...] | None:
    """Give the values that the condition asks for; None when it asks otherwise."""
    if isinstance(condition, OneOf):
        return condition.values
    if isinstance(condition, Compare) and condition.op == "==" and isinstance(condition.value, Scalar):
        return (condition.value,)
    return None


def _excluded_values(condition: Expr) -> tuple[Scalar, ...] | None:
    if isinstance(condition, Not):
        return _values(condition.part)
    if isinstance(condition, Compare) and condition.op == "!=" and isinstance(condition.value, Scalar):
        return (condition.value,)
    return None


def _toggled(there: Sequence[Scalar], values: Sequence[Scalar]) -> list[Scalar]:
    """Take the values out when all are there, else put the others in."""
    rest = _minus(there, values)
    if len(rest) == len(there) - len(values):
        return rest
    return [*there, *_minus(values, there)]


def _minus(there: Sequence[Scalar], values: Sequence[Scalar]) -> list[Scalar]:
    gone = {_tag(value) for value in values}
    return [value for value in there if _tag(value) not in gone]


def _tag(value: Scalar) -> tuple[type, Scalar]:
    return type(value), value  # 1, 1.0 and True are equal in Python and three values here


def _one_of(column: str, values: Sequence[Scalar]) -> Expr | None:
    if not values:
        return None
    return Compare(column, "==", values[0]) if len(values) == 1 else OneOf(column, tuple(values))


def _none_of(column: str, values: Sequence[Scalar]) -> Expr | None:
    if not values:
        return None
    return Compare(column, "!=", values[0]) if len(values) == 1 else Not(OneOf(column, tuple(values)))
