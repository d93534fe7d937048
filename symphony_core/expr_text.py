"""Expressions as text that reads like a pandas query, and back.

    label == 'cat' and 0.5 < score <= 0.9 and not (split in ['test'] or `odd name` is null)

Recursive descent over our own tokens. Nothing in the text is ever evaluated:
`DataFrame.query` can import modules. `parse(to_text(e)) == e`, and `to_text`
of what was parsed is a fixed point.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import numpy as np

from symphony_core.errors import BadExpression
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
from symphony_core.expr_parser import Parser
from symphony_core.expr_token import FUNCTIONS, KEYWORDS
from symphony_core.scalar import Scalar, scalar

IdsOf = Callable[[np.ndarray], Sequence[object]]

_BARE_NAME = re.compile(r"[^\W\d]\w*")
_NAMED_CONTROLS = {"\n": "\\n", "\t": "\\t", "\r": "\\r", "\\": "\\\\"}


def parse(text: str) -> Expr:
    """Read an expression.

    Raises BadSyntax with the position for text outside the grammar, and
    BadExpression for text that is too long, too deep or has too many parts.
    Columns are not looked up: that is `evaluate.check`.
    """
    return Parser(text).whole()


def to_text(expr: Expr, ids: IdsOf | None = None) -> str:
    """Write an expression so that `parse` gives it back.

    ids: gives the row ids at positions; needed where rows are bound to positions,
    which become ids in the text.
    """
    match expr:
        case Not(OneOf() | Contains() | Matches() | Between() | IsNull() as part):
            return _leaf(part, ids, negated=True)
        case Not(part):
            return f"not {_within(part, ids, (And, Or))}"
        case And(parts):
            return " and ".join(_within(part, ids, (Or,)) for part in parts)
        case Or(parts):
            return " or ".join(to_text(part, ids) for part in parts)
    return _leaf(expr, ids)


def _within(part: Expr, ids: IdsOf | None, looser: tuple[type[Expr], ...]) -> str:
    text = to_text(part, ids)
    return f"({text})" if isinstance(part, looser) else text


def _leaf(expr: Expr, ids: IdsOf | None, *, negated: bool = False) -> str:
    no = "not " if negated else ""
    match expr:
        case Compare(column, op, value):
            right = name_text(value.name) if isinstance(value, ColumnRef) else value_text(value)
            return f"{name_text(column)} {op} {right}"
        case Between(column, low, high):
            return f"{name_text(column)} {no}between {value_text(low)} and {value_text(high)}"
        case OneOf(column, values):
            return f"{name_text(column)} {no}in [{_listed(values)}]"
        case Contains(column, text):
            return f"{name_text(column)} {no}contains {value_text(text)}"
        case Matches(column, pattern):
            return f"{name_text(column)} {no}matches {value_text(pattern)}"
        case IsNull(column):
            return f"{name_text(column)} is {no}null"
        case Truth(column):
            return name_text(column)
        case Inside(x, y, polygon):
            points = ", ".join(f"[{_coordinate(a)}, {_coordinate(b)}]" for a, b in polygon)
            return f"inside({name_text(x)}, {name_text(y)}, [{points}])"
        case Rows():
            return f"rows({_listed(_ids_of(expr, ids))})"
    raise TypeError(type(expr))


def _ids_of(rows: Rows, ids: IdsOf | None) -> Sequence[Scalar]:
    if rows.ids is not None:
        return rows.ids
    if ids is None:
        raise BadExpression("rows bound to positions have text only with ids: to_text(expr, ids=...).")
    return [scalar(value) for value in ids(rows.positions())]


def name_text(name: str) -> str:
    """Write a column name, in backticks where it is not a plain word."""
    if _BARE_NAME.fullmatch(name) and name not in KEYWORDS and name not in FUNCTIONS:
        return name
    return "`" + name.replace("`", "``") + "`"


def value_text(value: Scalar) -> str:
    """Write a value: text in quotes, all else as Python does."""
    return _quoted(value) if isinstance(value, str) else repr(value)


def _listed(values: Sequence[Scalar]) -> str:
    return ", ".join(value_text(value) for value in values)


def _coordinate(value: float) -> str:
    return repr(value).removesuffix(".0")


def _quoted(text: str) -> str:
    quote = '"' if "'" in text and '"' not in text else "'"
    return quote + "".join(_escaped(character, quote) for character in text) + quote


def _escaped(character: str, quote: str) -> str:
    if character == quote:
        return "\\" + quote
    if character in _NAMED_CONTROLS:
        return _NAMED_CONTROLS[character]
    if character.isprintable():
        return character
    code = ord(character)
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
