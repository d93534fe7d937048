"""What this plugin offers: one view, and no analysis."""

from __future__ import annotations

from symphony_core.hookspecs import hookimpl
from symphony_core.specs import ViewSpec

api = 1


@hookimpl
def register_views() -> list[ViewSpec]:
    """List the one view of this plugin."""
    return [
        ViewSpec(
            name="instances",
            title="Instances",
            factory="symphony_panel_instances.view:InstancesView",
            rank=20,
            width=6,
            summary=(
                "The rows under the filter one by one, as pictures or as a table. Tick rows to select them; "
                "open one to see all its columns."
            ),
        )
    ]
