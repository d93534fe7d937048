"""How dense the reference is around each vector: by nearest neighbours, or by a Gaussian mixture.

Neighbours are the default. A row's distance to its k nearest alone calls every
row of a sparse region strange, and the ratio to its neighbours' own distances
(the local outlier factor) calls a row strange that lies a little off a tight
group. Half of each, a geometric mean of the two, was better than both or nearly
so on all data tried (`benchmarks/strangers.py`), and is what we take.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from symphony_core.specs import Cancel, Progress, never, silent
from symphony_panel_familiarity.nearest import nearest_among, nearest_within

# How much of a row's distance is held against that of its neighbours: 0 is the plain distance, 1 the ratio.
LOCAL_SHARE = 0.5
# Equal rows lie at distance 0, infinitely dense; below this share of the usual distance all count as equal.
FLOOR = 1e-6
# A component of a mixture must not shrink to a line: its variance, of a mean variance of 1, gets this added.
ADDED_VARIANCE = 1e-3
# Directions with less than this share of the first one's variance hold rounding and nothing else.
LEAST_VARIANCE = 1e-9
# A mixture is fitted on no more rows; more would not move it visibly.
FITTED_ROWS = 20_000
# Rows for each component at least.
ROWS_PER_COMPONENT = 10


@dataclass(frozen=True, eq=False)
class Scores:
    """Raw scores, the higher the denser: of the reference itself, and of the other vectors.

    used: the neighbours or components that there were enough rows for.
    """

    reference: np.ndarray
    others: np.ndarray
    used: int


def unit_vectors(vectors: np.ndarray) -> np.ndarray:
    """Give float32 vectors of length 1, so that their distance grows with the angle; none may be zero."""
    largest = np.abs(vectors).max(axis=1, keepdims=True)
    scaled = vectors / largest  # a square of what float32 holds may not fit it
    return scaled / np.linalg.norm(scaled, axis=1, keepdims=True)


def scaled_vectors(vectors: np.ndarray) -> np.ndarray:
    """Give float32 vectors moved and shrunk by one factor, so that squares neither overflow nor cancel."""
    wide = vectors.astype(np.float64)
    wide -= wide.mean(axis=0)
    size = float(np.abs(wide).max(initial=0.0))
    return (wide / size if size else wide).astype(np.float32)


def neighbour_scores(
    reference: np.ndarray,
    others: np.ndarray,
    k: int,
    *,
    progress: Progress = silent,
    cancel: Cancel = never,
) -> Scores:
    """Score by the nearest reference vectors: -(log r - mean of the neighbours' log r / 2).

    r is the mean distance to the k nearest reference vectors, of a reference vector to the k
    nearest others. reference: (n, d), n at least 2; others: (m, d); float32. With n <= k, k is n - 1.
    """
    k = min(k, len(reference) - 1)
    share = len(reference) / (len(reference) + 2 * len(others))  # its pairs are looked at once, not twice
    own = nearest_within(reference, k, progress=_part(progress, 0, share), cancel=cancel)
    radii = own.distances.mean(axis=1)
    positive = radii[radii > 0]
    floor = FLOOR * float(np.median(positive)) if len(positive) else 1.0
    logs = np.log(np.maximum(radii, floor))
    scores = LOCAL_SHARE * logs[own.rows].mean(axis=1) - logs
    if not len(others):
        return Scores(scores, np.empty(0), k)
    near = nearest_among(others, reference, k, progress=_part(progress, share, 1), cancel=cancel)
    apart = np.log(np.maximum(near.distances.mean(axis=1), floor))
    return Scores(scores, LOCAL_SHARE * logs[near.rows].mean(axis=1) - apart, k)


def mixture_scores(
    reference: np.ndarray,
    others: np.ndarray,
    components: int,
    dimensions: int,
    *,
    seed: int = 0,
    progress: Progress = silent,
    cancel: Cancel = never,
) -> Scores:
    """Score by the log-likelihood of a Gaussian mixture on the first principal components.

    Its Gaussians share one covariance. Fewer axes than about 300 lose the strangers among sentences.

    A reference row takes part in the mixture that scores it: unlike a neighbour it cannot be left out.
    components: how many Gaussians; fewer when there are not ten distinct rows for each.
    dimensions: principal components kept, at most.
    """
    cancel.check()
    progress(0.0, "finding principal components")
    mean, axes = _principal_axes(reference, dimensions)
    if axes.shape[1] == 0:  # all reference rows are equal: what equals them is as dense as can be
        return Scores(np.zeros(len(reference)), -np.linalg.norm(others - mean, axis=1), 1)
    of_reference, of_others = (reference - mean) @ axes, (others - mean) @ axes
    fitted = of_reference
    if len(fitted) > FITTED_ROWS:
        fitted = fitted[np.random.default_rng(seed).choice(len(fitted), FITTED_ROWS, replace=False)]
    used = max(1, min(components, len(np.unique(fitted, axis=0)) // ROWS_PER_COMPONENT))
    cancel.check()
    progress(0.3, f"fitting {used} Gaussians on {len(fitted):,} rows")
    from sklearn.mixture import GaussianMixture  # 0.6 s, and neighbours do without

    # one covariance for all: a sentence encoder's 300 axes would need 100,000 rows for each of their own
    mixture = GaussianMixture(
        used, covariance_type="tied", reg_covar=ADDED_VARIANCE, max_iter=500, random_state=seed
    ).fit(fitted)
    cancel.check()
    progress(0.9, "scoring")
    scored = mixture.score_samples(of_others) if len(others) else np.empty(0)
    return Scores(mixture.score_samples(of_reference), scored, used)


def _principal_axes(vectors: np.ndarray, dimensions: int) -> tuple[np.ndarray, np.ndarray]:
    """Give the mean and (d, p) axes, scaled so that the mean variance along them is 1."""
    wide = vectors.astype(np.float64)
    mean = wide.mean(axis=0)
    wide -= mean
    variances, axes = np.linalg.eigh(wide.T @ wide / len(wide))
    variances, axes = variances[::-1][:dimensions], axes[:, ::-1][:, :dimensions]
    # equal float32 rows leave the rounding of their mean
    is_kept = variances > max(LEAST_VARIANCE * variances[0], 1e-14 * float((mean**2).sum()))
    kept = variances[is_kept]
    return mean, axes[:, is_kept] / np.sqrt(kept.mean()) if len(kept) else axes[:, :0]


def _part(progress: Progress, start: float, end: float) -> Progress:
    def report(fraction: float, text: str) -> None:
        progress(start + fraction * (end - start), text)

    return report
