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
            needs=Needs(one_of=(Role.EMBEDDING, Role.X)),
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
    return []
