"""Files and tables with something odd load whole, load with a visible warning, or are refused in words.

Each oddity is tried from every format that can hold it: csv, parquet, JSON lines and DataFrames.
"""

from __future__ import annotations

import csv
import datetime as dt
import decimal
import io
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from symphony_core.column import MAX_LEVELS, Kind
from symphony_core.dataset import Dataset
from symphony_core.errors import BadFormat, BadRows
from symphony_core.expr import Compare
from symphony_core.roles import Role
from symphony_core.sources import SourceOptions, open_source
from symphony_core.table import Table

Columns = dict[str, list[object]]


def as_csv(folder: Path, columns: Columns) -> Path:
    pd.DataFrame(columns).to_csv(folder / "a.csv", index=False)
    return folder / "a.csv"


def as_jsonl(folder: Path, columns: Columns) -> Path:
    rows = [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]
    (folder / "a.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return folder / "a.jsonl"


def as_parquet(folder: Path, columns: Columns) -> Path:
    pq.write_table(pa.table(columns), folder / "a.parquet")
    return folder / "a.parquet"


def as_frame(folder: Path, columns: Columns) -> pd.DataFrame:
    return pd.DataFrame({name: pd.Series(values, dtype=object) for name, values in columns.items()})


FORMATS = {"csv": as_csv, "jsonl": as_jsonl, "parquet": as_parquet, "frame": as_frame}
every_format = pytest.mark.parametrize("make", FORMATS.values(), ids=FORMATS)
typed_formats = pytest.mark.parametrize(
    "make", [as_jsonl, as_parquet, as_frame], ids=["jsonl", "parquet", "frame"]
)
Make = Callable[[Path, Columns], object]


def written(folder: Path, data: bytes | str, name: str = "a.csv") -> Dataset:
    (folder / name).write_bytes(data if isinstance(data, bytes) else data.encode())
    return open_source(folder / name)


def rows(dataset: Dataset, name: str) -> list[object]:
    return dataset.values(name, np.arange(len(dataset)))


def messages(dataset: Dataset) -> str:
    return "\n".join(notice.text for notice in dataset.warnings)


# --- empty and nearly so ---------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["a.csv", "a.tsv", "a.jsonl", "a.json", "a.parquet", "a.arrow", "a.db", "a.duckdb"]
)
def test_an_empty_file_is_refused_whatever_its_kind(tmp_path, name):
    with pytest.raises(BadFormat, match=r"is empty \(0 bytes\)"):
        written(tmp_path, b"", name)


@pytest.mark.parametrize(
    ("name", "data", "names"),
    [
        ("a.csv", "a,b\n", ("row_id", "a", "b")),
        ("a.csv", "a,b", ("row_id", "a", "b")),
        ("a.tsv", "a\tb\n", ("row_id", "a", "b")),
        ("a.json", "[]", ("row_id",)),
        ("a.jsonl", "\n \n", ("row_id",)),
    ],
)
def test_a_header_without_rows_opens_and_says_so(tmp_path, name, data, names):
    dataset = written(tmp_path, data, name)
    assert (len(dataset), dataset.names) == (0, names)
    assert messages(dataset) == "the table has no rows."
    assert Table(dataset).count(None) == 0


@every_format
def test_one_row_opens_without_a_word(tmp_path, make):
    dataset = open_source(make(tmp_path, {"id": ["a"], "n": [1]}))
    assert (len(dataset), dataset.warnings) == (1, ())


# --- encodings -------------------------------------------------------------------------

TEXT = 'id,t\n1,"Äß € 😀"\n2,x\n'


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_a_byte_order_mark_tells_the_encoding(tmp_path, encoding):
    dataset = written(tmp_path, TEXT.encode(encoding))
    assert rows(dataset, "t") == ["Äß € 😀", "x"]
    assert dataset.names == ("id", "t")
    assert dataset.warnings == ()


@pytest.mark.parametrize(("encoding", "mark"), [("utf-16-le", b"\xff\xfe"), ("utf-16-be", b"\xfe\xff")])
@pytest.mark.parametrize(
    ("name", "text"), [("a.csv", TEXT), ("a.jsonl", '{"id": 1, "t": "Äß € 😀"}\n{"id": 2, "t": "x"}')]
)
def test_utf_16_is_read_in_both_orders_with_and_without_a_mark(tmp_path, encoding, mark, name, text):
    assert rows(written(tmp_path, mark + text.encode(encoding), name), "t") == ["Äß € 😀", "x"]
    plain = text.replace("Äß € 😀", "a long enough line of plain western text")
    bare = written(tmp_path, plain.encode(encoding), name)
    assert rows(bare, "t") == ["a long enough line of plain western text", "x"]
    assert f"no byte order mark; it was read as {encoding}" in messages(bare)


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252"])
@pytest.mark.parametrize(
    ("name", "text"), [("a.csv", "t,ü\nMünchen,x\n"), ("a.jsonl", '{"t": "München", "ü": "x"}\n')]
)
def test_text_that_is_not_utf_8_is_read_as_windows_text_and_told(tmp_path, encoding, name, text):
    dataset = written(tmp_path, text.encode(encoding), name)
    assert rows(dataset, "t") == ["München"]
    assert rows(dataset, "ü") == ["x"]
    assert f"{name} is not all UTF-8 (first in line 1); other bytes were read as Windows-1252" in messages(
        dataset
    )


def test_signs_of_windows_are_told_from_those_of_latin_1(tmp_path):
    assert rows(written(tmp_path, b"t\n\x80 \x84\x93 \x81\n"), "t") == ["€ „“ \x81"]


def test_one_stray_byte_leaves_the_rest_as_it_was(tmp_path):
    dataset = written(tmp_path, "t\nä😀\n".encode() + b"\xe4\n")
    assert rows(dataset, "t") == ["ä😀", "ä"]
    assert "first in line 3" in messages(dataset)


def test_a_stray_byte_beyond_the_first_block_is_found(tmp_path):
    data = b"t\n" + b"x\n" * 3_000_000 + b"\xe4\n"
    dataset = written(tmp_path, data)
    assert (len(dataset), dataset.column("t").levels) == (3_000_001, ("x", "ä"))
    assert "first in line 3,000,002" in messages(dataset)


@pytest.mark.parametrize(
    ("name", "data"), [("a.csv", b"a,b\n1,2\n3,x\0y\n"), ("a.jsonl", b'{"a": 1}\n{"a": 2}\n{"a":\0}')]
)
def test_a_zero_byte_is_refused_with_its_line(tmp_path, name, data):
    with pytest.raises(BadFormat, match="line 3 holds a zero byte"):
        written(tmp_path, data, name)


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl", "a.txt"])
def test_binary_data_under_the_name_of_text_are_refused(tmp_path, name):
    with pytest.raises(BadFormat, match="holds binary data"):
        written(tmp_path, bytes(range(256)) * 10, name)


def test_a_file_cut_short_in_its_compression_is_refused(tmp_path):
    import gzip

    whole = gzip.compress("".join(f"{i},{i * 7919 % 104729}\n" for i in range(100_000)).encode())
    with pytest.raises(BadFormat, match=r"a\.csv\.gz"):
        written(tmp_path, whole[:-1_000], "a.csv.gz")


# --- lines of text ---------------------------------------------------------------------


def test_semicolons_with_decimal_commas_are_numbers_and_told(tmp_path):
    dataset = written(tmp_path, "a;b;c;d\n1,5;1.234,5;-,5;x,y\n2;7;1,5e3;z\n;;;\n")
    assert rows(dataset, "a") == [1.5, 2.0, None]
    assert rows(dataset, "b") == [1234.5, 7.0, None]
    assert rows(dataset, "c") == [-0.5, 1500.0, None]
    assert rows(dataset, "d") == ["x,y", "z", None]
    assert "column 'a' holds decimal commas" in messages(dataset)


def test_commas_between_values_are_never_decimal_signs(tmp_path):
    assert rows(written(tmp_path, 'a,b\n"1,5",x\n'), "a") == ["1,5"]


def test_points_that_part_thousands_without_a_comma_stay_what_they_were(tmp_path):
    assert rows(written(tmp_path, "a;b\n1.234;x\n"), "a") == [1.234]


def test_short_lines_lack_their_last_values_and_are_told(tmp_path):
    dataset = written(tmp_path, "a,b,c\n1,2,3\n4\n\n5,6\n7,8,9\n")
    assert rows(dataset, "a") == [1, 4, 5, 7]
    assert rows(dataset, "b") == [2, None, 6, 8]
    assert rows(dataset, "c") == [3, None, None, 9]
    assert messages(dataset) == "2 lines (3, 5) are too short; the last values are missing."


def test_what_is_beyond_the_last_column_is_kept_in_a_column_of_its_own(tmp_path):
    dataset = written(tmp_path, 'a,surplus\n1,2\n3,4,"x,y",z\n5,6\n"multi\nline",8,9\n')
    assert rows(dataset, "a") == ["1", "3", "5", "multi\nline"]
    assert rows(dataset, "surplus") == ["2", "4", "6", "8"] or rows(dataset, "surplus") == [2, 4, 6, 8]
    assert rows(dataset, "surplus_2") == [None, '"x,y",z', None, "9"]
    assert messages(dataset) == "2 lines (3, 5) are too long; what is beyond is in column 'surplus_2'."


def test_delimiters_at_the_end_of_lines_are_no_values(tmp_path):
    dataset = written(tmp_path, "a,b\n1,2,\n3,4,\n")
    assert dataset.names == ("row_id", "a", "b")
    assert "delimiters at the end of a line that part nothing are ignored (2)" in messages(dataset)


def test_a_header_that_names_fewer_columns_than_most_lines_hold_is_refused(tmp_path):
    with pytest.raises(BadFormat, match=r"the header names 2 columns, and 3 of 4 lines hold more .*line 2"):
        written(tmp_path, "a,b\nr1,1,2\nr2,3,4\nr3,5,6\n7,8\n")


def test_a_ragged_file_in_another_encoding_is_read_too(tmp_path):
    dataset = written(tmp_path, "ä;b\nö;1\nü\n".encode("latin-1"))
    assert rows(dataset, "ä") == ["ö", "ü"]
    assert rows(dataset, "b") == [1, None]


def test_a_ragged_file_of_many_lines_keeps_its_order(tmp_path):
    lines = [f"{i},x" if i % 1_000 else f"{i}" for i in range(50_000)]
    dataset = written(tmp_path, "n,t\n" + "\n".join(lines) + "\n")
    assert dataset.column("n").values.tolist() == list(range(50_000))
    assert "50 lines (2, 1,002, 2,002, 3,002, 4,002, ...) are too short" in messages(dataset)


CELLS = st.text('v,;"\n\r ä', max_size=4).map("v{}".format)


@given(st.lists(st.lists(CELLS, min_size=1, max_size=5), min_size=1, max_size=12), st.sampled_from(",;\t|"))
def test_ragged_lines_lose_and_move_no_value(tmp_path_factory, lines, delimiter):
    path = tmp_path_factory.mktemp("ragged") / "a.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, delimiter=delimiter).writerows([["a", "b", "c"], *lines])
    if 2 * sum(len(line) > 3 for line in lines) > len(lines):
        with pytest.raises(BadFormat, match="the header names 3 columns"):
            open_source(path)
        return
    dataset = open_source(path, SourceOptions(id=""))
    for number, name in enumerate("abc"):
        expected = [line[number] if len(line) > number else None for line in lines]
        assert rows(dataset, name) == expected
    surplus = [line[3:] for line in lines]
    if any(surplus):
        kept = [
            next(csv.reader(io.StringIO(value, newline=""), delimiter=delimiter)) if value else []
            for value in rows(dataset, "surplus")
        ]
        assert kept == surplus


# --- names of columns --------------------------------------------------------------------


def test_repeated_names_are_renamed_and_told_also_in_parquet_and_json(tmp_path):
    table = pa.table([[1], [2], [3], [4]], names=["a", "a", "a_2", "a"])
    pq.write_table(table, tmp_path / "a.parquet")
    (tmp_path / "a.csv").write_text("a,a,a_2,a\n1,2,3,4\n")
    (tmp_path / "a.jsonl").write_text('{"a": 1, "a": 2, "a_2": 3, "a": 4}\n')
    frame = pd.DataFrame([[1, 2, 3, 4]], columns=["a", "a", "a_2", "a"])
    for source in (tmp_path / "a.parquet", tmp_path / "a.csv", frame, table):
        dataset = open_source(source)
        assert dataset.names == ("row_id", "a", "a_3", "a_2", "a_4")
        assert [rows(dataset, name) for name in dataset.names[1:]] == [[1], [2], [3], [4]]
        assert "several columns have the same name: the next 'a' is called 'a_3'" in messages(dataset)
    dataset = open_source(tmp_path / "a.jsonl")
    assert sorted(rows(dataset, name)[0] for name in dataset.names[1:]) == [1, 2, 3, 4]
    assert "more than once" in messages(dataset)


NAMES = [
    "two words", "it's", 'double "quotes"', "`back`ticks`", "😀 ü", "<b>bold</b><script>alert(1)</script>",
    "class", "and", "not", "in", "null", "_hidden", "__dunder__", "index", "id", "row_id", "level_0",
    "a.b", "a\nb", "x" * 10_000, "{0}", "%s", "surplus", "0", "-", "=1+1",
]  # fmt: skip


@every_format
def test_every_name_of_a_column_can_be_read_and_filtered_by(tmp_path, make):
    dataset = open_source(make(tmp_path, {name: [i, i + 1] for i, name in enumerate(NAMES)}))
    assert list(dataset.names) == NAMES
    table = Table(dataset)
    for number, name in enumerate(NAMES):
        assert rows(dataset, name) == [number, number + 1]
        assert table.count(Compare(name, "==", number)) == 1


@pytest.mark.parametrize("make", [as_parquet, as_frame], ids=["parquet", "frame"])
def test_a_name_that_is_empty_gets_one_and_is_told(tmp_path, make):
    dataset = open_source(make(tmp_path, {"": [1], "a": [2]}))
    assert dataset.names == ("row_id", "column_1", "a")
    assert "column number 1 has no name; it is called 'column_1'" in messages(dataset)


@every_format
def test_two_thousand_columns_open(tmp_path, make):
    dataset = open_source(make(tmp_path, {f"c{i}": [i, i + 1] for i in range(2_000)}))
    assert len(dataset.names) == 2_001
    assert rows(dataset, "c1999") == [1_999, 2_000]


# --- ids ---------------------------------------------------------------------------------


@every_format
@pytest.mark.parametrize(
    "ids", [["a", "a", "b"], ["a", None, "b"], [1, 1, 2]], ids=["repeated", "null", "numbers"]
)
def test_ids_that_do_not_name_rows_are_told_and_rows_numbered_unless_asked_for(tmp_path, make, ids):
    source = make(tmp_path, {"id": ids})
    dataset = open_source(source)
    assert dataset.row_ids.tolist() == [0, 1, 2]
    assert "column 'id' cannot number the rows" in messages(dataset)
    with pytest.raises(BadRows, match="cannot be the id"):
        open_source(source, SourceOptions(id="id"))


@every_format
def test_without_ids_the_rows_are_numbered(tmp_path, make):
    dataset = open_source(make(tmp_path, {"n": [5, 5]}))
    assert (dataset.id_column, dataset.row_ids.tolist(), dataset.warnings) == ("row_id", [0, 1], ())


# --- values ------------------------------------------------------------------------------


@pytest.mark.parametrize("make", [as_csv, as_jsonl, as_frame], ids=["csv", "jsonl", "frame"])
def test_mixed_types_become_text_that_keeps_each_value(tmp_path, make):
    dataset = open_source(make(tmp_path, {"m": [1, "x", None, 2.5]}))
    assert rows(dataset, "m") == ["1", "x", None, "2.5"]


@every_format
def test_whole_numbers_beyond_2_to_53_keep_each_digit(tmp_path, make):
    numbers = [2**53, 2**53 + 1, 2**63 - 1]
    dataset = open_source(make(tmp_path, {"n": numbers}))
    assert rows(dataset, "n") == numbers
    table = Table(dataset)
    assert table.count(table.bind(f"n == {2**53 + 1}")) == 1


@every_format
def test_whole_numbers_beyond_2_to_53_with_gaps_keep_each_digit(tmp_path, make):
    if make is as_csv:
        source: object = tmp_path / "a.csv"
        (tmp_path / "a.csv").write_text(f"n,m\n{2**53 + 1},x\n,y\n")
    else:
        source = make(tmp_path, {"n": [2**53 + 1, None], "m": ["x", "y"]})
    assert rows(open_source(source), "n") == [2**53 + 1, None]


@every_format
def test_unsigned_numbers_of_64_bits_are_exact(tmp_path, make):
    columns = {"u": [2**64 - 1, 0]}
    if make is as_parquet:
        pq.write_table(pa.table({"u": pa.array(columns["u"], pa.uint64())}), tmp_path / "a.parquet")
        source: object = tmp_path / "a.parquet"
    else:
        source = make(tmp_path, columns)
    assert [int(value) for value in rows(open_source(source), "u")] == [2**64 - 1, 0]


@pytest.mark.parametrize("make", [as_csv, as_jsonl, as_frame], ids=["csv", "jsonl", "frame"])
def test_whole_numbers_beyond_64_bits_are_text_with_all_digits(tmp_path, make):
    assert rows(open_source(make(tmp_path, {"n": [2**64, 10**40]})), "n") == [str(2**64), str(10**40)]


@pytest.mark.parametrize("make", [as_csv, as_jsonl, as_frame], ids=["csv", "jsonl", "frame"])
def test_long_whole_numbers_beside_fractions_are_text_and_told(tmp_path, make):
    (tmp_path / "x").mkdir()
    if make is as_csv:
        dataset = written(tmp_path, f"n\n{2**53 + 1}\n0.5\n")
    else:
        dataset = open_source(make(tmp_path, {"n": [2**53 + 1, 0.5]}))
    assert rows(dataset, "n") == [str(2**53 + 1), "0.5"]
    assert "column 'n'" in messages(dataset)


@every_format
def test_infinity_stays_and_nan_is_missing(tmp_path, make):
    dataset = open_source(make(tmp_path, {"x": [1.5, float("inf"), float("-inf"), float("nan")]}))
    assert rows(dataset, "x") == [1.5, float("inf"), float("-inf"), None]
    assert dataset.column("x").kind is Kind.NUMBER


@every_format
def test_columns_without_any_value_are_missing_throughout(tmp_path, make):
    dataset = open_source(make(tmp_path, {"a": [None, None], "b": [1, 2]}))
    assert dataset.column("a").is_missing().tolist() == [True, True]


@every_format
def test_more_texts_than_can_be_coded_stay_text_and_none_is_lost(tmp_path, make):
    texts = [f"word {i}" for i in range(100_000)]
    dataset = open_source(make(tmp_path, {"t": texts}))
    assert len(texts) > MAX_LEVELS
    assert dataset.column("t").kind is Kind.TEXT
    assert dataset.take(np.array([0, 99_999]))["t"].tolist() == ["word 0", "word 99999"]
    table = Table(dataset)
    assert table.count(table.bind("t == 'word 77777'")) == 1


@every_format
def test_three_hundred_classes_are_a_label(tmp_path, make):
    labels = [f"class {i:03d}" for i in range(300)] * 2
    dataset = open_source(make(tmp_path, {"label": labels, "prediction": labels[::-1]}))
    assert len(dataset.column("label").levels) == 300
    assert dataset.roles.column(Role.LABEL) == "label"
    assert dataset.warnings == ()


@every_format
def test_a_value_of_20_million_characters_is_whole(tmp_path, make):
    text = "x" * 20_000_000
    dataset = open_source(make(tmp_path, {"t": [text, "y"]}))
    assert rows(dataset, "t") == [text, "y"]


@every_format
def test_markup_in_values_is_text(tmp_path, make):
    values = ["<img src=x onerror=alert(1)>", "</script>", "=cmd|' /C calc'!A0", "a\tb\r\nc", "\u202eabc"]
    assert rows(open_source(make(tmp_path, {"t": values})), "t") == values


@typed_formats
def test_a_zero_character_within_text_is_kept(tmp_path, make):
    assert rows(open_source(make(tmp_path, {"t": ["a\0b", "c"]})), "t") == ["a\0b", "c"]


# --- labels and probabilities --------------------------------------------------------------


@every_format
def test_labels_and_predictions_of_different_types_are_told(tmp_path, make):
    columns: Columns = {"label": [0, 1], "prediction": ["no", "yes"]}
    dataset = open_source(make(tmp_path, columns))
    assert (
        "the label 'label' holds numbers and the prediction 'prediction' holds text, so no prediction equals"
    ) in messages(dataset)


@every_format
def test_probabilities_outside_0_to_1_are_told_and_counted(tmp_path, make):
    columns: Columns = {"id": ["a", "b", "c", "d"], "probability": [0.5, 1.5, -0.1, None]}
    dataset = open_source(make(tmp_path, columns))
    notice = next(n for n in dataset.warnings if "outside 0 to 1" in n.text)
    assert (
        notice.text
        == "column 'probability' is named or used as a probability and is outside 0 to 1 in 2 rows."
    )
    assert (notice.count, notice.row_ids) == (2, ("b", "c"))


@typed_formats
def test_lists_of_probabilities_outside_0_to_1_are_told(tmp_path, make):
    dataset = open_source(make(tmp_path, {"probs": [[0.5, 0.5], [2.0, -1.0], None]}))
    assert "'probs' is named or used as a probability and is outside 0 to 1 in 1 row" in messages(dataset)


def test_a_named_confidence_outside_0_to_1_is_told():
    frame = pd.DataFrame({"sure": [0.5, 7.0]})
    assert "'sure'" in messages(open_source(frame, SourceOptions(score="confidence:sure")))


@every_format
def test_probabilities_within_0_to_1_are_no_doubt(tmp_path, make):
    dataset = open_source(make(tmp_path, {"confidence": [0.0, 1.0], "prob_cat": [0.25, None]}))
    assert dataset.warnings == ()


# --- dates ---------------------------------------------------------------------------------


@every_format
@pytest.mark.parametrize("day", ["0001-01-01", "1677-01-01", "9999-12-31"])
def test_far_days_of_the_calendar_are_dates(tmp_path, make, day):
    values = [dt.date.fromisoformat(day)] if make in (as_parquet, as_frame) else [day]
    dataset = open_source(make(tmp_path, {"d": values}))
    assert dataset.column("d").kind is Kind.TIME
    assert str(rows(dataset, "d")[0])[:10] == day


@pytest.mark.parametrize("text", ["0000-01-01", "-299999-01-01", "20000-01-01"])
def test_days_beyond_the_calendar_are_dates_in_parquet_and_frames(tmp_path, text):
    days = np.array([text], "M8[ms]")
    pq.write_table(pa.table({"d": pa.array(days)}), tmp_path / "a.parquet")
    for source in (tmp_path / "a.parquet", pd.DataFrame({"d": days})):
        dataset = open_source(source)
        assert dataset.column("d").values.tolist() == days.tolist()
        assert str(rows(dataset, "d")[0]).startswith(text)


def test_zoned_times_beyond_the_calendar_are_shown_in_utc_and_told(tmp_path):
    far = pa.array(np.array(["20000-01-01T05:00", "2024-01-01T05:00"], "M8[ms]"))
    zoned = far.cast(pa.timestamp("ms", "UTC")).cast(pa.timestamp("ms", "America/New_York"))
    pq.write_table(pa.table({"t": zoned}), tmp_path / "a.parquet")
    dataset = open_source(tmp_path / "a.parquet")
    assert [str(value)[:16] for value in rows(dataset, "t")] == ["20000-01-01 05:0", "2024-01-01 05:00"]
    assert "outside the years 1 to 9999; shown in UTC and not in America/New_York" in messages(dataset)


@every_format
def test_zoned_times_are_the_same_moments_from_every_format(tmp_path, make):
    zone = dt.timezone(dt.timedelta(hours=2))
    moment = dt.datetime(2024, 1, 1, 10, tzinfo=zone)
    values = [moment] if make in (as_parquet, as_frame) else [moment.isoformat()]
    dataset = open_source(make(tmp_path, {"t": values}))
    assert dataset.column("t").values[0] == np.datetime64("2024-01-01T08:00:00")


# --- what has no plain values ---------------------------------------------------------------


@typed_formats
def test_nested_columns_are_kept_as_they_are(tmp_path, make):
    columns: Columns = {
        "struct": [{"a": 1, "b": {"c": ["x", None]}}, None],
        "structs": [[{"a": 1}, {"a": None}], []],
        "lists": [[[1], [2, 3]], None],
    }
    dataset = open_source(make(tmp_path, columns))
    assert {name: rows(dataset, name) for name in columns} == {
        "struct": columns["struct"], "structs": columns["structs"], "lists": columns["lists"]
    }  # fmt: skip
    assert all(dataset.column(name).kind is Kind.OTHER for name in columns)


def test_maps_binary_decimals_durations_and_times_of_day_are_kept(tmp_path):
    table = pa.table(
        {
            "map": pa.array([[("k", 1)], None], pa.map_(pa.string(), pa.int64())),
            "binary": [b"\0\xff", None],
            "fixed": pa.array([b"ab", None], pa.binary(2)),
            "decimal": [decimal.Decimal("12345678901234567890.5"), None],
            "duration": pa.array([90, None], pa.duration("s")),
            "time": pa.array([3_600_000_000, None], pa.time64("us")),
            "half": pa.array([np.float16(0.5), None], pa.float16()),
        }
    )
    pq.write_table(table, tmp_path / "a.parquet")
    for source in (table, tmp_path / "a.parquet", table.to_pandas(types_mapper=pd.ArrowDtype)):
        dataset = open_source(source)
        assert {name: rows(dataset, name)[0] for name in table.column_names} == {
            "map": [("k", 1)],
            "binary": b"\0\xff",
            "fixed": b"ab",
            "decimal": decimal.Decimal("12345678901234567890.5"),
            "duration": pd.Timedelta(seconds=90),
            "time": dt.time(1),
            "half": 0.5,
        }
        assert all(dataset.column(name).is_missing().tolist() == [False, True] for name in table.column_names)


def test_bytes_that_are_no_text_in_a_text_column_are_shown_and_told(tmp_path):
    text = pa.StringArray.from_buffers(2, pa.py_buffer(b"\0\0\0\0\1\0\0\0\2\0\0\0"), pa.py_buffer(b"\xffa"))
    pq.write_table(pa.table({"t": text}), tmp_path / "a.parquet")
    dataset = open_source(tmp_path / "a.parquet")
    assert rows(dataset, "t") == ["\\xff", "a"]
    assert "column 't' holds bytes that are not UTF-8" in messages(dataset)


# --- embeddings ------------------------------------------------------------------------------

GOOD = [1.0, 2.0, 3.0]
VECTORS = {
    "null": None, "empty": [], "short": [1.0], "long": [1.0] * 4, "NaN": [float("nan"), 1.0, 2.0],
    "infinite": [float("inf"), 1.0, 2.0], "huge": [1e300, 1.0, 2.0], "gap": [None, 1.0, 2.0],
}  # fmt: skip


@typed_formats
@pytest.mark.parametrize("bad", VECTORS)
def test_a_vector_that_cannot_be_used_is_set_aside_in_its_place(tmp_path, make, bad):
    dataset = open_source(make(tmp_path, {"embedding": [GOOD, VECTORS[bad], GOOD, GOOD]}))
    assert dataset.vectors("embedding").usable.tolist() == [True, False, True, True]
    assert "1 row is set aside in embedding 'embedding'" in messages(dataset)


@typed_formats
def test_constant_vectors_are_usable(tmp_path, make):
    dataset = open_source(make(tmp_path, {"embedding": [[0.0, 0.0], [0.0, 0.0]]}))
    assert dataset.vectors("embedding").usable.tolist() == [True, True]
    assert dataset.warnings == ()


@typed_formats
def test_vectors_of_one_row_of_many_numbers_are_kept(tmp_path, make):
    dataset = open_source(make(tmp_path, {"embedding": [[float(i) for i in range(10_000)]]}))
    assert dataset.vectors("embedding").dimension == 10_000
