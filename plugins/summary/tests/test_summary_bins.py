"""Bars of a column against counting row by row."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from symphony_core.column import ColumnData, Kind
from symphony_core.frames import column_data
from symphony_panel_summary.bins import Bars, bars_of, bin_codes, mean, one_of_each
from symphony_panel_summary.count import Chosen


def numbers(*values: float, dtype: str = "float64") -> Bars:
    return bars_of(ColumnData(Kind.NUMBER, np.array(values, dtype=dtype)), 20)


def times(*texts: str, unit: str = "s", zone: str | None = None, bin_count: int = 20) -> Bars:
    return bars_of(
        ColumnData(Kind.TIME, np.array(texts, dtype=f"datetime64[{unit}]"), timezone=zone), bin_count
    )


def counted(bars: Bars) -> dict[str, int]:
    return {item.label: int(n) for item, n in zip(bars.bins, bars.totals, strict=True) if n}


def slow_counts(bars: Bars, values: np.ndarray) -> list[int]:
    """Count values bar by bar with plain Python comparisons, exact for whole numbers."""
    rounded = values.dtype.type if values.dtype.kind == "f" else int
    counts = []
    for item in bars.bins:
        low, high = rounded(item.low), rounded(item.high)
        inside = [
            low <= v and (v <= high if item.is_closed else v < high)
            for v in values.tolist()
            if math.isfinite(v)
        ]
        counts.append(sum(inside))
    return counts


def test_edges_of_fractions_are_round_numbers():
    assert [b.label for b in numbers(0, 0.5, 1).bins][:3] == ["0 – 0.05", "0.05 – 0.1", "0.1 – 0.15"]


def test_whole_numbers_get_a_bar_each_when_they_are_few():
    assert counted(numbers(3, 3, 5, dtype="int8")) == {"3": 2, "5": 1}


def test_the_ends_of_decimal_fractions_begin_no_bar_of_their_own():
    bars = numbers(0.3, 0.5, 0.9)
    assert (bars.bins[0].low, bars.bins[-1].high) == (0.3, 0.9)


def test_whole_numbers_read_as_floats_get_a_bar_each_too():
    assert counted(numbers(0, 1, 1, np.nan)) == {"0": 1, "1": 2}


def test_wide_whole_numbers_get_bars_of_whole_steps():
    assert [b.label for b in numbers(0, 99_999, dtype="int32").bins][:2] == ["0 – 4,999", "5,000 – 9,999"]


def test_neighbours_beyond_the_precision_of_floats_stay_apart():
    bars = numbers(2**53, 2**53 + 1, dtype="int64")
    assert counted(bars) == {"9,007,199,254,740,992": 1, "9,007,199,254,740,993": 1}


@pytest.mark.parametrize(("dtype", "low", "high"), [("int64", -(2**63), 2**63 - 1), ("uint64", 0, 2**64 - 1)])
def test_the_whole_range_of_integers_is_counted(dtype: str, low: int, high: int):
    bars = bars_of(ColumnData(Kind.NUMBER, np.array([low, 0, high], dtype=dtype)), 20)
    assert slow_counts(bars, np.array([low, 0, high], dtype=dtype)) == bars.totals.tolist()
    assert bars.totals.sum() == 3


def test_the_whole_range_of_floats_has_finite_edges():
    bars = numbers(-1.7e308, 0, 1.7e308)
    assert all(math.isfinite(b.low) and math.isfinite(b.high) for b in bars.bins)
    assert bars.totals.sum() == 3


def test_far_outliers_get_one_bar_of_their_own():
    bars = numbers(*np.linspace(0, 1, 999), 1e12)
    assert bars.bins[-1].label == "1 and above"
    assert bars.totals[-1] == 2
    assert len(bars.bins) == 21


def test_missing_and_infinite_numbers_are_counted_apart():
    bars = numbers(np.nan, np.inf, -np.inf, 1, 2)
    assert (bars.missing_count, bars.infinite_count, int(bars.totals.sum())) == (1, 2, 2)


def test_values_under_a_mask_of_missing_are_not_counted():
    column = column_data(pd.Series([1, None, 3], dtype="Int64"))
    bars = bars_of(column, 20)
    assert (bars.missing_count, counted(bars)) == (1, {"1": 1, "3": 1})


@pytest.mark.parametrize("values", [[], [np.nan, np.nan]])
def test_a_column_without_numbers_has_no_bars(values: list[float]):
    bars = numbers(*values)
    assert (bars.bar_count, bars.missing_count, bars.mean) == (0, len(values), None)


def test_a_constant_has_one_bar():
    assert counted(numbers(0.1, 0.1, dtype="float32")) == {"0.1": 2}


def test_neighbouring_floats_have_labels_that_differ():
    labels = [b.label for b in numbers(1e9, 1e9 + 1e-6).bins]
    assert len(set(labels)) == len(labels)


@given(
    hnp.arrays(
        st.sampled_from([np.float32, np.float64, np.int8, np.uint8, np.int64, np.uint64]),
        st.integers(0, 60),
        elements=None,
    ),
    st.integers(5, 60),
)
def test_every_number_is_in_the_bar_that_names_it(values: np.ndarray, bin_count: int):
    bars = bars_of(ColumnData(Kind.NUMBER, values), bin_count)
    assert bars.totals.tolist() == slow_counts(bars, values)
    assert bars.totals.sum() + bars.missing_count + bars.infinite_count == len(values)
    assert bars.bar_count <= 2.6 * bin_count + 3


@given(st.lists(st.floats(-5, 5, width=32), min_size=3, max_size=300), st.integers(5, 60))
def test_ordinary_floats_are_in_the_bar_that_names_them(values: list[float], bin_count: int):
    array = np.array(values, dtype=np.float32)
    bars = bars_of(ColumnData(Kind.NUMBER, array), bin_count)
    assert bars.totals.tolist() == slow_counts(bars, array)


@given(
    hnp.arrays(np.float64, st.integers(0, 50), elements=st.floats(allow_nan=False, width=64)),
    st.lists(st.integers(-20, 20), min_size=1, max_size=30, unique=True),
    st.sampled_from([1e-3, 0.1, 1.0, 7.0]),
)
def test_computed_bars_are_those_of_a_search(values: np.ndarray, steps: list[int], width: float):
    inner = np.unique(np.array(sorted(steps)) * width)
    values = np.concatenate([values, inner, np.nextafter(inner, np.inf), np.nextafter(inner, -np.inf)])
    assert (bin_codes(values, inner) == np.searchsorted(inner, values, side="right")).all()


def test_the_mean_is_over_finite_numbers_under_the_mask():
    values = np.array([1, 2, 30, np.nan, np.inf])
    bars = bars_of(ColumnData(Kind.NUMBER, values), 20)
    mask = np.array([True, True, False, True, True])
    assert bars.mean == 11
    assert mean(values, bars.codes, bars.bar_count, mask) == 1.5
    assert mean(values, bars.codes, bars.bar_count, np.zeros(5, bool)) is None


def test_the_mean_of_huge_numbers_is_finite():
    assert numbers(1.7e308, 1.7e308).mean == pytest.approx(1.7e308)


# --- times


def test_days_are_the_bars_of_two_weeks():
    bars = times("2024-03-01T12:00", "2024-03-14T01:00", bin_count=14)
    assert (bars.bins[0].label, bars.bins[-1].label, len(bars.bins)) == ("2024-03-01", "2024-03-14", 14)


def test_months_are_as_long_as_the_calendar_says():
    bars = times("2023-12-31T23:59:59", "2024-02-29T12:00", "2024-03-01T00:00", "2025-08-01")
    assert counted(bars) == {"2023-12": 1, "2024-02": 1, "2024-03": 1, "2025-08": 1}


def test_months_begin_at_midnight_of_the_zone():
    # 23:30 in UTC is half past midnight of the next day in Berlin
    bars = times("2024-01-31T23:30", "2024-10-15T00:00", zone="Europe/Berlin", bin_count=10)
    assert counted(bars) == {"2024-02": 1, "2024-10": 1}


def test_an_hour_that_the_clock_strikes_twice_loses_no_row():
    stamps = pd.date_range("2024-10-26 22:00", "2024-10-27 06:00", freq="10min")
    bars = bars_of(column_data(pd.Series(stamps.tz_localize("UTC").tz_convert("Europe/Berlin"))), 8)
    assert bars.totals.sum() == len(stamps)


@pytest.mark.parametrize("texts", [["2024-01-01"], ["0001-01-01", "9999-12-31"], ["NaT", "2024-01-01"]])
def test_odd_dates_are_counted(texts: list[str]):
    bars = times(*texts)
    assert bars.totals.sum() + bars.missing_count == len(texts)


def test_far_dates_have_ends_that_a_filter_can_read():
    bars = times("0001-01-01", "9999-12-31")
    assert (bars.bins[0].low, bars.bins[-1].high) == ("0001-01-01", "9999-12-31")


@given(st.lists(st.integers(-(10**10), 10**10), min_size=1, max_size=40), st.integers(5, 60), st.booleans())
def test_each_time_is_between_the_ends_of_its_bar(seconds: list[int], bin_count: int, has_zone: bool):
    values = np.array(seconds, dtype="int64").view("datetime64[s]")
    zone = "America/New_York" if has_zone else None
    bars = bars_of(ColumnData(Kind.TIME, values, timezone=zone), bin_count)
    for value, code in zip(values, bars.codes, strict=True):
        item = bars.bins[code]
        low, high = (_in_utc(end, zone) for end in (item.low, item.high))
        assert low <= value
        assert value <= high if item.is_closed else value < high


def _in_utc(text: str, zone: str | None) -> np.datetime64:
    stamp = pd.Timestamp(text)
    if zone and stamp.tz is None:
        stamp = stamp.tz_localize(zone, ambiguous=True, nonexistent="shift_forward")
    return np.datetime64(stamp.tz_convert(None) if stamp.tz else stamp)


# --- values


def test_values_are_counted_by_their_codes():
    bars = bars_of(column_data(pd.Series(["ü", None, "a", "ü"])), 20)
    assert dict(zip(bars.levels, bars.totals.tolist(), strict=True)) == {"a": 1, "ü": 2}
    assert bars.missing_count == 1


@pytest.mark.parametrize("level_count", [100, 127, 128, 300, 40_000])
def test_any_number_of_values_is_counted(level_count: int):
    texts = pd.Series([f"v{i}" for i in range(level_count)] + [None])
    bars = bars_of(column_data(texts), 20)
    assert (bars.totals == 1).all()
    assert bars.missing_count == 1
    assert bars.counts(Chosen(np.arange(level_count + 1) < 10)).sum() == 10


def test_booleans_have_two_bars_and_missing_apart():
    bars = bars_of(column_data(pd.Series([True, None, False, True], dtype="boolean")), 20)
    assert (bars.totals.tolist(), bars.missing_count) == ([1, 2], 1)


def test_lists_are_present_or_missing():
    bars = bars_of(ColumnData(Kind.OTHER, np.empty(0), missing=np.array([True, False, False])), 20)
    assert (bars.totals.tolist(), bars.missing_count) == ([2], 1)


def test_long_text_is_shown_by_its_length_in_characters():
    text = pa.chunked_array([pa.array(["üü", None, "abc"], pa.large_string())])
    bars = bars_of(ColumnData(Kind.TEXT, np.empty(0), text=text), 20)
    assert (counted(bars), bars.missing_count, bars.mean) == ({"2": 1, "3": 1}, 1, 2.5)


@pytest.mark.parametrize(
    "series",
    [
        pd.Series([1.0, 2.5, np.nan, 9]),
        pd.Series([7, 7]),
        pd.Series([True, False]),
        pd.Series(["a", "b"]),
        pd.Series(pd.to_datetime(["2024-01-01", "2024-05-01"])),
    ],
)
def test_one_of_each_holds_a_value_of_every_bar(series: pd.Series):
    column = column_data(series)
    bars = bars_of(column, 20)
    sample = one_of_each(bars, column)
    assert len(sample) == bars.bar_count
    assert not sample.is_missing().any()


def test_a_value_near_the_largest_float_falls_into_the_last_bar():
    inner = np.array([0.0, 0.001, 0.002])
    assert bin_codes(np.array([1.797e305, -1.797e305]), inner).tolist() == [3, 0]
