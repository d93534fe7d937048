"""Places of the vectors on a plane, so that near vectors are near on the map.

PCA is there at once and shows the directions of largest spread. PaCMAP takes
longer, in a process of its own, and keeps neighbours together. Measured on one
thread, with trustworthiness of 10 neighbours (1 is perfect) behind each time:

| | PCA | PaCMAP 0.9 | UMAP 0.5 | openTSNE 1.0 |
|---|---|---|---|---|
| emoji, 2,231 x 64 | 0.0 s, 0.74 | 0.3 s, 0.88 | 12 s, 0.90 | 27 s, 0.94 |
| reviews, 5,000 x 384 | 0.0 s, 0.77 | 1.4 s, 0.87 | 39 s, 0.90 | 27 s, 0.94 |

PaCMAP is the default: it alone stays a matter of seconds (14 s at 50k), also
where there is one core, and it keeps the large distances as well as the small.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from symphony_core.errors import BadSetting, BadVectors, NotEnoughRows
from symphony_core.specs import AnalysisInput, Cancel, Progress, Result, Role, SetAside, never, silent
from symphony_panel_embedding_map.analyses.apart import folder, run_apart
from symphony_panel_embedding_map.analyses.axes import Axes, Source, lengths, principal_axes, some

METHODS = ("auto", "pca", "pacmap")
METRICS = ("euclidean", "cosine")
# Fewer rows than this have too few neighbours and mid-near pairs for PaCMAP to draw from.
MIN_PACMAP_ROWS = 16
# Below this the two widest directions show as much, and are there at once.
AUTO_PACMAP_ROWS = 100
# PaCMAP's pairs for each neighbour: itself, half a mid-near pair, two far ones.
PAIRS_PER_NEIGHBOR = 3.5
# PaCMAP works on as many principal axes; the rest is mostly noise to it and doubles the time.
PACMAP_AXES = 100


@dataclass(frozen=True, eq=False)
class _Placed:
    """Coordinates of the usable rows, (n, 2), and what there is to say about them."""

    places: np.ndarray
    method: str
    said: dict[str, object] = field(default_factory=dict)


def run(
    data: AnalysisInput,
    *,
    progress: Progress = silent,
    cancel: Cancel = never,
    seed: int = 0,
    layer: str | None = None,
    method: str = "auto",
    metric: str = "euclidean",
    n_neighbors: int | None = None,
    fit_rows: int = 200_000,
) -> Result:
    """Place the vectors of a layer on a plane.

    layer: an embedding column by its exact name; None is the one that plays the role.
    method: "pca", "pacmap", or "auto": PaCMAP from 100 rows up, PCA below. Vectors of
        one or two numbers are their own places, whatever the method.
    metric: "euclidean", or "cosine", which looks at directions only: vectors of
        length 0 have none and are set aside.
    n_neighbors: neighbours that PaCMAP keeps near each row; None is 10, and more
        from 10,000 rows up. Fewer when there are not enough rows, which the summary says.
    fit_rows: above as many rows PaCMAP arranges a seeded sample of them and
        places the others beside it, which the summary says.
    Writes `projection_<layer>_x` and `_y`, null for rows that are set aside.
    Raises BadRole without the layer, BadSetting, NotEnoughRows, BadVectors when no row is usable.
    Cost on one thread: PCA 0.5 s at 50k x 384; PaCMAP 14 s there.
    Source: Y. Wang, H. Huang, C. Rudin, Y. Shaposhnik, "Understanding How Dimension
    Reduction Tools Work" (2021), JMLR 22(201), by the authors' library `pacmap`.
    """
    _check(method, metric, n_neighbors, fit_rows)
    if len(data) == 0:
        raise NotEnoughRows("there are no rows to place; the map needs at least one.")
    vectors = data.vectors(layer)
    name = layer if layer is not None else data.role_column(Role.EMBEDDING)
    rows, set_aside = _usable(data, vectors.values, vectors.usable, metric == "cosine", cancel)
    if len(rows) == 0:
        reasons = " and ".join(f"{len(part.row_ids):,} {part.reason}" for part in set_aside)
        raise BadVectors(f"no row of layer {name!r} can be placed: {reasons}.", layer=name)
    source = Source(vectors.values, rows, is_unit=metric == "cosine")
    placed = _place(source, method, n_neighbors, fit_rows, seed, progress, cancel)
    columns = np.full((2, len(data)), np.nan)
    columns[:, rows] = placed.places.T
    summary = {
        "layer": name, "method": placed.method, "row_count": len(rows),
        "set_aside_count": len(data) - len(rows), **placed.said,
    }  # fmt: skip
    return Result(
        columns={f"projection_{name}_x": columns[0], f"projection_{name}_y": columns[1]},
        summary=summary,
        set_aside=set_aside,
    )


def _check(method: str, metric: str, n_neighbors: int | None, fit_rows: int) -> None:
    if method not in METHODS:
        raise BadSetting(f"method is {method!r}; give one of {', '.join(METHODS)}.", parameter="method")
    if metric not in METRICS:
        raise BadSetting(f"metric is {metric!r}; give one of {', '.join(METRICS)}.", parameter="metric")
    if n_neighbors is not None and (not _is_whole(n_neighbors) or n_neighbors < 2):
        raise BadSetting(
            f"n_neighbors is {n_neighbors!r}; give a whole number from 2 up.", parameter="n_neighbors"
        )
    if not _is_whole(fit_rows) or fit_rows < MIN_PACMAP_ROWS:
        raise BadSetting(
            f"fit_rows is {fit_rows!r}; give a whole number from {MIN_PACMAP_ROWS} up.", parameter="fit_rows"
        )


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _usable(
    data: AnalysisInput, values: np.ndarray, usable: np.ndarray, needs_direction: bool, cancel: Cancel
) -> tuple[np.ndarray, tuple[SetAside, ...]]:
    """Give the positions of rows that can be placed, and the others with their reasons."""
    rows = np.flatnonzero(usable)
    aside = [
        (np.flatnonzero(~usable), "without a usable vector: none, of another length, with NaN or infinity")
    ]
    if needs_direction and len(rows):
        source = Source(values, rows)
        zero = np.concatenate([lengths(block) == 0 for _, block in source.blocks(cancel)])
        aside.append((rows[zero], "with a vector of length 0, which has no direction"))
        rows = rows[~zero]
    if all(len(which) == 0 for which, _ in aside):
        return rows, ()
    ids = data.row_ids
    return rows, tuple(SetAside(tuple(ids[which].tolist()), reason) for which, reason in aside if len(which))


def _place(
    source: Source, method: str, n_neighbors: int | None, fit_rows: int, seed: int,
    progress: Progress, cancel: Cancel,
) -> _Placed:  # fmt: skip
    progress(0.0, "reading the vectors")
    if source.dimension <= 2:
        return _as_they_are(source, cancel)
    use_pacmap = method == "pacmap" or (method == "auto" and len(source) >= AUTO_PACMAP_ROWS)
    if use_pacmap and len(source) < MIN_PACMAP_ROWS:
        raise NotEnoughRows(
            f"PaCMAP needs at least {MIN_PACMAP_ROWS} rows with a vector; there are {len(source):,}. "
            "Use method='pca'."
        )
    axes = principal_axes(source, PACMAP_AXES if use_pacmap else 2, seed=seed, cancel=cancel)
    if not axes.axes.any():
        return _Placed(
            np.zeros((len(source), 2)), "pca", {"note": "all vectors are equal: one place for all rows"}
        )
    if use_pacmap:
        return _by_pacmap(source, axes, n_neighbors, fit_rows, seed, progress, cancel)
    return _by_pca(source, axes, progress, cancel)


def _as_they_are(source: Source, cancel: Cancel) -> _Placed:
    places = np.zeros((len(source), 2))
    for start, block in source.blocks(cancel):
        places[start : start + len(block), : source.dimension] = block
    note = "the vectors have two numbers and are used as they are"
    if source.dimension == 1:
        note = "the vectors have one number, which is x; y is 0"
    return _Placed(places, "as_is", {"note": note})


def _by_pca(source: Source, axes: Axes, progress: Progress, cancel: Cancel) -> _Placed:
    places = np.empty((len(source), 2))
    for start, block in source.blocks(cancel):
        progress(start / len(source), f"placing {len(source):,} rows along two axes")
        places[start : start + len(block)] = axes.places(block)[:, :2]
    said: dict[str, object] = {"variance_shares": [round(float(share), 4) for share in axes.shares[:2]]}
    if axes.row_count < len(source):
        said["note"] = f"the axes are those of {axes.row_count:,} of {len(source):,} rows, drawn by the seed"
    return _Placed(places * axes.scale, "pca", said)


def _by_pacmap(
    source: Source, axes: Axes, n_neighbors: int | None, fit_rows: int, seed: int,
    progress: Progress, cancel: Cancel,
) -> _Placed:  # fmt: skip
    row_count, fitted_count = len(source), min(len(source), fit_rows)
    used, wanted = _neighbor_count(n_neighbors, fitted_count)
    fitted = some(row_count, fitted_count, seed)
    with folder() as files:
        reduced = files.empty("vectors", (row_count, min(PACMAP_AXES, source.dimension)))
        for start, block in source.blocks(cancel):
            progress(0.05 * start / row_count, "reading the vectors")
            reduced[start : start + len(block)] = axes.places(block)[:, : reduced.shape[1]]
        reduced.flush()
        del reduced
        files.put("fitted", fitted)
        run_apart(
            "pacmap", files, {"n_neighbors": used, "seed": seed % 2**31},
            progress=lambda share, text: progress(0.05 + 0.95 * share, text), cancel=cancel,
        )  # fmt: skip
        places = files.get("places")
    if not np.isfinite(places).all():
        raise BadVectors("PaCMAP found no finite places for these vectors; use method='pca'.")
    said: dict[str, object] = {"n_neighbors": used}
    notes = []
    if used < wanted:
        notes.append(f"{used} neighbours instead of {wanted}, as there are {fitted_count:,} rows")
    if fitted_count < row_count:
        said |= {"fitted_count": fitted_count, "placed_count": row_count - fitted_count}
        notes.append(
            f"fitted on {fitted_count:,} of {row_count:,} rows; the others were placed by PaCMAP's transform"
        )
    if notes:
        said["note"] = "; ".join(notes)
    return _Placed(places.astype(np.float64), "pacmap", said)


def _neighbor_count(wanted: int | None, row_count: int) -> tuple[int, int]:
    """Give how many neighbours PaCMAP can keep with so many rows, and how many were wanted."""
    if wanted is None:
        wanted = 10 if row_count <= 10_000 else round(10 + 15 * (np.log10(row_count) - 4))
    return min(wanted, int((row_count - 1) / PAIRS_PER_NEIGHBOR)), wanted
