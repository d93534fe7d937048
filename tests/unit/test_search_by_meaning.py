"""Typed texts in real embeddings, by the encoder that made them."""

from pathlib import Path

import pytest

import symphony_core as symphony
from symphony_core.errors import BadVectors, EmbedderMissing
from symphony_core.manifest import Manifest
from symphony_core.registry import Registry
from symphony_core.sources import open_source

MODULES = {
    "embedding_map": "symphony_panel_embedding_map.plugin",
    "embedders": "symphony_panel_embedders.plugin",
}


def opened(path: Path) -> symphony.App:
    return symphony.App(open_source(path), Registry(Manifest(allow=tuple(MODULES), modules=MODULES)))


def neighbours(app: symphony.App, **asked: object) -> symphony.Result:
    try:
        return app.run("neighbours", **asked)
    except EmbedderMissing as error:
        pytest.skip(str(error))


def test_the_text_of_a_review_finds_that_review_by_the_encoder_that_made_the_vectors(shared_data: Path):
    app = opened(shared_data / "reviews" / "reviews.parquet")
    frame = app.dataset.frame
    result = neighbours(app, text=frame["text"].iloc[17], k=1)
    assert (result.summary["encoder"], result.table["id"].tolist()) == ("minilm", [frame["id"].iloc[17]])
    assert result.summary["encoder_agreement"] > 0.999
    assert result.table["distance"].iloc[0] < 1e-3


def test_vectors_of_another_model_are_not_searched_by_text(shared_data: Path):
    app = opened(shared_data / "emoji" / "emoji.parquet")
    with pytest.raises(BadVectors, match="384 numbers and those of 'embedding' have 64"):
        neighbours(app, text="sad clown", encoder="minilm")
