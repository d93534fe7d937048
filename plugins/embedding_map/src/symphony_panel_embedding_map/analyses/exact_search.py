"""The k vectors nearest to one, exactly, by one pass over all of them.

A pass of float32 products with the query is what the memory allows and no more;
its rounding is bounded for each row, and only the rows that the bound leaves in
doubt, usually a few beyond k, are measured again in float64. So the answer is
the one of a slow search in float64, at the cost of a matrix-vector product. An
index of approximate neighbours was not chosen: it takes minutes to build, and
nobody could say which neighbours it missed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from symphony_core.specs import Cancel, Progress, never, silent

Metric = Literal["cosine", "euclidean"]
METRICS: tuple[Metric, ...] = ("cosine", "euclidean")

# A block of this many bytes is read in about 5 ms: often enough to cancel, long enough to forget the loop.
BLOCK_BYTES = 32 * 2**20
# Shorter vectors come in blocks of so many rows, so that the few numbers kept for each stay in the cache.
MAX_BLOCK_ROWS = 65_536
# Rows whose float64 copies stay in the processor's cache while they are measured.
EXACT_BYTES = 2 * 2**20
# Half the distance between neighbouring float32 and float64 numbers, of 1.
ROUND32, ROUND64 = 2.0**-24, 2.0**-53
# Products of float32 below this are rounded to a multiple of it.
SMALLEST32 = 2.0**-149


@dataclass(frozen=True, eq=False)
class Nearest:
    """The nearest rows: (k,) int64 positions, nearest first, ties by position, and (k,) float64 distances."""

    rows: np.ndarray
    distances: np.ndarray


def lengths_of(values: np.ndarray, *, cancel: Cancel = never, progress: Progress = silent) -> np.ndarray:
    """Give the Euclidean length of each vector, (n,) float64.

    values: (n, d) float32. Cost: 0.5 s for 1M x 384 (benchmarks/neighbours.py).
    """
    lengths = np.empty(len(values))
    for start, stop in _blocks(len(values), _exact_rows(values)):
        if start % 65_536 < stop - start:
            cancel.check()
            progress(start / len(values), "lengths of the vectors")
        block = values[start:stop].astype(np.float64)
        lengths[start:stop] = np.einsum("ij,ij->i", block, block)
    return np.sqrt(lengths, out=lengths)


def nearest(
    values: np.ndarray,
    query: np.ndarray,
    *,
    k: int,
    lengths: np.ndarray,
    allowed: np.ndarray,
    metric: Metric = "cosine",
    cancel: Cancel = never,
    progress: Progress = silent,
) -> Nearest:
    """Give the k rows nearest to the query, fewer when fewer are allowed.

    values: (n, d) float32, finite. query: (d,) float64, finite; for cosine of a length above 0.
    lengths: (n,) float64, as `lengths_of` gives them.
    allowed: (n,) bool, the rows that may be found; for cosine those of a length above 0 only.
    metric: "cosine" is 1 - cosine similarity, 0 to 2; "euclidean" the distance in the units of the data.
    Cost: at most 1.3 times one matrix-vector product over `values` (benchmarks/neighbours.py), unless more
    rows than a few thousand lie within rounding of the k-th, each of which is measured again.
    """
    query_length = float(row_lengths(query[None])[0])
    direction = query / query_length if query_length else query
    direction32 = direction.astype(np.float32)
    doubts = _Doubts(k)
    block_rows = min(MAX_BLOCK_ROWS, max(1, BLOCK_BYTES // max(1, 4 * values.shape[1])))
    for start, stop in _blocks(len(values), block_rows):
        cancel.check()
        progress(start / len(values), "distances")
        with np.errstate(over="ignore", invalid="ignore"):  # what overflows float32 stays in doubt
            products = (values[start:stop] @ direction32).astype(np.float64)
        own, is_allowed = lengths[start:stop], allowed[start:stop]
        if metric == "cosine":
            keys, errors = _cosine_keys(products, own, is_allowed, values.shape[1])
        else:
            keys, errors = _euclidean_keys(products, own, query_length, values.shape[1])
        doubts.add(start, keys - errors, keys + errors, is_allowed)
    rows = doubts.rows()
    distances = _exact(values, rows, query, direction, metric, cancel)
    order = np.argsort(distances, kind="stable")[:k]
    return Nearest(rows[order], distances[order])


def _cosine_keys(
    products: np.ndarray, lengths: np.ndarray, allowed: np.ndarray, dimension: int
) -> tuple[np.ndarray, np.ndarray]:
    """Give numbers that grow with the cosine distance, and how wrong each may be."""
    lengths = np.where(allowed, lengths, 1.0)
    return -products / lengths, _rounding(dimension) + 2 * dimension * SMALLEST32 / lengths


def _euclidean_keys(
    products: np.ndarray, lengths: np.ndarray, query_length: float, dimension: int
) -> tuple[np.ndarray, np.ndarray]:
    """Give numbers that grow with the squared distance, and how wrong each may be."""
    keys = lengths * lengths - 2 * query_length * products
    error = 2 * query_length * (_rounding(dimension) * lengths + 2 * dimension * SMALLEST32)
    return keys, error + 4 * (dimension + 4) * ROUND64 * (lengths + query_length) ** 2


def _rounding(dimension: int) -> float:
    """Bound the rounding of a float32 product of a vector with a direction, for a vector of length 1.

    d products and sums in any order, the direction rounded to float32, and a little to spare
    (Higham, "Accuracy and Stability of Numerical Algorithms", 2002, section 3.1).
    """
    return 1.01 * (dimension + 4) * ROUND32


class _Doubts:
    """The rows that may be among the k nearest, as far as the bounds can tell."""

    def __init__(self, k: int) -> None:
        self._k = k
        self._limit = np.inf  # the k-th smallest upper bound so far: k rows are surely as near as this
        self._uppers = np.empty(0)
        self._rows: list[np.ndarray] = []
        self._lowers: list[np.ndarray] = []

    def add(self, start: int, lowers: np.ndarray, uppers: np.ndarray, allowed: np.ndarray) -> None:
        """Keep the rows of a block that the k nearest so far do not rule out; a NaN rules out none."""
        kept = np.flatnonzero(~(lowers > self._limit) & allowed)
        if not len(kept):
            return
        ups = uppers[kept]
        self._lower_limit(ups[~np.isnan(ups)])
        kept = kept[~(lowers[kept] > self._limit)]
        self._rows.append(kept + start)
        self._lowers.append(lowers[kept])

    def rows(self) -> np.ndarray:
        """Give the positions of all rows still in doubt, ascending."""
        if not self._rows:
            return np.empty(0, dtype=np.int64)
        rows, lowers = np.concatenate(self._rows), np.concatenate(self._lowers)
        return rows[~(lowers > self._limit)].astype(np.int64, copy=False)

    def _lower_limit(self, uppers: np.ndarray) -> None:
        known = np.concatenate([self._uppers, uppers])
        if len(known) >= self._k:
            known = np.partition(known, self._k - 1)[: self._k]
            self._limit = float(known[-1])
        self._uppers = known


def _exact(
    values: np.ndarray,
    rows: np.ndarray,
    query: np.ndarray,
    direction: np.ndarray,
    metric: Metric,
    cancel: Cancel,
) -> np.ndarray:
    """Measure some rows in float64.

    Sums go along each row by itself, so that equal vectors have equal distances wherever they stand.
    A cosine distance is half the squared distance of the directions: 0 for equal ones, not 1e-16.
    """
    distances = np.empty(len(rows))
    for start, stop in _blocks(len(rows), _exact_rows(values)):
        cancel.check()
        block = values[rows[start:stop]].astype(np.float64)
        if metric == "cosine":
            block /= row_lengths(block)[:, None]
            block -= direction
            distances[start:stop] = np.sum(block * block, axis=1) / 2
        else:
            block -= query
            distances[start:stop] = row_lengths(block)
    return distances


def row_lengths(rows: np.ndarray) -> np.ndarray:
    """Give the Euclidean length of each of a few rows, (m,) float64, whatever rows stand beside it."""
    return np.sqrt(np.sum(rows * rows, axis=1))


def _exact_rows(values: np.ndarray) -> int:
    return min(MAX_BLOCK_ROWS, max(1, EXACT_BYTES // max(1, 8 * values.shape[1])))


def _blocks(count: int, size: int) -> list[tuple[int, int]]:
    return [(start, min(start + size, count)) for start in range(0, count, size)]
