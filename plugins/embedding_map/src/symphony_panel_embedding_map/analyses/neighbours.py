"""The rows nearest to a row, to the middle of several, or to what somebody typed.

Each row of the layer is looked at (see `exact_search`), so nothing is missed. The
distance is written for the k nearest rows only: for these it is exact, for the
others the search knows no more than that they are farther, and a column of a
million numbers that are good to four digits would be taken for the real ones.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from symphony_core.cache import ByteLRU
from symphony_core.errors import BadSetting, BadVectors
from symphony_core.specs import (
    AnalysisInput,
    Cancel,
    Kind,
    Progress,
    Result,
    Role,
    SetAside,
    Vectors,
    never,
    silent,
)
from symphony_panel_embedding_map.analyses.exact_search import (
    METRICS,
    Metric,
    Nearest,
    lengths_of,
    nearest,
)
from symphony_panel_embedding_map.analyses.keeping import kept
from symphony_panel_embedding_map.analyses.middle import middle_of
from symphony_panel_embedding_map.analyses.typed_query import typed_query

# A query is named in the summary; a pasted page is not.
SHOWN_CHARS = 80
NO_VECTOR = "without a usable vector"
NO_DIRECTION = "of length zero, which has no direction"

# The lengths of 32 million vectors, which every query of a layer needs.
_lengths: ByteLRU[np.ndarray] = ByteLRU(256 * 2**20)


def run(
    data: AnalysisInput,
    *,
    progress: Progress = silent,
    cancel: Cancel = never,
    seed: int = 0,
    layer: str | None = None,
    of: Sequence[object] | str | int | None = None,
    text: str | None = None,
    encoder: str | None = None,
    k: int = 10,
    metric: Metric = "cosine",
    include_query: bool = False,
    where: str = "",
) -> Result:
    """Rank the k rows nearest to a query, 1 the nearest.

    layer: an embedding column; None is the one that plays the role.
    of: an id, or several whose middle is the query. For cosine that is the mean of their directions.
    text: what to look for in words, instead of `of`; a text encoder makes a vector of it.
    encoder: the name of a text embedder that is installed; None is the one that made the layer, else the
        first that gives the vectors that the layer holds.
    include_query: whether the rows of `of` may be found themselves.
    where: a filter as text, such as "split == 'train'": only rows that meet it are found, while those of
        `of` need not.
    Writes `neighbour_rank` and `neighbour_distance`, null for all other rows; the table has one line for
    each neighbour. Rows without a vector, and for cosine those of length zero, are set aside. `seed` changes
    nothing.
    Raises BadSetting, BadExpression, UnknownRow, EmbedderMissing, and BadVectors for a query without a
    direction or an encoder that did not make the layer.
    """
    cancel.check()
    _check(of, text, encoder, k, metric)
    name = data.layer_name(layer)
    vectors = data.vectors(name)
    lengths = _kept_lengths(data, name, vectors, progress, cancel)
    allowed = vectors.usable & (lengths > 0) if metric == "cosine" else vectors.usable.copy()
    aside = _set_aside(data, vectors, allowed)
    if text is None:
        rows = data.positions_of([of] if isinstance(of, str | int) else list(of or ()))
        query, said = _middle(data, vectors, lengths, allowed, rows, metric)
        if not include_query:
            allowed[rows] = False
    else:
        query, said = _typed(data, name, vectors, text, encoder, metric, cancel)
    if where.strip():
        allowed &= data.mask(where)
    found = nearest(
        vectors.values, query, k=k, lengths=lengths, allowed=allowed, metric=metric, cancel=cancel,
        progress=progress,
    )  # fmt: skip
    summary: dict[str, object] = {
        **said, "metric": metric, "k": k, "layer": name, "found": len(found.rows),
        "set_aside": sum(len(one.row_ids) for one in aside),
    }  # fmt: skip
    return Result(_columns(found, len(data)), _table(data, found), summary, aside)


def _check(of: object, text: object, encoder: object, k: object, metric: object) -> None:
    if type(k) is not int or k < 1:
        raise BadSetting(f"k is {k!r}; give a whole number of neighbours from 1 up.", k=k)
    if metric not in METRICS:
        raise BadSetting(f"metric is {metric!r}; give one of {', '.join(METRICS)}.", metric=metric)
    if (of is None) == (text is None):
        both = "both are given" if text is not None else "neither is given"
        raise BadSetting(
            f"search by rows, of=['ID'], or by words, text='...': {both}; give one of them.", of=of
        )
    if text is not None:
        return
    if encoder is not None:
        raise BadSetting(f"encoder={encoder!r} is for a typed text; give text='...', or leave it out.")
    if isinstance(of, bool) or not isinstance(of, str | int | list | tuple) or of in ([], ()):
        raise BadSetting(f"of is {of!r}; name a row, of='ID', or several, of=['ID', 'ID'].", of=of)


def _kept_lengths(
    data: AnalysisInput, name: str, vectors: Vectors, progress: Progress, cancel: Cancel
) -> np.ndarray:
    """Give the lengths of a layer's vectors, computed once in the process."""
    values = vectors.values
    return kept(
        _lengths, data.key(name), lambda: lengths_of(values, cancel=cancel, progress=progress), cancel
    )


def _set_aside(data: AnalysisInput, vectors: Vectors, allowed: np.ndarray) -> tuple[SetAside, ...]:
    parts = ((~vectors.usable, NO_VECTOR), (vectors.usable & ~allowed, NO_DIRECTION))
    return tuple(SetAside(tuple(data.row_ids[mask]), reason) for mask, reason in parts if mask.any())


def _middle(
    data: AnalysisInput,
    vectors: Vectors,
    lengths: np.ndarray,
    allowed: np.ndarray,
    rows: np.ndarray,
    metric: Metric,
) -> tuple[np.ndarray, dict[str, object]]:
    """Give the middle of some rows and what the summary says of it. Raises BadVectors."""
    rows = np.unique(rows)
    good = rows[allowed[rows]]
    who = f"row {data.row_ids[rows].tolist()[0]!r}" if len(rows) == 1 else f"the middle of {len(rows):,} rows"
    if not len(good):
        why = NO_VECTOR if not vectors.usable[rows].any() else NO_DIRECTION
        raise BadVectors(f"{who} has nothing to search by: {why}; choose another row or another metric.")
    middle = middle_of(vectors.values, good, lengths if metric == "cosine" else None)
    if metric == "cosine" and not middle.any():
        raise BadVectors(f"{who} has no direction: they cancel out; use metric='euclidean' or fewer rows.")
    left_out = f" ({len(rows) - len(good):,} set aside)" if len(good) < len(rows) else ""
    return middle, {"query": who + left_out}


def _typed(
    data: AnalysisInput,
    name: str,
    vectors: Vectors,
    text: str,
    encoder: str | None,
    metric: Metric,
    cancel: Cancel,
) -> tuple[np.ndarray, dict[str, object]]:
    """Give the vector of a text and what the summary says of it. Raises BadVectors."""
    typed = typed_query(data, name, vectors, text, encoder=encoder, metric=metric, cancel=cancel)
    shown = text if len(text) <= SHOWN_CHARS else text[: SHOWN_CHARS - 1] + "…"
    if metric == "cosine" and not typed.vector.any():
        raise BadVectors(
            f"the text {shown!r} has a vector of length zero, so no direction; type another one."
        )
    said: dict[str, object] = {
        "query": f"text {shown!r}",
        "encoder": typed.encoder,
        "encoder_agreement": typed.agreement,
    }
    return typed.vector, said


def _columns(found: Nearest, row_count: int) -> dict[str, pd.api.extensions.ExtensionArray | np.ndarray]:
    ranks, is_other = np.zeros(row_count, dtype=np.int32), np.ones(row_count, dtype=bool)
    ranks[found.rows] = np.arange(1, len(found.rows) + 1)
    is_other[found.rows] = False
    distances = np.full(row_count, np.nan)
    distances[found.rows] = found.distances
    return {"neighbour_rank": pd.arrays.IntegerArray(ranks, is_other), "neighbour_distance": distances}


def _table(data: AnalysisInput, found: Nearest) -> pd.DataFrame:
    ranks = np.arange(1, len(found.rows) + 1)
    table = pd.DataFrame({"id": data.row_ids[found.rows], "rank": ranks, "distance": found.distances})
    label = data.role(Role.LABEL)
    if label is None or label.kind in (Kind.OTHER, Kind.TEXT):
        return table
    gone = label.is_missing()[found.rows]
    values = label.values[found.rows]
    if label.kind is Kind.CATEGORY:
        values = [label.levels[code] for code in values]
    table["label"] = [None if is_gone else value for value, is_gone in zip(values, gone, strict=True)]
    return table
