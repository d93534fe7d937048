"""The view of `density_plugin`: rasterized points, a box becomes an expression."""

from __future__ import annotations

import datashader as ds
import holoviews as hv
import holoviews.plotting.bokeh  # registers the renderer; says nothing by itself
import numpy as np
import pandas as pd
import panel as pn
import param
from panel.viewable import Viewable

from symphony_core.column import Kind
from symphony_core.expr import Between
from symphony_core.view import View

WIDTH, HEIGHT = 400, 300


class DensityView(View):
    """How many rows lie where; the box that is drawn selects."""

    x = param.String(default="", doc="Number column across; empty for the first one.")
    y = param.String(default="", doc="Number column upwards; empty for the second one.")

    def body(self) -> Viewable:
        """Make the pane and hear of boxes drawn on it."""
        self._box = hv.streams.BoundsXY()
        self.watch("bounds", self._select, of=self._box)
        self._pane = pn.pane.HoloViews(linked_axes=False, sizing_mode="stretch_width")
        return self._pane

    def draw(self) -> None:
        """Count the rows under the filter into a raster."""
        x, y = self.columns
        table = self.state.table
        kept = table.mask(self.state.filter)
        points = pd.DataFrame({"x": table.column(x).values[kept], "y": table.column(y).values[kept]})
        points = points[np.isfinite(points["x"]) & np.isfinite(points["y"])]
        ranges = [extent(points[name]) for name in "xy"]
        if None in ranges:
            words = "No rows under the filter." if points.empty else "The values lie too far apart to draw."
            self._pane.object = hv.Text(0, 0, words)
            return
        canvas = ds.Canvas(WIDTH, HEIGHT, x_range=ranges[0], y_range=ranges[1])
        counts = canvas.points(points, "x", "y", ds.count())
        image = hv.Image((counts["x"].values, counts["y"].values, counts.values), ["x", "y"], "rows")
        look = {"cmap": "viridis", "cnorm": "log", "clipping_colors": {"min": "transparent"}}
        tools = {"tools": ["box_select"], "active_tools": ["box_select"]}
        self._box.source = image
        self._pane.object = image.opts(responsive=True, height=HEIGHT, xlabel=x, ylabel=y, **tools, **look)

    @property
    def columns(self) -> tuple[str, str]:
        """The two columns that are shown; one number column is shown against itself."""
        table = self.state.table
        numbers = [name for name in table.names if table.kind(name) is Kind.NUMBER]
        return self.x or numbers[0], self.y or numbers[min(1, len(numbers) - 1)]

    def _select(self) -> None:
        if self._box.bounds is None:
            return
        left, bottom, right, top = self._box.bounds
        x, y = self.columns
        self.state.selection = Between(x, left, right) & Between(y, bottom, top)


def extent(values: pd.Series) -> tuple[float, float] | None:
    """Give the range to draw, wider than nothing; None when there is none."""
    low, high = float(values.min()), float(values.max())
    if not np.isfinite(high - low):
        return None
    room = (high - low) * 0.02 or max(abs(low) * 0.1, 0.5)
    return low - room, high + room
