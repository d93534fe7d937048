"""The process that `apart` starts: `apart_worker.py TASK FOLDER PARAMS`.

It is run as a file and imports nothing of Symphony, so it starts as fast as
its library allows. Reports go to standard output, one JSON line each; what a
library prints goes to standard error, which is shown only if the task fails.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import shutil
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

Report = Callable[[float, str], None]
Params = Mapping[str, Any]

# Each block is one run of the optimiser over it and all fitted rows: few blocks, yet progress to tell.
PLACED_AT_ONCE = 100_000
# Share of the fit that passes until the neighbours are found; measured at 50k rows.
NEIGHBOURS_SHARE = 0.6
# PaCMAP's three phases.
ITERATIONS = (100, 100, 250)
# A cluster of more of the rows than this is taken apart into such that hold less than the second share,
# provided that these hold the third share of it: else it is one even cloud.
GIANT_SHARE, LARGEST_SHARE, HELD_SHARE = 0.5, 0.25, 0.6


def main(task: str, folder: str, params: str) -> None:
    """Run one task over the arrays of a folder."""
    threading.Thread(target=_end_with_parent, args=(folder,), daemon=True).start()
    out = sys.stdout

    def report(fraction: float, text: str) -> None:
        out.write(json.dumps([fraction, text]) + "\n")
        out.flush()

    with contextlib.redirect_stdout(sys.stderr):
        TASKS[task](Path(folder), json.loads(params), report)


def _end_with_parent(folder: str) -> None:
    # not through sys.stdin: its lock, held by a waiting thread, would stop Python from ending
    while os.read(0, 1):
        pass
    shutil.rmtree(folder, ignore_errors=True)  # nobody else will
    os._exit(3)


def pacmap(folder: Path, params: Params, report: Report) -> None:
    """Lay out `vectors` (n, d) as `places` (n, 2): fit on the rows of `fitted`, then place the others."""
    report(0.0, "loading PaCMAP")
    import pacmap as library

    vectors = np.load(folder / "vectors.npy", mmap_mode="r")
    fitted = np.load(folder / "fitted.npy")
    rest = np.setdiff1d(np.arange(len(vectors)), fitted)
    until = 1.0 if len(rest) == 0 else 0.6
    report(0.02, f"finding neighbours of {len(fitted):,} rows")
    model = library.PaCMAP(
        n_components=2, n_neighbors=params["n_neighbors"], random_state=params["seed"],
        num_iters=ITERATIONS, save_tree=len(rest) > 0, verbose=True,
    )  # fmt: skip
    places = np.empty((len(vectors), 2), dtype=np.float32)
    with contextlib.redirect_stdout(_Iterations(lambda share: report(until * share, "arranging"))):
        places[fitted] = model.fit_transform(np.array(vectors[fitted]), init="pca", save_pairs=False)
    model.verbose = False
    for start in range(0, len(rest), PLACED_AT_ONCE):
        report(until + (1 - until) * start / len(rest), f"placing {len(rest):,} more rows")
        rows = rest[start : start + PLACED_AT_ONCE]
        places[rows] = model.transform(np.array(vectors[rows]), init="pca", save_pairs=False)
    np.save(folder / "places.npy", places)


class _Iterations(io.TextIOBase):
    """Stands in for standard output and turns what PaCMAP prints of its iterations into shares of the fit."""

    def __init__(self, tell: Callable[[float], None]) -> None:
        self._tell = tell

    def write(self, text: str) -> int:
        found = re.match(r"Iteration:\s*(\d+)", text)
        if found:
            share = min(1.0, int(found[1]) / sum(ITERATIONS))
            self._tell(NEIGHBOURS_SHARE + (1 - NEIGHBOURS_SHARE) * share)
        return len(text)


def hdbscan(folder: Path, params: Params, report: Report) -> None:
    """Give the clusters of `points` (n, 2) as `coarse` and `fine` (n,)."""
    report(0.0, "loading HDBSCAN")
    points = np.load(folder / "points.npy")
    report(0.1, f"clusters of {len(points):,} places")
    np.save(folder / "coarse.npy", coarse_parts(points, params["min_size"], params["reach_rows"]))
    report(0.6, f"finer clusters of {len(points):,} places")
    np.save(folder / "fine.npy", fine_parts(points, params["min_subsize"], params["reach_rows"]))


def coarse_parts(points: np.ndarray, min_size: int, reach_rows: int) -> np.ndarray:
    """Number the dense parts of a plane that last longest as density rises; -1 is none.

    A part of more than half the rows is taken apart once more, where smaller
    parts hold most of it: a map with one name on it tells nothing.
    """
    labels = _parts(points, min_size, reach_rows)
    counts = np.bincount(labels[labels >= 0], minlength=1)
    giant = int(counts.argmax())
    if counts[giant] <= len(points) * GIANT_SHARE:
        return labels
    # a number, as HDBSCAN takes 0 for "no limit"
    limit = max(min_size, int(len(points) * LARGEST_SHARE))
    within = _parts(points, min_size, reach_rows, max_cluster_size=limit)
    inside = labels == giant
    if np.count_nonzero(within[inside] >= 0) < counts[giant] * HELD_SHARE:
        return labels
    finer: np.ndarray = np.where(inside, np.where(within >= 0, within + counts.size, -1), labels)
    return finer


def fine_parts(points: np.ndarray, min_size: int, reach_rows: int) -> np.ndarray:
    """Number the smallest dense parts of a plane; -1 is none."""
    return _parts(points, min_size, reach_rows, cluster_selection_method="leaf")


def _parts(points: np.ndarray, min_size: int, reach_rows: int, **how: object) -> np.ndarray:
    if len(points) < max(min_size, reach_rows):
        return np.full(len(points), -1, dtype=np.int32)
    # only who clusters pays for it
    from sklearn.cluster import HDBSCAN

    model = HDBSCAN(min_cluster_size=min_size, min_samples=reach_rows, copy=True, **how)
    labels: np.ndarray = model.fit_predict(points).astype(np.int32)
    return labels


TASKS: dict[str, Callable[[Path, Params, Report], None]] = {"pacmap": pacmap, "hdbscan": hdbscan}

if __name__ == "__main__":
    main(*sys.argv[1:])
