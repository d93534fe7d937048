"""What a click says must hold for exactly the rows that the bar counts."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from symphony_core.expr_text import to_text
from symphony_core.sources import SourceOptions, open_source
from symphony_core.table import Table
from symphony_panel_summary.bins import bars_of
from symphony_panel_summary.gesture import level_condition, other_condition, range_condition

RNG = np.random.default_rng(0)
COLUMNS = {
    "float64": RNG.normal(size=500),
    "float32": RNG.normal(size=500).astype("float32"),
    "rounded": np.round(RNG.random(500), 2),
    "rounded32": np.round(RNG.random(500), 1).astype("float32"),
    "gaps": np.where(RNG.random(500) < 0.2, np.nan, RNG.random(500)),
    "infinite": np.where(RNG.random(500) < 0.1, np.inf, RNG.random(500)),
    "tail": np.where(RNG.random(500) < 0.004, -1e30, RNG.random(500)),
    "int8": RNG.integers(-100, 100, 500).astype("int8"),
    "int64": RNG.integers(2**60, 2**60 + 50, 500),
    "uint64": RNG.integers(0, 2**64 - 1, 500, dtype="uint64"),
    "nullable": pd.array(np.where(RNG.random(500) < 0.2, None, RNG.integers(0, 5, 500)), dtype="Int64"),
    "day": pd.Timestamp("2024-01-01") + pd.to_timedelta(RNG.integers(0, 30 * 86400, 500), unit="s"),
    "century": pd.Timestamp("1924-01-01") + pd.to_timedelta(RNG.integers(0, 36500, 500), unit="D"),
    "zoned": pd.date_range("2024-03-30", periods=500, freq="7min", tz="Europe/Berlin"),
    "autumn": pd.date_range("2024-10-26 20:00", periods=500, freq="1min", tz="Europe/Berlin"),
    "nanoseconds": pd.Timestamp("2024-01-01") + pd.to_timedelta(RNG.integers(0, 900, 500), unit="ns"),
}
TABLE = Table(open_source(pd.DataFrame(COLUMNS), SourceOptions()))


@pytest.mark.parametrize("name", COLUMNS)
def test_the_condition_of_a_bar_holds_for_the_rows_it_counts(name: str):
    bars = bars_of(TABLE.column(name), 20)
    for index in range(bars.bar_count):
        condition = range_condition(name, bars, index, index)
        assert TABLE.count(condition) == bars.totals[index], to_text(condition)


@pytest.mark.parametrize("name", COLUMNS)
def test_the_condition_of_several_bars_holds_for_the_rows_they_count(name: str):
    bars = bars_of(TABLE.column(name), 20)
    last = bars.bar_count - 1
    for first, end in [(0, last), (0, last // 2), (last // 2, last)]:
        assert TABLE.count(range_condition(name, bars, first, end)) == bars.totals[first : end + 1].sum()


def test_conditions_read_as_a_person_would_write_them():
    frame = pd.DataFrame(
        {
            "score": [0.0, 1.0, 0.5],
            "age": [0, 99, 9],
            "when": pd.to_datetime(["2024-01-01", "2024-01-20", None]),
        }
    )
    table = Table(open_source(frame, SourceOptions()))
    texts = []
    for name in frame:
        bars = bars_of(table.column(name), 20)
        texts.append(to_text(range_condition(name, bars, 1, 2)))
    assert texts == [
        "score >= 0.05 and score < 0.15",
        "age between 5 and 14",
        "when >= '2024-01-02' and when < '2024-01-04'",
    ]


def test_a_value_is_its_own_condition():
    table = Table(
        open_source(pd.DataFrame({"label": ["a", "it's", None], "ok": [True, False, True]}), SourceOptions())
    )
    labels, ok = bars_of(table.column("label"), 20), bars_of(table.column("ok"), 20)
    assert table.count(level_condition("label", labels, 1)) == 1
    assert [table.count(level_condition("ok", ok, level)) for level in (0, 1)] == [1, 2]


def test_other_values_leave_out_those_shown_and_the_missing_ones():
    table = Table(open_source(pd.DataFrame({"label": ["a", "b", "c", "c", None]}), SourceOptions()))
    bars = bars_of(table.column("label"), 20)
    assert table.count(other_condition("label", bars, [0])) == 3


def test_a_bar_that_is_not_there_is_refused():
    bars = bars_of(TABLE.column("int8"), 20)
    with pytest.raises(IndexError, match="bars 3 to 999"):
        range_condition("int8", bars, 3, 999)
