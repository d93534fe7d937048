"""The plugin in the docs of `register_embedders` works as it stands there."""

import re

import pandas as pd
from plugin_factory import install_plugin

import symphony_core as symphony
from symphony_core.manifest import Manifest


def test_the_documented_embedder_computes_an_embedding(plugin_folder, repository, monkeypatch, tmp_path):
    monkeypatch.setenv("SYMPHONY_CACHE", str(tmp_path / "cache"))
    section = (repository / "docs" / "hooks.md").read_text("utf-8").partition("### `register_embedders()`")[2]
    code = re.search(r"```python\n(.*?)```", section, re.DOTALL)
    assert code
    install_plugin(plugin_folder, "words", code[1], header="")
    frame = pd.DataFrame({"id": [1, 2, 3], "text": ["a red cat", "A red CAT", "two words"]})
    app = symphony.open(frame, text="text", config=Manifest(allow=("words", "embedders")))
    app.run("embeddings", embedder="words")
    vectors = app.state.table.vectors("embedding_text").values
    assert vectors.sum(axis=1).tolist() == [3, 3, 2]
    assert (vectors[0] == vectors[1]).all() and vectors[0] @ vectors[2] < 3
    app.close()
