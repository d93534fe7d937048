"""What the cards say, read from their data."""

from __future__ import annotations

import json
import warnings

import numpy as np
import pandas as pd
import pytest

from symphony_core.sources import SourceOptions, open_source
from symphony_core.table import Table
from symphony_panel_summary.card import OTHER, Card
from symphony_panel_summary.cards import Look, cards_of, ordered_names


def table_of(**columns: object) -> Table:
    return Table(open_source(pd.DataFrame(columns), SourceOptions()))


def card_of(table: Table, name: str, look: Look | None = None, **state: str) -> Card:
    bound = {key: table.bind(text) for key, text in state.items()}
    return cards_of(table, [name], look or Look(), **bound)[0]


def counts(card: Card) -> dict[str, tuple[int, int, int]]:
    return {bar.label: bar.counts for bar in card.bars if any(bar.counts)}


ROWS = table_of(
    label=["cat", "cat", "dog", None],
    score=[0.1, 0.9, 0.5, np.nan],
    ok=pd.array([True, False, None, True], dtype="boolean"),
)


def test_three_layers_are_counted():
    card = card_of(ROWS, "label", filter="score > 0.4", selection="ok")
    assert counts(card) == {"cat": (2, 1, 1), "dog": (1, 1, 0)}


def test_missing_values_are_counted_under_the_filter():
    card = card_of(ROWS, "score", filter="ok")
    assert (card.missing_count, card.missing_under) == (1, 1)
    assert card.payload()["missing"] == "50 % missing, all 25 %"


def test_infinite_values_do_not_pass_for_missing_ones():
    card = card_of(table_of(x=[np.inf, np.nan, 1.0], y=[1, 2, 2]), "x", filter="y == 1")
    assert (card.payload()["note"], card.missing_under) == ("1 infinite", 0)


def test_the_mean_is_that_of_the_filter_beside_that_of_all():
    def words(**state: str) -> str:
        return card_of(ROWS, "score", **state).charts[0].words

    assert words() == "mean 0.5"
    assert words(filter="label == 'cat' and score > 0.5") == "mean 0.9, all 0.5"
    assert words(filter="score > 5") == "mean —, all 0.5"


def test_a_condition_marks_the_bars_it_covers():
    covered = {bar.label for bar in card_of(ROWS, "label", filter="label != 'cat'").bars if bar.is_in}
    assert covered == {"dog"}
    card = card_of(table_of(x=range(10)), "x", filter="x between 3 and 5")
    assert [bar.label for bar in card.bars if bar.is_in] == ["3", "4", "5"]


def test_a_condition_on_another_column_marks_no_bar():
    card = card_of(ROWS, "label", filter="score > 0.4")
    assert (card.condition, any(bar.is_in for bar in card.bars)) == (None, False)


MANY = table_of(word=[f"w{i:02d}" for i in range(30) for _ in range(40 - i)])


def test_values_beyond_the_most_frequent_are_one_line():
    card = card_of(MANY, "word", Look(level_count=3))
    assert [bar.label for bar in card.bars] == ["w00", "w01", "w02", "27 other values"]
    assert card.bars[-1].level == OTHER
    assert sum(bar.all for bar in card.bars) == len(MANY)


def test_a_rare_value_that_the_filter_asks_for_has_its_bar():
    card = card_of(MANY, "word", Look(level_count=3), filter="word == 'w29'")
    assert [bar.label for bar in card.bars] == ["w00", "w01", "w29", "27 other values"]
    assert card.bars[2].is_in


def test_one_value_left_over_gets_its_own_bar():
    card = card_of(table_of(word=["a", "a", "b", "b", "c", "c"]), "word", Look(level_count=2))
    assert [bar.label for bar in card.bars] == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("order", "expected"),
    [("count", ["b", "a", "c"]), ("count under the filter", ["c", "b", "a"]), ("name", ["a", "b", "c"])],
)
def test_values_come_in_the_order_asked_for(order: str, expected: list[str]):
    table = table_of(word=["b", "b", "b", "a", "a", "c"], x=[0, 0, 0, 0, 0, 1])
    card = card_of(table, "word", Look(level_order=order), filter="x == 1")
    assert [bar.label for bar in card.bars] == expected


def test_shares_put_a_small_filter_on_the_scale_of_all_rows():
    table = table_of(word=["a", "a", "a", "b"], x=[0, 0, 0, 1])
    (chart,) = card_of(table, "word", Look(in_shares=True), filter="x == 1").payload()["charts"]
    assert chart["counts"] == [[3, 0, 0], [1, 1, 0]]
    assert (chart["of"], chart["tallest"]) == ([4, 1, 1], 1.0)


def test_columns_whose_values_all_differ_say_so_and_come_last():
    table = table_of(note=[f"n{i}" for i in range(40)], x=range(40))
    cards = cards_of(table, ["note", "x"], Look())
    assert [(card.name, card.shape) for card in cards] == [("x", "histogram"), ("note", "plain")]
    assert cards[1].words == "40 values, all different"


def test_roles_come_first_and_the_id_last():
    table = table_of(id=["a", "b"], x=[1, 2], prediction=["u", "v"], label=["u", "u"], split=["s", "s"])
    assert ordered_names(table, "roles first") == ["split", "label", "prediction", "x", "id"]
    assert ordered_names(table, "as in the data") == ["x", "prediction", "label", "split", "id"]
    assert ordered_names(table, "by name") == ["label", "prediction", "split", "x", "id"]


@pytest.mark.parametrize("row_count", [0, 1, 2])
def test_any_few_rows_of_any_kind_make_cards_that_a_browser_can_read(row_count: int):
    table = table_of(
        number=np.array([np.nan, np.inf][:row_count]),
        whole=np.array([2**63 - 1, -(2**63)][:row_count], dtype="int64"),
        word=["<b>ü", ""][:row_count],
        when=pd.to_datetime(["2024-01-01", None][:row_count]).tz_localize("Asia/Tokyo"),
        ok=pd.array([True, None][:row_count], dtype="boolean"),
        items=pd.Series([[1], None][:row_count], dtype=object),
    )
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        cards = cards_of(table, table.names, Look(), filter=table.bind("not ok"))
    json.dumps([card.payload() for card in cards], allow_nan=False)
    assert len(cards) == len(table.names)
