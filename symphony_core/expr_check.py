"""Whether an expression fits a table, said before anything is computed.

Each kind of column takes one kind of value. The messages say what to write
instead, because most mismatches are a forgotten or a superfluous quote.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from symphony_core.column import ColumnData, Kind
from symphony_core.errors import BadExpression, TypeMismatch, UnknownColumn, no_such
from symphony_core.expr import (
    Between,
    ColumnRef,
    Compare,
    Contains,
    Expr,
    Inside,
    Matches,
    OneOf,
    Rows,
    Truth,
)
from symphony_core.instant import instant_ns
from symphony_core.scalar import Scalar


class Columns(Protocol):
    """The table that an expression is read against."""

    @property
    def names(self) -> Sequence[str]: ...

    @property
    def fingerprint(self) -> str: ...

    @property
    def dataset_name(self) -> str: ...

    def __len__(self) -> int: ...

    def column(self, name: str) -> ColumnData:
        """Give the column's values."""
        ...

    def positions_of(self, ids: Sequence[Scalar]) -> np.ndarray:
        """Give the positions of rows, int64. Raises UnknownRow."""
        ...


_FAMILY = {
    Kind.NUMBER: "number",
    Kind.BOOL: "bool",
    Kind.CATEGORY: "text",
    Kind.TEXT: "text",
    Kind.TIME: "time",
    Kind.OTHER: "other",
}
_HOLDS = {
    "number": "numbers",
    "bool": "True and False",
    "text": "text",
    "time": "times",
    "other": "values that are neither text, number, time nor bool",
}
_EXAMPLE = {
    "number": "{0} == 1 or {0} > 0.5",
    "bool": "{0} == True, or {0} alone",
    "text": "{0} == 'abc'",
    "time": "{0} >= '2024-01-31'",
    "other": "{0} is null",
}
_INSIDE_RULE = "inside(x, y, ...) takes two columns of numbers"


def check(expr: Expr, columns: Columns) -> None:
    """Look up every column and every value.

    Raises UnknownColumn with the nearest names, TypeMismatch, or BadExpression
    for dates and patterns that cannot be read and rows of another dataset.
    """
    for child in expr.children:
        check(child, columns)
    for name in expr.own_columns:
        _require_column(expr, name, columns)
    match expr:
        case Compare(column, op, ColumnRef(other)):
            _check_pair(column, op, other, columns)
        case Compare(column, op, value) if not isinstance(value, ColumnRef):
            data = columns.column(column)
            _check_value(column, data, value)
            _check_order(column, data, op)
        case Between(column, low, high):
            data = columns.column(column)
            _check_value(column, data, low)
            _check_value(column, data, high)
            _check_order(column, data, "between")
        case OneOf(column, values):
            _check_list(column, columns.column(column), values)
        case Contains(column, _) | Matches(column, _):
            _check_text_test(expr, column, columns.column(column))
        case Truth(column):
            _check_truth(column, columns.column(column))
        case Inside():
            for name in expr.own_columns:
                _require_family(
                    name, columns.column(name), "number", "inside(x, y, ...) takes two columns of numbers"
                )
        case Rows():
            _check_rows(expr, columns)
        case _:
            pass


def _require_column(expr: Expr, name: str, columns: Columns) -> None:
    if name in columns.names:
        return
    message, close = no_such("column", name, columns.names, f"dataset {columns.dataset_name!r}")
    message += " Columns are case-sensitive."
    if isinstance(expr, Compare) and name != expr.column:
        message += f" A text value needs quotes: {name!r}."
    raise UnknownColumn(message, column=name, nearest=close)


def family_of(data: ColumnData) -> str:
    """Give number, bool, text, time or other: what the column can be compared with."""
    return _FAMILY[data.kind]


def _check_value(name: str, data: ColumnData, value: Scalar) -> None:
    family = family_of(data)
    if family == "time" and isinstance(value, str):
        instant_ns(value, data.timezone, column=name)
        return
    if family != _family_of_value(value):
        raise _mismatch(name, data, f"and is compared with {value!r}", value=value)


def _check_list(name: str, data: ColumnData, values: Sequence[Scalar]) -> None:
    if family_of(data) == "other":
        raise _mismatch(name, data, "and cannot be looked up in a list")
    for value in values:
        _check_value(name, data, value)


def _family_of_value(value: Scalar) -> str:
    if isinstance(value, bool):
        return "bool"
    return "text" if isinstance(value, str) else "number"


def _check_order(name: str, data: ColumnData, op: str) -> None:
    if data.kind is Kind.BOOL and op not in ("==", "!="):
        raise _mismatch(name, data, f"which have no order for {op}")


def _check_text_test(expr: Contains | Matches, name: str, data: ColumnData) -> None:
    word = "contains" if isinstance(expr, Contains) else "matches"
    _require_family(name, data, "text", f"{word} is a test of text")
    if isinstance(expr, Matches):
        _check_pattern(name, expr.pattern)


def _check_pattern(name: str, pattern: str) -> None:
    # Arrow is slow to import and most filters do without it.
    import pyarrow as pa
    import pyarrow.compute as pc

    try:
        pc.match_substring_regex(pa.array([""], pa.large_string()), pattern)
    except pa.ArrowInvalid as error:
        reason = str(error).removeprefix("Invalid regular expression: ")
        raise BadExpression(
            f"cannot read the pattern {pattern!r} for column {name!r}: {reason}. Patterns are RE2 "
            "(no look-around, no back-references); a literal text is found by: contains.",
            column=name,
            pattern=pattern,
        ) from error


def _check_truth(name: str, data: ColumnData) -> None:
    if data.kind is not Kind.BOOL:
        raise _mismatch(name, data, "and stands alone, which is a test of True and False")


def _require_family(name: str, data: ColumnData, family: str, rule: str) -> None:
    if family_of(data) != family:
        raise _mismatch(name, data, f"and {rule}")


def _check_pair(name: str, op: str, other: str, columns: Columns) -> None:
    left, right = columns.column(name), columns.column(other)
    families = family_of(left), family_of(right)
    if families[0] != families[1] or families[0] == "other":
        raise TypeMismatch(
            f"column {name!r} holds {_HOLDS[families[0]]} and column {other!r} holds {_HOLDS[families[1]]}: "
            f"they cannot be compared. If {other!r} is meant as text, put it in quotes.",
            column=name,
            kind=left.kind,
            other=other,
        )
    if families[0] == "time" and (left.timezone is None) != (right.timezone is None):
        raise TypeMismatch(
            f"of columns {name!r} and {other!r} one has a time zone and the other none: "
            "give both a time zone before opening the data.",
            column=name,
            kind=left.kind,
            other=other,
        )
    _check_order(name, left, op)


def _check_rows(rows: Rows, columns: Columns) -> None:
    if rows.bound is None:
        columns.positions_of(rows.ids or ())
    elif rows.fingerprint != columns.fingerprint or rows.row_count != len(columns):
        raise BadExpression(
            f"these rows were marked in other data ({rows.row_count:,} rows, {rows.fingerprint[:8]}) than "
            f"dataset {columns.dataset_name!r} ({len(columns):,} rows, {columns.fingerprint[:8]}); "
            "mark them again, or name them by id: rows('a', 'b').",
            fingerprint=rows.fingerprint,
        )


def _mismatch(name: str, data: ColumnData, problem: str, value: Scalar | None = None) -> TypeMismatch:
    from symphony_core.expr_text import name_text  # the text form sits beside us, and only errors need it

    example = _EXAMPLE[family_of(data)].format(name_text(name))
    return TypeMismatch(
        f"column {name!r} holds {_HOLDS[family_of(data)]} {problem}; write for instance: {example}",
        column=name,
        kind=data.kind,
        value=value,
    )
