"""What this plugin offers: familiarity by density as columns, and a view of both ends."""

from __future__ import annotations

from symphony_core.hookspecs import hookimpl
from symphony_core.specs import AnalysisSpec, Kind, Needs, ViewSpec

api = 1


@hookimpl
def register_views() -> list[ViewSpec]:
    """List the one view of this plugin."""
    return [
        ViewSpec(
            name="familiarity",
            title="Familiarity",
            factory="symphony_panel_familiarity.view:FamiliarityView",
            rank=40,
            width=6,
            summary=(
                "How familiar each row is to the others, or to a reference, and the rows at either end. "
                "Click or drag over the bars to filter; shift adds, alt excludes. Click a row to open it, "
                "tick it to select it. Without a column of familiarity the card computes one."
            ),
        )
    ]


@hookimpl
def register_analyses() -> list[AnalysisSpec]:
    """List the analysis, and what reads scores by attribute that the data bring along."""
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
        ),
        AnalysisSpec(
            name="split_familiarity",
            title="Familiarity by attribute, as in the data",
            run="symphony_panel_familiarity.split:run",
            needs=Needs(kinds=(Kind.OTHER,)),
            provides=("familiarity_*:float",),
            summary=(
                "Read splitFamiliarity_<layer>_byAttr_<attribute>, a score for each value of an attribute, "
                "as a column: the score at the row's own value."
            ),
        ),
    ]
