"""Projection and clusters as a session runs them: columns join, and the data's own stay."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pandas as pd
import pytest

import symphony_core as symphony
from symphony_core.errors import BadSetting


@contextmanager
def opened(**columns: object) -> Iterator[symphony.App]:
    app = symphony.open(frame(**columns))
    yield app
    app.close()


def frame(**columns: object) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    vectors = rng.normal(size=(80, 8)).astype(np.float32) * 0.1
    vectors[40:, 0] += 9
    return pd.DataFrame({"id": range(80), "embedding": list(vectors), **columns})


def test_clusters_are_those_of_the_projection_that_was_run():
    with opened(kind=["cat"] * 40 + ["dog"] * 40) as app:
        app.run("projection", method="pca")
        found = app.run("clusters", min_size=20)
        assert found.columns["cluster"].dropna().unique().tolist() == ["cat", "dog"]
        app.state.filter = "cluster == 'cat' and projection_embedding_x > -100"
        assert 20 <= app.count() <= 40


def test_rows_that_were_not_covered_get_no_place():
    with opened() as app:
        places = app.run("projection", method="pca", rows="id < 30").columns["projection_embedding_x"]
        assert (places.notna().sum(), places.iloc[:30].notna().all()) == (30, True)


def test_a_second_run_replaces_the_first():
    with opened() as app:
        first = app.run("projection", method="pca").columns["projection_embedding_x"]
        second = app.run("projection", method="pca", metric="cosine").columns["projection_embedding_x"]
        assert not np.array_equal(first, second)
        assert app.state.table.names.count("projection_embedding_x") == 1


def test_places_that_the_data_bring_are_never_replaced():
    own = {"projection_embedding_x": np.arange(80.0), "projection_embedding_y": np.zeros(80)}
    with opened(**own) as app:
        with pytest.raises(BadSetting, match="of their own"):
            app.run("projection", method="pca")
        assert app.run("clusters").summary["x"] == "projection_embedding_x"
