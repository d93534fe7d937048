"""What the script is told, as plain numbers, texts and bytes; all words of the map are made here."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from symphony_core.table import Table
from symphony_panel_embedding_map import view_search
from symphony_panel_embedding_map.view_colour import RAMP_STEPS, can_colour
from symphony_panel_embedding_map.view_layer import Layer, chosen_layer, layers_of
from symphony_panel_embedding_map.view_look import Look
from symphony_panel_embedding_map.view_shade import ramp_colours
from symphony_panel_embedding_map.view_wanted import Painted
from symphony_panel_embedding_map.view_words import rows as rows_words

if TYPE_CHECKING:
    from symphony_panel_embedding_map.view import EmbeddingMapView

NO_TABLE = pd.DataFrame(columns=["colour", "rows", "centre x", "centre y", "spread x", "spread y"])
# More columns than these make a menu that nobody scrolls.
MAX_MENU = 400


def without_window(look: Look) -> Look:
    """Give the same look at all points."""
    return replace(look, window=None)


def picture(painted: Painted) -> dict[str, object]:
    """Give one picture of all panels, for the channel and not for the model: it is soon replaced."""
    return {
        "kind": "picture",
        "number": painted.wanted.look.number,
        "window": list(painted.window),
        "panels": [panel.payload() for _, panel in painted.panels],
    }


def data(view: EmbeddingMapView, painted: Painted | None, empty: str, window_number: int) -> dict[str, Any]:
    """Give all that the script draws around the pictures."""
    state, table = view.state, view.state.table
    layers = layers_of(table)
    shared: dict[str, Any] = {
        "empty": empty,
        "work": view.work.payload(),
        "finding": view.finding.payload(),
        "layers": [layer.name for layer in layers],
        "columns": view.memo.get("columns", table, lambda: _columns(table)),
        "colour": view.colour_column or "",
        "window": list(view.window) or None,
        "window_number": window_number,
        "selected": selected_words(view),
        "has_selection": state.selection is not None,
        "has_picked": state.selection is not None and state.selected_count() > 0,
        "acts": view_search.acts(view),
        "embed": "" if layers else _embed_words(view),
        "can_retry": painted is None and bool(layers) and len(table) > 0,
    }
    if painted is None:
        layer = chosen_layer(layers, view.layer)
        return {
            **shared,
            "layer": "" if layer is None else layer.name,
            "extent": None,
            "panels": [],
            "legend": None,
            "names": [],
            "caption": "",
        }
    return {
        **shared,
        "layer": painted.wanted.layer.name,
        "is_projection": painted.wanted.layer.is_projection,
        "can_project": painted.wanted.layer.embedding is not None,
        "extent": list(painted.extent),
        "panels": _panels(painted),
        "more_groups": painted.group_count - len(painted.panels),
        "legend": _legend(painted),
        "names": [name.payload() for name in painted.names],
        "caption": caption(painted),
        "has_filter": state.filter is not None,
        "nothing": _nothing(painted),
        "focus": _focus(view, painted),
    }


def _columns(table: Table) -> list[str]:
    return [name for name in table.names if can_colour(table.column(name))][:MAX_MENU]


def _embed_words(view: EmbeddingMapView) -> str:
    """Word the act that helps where there is no embedding; nothing when none can be computed."""
    found = view_search.embeddable(view)
    return "" if found is None else f"Compute one from {found[0]}"


def _panels(painted: Painted) -> list[dict[str, object]]:
    return [
        {"words": "" if group is None else " · ".join(group.values),
         "count": "" if group is None else rows_words(group.row_count)}
        for group, _ in painted.panels
    ]  # fmt: skip


def _legend(painted: Painted) -> dict[str, object] | None:
    coloured = painted.colouring
    if coloured.column is None:
        return None
    if coloured.is_ramp:
        known, missing = (int(count) for count in painted.counts)
        ramps = {"light": _steps(ramp_colours(False)), "dark": _steps(ramp_colours(True))}
        gaps = f"{rows_words(missing)} without a value, grey" if missing else ""
        return {"column": coloured.column, "ramps": ramps, "ticks": coloured.tick_words(), "gaps": gaps,
                "count": rows_words(known)}  # fmt: skip
    entries = [
        {"words": entry.words, "colour": entry.colour, "count": f"{int(painted.counts[place]):,}",
         "of": f"{entry.row_count:,}", "is_in": painted.is_in[place]}
        for place, entry in enumerate(coloured.entries)
    ]  # fmt: skip
    return {"column": coloured.column, "entries": entries}


def _steps(ramp: list[str]) -> list[str]:
    """Give the colours of the ramp's steps as the codes of rows count them, missing last."""
    places = np.linspace(0, len(ramp) - 1, RAMP_STEPS - 1).round().astype(int)
    return [ramp[place] for place in places]


def _focus(view: EmbeddingMapView, painted: Painted) -> list[float] | None:
    focus, wanted = view.state.focus, painted.wanted
    if focus is None:
        return None
    row = int(view.state.dataset.positions_of([focus])[0])
    place = [float(wanted.table.column(name).values[row]) for name in (wanted.layer.x, wanted.layer.y)]
    return place if np.isfinite(place).all() else None


def selected_words(view: EmbeddingMapView) -> str:
    """Say how many rows are selected."""
    count = view.state.selected_count()
    return f"{count:,} selected" if view.state.selection is not None else ""


def caption(painted: Painted) -> str:
    """Say exactly what is drawn: rows, how, coloured by what, and what could not be placed."""
    wanted, total = painted.wanted, len(painted.wanted.table)
    drawn, under = painted.drawn_count, painted.under_count
    how = "aggregated" if painted.is_aggregated else "drawn one by one"
    parts = [
        f"{drawn:,} of {rows_words(total)} {how}"
        if how != "aggregated"
        else f"{drawn:,} of {rows_words(total)}, aggregated"
    ]
    if drawn < under:
        parts.append(
            f"{rows_words(under - drawn)} outside the window"
            + (" or in other groups" if wanted.group_by else "")
        )
    parts.append(f"colour = {painted.colouring.column or 'density'}")
    aside = total - painted.placed_count
    if aside:
        parts.append(f"{rows_words(aside)} without a {'vector' if wanted.layer.embedding else 'place'}")
    if wanted.filter is not None:
        parts.append("grey = rows outside the filter")
    if wanted.has_contours:
        parts.append("lines around 25, 50, 75 and 95 % of the rows in the window")
    return "; ".join(parts) + "."


def _nothing(painted: Painted) -> str:
    if len(painted.wanted.table) == 0:
        return "The table has no rows."
    if painted.placed_count == 0:
        return "No row has a place: all coordinates are missing or infinite."
    if painted.under_count == 0:
        return "No rows under the filter. Grey is all rows; clear the filter or undo."
    return ""


def empty_words(table: Table, layer: Layer | None, *, is_running: bool) -> str:
    """Say why there is no map and what helps."""
    if len(table) == 0:
        return "The table has no rows."
    if layer is None:
        return (
            "No embedding column. Choose one with open(..., embedding='COLUMN'), or give two number columns "
            "named x and y."
        )
    if is_running:
        return f"Placing the rows by {layer.embedding}…"
    return f"The rows have no places by {layer.name} yet."


def sentence(view: EmbeddingMapView, painted: Painted | None) -> str:
    """Say in one sentence what is on show."""
    state = view.state
    total, under = len(state.table), state.count()
    rule = "" if state.filter is None else f" {state.table.text(state.filter)}"
    counted = f"{under:,} of {rows_words(total)} under the filter{rule}, {state.selected_count():,} selected"
    if painted is None:
        return f"Embedding map of {state.dataset.name}, not drawn: {counted}."
    wanted = painted.wanted
    how = "aggregated" if painted.is_aggregated else "one by one"
    groups = f"; one map a group of {' and '.join(wanted.group_by)}" if wanted.group_by else ""
    names = ", ".join(name.words for name in painted.names if name.depth == 0)
    named = f"; clusters {names[:200]}" if names else ""
    return (
        f"Embedding map of {state.dataset.name} by {wanted.layer.name}, {how}: {counted}; "
        f"colour = {painted.colouring.column or 'density'}{groups}{named}."
    )
