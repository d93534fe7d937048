"""What this plugin offers."""

from __future__ import annotations

from symphony_core.hookspecs import hookimpl
from symphony_core.specs import AnalysisSpec, Needs, Role, ViewSpec

api = 1


@hookimpl
def register_views() -> list[ViewSpec]:
    """List the map."""
    return [
        ViewSpec(
            name="embedding_map",
            title="Embedding map",
            factory="symphony_panel_embedding_map.view:EmbeddingMapView",
            needs=Needs(one_of=(Role.EMBEDDING, Role.X, Role.IMAGE, Role.TEXT)),
            rank=5,
            width=6,
            summary=(
                "Every row at its place in the plane, near those it is like: all rows in grey, rows under "
                "the filter in colour, selected rows in orange. Drag a box or a lasso to select: Shift adds, "
                "Alt takes away. Wheel and dragging zoom and pan, a double click shows all. A click on the "
                "legend filters. Keys on the map: p, b, l choose the tool, + − 0 zoom, arrows pan."
            ),
        )
    ]


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
        AnalysisSpec(
            name="neighbours",
            title="Neighbours",
            run="symphony_panel_embedding_map.analyses.neighbours:run",
            needs=Needs(roles=(Role.EMBEDDING,)),
            provides=("neighbour_rank:int", "neighbour_distance:float"),
            ranking="neighbour_rank",
            summary="The rows whose vectors are nearest to a row, to the middle of several, or to a text.",
        ),
        AnalysisSpec(
            name="text_search",
            title="Text search",
            run="symphony_panel_embedding_map.analyses.text_search:run",
            provides=("search_rank:int", "search_score:float"),
            ranking="search_rank",
            summary="The rows whose texts hold the words of a query, the best first.",
        ),
    ]
