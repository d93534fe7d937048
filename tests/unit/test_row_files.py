"""Rows as csv, json and parquet: what is read back is what was selected."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import math
from decimal import Decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import symphony_core as symphony
from symphony_core import frames, row_files
from symphony_core.errors import BadSelection, BadSetting, Cancelled, UnknownColumn
from symphony_core.jobs import CancelFlag
from symphony_core.row_files import Format, file_name, format_of, row_file
from symphony_core.sources import open_source
from symphony_core.table import Table
from symphony_core.testing import nasty_datasets, tiny_dataset


def table_of(**columns: object) -> Table:
    return Table(open_source(pd.DataFrame(columns)))


def text_of(table: Table, format: Format, positions: object = None, columns: object = None) -> str:
    rows = np.arange(len(table)) if positions is None else np.array(positions, dtype=np.int64)
    return b"".join(row_file(table, rows, format, columns).chunks(lambda *_: None)).decode()


# --- what the cells look like ---------------------------------------------------------


def test_csv_tells_empty_text_from_missing_and_quotes_only_where_needed():
    table = table_of(id=["a", "b", "c", "d"], t=["", None, 'say "x", y', "two\nlines"])
    assert text_of(table, Format.CSV) == 'id,t\na,""\nb,\nc,"say ""x"", y"\nd,"two\nlines"\n'


def test_whole_numbers_beyond_what_javascript_holds_are_text_in_json_and_figures_in_csv():
    table = table_of(id=["a", "b"], n=[2**53 + 1, 1], small=[1, 2])
    assert json.loads(text_of(table, Format.JSON)) == [
        {"id": "a", "n": "9007199254740993", "small": 1},
        {"id": "b", "n": "1", "small": 2},
    ]
    assert text_of(table, Format.CSV) == "id,n,small\na,9007199254740993,1\nb,1,2\n"


def test_whether_a_column_is_text_in_json_does_not_hang_on_the_rows_chosen():
    table = table_of(id=["a", "b"], n=[2**53 + 1, 1])
    assert json.loads(text_of(table, Format.JSON, [1])) == [{"id": "b", "n": "1"}]


def test_times_carry_the_offset_of_their_zone_and_only_the_digits_they_have():
    moments = ["2026-01-31T12:00:00.5", "2026-07-31T12:00:00.0", None]
    zoned = pd.to_datetime(moments).tz_localize("Europe/Rome")
    table = table_of(id=["a", "b", "c"], when=zoned, naive=pd.to_datetime(["2026-01-01", None, "1850-02-03"]))
    assert text_of(table, Format.CSV).splitlines()[1:] == [
        "a,2026-01-31T12:00:00.5+01:00,2026-01-01T00:00:00",
        "b,2026-07-31T12:00:00+02:00,",
        "c,,1850-02-03T00:00:00",
    ]


def test_lists_and_structs_are_json_in_csv_and_themselves_in_json():
    table = table_of(
        id=["a", "b"], boxes=[[1, 2], None], meta=[{"k": 2**60, "x": [math.nan]}, {"k": 1, "x": []}]
    )
    rows = list(csv.DictReader(io.StringIO(text_of(table, Format.CSV))))
    assert rows[0]["boxes"] == "[1, 2]"
    assert json.loads(rows[0]["meta"]) == {"k": str(2**60), "x": [None]}
    assert rows[1]["boxes"] == ""
    assert json.loads(text_of(table, Format.JSON))[0]["meta"] == {"k": str(2**60), "x": [None]}


def test_infinite_numbers_are_words_in_json_and_nan_is_missing():
    table = table_of(id=["a", "b", "c"], x=[math.inf, -math.inf, math.nan])
    assert [row["x"] for row in json.loads(text_of(table, Format.JSON))] == ["inf", "-inf", None]
    assert text_of(table, Format.CSV) == "id,x\na,inf\nb,-inf\nc,\n"


def test_whole_floats_stay_floats():
    assert text_of(table_of(id=["a"], x=[3.0]), Format.CSV) == "id,x\na,3.0\n"


def test_text_that_looks_like_a_formula_is_not_changed():
    assert text_of(table_of(id=["=1+1"]), Format.CSV) == "id\n=1+1\n"


def test_rows_come_in_the_order_asked_with_the_id_first():
    table = table_of(n=[1, 2, 3], id=["a", "b", "c"])
    assert text_of(table, Format.CSV, [2, 0], ["n"]) == "id,n\nc,3\na,1\n"


def test_no_rows_make_a_valid_file():
    table = table_of(id=["a"], n=[1])
    assert text_of(table, Format.CSV, []) == "id,n\n"
    assert json.loads(text_of(table, Format.JSON, [])) == []


# --- round trips -----------------------------------------------------------------------

texts = st.text(st.characters(codec="utf-8"), max_size=6)
COLUMNS = {
    "text": st.one_of(st.none(), texts, st.sampled_from(['"', ",", "a\r\nb", " x ", "NA", "=1"])),
    "whole": st.one_of(st.none(), st.integers(-(2**63), 2**63 - 1)),
    "float": st.floats(),
    "truth": st.one_of(st.none(), st.booleans()),
    "zoned": st.one_of(
        st.none(),
        st.integers(-(2**51), 2**52).map(lambda us: pd.Timestamp(us, unit="us", tz="America/New_York")),
    ),
    "list": st.one_of(st.none(), st.lists(st.integers(-(2**53), 2**53), max_size=3)),
    "decimal": st.one_of(st.none(), st.decimals(-1000, 1000, places=2)),
}
DTYPES = {"whole": "Int64", "truth": "boolean", "zoned": "datetime64[us, America/New_York]", "text": "str"}


@st.composite
def frames_of_all_kinds(draw: st.DrawFn) -> pd.DataFrame:
    count = draw(st.integers(1, 8))
    columns = {
        name: pd.Series(draw(st.lists(kind, min_size=count, max_size=count)), dtype=DTYPES.get(name, object))
        for name, kind in COLUMNS.items()
    }
    columns["float"] = columns["float"].astype(float)
    return pd.DataFrame({"id": range(count), **columns})


def value_of(cell: str, value: object) -> object:
    """Read a cell the way its column was meant."""
    if isinstance(value, bool):
        return {"true": True, "false": False}[cell]
    if isinstance(value, (np.ndarray, list)):
        return json.loads(cell)
    if isinstance(value, dt.datetime):
        return pd.Timestamp(cell)
    return type(value)(cell)


def is_missing(value: object) -> bool:
    return value is None or (pd.api.types.is_scalar(value) and bool(pd.isna(value)))


@given(frames_of_all_kinds(), st.data())
@settings(max_examples=60)
def test_what_csv_json_and_parquet_hold_is_what_is_selected(frame, data):
    app = symphony.open(frame, id="id")
    try:
        picked = data.draw(st.lists(st.integers(0, len(frame) - 1), min_size=1, unique=True))
        app.state.selection = picked
        selected = app.selected()
        table, positions = app.state.table, app.state.selection_mask().nonzero()[0]
        in_json = json.loads(text_of(table, Format.JSON, positions))
        in_csv = list(csv.DictReader(io.StringIO(text_of(table, Format.CSV, positions), newline="")))
        sink = io.BytesIO(b"".join(row_file(table, positions, Format.PARQUET).chunks(lambda *_: None)))
        in_parquet = pq.read_table(sink)
    finally:
        app.close()
    assert len(in_csv) == len(in_json) == in_parquet.num_rows == len(picked)
    for name in selected.columns:
        column = frames.to_arrow(selected[name])
        assert in_parquet[name].type == column.type
        assert in_parquet[name].to_pylist() == column.to_pylist() or name == "float"
        for index, value in enumerate(column.to_pylist()):
            cell, member = in_csv[index][name], in_json[index][name]
            if is_missing(value):
                assert (cell, member) == ("", None)
                continue
            assert value_of(cell, value) == value
            read = member if isinstance(value, (str, bool, list)) else value_of(str(member), value)
            assert read == value


@pytest.mark.parametrize(("name", "dataset"), list(nasty_datasets()))
def test_nasty_tables_come_back_whole(name, dataset):
    table = Table(dataset)
    rows = list(csv.reader(io.StringIO(text_of(table, Format.CSV), newline="")))
    members = json.loads(text_of(table, Format.JSON))
    file = row_file(table, np.arange(len(table)), Format.CSV)
    assert rows[0] == list(file.columns)
    assert len(rows) - 1 == len(members) == len(dataset)
    ids = [str(i) for i in dataset.row_ids]
    assert [row[rows[0].index(dataset.id_column)] for row in rows[1:]] == ids
    assert [str(member[dataset.id_column]) for member in members] == ids


def test_a_file_of_many_blocks_is_the_file_of_one(monkeypatch):
    table = table_of(id=range(250), t=[f"t{i}" for i in range(250)])
    for format in (Format.CSV, Format.JSON):
        whole = text_of(table, format)
        monkeypatch.setattr(row_files, "BLOCK_VALUES", 10)
        assert row_file(table, np.arange(250), format).block_rows == 100
        assert text_of(table, format) == whole
        monkeypatch.undo()


# --- which columns -----------------------------------------------------------------------


def test_embeddings_and_bytes_are_left_out_of_text_and_said():
    table = Table(tiny_dataset(blob=[b"x"] * 12, pair=[{"bytes": b"x", "path": "p"}] * 12))
    for format in (Format.CSV, Format.JSON):
        file = row_file(table, np.arange(12), format)
        assert file.left_out == ("blob", "pair", "embedding")
    assert row_file(table, np.arange(12), Format.PARQUET).left_out == ("embedding",)


def test_parquet_holds_embeddings_as_lists_of_one_length_and_none_where_there_is_none():
    given_vectors = [[1.0] * 8, None, [3.0] * 8]
    table = Table(open_source(pd.DataFrame({"id": ["a", "b", "c"], "embedding": given_vectors})))
    file = row_file(table, np.arange(3), Format.PARQUET, with_embeddings=True)
    read = pq.read_table(io.BytesIO(b"".join(file.chunks(lambda *_: None))))
    assert read["embedding"].type == pa.list_(pa.float32(), 8)
    assert read["embedding"].to_pylist() == given_vectors
    assert file.left_out == ()


def test_a_named_column_that_the_format_cannot_hold_is_refused():
    table = Table(tiny_dataset())
    with pytest.raises(BadSetting, match=r"csv has no room for column 'embedding'.*write \.parquet"):
        row_file(table, np.arange(2), Format.CSV, ["embedding"])
    with pytest.raises(UnknownColumn, match="nearest are 'label'"):
        row_file(table, np.arange(2), Format.CSV, ["labl"])


# --- files ---------------------------------------------------------------------------------


@pytest.fixture
def app():
    app = symphony.open(tiny_dataset())
    yield app
    app.close()


def test_the_app_writes_the_selection_with_computed_columns(app, tmp_path):
    app.state.selection = "label == 'cat'"
    app.save_slice("cats")
    path = app.download(tmp_path / "cats.csv")
    read = pd.read_csv(path, parse_dates=["taken"])
    pd.testing.assert_frame_equal(read, app.selected(), check_dtype=False, check_column_type=False)
    assert "cats" in read.columns


@pytest.mark.parametrize(
    ("rows", "count"), [("filter", 4), ("all", 12), ("label == 'dog'", 4), (["row-001"], 1)]
)
def test_which_rows_go_into_the_file(app, tmp_path, rows, count):
    app.state.filter = "label == 'cat'"
    path = app.download(tmp_path / "rows.json", rows=rows, columns=["label"])
    assert len(json.loads(path.read_text(encoding="utf-8"))) == count


def test_without_a_filter_all_rows_are_under_it(app, tmp_path):
    assert len(pd.read_parquet(app.download(tmp_path / "rows.parquet", rows="filter"))) == 12


def test_without_a_selection_nothing_is_written(app, tmp_path):
    with pytest.raises(BadSelection, match="there is no selection"):
        app.download(tmp_path / "rows.csv")
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_suffix_is_refused():
    with pytest.raises(BadSetting, match=r"\.csv, \.json or \.parquet"):
        format_of("rows.xlsx")


def test_a_file_cut_short_leaves_the_old_one_and_no_half(tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text("old", encoding="utf-8")
    flag = CancelFlag()
    flag.set()
    file = row_file(Table(tiny_dataset()), np.arange(12), Format.CSV)
    with pytest.raises(Cancelled):
        row_files.write(file, path, lambda share, words: flag.check())
    assert path.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_is_named_for_what_is_in_it():
    assert file_name("emoji", "selection", 268, Format.CSV) == "emoji-selection-268-rows.csv"
    assert file_name("../a b?", "filter", 1, Format.JSON) == "a-b-filter-1-row.json"
    assert file_name("..", "filter", 0, Format.JSON) == "table-filter-0-rows.json"


def test_durations_and_decimals_are_written_exactly():
    table = table_of(id=["a"], d=[Decimal("1.10")], t=[pd.Timedelta("1h")])
    assert text_of(table, Format.CSV) == "id,d,t\na,1.10,P0DT1H0M0S\n"
    assert json.loads(text_of(table, Format.JSON))[0]["d"] == "1.10"
