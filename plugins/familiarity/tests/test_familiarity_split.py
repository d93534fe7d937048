"""Scores by attribute that the data bring along, read at each row's own value."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import symphony_core as symphony
from symphony_core.app import App
from symphony_core.errors import BadSetting, NeedsNotMet
from symphony_core.manifest import Manifest
from symphony_core.registry import Registry

SPLIT = "splitFamiliarity_pool_byAttr_label"


@pytest.fixture
def opened() -> Iterator[object]:
    apps: list[App] = []

    def call(source: object) -> App:
        apps.append(App(symphony.open(source).dataset, REGISTRY))
        return apps[-1]

    yield call
    for app in apps:
        app.close()


REGISTRY = Registry(Manifest(allow=("fam",), modules={"fam": "symphony_panel_familiarity.plugin"}))
LABELS = ["cat", "dog", None, "fox"]


def read(app: App) -> list[float | None]:
    values = app.run("split_familiarity").columns["familiarity_pool_by_label"]
    return [None if pd.isna(value) else float(value) for value in values]


def test_a_row_gets_the_score_at_its_own_value(opened):
    scores = [{"cat": 0.5, "dog": 0.1}] * 4
    assert read(opened(pd.DataFrame({"label": LABELS, SPLIT: scores}))) == [0.5, 0.1, None, None]


def test_maps_are_read_as_structs_are(opened, tmp_path: Path):
    kind = pa.map_(pa.string(), pa.float64())
    scores = pa.array([[("cat", 0.5)], [("cat", 0.2), ("dog", 0.25)], [("cat", 1.0)], None], type=kind)
    path = tmp_path / "maps.parquet"
    pq.write_table(pa.table({"label": LABELS, SPLIT: scores}), path)
    assert read(opened(path)) == [0.5, 0.25, None, None]


def test_a_column_that_is_not_there_is_named_with_those_that_are(opened):
    app = opened(pd.DataFrame({"label": LABELS, SPLIT: [{"cat": 1.0}] * 4}))
    with pytest.raises(BadSetting, match=f"there are '{SPLIT}'"):
        app.run("split_familiarity", column="splitFamiliarity_pool_byAttr_colour")


def test_an_attribute_that_is_not_there_is_named(opened):
    app = opened(pd.DataFrame({"name": LABELS, SPLIT: [{"cat": 1.0}] * 4}))
    with pytest.raises(BadSetting, match="by 'label', and there is no such column"):
        app.run("split_familiarity")


def test_a_table_of_plain_columns_has_nothing_to_read(opened):
    with pytest.raises(NeedsNotMet):
        opened(pd.DataFrame({"label": LABELS})).run("split_familiarity")
