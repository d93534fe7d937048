"""Bad input gives a clear error that names file, column or row, or loads with a visible warning."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from symphony_core.dataset import Dataset
from symphony_core.errors import BadFormat, BadRole, BadRows, BadSource, SourceNotFound
from symphony_core.sources import SourceOptions, open_source
from symphony_core.table import Table


def messages(dataset: Dataset) -> str:
    return "\n".join(notice.text for notice in dataset.warnings)


def parquet_file(path: Path) -> Path:
    pq.write_table(pa.table({"n": np.arange(5_000), "t": [f"text {i}" for i in range(5_000)]}), path)
    return path


# --- files -------------------------------------------------------------------


@pytest.mark.parametrize("name", ["none.parquet", "none.csv", "none/deeper.csv", "none"])
def test_a_missing_file_is_named_with_the_place_that_was_looked_in(tmp_path, name):
    with pytest.raises(SourceNotFound, match=name):
        open_source(tmp_path / name)


def test_an_unknown_demo_names_the_nearest():
    with pytest.raises(SourceNotFound, match="'emoji'"):
        open_source("demo:emojis")


def test_a_folder_is_refused_with_what_to_name(tmp_path):
    with pytest.raises(BadSource, match="is a folder with no files; name one"):
        open_source(tmp_path)


def test_a_pipe_is_refused_and_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe.csv")
    with pytest.raises(BadSource, match="no ordinary file"):
        open_source(tmp_path / "pipe.csv")


@pytest.mark.parametrize("name", ["a.parquet", "a.csv"])
def test_an_empty_file_is_refused(tmp_path, name):
    (tmp_path / name).touch()
    with pytest.raises(BadFormat, match=rf"{name}' is empty"):
        open_source(tmp_path / name)


@pytest.mark.parametrize("keep", [4, 7, 1_000, -8, -1])
def test_a_truncated_parquet_file_is_refused(tmp_path, keep):
    whole = parquet_file(tmp_path / "whole.parquet").read_bytes()
    (tmp_path / "cut.parquet").write_bytes(whole[:keep])
    with pytest.raises(BadFormat, match=r"cut\.parquet.*cut short"):
        open_source(tmp_path / "cut.parquet")


def test_a_damaged_parquet_file_is_refused(tmp_path):
    damaged = bytearray(parquet_file(tmp_path / "whole.parquet").read_bytes())
    damaged[10:2_000] = os.urandom(1_990)
    (tmp_path / "damaged.parquet").write_bytes(damaged)
    with pytest.raises(BadFormat, match=r"damaged\.parquet cannot be read as Parquet"):
        open_source(tmp_path / "damaged.parquet")


def test_text_under_the_name_of_parquet_is_refused(tmp_path):
    (tmp_path / "a.parquet").write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(BadFormat, match="not those of a Parquet file"):
        open_source(tmp_path / "a.parquet")


def test_parquet_under_the_name_of_csv_is_refused(tmp_path):
    parquet_file(tmp_path / "a.csv")
    with pytest.raises(BadFormat, match=r"rename it to end in \.parquet"):
        open_source(tmp_path / "a.csv")


def test_parquet_under_an_unknown_name_is_opened(tmp_path):
    assert len(open_source(parquet_file(tmp_path / "a.data"))) == 5_000


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "binary data"),
        (b"a,b\n1,2,3\n", "the header names 2 columns, and 1 of 1 lines hold more"),
        (b"\n\n\n", "cannot be read as CSV"),
    ],
)
def test_a_csv_file_that_is_none_is_refused_in_words(tmp_path, data, words):
    (tmp_path / "a.csv").write_bytes(data)
    with pytest.raises(BadFormat, match=words):
        open_source(tmp_path / "a.csv")


def test_an_ending_that_is_not_known_names_those_that_are(tmp_path):
    (tmp_path / "a.xlsx").write_bytes(b"PK")
    with pytest.raises(BadFormat, match=r"ends in \.xlsx.*\.parquet, .*\.csv, .*\.jsonl"):
        open_source(tmp_path / "a.xlsx")


@pytest.mark.parametrize("source", [None, 7, ["a.csv"], {"a": [1]}])
def test_what_is_no_table_is_refused(source):
    with pytest.raises(BadSource, match=type(source).__name__):
        open_source(source)


def test_a_path_with_a_null_character_is_refused():
    with pytest.raises(BadSource):
        open_source("a\0b.csv")


def test_a_failed_open_can_be_tried_again(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("a\n1,2\n", encoding="utf-8")
    with pytest.raises(BadFormat):
        open_source(path)
    path.write_text("a\n1\n", encoding="utf-8")
    assert len(open_source(path)) == 1


# --- columns -----------------------------------------------------------------


def test_the_second_of_two_columns_of_one_name_is_renamed_and_told_from_every_source(tmp_path):
    table = pa.table([[1], [2], [3]], names=["a", "b", "a"])
    pq.write_table(table, tmp_path / "a.parquet")
    (tmp_path / "a.csv").write_text("a,b,a\n1,2,3\n", encoding="utf-8")
    frame = pd.DataFrame([[1, 2, 3]], columns=["a", "b", "a"])
    for source in (table, tmp_path / "a.parquet", tmp_path / "a.csv", frame):
        dataset = open_source(source, SourceOptions(id=""))
        assert dataset.names == ("row_id", "a", "b", "a_2")
        assert dataset.take(np.array([0])).iloc[0].tolist() == [0, 1, 2, 3]
        assert "the next 'a' is called 'a_2'" in messages(dataset)


def test_names_that_become_equal_as_text_are_told_apart():
    dataset = open_source(pd.DataFrame({1: [1], "1": [2]}))
    assert dataset.names == ("row_id", "1", "1_2")


@pytest.mark.parametrize(
    "argument", ["id", "label", "prediction", "score", "embedding", "image", "audio", "text", "split"]
)
def test_a_role_for_a_column_that_is_not_there_names_the_nearest(argument):
    with pytest.raises(BadRole, match=rf"open\({argument}='lable'\).*'label'"):
        open_source(pd.DataFrame({"label": ["a"]}), SourceOptions(**{argument: "lable"}))


def test_a_role_for_a_column_that_is_not_there_is_told_before_the_file_is_read(tmp_path):
    heard: list[float] = []
    path = parquet_file(tmp_path / "a.parquet")
    with pytest.raises(BadRole, match=r"a\.parquet"):
        open_source(path, SourceOptions(label="x"), progress=lambda fraction, text: heard.append(fraction))
    assert heard == []


@pytest.mark.parametrize(
    ("argument", "column", "words"),
    [
        ("embedding", "label", "no lists of numbers"),
        ("image", "n", "holds numbers"),
        ("text", "n", "holds numbers"),
        ("score", "label", "holds text"),
        ("label", "when", "holds dates"),
        ("label", "embedding", "holds embeddings"),
        ("id", "n", "text or whole numbers"),
        ("id", "embedding", "it is an embedding"),
    ],
)
def test_a_role_for_a_column_that_cannot_play_it_says_why(argument, column, words):
    frame = pd.DataFrame(
        {"label": ["a"], "n": [0.5], "when": pd.to_datetime(["2024-01-01"]), "embedding": [[1.0, 2.0]]}
    )
    with pytest.raises(BadRole, match=words):
        open_source(frame, SourceOptions(**{argument: column}))


def test_a_role_that_is_not_named_by_text_is_refused():
    with pytest.raises(BadRole, match="wanted the name of a column"):
        SourceOptions(label=3)


# --- ids ---------------------------------------------------------------------


def test_repeated_ids_are_refused_and_the_first_named():
    frame = pd.DataFrame({"key": ["a", "b", "a", "c", "c", "d", "d", "e", "e"]})
    with pytest.raises(
        BadRows, match=r"4 values occur more than once \(first: 'a', 'c', 'd', \.\.\.\).*id=''"
    ):
        open_source(frame, SourceOptions(id="key"))


@pytest.mark.parametrize("ids", [["a", None, "c"], pd.array([1, None, 3], "Int64")])
def test_null_ids_are_refused_and_the_first_named(ids):
    with pytest.raises(BadRows, match=r"1 row has no value \(first: row 1"):
        open_source(pd.DataFrame({"key": ids}), SourceOptions(id="key"))


@pytest.mark.parametrize("ids", [["a", "a"], ["a", None], [0.5, 1.5]])
def test_an_id_column_that_nobody_asked_for_and_does_not_fit_is_told_and_rows_are_numbered(ids):
    dataset = open_source(pd.DataFrame({"id": ids}))
    assert dataset.id_column == "row_id"
    assert dataset.row_ids.tolist() == [0, 1]
    assert "column 'id' cannot number the rows" in messages(dataset)


def test_an_empty_id_numbers_the_rows_without_a_word():
    dataset = open_source(pd.DataFrame({"id": ["a", "a"]}), SourceOptions(id=""))
    assert (dataset.id_column, dataset.warnings) == ("row_id", ())


def test_the_made_id_does_not_take_the_name_of_a_column():
    dataset = open_source(pd.DataFrame({"row_id": ["a", "a"]}))
    assert dataset.id_column == "row_id_1"
    assert dataset.names == ("row_id_1", "row_id")


# --- few rows ----------------------------------------------------------------


def test_a_table_without_rows_opens_and_says_so(tmp_path):
    lists = pa.array([], pa.list_(pa.float32(), 8))
    pq.write_table(pa.table({"t": pa.array([], pa.string()), "embedding": lists}), tmp_path / "a.parquet")
    (tmp_path / "a.csv").write_text("a,b\n", encoding="utf-8")
    for source in (tmp_path / "a.parquet", tmp_path / "a.csv", pd.DataFrame({"a": []}), pd.DataFrame()):
        dataset = open_source(source)
        assert len(dataset) == 0
        assert "no rows" in messages(dataset)
        assert Table(dataset).count(None) == 0
        assert all(len(dataset.column(name)) == 0 for name in dataset.names)
    assert open_source(tmp_path / "a.parquet").vectors("embedding").values.shape == (0, 8)


def test_a_table_of_one_row_opens():
    dataset = open_source(pd.DataFrame({"id": ["a"], "label": ["x"], "embedding": [[1.0, 2.0]]}))
    assert (len(dataset), dataset.warnings) == (1, ())


def test_columns_without_any_value_open():
    frame = pd.DataFrame({"a": [None, None], "b": [np.nan, np.nan], "c": pd.array([None, None], "Int64")})
    dataset = open_source(frame)
    assert all(dataset.column(name).is_missing().all() for name in "abc")


# --- embeddings --------------------------------------------------------------

GOOD = [1.0, 2.0, 3.0]
BAD = [
    None,
    [],
    [1.0],
    [1.0] * 4,
    [np.nan, 1.0, 2.0],
    [np.inf, 1.0, 2.0],
    [1e300, 1.0, 2.0],
    [None, 1.0, 2.0],
]


def all_sources(folder: Path) -> list[object]:
    ids = [f"r{i}" for i in range(len(BAD) + 3)]
    table = pa.table({"id": ids, "embedding": pa.array([GOOD, *BAD, GOOD, GOOD], pa.list_(pa.float64()))})
    pq.write_table(table, folder / "a.parquet", row_group_size=4)
    return [table, table.to_pandas(), folder / "a.parquet"]


@pytest.mark.parametrize("which", [0, 1, 2])
def test_vectors_that_cannot_be_used_are_set_aside_and_counted(tmp_path, which):
    dataset = open_source(all_sources(tmp_path)[which])
    vectors = dataset.vectors("embedding")
    assert vectors.usable.tolist() == [True] + [False] * len(BAD) + [True, True]
    assert vectors.values[0].tolist() == vectors.values[-1].tolist() == GOOD
    assert not vectors.values[1:-2].any()
    notice = dataset.warnings[0]
    assert notice.text == (
        "8 rows are set aside in embedding 'embedding' (3 numbers a row): "
        "2 without a vector, 2 of another length, 4 with NaN or infinity."
    )
    assert notice.count == 8
    assert notice.row_ids == ("r1", "r2", "r3", "r4", "r5", "r6", "r7", "r8")


def test_null_and_unusable_vectors_of_a_fixed_size_are_set_aside():
    values = pa.array([[1.0, 2.0], None, [np.nan, 1.0], [None, 3.0], [5.0, 6.0]], pa.list_(pa.float32(), 2))
    vectors = open_source(pa.table({"embedding": values})).vectors("embedding")
    assert vectors.usable.tolist() == [True, False, False, False, True]
    assert vectors.values.tolist() == [[1, 2], [0, 0], [0, 0], [0, 0], [5, 6]]


def test_large_finite_vectors_whose_sum_overflows_are_kept():
    vectors = open_source(pd.DataFrame({"embedding": [[3e38, 3e38], [-3e38, 3e38]]})).vectors("embedding")
    assert vectors.usable.tolist() == [True, True]


def test_an_embedding_that_starts_with_many_nulls_is_found(tmp_path):
    lists = pa.array([None] * 20_000 + [[1.0, 2.0]], pa.list_(pa.float32()))
    pq.write_table(pa.table({"embedding": lists}), tmp_path / "a.parquet")
    vectors = open_source(tmp_path / "a.parquet").vectors("embedding")
    assert vectors.values.shape == (20_001, 2)
    assert vectors.usable.sum() == 1


def test_a_named_embedding_without_any_vector_is_refused():
    table = pa.table({"v": pa.array([None, []], pa.list_(pa.float32()))})
    with pytest.raises(BadRole, match="every row is empty"):
        open_source(table, SourceOptions(embedding="v"))


def test_an_embedding_without_any_vector_that_nobody_named_stays_a_column():
    dataset = open_source(pa.table({"embedding": pa.array([None, []], pa.list_(pa.float32()))}))
    assert dataset.embedding_names == ()
    assert dataset.column("embedding").is_missing().tolist() == [True, False]


def test_set_aside_rows_are_listed_up_to_a_bound_and_counted_in_full():
    vectors = [[1.0, 2.0]] + [None] * 1_500
    notice = open_source(pd.DataFrame({"embedding": vectors})).warnings[0]
    assert (notice.count, len(notice.row_ids)) == (1_500, 1_000)


def test_a_csv_whose_quote_is_never_closed_is_refused_and_not_swallowed(tmp_path):
    path = tmp_path / "quote.csv"
    path.write_text('id,b\n1,"abc\n2,3\n', encoding="utf-8")
    with pytest.raises(BadFormat, match=r"quote\.csv: in row 1 a quote opens"):
        open_source(path)


def test_a_csv_with_a_bare_quote_in_a_value_keeps_all_rows(tmp_path):
    path = tmp_path / "inches.csv"
    path.write_text('id,size\n1,5"\n2,6 in\n', encoding="utf-8")
    assert open_source(path).row_count == 2
