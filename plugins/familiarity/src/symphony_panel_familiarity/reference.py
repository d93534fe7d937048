"""Which rows are the measure for the others, and which group a row belongs to, from plain columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from symphony_core.column import ColumnData, Kind
from symphony_core.errors import BadSetting, NotEnoughRows
from symphony_core.specs import AnalysisInput

# More values than these are measurements and not groups.
MAX_GROUPS = 2_000
Value = str | int | float | bool


@dataclass(frozen=True, eq=False)
class Groups:
    """The values of one column: (n,) codes, -1 is missing, and the words for each."""

    column: str
    codes: np.ndarray
    words: tuple[str, ...]


def groups_of(data: AnalysisInput, name: str) -> Groups:
    """Split the rows by the values of a column. Raises UnknownColumn; BadSetting when they are too many."""
    column = data.column(name)
    if column.kind is Kind.CATEGORY:
        codes, words = column.values.astype(np.int64), list(column.levels)
    elif column.kind is Kind.BOOL or (column.kind is Kind.NUMBER and column.values.dtype.kind in "iu"):
        distinct, codes = np.unique(column.values, return_inverse=True)
        words = [str(value) for value in distinct.tolist()]
    else:
        raise BadSetting(
            f"column {name!r} holds {column.kind.value} values; rows are grouped by few words, whole numbers "
            "or booleans. Name such a column, for example the label's.",
            column=name,
        )
    if len(words) > MAX_GROUPS:
        raise BadSetting(
            f"column {name!r} has {len(words):,} values; rows are grouped by at most {MAX_GROUPS:,}.",
            column=name,
        )
    return Groups(name, np.where(column.is_missing(), -1, codes), tuple(words))


def reference_rows(data: AnalysisInput, reference: Mapping[str, object] | None) -> np.ndarray:
    """Give (n,) bool, True for rows that are the measure; without conditions all rows are.

    reference: column -> the value that these rows have, or a list of such values; all must be met.
    Raises UnknownColumn, BadSetting for a column or value that cannot be compared, NotEnoughRows
    when no row meets it.
    """
    chosen = np.ones(len(data), dtype=bool)
    for name, wanted in (reference or {}).items():
        column = data.column(name)
        values = list(wanted) if isinstance(wanted, list | tuple) else [wanted]
        chosen &= np.logical_or.reduce(
            [_equals(name, column, value) for value in values], axis=0, initial=False
        )
    if reference and not chosen.any():
        raise NotEnoughRows(
            f"no row is in the reference {reference_words(reference)}; there are {_there(data, reference)}."
        )
    return chosen


def reference_words(reference: Mapping[str, object] | None) -> str:
    """Word the reference as a filter would be written."""
    if not reference:
        return "all rows"
    parts = []
    for name, wanted in reference.items():
        is_list = isinstance(wanted, list | tuple)
        parts.append(f"{name} in {list(wanted)!r}" if is_list else f"{name} == {wanted!r}")  # type: ignore[call-overload]
    return " and ".join(parts)


def _equals(name: str, column: ColumnData, value: object) -> np.ndarray:
    missing = column.is_missing()
    if column.kind is Kind.CATEGORY and isinstance(value, str):
        if value not in column.levels:
            return np.zeros(len(column), dtype=bool)
        return np.asarray(column.values == column.levels.index(value))
    if column.kind is Kind.BOOL and isinstance(value, bool):
        return np.asarray((column.values == value) & ~missing)
    if column.kind is Kind.NUMBER and isinstance(value, int | float) and not isinstance(value, bool):
        return np.asarray((column.values == value) & ~missing)
    raise BadSetting(
        f"the reference asks for {name} == {value!r}, and {name!r} holds {column.kind.value} values; "
        "give a value as the column has them, of a column of few words, numbers or booleans.",
        column=name,
    )


def _there(data: AnalysisInput, reference: Mapping[str, object]) -> str:
    """Word what the columns of a reference hold, for somebody who looks for a value."""
    return "; ".join(f"{name}: {_some_values(data.column(name))}" for name in reference)


def _some_values(column: ColumnData) -> str:
    present = column.values[~column.is_missing()]
    values: Sequence[object]
    if column.kind is Kind.CATEGORY:
        values = [column.levels[code] for code in np.unique(present).tolist()]
    else:
        values = np.unique(present).tolist()
    words = ", ".join(repr(value) for value in values[:5])
    return words + (", …" if len(values) > 5 else "") if values else "no values"
