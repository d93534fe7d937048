"""What this plugin offers."""

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
    """List the analyses."""
    return []
