from datetime import timedelta
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from symphony_core.column import ColumnData, Kind
from symphony_core.frames import column_data, tidy
from symphony_panel_instances.cells import cell_texts, float_text, is_right_aligned, object_text, short_text


def texts(values: object, dtype: object = None, *, exact: bool = False) -> list[str | None]:
    series, _ = tidy(pd.Series(values, dtype=dtype))
    objects = [None if gone else value for value, gone in zip(series, series.isna(), strict=True)]
    return cell_texts(column_data(series), np.arange(len(series)), objects, exact=exact)


def test_whole_numbers_are_written_digit_by_digit():
    assert texts([2**53, 2**53 + 1, -5]) == ["9007199254740992", "9007199254740993", "-5"]


def test_whole_numbers_with_gaps_stay_whole():
    assert texts([2**62 + 1, None], "Int64") == ["4611686018427387905", None]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.123456, "0.1235"), (12.3456, "12.35"), (1234.56, "1235"), (123456.7, "123457"), (0.0, "0"),
        (-0.5, "-0.5"), (1e-7, "1.000e-07"), (1.5e20, "1.500e+20"),
        (2024.0, "2024"), (np.inf, "inf"), (-np.inf, "-inf"),
    ],
)  # fmt: skip
def test_other_numbers_are_short_in_a_cell(value, text):
    assert float_text(value) == text


def test_exact_numbers_have_the_digits_of_their_own_precision():
    assert [float_text(np.float32(0.1), True), float_text(0.1 + 0.2, True)] == ["0.1", "0.30000000000000004"]


def test_missing_is_none_and_never_a_word():
    assert texts([np.nan, 1.5]) == [None, "1.5"]
    assert texts(["None", None, "nan", ""]) == ["None", None, "nan", ""]
    assert texts([True, None, False], "boolean") == ["True", None, "False"]


def test_times_are_shown_in_their_zone_with_the_offset_of_that_day():
    times = pd.to_datetime(["2024-01-01 12:00", "2024-07-01 12:00", None], utc=True).tz_convert("Europe/Rome")
    assert texts(times) == ["2024-01-01 13:00:00+01:00", "2024-07-01 14:00:00+02:00", None]


def test_times_without_a_zone_stay_as_they_are():
    assert texts(pd.to_datetime(["2024-01-01 12:00:00.250", "2024-01-01"], format="ISO8601")) == [
        "2024-01-01 12:00:00.25", "2024-01-01 00:00:00"]  # fmt: skip


def test_a_page_of_midnights_shows_dates():
    assert texts(pd.to_datetime(["2024-01-01", None, "1969-12-31"])) == ["2024-01-01", None, "1969-12-31"]


@pytest.mark.parametrize("year", ["0001", "9999", "20000"])
def test_far_dates_are_written_out(year):
    times = np.array([f"{year}-06-01T10:00:00"], dtype="datetime64[s]")
    assert cell_texts(ColumnData(Kind.TIME, times), np.array([0])) == [f"{year}-06-01 10:00:00"]


def test_a_far_date_in_a_zone_is_written_out():
    times = np.array(["9999-12-31T23:30:00"], dtype="datetime64[s]")
    found = cell_texts(ColumnData(Kind.TIME, times, timezone="Asia/Tokyo"), np.array([0]))
    assert found == ["10000-01-01 08:30:00+09:00"]


def test_long_text_is_one_cut_line_in_a_cell_and_whole_when_exact():
    long = "line one\nline two " + "x" * 200
    assert texts([long])[0].startswith("line one line two xxx")
    assert (len(texts([long])[0]), texts([long])[0][-1]) == (120, "…")
    assert texts([long], exact=True) == [long]


def test_markup_is_text():
    assert texts(["<img src=x onerror=alert(1)>", "a<b & c"]) == ["<img src=x onerror=alert(1)>", "a<b & c"]


def test_lists_structs_and_bytes_have_a_short_form():
    assert object_text([1, 2.34567, 3, 4, 5, 6]) == "[1, 2.346, 3, 4, … 6 values]"
    struct = {"bytes": b"12345", "path": "a.png", "other": None}
    assert object_text(struct) == "{bytes: 5 bytes, path: a.png, other: –}"
    assert object_text([]) == "[]"
    assert object_text(Decimal("1.10")) == "1.10"
    assert texts([[1, 2], None]) == ["[1, 2]", None]
    assert texts([timedelta(days=1), None]) == ["1 days 00:00:00", None]


def test_rows_are_written_in_the_order_asked():
    column = ColumnData(Kind.CATEGORY, np.array([0, 1, -1], dtype=np.int8), levels=("cat", "dog"))
    assert cell_texts(column, np.array([2, 1, 1, 0])) == [None, "dog", "dog", "cat"]


def test_text_kept_as_text_is_written_as_well():
    series = pd.Series([f"name {i}" for i in range(70_000)])
    column = column_data(tidy(series)[0])
    assert (column.kind, cell_texts(column, np.array([69_999, 0]))) == (Kind.TEXT, ["name 69999", "name 0"])


def test_numbers_alone_are_aligned_to_the_right():
    assert [kind for kind in Kind if is_right_aligned(kind)] == [Kind.NUMBER]


def test_short_text_keeps_blank_text_apart_from_missing():
    assert short_text("") == ""
