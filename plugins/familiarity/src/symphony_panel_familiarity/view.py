"""Familiarity: how it is spread, and the rows at either end of it.

Without a column of familiarity the card offers to compute one. Bars, figures and
listed rows follow the filter; a brush on the bars is a condition on the column
like any other. Columns that the data bring along are shown without computing.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pandas as pd
import param

from symphony_core.combine import Mode, with_condition, without
from symphony_core.errors import BadSetting
from symphony_core.expr import Expr, all_of
from symphony_core.session import Session
from symphony_core.specs import ViewSpec
from symphony_core.view import MAX_INLINE_VALUES, Description
from symphony_core.widgets import Component, Gesture, script
from symphony_panel_familiarity import payload
from symphony_panel_familiarity.computing import Computing, analysis_params, embedding_of, prefix
from symphony_panel_familiarity.ends import (
    LEAST,
    MOST,
    Shown,
    Want,
    condition,
    outlier_condition,
    shown,
)
from symphony_panel_familiarity.layers import Layer, attributes, layers_of, read_name, references
from symphony_panel_familiarity.samples import RowMedia
from symphony_panel_familiarity.settings import FamiliaritySettings

FOLDER = Path(__file__).parent
# What a drawing waits for before it is shown without its pictures, and one batch of them after it.
QUICK_S, BATCH_S = 0.02, 0.15
# Rows named in the sentence.
NAMED_ROWS = 3


class EndsComponent(Component):
    """Draws the bars and the listed rows; pictures and sounds travel apart from them."""

    made = param.Dict(default={}, doc="Pictures and outlines of the rows on show, by row and column.")
    sound = param.Dict(default={}, doc="The sound that was asked for.")
    job = param.Dict(default={}, doc="How far the analysis is that the card waits for.")

    _esm = script(*(FOLDER / f"{name}.js" for name in ("style", "bars", "rows", "view")))


class FamiliarityView(FamiliaritySettings):
    """The least and the most familiar rows, and how familiarity is spread, over all rows and by group."""

    redraws_on: ClassVar[tuple[str, ...]] = ("filter", "selection", "group_by", "overlay", "focus")
    max_inline_values: ClassVar[int] = 500_000

    def __init__(self, session: Session, *, spec: ViewSpec | None = None, **settings: Any) -> None:
        super().__init__(session, spec=spec, **settings)
        self._media = RowMedia(self.state.table)
        self._computing = Computing(session, self._job_changed)
        self._component = EndsComponent(
            on_gesture=self.on_gesture(self._on_gesture), sizing_mode="stretch_width"
        )
        self._layers: list[Layer] = []
        self._shown: Shown | None = None
        self._more = 1
        self._decided_by: tuple[object, ...] = ()

    # --- drawing -------------------------------------------------------------------

    def body(self) -> EndsComponent:
        """Build the piece; `draw` fills it."""
        self.watch(["layer", "order"], self._list_anew, of=self)
        return self._component

    def draw(self) -> None:
        """Count and rank the layer on show anew, if anything that decides it changed."""
        table, state = self.state.table, self.state
        self._offer(table)
        self._layers = layers_of(table)
        layer = self._layer()
        if layer is None or layer.is_split:
            self.compute(lambda: None, self._show, value_count=0)
            return
        want, filter_now, selection = self._want(layer), state.filter, state.selection
        decided_by = (table, want, filter_now, selection)
        known = self._shown if decided_by == self._decided_by else None
        passes = 6 if not want.group_by else 6 + 2 * self.groups

        def show(found: Shown) -> None:
            self._decided_by = decided_by
            self._show(found)

        self.compute(
            lambda: known or shown(table, want, filter_now, selection),
            show,
            value_count=0 if known else len(table) * passes,
        )

    def _list_anew(self) -> None:
        self._more = 1
        self._draw_if_shown()

    def _offer(self, table: Any) -> None:
        self.param["embedding"].objects = ["", *table.embedding_names]
        self.param["reference"].objects = list(references(table))
        self.param["by"].objects = attributes(table)

    def _layer(self) -> Layer | None:
        named = next((layer for layer in self._layers if layer.column == self.layer), None)
        return named or next(iter(self._layers), None)

    def _want(self, layer: Layer) -> Want:
        names = tuple(name for name in self.state.group_by if name in self.state.table.names)
        size = self.group_rows if names else self.listed_rows
        return Want(
            layer.column, layer.is_place, self.order == MOST, size * self._more, self.bars,
            self.outlier_rate, names, self.groups,
        )  # fmt: skip

    def _show(self, found: Shown | None) -> None:
        self._shown = found
        rows = [] if found is None else [row for panel in found.panels for row in panel.rows.tolist()]
        self._media.turn_to(rows, self.thumbnail_px)
        self._media.made.update(self._media.make(self._media.missing(), QUICK_S))
        self._component.param.update(
            data=payload.drawing(self, found, self._layers, self._layer(), self._media),
            job=self._computing.as_data(),
        )
        self._send_media()
        self._make_missing()

    def _send_media(self) -> None:
        made = {f"{row}:{column}": what for (row, column), what in self._media.made.items()}
        if made != self._component.made:
            self._component.made = made

    def _make_missing(self) -> None:
        missing = self._media.missing()
        if missing:
            media = self._media
            self.compute(lambda: media.make(missing, BATCH_S), self._add_media, value_count=MAX_INLINE_VALUES)

    def _add_media(self, made: Mapping[tuple[int, str], dict[str, object]]) -> None:
        self._media.made.update(made)
        self._send_media()
        self._make_missing()

    def _job_changed(self) -> None:
        self.guarded(self._put_job, "computing familiarity")

    def _put_job(self) -> None:
        self._component.job = self._computing.as_data()
        self._say()

    # --- words ----------------------------------------------------------------------

    def sentence(self) -> str:
        """Say which layer is on show, its mean, how many outliers there are and who stands at the end."""
        if self._frame is None:
            self.drawn()
        state, found = self.state, self._shown
        rows = f"{state.count():,} of {len(state.table):,} rows"
        if state.filter is not None:
            rows += f" under the filter {state.table.text(state.filter)}"
        if found is None:
            return f"{payload.empty_words(self, self._layer())} There are {rows}."
        rows_first = found.panels[0].rows[:NAMED_ROWS] if found.panels else np.empty(0, dtype=np.int64)
        names = state.dataset.ids_at(rows_first).tolist()
        ends = f"{self.order}: {', '.join(map(str, names))}" if names else "no row has a value"
        groups = (
            f" in {len(found.panels)} of {found.group_count:,} groups by {', '.join(found.want.group_by)}"
        )
        return (
            f"{found.want.column} of {rows}{groups if found.want.group_by else ''}: "
            f"{payload.mean_words(found)}; {payload.outlier_words(found)}; {ends}; "
            f"{state.selected_count():,} selected."
        )

    def describe(self) -> Description:
        """Give the bars with their counts, then the listed rows with their values."""
        self.drawn()
        found = self._shown
        if found is None:
            return Description(self.sentence(), pd.DataFrame())
        lines: list[tuple[object, ...]] = []
        for panel in found.panels:
            group = " · ".join(panel.name)
            labels = payload.bar_labels(found.edges)
            lines += [(group, "bar", label, *counts, None)
                      for label, counts in zip(labels, panel.counts.tolist(), strict=True)]  # fmt: skip
            ids = self.state.dataset.ids_at(panel.rows).tolist()
            lines += [(group, "row", str(row_id), None, None, None, value)
                      for row_id, value in zip(ids, panel.values.tolist(), strict=True)]  # fmt: skip
        names = ["group", "what", "name", "all", "filter", "selection", found.want.column]
        table = pd.DataFrame(lines, columns=names)
        return Description(self.sentence(), table.drop(columns=[] if found.want.group_by else ["group"]))

    def close(self) -> None:
        """Let go of the state and of what is being computed."""
        self._computing.close()
        super().close()

    # --- gestures ---------------------------------------------------------------------

    def _on_gesture(self, gesture: Gesture) -> None:
        acts = {
            "layer": self._set_layer, "order": self._set_order, "rate": self._set_rate,
            "range": self._brush, "clear": self._clear, "outliers": self._select_outliers,
            "open": self._open, "tick": self._tick, "more": self._list_more, "compute": self._compute,
            "cancel": self._cancel, "play": self._play,
        }  # fmt: skip
        act = acts.get(str(gesture.get("kind")))
        if act is None:
            raise BadSetting(f"the page sent {gesture.get('kind')!r}; known are {', '.join(acts)}.")
        act(gesture)

    def _set_layer(self, gesture: Gesture) -> None:
        layer = next((one for one in self._layers if one.column == gesture.get("column")), None)
        if layer is None:
            raise BadSetting(f"no layer {gesture.get('column')!r}; it may be gone.")
        if layer.is_split:
            self._computing.start("split_familiarity", {"column": layer.column})
        self.layer = read_name(layer.column)

    def _set_order(self, gesture: Gesture) -> None:
        self.order = MOST if gesture.get("is_most") is True else LEAST

    def _set_rate(self, gesture: Gesture) -> None:
        rate = gesture.get("rate")
        low, high = self.param["outlier_rate"].bounds
        if not isinstance(rate, int | float) or not low <= rate <= high:
            raise BadSetting(f"the rate of outliers is {rate!r}; give {100 * low:g} to {100 * high:g} %.")
        self.outlier_rate = float(rate)

    def _brush(self, gesture: Gesture) -> None:
        found = self._shown
        if found is None or gesture.get("column") != found.want.column:
            return
        chosen = condition(found.want.column, found.edges, int(gesture["first"]), int(gesture["last"]))
        mode = Mode(gesture.get("mode", "replace"))
        self.state.filter = with_condition(self.state.filter, found.want.column, chosen, mode)

    def _clear(self, gesture: Gesture) -> None:
        if self._shown is not None:
            self.state.filter = without(self.state.filter, self._shown.want.column)

    def _select_outliers(self, gesture: Gesture) -> None:
        chosen = None if self._shown is None else outlier_condition(self._shown)
        if chosen is not None:
            selection: Expr | None = all_of([self.state.filter, chosen])
            self.state.selection = None if selection == self.state.selection else selection

    def _open(self, gesture: Gesture) -> None:
        row_id = self.state.dataset.ids_at(np.array([self._row(gesture)])).tolist()[0]
        self.state.focus = None if row_id == self.state.focus else row_id

    def _tick(self, gesture: Gesture) -> None:
        mask = self.state.selection_mask().copy()
        mask[self._row(gesture)] = gesture.get("wanted") is True
        self.state.selection = mask if mask.any() else None

    def _list_more(self, gesture: Gesture) -> None:
        self._more += 1
        self._draw_if_shown()

    def _compute(self, gesture: Gesture) -> None:
        if not embedding_of(self):
            raise BadSetting(payload.empty_words(self, None))
        before = prefix(self.state.table)
        self._computing.start("familiarity", analysis_params(self), before)
        self.layer = "_".join([*([before] if before else []), "familiarity"])

    def _cancel(self, gesture: Gesture) -> None:
        self._computing.cancel()

    def _play(self, gesture: Gesture) -> None:
        row, column = self._row(gesture), str(gesture.get("column"))
        if column not in [one.name for one in self._media.columns]:
            raise BadSetting(f"the page asked to play {column[:40]!r}, which is no column of sounds.")
        self._component.sound = {"row": row, "column": column, **self._media.sound(row, column)}

    def _row(self, gesture: Gesture) -> int:
        row = gesture.get("row")
        if type(row) is not int or not 0 <= row < len(self.state.table):
            raise BadSetting(f"the page sent row {row!r}; the table has {len(self.state.table):,}.")
        return row
