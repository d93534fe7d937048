"""The seam to pandas: one dtype for one thing, and plain arrays from it."""

from __future__ import annotations

import datetime
import decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from symphony_core import frames
from symphony_core.column import MAX_LEVELS, Kind


def data(values: object, dtype: object = None):
    series, _ = frames.tidy(pd.Series(values, dtype=dtype))
    return frames.column_data(series)


def arrow(values: list[object], kind: pa.DataType):
    return frames.from_arrow(pa.chunked_array([pa.array(values, kind)]))


def test_whole_numbers_with_gaps_stay_whole():
    column = data([2**60 + 1, None], "Int64")
    assert column.kind is Kind.NUMBER
    assert column.values.dtype == np.int64
    assert column.values[0] == 2**60 + 1
    assert column.missing.tolist() == [False, True]


def test_python_integers_with_a_none_stay_whole():
    assert data([2**60 + 1, None], object).values[0] == 2**60 + 1


def test_whole_numbers_beyond_64_bits_become_text_and_lose_no_digit():
    series, oddity = frames.tidy(pd.Series([10**30, 1], dtype=object))
    assert series.tolist() == ["1" + "0" * 30, "1"]
    assert oddity == "holds int values; read as text"


def test_booleans_with_gaps_stay_boolean():
    column = data([True, None, False], object)
    assert column.kind is Kind.BOOL
    assert column.is_missing().tolist() == [False, True, False]


@pytest.mark.parametrize("missing", [None, np.nan, pd.NA])
def test_text_becomes_codes_over_its_sorted_values(missing):
    column = data(["b", missing, "a", "b"], object)
    assert column.kind is Kind.CATEGORY
    assert column.levels == ("a", "b")
    assert column.values.tolist() == [1, -1, 0, 1]


def test_an_ordered_category_keeps_its_order():
    column = data(pd.Categorical(["low", "high"], categories=["low", "high"]))
    assert column.levels == ("low", "high")


def test_a_category_of_numbers_is_a_column_of_numbers():
    assert data(pd.Categorical([3, 5, 3])).values.tolist() == [3, 5, 3]


def test_text_with_too_many_distinct_values_stays_text():
    column = data([f"t{i}" for i in range(MAX_LEVELS + 1)] + [None])
    assert column.kind is Kind.TEXT
    assert len(column) == MAX_LEVELS + 2
    assert column.is_missing()[-1]


def test_codes_take_the_fewest_bytes():
    assert data([f"{i}" for i in range(100)]).values.dtype == np.int8
    assert data([f"{i}" for i in range(1_000)]).values.dtype == np.int16


def test_times_with_a_zone_are_held_in_utc():
    column = data(pd.Series(pd.to_datetime(["2024-01-01 01:00"])).dt.tz_localize("Europe/Berlin"))
    assert column.kind is Kind.TIME
    assert column.values.tolist() == [datetime.datetime(2024, 1, 1)]  # noqa: DTZ001 - naive UTC
    assert column.timezone == "Europe/Berlin"


def test_dates_become_times():
    column = data([datetime.date(2024, 1, 2), None], object)
    assert column.kind is Kind.TIME
    assert column.is_missing().tolist() == [False, True]


def test_a_column_of_mixed_values_becomes_text_and_says_so():
    series, oddity = frames.tidy(pd.Series([1, "x", None], dtype=object))
    assert series.isna().tolist() == [False, False, True]
    assert series[0] == "1"
    assert oddity == "holds int and str values; read as text"


def test_lists_structs_and_bytes_can_be_tested_for_null_only():
    for values in ([[1, 2], None], [{"a": 1}, None], [b"x", None]):
        column = data(values, object)
        assert column.kind is Kind.OTHER
        assert column.is_missing().tolist() == [False, True]


def test_decimals_are_numbers():
    column = data([decimal.Decimal("1.5"), None], object)
    assert column.kind is Kind.NUMBER
    assert column.values[0] == 1.5


def test_numbers_in_foreign_byte_order_become_native():
    assert data(np.array([1, 2], dtype=">i4")).values.dtype.isnative


def test_lone_surrogates_are_replaced_and_told():
    series, oddity = frames.tidy(pd.Series(["\ud800", "b"], dtype=object))
    assert series.tolist() == ["?", "b"]
    assert "not valid Unicode" in str(oddity)


def test_arrays_are_read_only():
    for values in ([1.5, 2.5], ["a", "b"], [True, False]):
        assert not data(values).values.flags.writeable


@pytest.mark.parametrize(
    ("kind", "values", "dtype"),
    [
        (pa.int16(), [1, None], "Int16"),
        (pa.int16(), [1, 2], "int16"),
        (pa.bool_(), [True, None], "boolean"),
        (pa.float32(), [1.0, None], "float32"),
        (pa.date32(), [datetime.date(2024, 1, 1)], "datetime64[s]"),
        (pa.timestamp("ms", "UTC"), [0], "datetime64[ms, UTC]"),
        (pa.dictionary(pa.int32(), pa.string()), ["a", None], "category"),
        (pa.dictionary(pa.int32(), pa.int64()), [7, None], "Int64"),
        (pa.null(), [None], "str"),
        (pa.string(), ["a", None], "str"),
        (pa.list_(pa.int64()), [[1]], "list<item: int64>[pyarrow]"),
    ],
)
def test_arrow_columns_get_the_canonical_dtype(kind, values, dtype):
    assert str(arrow(values, kind).dtype) == dtype


def test_dictionaries_that_differ_by_chunk_are_joined():
    chunks = [pa.array(["a", "b"]).dictionary_encode(), pa.array(["b", "c"]).dictionary_encode()]
    assert frames.from_arrow(pa.chunked_array(chunks)).tolist() == ["a", "b", "b", "c"]


def test_a_dictionary_that_repeats_a_value_is_decoded():
    twice = pa.DictionaryArray.from_arrays(pa.array([0, 1, 2]), pa.array(["a", "a", None]))
    column = frames.column_data(frames.from_arrow(pa.chunked_array([twice])))
    assert column.levels == ("a",)
    assert column.values.tolist() == [0, 0, -1]


def test_empty_columns_work_in_every_kind():
    for kind in (pa.int64(), pa.string(), pa.dictionary(pa.int8(), pa.string()), pa.binary(), pa.null()):
        column = frames.column_data(frames.from_arrow(pa.chunked_array([], type=kind)))
        assert len(column) == 0


def test_rows_are_taken_in_the_order_asked_and_numbered_anew():
    frame = pd.DataFrame({"a": [1, 2, 3], "b": ["x", "y", "z"]})
    taken = frames.take(frame, np.array([2, 0]), ["b"])
    assert taken.to_dict("list") == {"b": ["z", "x"]}
    assert taken.index.tolist() == [0, 1]
