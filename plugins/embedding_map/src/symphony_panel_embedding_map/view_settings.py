"""What can be set on the map: behind its gear, by gestures on it, or in `show`."""

from __future__ import annotations

import param

from symphony_core.view import View


class MapSettings(View):
    """The params of the map; those with precedence -1 have controls of their own on it."""

    method = param.Selector(
        default="auto",
        objects=["auto", "pacmap", "pca"],
        label="Projection",
        doc="""
        How vectors are laid out in the plane; PCA is drawn first, and this one when it is ready.
        Auto is PaCMAP, and PCA for fewer than 16 rows.""",
    )
    metric = param.Selector(
        default="euclidean",
        objects=["euclidean", "cosine"],
        label="Distance of a projection",
        doc="""
        Cosine looks at the directions of vectors only.""",
    )
    neighbours = param.Integer(
        default=0,
        bounds=(0, 200),
        label="Neighbours of a projection",
        doc="""
        How many nearest rows PaCMAP keeps together: few show detail, many the whole; 0 is what suits
        the number of rows.""",
    )
    seed = param.Integer(
        default=0,
        bounds=(0, 2**31 - 1),
        label="Seed of a projection",
        doc="""
        The same seed gives the same map.""",
    )
    values = param.Integer(
        default=10,
        bounds=(2, 15),
        label="Values with a colour",
        doc="""
        How many values of a category have a colour of their own; the rest share one grey.""",
    )
    groups = param.Integer(
        default=6,
        bounds=(1, 24),
        label="Groups shown",
        doc="""
        Groups with a map of their own, the largest first, where rows are grouped.""",
    )
    contours = param.Boolean(
        default=False,
        label="Contours",
        doc="""
        Draw lines around the densest places that hold 25, 50, 75 and 95 % of the rows in the window.""",
    )
    names = param.Boolean(
        default=True,
        label="Names of clusters",
        doc="""
        Write the names of clusters on the map, once there is a column `cluster`.""",
    )
    found = param.Integer(
        default=50,
        bounds=(1, 1000),
        label="Rows found",
        doc="""
        How many rows a search by words, by meaning or for similar rows selects at most.""",
    )
    layer = param.String(
        default="",
        precedence=-1,
        doc="""
        Which map is shown, by the name of its embedding or columns; none is the first.""",
    )
    colour = param.String(
        default="",
        precedence=-1,
        doc="""
        Column that colours the points; none is the label, if there is one.""",
    )
    is_density = param.Boolean(
        default=False,
        precedence=-1,
        doc="""
        Colour by nothing, whatever `colour` says: only how many rows lie where.""",
    )
    window = param.List(
        default=[],
        item_type=float,
        precedence=-1,
        doc="""
        Part of the plane on show: x from, x to, y from, y to; empty is all points.""",
    )
