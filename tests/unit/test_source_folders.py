"""Folders as one table: media by their names, saved datasets, parquet files."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.ipc as ipc
import pyarrow.parquet as pq
import pytest
from PIL import Image

from symphony_core.dataset import Dataset
from symphony_core.errors import BadFormat, BadSource
from symphony_core.media import Media
from symphony_core.roles import Role
from symphony_core.sources import SourceOptions, can_open, open_source


def rows(dataset: Dataset, name: str) -> list[object]:
    return dataset.values(name, np.arange(len(dataset)))


def files(folder: Path, *names: str) -> Path:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"no picture")
    return folder


def messages(dataset: Dataset) -> str:
    return "\n".join(notice.text for notice in dataset.warnings)


# --- images and sounds ---------------------------------------------------------------


def test_a_folder_of_images_is_a_row_a_file_with_its_folder_as_label(tmp_path):
    dataset = open_source(files(tmp_path, "cat/b.png", "cat/a.JPG", "dog/c.webp"))
    assert dataset.names == ("id", "image", "label", "bytes")
    assert dataset.row_ids.tolist() == ["cat/a.JPG", "cat/b.png", "dog/c.webp"]
    assert rows(dataset, "label") == ["cat", "cat", "dog"]
    assert rows(dataset, "bytes") == [10, 10, 10]
    assert dataset.roles.column(Role.IMAGE) == "image"
    assert dataset.roles.column(Role.LABEL) == "label"
    assert dataset.warnings == ()


def test_nothing_in_a_folder_is_opened_until_it_is_shown(tmp_path, monkeypatch):
    files(tmp_path, "cat/a.png", "dog/b.png")
    monkeypatch.setattr(Path, "open", lambda *_: pytest.fail("a file was opened"))
    monkeypatch.setattr(Image, "open", lambda *_: pytest.fail("a file was decoded"))
    assert len(open_source(tmp_path)) == 2


def test_an_image_of_a_folder_can_be_shown(tmp_path):
    (tmp_path / "red ones").mkdir()
    Image.new("RGB", (4, 4), "red").save(tmp_path / "red ones" / "a.png")
    dataset = open_source(tmp_path)
    assert Media(dataset).thumbnail(0, "image").mime == "image/png"


@pytest.mark.parametrize("first", ["train", "val", "validation", "test"])
def test_a_first_level_of_splits_is_the_split_and_the_rest_the_label(tmp_path, first):
    dataset = open_source(files(tmp_path, f"{first}/cat/persian/a.png", "train/dog/b.png", "train/c.png"))
    by_id = dict(
        zip(
            dataset.row_ids.tolist(),
            zip(rows(dataset, "split"), rows(dataset, "label"), strict=True),
            strict=True,
        )
    )
    assert by_id[f"{first}/cat/persian/a.png"] == (first, "cat/persian")
    assert by_id["train/dog/b.png"] == ("train", "dog")
    assert by_id["train/c.png"] == ("train", None)
    assert dataset.roles.column(Role.SPLIT) == "split"


def test_a_split_beside_other_folders_is_a_label_like_them(tmp_path):
    dataset = open_source(files(tmp_path, "test/a.png", "dog/b.png"))
    assert "split" not in dataset.names
    assert rows(dataset, "label") == ["dog", "test"]


def test_images_without_folders_have_no_label(tmp_path):
    assert open_source(files(tmp_path, "a.png")).names == ("id", "image", "bytes")


def test_a_folder_of_sounds_and_images_has_both_columns(tmp_path):
    dataset = open_source(files(tmp_path, "x/a.png", "x/a.wav"))
    assert rows(dataset, "image") == ["x/a.png", None]
    assert rows(dataset, "audio") == [None, "x/a.wav"]
    assert {Role.IMAGE, Role.AUDIO} <= set(dataset.roles)


def test_hidden_files_are_skipped_and_others_told(tmp_path):
    files(tmp_path, "a.png", ".hidden/b.png", ".DS_Store", "._a.png", "notes.txt", "sub/Thumbs.db")
    dataset = open_source(tmp_path)
    assert dataset.row_ids.tolist() == ["a.png"]
    assert messages(dataset) == "files that are no images or sounds were left out: 2 (first: 'notes.txt')."


def test_links_to_folders_are_not_followed_and_broken_ones_do_not_matter(tmp_path):
    files(tmp_path / "data", "a.png")
    (tmp_path / "data" / "loop").symlink_to(tmp_path / "data", target_is_directory=True)
    (tmp_path / "data" / "gone.png").symlink_to(tmp_path / "nothing.png")
    assert open_source(tmp_path / "data").row_ids.tolist() == ["a.png"]


def test_names_that_are_no_unicode_are_shown_and_not_lost(tmp_path):
    with open(os.fsencode(tmp_path) + b"/\xff.png", "wb") as file:  # noqa: PTH123 - no Path holds it
        file.write(b"x")
    files(tmp_path, "ü 😀.png")
    assert len(open_source(tmp_path)) == 2


def test_a_folder_with_a_new_file_is_another_dataset_and_an_unchanged_one_is_shared(tmp_path):
    first = open_source(files(tmp_path, "a.png"))
    assert open_source(tmp_path) is first
    second = open_source(files(tmp_path, "b.png"))
    assert (len(first), len(second)) == (1, 2)
    assert first.fingerprint != second.fingerprint


@pytest.mark.parametrize("names", [(), ("notes.txt",), (".hidden.png",)])
def test_a_folder_of_nothing_we_know_may_be_a_plugins_and_is_refused_in_words(tmp_path, names):
    files(tmp_path, *names)
    assert not can_open(str(tmp_path))
    with pytest.raises(BadSource, match=r"is a folder with .*name one file in it"):
        open_source(tmp_path)


# --- Hugging Face datasets -----------------------------------------------------------

FEATURES = {
    "text": {"dtype": "string", "_type": "Value"},
    "label": {"names": ["neg", "pos"], "_type": "ClassLabel"},
    "image": {"_type": "Image"},
}


def saved(folder: Path, *shards: pa.Table) -> Path:
    """Write a split as `datasets.save_to_disk` does."""
    folder.mkdir(parents=True)
    names = [f"data-{i:05d}-of-{len(shards):05d}.arrow" for i in range(len(shards))]
    for name, shard in zip(names, shards, strict=True):
        with ipc.new_stream(str(folder / name), shard.schema) as writer:
            writer.write_table(shard)
    state = {"_data_files": [{"filename": name} for name in names], "_split": folder.name}
    (folder / "state.json").write_text(json.dumps(state))
    (folder / "dataset_info.json").write_text(json.dumps({"features": FEATURES}))
    return folder


def shard(texts: list[str], labels: list[int | None]) -> pa.Table:
    png = Path(__file__).parent / "nothing"  # the bytes decide, the path is only a name
    images = [{"bytes": PNG, "path": png.name} for _ in texts]
    return pa.table({"text": texts, "label": pa.array(labels, pa.int64()), "image": images})


PNG = b""


@pytest.fixture(autouse=True, scope="module")
def _png():
    import io

    global PNG
    buffer = io.BytesIO()
    Image.new("RGB", (2, 2), "blue").save(buffer, "PNG")
    PNG = buffer.getvalue()


def test_a_saved_dataset_is_one_table_with_the_names_of_its_classes(tmp_path):
    folder = saved(tmp_path / "reviews", shard(["a", "b"], [0, 1]), shard(["c"], [-1]))
    dataset = open_source(folder)
    assert dataset.name == "reviews"
    assert rows(dataset, "text") == ["a", "b", "c"]
    assert rows(dataset, "label") == ["neg", "pos", None]
    assert dataset.roles.column(Role.IMAGE) == "image"
    assert Media(dataset).thumbnail(2, "image").mime == "image/png"


def test_the_splits_of_a_saved_dataset_become_a_column(tmp_path):
    saved(tmp_path / "train", shard(["a", "b"], [0, 1]))
    saved(tmp_path / "test", shard(["c"], [1]))
    (tmp_path / "dataset_dict.json").write_text('{"splits": ["train", "test"]}')
    dataset = open_source(tmp_path)
    assert rows(dataset, "split") == ["train", "train", "test"]
    assert rows(dataset, "label") == ["neg", "pos", "pos"]
    assert dataset.roles.column(Role.SPLIT) == "split"
    assert can_open(str(tmp_path))


@pytest.mark.parametrize(
    ("file", "content", "words"),
    [
        ("dataset_dict.json", '{"splits": []}', "names no splits"),
        ("dataset_dict.json", '{"splits": ["train", "gone"]}', "cannot be read as the notes"),
        ("dataset_dict.json", "{", "cannot be read as the notes"),
        ("train/state.json", '{"_data_files": 7}', "names no data files"),
        ("train/state.json", '{"_data_files": [{"filename": "gone.arrow"}]}', "which is not there"),
        ("train/state.json", '{"_data_files": [{"filename": "../../x.arrow"}]}', "which is not there"),
    ],
)
def test_a_damaged_saved_dataset_is_refused_in_words(tmp_path, file, content, words):
    root = tmp_path / "data"
    saved(root / "train", shard(["a"], [0]))
    (tmp_path / "x.arrow").write_bytes(b"x")
    (root / "dataset_dict.json").write_text('{"splits": ["train"]}')
    (root / file).write_text(content)
    with pytest.raises(BadFormat, match=words):
        open_source(root)


# --- folders of parquet files --------------------------------------------------------


def parquet(path: Path, **columns: list[object]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table(columns), path)


def test_a_folder_of_parquet_files_is_one_table_in_the_order_of_the_names(tmp_path):
    parquet(tmp_path / "b.parquet", n=[3, 4])
    parquet(tmp_path / "a.parquet", n=[1, 2])
    dataset = open_source(tmp_path)
    assert dataset.names == ("row_id", "n")
    assert rows(dataset, "n") == [1, 2, 3, 4]


@pytest.mark.parametrize(
    "names",
    [
        (
            "data/test-00000-of-00001.parquet",
            "data/train-00000-of-00002.parquet",
            "data/train-00001-of-00002.parquet",
        ),
        ("default/test/0000.parquet", "default/train/0000.parquet", "default/train/0001.parquet"),
        ("split=test/x.parquet", "split=train/x.parquet", "split=train/y.parquet"),
    ],
)
def test_the_split_is_told_from_the_names_of_parquet_files(tmp_path, names):
    for number, name in enumerate(names):
        parquet(tmp_path / name, n=[number])
    assert rows(open_source(tmp_path), "split") == ["test", "train", "train"]


def test_what_parquet_files_lack_is_missing_and_numbers_take_the_wider_type(tmp_path):
    parquet(tmp_path / "a.parquet", n=[1], t=["x"])
    parquet(tmp_path / "b.parquet", n=[0.5], u=["y"])
    dataset = open_source(tmp_path)
    assert rows(dataset, "n") == [1.0, 0.5]
    assert rows(dataset, "t") == ["x", None]
    assert rows(dataset, "u") == [None, "y"]


def test_parquet_files_that_do_not_fit_together_are_named(tmp_path):
    parquet(tmp_path / "a.parquet", n=[1])
    parquet(tmp_path / "b.parquet", n=["x"])
    with pytest.raises(BadFormat, match=r"is not one table: b\.parquet does not fit"):
        open_source(tmp_path)


def test_other_tables_beside_parquet_files_are_told(tmp_path):
    parquet(tmp_path / "a.parquet", n=[1])
    (tmp_path / "b.csv").write_text("n\n2\n")
    assert "files that are no parquet were left out: 1 (first: 'b.csv')" in messages(open_source(tmp_path))


def test_a_role_is_checked_before_a_folder_is_read(tmp_path):
    parquet(tmp_path / "a.parquet", label=["x"])
    heard: list[float] = []
    with pytest.raises(BadSource.__mro__[1], match="'label'"):
        open_source(tmp_path, SourceOptions(label="lable"), lambda fraction, text: heard.append(fraction))
    assert set(heard) <= {0.0}


def test_an_embedding_of_a_folder_is_read_across_files(tmp_path):
    parquet(tmp_path / "a.parquet", embedding=[[1.0, 2.0]])
    parquet(tmp_path / "b.parquet", embedding=[[3.0, 4.0]])
    assert open_source(tmp_path).vectors("embedding").values.tolist() == [[1, 2], [3, 4]]
