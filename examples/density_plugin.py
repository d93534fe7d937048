"""A plugin in one file: two number columns as a density, a box selects.

Name it in `entry_points.toml` of the folder it lies in, and it loads without being installed:

    [plugins.modules]
    density = "density_plugin"

It shows how a view is made of HoloViews and Datashader: the millions of rows
stay on the server, the page gets one picture.
"""

from __future__ import annotations

from symphony_core.hookspecs import hookimpl
from symphony_core.specs import Kind, Needs, ViewSpec

api = 1


@hookimpl
def register_views() -> list[ViewSpec]:
    """List the density."""
    return [
        ViewSpec(
            name="density",
            title="Density",
            factory="density_view:DensityView",
            needs=Needs(kinds=(Kind.NUMBER,), at_least_rows=1),
            summary="Where the rows under the filter lie in two number columns. Drag a box to select rows.",
            rank=30,
        )
    ]
