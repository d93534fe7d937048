"""Expressions as JSON, for saved state.

Unlike text it carries bound rows without their ids, so that a selection of
half a million rows is saved as bits. Whoever saves it adds the `format`.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping

import numpy as np

from symphony_core.errors import BadExpression
from symphony_core.expr import (
    MAX_DEPTH,
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
from symphony_core.rows import RowSet
from symphony_core.scalar import tagged, untagged

_NAMES: dict[type[Expr], str] = {
    Compare: "compare", Between: "between", OneOf: "one_of", IsNull: "is_null", Contains: "contains",
    Matches: "matches", Truth: "truth", Inside: "inside", Rows: "rows", And: "and", Or: "or", Not: "not",
}  # fmt: skip


def to_dict(expr: Expr) -> dict[str, object]:
    """Give the expression as a dictionary that `json.dumps` takes."""
    return {"node": _NAMES[type(expr)], **_fields(expr)}


def _fields(expr: Expr) -> dict[str, object]:
    match expr:
        case Compare(column, op, ColumnRef(name)):
            return {"column": column, "op": op, "other": name}
        case Compare(column, op, value) if not isinstance(value, ColumnRef):
            return {"column": column, "op": op, "value": tagged(value)}
        case Between(column, low, high):
            return {"column": column, "low": tagged(low), "high": tagged(high)}
        case OneOf(column, values):
            return {"column": column, "values": [tagged(value) for value in values]}
        case Contains(column, text) | Matches(column, text):
            return {"column": column, "text": text}
        case IsNull(column) | Truth(column):
            return {"column": column}
        case Inside(x, y, polygon):
            return {"x": x, "y": y, "polygon": [list(point) for point in polygon]}
        case And(parts) | Or(parts):
            return {"parts": [to_dict(part) for part in parts]}
        case Not(part):
            return {"part": to_dict(part)}
        case Rows(ids, None) if ids is not None:
            return {"ids": [tagged(value) for value in ids]}
        case Rows(None, bound) if bound is not None:
            return _rows_fields(bound)
    raise TypeError(type(expr))


def _rows_fields(rows: RowSet) -> dict[str, object]:
    stored = rows.stored if rows.is_packed else rows.stored.astype("<i8")
    name = "bits" if rows.is_packed else "positions"
    data = base64.b64encode(stored.tobytes()).decode()
    return {"fingerprint": rows.fingerprint, "row_count": rows.row_count, name: data}


def from_dict(data: object) -> Expr:
    """Read what `to_dict` wrote. Raises BadExpression if it is anything else."""
    return _read(data, 1)


def _read(data: object, depth: int) -> Expr:
    if depth > MAX_DEPTH:
        raise BadExpression(f"an expression nests at most {MAX_DEPTH} deep.")
    if not isinstance(data, Mapping):
        raise BadExpression(f"a saved expression is an object with 'node', not {str(data)[:80]}.")
    try:
        return _build(data, depth)
    except KeyError as error:
        raise BadExpression(f"a saved expression {data.get('node')!r} lacks {error.args[0]!r}.") from error


def _build(data: Mapping[str, object], depth: int) -> Expr:  # noqa: C901 - one case a node
    column = data.get("column")
    match data["node"]:
        case "compare" if isinstance(column, str):
            value = ColumnRef(_str(data["other"])) if "other" in data else untagged(data["value"])
            return Compare(column, _str(data["op"]), value)
        case "between" if isinstance(column, str):
            return Between(column, untagged(data["low"]), untagged(data["high"]))
        case "one_of" if isinstance(column, str):
            return OneOf(column, tuple(untagged(value) for value in _list(data["values"])))
        case "contains" if isinstance(column, str):
            return Contains(column, _str(data["text"]))
        case "matches" if isinstance(column, str):
            return Matches(column, _str(data["text"]))
        case "is_null" if isinstance(column, str):
            return IsNull(column)
        case "truth" if isinstance(column, str):
            return Truth(column)
        case "inside":
            polygon: object = data["polygon"]
            return Inside(_str(data["x"]), _str(data["y"]), polygon)  # type: ignore[arg-type]  # it checks
        case "and":
            return And(_parts(data, depth))
        case "or":
            return Or(_parts(data, depth))
        case "not":
            return Not(_read(data["part"], depth + 1))
        case "rows":
            return _rows(data)
    raise BadExpression(f"not a node of a saved expression: {str(dict(data))[:80]}")


def _parts(data: Mapping[str, object], depth: int) -> tuple[Expr, ...]:
    return tuple(_read(part, depth + 1) for part in _list(data["parts"]))


def _rows(data: Mapping[str, object]) -> Rows:
    if "ids" in data:
        return Rows(tuple(untagged(value) for value in _list(data["ids"])))
    row_count = data["row_count"]
    if not isinstance(row_count, int) or isinstance(row_count, bool) or row_count < 0:
        raise BadExpression(f"the row count of saved rows is a whole number, not {row_count!r}.")
    positions = _bits(data["bits"], row_count) if "bits" in data else _positions(data["positions"])
    return Rows.at(positions, fingerprint=_str(data["fingerprint"]), row_count=row_count)


def _bits(data: object, row_count: int) -> np.ndarray:
    packed = np.frombuffer(_bytes(data), dtype=np.uint8)
    if packed.size != (row_count + 7) // 8:
        raise BadExpression(f"saved rows hold bits for {packed.size * 8} rows, not for {row_count}.")
    return np.flatnonzero(np.unpackbits(packed, count=row_count))


def _positions(data: object) -> np.ndarray:
    held = _bytes(data)
    if len(held) % 8:
        raise BadExpression("saved row positions are cut short.")
    return np.frombuffer(held, dtype="<i8")


def _bytes(data: object) -> bytes:
    try:
        return base64.b64decode(_str(data), validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadExpression(f"saved rows are not readable: {error}.") from error


def _str(value: object) -> str:
    if not isinstance(value, str):
        raise BadExpression(f"a saved expression needs text here, not {str(value)[:80]}.")
    return value


def _list(value: object) -> list[object]:
    if not isinstance(value, list | tuple):
        raise BadExpression(f"a saved expression needs a list here, not {str(value)[:80]}.")
    return list(value)
