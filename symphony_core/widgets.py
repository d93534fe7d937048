"""The pieces that views and the shell are drawn with.

Each is drawn by a small script of ours in the browser, that only ever sets text
content: names and values from the data cannot become markup. That is why views
use these pieces and not panes that take HTML. Data stay unescaped in Python.

One page of rows or one histogram is a few kilobytes; nothing here holds a
table. Components were chosen over one Bokeh figure per column and one Tabulator
per page because they paint first in half the time (`benchmarks/first_page.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, ClassVar

import panel_material_ui as pmui
import param
from panel.custom import Child, JSComponent
from panel.viewable import Viewable

from symphony_core.errors import PluginError
from symphony_core.look import TOKENS

Gesture = Mapping[str, Any]
COMPONENTS = Path(__file__).parent / "components"


class Component(JSComponent):
    """A piece whose script draws `data` and sends gestures back.

    A gesture is a message, not a value: the same click twice is two gestures.
    A subclass's name must neither start with an underscore (Bokeh takes it for
    abstract) nor end like a Bokeh model, such as Title or Grid (the Material page
    would set a Bokeh theme on it).
    """

    data = param.Dict(default={}, doc="What the script draws, as plain numbers, texts and lists.")

    _stylesheets: ClassVar[list[str]] = [TOKENS]
    # A child that comes later must not take the others from the page.
    _render_policy = "manual"
    __abstract = True

    def __init__(self, *, on_gesture: Callable[[Gesture], None] | None = None, **params: Any) -> None:
        super().__init__(**params)
        self._on_gesture = on_gesture

    def _handle_msg(self, msg: Any) -> None:
        if self._on_gesture is not None and isinstance(msg, dict):
            self._on_gesture(msg)


class Frame(Component):
    """The card around a view: title, counts, settings, and what went wrong."""

    body = Child(doc="What the view draws.")
    settings = Child(doc="Controls behind the gear; none when the view has none.")
    title = param.String(doc="The view's name as the menu says it.")
    help = param.String(doc="One line: what this shows and what can be done with it.")
    count = param.String(doc="Rows on show, in words.")
    problem = param.String(doc="Why nothing or something old is shown; empty when all is well.")
    has_settings = param.Boolean(doc="Whether there is anything behind the gear.")
    is_busy = param.Boolean(doc="Whether something newer than what is shown is on its way.")

    _esm = COMPONENTS / "frame.js"


def control(parameter: param.Parameter) -> Viewable:
    """Build the widget for one setting, named and explained by the param itself."""
    kinds: list[tuple[type, type[Viewable]]] = [
        (param.Boolean, pmui.Checkbox),
        (param.ListSelector, pmui.MultiChoice),
        (param.Selector, pmui.Select),
        (param.Integer, pmui.IntInput),
        (param.Number, pmui.FloatInput),
        (param.String, pmui.TextInput),
    ]
    for kind, widget in kinds:
        if isinstance(parameter, kind):
            # MultiChoice means by `size` how many options it lists
            small = {} if widget is pmui.MultiChoice else {"size": "small"}
            made: Viewable = widget.from_param(parameter, **small)
            return made
    raise PluginError(
        f"setting {parameter.name!r} is a {type(parameter).__name__}, which has no control; use one of "
        f"{', '.join(kind.__name__ for kind, _ in kinds)}, or hide it with precedence=-1."
    )
