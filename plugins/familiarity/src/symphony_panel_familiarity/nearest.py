"""The k nearest of a set of vectors, exactly, in blocks.

Every pair is looked at once: the products of two blocks serve the rows of both,
so a set against itself costs half of what a library pays that takes queries and
base apart. What stays is a comparison of each product with the worst neighbour
that its row has so far, and of these few pass: about k ln(n / block) a row,
since the vectors are shuffled first. An index of cells was not chosen: on real
text in hundreds of dimensions it must still look at most pairs.

Products are in float32; the candidates, a few more than asked for, are then
measured again in float64 from the differences, so that near and equal vectors
get the distance that they have and not what cancellation leaves of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from symphony_core.specs import Cancel, Progress, never, silent

# Rows of a block: its products fill 4 MB, and one takes 10 ms at 384 numbers a vector.
BLOCK_ROWS = 1_024
# Candidates kept beyond k, because float32 may swap neighbours whose distances nearly agree.
SPARE = 4
# Differences held at once while candidates are measured: 32 MB.
MEASURED_NUMBERS = 4_000_000


@dataclass(frozen=True, eq=False)
class Nearest:
    """Neighbours of n vectors, nearest first.

    distances: (n, k) float64. rows: (n, k) int64, positions among the reference vectors.
    """

    distances: np.ndarray
    rows: np.ndarray


def nearest_within(
    vectors: np.ndarray, k: int, *, progress: Progress = silent, cancel: Cancel = never
) -> Nearest:
    """Give each vector's k nearest among the others, itself excluded.

    vectors: (n, d) float32, finite, n > k. Among equally far ones some are taken, always the same.
    Cost: 2 s for 20k x 384, k = 20, on one core, growing with n squared; 0.6 times what faiss's flat index
    takes at 50k (`benchmarks/familiarity.py`).
    """
    order = _shuffled(len(vectors))
    side = _lifted(vectors[order])
    best = _Best(len(vectors), min(k + SPARE, len(vectors) - 1))
    blocks = list(_blocks(len(vectors)))
    total, done = len(blocks) * (len(blocks) + 1) / 2, 0
    for rows in blocks:  # first, so that all rows have neighbours that others must beat
        cancel.check()
        keys = _turned(side[rows]) @ side[rows].T
        np.fill_diagonal(keys, -np.inf)
        best.begin(rows, keys, rows.start)
        done += 1
        progress(done / total, f"{rows.stop:,} of {len(vectors):,} rows begun")
    room = np.empty((BLOCK_ROWS, BLOCK_ROWS), dtype=np.float32)
    for index, rows in enumerate(blocks):
        mine = _turned(side[rows])
        for others in blocks[index + 1 :]:
            cancel.check()
            keys = _product(mine, side[others], room)
            best.offer(rows, keys, others.start)
            best.offer_across(others, keys, rows.start)
            done += 1
        progress(done / total, f"{rows.stop:,} of {len(vectors):,} rows compared")
    found = np.empty((len(vectors), best.size), dtype=np.int64)
    found[order] = order[best.rows]
    return _measured(vectors, vectors, found, k, cancel)


def nearest_among(
    vectors: np.ndarray,
    reference: np.ndarray,
    k: int,
    *,
    progress: Progress = silent,
    cancel: Cancel = never,
) -> Nearest:
    """Give each vector's k nearest among the reference vectors.

    vectors: (n, d); reference: (m, d) with m >= k; both float32 and finite.
    """
    order = _shuffled(len(reference))
    side = _lifted(reference[order])
    best = _Best(len(vectors), min(k + SPARE, len(reference)))
    room = np.empty((BLOCK_ROWS, BLOCK_ROWS), dtype=np.float32)
    for rows in _blocks(len(vectors)):
        mine = _turned(_lifted(vectors[rows]))
        for others in _blocks(len(reference)):
            cancel.check()
            keys = _product(mine, side[others], room)
            if others.start == 0:
                best.begin(rows, keys, 0)
            else:
                best.offer(rows, keys, others.start)
        progress(rows.stop / len(vectors), f"{rows.stop:,} of {len(vectors):,} rows compared")
    return _measured(vectors, reference, order[best.rows], k, cancel)


def _blocks(count: int) -> Iterator[slice]:
    return (slice(start, min(start + BLOCK_ROWS, count)) for start in range(0, count, BLOCK_ROWS))


def _shuffled(count: int) -> np.ndarray:
    # always the same: in sorted data each block would bring nearer neighbours than the one before
    return np.random.default_rng(0).permutation(count)


def _lifted(vectors: np.ndarray) -> np.ndarray:
    """Append -|x|^2 / 2 and 1, so that a product with `_turned` ones is -distance^2 / 2."""
    halves = np.einsum("ij,ij->i", vectors, vectors, dtype=np.float64)[:, None] / 2
    return np.hstack([vectors, -halves, np.ones_like(halves)], dtype=np.float32)


def _turned(lifted: np.ndarray) -> np.ndarray:
    return np.hstack([lifted[:, :-2], lifted[:, -1:], lifted[:, -2:-1]])


def _product(rows: np.ndarray, others: np.ndarray, room: np.ndarray) -> np.ndarray:
    is_whole = len(rows) == len(others) == BLOCK_ROWS
    return np.matmul(rows, others.T, out=room if is_whole else None)


class _Best:
    """The best candidates of every row until now, by key: the larger, the nearer.

    A row's candidates stand in no order. `_worst` is the key that a new one must beat.
    """

    def __init__(self, count: int, size: int) -> None:
        self.size = size
        self.rows = np.zeros((count, size), dtype=np.int32)
        self._keys = np.full((count, size), -np.inf, dtype=np.float32)
        self._worst = np.full(count, -np.inf, dtype=np.float32)

    def begin(self, rows: slice, keys: np.ndarray, first: int) -> None:
        """Take the best of a first block; `first` is the position of its first candidate."""
        size = min(self.size, keys.shape[1])
        chosen = np.argpartition(keys, keys.shape[1] - size, axis=1)[:, -size:]
        self._keys[rows, :size] = np.take_along_axis(keys, chosen, axis=1)
        self.rows[rows, :size] = chosen + first
        self._worst[rows] = self._keys[rows].min(axis=1)

    def offer(self, rows: slice, keys: np.ndarray, first: int) -> None:
        """Take in what is better of a block of keys, one row of it for each of `rows`."""
        at = np.flatnonzero(keys > self._worst[rows, None])
        if len(at):
            mine, theirs = np.divmod(at, keys.shape[1])
            self._take(mine + rows.start, keys.ravel()[at], theirs + first)

    def offer_across(self, rows: slice, keys: np.ndarray, first: int) -> None:
        """Take in what is better of a block of keys, one column of it for each of `rows`."""
        at = np.flatnonzero(keys > self._worst[rows])
        if len(at):
            theirs, mine = np.divmod(at, keys.shape[1])
            order = np.argsort(mine, kind="stable")
            self._take((mine + rows.start)[order], keys.ravel()[at[order]], (theirs + first)[order])

    def _take(self, owners: np.ndarray, keys: np.ndarray, candidates: np.ndarray) -> None:
        """Merge candidates, sorted by owner, with those that the owners have."""
        starts = np.flatnonzero(np.concatenate([[True], owners[1:] != owners[:-1]]))
        counts = np.diff(np.append(starts, len(owners)))
        changed = owners[starts]
        line = np.repeat(np.arange(len(changed)), counts)
        place = self.size + np.arange(len(owners)) - np.repeat(starts, counts)
        width = self.size + int(counts.max())
        all_keys = np.full((len(changed), width), -np.inf, dtype=np.float32)
        all_rows = np.zeros((len(changed), width), dtype=np.int32)
        all_keys[:, : self.size], all_rows[:, : self.size] = self._keys[changed], self.rows[changed]
        all_keys[line, place], all_rows[line, place] = keys, candidates
        chosen = np.argpartition(all_keys, width - self.size, axis=1)[:, -self.size :]
        self._keys[changed] = np.take_along_axis(all_keys, chosen, axis=1)
        self.rows[changed] = np.take_along_axis(all_rows, chosen, axis=1)
        self._worst[changed] = self._keys[changed].min(axis=1)


def _measured(
    vectors: np.ndarray, reference: np.ndarray, found: np.ndarray, k: int, cancel: Cancel
) -> Nearest:
    """Measure the candidates and keep the k nearest, nearest first, equal ones by position."""
    found = np.sort(found, axis=1)
    distances = np.empty(found.shape, dtype=np.float64)
    step = max(1, MEASURED_NUMBERS // max(1, found.shape[1] * vectors.shape[1]))
    for start in range(0, len(vectors), step):
        cancel.check()
        rows = slice(start, start + step)
        apart = reference[found[rows]] - vectors[rows, None, :]
        distances[rows] = np.sqrt(np.einsum("ijk,ijk->ij", apart, apart, dtype=np.float64))
    order = np.argsort(distances, axis=1, kind="stable")[:, :k]
    return Nearest(np.take_along_axis(distances, order, axis=1), np.take_along_axis(found, order, axis=1))
