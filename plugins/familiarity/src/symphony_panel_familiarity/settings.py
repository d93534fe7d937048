"""What can be set on the view: behind its gear, by gestures on it, or in `show`."""

from __future__ import annotations

import param

from symphony_core.view import View
from symphony_panel_familiarity.ends import LEAST, MOST
from symphony_panel_familiarity.layers import ALL_ROWS

METHODS = {"nearest neighbours": "knn", "Gaussian mixture": "gaussian_mixture"}


class FamiliaritySettings(View):
    """The params of the familiarity view; those with precedence -1 have controls on the view itself."""

    layer = param.String(
        default="",
        precedence=-1,
        doc="""
        Column of familiarity on show; empty is the first there is.""",
    )
    order = param.Selector(
        default=LEAST,
        objects=[LEAST, MOST],
        precedence=-1,
        doc="""
        From which end the rows are listed.""",
    )
    outlier_rate = param.Number(
        default=0.01,
        bounds=(0.0001, 0.5),
        doc="""
        Share of the reference (of other numbers than places: of the rows) that is called outliers.""",
    )
    embedding = param.Selector(
        default="",
        objects=[""],
        check_on_set=False,
        label="Computed from",
        doc="""
        Embedding that familiarity is computed in; empty is the one that plays the role, else the first.""",
    )
    method = param.Selector(
        default="nearest neighbours",
        objects=list(METHODS),
        label="Computed by",
        doc="""
        Density by the nearest neighbours, or by a Gaussian mixture on principal components.""",
    )
    neighbours = param.Integer(
        default=20,
        bounds=(1, 500),
        doc="""
        How many nearest neighbours are looked at.""",
    )
    reference = param.Selector(
        default=ALL_ROWS,
        objects=[ALL_ROWS],
        check_on_set=False,
        doc="""
        Rows that are the measure for all: those known to be clean, such as the training rows.""",
    )
    by = param.ListSelector(
        default=[],
        objects=[],
        check_on_set=False,
        label="Also within each value of",
        doc="""
        Columns: rows are measured once more among those that share their value.""",
    )
    listed_rows = param.Integer(
        default=24,
        bounds=(1, 300),
        label="Rows listed",
        doc="""
        Rows listed from one end.""",
    )
    group_rows = param.Integer(
        default=8,
        bounds=(1, 100),
        label="Rows listed, each group",
        doc="""
        Rows listed of a group, where rows are grouped.""",
    )
    groups = param.Integer(
        default=6,
        bounds=(1, 40),
        label="Groups shown",
        doc="""
        Groups shown, the largest under the filter, where rows are grouped.""",
    )
    bars = param.Integer(
        default=20,
        bounds=(2, 100),
        doc="""
        About how many bars the histogram has.""",
    )
    thumbnail_px = param.Integer(
        default=96,
        bounds=(32, 256),
        label="Thumbnail, pixels",
        doc="""
        Longer side of a picture, in pixels.""",
    )
