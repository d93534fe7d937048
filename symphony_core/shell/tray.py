"""The selection: how many rows are marked, and what can be done with them."""

from __future__ import annotations

from typing import Any

import numpy as np

from symphony_core.shell.part import Acts, Part
from symphony_core.view import rows_text
from symphony_core.widgets import COMPONENTS, Component, script


class TrayPiece(Component):
    """The selection's part of the side bar."""

    _esm = script(COMPONENTS / "tray.js")


class Tray(Part):
    """The selected rows."""

    component_type = TrayPiece
    follows = ("selection", "filter", "overlay")

    def data(self) -> dict[str, Any]:
        """Describe the selection."""
        return {
            "words": self._words(),
            "has_selection": self.state.selection is not None,
            "has_keys": self.session.owns_page,
        }

    @property
    def acts(self) -> Acts:
        return {
            "clear": lambda gesture: setattr(self.state, "selection", None),
            "narrow": lambda gesture: setattr(self.state, "filter", self.state.selection),
        }

    def _words(self) -> str:
        state = self.state
        if state.selection is None:
            return "No rows selected."
        problem = state.problem("selection")
        if problem:
            return str(problem)
        mask = state.selection_mask()
        count = int(np.count_nonzero(mask))
        hidden = 0 if state.problem("filter") else count - int(np.count_nonzero(mask & state.filter_mask()))
        return f"{rows_text(count)} selected" + (f", {hidden:,} not under the filter." if hidden else ".")
