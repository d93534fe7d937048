"""What fits its column and still cannot be meant: probabilities of 1.3, classes that never compare equal.

Nothing is changed or left out; the person is told, because a page would show
such data as if all were well.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from symphony_core import frames
from symphony_core.column import Kind
from symphony_core.dataset import MAX_NOTICE_IDS, Notice
from symphony_core.role_inference import CONFIDENCE_NAME, PROBABILITY_NAMES, Columns
from symphony_core.roles import Role, Roles
from symphony_core.vectors import is_number_list

_SAYS_PROBABILITY = frozenset({CONFIDENCE_NAME, *PROBABILITY_NAMES})
_WORDS = {Kind.NUMBER: "numbers", Kind.BOOL: "true/false", Kind.TIME: "dates", Kind.OTHER: "lists or structs"}

Ids = Callable[[np.ndarray], list[str | int]]


def doubts(columns: Columns, roles: Roles, ids: pd.Series) -> list[Notice]:
    """Give a notice for each column that cannot mean what its name or role says."""

    def at(positions: np.ndarray) -> list[str | int]:
        return ids.take(positions[:MAX_NOTICE_IDS]).tolist()

    return [*_improbable(columns, roles, at), *_incomparable(columns, roles)]


def _improbable(columns: Columns, roles: Roles, at: Ids) -> list[Notice]:
    confidence, listed = roles.column(Role.CONFIDENCE), roles.column(Role.CLASS_PROBABILITIES)
    notices = []
    for name in columns.frame.columns:
        if name == listed:
            outside = _outside_lists(columns.frame[name])
        elif name == confidence or _says_probability(name):
            outside = _outside(columns, name)
        else:
            continue
        if len(outside):
            rows = "1 row" if len(outside) == 1 else f"{len(outside):,} rows"
            text = f"column {name!r} is named or used as a probability and is outside 0 to 1 in {rows}."
            notices.append(Notice(text, len(outside), tuple(at(outside))))
    return notices


def _says_probability(name: str) -> bool:
    folded = name.casefold()
    return folded in _SAYS_PROBABILITY or folded.startswith(("prob_", "proba_", "probability_", "p_positive"))


def _outside(columns: Columns, name: str) -> np.ndarray:
    column = columns.data(name)
    if column.kind is not Kind.NUMBER:
        return np.empty(0, dtype=np.int64)
    with np.errstate(invalid="ignore"):  # NaN is neither
        outside = (column.values < 0) | (column.values > 1)
    return np.flatnonzero(outside & ~column.is_missing())


def _outside_lists(series: pd.Series) -> np.ndarray:
    """Give the rows in which any number of a list is outside 0 to 1."""
    if not isinstance(series.dtype, pd.ArrowDtype) or not is_number_list(series.dtype.pyarrow_dtype):
        return np.empty(0, dtype=np.int64)
    found, start = [np.empty(0, dtype=np.int64)], 0
    for chunk in frames.chunks(series):
        parents = np.asarray(pc.list_parent_indices(chunk))
        values = np.asarray(chunk.flatten().cast(pa.float64()).fill_null(0.0))
        found.append(np.unique(parents[(values < 0) | (values > 1)]) + start)
        start += len(chunk)
    return np.concatenate(found)


def _incomparable(columns: Columns, roles: Roles) -> list[Notice]:
    names = [roles.column(role) for role in (Role.LABEL, Role.PREDICTION)]
    if None in names:
        return []
    label, prediction = (str(name) for name in names)
    kinds = [columns.data(name).kind for name in (label, prediction)]
    if kinds[0] is kinds[1] or all(kind.is_text for kind in kinds):
        return []
    first, second = (_WORDS.get(kind, "text") for kind in kinds)
    return [
        Notice(
            f"the label {label!r} holds {first} and the prediction {prediction!r} holds {second}, so no "
            "prediction equals its label; write both alike."
        )
    ]
