"""From files and tables in memory to a dataset that lost nothing."""

from __future__ import annotations

import gc
import os
import weakref
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from symphony_core.column import Kind
from symphony_core.dataset import Dataset
from symphony_core.media import Media
from symphony_core.roles import Role
from symphony_core.sources import SourceOptions, can_open, open_source


def csv(folder: Path, text: str) -> Dataset:
    path = folder / "data.csv"
    path.write_text(text, encoding="utf-8", newline="")
    return open_source(path)


def column(dataset: Dataset, name: str) -> list[object]:
    return dataset.values(name, np.arange(len(dataset)))


# --- parquet -----------------------------------------------------------------


def embedding_file(path: Path, vectors: np.ndarray, row_group_size: int = 10_000) -> Path:
    lists = pa.FixedSizeListArray.from_arrays(pa.array(vectors.ravel()), vectors.shape[1])
    table = pa.table({"n": np.arange(len(vectors)), "embedding": lists})
    pq.write_table(table, path, row_group_size=row_group_size)
    return path


def test_an_embedding_is_read_in_order_across_batches_and_row_groups(tmp_path):
    vectors = np.random.default_rng(0).normal(size=(40_000, 3)).astype(np.float32)
    dataset = open_source(embedding_file(tmp_path / "a.parquet", vectors))
    assert np.array_equal(dataset.vectors("embedding").values, vectors)
    assert dataset.column("n").values.tolist() == list(range(40_000))
    assert dataset.names == ("row_id", "n")


@pytest.mark.parametrize("number", [pa.float16(), pa.float64(), pa.int8()])
@pytest.mark.parametrize("make", [pa.list_, pa.large_list, lambda inner: pa.list_(inner, 2)])
def test_embeddings_of_any_list_and_number_become_float32(tmp_path, number, make):
    values = pa.array(
        [[np.float16(1), np.float16(2)], [np.float16(3), np.float16(4)]]
        if number == pa.float16()
        else [[1, 2], [3, 4]],
        make(number),
    )
    pq.write_table(pa.table({"embedding": values}), tmp_path / "a.parquet")
    read = open_source(tmp_path / "a.parquet").vectors("embedding").values
    assert read.dtype == np.float32
    assert read.tolist() == [[1, 2], [3, 4]]


def test_short_lists_under_another_name_stay_a_column():
    dataset = open_source(pa.table({"box": [[1.0, 2.0, 3.0, 4.0]], "tokens": [[1.0] * 9]}))
    assert dataset.embedding_names == ("tokens",)
    assert dataset.column("box").kind is Kind.OTHER


def test_lists_of_many_lengths_are_sequences_and_no_embedding():
    dataset = open_source(pa.table({"losses": [[1.0] * length for length in range(8, 18)]}))
    assert dataset.embedding_names == ()


def test_a_named_column_is_the_embedding_whatever_its_length():
    dataset = open_source(pa.table({"box": [[1.0, 2.0]], "v": [[1.0] * 8]}), SourceOptions(embedding="box"))
    assert dataset.roles.column(Role.EMBEDDING) == "box"
    assert dataset.embedding_names == ("box", "v")


def test_a_slice_of_an_arrow_table_gives_its_own_vectors():
    table = pa.table({"embedding": [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]})
    assert open_source(table.slice(1)).vectors("embedding").values.tolist() == [[3, 4], [5, 6]]
    fixed = table.set_column(0, "embedding", table["embedding"].cast(pa.list_(pa.float64(), 2)))
    assert open_source(fixed.slice(1, 1)).vectors("embedding").values.tolist() == [[3, 4]]


def test_progress_runs_from_0_to_1(tmp_path):
    path = embedding_file(tmp_path / "a.parquet", np.zeros((40_000, 2), dtype=np.float32))
    heard: list[float] = []
    open_source(path, progress=lambda fraction, text: heard.append(fraction))
    assert heard == sorted(heard)
    assert heard[-1] == 1.0


def test_the_attribution_of_a_file_is_found(tmp_path):
    table = pa.table({"a": [1]}).replace_schema_metadata({"attribution": "Somebody, CC BY 4.0"})
    pq.write_table(table, tmp_path / "a.parquet")
    assert open_source(tmp_path / "a.parquet").attribution == "Somebody, CC BY 4.0"


def test_an_index_in_a_parquet_file_names_the_rows(tmp_path):
    pd.DataFrame({"n": [1, 2]}, index=["a", "b"]).to_parquet(tmp_path / "a.parquet")
    assert open_source(tmp_path / "a.parquet").row_ids.tolist() == ["a", "b"]


# --- csv ---------------------------------------------------------------------


def test_types_of_a_csv_hold_for_the_whole_column(tmp_path):
    dataset = csv(tmp_path, "i,f,b,d,t\n1,1.5,true,2024-01-01,x\n,2,False,,\n3,nan,,2024-01-02 10:00:00,y\n")
    assert [dataset.column(name).kind.value for name in "ifbdt"] == [
        "number",
        "number",
        "bool",
        "time",
        "category",
    ]
    assert column(dataset, "i") == [1, None, 3]
    assert column(dataset, "f") == [1.5, 2.0, None]
    assert column(dataset, "b") == [True, False, None]
    assert column(dataset, "t") == ["x", None, "y"]


def test_a_late_text_makes_the_whole_column_text(tmp_path):
    lines = "\n".join(["1"] * 200_000 + ["x"])
    dataset = csv(tmp_path, f"a\n{lines}\n")
    assert dataset.column("a").levels == ("1", "x")


def test_leading_zeros_and_long_numbers_stay_text(tmp_path):
    dataset = csv(tmp_path, "zip,serial\n007,123456789012345678901234567890\n70,1\n")
    assert column(dataset, "zip") == ["007", "70"]
    assert column(dataset, "serial") == ["123456789012345678901234567890", "1"]


def test_na_is_missing_among_numbers_and_a_word_among_words(tmp_path):
    dataset = csv(tmp_path, "n,country\n1,NA\nNA,DE\n")
    assert column(dataset, "n") == [1, None]
    assert column(dataset, "country") == ["NA", "DE"]


def test_whole_numbers_are_exact_to_64_bits(tmp_path):
    dataset = csv(tmp_path, f"a,b\n{2**53 + 1},{2**64 - 1}\n")
    assert column(dataset, "a") == [2**53 + 1]
    assert column(dataset, "b") == [2**64 - 1]


def test_times_with_offsets_are_brought_to_utc(tmp_path):
    dataset = csv(tmp_path, "t\n2024-01-01T10:00:00+02:00\n2024-01-01 08:00:00Z\n")
    values = dataset.column("t").values
    assert values[0] == values[1] == np.datetime64("2024-01-01T08:00:00")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_usual_delimiters_are_told_from_the_header(tmp_path, delimiter):
    dataset = csv(tmp_path, f"a{delimiter}b\n1{delimiter}x\n")
    assert dataset.names == ("row_id", "a", "b")


def test_quoted_fields_hold_delimiters_quotes_and_line_ends(tmp_path):
    dataset = csv(tmp_path, 'a,b\n"x,y","line\nend ""q"""\n')
    assert column(dataset, "a") == ["x,y"]
    assert column(dataset, "b") == ['line\nend "q"']


def test_a_byte_order_mark_and_windows_line_ends_do_not_matter(tmp_path):
    dataset = csv(tmp_path, "\ufeffa,ü\r\n1,x\r\n")
    assert dataset.names == ("row_id", "a", "ü")
    assert column(dataset, "ü") == ["x"]


def test_a_column_without_a_name_gets_one(tmp_path):
    dataset = csv(tmp_path, ",a\n1,2\n")
    assert dataset.names == ("row_id", "column_1", "a")
    assert "column_1" in dataset.warnings[0].text


# --- in memory ---------------------------------------------------------------


def test_arrow_parquet_csv_and_frame_hold_the_same_values(tmp_path):
    frame = pd.DataFrame({"id": ["a", "b"], "n": [1, 2], "x": [0.5, 1.5], "t": ["u", None]})
    frame.to_parquet(tmp_path / "a.parquet")
    frame.to_csv(tmp_path / "a.csv", index=False)
    sources = [frame, pa.Table.from_pandas(frame), tmp_path / "a.parquet", str(tmp_path / "a.csv")]
    taken = [open_source(source).take(np.array([0, 1])) for source in sources]
    for other in taken[1:]:
        pd.testing.assert_frame_equal(taken[0], other)


def test_a_named_index_becomes_a_column():
    frame = pd.DataFrame({"n": [1, 2]}, index=pd.Index(["a", "b"], name="uid"))
    dataset = open_source(frame)
    assert dataset.id_column == "uid"
    assert dataset.names == ("uid", "n")


def test_an_unnamed_index_of_unique_values_names_the_rows():
    frame = pd.DataFrame({"n": [1, 2, 3]})
    dataset = open_source(frame[frame["n"] != 2])
    assert dataset.row_ids.tolist() == [0, 2]
    assert column(dataset, "n") == [1, 3]


def test_an_unnamed_index_beside_an_id_column_is_left_out():
    dataset = open_source(pd.DataFrame({"id": ["a", "b"]}, index=[5, 7]))
    assert dataset.names == ("id",)


def test_several_index_levels_become_columns():
    index = pd.MultiIndex.from_tuples([("a", 1), ("b", 2)], names=["first", None])
    assert open_source(pd.DataFrame({"n": [1, 2]}, index=index)).names == ("row_id", "first", "level_1", "n")


def test_column_names_that_are_no_text_are_told():
    dataset = open_source(pd.DataFrame({0: [1], ("a", "b"): [2]}))
    assert dataset.names == ("row_id", "0", "a.b")
    assert len(dataset.warnings) == 2


def test_an_embedding_of_arrays_in_a_frame_is_read():
    dataset = open_source(pd.DataFrame({"v": [np.arange(8.0), np.ones(8)]}))
    assert dataset.vectors("v").values.shape == (2, 8)
    assert dataset.names == ("row_id",)


# --- sharing -----------------------------------------------------------------


def test_one_file_is_one_dataset_while_somebody_uses_it(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("a\n1\n", encoding="utf-8")
    first = open_source(path)
    link = tmp_path / "link.csv"
    link.symlink_to(path)
    assert open_source(str(path)) is first
    assert open_source(link) is first
    assert open_source(path, SourceOptions(label="a")) is not first


def test_a_dataset_that_nobody_uses_is_freed(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("a\n1\n", encoding="utf-8")
    watch = weakref.ref(open_source(path))
    gc.collect()
    assert watch() is None


def test_a_changed_file_is_read_again(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("a\n1\n", encoding="utf-8")
    first = open_source(path)
    path.write_text("a\n2\n", encoding="utf-8")
    os.utime(path, ns=(1, 1))
    second = open_source(path)
    assert column(first, "a") == [1]
    assert column(second, "a") == [2]
    assert first.fingerprint != second.fingerprint


def test_many_who_open_at_once_get_one_dataset(tmp_path):
    path = embedding_file(tmp_path / "a.parquet", np.zeros((20_000, 8), dtype=np.float32))
    with ThreadPoolExecutor(4) as pool:
        opened = [future.result(30) for future in [pool.submit(open_source, path) for _ in range(4)]]
    assert len({id(dataset) for dataset in opened}) == 1


# --- demo --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "row_count", "licence"), [("emoji", 2_231, "Apache License 2.0"), ("adult", 32_561, "CC BY 4.0")]
)
def test_the_demo_opens_with_its_attribution_and_nothing_odd(name, row_count, licence):
    dataset = open_source(f"demo:{name}")
    assert len(dataset) == row_count
    assert licence in str(dataset.attribution)
    assert dataset.warnings == ()
    assert {Role.LABEL, Role.PREDICTION, Role.CONFIDENCE, Role.EMBEDDING} <= set(dataset.roles)


def test_every_image_of_the_demo_can_be_shown():
    dataset = open_source("demo:emoji")
    media = Media(dataset)
    name = dataset.roles[Role.IMAGE].column
    assert {media.thumbnail(i, name).mime for i in range(0, len(dataset), 50)} == {"image/png"}


def test_the_demo_is_small_and_brings_its_licences(repository):
    folder = repository / "symphony_core" / "demo"
    assert sum(file.stat().st_size for file in folder.iterdir()) < 15 * 2**20
    assert {"ATTRIBUTION.md", "LICENSE-Apache-2.0.txt", "LICENSE-MIT.txt"} <= {
        file.name for file in folder.iterdir()
    }


@pytest.mark.parametrize(
    ("source", "answer"),
    [
        ("demo:emoji", True),
        ("a/none.parquet", True),
        ("b.CSV", True),
        ("s3://bucket/x", False),
        ("hf:mnist", False),
    ],
)
def test_what_this_module_opens_itself_is_told_from_what_plugins_may(source, answer):
    assert can_open(source) is answer
