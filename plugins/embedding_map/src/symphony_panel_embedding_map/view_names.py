"""Names on the map: of clusters, each at the middle of its members."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from symphony_core.column import Kind
from symphony_core.table import Table
from symphony_panel_embedding_map.view_layer import Layer, prefix

# Columns that the analysis of clusters writes; the second is shown once one has zoomed in.
NAMED_BY = ("cluster", "subcluster")
# The middle of a million members is where that of all of them is, to the eye.
MAX_ROWS = 1_000_000
# More names of one column do not fit the deepest zoom that anyone reads.
MAX_NAMES = 400


@dataclass(frozen=True)
class Name:
    """Words at a place; depth 0 is always shown, 1 when one is near."""

    words: str
    x: float
    y: float
    row_count: int
    depth: int

    def payload(self) -> dict[str, object]:
        """Give what the script draws."""
        return {"words": self.words, "x": self.x, "y": self.y, "count": self.row_count, "depth": self.depth}


def names_of(table: Table, layer: Layer) -> list[Name]:
    """Name the clusters of the table, larger ones first; none without a column of clusters."""
    found = []
    for depth, column in enumerate(cluster_columns(table)):
        if column in table.names and table.kind(column) is Kind.CATEGORY:
            found += _middles(table, layer, column, depth)
    return found


def cluster_columns(table: Table) -> list[str]:
    """Name the columns of clusters and finer ones: computed beside those of the data, else these."""
    before = prefix(table, NAMED_BY)
    computed = [f"{before}_{name}" for name in NAMED_BY]
    names = computed if computed[0] in table.names else list(NAMED_BY)
    return names if names[0] in table.names else []


def _middles(table: Table, layer: Layer, column: str, depth: int) -> list[Name]:
    data = table.column(column)
    step = max(1, len(table) // MAX_ROWS)
    frame = pd.DataFrame(
        {
            "code": data.values[::step],
            "x": table.column(layer.x).values[::step].astype(np.float64),
            "y": table.column(layer.y).values[::step].astype(np.float64),
        }
    )
    frame = frame[(frame["code"] >= 0) & np.isfinite(frame["x"]) & np.isfinite(frame["y"])]
    groups = frame.groupby("code", sort=True)
    middles, counts = groups[["x", "y"]].median(), groups.size()
    order = counts.sort_values(ascending=False, kind="stable").index[:MAX_NAMES]
    return [
        Name(data.levels[code], float(middles.at[code, "x"]), float(middles.at[code, "y"]),
             int(counts.at[code]) * step, depth)
        for code in order
    ]  # fmt: skip
