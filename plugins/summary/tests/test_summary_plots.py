"""Charts of two columns, against numpy and pandas."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from symphony_core.combine import Mode
from symphony_core.expr_text import parse, to_text
from symphony_core.sources import SourceOptions, open_source
from symphony_core.table import Table
from symphony_panel_summary.built import BuiltChart
from symphony_panel_summary.gesture import with_conditions
from symphony_panel_summary.plots import Plot, plot_of

RNG = np.random.default_rng(5)
FRAME = pd.DataFrame(
    {
        "x": np.where(RNG.random(600) < 0.05, np.nan, RNG.normal(size=600)),
        "y": np.where(RNG.random(600) < 0.05, np.inf, RNG.random(600) * 9),
        "kind": RNG.choice(["a", "b", "c", None], 600),
        "word": RNG.choice([f"w{i}" for i in range(20)], 600, p=np.arange(1, 21) / 210),
        "ok": RNG.random(600) < 0.3,
        "at": pd.Timestamp("2024-01-01") + pd.to_timedelta(RNG.integers(0, 40 * 24, 600), unit="h"),
    }
)
TABLE = Table(open_source(FRAME, SourceOptions()))
UNDER = FRAME["ok"]


def plot(x: str, y: str = "", **more: object) -> Plot:
    state = {key: TABLE.bind(str(more.pop(key))) for key in ("filter", "selection") if key in more}
    made = plot_of(TABLE, BuiltChart("chart-1", x, y, **more), **state)
    json.dumps(made.payload(), allow_nan=False)
    return made


def test_cells_of_two_numbers_are_those_of_a_histogram_in_two_dimensions():
    made = plot("x", "y", bars=8, filter="ok")
    edges = [
        np.array([item.low for item in axis.bars.bins] + [axis.bars.bins[-1].high])
        for axis in (made.x, made.y)
    ]
    finite = FRAME[np.isfinite(FRAME["x"]) & np.isfinite(FRAME["y"])]
    for layer, rows in ((0, finite), (1, finite[finite["ok"]])):
        expected, _, _ = np.histogram2d(rows["x"], rows["y"], bins=edges)
        assert (made.counts[:, :, layer] == expected).all()
    assert made.shape == "grid"


def test_cells_of_two_categories_are_those_of_a_crosstab():
    made = plot("kind", "word", bars=12, filter="ok", selection="kind == 'a'")
    expected = pd.crosstab(FRAME["kind"], FRAME["word"])
    for i, kind in enumerate(made.x.labels):
        for j, word in enumerate(made.y.labels):
            rows = (FRAME["kind"] == kind) & (FRAME["word"] == word)
            assert made.counts[i, j].tolist() == [
                expected.loc[kind, word], (rows & UNDER).sum(), rows.sum() if kind == "a" else 0
            ]  # fmt: skip
    assert made.words == "8 other values of word are not drawn"


@pytest.mark.parametrize(("x", "y"), [("kind", "x"), ("x", "kind")])
def test_a_category_against_a_number_is_a_histogram_for_each_value(x: str, y: str):
    made = plot(x, y, bars=6, filter="ok")
    assert made.shape == "values"
    for chart in made.charts:
        rows = FRAME[(FRAME["kind"] == chart.group[0]) & UNDER]["x"].dropna()
        edges = [item.low for item in made.y.bars.bins] + [made.y.bars.bins[-1].high]
        assert chart.counts[:, 1].tolist() == np.histogram(rows, bins=edges)[0].tolist()


def test_means_over_time_are_those_of_pandas():
    made = plot("at", "x", bars=10, filter="ok")
    every, under = made.means
    starts = pd.to_datetime([item.low for item in made.x.bars.bins])
    place = starts.searchsorted(FRAME["at"], side="right") - 1
    for means, rows in ((every, slice(None)), (under, UNDER)):
        expected = FRAME["x"][rows].groupby(place[rows]).mean().reindex(range(len(starts)))
        np.testing.assert_allclose(means.values[0], expected)
    assert made.words.startswith("mean of x, ")


def test_means_have_a_line_for_each_colour():
    made = plot("y", "at", bars=10, colour="kind")
    starts = pd.to_datetime([item.low for item in made.x.bars.bins])
    place = starts.searchsorted(FRAME["at"], side="right") - 1
    finite = FRAME["y"].where(np.isfinite(FRAME["y"]))
    for index, kind in enumerate(made.colour.labels):
        rows = (FRAME["kind"] == kind).to_numpy()
        expected = finite[rows].groupby(place[rows]).mean().reindex(range(len(starts)))
        np.testing.assert_allclose(made.means[1].values[index], expected)


def test_the_colours_of_a_bar_and_the_others_add_up_to_it():
    made = plot("x", colour="word", bars=8, filter="ok")
    assert made.shape == "stack"
    words = [one["label"] for one in made.payload()["series"]]
    assert (len(words), words[-1]) == (8, "other or missing")
    edges = [item.low for item in made.x.bars.bins] + [made.x.bars.bins[-1].high]
    under = FRAME[UNDER]
    assert made.counts[:, :, 1].sum(axis=1).tolist() == np.histogram(under["x"].dropna(), edges)[0].tolist()
    of_word = under[under["word"] == words[0]]["x"].dropna()
    assert made.counts[:, 0, 1].tolist() == np.histogram(of_word, edges)[0].tolist()


def test_one_column_has_bars_of_its_own_number():
    assert len(plot("x", bars=5).charts[0].labels) < len(plot("x", bars=50).charts[0].labels)
    assert len(plot("word", bars=4).charts[0].shown_levels) == 4


@pytest.mark.parametrize(
    ("x", "y", "colour", "words"),
    [
        ("x", "x", "", "against itself"),
        ("x", "nowhere", "", "no column 'nowhere'"),
        ("nowhere", "", "", "no column 'nowhere'"),
        ("x", "", "y", "too many values for colours"),
    ],
)
def test_a_chart_that_cannot_be_drawn_says_why(x: str, y: str, colour: str, words: str):
    made = plot(x, y, colour=colour)
    assert made.shape == "problem"
    assert words in made.words


@pytest.mark.parametrize(
    ("x", "y"), [("x", "y"), ("kind", "word"), ("kind", "x"), ("at", "ok"), ("word", "at")]
)
def test_the_conditions_of_a_cell_hold_for_the_rows_it_counts(x: str, y: str):
    made = plot(x, y, bars=6)
    counts = made.counts if made.counts is not None else np.stack([one.counts for one in made.charts])
    for i in range(len(made.x.levels)):
        for j in range(len(made.y.levels)):
            pairs = [(made.x.name, made.x.condition_of(i, i)), (made.y.name, made.y.condition_of(j, j))]
            assert TABLE.count(with_conditions(None, pairs, Mode.REPLACE)) == counts[i, j, 0]


def text_after(current: str, mode: Mode) -> str | None:
    pairs = [("x", parse("x > 1")), ("kind", parse("kind == 'a'"))]
    after = with_conditions(parse(current) if current else None, pairs, mode)
    return None if after is None else to_text(after)


def test_a_brush_on_two_columns_replaces_both_and_takes_itself_back():
    assert text_after("x < 0 and ok", Mode.REPLACE) == "x > 1 and ok and kind == 'a'"
    assert text_after("x > 1 and ok and kind == 'a'", Mode.REPLACE) == "ok"
    assert text_after("x > 1", Mode.REPLACE) == "x > 1 and kind == 'a'"


def test_alt_lets_out_the_rows_that_meet_both():
    assert text_after("ok", Mode.EXCLUDE) == "ok and not (x > 1 and kind == 'a')"
    assert text_after("ok and not (x > 1 and kind == 'a')", Mode.EXCLUDE) == "ok"


def test_shift_adds_along_each_column():
    assert text_after("kind == 'b'", Mode.ADD) == "kind in ['b', 'a'] and x > 1"


@given(st.data())
def test_any_two_short_columns_are_counted_as_a_loop_counts_them(data: st.DataObject):
    rows = data.draw(st.integers(2, 25))
    words = st.lists(st.sampled_from(["p", "q", None]), min_size=rows, max_size=rows)
    numbers = st.lists(st.integers(-5, 5) | st.none(), min_size=rows, max_size=rows)
    frame = pd.DataFrame({"w": data.draw(words), "n": pd.array(data.draw(numbers), dtype="Int64")})
    table = Table(open_source(frame, SourceOptions()))
    made = plot_of(table, BuiltChart("chart-1", "w", "n"), filter=table.bind("n > 0 or n is null"))
    if made.shape == "problem":
        assert frame["w"].isna().all() or frame["n"].isna().all()
        return
    for chart in made.charts:
        for bar, item in zip(chart.bars, made.y.bars.bins, strict=True):
            meets = [
                w == chart.group[0] and n is not pd.NA and item.low <= n <= item.high and n > 0
                for w, n in zip(frame["w"], frame["n"], strict=True)
            ]
            assert bar.under == sum(meets)
