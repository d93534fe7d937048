"""Neighbours of a typed text: which encoder is used, and when it is refused."""

import sys
import types

import pandas as pd
import pytest

import symphony_core as symphony
from symphony_core.errors import BadSetting, BadVectors, EmbedderMissing
from symphony_core.manifest import Manifest
from symphony_core.registry import Registry
from symphony_core.sources import SourceOptions, open_source

TEXTS = ["aab", "bbb", "aaaa", "abc", "cab", None, "cc", "ccb", "baa", "caa"]
PLUGIN = """
import numpy as np
from symphony_core.errors import EmbedderMissing
from symphony_core.hookspecs import hookimpl
from symphony_core.specs import AnalysisSpec, EmbedderSpec, Result

api = 1
calls = []

class Letters:
    def __init__(self, letters, scale=1):
        self.letters, self.scale = letters, scale

    def encode(self, items, *, cancel):
        calls.append(list(items))
        rows = [[text.count(letter) for letter in self.letters] for text in items]
        vectors = np.array(rows, dtype=np.float32) * self.scale
        vectors[["unreadable" in text for text in items]] = np.nan
        return vectors

def letters(): return Letters("abc")
def long(): return Letters("abc", 5)
def turned(): return Letters("cxa")
def wide(): return Letters("abcd")
def pixels(): return Letters("abc")
def missing(): raise EmbedderMissing('no library: pip install "acme[text]"')

def run(data, *, progress, cancel, seed=0, embedder="letters", column="text"):
    texts = [text or "" for text in data.frame([column])[column].fillna("")]
    return Result(vectors={"embedding_" + column: data.embedder(embedder).encode(texts, cancel=cancel)})

@hookimpl
def register_analyses():
    provides = ("embedding_*:vectors",)
    return [AnalysisSpec("embed", "Embed", __name__ + ":run", provides=provides, summary="Embeds.")]

@hookimpl
def register_embedders():
    kinds = {"pixels": "image"}
    sizes = {"wide": 4}
    return [
        EmbedderSpec(name, name, kinds.get(name, "text"), __name__ + ":" + name, sizes.get(name, 3))
        for name in NAMES
    ]
"""


def counts(text: str | None) -> list[float]:
    return [float((text or "").count(letter)) for letter in "abc"]


@pytest.fixture
def opened(monkeypatch):
    """Open texts with stored vectors of letter counts, and encoders of the names given."""
    apps = []

    def make(*names: str, vectors: object = None, **columns: object) -> symphony.App:
        plugin = types.ModuleType("acme_encoders")
        plugin.NAMES = names
        exec(PLUGIN, vars(plugin))  # noqa: S102 - the test's own text, as a plugin module
        monkeypatch.setitem(sys.modules, "acme_encoders", plugin)
        frame = (
            pd.DataFrame({"id": [f"r{i}" for i in range(len(TEXTS))]})
            if not columns
            else pd.DataFrame(columns)
        )
        if not columns:
            frame["text"] = pd.Series(TEXTS, dtype="str")
        stored = [counts(text) for text in TEXTS] if vectors is None else vectors
        options = {} if stored is False else {"embedding": "vector"}
        if stored is not False:
            frame["vector"] = list(stored)
        if "text" in frame:
            options["text"] = "text"
        modules = {"embedding_map": "symphony_panel_embedding_map.plugin", "encoders": "acme_encoders"}
        registry = Registry(Manifest(allow=tuple(modules), modules=modules))
        apps.append(symphony.App(open_source(frame, SourceOptions(**options)), registry))
        return apps[-1]

    yield make
    for app in apps:
        app.close()


def ids(result: symphony.Result) -> list[str]:
    assert result.table is not None
    return result.table["id"].tolist()


def calls() -> list[list[str]]:
    return sys.modules["acme_encoders"].calls


def test_the_nearest_rows_of_a_typed_text_are_found_and_none_is_left_out(opened):
    result = opened("letters").run("neighbours", text="aaab", encoder="letters", k=3)
    assert ids(result) == ["r0", "r8", "r2"]
    assert {key: result.summary[key] for key in ("query", "encoder")} == {
        "query": "text 'aaab'",
        "encoder": "letters",
    }
    assert result.summary["encoder_agreement"] == pytest.approx(1)


def test_without_a_name_the_first_encoder_that_gives_the_stored_vectors_is_used(opened):
    assert opened("turned", "wide", "letters").run("neighbours", text="cc").summary["encoder"] == "letters"


def test_an_encoder_that_gives_other_vectors_is_refused_with_how_far_they_agree(opened):
    with pytest.raises(
        BadVectors, match=r"'turned' gives other vectors than the column 'vector': mean cosine 0\.[0-8]"
    ):
        opened("turned").run("neighbours", text="cc", encoder="turned")
    with pytest.raises(BadVectors, match="'turned' gives other vectors"):
        opened("turned").run("neighbours", text="cc")


def test_an_encoder_of_another_dimension_is_refused(opened):
    with pytest.raises(BadVectors, match="vectors of 4 numbers and those of 'vector' have 3"):
        opened("wide").run("neighbours", text="cc", encoder="wide")


def test_longer_vectors_are_refused_by_euclid_and_taken_by_cosine(opened):
    app = opened("long")
    with pytest.raises(BadVectors, match="5 times as long"):
        app.run("neighbours", text="cc", encoder="long", metric="euclidean")
    assert ids(app.run("neighbours", text="cc", encoder="long", k=1)) == ["r6"]


def test_a_computed_layer_is_searched_by_the_encoder_that_made_it(opened):
    app = opened("letters", "turned", vectors=False)
    app.run("embed", embedder="turned")
    result = app.run("neighbours", text="cc", k=1, metric="euclidean")
    assert (ids(result), result.summary["encoder"], result.summary["layer"]) == (
        ["r6"],
        "turned",
        "embedding_text",
    )


def test_a_layer_made_of_images_is_not_searched_by_text(opened):
    app = opened("letters", "pixels", vectors=False)
    app.run("embed", embedder="pixels")
    with pytest.raises(BadSetting, match=r"'pixels' makes vectors of images.*those for texts are letters"):
        app.run("neighbours", text="cc")


def test_data_without_texts_need_the_encoder_named_and_say_that_it_was_not_tried(opened):
    vectors = [[1.0, 0, 0], [0, 0, 1]]
    app = opened("letters", vectors=vectors, id=["r0", "r1"])
    with pytest.raises(BadSetting, match="no text column to find out by"):
        app.run("neighbours", text="cc")
    result = app.run("neighbours", text="cc", encoder="letters", k=1)
    assert (ids(result), result.summary["encoder_agreement"]) == (["r1"], None)


def test_without_an_encoder_the_extra_to_install_is_named(opened):
    with pytest.raises(EmbedderMissing, match=r"symphony-panel-embedders\[text\]"):
        opened().run("neighbours", text="cc")
    with pytest.raises(EmbedderMissing, match=r"symphony-panel-embedders\[text\]"):
        opened().run("neighbours", text="cc", encoder="letters")


def test_an_encoder_whose_library_is_missing_says_what_to_install(opened):
    with pytest.raises(EmbedderMissing, match=r"acme\[text\]"):
        opened("missing").run("neighbours", text="cc", encoder="missing")
    with pytest.raises(EmbedderMissing, match=r"acme\[text\]"):
        opened("missing").run("neighbours", text="cc")


def test_a_missing_library_does_not_keep_another_encoder_from_being_used(opened):
    assert opened("missing", "letters").run("neighbours", text="cc").summary["encoder"] == "letters"


def test_unknown_encoders_and_unreadable_texts_are_refused(opened):
    app = opened("letters")
    with pytest.raises(BadSetting, match="nearest are 'letters'"):
        app.run("neighbours", text="cc", encoder="leters")
    with pytest.raises(BadSetting, match="cannot read the text"):
        app.run("neighbours", text="unreadable", encoder="letters")
    with pytest.raises(BadVectors, match="length zero"):
        app.run("neighbours", text="xyz", encoder="letters")
    with pytest.raises(BadSetting, match="type what to look for"):
        app.run("neighbours", text="  ")


def test_rows_are_encoded_again_once_and_not_for_each_query(opened):
    app = opened("letters")
    app.run("neighbours", text="cc", encoder="letters")
    app.run("neighbours", text="ab", encoder="letters")
    assert [len(call) for call in calls()] == [1, 8, 1]


def test_a_page_pasted_as_a_query_is_shortened_in_the_summary(opened):
    said = opened("letters").run("neighbours", text="ab " * 500, encoder="letters").summary["query"]
    assert isinstance(said, str)
    assert len(said) < 100
