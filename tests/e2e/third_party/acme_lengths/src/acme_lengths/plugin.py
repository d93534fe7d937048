"""What this plugin offers: one analysis and one view."""

from __future__ import annotations

from symphony_core.hookspecs import hookimpl
from symphony_core.specs import AnalysisSpec, ViewSpec

api = 1


@hookimpl
def register_views() -> list[ViewSpec]:
    return [
        ViewSpec(
            name="text_lengths",
            title="Text lengths",
            factory="acme_lengths.view:TextLengths",
            summary="The shortest, the longest and the middle text.",
        )
    ]


@hookimpl
def register_analyses() -> list[AnalysisSpec]:
    return [
        AnalysisSpec(
            name="text_lengths",
            title="Text lengths",
            run="acme_lengths.analysis:text_lengths",
            provides=("text_length:int",),
            summary="Counts the characters of each text.",
        )
    ]
