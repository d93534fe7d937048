"""The figures behind a card, against pandas."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from symphony_core.column import ColumnData, Kind
from symphony_core.sources import SourceOptions, open_source
from symphony_core.table import Table
from symphony_panel_summary.analysis import figures_of, quartiles
from symphony_panel_summary.cards import source_for
from symphony_panel_summary.detail import detail_of, picked


def detail(table: Table, name: str, filter: str | None = None) -> dict[str, tuple[str, ...]]:
    made = detail_of(table, name, source_for(table, name, 20), table.bind(filter))
    return {row[0]: row[1:] for row in made.rows}


def table_of(**columns: object) -> Table:
    return Table(open_source(pd.DataFrame(columns), SourceOptions()))


ROWS = table_of(
    score=[0.5, 1.5, 2.5, np.nan, np.inf],
    whole=[1_234_567, 2, 3, 4, 5],
    label=["cat", "cat", "dog", None, "dog"],
)


def test_all_rows_stand_beside_those_under_the_filter():
    rows = detail(ROWS, "score", "whole < 6")
    assert rows["values"] == ("4", "3")
    assert rows["missing"] == ("1 (20 %)", "1 (25 %)")
    assert rows["infinite"] == ("1", "1")
    assert rows["mean"] == ("1.5", "2")
    assert rows["first quartile"] == ("1", "1.75")


def test_whole_numbers_keep_their_digits():
    assert detail(ROWS, "whole")["greatest"] == ("1,234,567",)


def test_words_have_a_most_frequent_value():
    rows = detail(ROWS, "label", "score > 1")
    assert rows["distinct"] == ("2", "2")
    assert (rows["most frequent"], rows["its rows"]) == (("cat", "dog"), ("2", "2"))


def test_a_filter_without_rows_has_no_figures():
    assert detail(ROWS, "score", "whole > 9999999")["mean"] == ("1.5", "—")


def test_lists_are_described_by_their_items():
    table = Table(open_source(pa.table({"tags": [["a", "b"], ["a"], None], "x": [1, 2, 3]})))
    rows = detail(table, "tags", "x == 2")
    assert rows["median, items"] == ("1.5", "1")
    assert (rows["distinct"], rows["most frequent"]) == (("2", "1"), ("a", "a"))


def test_long_texts_are_described_by_length_and_most_frequent_value():
    texts = [f"a sentence of some length {i}" for i in range(10)] + ["the same again and again"] * 2
    rows = detail(table_of(text=texts), "text")
    assert rows["distinct"] == ("11",)
    assert rows["greatest, characters"] == ("27",)
    assert rows["most frequent"] == ("the same again and again",)


def test_times_are_described_in_their_zone():
    table = table_of(at=pd.to_datetime(["2024-01-01 12:00", "2024-01-03 12:00"]).tz_localize("Asia/Tokyo"))
    assert detail(table, "at")["median"] == ("2024-01-02 12:00",)


@given(st.lists(st.integers(-(2**62), 2**62), min_size=1, max_size=40))
def test_quartiles_are_those_of_numpy(values: list[int]):
    small = np.array([value % 1_000 for value in values])
    assert list(quartiles(small)) == np.quantile(small, [0.25, 0.75]).tolist()
    exact = sorted(values)
    assert quartiles(np.array([exact[0]] * 5)) == (exact[0], exact[0])


@given(st.lists(st.none() | st.floats(-10, 10), min_size=1, max_size=30), st.integers(0, 2**32 - 1))
def test_picked_rows_are_described_as_a_column_of_their_own(values: list[float | None], seed: int):
    mask = np.random.default_rng(seed).random(len(values)) < 0.5
    array = np.array([np.nan if value is None else value for value in values])
    of_mask = figures_of(picked(ColumnData(Kind.NUMBER, array), mask))
    assert of_mask == figures_of(ColumnData(Kind.NUMBER, array[mask]))
