"""Exact neighbours against the slow obvious way."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from symphony_core.errors import Cancelled
from symphony_core.jobs import CancelFlag
from symphony_panel_familiarity import nearest
from symphony_panel_familiarity.nearest import nearest_among, nearest_within


def slow_distances(vectors: np.ndarray, reference: np.ndarray, k: int, *, is_same: bool) -> list[list[float]]:
    found = []
    for i, one in enumerate(vectors.astype(np.float64)):
        apart = [
            float(np.sqrt(((one - other) ** 2).sum()))
            for j, other in enumerate(reference.astype(np.float64))
            if not (is_same and i == j)
        ]
        found.append(sorted(apart)[:k])
    return found


@settings(max_examples=60, deadline=None)
@given(
    st.integers(2, 40), st.integers(0, 30), st.integers(1, 5), st.integers(1, 9), st.booleans(),
    st.integers(0, 10_000),
)  # fmt: skip
def test_distances_are_those_of_the_slow_way_ties_and_copies_included(n, m, d, k, is_whole, seed):
    random = np.random.default_rng(seed)
    vectors = random.integers(-2, 3, (n, d)) if is_whole else random.normal(size=(n, d))
    others = random.integers(-2, 3, (m, d)) if is_whole else random.normal(size=(m, d))
    vectors, others = vectors.astype(np.float32), others.astype(np.float32)
    k = min(k, n - 1)
    within = nearest_within(vectors, k)
    assert np.allclose(within.distances, slow_distances(vectors, vectors, k, is_same=True), atol=1e-6)
    assert not (within.rows == np.arange(n)[:, None]).any()
    assert all(len(set(row)) == k for row in within.rows.tolist())
    among = nearest_among(others, vectors, k)
    assert np.allclose(
        among.distances, np.reshape(slow_distances(others, vectors, k, is_same=False), (m, k)), atol=1e-6
    )


@pytest.mark.parametrize("is_sorted", [False, True])
def test_many_blocks_find_the_same_as_one(monkeypatch, is_sorted):
    vectors = np.random.default_rng(3).normal(size=(333, 6)).astype(np.float32)
    if is_sorted:
        vectors = vectors[np.argsort(vectors[:, 0])]
    whole, among = nearest_within(vectors, 7), nearest_among(vectors[:50], vectors[50:], 7)
    monkeypatch.setattr(nearest, "BLOCK_ROWS", 16)
    assert (nearest_within(vectors, 7).rows == whole.rows).all()
    assert (nearest_among(vectors[:50], vectors[50:], 7).rows == among.rows).all()


def test_a_thousand_copies_are_neighbours_at_distance_zero(monkeypatch):
    monkeypatch.setattr(nearest, "BLOCK_ROWS", 64)
    vectors = np.tile(np.float32([[0.3, 0.1]]), (1000, 1))
    found = nearest_within(vectors, 5)
    assert found.distances.max() == 0
    assert not (found.rows == np.arange(1000)[:, None]).any()


def test_distances_far_from_the_origin_do_not_cancel():
    vectors = np.float32([[1000, 0], [1000.25, 0], [1001, 0]])
    assert nearest_within(vectors, 1).distances.ravel().tolist() == [0.25, 0.25, 0.75]


def test_the_search_reports_and_stops_between_blocks(monkeypatch):
    monkeypatch.setattr(nearest, "BLOCK_ROWS", 16)
    vectors = np.random.default_rng(0).normal(size=(160, 4)).astype(np.float32)
    flag, seen = CancelFlag(), []

    def report(fraction: float, words: str) -> None:
        seen.append(fraction)
        if fraction > 0.5:
            flag.set()

    with pytest.raises(Cancelled):
        nearest_within(vectors, 3, progress=report, cancel=flag)
    assert seen == sorted(seen) and 0.5 < seen[-1] < 0.8
