"""Small charts of groups, against pandas."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from symphony_core.sources import SourceOptions, open_source
from symphony_core.table import Table
from symphony_panel_summary.card import Card, Chart
from symphony_panel_summary.cards import Look, cards_of

RNG = np.random.default_rng(3)
FRAME = pd.DataFrame(
    {
        "kind": RNG.choice(["a", "b", "c"], 400, p=[0.6, 0.3, 0.1]),
        "ok": pd.array(RNG.choice([True, False, None], 400), dtype="boolean"),
        "word": RNG.choice(["u", "v", "w"], 400),
        "score": np.where(RNG.random(400) < 0.1, np.nan, RNG.random(400).round(3)),
    }
)
TABLE = Table(open_source(FRAME, SourceOptions()))
UNDER = FRAME["score"] > 0.3


def split_cards(names: list[str], group_by: list[str], look: Look | None = None, **state: str) -> list[Card]:
    bound = {key: TABLE.bind(text) for key, text in state.items()}
    return cards_of(TABLE, names, look or Look(group_count=50), group_by=group_by, **bound)


def chart_of(card: Card, *values: str) -> Chart:
    (chart,) = (chart for chart in card.charts if chart.group == values)
    return chart


def words(column: pd.Series) -> pd.Series:
    return column.astype(object).map(lambda value: "missing" if pd.isna(value) else str(value))


@pytest.mark.parametrize("group_by", [["kind"], ["kind", "ok"], ["ok", "kind", "word"]])
@pytest.mark.parametrize("limit", [2, 50])
def test_every_bar_of_every_group_is_that_of_a_crosstab(group_by: list[str], limit: int):
    (card,) = split_cards(["word"], group_by, Look(group_count=limit), filter="score > 0.3")
    grouped = [words(FRAME.loc[UNDER, name]) for name in group_by]
    expected = pd.crosstab(grouped, FRAME.loc[UNDER, "word"])
    everything = pd.crosstab([words(FRAME[name]) for name in group_by], FRAME["word"])
    assert len(card.charts) == min(limit, len(expected))
    for chart in card.charts:
        key = chart.group if len(group_by) > 1 else chart.group[0]
        assert {bar.label: bar.under for bar in chart.bars} == expected.loc[key].to_dict()
        assert {bar.label: bar.all for bar in chart.bars} == everything.loc[key].to_dict()
        assert chart.of[1] == expected.loc[key].sum()
    sizes = expected.sum(axis=1)
    assert [chart.of[1] for chart in card.charts] == sorted(sizes, reverse=True)[:limit]
    rest = max(0, len(sizes) - limit)
    assert card.more == ("" if not rest else "1 more group" if rest == 1 else f"{rest} more groups")


def test_the_groups_of_a_histogram_share_its_bars():
    (card,) = split_cards(["score"], ["kind"], selection="word == 'u'")
    for kind in ("a", "b", "c"):
        chart = chart_of(card, kind)
        rows = FRAME["kind"] == kind
        for bar, item in zip(chart.bars, chart.source.bins, strict=True):
            is_in = (FRAME["score"] >= item.low) & (
                (FRAME["score"] <= item.high) if item.is_closed else (FRAME["score"] < item.high)
            )
            assert bar.counts == (
                (rows & is_in).sum(), (rows & is_in).sum(), (rows & is_in & (FRAME["word"] == "u")).sum()
            )  # fmt: skip


def test_missing_values_are_counted_under_the_filter_when_rows_are_split():
    (card,) = split_cards(["score"], ["kind"], filter="ok")
    assert card.missing_under == (FRAME["score"].isna() & FRAME["ok"].fillna(False)).sum()


def test_groups_share_one_scale_of_counts_and_have_each_their_own_of_shares():
    (counts,) = split_cards(["word"], ["kind"])
    heights = {chart["tallest"] for chart in counts.payload()["charts"]}
    assert heights == {max(bar.all for chart in counts.charts for bar in chart.bars)}
    (shares,) = split_cards(["word"], ["kind"], Look(in_shares=True))
    assert [chart["of"][0] for chart in shares.payload()["charts"]] == [c.of[0] for c in shares.charts]


def test_what_small_charts_share_is_sent_once():
    (card,) = split_cards(["word"], ["kind"])
    first, second, third = card.payload()["charts"]
    assert first["labels"] == ["u", "v", "w"] or sorted(first["labels"]) == ["u", "v", "w"]
    assert "labels" not in second
    assert "labels" not in third
    json.dumps(card.payload(), allow_nan=False)


def test_a_group_without_rows_under_the_filter_has_no_chart():
    (card,) = split_cards(["word"], ["kind"], filter="kind != 'b'")
    assert {chart.group for chart in card.charts} == {("a",), ("c",)}


def test_other_values_of_a_group_are_summed():
    table = Table(open_source(pd.DataFrame({"w": list("aaaaabbbbcccd") * 2, "g": ["x", "y"] * 13})))
    (card,) = cards_of(table, ["w"], Look(level_count=2), group_by=["g"])
    for chart in card.charts:
        assert sum(bar.all for bar in chart.bars) == 13
        assert chart.bars[-1].label == "2 other values"


def test_the_largest_of_hundreds_of_groups_are_counted_as_those_of_few():
    frame = pd.DataFrame({"g": RNG.integers(0, 300, 3_000), "w": RNG.choice(["u", "v"], 3_000)})
    frame.loc[:40, "g"] = 7
    table = Table(open_source(frame, SourceOptions()))
    (card,) = cards_of(table, ["w"], Look(group_count=3), group_by=["g"], filter=table.bind("w == 'u'"))
    under = frame[frame["w"] == "u"]["g"].value_counts()
    assert card.charts[0].group == ("7",)
    for chart in card.charts:
        value = int(chart.group[0])
        assert chart.of == ((frame["g"] == value).sum(), under[value], 0)
        assert {bar.label: bar.under for bar in chart.bars} == {"u": under[value], "v": 0}
    assert card.more == f"{len(under) - 3} more groups"


@given(st.data())
def test_any_small_table_is_split_as_pandas_splits_it(data: st.DataObject):
    rows = data.draw(st.integers(1, 25))
    values = st.lists(st.sampled_from(["p", "q", None]), min_size=rows, max_size=rows)
    frame = pd.DataFrame({"g": data.draw(values), "h": data.draw(values), "w": data.draw(values)})
    table = Table(open_source(frame, SourceOptions()))
    (card,) = cards_of(table, ["w"], Look(), group_by=["g", "h"], filter=table.bind("h is null or h == 'p'"))
    under = frame[frame["h"].isna() | (frame["h"] == "p")]
    keys = [words(under["g"]), words(under["h"])]
    for chart in card.charts:
        rows_in = under[(keys[0] == chart.group[0]) & (keys[1] == chart.group[1])]
        assert {bar.label: bar.under for bar in chart.bars if bar.under} == (
            rows_in["w"].value_counts().to_dict()
        )
