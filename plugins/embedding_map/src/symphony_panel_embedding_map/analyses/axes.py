"""Principal axes of many vectors, in two passes over blocks.

The covariance is collected in blocks and taken apart once, so memory stays
small and the answer is the same each time. Wide or many vectors: their axes
come from a seeded sample, since the cost grows with rows x width squared.
With fewer rows than numbers in a vector, the products of the rows are taken
apart instead. Randomised methods were not chosen: as fast, but less exact.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from symphony_core.specs import Cancel, never

# 16 MB of 512 numbers a row: large enough for BLAS, small enough to be stopped at once.
BLOCK_ROWS = 8_192
# Products of rows x width squared that take about two seconds of one thread.
MAX_WORK = 1e11
MAX_AXES_ROWS = 200_000
MIN_AXES_ROWS = 2_000


@dataclass(frozen=True, eq=False)
class Source:
    """Vectors to be read in blocks: the rows `rows` of `values`, each brought to length 1 if `is_unit`."""

    values: np.ndarray
    rows: np.ndarray
    is_unit: bool = False

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def dimension(self) -> int:
        return int(self.values.shape[1])

    def block(self, start: int) -> np.ndarray:
        """Give the vectors from `start` on, BLOCK_ROWS at most, float32."""
        rows = self.rows[start : start + BLOCK_ROWS]
        if len(rows) and rows[-1] - rows[0] == len(rows) - 1:
            block = self.values[rows[0] : rows[-1] + 1]
        else:
            block = self.values[rows]
        if not self.is_unit:
            return block
        return (block / lengths(block)[:, None]).astype(np.float32)

    def blocks(self, cancel: Cancel) -> Iterator[tuple[int, np.ndarray]]:
        """Give all blocks, each with the index of its first row."""
        for start in range(0, len(self), BLOCK_ROWS):
            cancel.check()
            yield start, self.block(start)

    def sample(self, count: int, seed: int) -> Source:
        """Give `count` of the rows, in their order; all when there are not more."""
        return (
            self
            if count >= len(self)
            else Source(self.values, self.rows[some(len(self), count, seed)], self.is_unit)
        )


def lengths(block: np.ndarray) -> np.ndarray:
    """Give the length of each vector, float64, also where squares of its numbers overflow float32."""
    wide = block.astype(np.float64)
    return np.sqrt(np.einsum("ij,ij->i", wide, wide))


def some(total: int, count: int, seed: int) -> np.ndarray:
    """Choose `count` of 0..total-1, ascending; the same for the same seed."""
    return np.sort(np.random.default_rng(seed).choice(total, count, replace=False))


@dataclass(frozen=True, eq=False)
class Axes:
    """Where the vectors spread most: `mean` (d,), `axes` (d, k) of length 1, widest first.

    shares: (k,) of the whole variance. scale: the largest distance of a number from its mean.
    row_count: how many rows were looked at.
    """

    mean: np.ndarray
    axes: np.ndarray
    shares: np.ndarray
    scale: float
    row_count: int

    def places(self, block: np.ndarray) -> np.ndarray:
        """Give the coordinates of some vectors along the axes, in units of `scale`, (m, k) float32."""
        return _centred(block, self.mean, self.scale) @ self.axes.astype(np.float32)


def principal_axes(source: Source, count: int, *, seed: int = 0, cancel: Cancel = never) -> Axes:
    """Find the axes along which the vectors spread most.

    count: how many; beyond what the vectors span they are zeros.
    The number of an axis that is farthest from 0 is positive, the first of equals.
    Cost: 0.5 s for 50k x 384 on one thread.
    """
    width = source.dimension
    used = source.sample(int(np.clip(MAX_WORK / width**2, MIN_AXES_ROWS, MAX_AXES_ROWS)), seed)
    mean = np.zeros(width)
    low, high = np.full(width, np.inf), np.full(width, -np.inf)
    for _, block in used.blocks(cancel):
        mean += block.sum(axis=0, dtype=np.float64) / len(used)
        low, high = np.minimum(low, block.min(axis=0)), np.maximum(high, block.max(axis=0))
    scale = float(np.maximum(high - mean, mean - low).max())
    scale = scale if scale > 0 else 1.0
    find = _from_rows if len(used) < width else _from_covariance
    variances, axes, whole = find(used, mean, scale, count, cancel)
    kept = min(count, len(variances))
    full_axes, shares = np.zeros((width, count)), np.zeros(count)
    # what float32 leaves of nothing is nothing
    real = variances[:kept] > 1e-10 * max(whole, 1e-300)
    full_axes[:, :kept] = np.where(real, axes[:, :kept], 0.0)
    shares[:kept] = np.where(real, variances[:kept] / whole, 0.0) if whole > 0 else 0.0
    return Axes(mean, _signed(full_axes), shares, scale, len(used))


def _centred(block: np.ndarray, mean: np.ndarray, scale: float) -> np.ndarray:
    if scale < 1e30 and np.abs(mean).max(initial=0.0) < 1e30:
        return (block - mean.astype(np.float32)) * np.float32(1 / scale)
    return ((block - mean) / scale).astype(np.float32)


def _from_covariance(
    source: Source, mean: np.ndarray, scale: float, count: int, cancel: Cancel
) -> tuple[np.ndarray, np.ndarray, float]:
    products = np.zeros((source.dimension, source.dimension))
    for _, block in source.blocks(cancel):
        centred = _centred(block, mean, scale)
        products += centred.T @ centred
    variances, axes = np.linalg.eigh(products)
    return np.maximum(variances[::-1], 0), axes[:, ::-1], float(np.trace(products))


def _from_rows(
    source: Source, mean: np.ndarray, scale: float, count: int, cancel: Cancel
) -> tuple[np.ndarray, np.ndarray, float]:
    centred = np.concatenate([_centred(block, mean, scale) for _, block in source.blocks(cancel)]).astype(
        np.float64
    )
    products = centred @ centred.T
    variances, sides = np.linalg.eigh(products)
    variances, sides = np.maximum(variances[::-1][:count], 0), sides[:, ::-1][:, :count]
    axes = centred.T @ sides
    norms = np.linalg.norm(axes, axis=0)
    return variances, axes / np.where(norms > 0, norms, 1.0), float(np.trace(products))


def _signed(axes: np.ndarray) -> np.ndarray:
    """Turn each axis so that its number farthest from 0, the first of equals, is positive."""
    # equal numbers of opposite sign differ by rounding: the first that is as good as farthest decides
    sizes = np.abs(axes)
    first = (sizes >= sizes.max(axis=0) * (1 - 1e-6)).argmax(axis=0)
    signs = np.sign(axes[first, np.arange(axes.shape[1])])
    return axes * np.where(signs == 0, 1.0, signs)
