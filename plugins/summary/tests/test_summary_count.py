"""Counting under masks and by groups, against counting one by one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from symphony_panel_summary import count
from symphony_panel_summary.count import Chosen, Split, count_codes, count_pairs

DTYPES = st.sampled_from(["uint8", "uint16", "int32", "int64"])
SEEDS = st.integers(0, 2**32 - 1)


def slow_counts(codes: np.ndarray, rows: np.ndarray, code_count: int) -> list[int]:
    return [sum(1 for code, is_in in zip(codes.tolist(), rows.tolist(), strict=True) if is_in and code == k)
            for k in range(code_count)]  # fmt: skip


@given(st.integers(0, 60), SEEDS, DTYPES, st.sampled_from([0.0, 0.1, 0.6, 1.0]), st.integers(1, 12))
def test_codes_of_chosen_rows_are_counted_one_by_one(
    length: int, seed: int, dtype: str, share: float, code_count: int
):
    rng = np.random.default_rng(seed)
    codes = rng.integers(0, 14, length).astype(dtype)
    if dtype.startswith("int"):
        codes[rng.random(length) < 0.2] = -1
    mask = rng.random(length) < share
    expected = slow_counts(codes, mask, code_count)
    assert count_codes(codes, mask, code_count).tolist() == expected
    assert Chosen(mask).counts(codes, code_count).tolist() == expected


@pytest.mark.parametrize("length", [count.BLOCK_ROWS + 1, 4 * count.BLOCK_ROWS + 3])
@pytest.mark.parametrize("share", [0.05, 0.9])
def test_long_columns_of_bytes_are_counted_as_short_ones(length: int, share: float):
    rng = np.random.default_rng(length)
    codes = rng.integers(0, 20, length).astype(np.uint8)
    codes[::7] = 255
    mask = rng.random(length) < share
    expected = np.bincount(codes[mask], minlength=256)[:20]
    assert (count_codes(codes, mask, 20) == expected).all()
    assert (Chosen(mask).counts(codes, 20) == expected).all()


@given(st.integers(0, 60), SEEDS, DTYPES, st.sampled_from([0.1, 0.9]), st.integers(1, 9), st.integers(1, 5))
def test_pairs_of_group_and_code_are_counted_one_by_one(
    length: int, seed: int, dtype: str, share: float, code_count: int, slot_count: int
):
    rng = np.random.default_rng(seed)
    codes = rng.integers(0, 11, length).astype(dtype)
    if dtype.startswith("int"):
        codes[rng.random(length) < 0.2] = -1
    slots = rng.integers(0, slot_count + 1, length).astype(np.uint8)
    mask = rng.random(length) < share
    split = Split(slots, slot_count, length).among(Chosen(mask))
    counted = split.counts(codes, code_count)
    for slot in range(slot_count):
        rows = mask & (slots == slot)
        expected = slow_counts(codes, rows, code_count)
        assert counted[slot].tolist() == [*expected, int(rows.sum()) - sum(expected)]
        assert split.sizes[slot] == rows.sum()


def test_pairs_of_many_codes_are_counted_in_several_blocks():
    rng = np.random.default_rng(0)
    slots, codes = rng.integers(0, 7, 900_000).astype(np.uint8), rng.integers(0, 30_000, 900_000)
    counted = count_pairs(slots, codes, 7, 30_000)
    assert (counted == np.histogram2d(slots, codes, bins=(7, 30_000), range=((0, 7), (0, 30_000)))[0]).all()


def test_items_of_lists_are_chosen_by_their_rows():
    owners = np.array([0, 0, 1, 2], dtype=np.int32)
    assert Chosen(np.array([True, False, True])).of(owners).mask.tolist() == [True, True, False, True]
    whole = Split(np.array([1, 0, 2], dtype=np.uint8), 2, 3)
    assert whole.of(owners).slots.tolist() == [1, 1, 0, 2]
    first = whole.among(Chosen(np.array([True, False, False])))
    assert first.positions is not None
    assert first.of(owners).slots.tolist() == [1, 1, 2, 2]
