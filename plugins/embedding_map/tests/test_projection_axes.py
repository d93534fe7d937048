"""Principal axes against numpy's decomposition of the whole matrix."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from symphony_panel_embedding_map.analyses import axes as module
from symphony_panel_embedding_map.analyses.axes import Source, principal_axes


def source(values: np.ndarray) -> Source:
    return Source(values.astype(np.float32), np.arange(len(values)))


@given(st.integers(2, 40), st.integers(3, 12), st.integers(0, 50), st.sampled_from([1e-30, 1.0, 1e30]))
def test_axes_are_those_of_the_singular_value_decomposition(rows: int, width: int, seed: int, size: float):
    rng = np.random.default_rng(seed)
    # spreads that differ, or the order of the axes would be a matter of rounding
    values = (rng.normal(size=(rows, width)) * 2.0 ** -np.arange(width) + rng.normal(size=width)).astype("f4")
    found = principal_axes(source(values * np.float32(size)), 2)
    _, spreads, wanted = np.linalg.svd(values - values.mean(axis=0, dtype=float), full_matrices=False)
    for index in range(min(2, rows - 1)):
        nearest = min(
            [abs(spreads[index] - other) for k, other in enumerate(spreads) if k != index], default=1
        )
        if nearest > 0.1 * spreads[0]:
            assert abs(found.axes[:, index] @ wanted[index]) == pytest.approx(1, abs=1e-3)
        assert found.shares[index] == pytest.approx(spreads[index] ** 2 / (spreads**2).sum(), abs=1e-4)


@given(st.integers(0, 50))
def test_the_farthest_number_of_an_axis_is_positive(seed: int):
    values = np.random.default_rng(seed).normal(size=(30, 6))
    for one in principal_axes(source(values), 3).axes.T:
        assert one[np.abs(one).argmax()] > 0


def test_axes_beyond_what_the_vectors_span_are_zeros():
    values = np.outer([1, 2, 3, 4], [1, 1, 0])
    found = principal_axes(source(values), 3)
    assert found.shares == pytest.approx([1, 0, 0])
    assert found.axes[:, 1:].any() == np.False_


def test_a_large_common_offset_hides_no_spread():
    values = np.array([[1000.0, 1000], [1000, 1001], [1000, 1002], [1000, 1003]])
    assert principal_axes(source(values), 1).axes[:, 0] == pytest.approx([0, 1], abs=1e-3)


def test_rows_are_read_in_blocks_whether_they_lie_together_or_not():
    values = np.arange(module.BLOCK_ROWS * 2.0 + 6)[:, None] * [1.0, 2.0]
    rows = np.arange(0, len(values), 2)
    read = Source(values.astype(np.float32), rows)
    together = np.concatenate([block for _, block in read.blocks(module.never)])
    assert np.array_equal(together, values[rows].astype(np.float32))


def test_a_sample_of_the_rows_is_the_same_for_the_same_seed():
    values = np.random.default_rng(0).normal(size=(50, 3))
    first, again, other = (source(values).sample(10, seed).rows.tolist() for seed in (1, 1, 2))
    assert first == again and first != other and len(set(first)) == 10
