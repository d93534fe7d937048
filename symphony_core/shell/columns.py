"""Computed columns and embeddings of the session: what made each, and a way to drop it."""

from __future__ import annotations

from typing import Any

from symphony_core.overlay import ComputedLayer
from symphony_core.shell.part import Acts, Part
from symphony_core.slices import drop_column, how_made
from symphony_core.widgets import COMPONENTS, Component, Gesture, script

# A slice of rows by id says up to a thousand of them; nobody reads them here.
MAX_MADE_CHARS = 400


class ColumnsPiece(Component):
    """The computed columns' part of the side bar."""

    _esm = script(COMPONENTS / "columns.js")


class Columns(Part):
    """The computed columns, in the order they came."""

    component_type = ColumnsPiece
    follows = ("overlay",)

    def data(self) -> dict[str, Any]:
        """Give name, kind and origin of each."""
        overlay = self.state.overlay
        return {
            "columns": [
                {"name": name, "kind": column.data.kind.value, "made": _short(how_made(column))}
                for name, column in overlay.items()
            ]
            + [
                {"name": name, "kind": _numbers(layer), "made": _short(how_made(layer))}
                for name, layer in overlay.layers.items()
            ]
        }

    @property
    def acts(self) -> Acts:
        return {"drop": self._drop}

    def _drop(self, gesture: Gesture) -> None:
        name = str(gesture.get("name"))
        drop_column(self.state, name)
        self.shell.toast(f"Dropped column {name!r}.", can_undo=True)


def _numbers(layer: ComputedLayer) -> str:
    return f"{layer.vectors.dimension:,} numbers"


def _short(words: str) -> str:
    return words if len(words) <= MAX_MADE_CHARS else f"{words[:MAX_MADE_CHARS]}…"
