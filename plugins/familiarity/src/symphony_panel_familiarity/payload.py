"""The drawing as plain values and words, so that the script only places them and a test can read them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from symphony_core.combine import condition_on
from symphony_panel_familiarity.computing import embedding_of, plan
from symphony_panel_familiarity.ends import MOST, Panel, Shown, Want
from symphony_panel_familiarity.layers import Layer
from symphony_panel_familiarity.samples import RowMedia, three_digits, words_of
from symphony_panel_familiarity.settings import FamiliaritySettings

# The mean place of rows that are their own reference is exactly a half.
EVEN = 1e-6
NO_EMBEDDING = (
    "No embedding column: familiarity is measured in one. Name it with open(..., embedding='COLUMN'), "
    "or compute one from texts or images."
)


def drawing(
    view: FamiliaritySettings,
    found: Shown | None,
    layers: Sequence[Layer],
    layer: Layer | None,
    media: RowMedia,
) -> dict[str, object]:
    """Give all that is drawn but pictures and sounds."""
    common: dict[str, object] = {
        "layers": [one.column for one in layers],
        "plan": plan(view),
        "rate": view.outlier_rate,
        "is_most": view.order == MOST,
        "thumbnail_px": view.thumbnail_px,
        "media": [list(column) for column in media.columns],
    }
    if found is None:
        return {**common, "layer": layer.column if layer else "", "empty": empty_words(view, layer)}
    state = view.state
    mask = state.selection_mask()
    focus = None if state.focus is None else int(state.dataset.positions_of([state.focus])[0])
    own = condition_on(state.filter, found.want.column)
    return {
        **common,
        "layer": found.want.column,
        "empty": "",
        "labels": bar_labels(found.edges),
        "axis": [three_digits(float(found.edges[0])), three_digits(float(found.edges[-1]))],
        "is_in": found.is_in.tolist(),
        "condition": "" if own is None else state.table.text(own),
        "mark": _mark(found),
        "note": note(found),
        "outliers": found.outliers,
        "outlier_words": outlier_words(found),
        "is_grouped": bool(found.want.group_by),
        "more_groups": found.group_count - len(found.panels),
        "focus": focus,
        "panels": [_panel(view, panel, media, mask, found.want, mean_words(found)) for panel in found.panels],
    }


def _panel(
    view: FamiliaritySettings, panel: Panel, media: RowMedia, mask: np.ndarray, want: Want, all_words: str
) -> dict[str, object]:
    column, is_place = want.column, want.is_place
    table = view.state.table
    of_all = "" if view.state.filter is None or panel.name else f"; {all_words}"
    ids = [str(row_id) for row_id in table.dataset.ids_at(panel.rows).tolist()]
    words = words_of(table, panel.rows, has_media=bool(media.columns), but=column) if len(panel.rows) else []
    return {
        "name": " · ".join(panel.name),
        "row_count": panel.row_count,
        "known": panel.known,
        "mean": figures(panel.mean, panel.std, panel.known) + of_all,
        "counts": panel.counts.tolist(),
        "tallest": [max(1, int(n)) for n in panel.counts.max(axis=0)],
        "rows": panel.rows.tolist(),
        "ids": ids,
        "values": [place_text(value) if is_place else three_digits(value) for value in panel.values.tolist()],
        "words": [[list(one) for one in lines] for lines in words],
        "picked": mask[panel.rows].tolist(),
        "has_more": panel.known > len(panel.rows),
    }


def bar_labels(edges: np.ndarray) -> list[str]:
    """Word the range of each bar."""
    marks = [f"{mark:.6g}" for mark in edges.tolist()]
    return [low if low == high else f"{low} – {high}" for low, high in pairwise(marks)]


def _mark(found: Shown) -> float | None:
    """Give where outliers end along the axis, 0 to 1; None when there are none."""
    low, high = float(found.edges[0]), float(found.edges[-1])
    if found.threshold is None or low == high:
        return None
    return min(1.0, max(0.0, (found.threshold - low) / (high - low)))


def place_text(value: float) -> str:
    """Write a place, with the digits that tell the rows at either end apart."""
    return f"{value:.3f}" if 0.01 <= value <= 0.99 else f"{value:.4f}"


def figures(mean: float, std: float, count: int) -> str:
    """Word mean and deviation, with how many values they are of."""
    if not count:
        return "no value"
    spread = f" ± {three_digits(std)}" if np.isfinite(std) else ""
    return f"mean {three_digits(mean)}{spread}, n {count:,}"


def mean_words(found: Shown) -> str:
    """Word mean and deviation of all rows, as the card's own figure."""
    if not np.isfinite(found.all_mean):
        return "no row has a value"
    spread = f" ± {three_digits(found.all_std)}" if np.isfinite(found.all_std) else ""
    return f"mean of all {three_digits(found.all_mean)}{spread}"


def outlier_words(found: Shown) -> str:
    """Say how many rows under the filter are outliers, and what makes them so."""
    rate = f"{100 * found.want.rate:g} %"
    if found.threshold is None:
        return f"no outliers at {rate}: too few rows, or too many of them equal"
    sign = "at or below" if found.is_closed else "below"
    rows = f"{found.outliers:,} row" + ("" if found.outliers == 1 else "s")
    return f"{rows} {sign} {three_digits(found.threshold)}"


def note(found: Shown) -> str:
    """Say which rows have no value, and why bars of places are even; empty when there is nothing to say."""
    words = []
    if found.without_value:
        rows = "row has" if found.without_value == 1 else "rows have"
        words.append(f"{found.without_value:,} {rows} no value")
    if found.want.is_place and abs(found.all_mean - 0.5) < EVEN and not found.want.group_by:
        words.append("places spread evenly over their reference; familiarity_score shows the shape")
    return "; ".join(words)


def empty_words(view: FamiliaritySettings, layer: Layer | None) -> str:
    """Say why nothing is on show, and what helps."""
    if layer is not None:
        return (
            f"{layer.column} holds a score for each value of an attribute; choose it to read it as a column."
        )
    if not embedding_of(view):
        return NO_EMBEDDING
    return "No column says yet how familiar each row is."
