"""Clusters of the map, found by density and named by what their rows say.

Clusters are those of the picture, not of the vectors: a name on the map must
stand for what is seen there. Finer ones come with them, for who looks closer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from symphony_core.errors import BadSetting
from symphony_core.specs import (
    AnalysisInput,
    Cancel,
    ColumnData,
    Kind,
    Progress,
    Result,
    Role,
    SetAside,
    never,
    silent,
)
from symphony_panel_embedding_map.analyses import projection
from symphony_panel_embedding_map.analyses.axes import some
from symphony_panel_embedding_map.analyses.density import REACH_ROWS, Parts, dense_regions
from symphony_panel_embedding_map.analyses.naming import (
    MAX_ALL_TEXTS,
    MAX_TEXTS,
    MIN_TEXTS,
    Terms,
    names_of,
    values_of_groups,
    words_of_groups,
)

# A column of more distinct values names rows rather than groups.
MAX_LEVELS = 100
LEVELS = ("cluster", "subcluster")
TABLE = ["level", "name", "rows", "x", "y", "parent", "named_by", "terms", "scores"]


def run(
    data: AnalysisInput,
    *,
    progress: Progress = silent,
    cancel: Cancel = never,
    seed: int = 0,
    layer: str | None = None,
    x: str | None = None,
    y: str | None = None,
    text: str | None = None,
    labels: Sequence[str] | None = None,
    min_size: int | None = None,
    min_subsize: int | None = None,
    fit_rows: int = 30_000,
) -> Result:
    """Find the dense parts of the map and name them.

    layer: whose projection to use; None is that of the embedding's role, else the columns with roles x and y.
        Where there is none yet it is made, by `projection` as it comes, and its columns are written as well.
    x, y: two columns of numbers in its place.
    text: the column whose words name the clusters; None is the one that plays the role.
    labels: columns whose values name them where no words do; None is all with 2 to 100 distinct values.
    min_size: rows of a cluster at least; None is the square root of the row count,
        5 at least, and above `fit_rows` the same share of all rows as there.
    min_subsize: the same of a subcluster; None is a third of that, 5 at least.
    fit_rows: above as many rows a seeded sample of them is clustered and the others
        join the cluster of the nearest, if within its reach; the summary says so.
    Writes `cluster` and `subcluster`, names, null where the map is sparse. Returns a table
    with one row a cluster: level, name, rows, the middle x and y, parent (the cluster most of
    a subcluster's rows are in), named_by (text, a column, or ""), terms and their scores.
    Raises BadSetting, UnknownColumn, or what `projection` raises.
    Source: R. Campello, D. Moulavi, J. Sander, "Density-Based Clustering Based on
    Hierarchical Density Estimates" (2013), by scikit-learn; names in `naming`.
    """
    _check(min_size=min_size, min_subsize=min_subsize, fit_rows=fit_rows)
    columns = _place_columns(data, layer, x, y)
    made: Mapping[str, np.ndarray] = {}
    if columns is None:
        made, method = _projected(data, layer, seed, progress, cancel)
        columns = (next(iter(made)), next(reversed(made)))
        progress = _last_half(progress)
    points, rows, set_aside = _points(data, columns, made)
    size = min_size if min_size is not None else _usual_size(len(rows), fit_rows)
    subsize = min_subsize if min_subsize is not None else max(REACH_ROWS, size // 3)
    parts = dense_regions(
        points,
        min_size=size,
        min_subsize=subsize,
        fit_rows=fit_rows,
        seed=seed,
        progress=progress,
        cancel=cancel,
    )
    progress(0.9, "naming the clusters")
    named = [
        _named(data, rows, level, what, text, labels, seed, cancel)
        for level, what in zip((parts.coarse, parts.fine), LEVELS, strict=True)
    ]
    written = {
        what: _column(len(data), rows, level, [name for name, _ in names])
        for what, level, names in zip(LEVELS, (parts.coarse, parts.fine), named, strict=True)
    }
    return Result(
        columns={**made, **written},
        table=_table(points, parts, named),
        summary={**_summary(parts, columns, size, subsize), **({"projection": method} if made else {})},
        set_aside=set_aside,
    )


def _check(**numbers: int | None) -> None:
    for name, value in numbers.items():
        if value is not None and (
            not isinstance(value, int) or isinstance(value, bool) or value < REACH_ROWS
        ):
            raise BadSetting(
                f"{name} is {value!r}; give a whole number from {REACH_ROWS} up.", parameter=name
            )


def _usual_size(count: int, fit_rows: int) -> int:
    """Give the square root of the row count; above `fit_rows` the same share of the rows as there."""
    looked_at = min(count, fit_rows)
    return max(REACH_ROWS, int(np.sqrt(looked_at) * count / max(looked_at, 1)))


def _place_columns(
    data: AnalysisInput, layer: str | None, x: str | None, y: str | None
) -> tuple[str, str] | None:
    """Name the two columns that hold the places; None when the map is still to be made. Raises BadSetting."""
    if x is not None and y is not None:
        return x, y
    if x is not None or y is not None:
        raise BadSetting("x and y go together; give both columns or none.", parameter="x")
    name = layer if layer is not None else data.role_column(Role.EMBEDDING)
    projected = (f"projection_{name}_x", f"projection_{name}_y")
    if name is not None and all(column in data.names for column in projected):
        return projected
    by_role = (data.role_column(Role.X), data.role_column(Role.Y)) if layer is None else (None, None)
    if by_role[0] is not None and by_role[1] is not None:
        return by_role[0], by_role[1]
    if name is None:
        raise BadSetting(
            "the data have neither an embedding nor a map to cluster; name two columns of numbers "
            "with x=... and y=...."
        )
    return None


def _projected(
    data: AnalysisInput, layer: str | None, seed: int, progress: Progress, cancel: Cancel
) -> tuple[dict[str, np.ndarray], object]:
    """Make the map of a layer: its two columns, x first, and the method."""
    made = projection.run(
        data, layer=layer, seed=seed, cancel=cancel, progress=lambda share, text: progress(share / 2, text)
    )
    return {str(name): np.asarray(values) for name, values in made.columns.items()}, made.summary["method"]


def _last_half(progress: Progress) -> Progress:
    return lambda share, text: progress(0.5 + share / 2, text)


def _points(
    data: AnalysisInput, columns: tuple[str, str], made: Mapping[str, np.ndarray]
) -> tuple[np.ndarray, np.ndarray, tuple[SetAside, ...]]:
    """Give the places, (n, 2) float64, the positions of their rows, and the rows without one."""
    points = np.column_stack([made[name] if made else _numbers(data, name) for name in columns])
    there = np.isfinite(points).all(axis=1)
    rows = np.flatnonzero(there)
    if len(rows) == len(points):
        return points, rows, ()
    reason = "without a place on the map: missing or infinite"
    return points[rows], rows, (SetAside(tuple(data.row_ids[~there].tolist()), reason),)


def _numbers(data: AnalysisInput, name: str) -> np.ndarray:
    """Give a column as float64, NaN where missing. Raises BadSetting, UnknownColumn."""
    column = data.column(name)
    if column.kind is not Kind.NUMBER:
        raise BadSetting(f"column {name!r} is {column.kind.value}; places are two columns of numbers.")
    return np.where(column.is_missing(), np.nan, column.values.astype(np.float64))


def _named(
    data: AnalysisInput, rows: np.ndarray, groups: np.ndarray, what: str, text: str | None,
    labels: Sequence[str] | None, seed: int, cancel: Cancel,
) -> list[tuple[str, Terms]]:  # fmt: skip
    """Give each group its name and the terms it comes from."""
    count = int(groups.max(initial=-1)) + 1
    terms = [Terms()] * count
    column = text if text is not None else data.role_column(Role.TEXT)
    if column is not None and count:
        terms = _by_text(data.column(column), column, rows, groups, count, seed, cancel)
    if count and not all(own.words for own in terms):
        by_values = values_of_groups(_categories(data, labels, rows), groups, count)
        terms = [own if own.words else other for own, other in zip(terms, by_values, strict=True)]
    return list(zip(names_of(terms, what), terms, strict=True))


def _by_text(
    column: ColumnData, name: str, rows: np.ndarray, groups: np.ndarray, count: int, seed: int, cancel: Cancel
) -> list[Terms]:
    if not column.kind.is_text:
        raise BadSetting(
            f"column {name!r} is {column.kind.value}; names come from a column of text.", parameter="text"
        )
    read = []
    most = int(np.clip(MAX_ALL_TEXTS // (count + 1), MIN_TEXTS, MAX_TEXTS))
    for group in range(-1, count):
        own = np.flatnonzero(groups == group)
        read.append(own if len(own) <= most else own[some(len(own), most, seed)])
    chosen = np.concatenate(read)
    return words_of_groups(_texts(column, rows[chosen]), groups[chosen], count, cancel)


def _texts(column: ColumnData, rows: np.ndarray) -> list[str]:
    """Give the texts of some rows, "" where missing."""
    if column.kind is Kind.CATEGORY:
        return [column.levels[code] if code >= 0 else "" for code in column.values[rows]]
    assert column.text is not None
    return [value or "" for value in column.text.take(rows).to_pylist()]


def _categories(
    data: AnalysisInput, labels: Sequence[str] | None, rows: np.ndarray
) -> dict[str, tuple[np.ndarray, Sequence[str]]]:
    """Give the columns whose values may name a group, as codes and levels."""
    names = data.names if labels is None else labels
    # splits are no topics, and predictions repeat the labels
    skipped = {*LEVELS, *(data.role_column(role) for role in (Role.SPLIT, Role.PREDICTION))}
    columns: dict[str, tuple[np.ndarray, Sequence[str]]] = {}
    for name in names:
        if labels is None and (name in skipped or data.kind(name) is not Kind.CATEGORY):
            continue
        column = data.column(name)
        if column.kind is not Kind.CATEGORY:
            raise BadSetting(
                f"column {name!r} is {column.kind.value}; names come from text values.", parameter="labels"
            )
        if labels is not None or 2 <= len(column.levels) <= MAX_LEVELS:
            columns[name] = (column.values[rows], column.levels)
    return columns


def _column(count: int, rows: np.ndarray, groups: np.ndarray, names: Sequence[str]) -> pd.Categorical:
    codes = np.full(count, -1, dtype=np.int32)
    codes[rows] = groups
    return pd.Categorical.from_codes(codes, pd.Index(list(names), dtype="str"))


def _table(points: np.ndarray, parts: Parts, named: Sequence[Sequence[tuple[str, Terms]]]) -> pd.DataFrame:
    found = []
    for what, groups, names in zip(LEVELS, (parts.coarse, parts.fine), named, strict=True):
        for group, (name, terms) in enumerate(names):
            inside = groups == group
            middle = np.median(points[inside], axis=0)
            parent = _parent(parts.coarse[inside], named[0]) if what == "subcluster" else None
            found.append((
                what, name, int(np.count_nonzero(inside)), float(middle[0]), float(middle[1]), parent,
                terms.source, list(terms.words), list(terms.scores),
            ))  # fmt: skip
    return pd.DataFrame(found, columns=TABLE)


def _parent(coarse: np.ndarray, names: Sequence[tuple[str, Terms]]) -> str | None:
    known = coarse[coarse >= 0]
    return names[int(np.bincount(known).argmax())][0] if len(known) else None


def _summary(parts: Parts, columns: tuple[str, str], size: int, subsize: int) -> dict[str, object]:
    count = len(parts.coarse)
    noise = int(np.count_nonzero(parts.coarse < 0))
    summary: dict[str, object] = {
        "x": columns[0], "y": columns[1], "row_count": count,
        "cluster_count": int(parts.coarse.max(initial=-1)) + 1,
        "subcluster_count": int(parts.fine.max(initial=-1)) + 1,
        "noise_count": noise, "noise_share": round(noise / count, 4) if count else None,
        "min_size": size, "min_subsize": subsize,
    }  # fmt: skip
    if parts.fitted_count < count:
        summary["note"] = (
            f"fitted on {parts.fitted_count:,} of {count:,} rows; the others joined the cluster of the "
            "nearest fitted row within its reach"
        )
    elif count and summary["cluster_count"] == 0:
        summary["note"] = "no part of the map is denser than what surrounds it"
    return summary
