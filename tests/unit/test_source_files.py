"""Files of every kind give the same values, and what they cannot hold is read exactly."""

from __future__ import annotations

import bz2
import gzip
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.feather as feather
import pyarrow.ipc as ipc
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from symphony_core.column import Kind
from symphony_core.dataset import Dataset
from symphony_core.errors import BadFormat
from symphony_core.sources import can_open, open_source, title_of

TABLE = pa.table(
    {
        "id": ["a", "b", "c"],
        "n": [1, 2, None],
        "x": [0.5, None, 1.5],
        "t": ["u", None, "v"],
        "when": pa.array([0, 86_400, None], pa.timestamp("s")),
        "is_new": [True, False, None],
    }
)
RECORDS = [
    {"id": "a", "n": 1, "x": 0.5, "t": "u", "when": "1970-01-01", "is_new": True},
    {"id": "b", "n": 2, "t": None, "when": "1970-01-02", "is_new": False},
    {"id": "c", "x": 1.5, "t": "v"},
]
CSV = "id,n,x,t,when,is_new\na,1,0.5,u,1970-01-01,true\nb,2,,,1970-01-02,false\nc,,1.5,v,,\n"


def stream(path: Path, table: pa.Table) -> None:
    with ipc.new_stream(str(path), table.schema) as writer:
        writer.write_table(table, max_chunksize=2)


def zstd(path: Path, data: bytes) -> None:
    with pa.output_stream(str(path), compression="zstd") as file:
        file.write(data)


LINES = "".join(json.dumps(record) + "\n" for record in RECORDS).encode()
WRITERS = {
    "a.parquet": lambda path: pq.write_table(TABLE, path),
    "a.feather": lambda path: feather.write_feather(TABLE, str(path)),
    "uncompressed.arrow": lambda path: feather.write_feather(TABLE, str(path), compression="uncompressed"),
    "stream.arrow": lambda path: stream(path, TABLE),
    "stream.ipc": lambda path: stream(path, TABLE),
    "arrow under no.name": lambda path: stream(path, TABLE),
    "a.csv": lambda path: path.write_text(CSV),
    "a.tsv": lambda path: path.write_text(CSV.replace(",", "\t")),
    "a.tab": lambda path: path.write_text(CSV.replace(",", "\t")),
    "a.txt": lambda path: path.write_text(CSV.replace(",", "|")),
    "a.csv.gz": lambda path: path.write_bytes(gzip.compress(CSV.encode())),
    "a.tsv.zst": lambda path: zstd(path, CSV.replace(",", "\t").encode()),
    "a.csv.bz2": lambda path: path.write_bytes(bz2.compress(CSV.encode())),
    "a.jsonl": lambda path: path.write_bytes(LINES),
    "a.ndjson": lambda path: path.write_bytes(LINES),
    "a.jsonl.gz": lambda path: path.write_bytes(gzip.compress(LINES)),
    "lines.json": lambda path: path.write_bytes(LINES),
    "array.json": lambda path: path.write_text(json.dumps(RECORDS, indent=1)),
    "array.json.zst": lambda path: zstd(path, json.dumps(RECORDS).encode()),
}


def rows(dataset: Dataset, name: str) -> list[object]:
    return dataset.values(name, np.arange(len(dataset)))


@pytest.mark.parametrize("name", WRITERS)
def test_a_table_holds_the_same_values_from_every_kind_of_file(tmp_path, name):
    WRITERS[name](tmp_path / name)
    dataset = open_source(tmp_path / name)
    assert dataset.row_ids.tolist() == ["a", "b", "c"]
    assert rows(dataset, "n") == [1, 2, None]
    assert rows(dataset, "x") == [0.5, None, 1.5]
    assert rows(dataset, "t") == ["u", None, "v"]
    assert rows(dataset, "is_new") == [True, False, None]
    assert rows(dataset, "when") == [pd.Timestamp(0), pd.Timestamp("1970-01-02"), None]
    assert dataset.warnings == ()


@pytest.mark.parametrize("name", WRITERS)
def test_a_file_that_can_be_opened_is_no_plugins(tmp_path, name):
    WRITERS[name](tmp_path / name)
    assert can_open(str(tmp_path / name))


@pytest.mark.parametrize(("name", "title"), [("cats.csv.gz", "cats"), ("dir/cats.v2.parquet", "cats.v2")])
def test_a_title_has_neither_folder_nor_ending(name, title):
    assert title_of(name) == title


@pytest.mark.parametrize("name", ["cats.parquet.gz", "cats.arrow.zst"])
def test_a_format_that_compresses_itself_is_not_looked_for_inside_a_compressed_file(tmp_path, name):
    (tmp_path / name).write_bytes(gzip.compress(b"x"))
    assert not can_open(str(tmp_path / name))


# --- Arrow -----------------------------------------------------------------------


@pytest.mark.parametrize("write", [lambda p, t: feather.write_feather(t, str(p)), stream])
def test_the_embedding_of_an_arrow_file_is_read_across_its_batches(tmp_path, write):
    vectors = np.random.default_rng(0).normal(size=(40_000, 3)).astype(np.float32)
    lists = pa.FixedSizeListArray.from_arrays(pa.array(vectors.ravel()), 3)
    write(tmp_path / "a.arrow", pa.table({"n": np.arange(40_000), "embedding": lists}))
    dataset = open_source(tmp_path / "a.arrow")
    assert np.array_equal(dataset.vectors("embedding").values, vectors)
    assert dataset.column("n").values.tolist() == list(range(40_000))


def test_an_arrow_file_may_change_while_its_data_are_open(tmp_path):
    path = tmp_path / "a.arrow"
    feather.write_feather(pa.table({"n": np.arange(1_000)}), str(path), compression="uncompressed")
    dataset = open_source(path)
    path.write_bytes(b"")
    assert dataset.column("n").values.sum() == 499_500


@pytest.mark.parametrize("name", ["a.feather", "stream.arrow"])
@pytest.mark.parametrize("keep", [5, 300, -20])
def test_a_truncated_arrow_file_is_refused(tmp_path, name, keep):
    WRITERS[name](tmp_path / name)
    (tmp_path / name).write_bytes((tmp_path / name).read_bytes()[:keep])
    with pytest.raises(BadFormat, match=name.replace(".", r"\.")):
        open_source(tmp_path / name)


def test_text_under_the_name_of_arrow_is_refused(tmp_path):
    (tmp_path / "a.arrow").write_text("a,b\n1,2\n")
    with pytest.raises(BadFormat, match="not those of an Arrow file"):
        open_source(tmp_path / "a.arrow")


def test_arrow_under_the_name_of_another_format_is_refused_with_its_own(tmp_path):
    stream(tmp_path / "a.csv", TABLE)
    with pytest.raises(BadFormat, match=r"is an Arrow file; rename it to end in \.arrow"):
        open_source(tmp_path / "a.csv")


def test_numbers_of_classes_are_shown_by_the_names_that_a_file_carries(tmp_path):
    notes = {"info": {"features": {"label": {"names": ["cat", "dog"], "_type": "ClassLabel"}}}}
    table = pa.table({"label": [1, 0, -1, None, 7]}).replace_schema_metadata(
        {"huggingface": json.dumps(notes)}
    )
    pq.write_table(table, tmp_path / "a.parquet")
    assert rows(open_source(tmp_path / "a.parquet"), "label") == ["dog", "cat", None, None, "7"]


# --- JSON ------------------------------------------------------------------------


def jsonl(folder: Path, *lines: str) -> Dataset:
    (folder / "a.jsonl").write_text("\n".join(lines), encoding="utf-8")
    return open_source(folder / "a.jsonl")


def test_a_name_that_comes_late_was_missing_before(tmp_path):
    dataset = jsonl(tmp_path, '{"a": 1}', '{"b": "x"}', "", '{"a": 2, "b": "y"}')
    assert rows(dataset, "a") == [1, None, 2]
    assert rows(dataset, "b") == [None, "x", "y"]


def test_blocks_of_lines_join_into_one_table(tmp_path, monkeypatch):
    monkeypatch.setattr("symphony_core.sources.json_file.BLOCK_BYTES", 50)
    dataset = jsonl(tmp_path, *(json.dumps({"n": i, "t": f"text {i}"}) for i in range(100)), '{"late": 1}')
    assert rows(dataset, "n") == [*range(100), None]
    assert rows(dataset, "late") == [None] * 100 + [1]


def test_a_column_that_changes_its_type_in_a_later_block_keeps_all_values(tmp_path, monkeypatch):
    monkeypatch.setattr("symphony_core.sources.json_file.BLOCK_BYTES", 50)
    dataset = jsonl(tmp_path, *(f'{{"n": {i}}}' for i in range(50)), '{"n": "x"}')
    assert rows(dataset, "n") == [str(i) for i in range(50)] + ["x"]
    assert "column 'n' holds int and str values; read as text" in dataset.warnings[0].text


def test_text_stays_text_though_it_looks_like_a_number(tmp_path):
    assert rows(jsonl(tmp_path, '{"zip": "01067"}'), "zip") == ["01067"]


def test_a_time_keeps_its_zone(tmp_path):
    dataset = jsonl(tmp_path, '{"t": "2024-01-01T10:00:00+02:00"}', '{"t": "2024-01-01T08:00:00Z"}')
    values = dataset.column("t").values
    assert values[0] == values[1] == np.datetime64("2024-01-01T08:00:00")


def test_nested_times_and_numbers_are_exact(tmp_path):
    dataset = jsonl(tmp_path, '{"a": {"t": "2024-01-01T10:00:00+02:00", "n": [9007199254740993, 1]}}')
    assert rows(dataset, "a") == [{"t": "2024-01-01T10:00:00+02:00", "n": [2**53 + 1, 1]}]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"a": 1}\n{"a": ', "line 2 is no JSON"),
        ('{"a": 1}\n[1]\n', "line 2 holds a list; wanted a record"),
        ('[{"a": 1}, 7]', "item 2 holds a number; wanted a record"),
        ('[{"a": 1}', "line 1 is no JSON"),
        ("hello", "line 1 is no JSON"),
        ("[" * 100_000, "cannot be read as JSON|is no JSON"),
    ],
)
def test_what_is_no_json_is_refused_with_its_line(tmp_path, text, words):
    (tmp_path / "a.json").write_text(text)
    with pytest.raises(BadFormat, match=words):
        open_source(tmp_path / "a.json")


JSON_VALUES = st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.text(max_size=5)


@given(
    st.lists(st.fixed_dictionaries({"row": st.just(0)}, optional={"a": JSON_VALUES}), min_size=1, max_size=8)
)
def test_json_lines_hold_what_python_reads(tmp_path_factory, records):
    path = tmp_path_factory.mktemp("json") / "a.jsonl"
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    dataset = open_source(path)
    given_values = [record.get("a") for record in records]
    if "a" not in dataset.names:
        assert given_values == [None] * len(records)
    elif dataset.column("a").kind.is_text:
        assert rows(dataset, "a") == [None if v is None else str(v) for v in given_values]
    else:
        assert rows(dataset, "a") == given_values


# --- what is held as codes ---------------------------------------------------------


@pytest.mark.parametrize("name", ["a.parquet", "a.feather", "a.csv", "a.jsonl"])
def test_text_is_held_as_codes_and_given_out_as_text(tmp_path, name):
    WRITERS[name](tmp_path / name)
    dataset = open_source(tmp_path / name)
    assert dataset.column("t").kind is Kind.CATEGORY
    assert str(dataset.take(np.array([0, 1]))["t"].dtype) == "str"
    assert str(dataset.frame["t"].dtype) == "str"
    assert dataset.frame["t"].tolist()[0] == "u"


def test_ten_words_take_a_byte_a_row_in_memory():
    words = pa.array([f"a rather long word number {i % 10}" for i in range(100_000)])
    dataset = open_source(pa.table({"t": words}))
    assert dataset._frame["t"].memory_usage(index=False, deep=True) < 110_000
    assert np.shares_memory(dataset.column("t").values, dataset._frame["t"].array.codes)


def test_a_category_of_the_source_stays_one():
    frame = pd.DataFrame({"t": pd.Categorical(["b", "a"], categories=["b", "a"])})
    dataset = open_source(frame)
    assert dataset.column("t").levels == ("b", "a")
    assert isinstance(dataset.take(np.array([0]))["t"].dtype, pd.CategoricalDtype)
