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

# A block of this many bytes is read in a few ms: often enough to cancel, long enough to forget the loop.
BLOCK_BYTES = 32 * 2**20
# The few float64 numbers of a block's rows stay in the cache, and below the size at which the allocator asks
# the system for fresh pages each time.
MAX_BLOCK_ROWS = 8_192
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

    values: (n, d) float32. Cost: 0.2 s for 1M x 384 (benchmarks/neighbours.py).
    """
    lengths = np.empty(len(values))
    for start, stop in _blocks(len(values), _exact_rows(values)):
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
    doubts, bounds = _Doubts(k), _Bounds(metric, values.shape[1], query_length)
    block_rows = min(MAX_BLOCK_ROWS, max(1, BLOCK_BYTES // max(1, 4 * values.shape[1])))
    for start, stop in _blocks(len(values), block_rows):
        cancel.check()
        progress(start / len(values), "distances")
        # what overflows float32 stays in doubt, and what has no length is not allowed
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            products = (values[start:stop] @ direction32).astype(np.float64)
            if not np.isfinite(products).all():
                products[~np.isfinite(products)] = np.nan
            lowers = bounds.lowers(products, lengths[start:stop])
            doubts.add(start, lowers, lengths[start:stop], allowed[start:stop], bounds)
    rows = doubts.rows()
    distances = _exact(values, rows, query, direction, metric, cancel)
    order = np.argsort(distances, kind="stable")[:k]
    return Nearest(rows[order], distances[order])


@dataclass(frozen=True)
class _Bounds:
    """Between what numbers the measure of a row lies, from its float32 product with the query's direction.

    The measure grows with the distance: minus the cosine, or the squared distance less the query's square.
    A product of a vector of length 1 is wrong by `rounding` at most: d products and sums in any order, the
    direction rounded to float32, and a little to spare (Higham, "Accuracy and Stability of Numerical
    Algorithms", 2002, section 3.1); what is too small for float32 is lost on top.
    """

    metric: Metric
    dimension: int
    query_length: float

    @property
    def rounding(self) -> float:
        return 1.01 * (self.dimension + 4) * ROUND32

    @property
    def lost(self) -> float:
        return 2 * self.dimension * SMALLEST32

    def lowers(self, products: np.ndarray, lengths: np.ndarray) -> np.ndarray:
        """Give the least measures; uses up the products. NaN where nothing is known."""
        if self.metric == "cosine":
            products += self.lost
            products /= lengths
            products += self.rounding
            return np.negative(products, out=products)
        products *= -2 * self.query_length
        products += lengths * lengths
        products -= self.errors(lengths)
        return products

    def errors(self, lengths: np.ndarray) -> np.ndarray:
        """Give half the way from the least measures to the largest."""
        if self.metric == "cosine":
            return self.rounding + self.lost / lengths
        exact = 4 * (self.dimension + 4) * ROUND64 * (lengths + self.query_length) ** 2
        return exact + 2 * self.query_length * (self.rounding * lengths + self.lost)


class _Doubts:
    """The rows that may be among the k nearest, as far as the bounds can tell."""

    def __init__(self, k: int) -> None:
        self._k = k
        self._limit = np.inf  # the k-th smallest upper bound so far: k rows are surely as near as this
        self._uppers = np.empty(0)
        self._rows: list[np.ndarray] = []
        self._lowers: list[np.ndarray] = []

    def add(
        self, start: int, lowers: np.ndarray, lengths: np.ndarray, allowed: np.ndarray, bounds: _Bounds
    ) -> None:
        """Keep the rows of a block that the k nearest so far do not rule out; a NaN rules out none."""
        kept = np.flatnonzero(~(lowers > self._limit) & allowed)
        if not len(kept):
            return
        uppers = lowers[kept] + 2 * bounds.errors(lengths[kept])
        self._lower_limit(uppers[~np.isnan(uppers)])
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
