"""Text as codes, checked against plain Python."""

from __future__ import annotations

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from symphony_core import frames
from symphony_core.sources import text_coder
from symphony_core.sources.text_coder import TextCoder

PIECES = st.lists(st.lists(st.none() | st.text(max_size=3), max_size=12), max_size=8)


def coded(pieces: list[list[str | None]], max_levels: int) -> tuple[pd.Series, bool]:
    coder = TextCoder(max_levels)
    for piece in pieces:
        coder.add(pa.array(piece, pa.string()))
    return coder.finished()


@given(PIECES, st.integers(0, 10), st.integers(0, 30))
def test_the_values_are_those_that_came_in_whatever_is_joined_when(pieces, max_levels, pending):
    flat = [value for piece in pieces for value in piece]
    before = text_coder.PENDING_LEVELS
    try:
        text_coder.PENDING_LEVELS = pending
        series, is_coded = coded(pieces, max_levels)
    finally:
        text_coder.PENDING_LEVELS = before
    distinct = {value for value in flat if value is not None}
    assert [None if pd.isna(value) else value for value in series] == flat
    assert is_coded == (len(distinct) <= max_levels)
    if is_coded:
        assert frames.column_data(series).levels == tuple(sorted(distinct))


@pytest.mark.parametrize(("count", "dtype"), [(126, "int8"), (1_000, "int16"), (40_000, "int32")])
def test_codes_take_the_fewest_bytes(count, dtype):
    series, _ = coded([[f"{i}" for i in range(count)]], 65_536)
    assert series.cat.codes.dtype == dtype


def test_bytes_that_are_no_text_are_shown_and_told():
    text = pa.StringArray.from_buffers(2, pa.py_buffer(b"\0\0\0\0\1\0\0\0\2\0\0\0"), pa.py_buffer(b"\xffa"))
    coder = TextCoder()
    coder.add(text)
    assert coder.finished()[0].tolist() == ["\\xff", "a"]
    assert coder.is_repaired
