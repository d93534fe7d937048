"""What the browser draws the rows with.

Page, ticks, late media, the opened row and a sound travel as values of their
own, so that a tick sends a few bytes and not the page's pictures again.
"""

from __future__ import annotations

from pathlib import Path

import param

from symphony_core.widgets import Component, script

_HERE = Path(__file__).parent
# In the order in which they need each other.
SCRIPTS = ("style.js", "media.js", "item.js", "panel.js", "bar.js", "detail.js", "view.js")


class RowsComponent(Component):
    """Draws pages of rows; `data` is what does not change while they are on show."""

    menu = param.Dict(default={}, doc="Columns to sort by.")
    ticks = param.Dict(default={}, doc="Which rows on show are selected, and the counts in words.")
    late = param.Dict(default={}, doc="Thumbnails and outlines that came after their page.")
    detail = param.Dict(default={}, doc="All columns of the opened row; empty when none is.")
    sound = param.Dict(default={}, doc="The sound that was asked for; taken back once it was heard of.")

    _esm = script(*(_HERE / name for name in SCRIPTS))
