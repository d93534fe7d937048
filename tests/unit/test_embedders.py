"""Embeddings that an analysis computes with a plugin's embedder, from the hook to the overlay."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from plugin_factory import install_plugin

from symphony_core.analysis_input import AnalysisInput
from symphony_core.app import App
from symphony_core.dataset import Dataset
from symphony_core.errors import (
    BadResult,
    EmbedderMissing,
    PluginError,
    UnknownColumn,
    UnknownEmbedder,
)
from symphony_core.manifest import parse_manifest
from symphony_core.registry import Registry
from symphony_core.roles import Roles
from symphony_core.runner import run_analysis
from symphony_core.specs import EmbedderSpec, Needs, Role
from symphony_core.table import Table

PLUGIN = """
import numpy as np
from symphony_core.errors import EmbedderMissing
from symphony_core.specs import EmbedderSpec

@hookimpl
def register_analyses():
    return [
        AnalysisSpec("embed", "Embed", __name__ + ":run", provides=("embedding_*:vectors", "length:int")),
        AnalysisSpec("first", "First", __name__ + ":first", needs=Needs(roles=(Role.EMBEDDING,)),
                     provides=("first:float",)),
    ]

@hookimpl
def register_embedders():
    return [
        EmbedderSpec("letters", "Letters", "text", __name__ + ":Letters", dimension=2),
        EmbedderSpec("absent", "Absent", "image", __name__ + ":absent", dimension=2),
        EmbedderSpec("odd", "Odd", "text", __name__ + ":Odd", dimension=2),
    ]

class Letters:
    count = 0
    def __init__(self):
        Letters.count += 1
    def encode(self, items, *, cancel):
        return np.array([[len(item), item.count("a")] for item in items], np.float32)

class Odd:
    pass

def absent():
    raise EmbedderMissing("pip install 'acme[pictures]'")

def run(data, *, progress, cancel, seed=0, embedder="letters", body=""):
    if body:
        return eval(body, {"np": np, "n": len(data), "Result": Result})
    texts = data.frame(["text"])["text"].tolist()
    vectors = data.embedder(embedder).encode(texts, cancel=cancel)
    vectors[[len(text) == 0 for text in texts]] = np.nan
    return Result(vectors={"embedding_text": vectors}, columns={"length": vectors[:, 0].astype(int)})

def first(data, *, progress, cancel, seed=0):
    return Result(columns={"first": data.vectors().values[:, 0].astype(float)})
"""
TEXTS = ["banana", "kiwi", "papaya"]


@pytest.fixture
def registry(plugin_folder):
    header_adds = "from symphony_core.specs import Needs, Result, Role\n"
    install_plugin(plugin_folder, "letters", header_adds + PLUGIN)
    return Registry(parse_manifest("[plugins]\nallow = ['letters']"))  # without the models that are installed


def fruits() -> Dataset:
    frame = pd.DataFrame({"id": [1, 2, 3], "text": pd.Series(TEXTS, dtype="str")})
    return Dataset(frame, name="fruits", fingerprint="f00d", id_column="id", roles=Roles())


def run(registry: Registry, **options: object):
    return run_analysis(registry, registry.analysis("embed"), Table(fruits()), **options)


def test_vectors_join_the_embeddings_and_a_row_of_nan_has_none(registry):
    result, overlay = run(registry)
    table = Table(fruits(), overlay)
    assert table.embedding_names == ("embedding_text",)
    assert table.names == ("id", "text", "length")
    vectors = table.vectors("embedding_text")
    assert vectors.values.tolist() == [[6, 3], [4, 0], [6, 3]]
    assert vectors.usable.all()
    assert result.vectors["embedding_text"].shape == (3, 2)
    with pytest.raises(ValueError, match="read-only"):
        vectors.values[0, 0] = 1


def test_rows_that_were_not_covered_have_no_vector(registry):
    _, overlay = run(registry, rows=np.array([2]))
    vectors = Table(fruits(), overlay).vectors("embedding_text")
    assert vectors.usable.tolist() == [False, False, True]
    assert vectors.values.tolist() == [[0, 0], [0, 0], [6, 3]]


def test_a_computed_embedding_plays_the_role_that_was_missing(registry):
    needs = Needs(roles=(Role.EMBEDDING,))
    assert "needs an embedding" in (needs.missing(Table(fruits())) or "")
    _, overlay = run(registry)
    table = Table(fruits(), overlay)
    assert needs.missing(table) is None
    result, _ = run_analysis(registry, registry.analysis("first"), table)
    assert result.columns["first"].tolist() == [6, 4, 6]


def test_an_input_tells_how_a_computed_embedding_was_made(registry):
    _, overlay = run(registry)
    data = AnalysisInput(Table(fruits(), overlay), embedders=registry)
    made = data.made_by("embedding_text")
    assert made is not None and made["embedder"] == "letters"
    assert data.made_by("other") is None
    data.vectors("embedding_text")
    assert data.input_keys()[0].startswith("vectors:") and data.input_keys()[0] != "vectors:embedding_text"


def test_a_column_read_from_another_embedding_of_that_name_is_another_column(registry):
    keys = []
    for params in ({}, {"body": "Result(vectors={'embedding_text': np.ones((n, 2))})"}):
        _, overlay = run(registry, params=params)
        _, joined = run_analysis(registry, registry.analysis("first"), Table(fruits(), overlay))
        keys.append(joined["first"].digest)
    assert keys[0] != keys[1]


def test_embedders_are_listed_by_kind_and_loaded_once(registry):
    assert registry.embedder_names() == ("letters", "absent", "odd")
    assert registry.embedder_names("image") == ("absent",)
    loaded = registry.embedder("letters")
    assert registry.embedder("letters") is loaded
    assert type(loaded).count == 1


def test_what_is_wrong_with_an_embedder_is_said(registry):
    with pytest.raises(UnknownEmbedder, match="letters"):
        registry.embedder("lettres")
    with pytest.raises(EmbedderMissing, match="acme"):
        registry.embedder("absent")
    assert not [one for one in registry.problems if one.plugin == "letters"]
    with pytest.raises(PluginError, match="Odd, which has no encode"):
        registry.embedder("odd")
    assert [one.where for one in registry.problems if one.plugin == "letters"] == ["embedder 'odd'"]


def test_what_an_embedder_takes_is_said_without_loading_it(registry):
    data = AnalysisInput(Table(fruits()), embedders=registry)
    assert (data.embedder_spec("absent").kind, data.embedder_spec("absent").dimension) == ("image", 2)
    with pytest.raises(UnknownEmbedder, match="letters"):
        data.embedder_spec("lettres")


def test_the_version_of_an_embedder_is_part_of_the_key_of_what_it_made(registry):
    _, overlay = run(registry)
    assert "embedder:letters=1" in overlay.layers["embedding_text"].key.inputs


def test_an_input_without_embedders_says_that_there_are_none():
    data = AnalysisInput(Table(fruits()))
    assert data.embedders() == ()
    with pytest.raises(UnknownEmbedder):
        data.embedder("letters")


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("Result(vectors={'other': np.ones((n, 2))})", "not promised"),
        ("Result(vectors={'length': np.ones((n, 2))})", "not promised"),
        ("Result(vectors={'embedding_a': np.ones(n)})", r"shape \(3,\)"),
        ("Result(vectors={'embedding_a': np.ones((n + 1, 2))})", "4 vectors for 3 rows"),
        ("Result(vectors={'embedding_a': [[1.0]] * n})", "list"),
        ("Result(vectors=[1])", "vectors is list"),
        ("Result(columns={'embedding_a': np.ones(n)})", "return it in Result.vectors"),
    ],
)
def test_vectors_that_are_not_as_promised_do_not_join(registry, body, reason):
    with pytest.raises(BadResult, match=reason):
        run(registry, params={"body": body})


def test_an_embedding_is_no_column_and_dropping_it_takes_it_away(registry):
    _, overlay = run(registry)
    with pytest.raises(UnknownColumn, match="is an embedding"):
        Table(fruits(), overlay).column("embedding_text")
    assert "embedding_text" not in overlay.without("embedding_text").layers
    assert list(overlay.without("embedding_text")) == ["length"]


def test_undo_takes_a_computed_embedding_back(registry):
    app = App(fruits(), registry)
    app.run("embed")
    assert app.state.table.embedding_names == ("embedding_text",)
    app.undo()
    assert app.state.table.embedding_names == ()
    app.redo()
    assert app.state.table.embedding_names == ("embedding_text",)
    app.close()


def test_saved_work_computes_an_embedding_again_before_what_reads_it(registry, tmp_path):
    app = App(fruits(), registry)
    app.run("embed")
    app.run("first")
    app.save(tmp_path / "work.json")
    app.close()
    del app
    again = App(fruits(), registry)
    again.restore(tmp_path / "work.json")
    again.session.owner.wait(lambda: not again.session.jobs, 20)
    assert again.state.table.embedding_names == ("embedding_text",)
    assert again.state.table.column("first").values.tolist() == [6, 4, 6]
    again.close()


@pytest.mark.parametrize("change", [{"kind": "sound"}, {"dimension": 0}, {"load": "x"}, {"name": "A b"}])
def test_an_embedder_spec_that_is_wrong_is_refused(change):
    right = {"name": "a", "title": "A", "kind": "text", "load": "m:f", "dimension": 2}
    EmbedderSpec(**right)
    with pytest.raises(PluginError):
        EmbedderSpec(**(right | change))


def test_one_of_several_roles_is_enough():
    needs = Needs(one_of=(Role.EMBEDDING, Role.X))
    assert needs.missing(Table(fruits())) == (
        "needs one of these columns: embedding, x; the data have none; "
        "name one with open(..., embedding='COLUMN')."
    )
    assert Needs(one_of=(Role.X, Role.Y)).missing(Table(fruits())) == (
        "needs one of these columns: x, y; the data have none."
    )
