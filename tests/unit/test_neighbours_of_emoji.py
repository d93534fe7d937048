"""Neighbours in real embeddings: those of each skin-tone family, measured by hand."""

from pathlib import Path

import numpy as np
import pytest

import symphony_core as symphony
from symphony_core.manifest import Manifest
from symphony_core.registry import Registry
from symphony_core.sources import open_source

MODULES = {"embedding_map": "symphony_panel_embedding_map.plugin"}


def test_the_neighbours_of_each_skin_tone_family_are_those_of_a_slow_search(shared_data: Path):
    dataset = open_source(shared_data / "emoji" / "emoji.parquet")
    registry = Registry(Manifest(allow=("embedding_map",), modules=MODULES))
    app = symphony.App(dataset, registry)
    frame = dataset.frame
    vectors = dataset.vectors("embedding").values.astype(np.float64)
    unit = vectors / np.linalg.norm(vectors, axis=1)[:, None]
    families = [base for base in frame["base_id"].dropna().unique() if base in set(frame["id"])]
    assert len(families) > 60
    for base in families:
        k = int((frame["base_id"] == base).sum())
        table = app.run("neighbours", of=[base], k=k).table
        row = dataset.positions_of([base])[0]
        distances = 1 - unit @ unit[row]
        distances[row] = np.inf
        expected = np.argsort(distances.round(12), kind="stable")[:k]
        assert table["distance"].to_numpy() == pytest.approx(distances[expected], abs=1e-12)
        assert set(table["id"]) == set(frame["id"].to_numpy()[expected])
