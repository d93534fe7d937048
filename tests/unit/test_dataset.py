"""The opened table: ids, columns, embeddings, and nothing that can be written."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import pytest

from symphony_core.column import Kind
from symphony_core.dataset import Dataset
from symphony_core.errors import UnknownColumn, UnknownRow
from symphony_core.sources import open_source


@pytest.fixture
def dataset() -> Dataset:
    return open_source(
        pd.DataFrame(
            {
                "label": ["cat", "dog", None],
                "id": ["a", "b", "c"],
                "n": [1, 2, 3],
                "embedding": [[1.0, 2.0]] * 3,
            }
        )
    )


def test_columns_keep_their_order_and_embeddings_are_beside_them(dataset):
    assert dataset.names == ("label", "id", "n")
    assert dataset.embedding_names == ("embedding",)
    assert len(dataset) == dataset.row_count == 3


def test_rows_without_an_id_column_are_numbered_in_a_first_column():
    dataset = open_source(pd.DataFrame({"a": ["x", "y"]}))
    assert dataset.names == ("row_id", "a")
    assert dataset.row_ids.tolist() == [0, 1]


def test_a_column_is_made_once_even_by_many_threads(dataset):
    gate = threading.Barrier(4)

    def ask() -> int:
        gate.wait(10)
        return id(dataset.column("label"))

    with ThreadPoolExecutor(4) as pool:
        found = {future.result(10) for future in [pool.submit(ask) for _ in range(4)]}
    assert len(found) == 1


def test_an_unknown_column_names_the_nearest(dataset):
    with pytest.raises(UnknownColumn, match="'label'") as caught:
        dataset.column("lable")
    assert caught.value.nearest == ["label"]


def test_asking_for_an_embedding_as_a_column_says_what_it_is(dataset):
    with pytest.raises(UnknownColumn, match="is an embedding"):
        dataset.column("embedding")


def test_an_unknown_embedding_names_the_nearest(dataset):
    with pytest.raises(UnknownColumn, match="'embedding'"):
        dataset.vectors("embeding")


def test_vectors_are_float32_and_read_only(dataset):
    vectors = dataset.vectors("embedding")
    assert vectors.values.dtype == np.float32
    assert vectors.values.shape == (3, 2)
    assert not vectors.values.flags.writeable
    assert vectors.usable.tolist() == [True, True, True]


def test_positions_follow_the_order_of_the_ids_asked(dataset):
    assert dataset.positions_of(["c", "a"]).tolist() == [2, 0]
    assert dataset.positions_of([]).tolist() == []


def test_ids_follow_the_order_of_positions(dataset):
    assert dataset.ids_at(np.array([2, 0])).tolist() == ["c", "a"]


def test_an_unknown_id_is_named_with_examples_of_real_ones(dataset):
    with pytest.raises(UnknownRow, match=r"no row 'z'.*'a', 'b', 'c'"):
        dataset.positions_of(["a", "z"])


@pytest.mark.parametrize("wrong", [1, True, None, 1.0])
def test_text_ids_are_not_found_by_other_types(dataset, wrong):
    with pytest.raises(UnknownRow, match="are text"):
        dataset.positions_of([wrong])


@pytest.mark.parametrize("wrong", ["1", True, None, 1.0])
def test_number_ids_are_not_found_by_other_types(wrong):
    dataset = open_source(pd.DataFrame({"id": [1, 2]}))
    with pytest.raises(UnknownRow, match="are whole numbers"):
        dataset.positions_of([wrong])


def test_numpy_integers_are_ids_too():
    dataset = open_source(pd.DataFrame({"id": [10, 20]}))
    assert dataset.positions_of(list(np.array([20], dtype=np.int16))).tolist() == [1]


def test_ids_of_any_64_bit_number_are_exact():
    dataset = open_source(pd.DataFrame({"id": [2**53, 2**53 + 1]}))
    assert dataset.positions_of([2**53 + 1]).tolist() == [1]


def test_taken_rows_come_with_their_id(dataset):
    taken = dataset.take(np.array([2, 0]), ["n"])
    assert taken.to_dict("list") == {"id": ["c", "a"], "n": [3, 1]}
    assert list(dataset.take(np.array([0])).columns) == ["label", "id", "n"]


def test_changing_the_frame_that_was_given_changes_nothing():
    frame = pd.DataFrame({"n": [1, 2]})
    dataset = open_source(frame)
    frame.loc[0, "n"] = 99
    frame["new"] = 0
    assert dataset.column("n").values.tolist() == [1, 2]
    assert dataset.names == ("row_id", "n")


def test_changing_the_frame_that_is_handed_out_changes_nothing(dataset):
    frame = dataset.frame
    frame.loc[0, "n"] = 99
    frame["new"] = 0
    assert dataset.frame["n"].tolist() == [1, 2, 3]
    assert "new" not in dataset.frame


def test_arrays_cannot_be_written(dataset):
    with pytest.raises(ValueError, match="read-only"):
        dataset.column("n").values[0] = 9
    with pytest.raises(ValueError, match="read-only"):
        dataset.row_ids[0] = "z"


def test_values_of_a_few_cells_come_as_python_objects(dataset):
    assert dataset.values("label", np.array([0, 2])) == ["cat", None]


def test_kinds_are_told_from_content(dataset):
    assert [dataset.column(name).kind for name in dataset.names] == [
        Kind.CATEGORY,
        Kind.CATEGORY,
        Kind.NUMBER,
    ]


def test_the_fingerprint_follows_the_content():
    def fingerprint(**columns: object) -> str:
        return open_source(pd.DataFrame(columns)).fingerprint

    base = fingerprint(a=[1, 2], b=["x", None])
    assert base == fingerprint(a=[1, 2], b=["x", None])
    assert base != fingerprint(a=[1, 3], b=["x", None])
    assert base != fingerprint(a=[1, 2], b=["x", ""])
    assert base != fingerprint(a=[1.0, 2.0], b=["x", None])
    assert base != fingerprint(c=[1, 2], b=["x", None])
    assert fingerprint(v=[[1.0] * 8]) != fingerprint(v=[[1.0] * 7 + [2.0]])


def test_the_fingerprint_of_text_does_not_depend_on_its_chunks():
    import pyarrow as pa

    whole = pa.table({"t": pa.chunked_array([["a", "bc", None]])})
    cut = pa.table({"t": pa.chunked_array([["a"], ["bc", None]])})
    assert open_source(whole).fingerprint == open_source(cut).fingerprint


@pytest.mark.parametrize("beyond", [-1, 2**70])
def test_a_number_that_is_no_id_is_unknown_however_large(beyond):
    dataset = open_source(pd.DataFrame({"id": [1, 2]}))
    with pytest.raises(UnknownRow, match=str(beyond)):
        dataset.positions_of([1, beyond])


def test_many_unknown_ids_are_counted_and_the_first_are_named(dataset):
    with pytest.raises(UnknownRow, match=r"no 5 rows: 'p', 'q', 'r', \.\.\. in"):
        dataset.positions_of(["p", "q", "r", "s", "t"])
