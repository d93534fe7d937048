"""Dense parts of a plane, at two levels, by HDBSCAN.

HDBSCAN of scikit-learn was chosen over the packages `hdbscan` (ten times as
fast, 26 MB of compiled code more) and `fast_hdbscan` (compiles for half a
minute at its first use): what it costs more is seconds in the background. Its
time grows with the square of the rows, so above a number of rows it is fitted
on a sample and the others join the part of the nearest fitted row, if they are
within its reach.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from symphony_core.specs import Cancel, Progress, never, silent
from symphony_panel_embedding_map.analyses.apart import folder, run_apart
from symphony_panel_embedding_map.analyses.apart_worker import coarse_parts, fine_parts
from symphony_panel_embedding_map.analyses.axes import some

# A row's reach is the distance to as many neighbours, itself among them.
REACH_ROWS = 5
# Below this the work takes under 0.2 s: a process of its own would take longer to start.
ALONE_ROWS = 4_000
ASSIGNED_AT_ONCE = 100_000


@dataclass(frozen=True, eq=False)
class Parts:
    """The dense parts of n places; -1 is none, else numbered from 0 by size, ties by first row.

    coarse, fine: (n,) int32. fitted_count: places that HDBSCAN looked at.
    """

    coarse: np.ndarray
    fine: np.ndarray
    fitted_count: int


def dense_regions(
    points: np.ndarray, *, min_size: int, min_subsize: int, fit_rows: int, seed: int = 0,
    progress: Progress = silent, cancel: Cancel = never,
) -> Parts:  # fmt: skip
    """Find the dense parts of a plane.

    points: (n, 2) finite float64.
    min_size, min_subsize: rows that a part has at least, of the coarse ones and of the fine ones.
    fit_rows: above as many, HDBSCAN looks at a seeded sample.
    Cost on one thread: 0.1 s for 5k places, 8 s for 30k and more.
    """
    count = len(points)
    if count < max(min_subsize, REACH_ROWS):
        nothing = np.full(count, -1, dtype=np.int32)
        return Parts(nothing, nothing, count)
    if (points == points[0]).all():
        level = np.zeros(count, dtype=np.int32)
        return Parts(level if count >= min_size else level - 1, level, count)
    fitted = some(count, min(count, fit_rows), seed)
    share = len(fitted) / count
    sizes = {
        "min_size": max(REACH_ROWS, round(min_size * share)),
        "min_subsize": max(REACH_ROWS, round(min_subsize * share)),
        "reach_rows": REACH_ROWS,
    }
    sample = _scaled(points)[fitted]
    coarse, fine = _fit(sample, sizes, progress, cancel)
    if len(fitted) < count:
        joined = _joined(_scaled(points), sample, progress, cancel)
        coarse, fine = (np.where(joined >= 0, level[joined], -1) for level in (coarse, fine))
    return Parts(by_size(coarse), by_size(fine), len(fitted))


def _scaled(points: np.ndarray) -> np.ndarray:
    """Move and shrink the places to -1..1, so that squares of distances neither overflow nor vanish."""
    low, high = points.min(axis=0), points.max(axis=0)
    middle = low / 2 + high / 2
    half = float((high / 2 - low / 2).max())
    return (points - middle) / half


def _fit(
    points: np.ndarray, sizes: dict[str, int], progress: Progress, cancel: Cancel
) -> tuple[np.ndarray, np.ndarray]:
    cancel.check()
    if len(points) <= ALONE_ROWS:
        coarse = coarse_parts(points, sizes["min_size"], sizes["reach_rows"])
        cancel.check()
        return coarse, fine_parts(points, sizes["min_subsize"], sizes["reach_rows"])
    with folder() as files:
        files.put("points", points)
        run_apart(
            "hdbscan", files, sizes, cancel=cancel,
            progress=lambda share, text: progress(0.7 * share, text),
        )  # fmt: skip
        return files.get("coarse"), files.get("fine")


def _joined(points: np.ndarray, sample: np.ndarray, progress: Progress, cancel: Cancel) -> np.ndarray:
    """Give each place the index of the sampled place nearest to it, -1 beyond that one's reach."""
    tree = cKDTree(sample)
    reach = tree.query(sample, k=[REACH_ROWS])[0][:, 0]
    joined = np.empty(len(points), dtype=np.int64)
    for start in range(0, len(points), ASSIGNED_AT_ONCE):
        cancel.check()
        progress(0.7 + 0.2 * start / len(points), f"clusters of {len(points):,} rows")
        distances, nearest = tree.query(points[start : start + ASSIGNED_AT_ONCE])
        joined[start : start + ASSIGNED_AT_ONCE] = np.where(distances <= reach[nearest], nearest, -1)
    return joined


def by_size(labels: np.ndarray) -> np.ndarray:
    """Number groups anew, the largest 0, ties by first row; -1 stays."""
    known, first, counts = np.unique(labels[labels >= 0], return_index=True, return_counts=True)
    numbers = np.full(int(labels.max(initial=-1)) + 2, -1, dtype=np.int32)  # the last is for -1
    numbers[known[np.lexsort((first, -counts))]] = np.arange(len(known))
    return numbers[labels]
