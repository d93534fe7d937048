"""What this plugin offers: a card per column, and the same in figures."""

from __future__ import annotations

from symphony_core.hookspecs import hookimpl
from symphony_core.specs import AnalysisSpec, ViewSpec

api = 1


@hookimpl
def register_views() -> list[ViewSpec]:
    """List the summary."""
    return [
        ViewSpec(
            name="summary",
            title="Summary",
            factory="symphony_panel_summary.view:SummaryView",
            rank=10,
            width=6,
            summary=(
                "Every column at a glance: all rows in grey, rows under the filter in colour, selected rows "
                "in orange. Click a bar or drag over several to filter by that column, keeping the "
                "conditions on other columns; the same bar again takes it back. Shift adds, alt excludes. "
                "A click on a column's name shows its figures; grouped rows have a chart a group; “+ chart” "
                "sets two columns against each other."
            ),
        )
    ]


@hookimpl
def register_analyses() -> list[AnalysisSpec]:
    """List the figures of each column."""
    return [
        AnalysisSpec(
            name="summary",
            title="Summary",
            run="symphony_panel_summary.analysis:run",
            summary="Counts, missing values, range, middle and most frequent value of every column.",
        )
    ]
