"""The middle of some vectors, as a query."""

from __future__ import annotations

import numpy as np

# Rows copied to float64 at a time.
CHUNK_ROWS = 8_192


def middle_of(values: np.ndarray, rows: np.ndarray, lengths: np.ndarray | None) -> np.ndarray:
    """Give the mean of some vectors, (d,) float64; of one vector that vector itself.

    values: (n, d) float32. rows: positions of at least one.
    lengths: (n,) above 0 at these rows, to take the mean of directions, in which a long vector counts no more
        than a short one; None takes the mean of the vectors as they are.
    Directions that cancel out to the rounding give zeros.
    """
    if len(rows) == 1:
        return values[rows[0]].astype(np.float64)
    total = np.zeros(values.shape[1])
    for start in range(0, len(rows), CHUNK_ROWS):
        chunk = rows[start : start + CHUNK_ROWS]
        block = values[chunk].astype(np.float64)
        if lengths is not None:
            block /= lengths[chunk][:, None]
        total += block.sum(axis=0)
    mean = total / len(rows)
    if lengths is not None and float(mean @ mean) < (1e-7) ** 2:  # float32 directions are no better than that
        return np.zeros_like(mean)
    return mean
