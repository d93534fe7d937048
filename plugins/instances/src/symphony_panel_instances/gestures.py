"""What the browser sends, and what it does to the state and to the view.

A message comes from outside and is checked before anything changes: rows are
positions in the table, a panel is one that is on show, a column is one there is.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from symphony_core.errors import BadSetting
from symphony_core.expr import Expr, all_of
from symphony_core.widgets import Gesture
from symphony_panel_instances.samples import CARDS, GRID, TABLE
from symphony_panel_instances.ticks import Heard, group_ticked, ticked
from symphony_panel_instances.wanted import ALL, Panel

if TYPE_CHECKING:
    from symphony_panel_instances.view import InstancesView

MAX_SEARCH_CHARS = 1_000


class Gestures:
    """The acts of one view, by the kind of the message that asks for them."""

    def __init__(self, view: InstancesView) -> None:
        self._view = view
        self._state = view.state
        self.heard = Heard()

    def __call__(self, gesture: Gesture) -> None:
        """Do what was asked. Raises BadSetting for a message that no script of ours sends."""
        acts = {
            "tick": self._tick, "clear": self._clear, "clear_filter": self._clear_filter,
            "select_group": self._select_group, "page": self._turn_to, "sort": self._sort,
            "search": self._search_for, "filter_by_search": self._filter_by_search, "mode": self._set_mode,
            "open": self._open, "step": self._step, "full": self._set_full, "play": self._play,
            "heard": self._forget_sound,
        }  # fmt: skip
        act = acts.get(str(gesture.get("kind")))
        if act is None:
            raise BadSetting(f"the page sent {gesture.get('kind')!r}; known are {', '.join(acts)}.")
        act(gesture)

    def _tick(self, gesture: Gesture) -> None:
        state, is_wanted = self._state, bool(gesture.get("wanted"))

        def selection() -> Expr | None:
            rows = positions(gesture.get("rows"), len(state.table))
            return ticked(state.table, state.selection, rows, is_wanted=is_wanted)

        self._select(gesture, selection)

    def _select_group(self, gesture: Gesture) -> None:
        """Put all rows of a panel that filter and search leave into the selection, or take them out."""
        panel, is_wanted = self._panel(gesture), bool(gesture.get("wanted"))
        wanted = self._view.shown
        assert wanted is not None
        self._select(
            gesture, lambda: group_ticked(wanted, panel.key, self._state.selection, is_wanted=is_wanted)
        )

    def _select(self, gesture: Gesture, selection: Callable[[], Expr | None]) -> None:
        self.heard.note(gesture)
        try:
            self._state.selection = selection()
        finally:
            self._view.draw_ticks()

    def _clear(self, gesture: Gesture) -> None:
        self._select(gesture, lambda: None)

    def _turn_to(self, gesture: Gesture) -> None:
        number, panel = gesture.get("number"), self._panel(gesture)
        if type(number) is not int:
            raise BadSetting(f"page {number!r} is no whole number.")
        size = self._view.page_size
        last = max(1, -(-panel.total // size))
        self._view.turn(panel.key, (min(max(number, 1), last) - 1) * size)

    def _panel(self, gesture: Gesture) -> Panel:
        key = gesture.get("panel", ALL)
        for panel in self._view.found.panels:
            if panel.key == key:
                return panel
        raise BadSetting(f"the page sent group {str(key)[:40]!r}, which is not on show.")

    def _sort(self, gesture: Gesture) -> None:
        name = str(gesture.get("column") or "")
        if name:
            self._view.check_columns([name])
        follow = bool(gesture.get("ranked", self._view.follow_ranking))
        self._view.param.update(sort=name, descending=bool(gesture.get("descending")), follow_ranking=follow)

    def _search_for(self, gesture: Gesture) -> None:
        self._view.search = str(gesture.get("text") or "")[:MAX_SEARCH_CHARS]

    def _filter_by_search(self, gesture: Gesture) -> None:
        """Make the search a part of everybody's filter, and end it here."""
        found = self._view.searching
        if found is None:
            return
        with self._state.gesture():
            self._state.filter = all_of([self._state.filter, found])
            self._view.search = ""
            with self._state.gesture():
                pass  # a step of its own: the change of the setting would merge it with the typing before

    def _set_mode(self, gesture: Gesture) -> None:
        mode = gesture.get("mode")
        if mode not in (GRID, CARDS, TABLE):
            raise BadSetting(f"the page sent mode {str(mode)[:40]!r}; known are grid, cards and table.")
        self._view.mode = mode

    def _open(self, gesture: Gesture) -> None:
        if gesture.get("row") is None:
            self._state.focus = None
        else:
            self._view.focus(int(positions([gesture["row"]], len(self._state.table))[0]))

    def _step(self, gesture: Gesture) -> None:
        """Open the row before or after the opened one, on the next page of its panel if need be."""
        by = -1 if gesture.get("by") == -1 else 1
        row = self._view.opened_row
        place = None if row is None else self._view.found.place(row)
        if place is None:
            return
        panel, at = place
        if 0 <= at + by < len(panel.rows):
            self._view.focus(int(panel.rows[at + by]))
        elif 0 <= panel.first + at + by < panel.total:
            self._view.turn(panel.key, panel.first + by * self._view.page_size, open_at=0 if by > 0 else -1)

    def _set_full(self, gesture: Gesture) -> None:
        self._view.show_full(bool(gesture.get("full")))

    def _play(self, gesture: Gesture) -> None:
        row = int(positions([gesture.get("row")], len(self._state.table))[0])
        self._view.send_sound(row, str(gesture.get("column")), client=str(gesture.get("client", ""))[:40])

    def _forget_sound(self, gesture: Gesture) -> None:
        self._view.forget_sound()

    def _clear_filter(self, gesture: Gesture) -> None:
        self._state.filter = None


def positions(rows: object, row_count: int) -> np.ndarray:
    """Read positions that a browser sent. Raises BadSetting."""
    listed = list(rows) if isinstance(rows, (list, tuple)) else [None]
    if not all(type(row) is int and 0 <= row < row_count for row in listed):
        raise BadSetting(f"the page sent rows {str(rows)[:60]}; wanted positions from 0 to {row_count - 1}.")
    return np.array(listed, dtype=np.int64)
