"""What this plugin offers: familiarity by density as columns, and a view of both ends."""

from __future__ import annotations

from symphony_core.hookspecs import hookimpl
from symphony_core.specs import AnalysisSpec, ViewSpec

api = 1


@hookimpl
def register_views() -> list[ViewSpec]:
    """List the views."""
    return []


@hookimpl
def register_analyses() -> list[AnalysisSpec]:
    """List the one analysis of this plugin."""
    return [
        AnalysisSpec(
            name="familiarity",
            title="Familiarity",
            run="symphony_panel_familiarity.analysis:run",
            provides=(
                "familiarity:float",
                "familiarity_score:float",
                "familiarity_outlier:bool",
                "familiarity_by_*:float",
            ),
            summary=(
                "How familiar each row is to a reference, by the density of the embedding around it: "
                "0 is the least, 1 the most familiar."
            ),
        )
    ]
