"""Which rows: immutable expressions over columns.

A filter or a selection is one of these trees and never a mask, so that undo,
links, findings and notebooks carry the same few bytes. An expression knows no
data: `evaluate` turns it into a mask, `expr_text` into words and back.

Two-valued: a test of a missing value is False; `!=` and `not` are exact
complements, so that a filter and its exclusion always sum to all rows.
Equality and hash go by `digest`, where 1, True and 1.0 differ and NaN is itself,
which Python's own comparison of values would get wrong.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from symphony_core.errors import BadExpression
from symphony_core.rows import RowSet
from symphony_core.scalar import Scalar, column_name, plain_text, scalar, scalars, tagged, vertices

# Deep or huge trees come from accidents and attacks; walking them is recursive.
MAX_DEPTH = 50
MAX_NODES = 1_000
OPERATORS = ("==", "!=", "<", "<=", ">", ">=")


class Expr:
    """A test that is True or False for every row."""

    @property
    def children(self) -> tuple[Expr, ...]:
        """The expressions right under this one."""
        return ()

    @property
    def own_columns(self) -> tuple[str, ...]:
        """The columns that this node itself reads."""
        return ()

    @cached_property
    def depth(self) -> int:
        """Nodes on the longest way down, this one included."""
        return 1 + max((child.depth for child in self.children), default=0)

    @cached_property
    def node_count(self) -> int:
        """Nodes in the tree, this one included."""
        return 1 + sum(child.node_count for child in self.children)

    @cached_property
    def digest(self) -> str:
        """Hex name of the content: equal digests mean equal expressions."""
        payload = json.dumps([type(self).__name__, *self._content()], separators=(",", ":"))
        return hashlib.blake2b(payload.encode(), digest_size=16).hexdigest()

    def _content(self) -> list[object]:
        """Give what the digest is made of, as JSON with tagged types."""
        raise NotImplementedError

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Expr):
            return NotImplemented
        return self.digest == other.digest

    def __hash__(self) -> int:
        return hash(self.digest)

    def __and__(self, other: Expr) -> Expr:
        return And((self, other)) if isinstance(other, Expr) else NotImplemented

    def __or__(self, other: Expr) -> Expr:
        return Or((self, other)) if isinstance(other, Expr) else NotImplemented

    def __invert__(self) -> Expr:
        return self.part if isinstance(self, Not) else Not(self)

    def __bool__(self) -> bool:
        raise BadExpression("an expression has no truth of its own; join with & | ~ instead of and, or, not.")


@dataclass(frozen=True, eq=False)
class ColumnRef:
    """Another column in the place of a value: `label != prediction`."""

    name: str

    def __post_init__(self) -> None:
        _set(self, "name", column_name(self.name))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ColumnRef) and self.name == other.name

    def __hash__(self) -> int:
        return hash((ColumnRef, self.name))


@dataclass(frozen=True, eq=False)
class _OfColumn(Expr):
    """A test of one column."""

    column: str

    def __post_init__(self) -> None:
        _set(self, "column", column_name(self.column))

    @property
    def own_columns(self) -> tuple[str, ...]:
        return (self.column,)

    def _content(self) -> list[object]:
        return [self.column]


@dataclass(frozen=True, eq=False)
class Truth(_OfColumn):
    """A boolean column is True."""


@dataclass(frozen=True, eq=False)
class IsNull(_OfColumn):
    """The value is missing."""


@dataclass(frozen=True, eq=False)
class Compare(_OfColumn):
    """A column against a value or another column; `!=` is the complement of `==`."""

    op: str
    value: Scalar | ColumnRef

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.op not in OPERATORS:
            raise BadExpression(f"no operator {self.op!r}; there are {' '.join(OPERATORS)}.")
        if not isinstance(self.value, ColumnRef):
            _set(self, "value", scalar(self.value))

    @property
    def own_columns(self) -> tuple[str, ...]:
        return (self.column, self.value.name) if isinstance(self.value, ColumnRef) else (self.column,)

    def _content(self) -> list[object]:
        value = ["column", self.value.name] if isinstance(self.value, ColumnRef) else tagged(self.value)
        return [self.column, self.op, value]


@dataclass(frozen=True, eq=False)
class Between(_OfColumn):
    """low <= value <= high."""

    low: Scalar
    high: Scalar

    def __post_init__(self) -> None:
        super().__post_init__()
        _set(self, "low", scalar(self.low))
        _set(self, "high", scalar(self.high))

    def _content(self) -> list[object]:
        return [self.column, tagged(self.low), tagged(self.high)]


@dataclass(frozen=True, eq=False)
class OneOf(_OfColumn):
    """The value is one of these; of none, when there are none."""

    values: tuple[Scalar, ...]

    def __post_init__(self) -> None:
        super().__post_init__()
        _set(self, "values", scalars(self.values))

    def _content(self) -> list[object]:
        return [self.column, [tagged(value) for value in self.values]]


@dataclass(frozen=True, eq=False)
class Contains(_OfColumn):
    """The text holds this text; case counts."""

    text: str

    def __post_init__(self) -> None:
        super().__post_init__()
        _set(self, "text", plain_text(self.text, "contains"))

    def _content(self) -> list[object]:
        return [self.column, self.text]


@dataclass(frozen=True, eq=False)
class Matches(_OfColumn):
    """The regular expression (RE2, with ASCII classes) is found somewhere in the text."""

    pattern: str

    def __post_init__(self) -> None:
        super().__post_init__()
        _set(self, "pattern", plain_text(self.pattern, "matches"))

    def _content(self) -> list[object]:
        return [self.column, self.pattern]


@dataclass(frozen=True, eq=False)
class Inside(Expr):
    """The point (x, y) lies inside a polygon; its border does not belong to it.

    polygon: three or more vertices; it closes itself.
    """

    x: str
    y: str
    polygon: tuple[tuple[float, float], ...]

    def __post_init__(self) -> None:
        _set(self, "x", column_name(self.x))
        _set(self, "y", column_name(self.y))
        _set(self, "polygon", vertices(self.polygon))

    @property
    def own_columns(self) -> tuple[str, ...]:
        return (self.x, self.y)

    def _content(self) -> list[object]:
        return [self.x, self.y, [[a.hex(), b.hex()] for a, b in self.polygon]]


@dataclass(frozen=True, eq=False)
class Rows(Expr):
    """These rows: by ids, as text and links carry them, or bound to positions of one dataset.

    `evaluate.bind` makes the second of the first.
    """

    ids: tuple[Scalar, ...] | None = None
    bound: RowSet | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if (self.ids is None) == (self.bound is None):
            raise BadExpression(
                "Rows needs ids=..., or use Rows.at(positions, fingerprint=..., row_count=...)."
            )
        if self.ids is not None:
            _set(self, "ids", scalars(self.ids))

    @classmethod
    def at(cls, positions: Sequence[int] | np.ndarray, *, fingerprint: str, row_count: int) -> Rows:
        """Name rows by their positions in the dataset with this fingerprint."""
        return cls(bound=RowSet.of(positions, fingerprint=fingerprint, row_count=row_count))

    @property
    def is_bound(self) -> bool:
        """Whether the rows are positions in one dataset rather than ids."""
        return self.bound is not None

    @property
    def count(self) -> int:
        """How many rows are named."""
        return len(self.ids) if self.ids is not None else self._row_set().count

    @property
    def fingerprint(self) -> str:
        """The dataset that the positions are valid for."""
        return self._row_set().fingerprint

    @property
    def row_count(self) -> int:
        """How many rows that dataset has."""
        return self._row_set().row_count

    def positions(self) -> np.ndarray:
        """Give the positions, sorted, int64. Raises BadExpression when not bound."""
        return self._row_set().positions()

    def mask(self) -> np.ndarray:
        """Give a bool array over all rows. Raises BadExpression when not bound."""
        return self._row_set().mask()

    def _row_set(self) -> RowSet:
        if self.bound is None:
            raise BadExpression(
                "these rows are ids only; evaluate.bind(expr, columns) finds their positions."
            )
        return self.bound

    def _content(self) -> list[object]:
        if self.ids is not None:
            return [[tagged(value) for value in self.ids]]
        rows = self._row_set()
        held = hashlib.blake2b(rows.stored.tobytes(), digest_size=16).hexdigest()
        return [rows.fingerprint, rows.row_count, rows.is_packed, held]


@dataclass(frozen=True, eq=False)
class _Joined(Expr):
    """Two or more parts; parts of the same kind are taken in."""

    parts: tuple[Expr, ...]

    def __post_init__(self) -> None:
        flat: list[Expr] = []
        for part in self.parts:
            _require_expr(part)
            flat.extend(part.children if type(part) is type(self) else (part,))
        if len(flat) < 2:
            raise BadExpression(f"{type(self).__name__} joins two or more expressions, got {len(flat)}.")
        _set(self, "parts", tuple(flat))
        _limit(self)

    @property
    def children(self) -> tuple[Expr, ...]:
        return self.parts

    def _content(self) -> list[object]:
        return [part.digest for part in self.parts]


@dataclass(frozen=True, eq=False)
class And(_Joined):
    """All parts are True."""


@dataclass(frozen=True, eq=False)
class Or(_Joined):
    """At least one part is True."""


@dataclass(frozen=True, eq=False)
class Not(Expr):
    """The part is False: the exact complement, missing values included."""

    part: Expr

    def __post_init__(self) -> None:
        _require_expr(self.part)
        _limit(self)

    @property
    def children(self) -> tuple[Expr, ...]:
        return (self.part,)

    def _content(self) -> list[object]:
        return [self.part.digest]


def all_of(parts: Iterable[Expr | None]) -> Expr | None:
    """Join by and; None stands for all rows, and is what no part gives."""
    present = tuple(part for part in parts if part is not None)
    return And(present) if len(present) > 1 else (present[0] if present else None)


def any_of(parts: Iterable[Expr]) -> Expr | None:
    """Join by or; None when there is no part."""
    present = tuple(parts)
    return Or(present) if len(present) > 1 else (present[0] if present else None)


def columns_of(expr: Expr) -> tuple[str, ...]:
    """Give the names of all columns that the expression reads, sorted."""
    names = set(expr.own_columns)
    for child in expr.children:
        names.update(columns_of(child))
    return tuple(sorted(names))


def _set(node: object, name: str, value: object) -> None:
    object.__setattr__(node, name, value)  # the nodes are frozen; this is their construction


def _require_expr(part: object) -> None:
    if not isinstance(part, Expr):
        raise BadExpression(f"expected an expression, not {part!r}; text is read by expr_text.parse.")


def _limit(expr: Expr) -> None:
    if expr.depth > MAX_DEPTH:
        raise BadExpression(f"an expression nests at most {MAX_DEPTH} deep, got {expr.depth}.")
    if expr.node_count > MAX_NODES:
        raise BadExpression(
            f"an expression has at most {MAX_NODES:,} parts, got {expr.node_count:,}; "
            "many values of one column go into one list: column in ['a', 'b']."
        )
