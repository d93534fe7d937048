"""The map as a HoloViews object, to be laid over, beside or under others in a notebook."""

from __future__ import annotations

from typing import Any

import numpy as np

from symphony_core.errors import BadSetting
from symphony_panel_embedding_map.view_drawing import MAX_DISCS
from symphony_panel_embedding_map.view_shade import mixed, on_ramp, ramp_colours
from symphony_panel_embedding_map.view_wanted import Painted


def element(painted: Painted | None, why_not: str) -> Any:
    """Give the rows under the filter as an Image of counts or an RGB of colours, times the selected Points.

    Its axes are the columns of the places and its range is the window on show. Selected rows beyond 5,000
    are left out, evenly. Raises BadSetting when there is nothing to draw.
    """
    import holoviews as hv  # takes a second to import

    if painted is None:
        raise BadSetting(f"there is no map to give as an element. {why_not}")
    wanted = painted.wanted
    picked = np.flatnonzero(np.zeros(0) if wanted.selection is None else wanted.table.mask(wanted.selection))
    rows = picked[:: max(1, -(-len(picked) // MAX_DISCS))]
    x, y = (
        wanted.table.column(name).values[rows].astype(np.float64) for name in (wanted.layer.x, wanted.layer.y)
    )
    dimensions = [hv.Dimension(wanted.layer.x), hv.Dimension(wanted.layer.y)]
    points = hv.Points((x, y), kdims=dimensions, label="selected")
    return _raster(painted, dimensions) * points


def _raster(painted: Painted, dimensions: list[Any]) -> Any:
    import holoviews as hv

    wanted, coloured = painted.wanted, painted.colouring
    look, index, keep = wanted.look, wanted.index(), wanted.under()
    x0, x1, y0, y1 = painted.window
    bounds = (x0, y0, x1, y1)
    if coloured.is_ramp:
        assert coloured.values is not None
        means, counts = index.means(painted.window, look.width, look.height, coloured.values, keep)
        shown = np.where(counts > 0, means, np.nan)
        picture = on_ramp(shown, coloured.low, coloured.high, ramp_colours(look.is_dark))
    elif coloured.entries:
        assert coloured.codes is not None
        codes, colours = coloured.codes, [entry.colour for entry in coloured.entries]
        picture = mixed(
            index.counts_by(painted.window, look.width, look.height, codes, len(colours), keep), colours
        )
    else:
        counts = index.counts(painted.window, look.width, look.height, keep)
        return hv.Image(counts[::-1], bounds=bounds, kdims=dimensions, vdims=["rows"])
    return hv.RGB(
        np.ascontiguousarray(picture[::-1]),
        bounds=bounds,
        kdims=dimensions,
        vdims=[*hv.RGB.vdims, hv.RGB.alpha_dimension],
    )
