"""What can be set on the view: behind its gear, by gestures on it, or in `show`."""

from __future__ import annotations

import param

from symphony_core.view import View
from symphony_panel_instances.samples import CARDS, GRID, TABLE


class RowsSettings(View):
    """The params of the instances view; those with precedence -1 have controls in its own bar."""

    grid_rows = param.Integer(
        default=60,
        bounds=(1, 600),
        label="Rows per page, grid",
        doc="""
        Rows on one page of the grid.""",
    )
    card_rows = param.Integer(
        default=24,
        bounds=(1, 300),
        label="Rows per page, cards",
        doc="""
        Rows on one page of cards.""",
    )
    table_rows = param.Integer(
        default=20,
        bounds=(1, 500),
        label="Rows per page, table",
        doc="""
        Rows on one page of the table.""",
    )
    group_rows = param.Integer(
        default=12,
        bounds=(1, 200),
        label="Rows per page, each group",
        doc="""
        Rows on one page of a group, where rows are grouped.""",
    )
    group_panels = param.Integer(
        default=6,
        bounds=(1, 40),
        label="Groups shown",
        doc="""
        Groups shown, the largest first, where rows are grouped.""",
    )
    thumbnail_px = param.Integer(
        default=96,
        bounds=(32, 256),
        label="Thumbnail, pixels",
        doc="""
        Longer side of a picture in the grid, in pixels.""",
    )
    media = param.ListSelector(
        default=[],
        objects=[],
        check_on_set=False,
        label="Pictures and sounds",
        doc="""
        Columns of pictures and sounds to show side by side; none chosen shows the first four there are.""",
    )
    beside = param.ListSelector(
        default=[],
        objects=[],
        check_on_set=False,
        label="Beside the sample",
        doc="""
        Columns shown beside each sample; none chosen shows label and prediction.""",
    )
    columns = param.ListSelector(
        default=[],
        objects=[],
        check_on_set=False,
        doc="""
        Columns of the table; none chosen shows the first 12 and all computed ones.""",
    )
    search_in = param.ListSelector(
        default=[],
        objects=[],
        check_on_set=False,
        label="Search in",
        doc="""
        Text columns that the search looks into; none chosen searches all, at most 100.""",
    )
    mode = param.Selector(
        default=None,
        objects=[None, GRID, CARDS, TABLE],
        precedence=-1,
        doc="""
        Grid of pictures, cards or table; None is what fits the data.""",
    )
    sort = param.String(
        default="",
        precedence=-1,
        doc="""
        Column whose values order the rows; empty is the order of the data.""",
    )
    descending = param.Boolean(
        default=False,
        precedence=-1,
        doc="""
        Whether the largest value comes first.""",
    )
    follow_ranking = param.Boolean(
        default=True,
        label="Ranked rows first",
        doc="""
        Whether the rows of the newest ranking come first, in its order, while no column orders the rows.""",
    )
    search = param.String(
        default="",
        precedence=-1,
        doc="""
        Words that a row's texts must contain to be shown; it narrows this view only.""",
    )
