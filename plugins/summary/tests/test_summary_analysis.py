"""Figures of columns against pandas."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from symphony_core.analysis_input import AnalysisInput
from symphony_core.column import ColumnData, Kind
from symphony_core.frames import column_data, tidy
from symphony_core.sources import SourceOptions, open_source
from symphony_core.table import Table
from symphony_panel_summary.analysis import Figures, figures_of, mean_and_std, median, run


def figures(values: list[object], dtype: object = None) -> Figures:
    return figures_of(column_data(tidy(pd.Series(values, dtype=dtype))[0]))


def test_numbers_are_described_without_missing_and_infinite_ones():
    got = figures([1.0, 2.0, 6.0, np.nan, np.inf])
    assert (got.count, got.missing, got.infinite, got.distinct) == (4, 1, 1, 4)
    assert (got.min, got.max, got.mean, got.median) == (1, 6, 3, 2)


@given(st.lists(st.floats(-1e6, 1e6) | st.just(float("nan")), min_size=1, max_size=50))
def test_numbers_are_described_as_pandas_does(values: list[float]):
    series = pd.Series(values, dtype=float)
    got = figures_of(column_data(series))
    assert (got.count, got.distinct) == (series.count(), series.nunique())
    if got.count:
        expected = [series.min(), series.max(), series.mean(), series.median()]
        assert [got.min, got.max, got.mean, got.median] == pytest.approx(expected, rel=1e-9, abs=1e-6)
    if got.count > 1:
        assert got.std == pytest.approx(series.std(), rel=1e-6, abs=1e-6)


def test_whole_numbers_beyond_the_precision_of_floats_keep_their_digits():
    got = figures([2**60 + 1, 2**60 + 3])
    assert (got.min, got.max, got.median) == (2**60 + 1, 2**60 + 3, 2**60 + 2)


def test_the_median_of_the_widest_integers_does_not_overflow():
    assert median(np.array([2**64 - 1, 2**64 - 3], dtype=np.uint64)) == 2**64 - 2


def test_huge_and_tiny_numbers_have_a_finite_spread():
    assert mean_and_std(np.array([1e308, -1e308])) == (0, pytest.approx(1.414213562e308))
    assert mean_and_std(np.array([1e-300, 3e-300]))[1] == pytest.approx(1.414213562e-300)


@pytest.mark.parametrize("values", [[], [None, None]])
def test_nothing_there_has_no_figures(values: list[object]):
    got = figures(values, "Int64")
    assert (got.count, got.missing, got.distinct, got.min, got.mean, got.std) == (
        0,
        len(values),
        0,
        None,
        None,
        None,
    )


def test_a_single_value_has_no_spread():
    assert figures([5]).std is None


def test_booleans_have_the_share_of_true():
    got = figures([True, None, False, True])
    assert (got.count, got.missing, got.distinct, got.top, got.top_count) == (3, 1, 2, "True", 2)
    assert got.mean == pytest.approx(2 / 3)


def test_text_has_its_most_frequent_value():
    got = figures(["ü", "a", "ü", None, "a"])
    assert (got.count, got.missing, got.distinct, got.top, got.top_count) == (4, 1, 2, "a", 2)


def test_unused_categories_are_not_distinct_values():
    series = pd.Series(pd.Categorical(["a"], categories=["a", "b"]))
    assert figures_of(column_data(series)).distinct == 1


def test_long_text_is_described_by_its_lengths():
    import pyarrow as pa

    text = pa.chunked_array([pa.array(["b", "b", "aaa", None], pa.large_string())])
    got = figures_of(ColumnData(Kind.TEXT, np.empty(0), text=text))
    assert (got.distinct, got.min, got.max, got.top, got.top_count, got.missing) == (2, 1, 3, "b", 2, 1)


def test_times_are_described_in_their_zone():
    stamps = pd.Series(
        pd.to_datetime(["2024-01-01", "2024-01-02", "2024-01-06", None]).tz_localize("Asia/Tokyo")
    )
    got = figures_of(column_data(stamps))
    assert (got.min, got.max, got.mean, got.median) == (
        stamps.min(),
        stamps.max(),
        stamps.mean(),
        stamps.median(),
    )
    assert str(got.min.tz) == "Asia/Tokyo"


def test_far_dates_are_described():
    values = np.array(["0001-01-01", "9999-12-31"], dtype="datetime64[s]")
    got = figures_of(ColumnData(Kind.TIME, values))
    assert (got.min, got.max) == (pd.Timestamp("0001-01-01"), pd.Timestamp("9999-12-31"))


def test_lists_are_only_counted():
    got = figures([[1], None, [2]])
    assert (got.count, got.missing, got.distinct, got.top) == (2, 1, None, None)


def test_the_table_has_one_row_per_column_and_the_summary_the_counts():
    frame = pd.DataFrame(
        {"id": ["a", "b"], "größe": [2**60, None], "when": pd.to_datetime(["2024-01-01", None])}
    )
    frame["größe"] = frame["größe"].astype("Int64")
    table = Table(open_source(frame, SourceOptions()))
    result = run(AnalysisInput(table))
    assert result.table["column"].tolist() == ["id", "größe", "when"]
    assert result.table.set_index("column").loc["größe", "max"] == 2**60
    assert dict(result.summary) == {"row_count": 2, "column_count": 3, "missing_cells": 2}
    assert len(result.columns) == 0


@pytest.mark.parametrize("row_count", [0, 1, 2])
def test_few_rows_are_described(row_count: int):
    frame = pd.DataFrame({"x": np.arange(row_count, dtype=float), "word": ["w"] * row_count})
    result = run(AnalysisInput(Table(open_source(frame, SourceOptions()))))
    assert set(result.table["count"]) == {row_count}
