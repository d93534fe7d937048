"""The pieces that views and the shell are drawn with.

Each is drawn by a small script of ours in the browser, that only ever sets text
content: names and values from the data cannot become markup. That is why views
use these pieces and not panes that take HTML. Data stay unescaped in Python.

One page of rows or one histogram is a few kilobytes; nothing here holds a
table. Components were chosen over one Bokeh figure per column and one Tabulator
per page: the whole page of them is painted before a bare page that holds one of
each (`benchmarks/first_page.py`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, ClassVar

import panel_material_ui as pmui
import param
from panel.custom import JSComponent
from panel.viewable import Viewable
from tornado.ioloop import IOLoop

from symphony_core.errors import PluginError
from symphony_core.look import TOKENS

Gesture = Mapping[str, Any]
COMPONENTS = Path(__file__).parent / "components"


def script(*files: Path) -> str:
    """Join a piece's scripts into one module; what every piece is drawn with (`dom.js`) comes first.

    A module cannot import its neighbours: Panel hands each piece to the page as text.
    """
    return "\n".join(path.read_text(encoding="utf-8") for path in (COMPONENTS / "dom.js", *files))


class Component(JSComponent):
    """A piece whose script draws `data` and sends gestures back.

    A gesture is a message, not a value: the same click twice is two gestures.
    A subclass's name must neither start with an underscore (Bokeh takes it for
    abstract) nor end like a Bokeh model, such as Title or Grid (the Material page
    would set a Bokeh theme on it), and its styles must not be for a class of its
    name in lower case, such as `whole` of Whole (Panel's box around it has that).
    """

    data = param.Dict(default={}, doc="What the script draws, as plain numbers, texts and lists.")

    heard = param.String(doc="Token of the last script that called; only in notebooks.")

    _stylesheets: ClassVar[list[str]] = [TOKENS]
    # A child that comes later must not take the others from the page.
    _render_policy = "manual"
    __abstract = True

    def __init__(self, *, on_gesture: Callable[[Gesture], None] | None = None, **params: Any) -> None:
        super().__init__(**params)
        self._on_gesture = on_gesture
        self._changed: set[str] = set()
        synced = (param.Dict, param.String, param.Boolean)
        own = [name for name in self.param if name not in JSComponent.param and name != "heard"]
        self.param.watch(self._note, [name for name in own if isinstance(self.param[name], synced)])

    def _handle_msg(self, msg: Any) -> None:
        if not isinstance(msg, dict):
            return
        if msg.get("kind") == CALLS:
            self._answer(str(msg.get("token")))
        elif msg.get("kind") == ASKS:
            IOLoop.current().call_later(STALE_FOR_S, self._catch_up)
        elif self._on_gesture is not None:
            self._on_gesture(msg)

    def send(self, message: Gesture) -> None:
        """Tell the script something once; it hears it by `model.on("msg:custom", ...)`, bytes as bytes."""
        self._send_msg(dict(message))

    # --- what a notebook misses ------------------------------------------------
    # A kernel goes on while the page still draws a cell, and what it sends before
    # the cell listens is lost: "run all" would leave early views stale. So in a
    # notebook the script calls until it hears an answer, and then asks once for all
    # values that changed since the cell was made.

    def _get_properties(self, doc: Any) -> dict[str, Any]:
        props = super()._get_properties(doc)
        if getattr(doc, "session_context", None) is None:
            props["esm"] = calling_when_drawn(props["esm"])
            self._changed.clear()
        # Panel's page keeps scripts by this name and their length: two plugins' pieces of
        # one name and length would run the same script.
        digest = hashlib.blake2b(props["esm"].encode(), digest_size=8).hexdigest()
        return {**props, "name": f"{type(self).__name__}-{digest}"}

    def _note(self, *events: Any) -> None:
        self._changed.update(event.name for event in events)

    def _answer(self, token: str) -> None:
        self.heard = ""
        self.heard = token

    def _catch_up(self) -> None:
        for name in sorted(self._changed):
            value = getattr(self, name)
            setattr(self, name, _unlike(value))
            setattr(self, name, value)


# Panel keeps what it could not send yet for 0.1 s and sends it then, even after something newer.
STALE_FOR_S = 0.15
# Not gestures: "is anybody there?", answered by `heard`, and "what did I miss?".
CALLS, ASKS = "symphony:calls", "symphony:asks"
_RENDER = "export function render("
_CALLING = f"""
export function render(props) {{
  const {{ model }} = props
  const token = String(Math.random())
  let isHeard = false
  let pause_ms = 50
  let calls = 0
  model.on("heard", () => {{
    if (isHeard || model.heard !== token) return
    isHeard = true
    model.send_msg({{ kind: "{ASKS}" }})
  }})
  const call = () => {{
    if (isHeard || calls++ === 60) return
    model.send_msg({{ kind: "{CALLS}", token }})
    pause_ms = Math.min(2 * pause_ms, 1000)
    setTimeout(call, pause_ms)
  }}
  setTimeout(call, pause_ms)
  return renderPiece(props)
}}
"""


def calling_when_drawn(script: str) -> str:
    """Give a piece's script that calls Python once it is drawn.

    Raises PluginError when the script has no `export function render(`.
    """
    if _RENDER not in script:
        raise PluginError(f"a component's script lacks {_RENDER!r}...); write its entry point so.")
    return script.replace(_RENDER, "function renderPiece(", 1) + _CALLING


def _unlike(value: Any) -> Any:
    """Give a value that a script can draw and that differs, so that the true one counts as new."""
    if isinstance(value, dict):
        return {**value, "": 0}
    return not value if isinstance(value, bool) else f"{value} "


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
