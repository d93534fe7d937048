"""What this plugin offers."""

from __future__ import annotations

from symphony_core.hookspecs import hookimpl
from symphony_core.specs import AnalysisSpec, Needs, ViewSpec

api = 1


@hookimpl
def register_views() -> list[ViewSpec]:
    """List the views."""
    return []


@hookimpl
def register_analyses() -> list[AnalysisSpec]:
    """List the analyses."""
    return [
        AnalysisSpec(
            name="projection",
            title="Projection",
            run="symphony_panel_embedding_map.analyses.projection:run",
            needs=Needs(at_least_rows=1),
            provides=("projection_*:float",),
            summary="Places the rows of an embedding on a plane, near ones near each other: PCA or PaCMAP.",
        ),
        AnalysisSpec(
            name="clusters",
            title="Clusters of the map",
            run="symphony_panel_embedding_map.analyses.clusters:run",
            provides=("cluster:str", "subcluster:str", "projection_*:float"),
            summary="Dense parts of the map, named by their texts or most special values.",
        ),
    ]
