"""The values that expressions compare with: text, whole numbers, floats, booleans.

Whatever a caller hands over (numpy scalars, dates, enums) becomes one of the
four exactly, so that equal expressions have equal digests.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

import numpy as np

from symphony_core.errors import BadExpression

Scalar = str | int | float | bool

# Whole numbers up to the range of float64, so that comparing them cannot overflow.
MAX_INT_BITS = 1_023


def scalar(value: object) -> Scalar:
    """Give the value as plain Python; dates become text. Raises BadExpression for anything else."""
    value = _plain(value)
    if isinstance(value, bool):
        return value
    if isinstance(value, int):
        if value.bit_length() > MAX_INT_BITS:
            raise BadExpression("whole numbers in an expression have at most 307 digits.")
        return int(value)
    if isinstance(value, float):
        return float(value)
    if isinstance(value, str):
        return _encodable(str.__str__(value))
    if value is None:
        raise BadExpression(
            "nothing equals a missing value; ask with IsNull(column), in text: column is null."
        )
    raise BadExpression(f"a value is text, a number, True or False, not {type(value).__name__}.")


def scalars(values: object) -> tuple[Scalar, ...]:
    """Give the values of a list, each once, in their first order."""
    if isinstance(values, str) or not isinstance(values, Iterable):
        raise BadExpression(f"expected a list of values, not {values!r}.")
    cleaned = [scalar(value) for value in values]
    return tuple({(type(value), value): value for value in cleaned}.values())


def column_name(value: object) -> str:
    """Give the name of a column. Raises BadExpression unless it is text."""
    if not isinstance(value, str):
        raise BadExpression(f"a column is named by text, not by {value!r}.")
    return str(scalar(value))


def plain_text(value: object, word: str) -> str:
    """Give the text that `word` (contains, matches) takes."""
    if not isinstance(value, str):
        raise BadExpression(f"{word} takes text in quotes, not {value!r}.")
    return str(scalar(value))


def vertices(polygon: object) -> tuple[tuple[float, float], ...]:
    """Give three or more finite points."""
    try:
        points = np.asarray(polygon, dtype=np.float64)
    except (TypeError, ValueError):
        points = np.zeros(0)
    if points.ndim != 2 or points.shape[1] != 2 or len(points) < 3:
        raise BadExpression("a polygon is a list of three or more points: [[0, 1], [2, 3], [4, 5]].")
    if not np.isfinite(points).all():
        raise BadExpression("the points of a polygon are finite numbers; got nan or inf.")
    return tuple((float(x) + 0.0, float(y) + 0.0) for x, y in points)  # + 0.0 makes 0.0 of -0.0


def tagged(value: Scalar) -> list[object]:
    """Give the value with its type, for JSON that tells 1, 1.0 and True apart."""
    if isinstance(value, bool):
        return ["bool", value]
    if isinstance(value, int):
        return ["int", str(value)]
    if isinstance(value, float):
        return ["float", repr(value)]
    return ["text", value]


def untagged(pair: object) -> Scalar:
    """Read what `tagged` wrote. Raises BadExpression if it is not that."""
    match pair:
        case ["bool", bool(value)]:
            return value
        case ["text", str(value)]:
            return scalar(value)
        case ["int" | "float" as kind, str(digits)] if len(digits) < 400:
            try:
                return scalar(int(digits) if kind == "int" else float(digits))
            except ValueError:
                pass
    raise BadExpression(f"not a value of a saved expression: {str(pair)[:80]}")


def _plain(value: object) -> object:
    if isinstance(value, np.datetime64):
        if np.isnat(value):
            return None
        return str(value)
    if isinstance(value, dt.date):  # a datetime and a pandas Timestamp are dates as well
        return value.isoformat()
    return value.item() if isinstance(value, np.generic) else value


def _encodable(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise BadExpression(
            f"text with half a character (a lone surrogate) at {error.start}: {text!r}."
        ) from error
    return text
