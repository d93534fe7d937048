"""Hypothesis strategies: tables of every kind of column, and expressions over them."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence

from hypothesis import strategies as st

from symphony_core.expr import (
    OPERATORS,
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
from tests.unit.columns import MemoryColumns, boolean, category, number, other, text, time

INT_TYPES = ("int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64")
FLOAT_TYPES = ("float32", "float64")

WORDS = ("", "cat", "Cat", "dog", "do", "it's", 'say "x"', "Zürich", "a\\b", "é", "\U0001f600")
INTS = (0, 1, -1, 2, 7, 100, 127, 128, -128, -129, 255, 256, 2**31, 2**53, 2**53 + 1, -(2**53) - 1,
        2**63 - 1, 2**63, -(2**63), 2**64 - 1, 2**64, 10**30)  # fmt: skip
FLOATS = (0.0, -0.0, 0.1, 0.5, -0.5, 1.0, 1.5, 126.5, 127.0, 2.0**53, 2.0**63, 2.0**64, 1e39, 1e300,
          float("nan"), float("inf"), float("-inf"))  # fmt: skip
MOMENTS = ("2024-01-31", "2024-01-31T12:30:00", "2024-01-31T12:30:00.500", "2024-01-31T12:30:00.000001",
           "1969-12-31T23:59:59.999999", "1700-02-28T01:02:03", "2200-01-01")  # fmt: skip
OFFSETS = ("", "+00:00", "+05:30", "-08:00")
PATTERNS = ("cat", "^[a-c]", "o$", "(a|o)", r"\w\W", "x?", ".{4}")


def _ints(dtype: str) -> list[int]:
    bits, lowest = int(dtype.lstrip("uint")), 0
    if dtype.startswith("int"):
        bits, lowest = bits - 1, -(2 ** (bits - 1))
    return [value for value in INTS if lowest <= value < 2**bits]


@st.composite
def tables(draw: st.DrawFn) -> MemoryColumns:
    """Some rows of every kind of column, one value in four missing.

    The values come from one seed: drawing each of them costs more than the tests.
    """
    count = draw(st.integers(0, 16))
    source = random.Random(draw(st.integers(0, 2**32)))

    def some(pool: Sequence[object]) -> list[object]:
        return [source.choice(pool) if source.random() < 0.75 else None for _ in range(count)]

    columns = {
        "label": category(some(WORDS)),
        "prediction": category(some(WORDS), levels=tuple(reversed(WORDS))),
        "name": text(some(WORDS)),
        "note": text(some(WORDS)),
        "is_ok": boolean(some([True, False])),
        "odd one": boolean(some([True, False])),
        "made": time(some(MOMENTS), "s"),
        "seen": time(some(MOMENTS), "ns"),
        "sent": time(some(MOMENTS), "ms", "Europe/Zurich"),
        "read": time(some(MOMENTS), "us", "America/New_York"),
        "blob": other(some([b""])),
        "float32": number(some([value for value in FLOATS if not 1e38 < abs(value) < math.inf]), "float32"),
        "float64": number(some(FLOATS)),
    }
    columns |= {dtype: number(some(_ints(dtype)), dtype) for dtype in INT_TYPES}
    return MemoryColumns(columns, ids=[f"row {index}" for index in range(count)])


NUMBER_NAMES = st.sampled_from(INT_TYPES + FLOAT_TYPES)
TEXT_NAMES = st.sampled_from(["label", "prediction", "name", "note"])
BOOL_NAMES = st.sampled_from(["is_ok", "odd one"])
TIME_NAMES = st.sampled_from(["made", "seen", "sent", "read"])
OPS = st.sampled_from(OPERATORS)
EQUALITY = st.sampled_from(["==", "!="])
NUMBERS = st.sampled_from(INTS) | st.sampled_from(FLOATS)
TIMES = st.builds(lambda moment, offset: moment + (offset if "T" in moment else ""),
                  st.sampled_from(MOMENTS), st.sampled_from(OFFSETS))  # fmt: skip


def _of(names: st.SearchStrategy[str], values: st.SearchStrategy[object]) -> st.SearchStrategy[Expr]:
    return (
        st.builds(Compare, names, OPS, values)
        | st.builds(Between, names, values, values)
        | st.builds(OneOf, names, st.lists(values, max_size=12))
    )


def _pairs(names: st.SearchStrategy[str], ops: st.SearchStrategy[str] = OPS) -> st.SearchStrategy[Expr]:
    return st.builds(Compare, names, ops, st.builds(ColumnRef, names))


COORDINATES = st.sampled_from([-2.0, -1.0, 0.0, 0.25, 1.0, 1.5, 2.0, 130.0])
LEAVES: st.SearchStrategy[Expr] = st.one_of(
    _of(NUMBER_NAMES, NUMBERS),
    _of(TEXT_NAMES, st.sampled_from(WORDS)),
    _of(TIME_NAMES, TIMES),
    st.builds(Compare, BOOL_NAMES, EQUALITY, st.booleans()),
    st.builds(OneOf, BOOL_NAMES, st.lists(st.booleans(), max_size=2)),
    st.builds(Truth, BOOL_NAMES),
    st.builds(IsNull, NUMBER_NAMES | TEXT_NAMES | BOOL_NAMES | TIME_NAMES | st.just("blob")),
    st.builds(Contains, TEXT_NAMES, st.sampled_from(WORDS)),
    st.builds(Matches, TEXT_NAMES, st.sampled_from(PATTERNS)),
    _pairs(NUMBER_NAMES),
    _pairs(TEXT_NAMES),
    _pairs(BOOL_NAMES, EQUALITY),
    _pairs(st.sampled_from(["made", "seen"])),
    _pairs(st.sampled_from(["sent", "read"])),
    st.builds(Inside, NUMBER_NAMES, NUMBER_NAMES,
              st.lists(st.tuples(COORDINATES, COORDINATES), min_size=3, max_size=6)),
)  # fmt: skip


def joined(leaves: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
    """Trees of and, or and not over these leaves."""
    return st.recursive(
        leaves,
        lambda inner: (
            st.builds(Not, inner)
            | st.builds(And, st.lists(inner, min_size=2, max_size=3))
            | st.builds(Or, st.lists(inner, min_size=2, max_size=3))
        ),
        max_leaves=6,
    )


@st.composite
def tables_and_exprs(draw: st.DrawFn) -> tuple[MemoryColumns, Expr]:
    """A table and an expression that fits it, rows by id and by position included."""
    table = draw(tables())
    rows = [LEAVES]
    if len(table):
        rows.append(st.builds(Rows, st.lists(st.sampled_from(table.ids))))
        places = st.lists(st.integers(0, len(table) - 1))
        rows.append(places.map(lambda p: Rows.at(p, fingerprint=table.fingerprint, row_count=len(table))))
    return table, draw(joined(st.one_of(rows)))


_ANY_NAMES = st.text(max_size=8) | st.sampled_from(
    ["and", "in", "rows", "inside", "True", "nan", "a b", "`", "é1"]
)
_ANY_SCALARS = st.text(max_size=12) | st.integers() | st.floats() | st.booleans() | st.integers(2**60, 2**90)
_ANY_FLOATS = st.floats(allow_nan=False, allow_infinity=False)

# Every node with any name and value that its constructor takes; not bound to a table.
ANY_EXPRS = joined(
    st.one_of(
        st.builds(Compare, _ANY_NAMES, OPS, _ANY_SCALARS | st.builds(ColumnRef, _ANY_NAMES)),
        st.builds(Between, _ANY_NAMES, _ANY_SCALARS, _ANY_SCALARS),
        st.builds(OneOf, _ANY_NAMES, st.lists(_ANY_SCALARS, max_size=4)),
        st.builds(IsNull, _ANY_NAMES),
        st.builds(Truth, _ANY_NAMES),
        st.builds(Contains, _ANY_NAMES, st.text(max_size=12)),
        st.builds(Matches, _ANY_NAMES, st.text(max_size=12)),
        st.builds(Inside, _ANY_NAMES, _ANY_NAMES,
                  st.lists(st.tuples(_ANY_FLOATS, _ANY_FLOATS), min_size=3, max_size=4)),
        st.builds(Rows, st.lists(_ANY_SCALARS, max_size=4)),
    )
)  # fmt: skip
