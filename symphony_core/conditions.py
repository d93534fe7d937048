"""A filter as a list of conditions that can be changed one by one.

A filter reads as conditions joined by `and`; a condition that is an `or` has
alternatives. A place names one of them: `(2,)` is the third condition, `(2, 0)`
its first alternative. Deeper trees are one condition: they are changed as text.
"""

from __future__ import annotations

from collections.abc import Iterable

from symphony_core.combine import Mode, with_condition
from symphony_core.errors import BadExpression
from symphony_core.expr import And, Compare, Expr, Not, Or, all_of, any_of, columns_of

Place = tuple[int, ...]


def conditions(expr: Expr | None) -> tuple[Expr, ...]:
    """Give what is joined by `and`; nothing for all rows."""
    if expr is None:
        return ()
    return expr.parts if isinstance(expr, And) else (expr,)


def alternatives(condition: Expr) -> tuple[Expr, ...]:
    """Give what is joined by `or`: the condition itself where it is no `or`."""
    return condition.parts if isinstance(condition, Or) else (condition,)


def at(expr: Expr | None, place: Place) -> Expr:
    """Give the condition at a place. Raises BadExpression when none is there."""
    found: Expr | None = None
    for index, choices in zip(place, (conditions, _alternatives_of_or), strict=False):
        parts = choices(expr if found is None else found)
        if not 0 <= index < len(parts):
            raise _nothing_at(expr, place)
        found = parts[index]
    if found is None or len(place) > 2:
        raise _nothing_at(expr, place)
    return found


def _alternatives_of_or(condition: Expr | None) -> tuple[Expr, ...]:
    return condition.parts if isinstance(condition, Or) else ()


def _nothing_at(expr: Expr | None, place: Place) -> BadExpression:
    count = len(conditions(expr))
    return BadExpression(
        f"the filter has no condition at {list(place)}: it has {count}, numbered from 0, and may have "
        "changed meanwhile; look at it and try again.",
        place=place,
    )


def without_at(expr: Expr | None, place: Place) -> Expr | None:
    """Give the filter without one condition or alternative; None is all rows."""
    return replaced_at(expr, place, None)


def negated_at(expr: Expr | None, place: Place) -> Expr | None:
    """Give the filter with the complement at one place: the rows that meet the others and not this one."""
    return replaced_at(expr, place, negated(at(expr, place)))


def replaced_at(expr: Expr | None, place: Place, new: Expr | None) -> Expr | None:
    """Give the filter with another condition at one place; `new` None takes it out.

    A condition that is there already is not said twice. Raises BadExpression when nothing is at the place.
    """
    at(expr, place)
    parts = conditions(expr)
    index = place[0]
    if len(place) == 2:
        choices = alternatives(parts[index])
        rest = [new if i == place[1] else choice for i, choice in enumerate(choices)]
        new = any_of(_distinct(choice for choice in rest if choice is not None))
    return all_of(_distinct(part for part in (*parts[:index], new, *parts[index + 1 :]) if part is not None))


def with_added(expr: Expr | None, condition: Expr, index: int | None = None) -> Expr:
    """Give the filter with one more condition; one that is there stays where it is.

    index: where it comes to stand; None is the end.
    """
    there = conditions(expr)
    place = len(there) if index is None else index
    joined = all_of(_distinct([*there[:place], *conditions(condition), *there[place:]]))
    assert joined is not None
    return joined


def with_alternative(expr: Expr | None, index: int, condition: Expr) -> Expr:
    """Give the filter with one more alternative to its condition number `index`."""
    choices = _distinct([*alternatives(at(expr, (index,))), *alternatives(condition)])
    joined = replaced_at(expr, (index,), any_of(choices))
    assert joined is not None
    return joined


def put(expr: Expr | None, condition: Expr, place: Place, *, is_alternative: bool) -> Expr:
    """Give the filter with a condition in place of another, or new when `place` is ().

    is_alternative: whether it is joined by `or` with the condition before it; the first one never is.
    Raises BadExpression when nothing is at the place.
    """
    if place and is_alternative == (len(place) == 2):
        replaced = replaced_at(expr, place, condition)
        assert replaced is not None
        return replaced
    rest = without_at(expr, place) if place else expr
    before = len(conditions(rest)) - 1 if not place else place[0] - 1
    if is_alternative and before >= 0:
        return with_alternative(rest, before, condition)
    return with_added(rest, condition, place[0] + len(place) - 1 if place else None)


def negated(condition: Expr) -> Expr:
    """Give the complement as a person would write it: `a != 1` rather than `not a == 1`."""
    if isinstance(condition, Compare) and condition.op in ("==", "!="):
        return Compare(condition.column, "!=" if condition.op == "==" else "==", condition.value)
    return ~condition


def narrowed_to(expr: Expr | None, group: Expr) -> Expr | None:
    """Give the filter that keeps one group's rows only; the same again lets the other groups back in.

    group: one condition a column, joined by `and`, whose rows meet the filter or of whom none does.
    """
    wanted = conditions(group)
    there = conditions(expr)
    if all(part in there for part in wanted):
        return all_of(part for part in there if part not in wanted)
    for part in wanted:
        if part not in conditions(expr):
            expr = with_condition(expr, columns_of(part)[0], part)
    return expr


def without_group(expr: Expr | None, group: Expr) -> Expr | None:
    """Give the filter that leaves one group's rows out.

    group: one condition a column, joined by `and`. What the filter says of a single column is shortened.
    """
    if isinstance(group, And):
        return with_added(expr, Not(group))
    return with_condition(expr, columns_of(group)[0], group, Mode.EXCLUDE)


def _distinct(parts: Iterable[Expr]) -> list[Expr]:
    return list(dict.fromkeys(parts))
