"""The analysis, with models small enough to work out by hand."""

from __future__ import annotations

import threading

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from symphony_core.cli import main
from symphony_core.errors import (
    BadResult,
    BadRole,
    BadSetting,
    Cancelled,
    EmbedderMissing,
    NeedsNotMet,
    NotEnoughRows,
    UnknownColumn,
    UnknownEmbedder,
)
from symphony_core.runner import run_analysis
from symphony_core.sources import SourceOptions, open_source
from symphony_core.table import Table
from symphony_panel_embedders.vector_store import VectorStore

# a = 97, b = 98, c = 99, d = 100: modulo 4 these are 1, 2, 3, 0.
AB, CCC, D = [0, 1, 1, 0], [0, 0, 0, 3], [1, 0, 0, 0]


def texts(*values: str | None) -> pd.DataFrame:
    return pd.DataFrame({"id": range(len(values)), "text": pd.Series(values, dtype="str")})


def pictures(*values: bytes | None) -> pd.DataFrame:
    return texts(*"x" * len(values)).assign(picture=pd.Series(values, dtype=object))


def letters(registry, name: str = "letters") -> list:
    """What the model was given until now."""
    return registry.embedder(name).seen


def aside(result) -> dict[str, tuple]:
    return {part.reason: part.row_ids for part in result.set_aside}


def test_each_row_gets_the_vector_of_its_text(embed):
    result = embed(texts("ab", "ccc", "d"), embedder="letters", column="text")
    assert result.vectors["embedding_text"].tolist() == [AB, CCC, D]
    assert result.vectors["embedding_text"].dtype == np.float32
    assert result.summary["row_count"] == 3


def test_the_column_that_plays_the_role_is_taken_when_none_is_named(embed):
    frame = texts("ab", "d").rename(columns={"text": "body"}).assign(other="ccc")
    result = embed(frame, embedder="letters", text="body")
    assert result.vectors["embedding_body"].tolist() == [AB, D]


def test_a_column_of_more_texts_than_have_codes_is_read_as_well(embed):
    values = [f"{number:x}" for number in range(70_000)]
    result = embed(texts(*values), embedder="letters", column="text", batch=20_000)
    assert result.vectors["embedding_text"].sum() == sum(map(len, values))
    assert values[69_999] == "1116f"  # 49, 49, 49, 54 and 102
    assert result.vectors["embedding_text"][69_999].tolist() == [0, 3, 2, 0]


def test_missing_and_empty_texts_have_no_vector_and_are_counted(embed):
    result = embed(texts("ab", None, "", " \n", "d"), embedder="letters", column="text")
    vectors = result.vectors["embedding_text"]
    assert np.isnan(vectors).all(axis=1).tolist() == [False, True, True, True, False]
    assert aside(result) == {"without text": (1, 2, 3)}
    assert (result.summary["row_count"], result.summary["set_aside_count"]) == (2, 3)


def test_rows_with_equal_texts_are_encoded_once(embed, registry):
    result = embed(texts("ab", "d", "ab", "ab", "d"), embedder="letters", column="text", batch=2)
    assert result.vectors["embedding_text"].tolist() == [AB, D, AB, AB, D]
    assert letters(registry) == ["ab", "d"]
    assert result.summary["distinct_count"] == 2


def test_a_second_run_over_changed_data_encodes_the_new_rows_only(embed, registry):
    embed(texts("ab", "d"), embedder="letters", column="text")
    result = embed(texts("ccc", "ab", "d"), embedder="letters", column="text")
    assert result.vectors["embedding_text"].tolist() == [CCC, AB, D]
    assert letters(registry) == ["ab", "d", "ccc"]


def test_a_model_is_not_loaded_when_all_vectors_are_kept(embed, cache):
    store = VectorStore(cache, "absent", "1", 4, limit=10_000)
    store.add([store.key("ab")], np.array([AB], np.float32))
    store.flush()
    assert embed(texts("ab"), embedder="absent", column="text").vectors["embedding_text"].tolist() == [AB]


def test_vectors_of_one_model_are_not_taken_for_those_of_another(embed, registry):
    embed(texts("ab"), embedder="letters", column="text")
    with pytest.raises(EmbedderMissing):
        embed(texts("ab"), embedder="absent", column="text")


def test_nothing_is_kept_when_the_folder_is_named_as_nothing(embed, registry, cache, monkeypatch):
    monkeypatch.setenv("SYMPHONY_CACHE", "")
    for _ in range(2):
        embed(texts("ab"), embedder="letters", column="text")
    assert letters(registry) == ["ab", "ab"]
    assert not cache.exists()


def test_a_folder_that_cannot_be_made_is_told_and_the_vectors_are_there(embed, cache):
    cache.write_text("in the way")
    result = embed(texts("ab"), embedder="letters", column="text")
    assert result.vectors["embedding_text"].tolist() == [AB]
    assert "not kept" in str(result.summary["cache"])


def test_rows_that_are_not_covered_are_not_encoded(embed, registry):
    embed(texts("ab", "ccc", "d"), embedder="letters", column="text", rows=[0, 2])
    assert letters(registry) == ["ab", "d"]


def test_pictures_are_encoded_by_their_bytes(embed):
    result = embed(pictures(b"ab", b"d"), embedder="bytes", column="picture")
    assert result.vectors["embedding_picture"].tolist() == [AB, D]


def test_missing_and_unreadable_pictures_are_told_apart(embed):
    frame = pictures(b"ab", None, b"broken", b"broken", b"d")
    result = embed(frame, embedder="bytes", column="picture", batch=3)
    assert aside(result) == {"without an image": (1,), "with an image that cannot be read": (2, 3)}
    assert np.isnan(result.vectors["embedding_picture"]).any(axis=1).tolist() == [
        False,
        True,
        True,
        True,
        False,
    ]


def test_what_could_not_be_read_is_not_kept(embed, registry):
    for _ in range(2):
        embed(pictures(b"broken", b"d"), embedder="bytes", column="picture")
    assert letters(registry, "bytes") == [b"broken", b"d", b"broken"]


def test_a_picture_that_is_no_file_is_set_aside(embed, tmp_path):
    (tmp_path / "there.png").write_bytes(b"ab")
    frame = texts(*"xyz").assign(picture=["there.png", "gone.png", "../there.png"])
    frame.attrs["media_root"] = str(tmp_path)
    result = embed(frame, embedder="bytes", column="picture")
    assert result.vectors["embedding_picture"][0].tolist() == AB
    assert aside(result) == {"with an image that cannot be read": (1, 2)}


@pytest.mark.parametrize("frame", [texts(None, "", " "), texts()])
def test_no_text_at_all_is_an_answer_and_no_empty_embedding(embed, frame):
    with pytest.raises(NotEnoughRows, match="column 'text'"):
        embed(frame, embedder="letters", column="text")


def test_what_cannot_be_asked_for_is_refused_with_the_remedy(embed):
    frame = texts("ab").assign(number=1.5)
    with pytest.raises(UnknownEmbedder, match="letters"):
        embed(frame, embedder="lettres", column="text")
    with pytest.raises(UnknownColumn, match="'text'"):
        embed(frame, embedder="letters", column="texte")
    with pytest.raises(BadRole, match=r"'number' holds values of kind 'number'; .* takes texts"):
        embed(frame, embedder="letters", column="number")
    with pytest.raises(NeedsNotMet, match=r"text, image.*text='COLUMN' or image='COLUMN'"):
        embed(frame[["id", "number"]], embedder="letters", text=None)
    with pytest.raises(BadSetting, match="batch is 0"):
        embed(frame, embedder="letters", column="text", batch=0)


def test_who_has_images_only_is_told_of_the_model_for_them(embed):
    frame = pd.DataFrame({"id": [1], "picture": ["there.png"]})
    with pytest.raises(BadRole, match=r"column='COLUMN'. For the images use embedder='bytes'"):
        embed(frame, embedder="letters", text="", image="picture")


def test_a_library_that_is_missing_is_an_answer_and_no_fault_of_the_plugin(embed, registry):
    with pytest.raises(EmbedderMissing, match=r"acme\[letters\]"):
        embed(texts("ab"), embedder="absent", column="text")
    assert registry.problems == []


def test_a_model_that_breaks_its_promise_is_named(embed):
    with pytest.raises(BadResult, match=r"'narrow' gave float32 of shape \(1, 3\).*\(1, 4\)"):
        embed(texts("ab"), embedder="narrow", column="text")


def test_progress_counts_rows_and_says_how_fast(embed):
    reports = []
    embed(
        texts("ab", "ccc", "d"), embedder="letters", column="text", batch=2,
        progress=lambda fraction, text: reports.append((fraction, text)),
    )  # fmt: skip
    assert [fraction for fraction, _ in reports] == [2 / 3, 1]
    assert reports[0][1].startswith("2 of 3 rows, ") and reports[0][1].endswith(" rows/s")


def test_progress_tells_how_many_rows_an_earlier_run_had(embed):
    embed(texts("ab", "d"), embedder="letters", column="text")
    reports = []
    frame = texts("ab", "ccc", "d")
    embed(frame, embedder="letters", column="text", progress=lambda _, text: reports.append(text))
    assert reports[0].endswith(" rows/s, 2 taken from an earlier run")


class StopAfter:
    """A cancel that is asked for after some looks at it."""

    def __init__(self, looks: int) -> None:
        self.event = threading.Event()
        self.left = looks

    def is_set(self) -> bool:
        return self.event.is_set()

    def check(self) -> None:
        self.left -= 1
        if self.left < 0:
            self.event.set()
            raise Cancelled("stopped")


def test_a_cancelled_run_keeps_what_it_encoded(embed, registry):
    frame = texts(*(str(number) for number in range(10)))
    with pytest.raises(Cancelled):
        embed(frame, embedder="letters", column="text", batch=2, cancel=StopAfter(5))
    assert letters(registry) == ["0", "1", "2", "3"]  # a look at the start, then before and inside each batch
    embed(frame, embedder="letters", column="text")
    assert letters(registry) == [str(number) for number in range(10)]


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.none() | st.text("abcd \u00e9", max_size=3), min_size=1, max_size=30), st.integers(1, 7))
def test_every_row_has_the_vector_the_model_gives_it_alone(embed, registry, values, batch):
    values = [*values, "a"]
    result = embed(texts(*values), embedder="letters", column="text", batch=batch)
    model = registry.embedder("letters")
    for value, vector in zip(values, result.vectors["embedding_text"], strict=True):
        if value is None or not value.strip():
            assert np.isnan(vector).all()
        else:
            assert vector.tolist() == model.vector(value).tolist()


def test_vectors_join_the_table_under_the_version_of_their_model(registry):
    table = Table(open_source(texts("ab", None), SourceOptions()))
    spec = registry.analysis("embeddings")
    _, overlay = run_analysis(registry, spec, table, params={"embedder": "letters", "column": "text"})
    layer = overlay.layers["embedding_text"]
    assert layer.vectors.usable.tolist() == [True, False]
    assert "embedder:letters=1" in layer.key.inputs


def command(manifest, frame: pd.DataFrame, out: str) -> int:
    source = manifest.parent / "data.parquet"
    frame.to_parquet(source)
    given = ["--config", str(manifest), "--text", "text", "--set", "embedder=letters", "--out", out]
    return main(["run", "embeddings", str(source), *given])


def test_the_command_line_writes_the_vectors_beside_the_ids(manifest):
    out = manifest.parent / "vectors.parquet"
    assert command(manifest, texts("ab", None, "d"), str(out)) == 0
    written = pd.read_parquet(out)
    assert written["id"].tolist() == [0, 1, 2]
    assert [None if one is None else one.tolist() for one in written["embedding_text"]] == [AB, None, D]


def test_the_command_line_says_which_file_has_room_for_vectors(manifest, capsys):
    assert command(manifest, texts("ab"), str(manifest.parent / "vectors.csv")) == 1
    assert "write .parquet" in capsys.readouterr().err
