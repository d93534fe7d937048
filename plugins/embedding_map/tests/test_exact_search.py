"""Exact nearest vectors, against a slow search in float64 that sorts all rows."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from symphony_core.errors import Cancelled
from symphony_core.jobs import CancelFlag
from symphony_panel_embedding_map.analyses import exact_search
from symphony_panel_embedding_map.analyses.exact_search import Nearest, lengths_of, nearest


def found(values, query, k, metric="cosine", allowed=None) -> Nearest:
    values = np.asarray(values, dtype=np.float32)
    lengths = lengths_of(values)
    allowed = np.ones(len(values), dtype=bool) if allowed is None else np.array(allowed, dtype=bool)
    if metric == "cosine":
        allowed &= lengths > 0
    query = np.asarray(query, dtype=np.float64)
    return nearest(values, query, k=k, lengths=lengths, allowed=allowed, metric=metric)


def slow(values, query, k, metric, allowed) -> list[tuple[int, float]]:
    """Measure every row by itself in float64 and sort them all; ties keep the order of the rows."""
    query = np.asarray(query, dtype=np.float64)
    measured = []
    for row, vector in enumerate(np.asarray(values, dtype=np.float64)):
        if not allowed[row] or (metric == "cosine" and not vector.any()):
            continue
        if metric == "cosine":
            apart = vector / exact_search.row_lengths(vector[None])[0]
            apart = apart - query / exact_search.row_lengths(query[None])[0]
            distance = np.sum(apart * apart) / 2
        else:
            distance = np.sqrt(np.sum((vector - query) ** 2))
        measured.append((row, float(distance)))
    return sorted(measured, key=lambda one: one[1])[:k]


# Few distinct numbers make duplicates, ties and constant vectors; wide ones make near ties and lost digits.
few = st.sampled_from([-1.0, 0.0, 1.0, 2.0, 1000.0])
wide = st.floats(-(2.0**100), 2.0**100, width=32)
huge = st.sampled_from([-3e38, 3e38, 1e38, 0.0])  # sums of these overflow float32, on the way or at the end
close = st.integers(0, 3).map(lambda i: float(np.float32(1000 + i * 2**-14)))


@st.composite
def searches(draw):
    row_count, dimension = draw(st.integers(1, 30)), draw(st.integers(1, 12))
    numbers = (few, wide, close, huge)[draw(st.integers(0, 3))]
    values = draw(hnp.arrays(np.float32, (row_count, dimension), elements=numbers))
    query = draw(hnp.arrays(np.float32, (dimension,), elements=numbers))
    if draw(st.booleans()):
        query = values[draw(st.integers(0, row_count - 1))]
    allowed = draw(st.lists(st.booleans(), min_size=row_count, max_size=row_count))
    return values, query.astype(np.float64), draw(st.integers(1, 35)), allowed


@given(searches(), st.sampled_from(["cosine", "euclidean"]), st.integers(1, 7))
def test_the_neighbours_are_those_of_a_slow_search_in_the_same_order(search, metric, block_rows):
    values, query, k, allowed = search
    if metric == "cosine" and not query.any():
        query = np.ones_like(query)
    normal, exact_search.MAX_BLOCK_ROWS = exact_search.MAX_BLOCK_ROWS, block_rows
    try:
        got = found(values, query, k, metric, allowed)
    finally:
        exact_search.MAX_BLOCK_ROWS = normal
    expected = slow(values, query, k, metric, allowed)
    assert list(zip(got.rows.tolist(), got.distances.tolist(), strict=True)) == expected


@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
def test_ten_thousand_rows_in_many_blocks_have_recall_one(metric):
    random = np.random.default_rng(0)
    values = random.normal(size=(10_000, 48)).astype(np.float32)
    values[7_000:7_020] = values[3]  # duplicates, across a block's border
    normal, exact_search.MAX_BLOCK_ROWS = exact_search.MAX_BLOCK_ROWS, 700
    try:
        got = found(values, values[3], 30, metric)
    finally:
        exact_search.MAX_BLOCK_ROWS = normal
    expected = slow(values, values[3], 30, metric, np.ones(10_000, dtype=bool))
    assert got.rows.tolist() == [row for row, _ in expected]
    assert got.rows[:21].tolist() == [3, *range(7_000, 7_020)]


def test_a_hand_worked_cosine_distance_is_one_minus_the_cosine():
    got = found([[1, 0], [1, 1], [0, 2], [-3, 0]], [5, 0], 4)
    assert got.rows.tolist() == [0, 1, 2, 3]
    assert got.distances == pytest.approx([0, 1 - 0.5**0.5, 1, 2], abs=1e-15)


def test_a_hand_worked_euclidean_distance_is_in_units_of_the_data():
    got = found([[0, 0], [3, 4], [6, 8]], [0, 0], 3, "euclidean")
    assert (got.rows.tolist(), got.distances.tolist()) == ([0, 1, 2], [0, 5, 10])


def test_an_equal_vector_is_at_distance_zero_and_not_nearly_zero():
    values = np.random.default_rng(1).normal(size=(50, 33))
    assert found(values, np.float32(values[7]), 1).distances.tolist() == [0.0]


def test_ties_come_in_the_order_of_the_rows():
    assert found(np.ones((9, 5)), np.ones(5), 4).rows.tolist() == [0, 1, 2, 3]


def test_fewer_rows_than_neighbours_give_all_of_them():
    assert found([[1, 0], [0, 1]], [1, 0], 10).rows.tolist() == [0, 1]


def test_no_row_that_may_be_found_gives_none():
    assert found([[1.0]], [1.0], 3, allowed=[False]).rows.tolist() == []
    assert found(np.empty((0, 4)), np.ones(4), 3).rows.tolist() == []


def test_one_dimension_knows_two_directions():
    got = found([[1], [5], [-2]], [3], 3)
    assert (got.rows.tolist(), got.distances.tolist()) == ([0, 1, 2], [0, 0, 2])


def test_differences_that_float32_products_lose_are_told_apart():
    # squares near 1e6 have a float32 spacing of 0.06; the rows differ by 6e-5
    values = np.array([[1000 + i * 2**-14, 1000] for i in (3, 1, 2, 0)])
    assert found(values, [1000, 1000], 4, "euclidean").rows.tolist() == [3, 1, 2, 0]


@pytest.mark.parametrize("scale", [1e-44, 1e-38, 3e38])
@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
def test_vectors_at_the_ends_of_float32_are_measured_rightly(scale, metric):
    values = np.array([[1, 1, 0], [1, 0, 0], [0.5, 0.6, 1]]) * scale
    assert found(values, np.float32([scale, 0, 0]), 3, metric).rows.tolist() == [1, 0, 2]


def test_a_cancelled_search_ends_between_blocks():
    flag = CancelFlag()
    flag.set()
    values = np.ones((4, 2), dtype=np.float32)
    with pytest.raises(Cancelled):
        nearest(values, np.ones(2), k=1, lengths=np.ones(4), allowed=np.ones(4, dtype=bool), cancel=flag)


def test_only_rows_in_doubt_are_measured_again(monkeypatch):
    measured = []
    exact = exact_search._exact
    monkeypatch.setattr(
        exact_search, "_exact", lambda *given: measured.append(len(given[1])) or exact(*given)
    )
    values = np.random.default_rng(0).normal(size=(20_000, 32))
    assert len(found(values, values[0], 10).rows) == 10
    assert measured[0] < 40


@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
def test_products_that_overflow_float32_rule_nothing_out(metric):
    # summed block by block in float32 this is -inf, although the product is positive
    odd = np.r_[np.full(512, -3.3e38), np.full(171, 3.3e38), np.full(341, 3.4e38)]
    away = np.full(1024, -3.4e38)
    assert found([away, odd], np.ones(1024), 1, metric).rows.tolist() == [1]
    # and this is +inf, although a vector in the query's own direction is nearer
    large = np.where(np.arange(1024) % 32 == 0, -3e38, 3e38)
    assert found([large, np.full(1024, 2.0)], np.ones(1024), 1, metric).rows.tolist() == [1]
