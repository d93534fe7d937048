"""The default projection on real embeddings."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from sklearn.manifold import trustworthiness

from symphony_core.analysis_input import AnalysisInput
from symphony_core.sources import SourceOptions, open_source
from symphony_core.table import Table
from symphony_panel_embedding_map.analyses.projection import run


@pytest.mark.slow
def test_the_default_keeps_the_neighbours_of_emoji_better_than_pca(shared_data: Path):
    data = AnalysisInput(Table(open_source(str(shared_data / "emoji" / "emoji.parquet"), SourceOptions())))
    kept = {}
    for method in ("pca", "auto"):
        columns = run(data, method=method).columns
        places = np.column_stack((columns["projection_embedding_x"], columns["projection_embedding_y"]))
        kept[method] = trustworthiness(data.vectors().values, places, n_neighbors=10)
    assert kept["auto"] > kept["pca"] + 0.1
