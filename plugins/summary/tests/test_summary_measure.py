"""What cards count of columns that are no plain numbers or words."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from symphony_core.sources import SourceOptions, open_source
from symphony_core.table import Table
from symphony_panel_summary import measure
from symphony_panel_summary.card import Card
from symphony_panel_summary.cards import Look, cards_of, ordered_names


def arrow_table(**columns: pa.Array) -> Table:
    return Table(open_source(pa.table(columns), SourceOptions()))


def card_of(table: Table, name: str, **state: str) -> Card:
    bound = {key: table.bind(text) for key, text in state.items()}
    return cards_of(table, [name], Look(), **bound)[0]


def counts(card: Card, chart: int = 0) -> dict[str, tuple[int, int]]:
    return {bar.label: (bar.all, bar.under) for bar in card.charts[chart].bars if bar.all}


TAGS = [["red", "big"], ["red"], [], None, ["red", "red", None], ["big", "new"]]


def test_lists_of_short_texts_are_counted_by_item_once_a_row():
    card = card_of(arrow_table(tags=pa.array(TAGS), x=pa.array(range(6))), "tags", filter="x < 2")
    assert counts(card) == {"red": (3, 2), "big": (2, 1), "new": (1, 0)}
    assert (card.missing_count, card.missing_under) == (1, 0)
    assert not card.charts[0].source.can_filter


def test_the_lengths_of_lists_stand_below_their_items():
    card = card_of(arrow_table(tags=pa.array(TAGS)), "tags")
    assert counts(card, 1) == {"0": (1, 1), "1": (1, 1), "2": (2, 2), "3": (1, 1)}
    assert card.charts[1].words == "items, mean 1.6"


def test_items_are_counted_by_group():
    table = arrow_table(tags=pa.array(TAGS), g=pa.array(list("xyxyxy")))
    (card,) = cards_of(table, ["tags"], Look(), group_by=["g"], filter=table.bind("g == 'x'"))
    (chart,) = card.charts
    assert {bar.label: bar.under for bar in chart.bars} == {"red": 2, "big": 1, "new": 0}


@pytest.mark.parametrize(
    "lists", [[[1, 2], [3], None, []], [["a" * 60] * 2, ["a" * 60], None, []], [["a", "b"], ["c"], None, []]]
)
def test_other_lists_are_shown_by_their_lengths(lists: list[object]):
    card = card_of(arrow_table(items=pa.array(lists)), "items")
    assert counts(card) == {"0": (1, 1), "1": (1, 1), "2": (1, 1)}
    assert (card.charts[0].words, card.missing_count) == ("items, mean 1", 1)


@given(
    st.lists(st.none() | st.lists(st.sampled_from(["a", "b", "c", "d"]) | st.none(), max_size=5), min_size=1)
)
def test_items_are_counted_as_a_loop_counts_them(lists: list[list[str | None] | None]):
    bars = measure.tags_of(pa.chunked_array([pa.array(lists, pa.list_(pa.string()))]))
    expected = {item: sum(item in (row or []) for row in lists) for item in "abcd"}
    if max(expected.values()) < 2:
        assert bars is None
    else:
        assert bars is not None
        counted = dict(zip(bars.levels, bars.totals.tolist(), strict=True))
        assert counted == {item: n for item, n in expected.items() if n}


def test_bytes_are_shown_by_their_size():
    card = card_of(arrow_table(data=pa.array([b"a", b"abc", None], pa.binary())), "data")
    assert counts(card) == {"1": (1, 1), "3": (1, 1)}
    assert card.charts[0].words == "bytes, mean 2"


def test_records_are_present_or_missing():
    card = card_of(arrow_table(at=pa.array([{"x": 1}, None, {"x": 2}])), "at")
    assert counts(card) == {"present": (2, 2)}
    maps = pa.array([[("k", 1)], None], pa.map_(pa.string(), pa.int64()))
    assert counts(card_of(arrow_table(m=maps), "m")) == {"present": (1, 1)}


@pytest.mark.parametrize(
    ("longest", "unit", "greatest"),
    [
        (dt.timedelta(seconds=50), "seconds", 50),
        (dt.timedelta(hours=4), "hours", 4),
        (dt.timedelta(days=9), "days", 9),
    ],
)
def test_durations_are_counted_in_a_unit_that_fits(longest: dt.timedelta, unit: str, greatest: float):
    table = arrow_table(took=pa.array([longest, dt.timedelta(0), None]))
    card = card_of(table, "took")
    assert card.charts[0].words == f"{unit}, mean {greatest / 2:g}"
    assert (card.missing_count, sum(bar.all for bar in card.bars)) == (1, 2)


def test_times_of_day_are_counted_in_hours():
    table = arrow_table(at=pa.array([dt.time(6, 30), dt.time(18, 30), None]))
    assert card_of(table, "at").charts[0].words == "hours of the day, mean 12.5"


def test_decimals_are_numbers_that_filter():
    table = arrow_table(price=pa.array([Decimal("1.25"), Decimal("9.75"), None]))
    card = card_of(table, "price")
    assert (card.charts[0].source.can_filter, card.missing_count) == (True, 1)
    assert card.charts[0].words == "mean 5.5"


def test_long_texts_that_differ_are_shown_by_length_and_the_frequent_ones_by_name():
    texts = [f"a sentence that is long, number {i:03d}" for i in range(30)] + [
        "nothing to say at all today"
    ] * 8
    card = card_of(
        Table(open_source(pd.DataFrame({"text": texts}))), "text", filter="text contains 'nothing'"
    )
    assert card.charts[0].words == "characters, mean 27, all 33.3"
    assert counts(card, 1) == {"nothing to say at all today": (8, 8)}
    assert card.charts[1].source.can_filter


def test_a_condition_marks_the_frequent_text_it_covers():
    texts = [f"a sentence that is long, number {i:03d}" for i in range(30)] + [
        "nothing to say at all today"
    ] * 8
    table = Table(open_source(pd.DataFrame({"text": texts})))
    card = card_of(table, "text", filter="text == 'nothing to say at all today'")
    assert card.charts[1].is_in.tolist() == [True]


def test_frequent_values_of_very_many_texts_are_counted_in_all_rows():
    texts = pa.array([f"{i}" if i % 3 else "the same" for i in range(210_000)], pa.large_string())
    table = arrow_table(text=texts)
    card = card_of(table, "text")
    assert counts(card, 1) == {"the same": (70_000, 70_000)}
    assert [chart.shape for chart in card.charts] == ["histogram", "levels"]


def test_an_embedding_has_a_card_that_says_its_size():
    vectors = np.ones((4, 8), dtype=np.float32)
    vectors[3, 2] = np.nan
    frame = pd.DataFrame({"embedding": list(vectors), "x": range(4)})
    table = Table(open_source(frame, SourceOptions()))
    assert ordered_names(table, "roles first")[:2] == ["x", "embedding"]
    card = card_of(table, "embedding")
    assert (card.words, card.role) == ("8 numbers, 3 usable, 1 set aside", "embedding")
