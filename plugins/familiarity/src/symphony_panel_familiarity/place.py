"""Where a score stands among the scores of a reference, from 0 to 1.

Raw scores depend on the embedding, the number of neighbours and the size of the
reference; places do not, so they compare across layers, labels and versions.
"""

from __future__ import annotations

import numpy as np


def places_within(scores: np.ndarray) -> np.ndarray:
    """Give each score its place among all: the share below it, with half of those equal, itself included.

    scores: (n,) without NaN. Places lie between 1 / 2n and 1 - 1 / 2n, so that as many are below a
        rate as the rate says, to the nearest row.
    """
    ordered = np.sort(scores)
    below, upto = _around(scores, ordered)
    return (below + upto) / 2 / max(1, len(ordered))


def places_among(scores: np.ndarray, reference: np.ndarray) -> np.ndarray:
    """Give each score its place among the reference's scores and itself, as `places_within` would.

    scores: (n,); reference: (m,), both without NaN.
    """
    below, upto = _around(scores, np.sort(reference))
    return ((below + upto) / 2 + 0.5) / (len(reference) + 1)


def _around(scores: np.ndarray, ordered: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return np.searchsorted(ordered, scores, side="left"), np.searchsorted(ordered, scores, side="right")
