"""Expressions evaluated row by row in plain Python: slow, and obviously right.

Shares with the core only the nodes and the columns. Times are read by the
standard library and polygons are judged in exact fractions.
"""

from __future__ import annotations

import datetime as dt
import math
import operator
import re
from fractions import Fraction
from zoneinfo import ZoneInfo

import numpy as np

from symphony_core.column import ColumnData, Kind
from symphony_core.expr import (
    And,
    Between,
    ColumnRef,
    Compare,
    Contains,
    Expr,
    Inside,
    IsNull,
    Matches,
    Not,
    OneOf,
    Or,
    Rows,
    Truth,
)
from tests.unit.columns import MemoryColumns

NS = {"s": 10**9, "ms": 10**6, "us": 10**3, "ns": 1}
ORDER = {"==": operator.eq, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}


def slow_evaluate(expr: Expr, columns: MemoryColumns) -> list[bool]:
    return [holds(expr, columns, row) for row in range(len(columns))]


def holds(expr: Expr, columns: MemoryColumns, row: int) -> bool:  # noqa: C901 - one case a node
    def value_in(name: str) -> object:
        return value_at(columns.column(name), row)

    def literal(value: object) -> object:
        return read(value, columns.column(expr.column))

    match expr:
        case And(parts):
            return all(holds(part, columns, row) for part in parts)
        case Or(parts):
            return any(holds(part, columns, row) for part in parts)
        case Not(part):
            return not holds(part, columns, row)
        case Compare(column, "!=", value):
            return not holds(Compare(column, "==", value), columns, row)
        case Compare(column, op, ColumnRef(name)):
            return compared(value_in(column), op, value_in(name))
        case Compare(column, op, value):
            return compared(value_in(column), op, literal(value))
        case Between(column, low, high):
            value = value_in(column)
            return compared(value, ">=", literal(low)) and compared(value, "<=", literal(high))
        case OneOf(column, values):
            return any(compared(value_in(column), "==", literal(value)) for value in values)
        case IsNull(column):
            return value_in(column) is None
        case Truth(column):
            return value_in(column) is True
        case Contains(column, part):
            return value_in(column) is not None and part in value_in(column)
        case Matches(column, pattern):
            return value_in(column) is not None and re.search(pattern, value_in(column), re.ASCII) is not None
        case Inside(x, y, polygon):
            return is_inside(value_in(x), value_in(y), polygon)
        case Rows(ids=ids) if ids is not None:
            return columns.ids[row] in ids
        case Rows():
            return row in expr.positions()
    raise TypeError(expr)


def compared(left: object, op: str, right: object) -> bool:
    return left is not None and right is not None and ORDER[op](left, right)


def value_at(data: ColumnData, row: int) -> object:
    """Give text, int, float, bool, nanoseconds in UTC, or None where the value is missing."""
    if data.missing is not None and data.missing[row]:
        return None
    if data.kind is Kind.CATEGORY:
        return None if data.values[row] < 0 else data.levels[data.values[row]]
    if data.kind is Kind.TEXT:
        return data.text[row].as_py()
    if data.kind is Kind.TIME:
        moment = data.values[row]
        step = NS[np.datetime_data(moment)[0]]
        return None if np.isnat(moment) else int(moment.astype("int64")) * step
    if data.kind is Kind.OTHER:
        return "something"
    value = data.values[row].item()
    return None if isinstance(value, float) and math.isnan(value) else value


def read(value: object, data: ColumnData) -> object:
    """Give a literal as the column understands it."""
    if data.kind is Kind.TIME:
        moment = dt.datetime.fromisoformat(value)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=ZoneInfo(data.timezone) if data.timezone else dt.UTC)
        since = moment - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
        return (since.days * 86_400 + since.seconds) * 10**9 + since.microseconds * 1000
    if data.kind is Kind.NUMBER and data.values.dtype.kind == "f":
        with np.errstate(over="ignore"):
            rounded = data.values.dtype.type(float(value)).item()
        # Beyond the range of a float32 the value itself counts.
        return float(value) if math.isinf(rounded) else rounded
    return value


def is_inside(x: object, y: object, polygon: tuple[tuple[float, float], ...]) -> bool:
    if x is None or y is None or math.isinf(x) or math.isinf(y):
        return False
    px, py = Fraction(x), Fraction(y)
    crossings = 0
    corners = [(Fraction(a), Fraction(b)) for a, b in polygon]
    for (ax, ay), (bx, by) in zip(corners, corners[1:] + corners[:1], strict=True):
        turn = (bx - ax) * (py - ay) - (by - ay) * (px - ax)
        if turn == 0 and min(ax, bx) <= px <= max(ax, bx) and min(ay, by) <= py <= max(ay, by):
            return False
        if (ay > py) != (by > py) and ax + (py - ay) * (bx - ax) / (by - ay) > px:
            crossings += 1
    return crossings % 2 == 1
