"""Familiarity of 50,000 x 384 vectors, against the best library that finds the same exact neighbours.

    python benchmarks/familiarity.py [--quick] [--rows N] [--rounds N] [--only NAME]

Ours is the whole score: exact neighbours of every row among all others, and the
formula on them. The libraries find the neighbours alone, k + 1 of them since they
find the row itself too: scikit-learn by brute force, and, where they are installed
(`pip install --target PEERS faiss-cpu usearch`, then PYTHONPATH=PEERS), faiss's
flat index and usearch's exact search. All have one thread. Vectors are those of
sentences where the example data lie beside the checkout, repeated with noise that is
as large as the distance to a neighbour, else a mixture of 300 clusters. Recall is the
share of each library's neighbours that lie no farther than our k-th, for ours the
share no farther than scikit-learn's k-th.
"""

from __future__ import annotations

import os

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ[_name] = "1"

import importlib.util  # noqa: E402
import statistics  # noqa: E402
from collections.abc import Callable  # noqa: E402
from pathlib import Path  # noqa: E402

import numpy as np  # noqa: E402
from _big import parser  # noqa: E402
from _report import reach, seconds, show  # noqa: E402
from threadpoolctl import threadpool_limits  # noqa: E402

from symphony_panel_familiarity.density import neighbour_scores, unit_vectors  # noqa: E402
from symphony_panel_familiarity.nearest import nearest_within  # noqa: E402

K = 20
DIMENSION = 384
CHECKED_ROWS = 500
SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"
REVIEWS = Path(os.environ.get("SYMPHONY_SHARED_DATA", SHARED)) / "reviews" / "reviews.parquet"

# Gives distances (n, k) and positions (n, k) of the neighbours, the row itself left out.
Search = Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]


def main() -> None:
    arguments = parser(__doc__)
    arguments.add_argument("--rows", type=int, help="how many rows; 50,000 unless --quick")
    arguments.add_argument("--rounds", type=int, default=3, help="how often each way is measured")
    arguments.add_argument(
        "--only", metavar="NAME", help="one library, such as faiss; the others take minutes"
    )
    arguments.add_argument("--reviews", type=Path, default=REVIEWS, metavar="PATH", help="real sentences")
    given = arguments.parse_args()
    row_count = given.rows or (8_000 if given.quick else 50_000)
    vectors, source = vectors_of(row_count, given.reviews)
    peers = {"scikit-learn brute": by_sklearn, **optional_peers()}
    if given.only:
        peers = {name: search for name, search in peers.items() if given.only in name}
    with threadpool_limits(limits=1):
        measure(vectors, source, peers, given.rounds)


def vectors_of(row_count: int, reviews: Path) -> tuple[np.ndarray, str]:
    random = np.random.default_rng(0)
    if reviews.exists():
        import pandas as pd

        real = np.stack(pd.read_parquet(reviews, columns=["embedding"])["embedding"].to_numpy())
        chosen = real[random.integers(0, len(real), row_count)]
        noise = random.normal(0, 0.6 / np.sqrt(DIMENSION), chosen.shape)
        return unit_vectors((chosen + noise).astype(np.float32)), "sentences with noise"
    centres = random.normal(size=(300, DIMENSION))
    chosen = centres[random.integers(0, 300, row_count)]
    return unit_vectors((chosen + random.normal(size=chosen.shape)).astype(np.float32)), "300 clusters"


def measure(vectors: np.ndarray, source: str, peers: dict[str, Search], rounds: int) -> None:
    ours_s: list[float] = []
    peers_s: dict[str, list[float]] = {name: [] for name in peers}
    for _ in range(rounds):
        ours_s.append(seconds(lambda: neighbour_scores(vectors, vectors[:0], K)))
        for name, search in peers.items():
            peers_s[name].append(seconds(lambda search=search: search(vectors)))
    best = min(peers_s, key=lambda name: statistics.median(peers_s[name]))
    ratio = statistics.median(ours / theirs for ours, theirs in zip(ours_s, peers_s[best], strict=True))
    found = nearest_within(vectors, K)
    checked = np.random.default_rng(1).choice(len(vectors), CHECKED_ROWS, replace=False)
    kth = np.sort(exact(vectors, checked), axis=1)[:, K - 1]
    rows = [("ours, scores", timed(ours_s) + f", recall {recall(found.rows, vectors, checked, kth):.4f}")]
    for name, search in peers.items():
        _, theirs = search(vectors)
        share = recall(theirs, vectors, checked, kth)
        rows.append((name, timed(peers_s[name]) + f", recall {share:.4f}"))
    rows.append(("ratio to the best", f"{reach(ratio, 1.5)}, the best is {best}"))
    show(
        f"familiarity of {len(vectors):,} x {vectors.shape[1]} ({source}), k = {K}, one thread",
        rows,
        {"rows": len(vectors), "ours_s": ours_s, "best": best, "best_s": peers_s[best], "ratio": ratio},
    )


def exact(vectors: np.ndarray, checked: np.ndarray) -> np.ndarray:
    """Give the distances of some rows to all, in float64; a row is infinitely far from itself."""
    wide = vectors.astype(np.float64)
    apart = np.sqrt(np.maximum(2 - 2 * wide[checked] @ wide.T, 0))
    apart[np.arange(len(checked)), checked] = np.inf
    return apart


def recall(rows: np.ndarray, vectors: np.ndarray, checked: np.ndarray, kth: np.ndarray) -> float:
    apart = np.linalg.norm(vectors[rows[checked]].astype(np.float64) - vectors[checked][:, None], axis=2)
    return float((apart <= kth[:, None] + 1e-6).mean())


def timed(samples: list[float]) -> str:
    return f"{statistics.median(samples):.2f} s ({min(samples):.2f} to {max(samples):.2f})"


# --- the libraries -------------------------------------------------------------------------


def by_sklearn(vectors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    from sklearn.neighbors import NearestNeighbors

    # without a query each row is left out of its own neighbours
    return NearestNeighbors(n_neighbors=K, algorithm="brute").fit(vectors).kneighbors()


def by_faiss(vectors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    import faiss

    faiss.omp_set_num_threads(1)
    index = faiss.IndexFlatIP(
        vectors.shape[1]
    )  # of unit vectors: its order is that of distances, and quicker
    index.add(vectors)
    return without_self(*index.search(vectors, K + 1))


def by_usearch(vectors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    from usearch.index import MetricKind, search

    parts = []  # of all queries at once it would hold all distances
    for start in range(0, len(vectors), 1_000):
        queries = vectors[start : start + 1_000]
        parts.append(search(vectors, queries, K + 1, MetricKind.IP, exact=True, threads=1))
    keys = np.concatenate([part.keys for part in parts]).astype(np.int64)
    return without_self(np.concatenate([part.distances for part in parts]), keys)


def without_self(distances: np.ndarray, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    is_self = rows == np.arange(len(rows))[:, None]
    is_self[~is_self.any(axis=1), -1] = True
    return distances[~is_self].reshape(len(rows), K), rows[~is_self].reshape(len(rows), K)


def optional_peers() -> dict[str, Search]:
    ways = {"faiss": ("faiss flat", by_faiss), "usearch": ("usearch exact", by_usearch)}
    there = {name: way for name, way in ways.items() if importlib.util.find_spec(name) is not None}
    for name in ways.keys() - there.keys():
        print(f"{name} is not installed and not measured")
    return dict(there.values())


if __name__ == "__main__":
    main()
