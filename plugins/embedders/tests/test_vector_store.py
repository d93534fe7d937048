"""What is kept on disk, and what becomes of it when the disk misbehaves."""

from __future__ import annotations

import os
import time
from pathlib import Path

import numpy as np
import pytest

from symphony_panel_embedders import vector_store
from symphony_panel_embedders.vector_store import VectorStore, cache_folder, max_bytes

MB = 2**20


def store(folder: Path | None, *, embedder="letters", version="1", dimension=2, limit=MB) -> VectorStore:
    return VectorStore(folder, embedder, version, dimension, limit)


def keep(folder: Path, contents: list[str], **options) -> None:
    """Keep [n, length] for the n-th content."""
    kept = store(folder, **options)
    vectors = np.array([[at, len(text)] for at, text in enumerate(contents)], np.float32)
    kept.add([kept.key(text) for text in contents], vectors)
    kept.flush()
    assert kept.problem == ""


def found(folder: Path, contents: list[str], **options) -> dict[str, list[float]]:
    kept = store(folder, **options)
    positions, vectors = kept.find([kept.key(text) for text in contents])
    return {contents[at]: vector.tolist() for at, vector in zip(positions, vectors, strict=True)}


def files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def test_vectors_are_found_by_what_they_were_made_of(tmp_path):
    keep(tmp_path, ["one", "three"])
    keep(tmp_path, ["twelve"])
    assert found(tmp_path, ["three", "other", "twelve"]) == {"three": [1, 5], "twelve": [0, 6]}


def test_another_embedder_version_or_length_of_vectors_finds_nothing(tmp_path):
    keep(tmp_path, ["one"])
    assert found(tmp_path, ["one"], version="2") == {}
    assert found(tmp_path, ["one"], embedder="other") == {}
    assert found(tmp_path, ["one"]) == {"one": [0, 3]}
    assert found(tmp_path, ["one"], dimension=3) == {}


def test_versions_that_share_a_folder_do_not_share_vectors(tmp_path):
    keep(tmp_path, ["one"], version="1/2")
    assert len(list((tmp_path / "vectors").iterdir())) == 1
    assert found(tmp_path, ["one"], version="1_2") == {}
    assert found(tmp_path, ["one"], version="1/2") == {"one": [0, 3]}


def test_text_and_bytes_of_the_same_content_have_one_key(tmp_path):
    assert store(tmp_path).key("é") == store(tmp_path).key("é".encode())
    assert len(store(tmp_path).key("\ud800")) == 16  # half a sign, which Python texts can hold


def test_nothing_of_the_content_is_on_the_disk(tmp_path):
    keep(tmp_path, ["a secret diary"])
    assert all(b"secret" not in path.read_bytes() for path in files(tmp_path))
    if os.name == "posix":
        assert files(tmp_path)[0].parent.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: b"",
        lambda data: data[:40],
        lambda data: data[:-1],
        lambda data: data[:-5] + bytes([data[-5] ^ 1]) + data[-4:],
        lambda data: b"\x80\x04garbage" * 40,
    ],
    ids=["empty", "no keys", "cut short", "one bit", "garbage"],
)
def test_a_damaged_file_is_ignored_thrown_away_and_replaced(tmp_path, damage):
    keep(tmp_path, ["one", "three"])
    (path,) = files(tmp_path)
    whole = path.read_bytes()
    path.write_bytes(damage(whole))
    assert found(tmp_path, ["one", "three"]) == {}
    assert not path.exists()
    keep(tmp_path, ["one", "three"])
    assert path.read_bytes() == whole


def test_a_file_that_pickles_objects_is_never_opened_as_such(tmp_path):
    keep(tmp_path, ["one"])
    (path,) = files(tmp_path)
    with path.open("wb") as file:
        np.save(file, np.array([{"a": 1}], dtype=object), allow_pickle=True)
    assert found(tmp_path, ["one"]) == {}
    assert not path.exists()


def test_a_file_that_goes_while_it_is_in_use_costs_its_vectors_only(tmp_path):
    keep(tmp_path, ["one"])
    kept = store(tmp_path)
    files(tmp_path)[0].unlink()
    positions, vectors = kept.find([kept.key("one")])
    assert positions.tolist() == [] and vectors.shape == (0, 2)


def test_files_unused_for_longest_go_first(tmp_path):
    names = ["first", "second", "third"]
    for age, name in enumerate(names):
        keep(tmp_path, [name])
        newest = max(files(tmp_path), key=lambda path: path.stat().st_mtime_ns)
        os.utime(newest, (time.time() - 1000 + age, time.time() - 1000 + age))
    size = files(tmp_path)[0].stat().st_size
    assert found(tmp_path, ["first"]) == {"first": [0, 5]}  # now used last
    keep(tmp_path, ["fourth"], limit=3 * size)
    assert found(tmp_path, [*names, "fourth"]).keys() == {"first", "third", "fourth"}
    assert sum(path.stat().st_size for path in files(tmp_path)) <= 3 * size


def test_the_limit_is_that_of_all_models_together(tmp_path):
    keep(tmp_path, ["one"], embedder="letters")
    (path,) = files(tmp_path)
    os.utime(path, (1, 1))
    keep(tmp_path, ["two"], embedder="other", limit=path.stat().st_size)
    assert found(tmp_path, ["one"], embedder="letters") == {}
    assert found(tmp_path, ["two"], embedder="other") == {"two": [0, 3]}


def test_leftovers_of_a_process_that_died_go_after_a_day_and_not_before(tmp_path):
    keep(tmp_path, ["one"])
    folder = files(tmp_path)[0].parent
    (folder / "old.part").write_bytes(b"x")
    (folder / "new.part").write_bytes(b"x")
    os.utime(folder / "old.part", (1, 1))
    keep(tmp_path, ["two"])
    assert [path.name for path in files(tmp_path) if path.suffix == ".part"] == ["new.part"]


def test_many_vectors_are_written_before_the_end(tmp_path, monkeypatch):
    monkeypatch.setattr(vector_store, "FILE_ROWS", 2)
    kept = store(tmp_path)
    kept.add([kept.key("one")], np.zeros((1, 2), np.float32))
    assert files(tmp_path) == []
    kept.add([kept.key("two")], np.ones((1, 2), np.float32))
    assert len(files(tmp_path)) == 1
    kept.flush()
    assert len(files(tmp_path)) == 1


def test_without_a_folder_nothing_is_kept_or_found():
    kept = store(None)
    kept.add([kept.key("one")], np.zeros((1, 2), np.float32))
    kept.flush()
    assert kept.find([kept.key("one")])[0].tolist() == []


def test_the_folder_is_the_named_one_else_that_of_the_platform():
    assert cache_folder({"SYMPHONY_CACHE": "/x"}, "linux") == Path("/x")
    assert cache_folder({"SYMPHONY_CACHE": ""}, "linux") is None
    assert cache_folder({"XDG_CACHE_HOME": "/c"}, "linux") == Path("/c/symphony")
    assert cache_folder({}, "linux") == Path.home() / ".cache" / "symphony"
    assert cache_folder({}, "darwin") == Path.home() / "Library" / "Caches" / "symphony"
    assert cache_folder({"LOCALAPPDATA": "/l"}, "win32") == Path("/l/symphony/Cache")


def test_the_limit_is_two_gigabytes_or_what_is_named():
    assert max_bytes({}) == 2048 * MB
    assert max_bytes({"SYMPHONY_CACHE_MB": "5"}) == 5 * MB
    assert max_bytes({"SYMPHONY_CACHE_MB": "much"}) == 2048 * MB
