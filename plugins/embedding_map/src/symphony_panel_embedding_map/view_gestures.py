"""What the page sends, and what it does to the state and to the map.

A message comes from outside and is checked before anything changes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from symphony_core.combine import Mode, with_condition
from symphony_core.errors import BadSetting, UnknownColumn, no_such
from symphony_core.expr import Expr, all_of
from symphony_core.widgets import Gesture
from symphony_panel_embedding_map import view_search
from symphony_panel_embedding_map.view_brush import box, joined, lasso
from symphony_panel_embedding_map.view_look import read_look, read_window
from symphony_panel_embedding_map.view_wanted import Painted

if TYPE_CHECKING:
    from symphony_panel_embedding_map.view import EmbeddingMapView

# More rows than these around the pointer are told by their number.
MAX_NEAR = 40


class Gestures:
    """The acts of one map, by the kind of the message that asks for them."""

    def __init__(self, view: EmbeddingMapView) -> None:
        self._view = view
        self._state = view.state

    def __call__(self, gesture: Gesture) -> None:
        """Do what was asked. Raises BadSetting for a message that no script of ours sends."""
        acts = {
            "look": self._look, "window": self._keep_window, "box": self._box, "lasso": self._lasso,
            "clear": self._clear, "hover": self._hover, "open": self._open, "legend": self._legend,
            "colour": self._colour, "layer": self._layer, "project": self._project, "cancel": self._cancel,
            "clusters": self._clusters, "neighbours": self._neighbours, "search": self._search,
            "embed": self._embed, "clear_filter": self._clear_filter,
        }  # fmt: skip
        act = acts.get(str(gesture.get("kind")))
        if act is None:
            raise BadSetting(f"the page sent {gesture.get('kind')!r}; known are {', '.join(acts)}.")
        act(gesture)

    # --- looking ------------------------------------------------------------------

    def _look(self, gesture: Gesture) -> None:
        self._view.look_at(read_look(gesture))

    def _keep_window(self, gesture: Gesture) -> None:
        window = gesture.get("window")
        self._view.keep_window(None if window is None else read_window(window))

    def _colour(self, gesture: Gesture) -> None:
        name = str(gesture.get("column") or "")
        if name:
            self._check_column(name)
        with self._state.gesture():
            self._view.param.update(colour=name, is_density=not name)

    def _layer(self, gesture: Gesture) -> None:
        self._view.layer = str(gesture.get("name") or "")

    def _check_column(self, name: str) -> None:
        table = self._state.table
        if name not in table.names:
            message, close = no_such("column", name, table.names, table.dataset_name)
            raise UnknownColumn(message, column=name, nearest=close)

    # --- choosing rows --------------------------------------------------------------

    def _box(self, gesture: Gesture) -> None:
        painted = self._view.painted
        if painted is not None:
            layer = painted.wanted.layer
            self._select(box(layer.x, layer.y, gesture, painted.pixel), gesture, painted)

    def _lasso(self, gesture: Gesture) -> None:
        painted = self._view.painted
        if painted is not None:
            layer = painted.wanted.layer
            self._select(lasso(layer.x, layer.y, gesture, painted.pixel), gesture, painted)

    def _select(self, place: Expr | None, gesture: Gesture, painted: Painted) -> None:
        """Select the rows at a place, of those that are under the filter and in the brushed panel."""
        if place is None:
            return
        brushed = all_of([self._state.filter, self._group(gesture, painted), place])
        assert brushed is not None
        mode = Mode(str(gesture.get("mode", "replace")))
        self._state.selection = joined(self._state.selection, brushed, mode)

    def _group(self, gesture: Gesture, painted: Painted) -> Expr | None:
        panel = gesture.get("panel", 0)
        if type(panel) is not int or not 0 <= panel < len(painted.panels):
            raise BadSetting(f"the page sent panel {str(panel)[:40]!r}, which is not on show.")
        group = painted.panels[panel][0]
        return None if group is None else painted.wanted.group_condition(group.index)

    def _clear(self, gesture: Gesture) -> None:
        self._state.selection = None

    def _clear_filter(self, gesture: Gesture) -> None:
        self._state.filter = None

    def _legend(self, gesture: Gesture) -> None:
        """Filter by a value of the legend, leaving the conditions on other columns alone."""
        painted = self._view.painted
        entries = () if painted is None else painted.colouring.entries
        number = gesture.get("entry")
        if type(number) is not int or not 0 <= number < len(entries):
            raise BadSetting(f"the page sent entry {str(number)[:40]!r} of a legend of {len(entries)}.")
        assert painted is not None
        assert painted.colouring.column is not None
        mode = Mode(str(gesture.get("mode", "replace")))
        condition = entries[number].condition
        self._state.filter = with_condition(self._state.filter, painted.colouring.column, condition, mode)

    # --- one row ----------------------------------------------------------------------

    def _hover(self, gesture: Gesture) -> None:
        """Tell the page what lies under the pointer."""
        painted = self._view.painted
        if painted is None:
            return
        x, y, near_x, near_y = self._place(gesture)
        keep = self._shown(gesture, painted)
        around = (x - near_x, x + near_x, y - near_y, y + near_y)
        index = painted.wanted.index()
        count = len(index.rows_in(around, MAX_NEAR + 1, keep))
        row = None if not 0 < count <= MAX_NEAR else self._nearest(gesture, painted)
        told: dict[str, object] = {
            "kind": "sample",
            "number": gesture.get("number", 0),
            "is_many": count > MAX_NEAR,
        }
        if row is not None:
            told |= self._view.sample(row).payload() | {"place": self._place_of(painted, row)}
        self._view.send(told)

    def _open(self, gesture: Gesture) -> None:
        painted = self._view.painted
        row = None if painted is None else self._nearest(gesture, painted)
        dataset = self._state.dataset
        self._state.focus = None if row is None else dataset.ids_at(np.array([row])).tolist()[0]

    def _nearest(self, gesture: Gesture, painted: Painted) -> int | None:
        x, y, near_x, near_y = self._place(gesture)
        return painted.wanted.index().nearest(x, y, (near_x, near_y), self._shown(gesture, painted))

    def _place(self, gesture: Gesture) -> tuple[float, float, float, float]:
        x0, x1, y0, y1 = read_window(gesture.get("around"))
        return (x0 + x1) / 2, (y0 + y1) / 2, (x1 - x0) / 2, (y1 - y0) / 2

    def _place_of(self, painted: Painted, row: int) -> list[float]:
        layer, table = painted.wanted.layer, painted.wanted.table
        return [float(table.column(name).values[row]) for name in (layer.x, layer.y)]

    def _shown(self, gesture: Gesture, painted: Painted) -> np.ndarray | None:
        under, group = painted.wanted.under(), self._group(gesture, painted)
        if group is None:
            return under
        mask = painted.wanted.table.mask(group)
        return mask if under is None else np.asarray(under & mask)

    # --- analyses ---------------------------------------------------------------------

    def _project(self, gesture: Gesture) -> None:
        self._view.project()

    def _cancel(self, gesture: Gesture) -> None:
        work = self._view.finding if gesture.get("is_search") is True else self._view.work
        work.cancel()

    def _clusters(self, gesture: Gesture) -> None:
        view_search.find_clusters(self._view)

    def _neighbours(self, gesture: Gesture) -> None:
        view_search.find_neighbours(self._view)

    def _search(self, gesture: Gesture) -> None:
        text, is_meaning = str(gesture.get("text") or ""), gesture.get("is_meaning") is True
        view_search.find_text(self._view, text, is_meaning=is_meaning)

    def _embed(self, gesture: Gesture) -> None:
        view_search.embed(self._view)
