"""The ten nearest neighbours of one row, against one pass of matrix-vector product over the same array.

    python benchmarks/neighbours.py [--quick] [--rows N]

BLAS has one thread, as in the pool. The promised figure is the analysis from the vectors to the two
columns, the lengths of the vectors known from an earlier query; the first query, which computes them, is
printed beside it. Below a million rows the fixed cost of a run shows. The ways take turns; each ratio is
the median of the ratios of the turns. The neighbours are compared with a slow search in float64.
"""

from __future__ import annotations

import argparse
import statistics

import numpy as np
import pandas as pd
from _report import milliseconds, reach, seconds, show

from symphony_core.blas import one_blas_thread
from symphony_core.dataset import Dataset
from symphony_core.roles import Role, RoleChoice, Roles
from symphony_core.specs import AnalysisInput
from symphony_core.table import Table
from symphony_core.vectors import Vectors
from symphony_panel_embedding_map.analyses import neighbours

DIMENSION = 384
CLUSTER_COUNT = 50
CHUNK_ROWS = 50_000
K = 10


def table(row_count: int) -> Table:
    """Make rows in clusters, so that neighbours are nearer than strangers."""
    random = np.random.default_rng(0)
    centres = random.normal(size=(CLUSTER_COUNT, DIMENSION)).astype(np.float32)
    values = np.empty((row_count, DIMENSION), dtype=np.float32)
    for start in range(0, row_count, CHUNK_ROWS):
        chunk = values[start : start + CHUNK_ROWS]
        random.standard_normal(out=chunk, dtype=np.float32)
        chunk += centres[random.integers(0, CLUSTER_COUNT, len(chunk))]
    values.flags.writeable = False
    roles = Roles({Role.EMBEDDING: RoleChoice(Role.EMBEDDING, "embedding", "made here")})
    vectors = Vectors(values, np.ones(row_count, dtype=bool))
    frame = pd.DataFrame({"id": np.arange(row_count)})
    dataset = Dataset(
        frame,
        name="clusters",
        fingerprint="0" * 32,
        id_column="id",
        roles=roles,
        vectors={"embedding": vectors},
    )
    return Table(dataset)


def slowly(values: np.ndarray, row: int, metric: str) -> list[int]:
    """Give the neighbours by float64 distances of all rows."""
    query = values[row].astype(np.float64)
    distances = np.empty(len(values))
    for start in range(0, len(values), CHUNK_ROWS):
        block = values[start : start + CHUNK_ROWS].astype(np.float64)
        if metric == "cosine":
            distances[start : start + CHUNK_ROWS] = -(block @ query) / np.linalg.norm(block, axis=1)
        else:
            distances[start : start + CHUNK_ROWS] = np.linalg.norm(block - query, axis=1)
    distances[row] = np.inf
    return np.argsort(distances, kind="stable")[:K].tolist()


def main() -> None:
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.add_argument("--quick", action="store_true", help="smaller, within half a minute")
    arguments.add_argument("--rows", type=int, help="how many rows; a million unless --quick")
    given = arguments.parse_args()
    row_count = given.rows or (100_000 if given.quick else 1_000_000)
    made = table(row_count)
    sample_count = 15 if given.quick else 31
    with one_blas_thread():
        for metric in ("cosine", "euclidean"):
            measure(made, metric, sample_count)


def measure(made: Table, metric: str, sample_count: int) -> None:
    values = made.vectors("embedding").values
    rows = np.random.default_rng(1).integers(0, len(made), sample_count).tolist()
    neighbours._lengths.clear()
    first_s = seconds(lambda: search(made, rows[0], metric))
    found = search(made, rows[0], metric)
    assert found == slowly(values, rows[0], metric), "not the neighbours of a slow search"
    times: dict[str, list[float]] = {"ours": [], "pass": []}
    for row in rows:
        times["pass"].append(seconds(lambda row=row: values @ values[row]))
        times["ours"].append(seconds(lambda row=row: search(made, row, metric)))
    ratio = statistics.median(ours / one for ours, one in zip(times["ours"], times["pass"], strict=True))
    show(
        f"{K} neighbours of one row, {len(made):,} x {DIMENSION}, {metric}",
        [
            ("ours", milliseconds(times["ours"])),
            ("one matrix-vector product", milliseconds(times["pass"])),
            ("the first query of a layer", milliseconds([first_s])),
            ("ours / product", reach(ratio, 1.3) if len(made) >= 1_000_000 else f"{ratio:.2f}x"),
        ],
        {
            "benchmark": "neighbours", "metric": metric, "rows": len(made), "dimension": DIMENSION,
            "samples": sample_count, "ours_s": statistics.median(times["ours"]),
            "pass_s": statistics.median(times["pass"]), "first_s": first_s, "ours_over_pass": ratio,
        },
    )  # fmt: skip


def search(made: Table, row: int, metric: str) -> list[int]:
    """Give the ids of the neighbours, nearest first."""
    result = neighbours.run(AnalysisInput(made), of=row, k=K, metric=metric)  # type: ignore[arg-type]
    assert result.table is not None
    return result.table["id"].tolist()


if __name__ == "__main__":
    main()
