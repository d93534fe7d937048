"""The charts of one view: built, renamed, deleted and brought back by gestures.

The list itself is a param of the view, so that it is saved and undone with the
layout; each change is a step of its own. What is kept here is only what was
deleted last, to offer it back where there is no layout, as in a notebook.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from symphony_core.combine import Mode
from symphony_core.errors import BadSetting
from symphony_core.expr import Expr
from symphony_core.table import Table
from symphony_core.widgets import Gesture
from symphony_panel_summary.built import BuiltChart, Saved, free_id, renamed, without
from symphony_panel_summary.cards import Look
from symphony_panel_summary.gesture import levels_condition, range_condition, with_conditions
from symphony_panel_summary.plots import Plot, plot_of


class Builder:
    """Acts on the charts of one view.

    charts: gives the list as it is. change: takes the new one, as one step of the history.
    """

    def __init__(
        self, charts: Callable[[], Sequence[Saved]], change: Callable[[list[dict[str, Any]]], None]
    ) -> None:
        self._charts = charts
        self._change = change
        self._deleted: tuple[int, Saved] | None = None
        self._is_open = False
        self.plots: dict[str, Plot] = {}

    def plots_of(self, table: Table, filter: Expr | None, selection: Expr | None) -> list[Plot]:
        """Count all charts; safe on another thread."""
        return [_plot(table, saved, filter, selection) for saved in self._charts()]

    def show(self, plots: Sequence[Plot]) -> None:
        """Take up what was counted."""
        self.plots = {plot.chart.id: plot for plot in plots}

    def payload(self, table: Table) -> dict[str, object]:
        """Give charts, what was deleted, and for the form the columns to choose from."""
        gone = self._deleted
        return {
            "plots": [plot.payload() for plot in self.plots.values()],
            "deleted": _title(gone[1]) if gone else "",
            "columns": list(table.names) if self._is_open else [],
        }

    def act(self, gesture: Gesture, table: Table) -> bool:
        """Follow a gesture on the list; False when it only needs to be sent again.

        Raises BadSetting for a chart that cannot be, UnknownColumn for one of columns that are not there.
        """
        kind = gesture["kind"]
        if kind == "form":
            self._is_open = True
            return False
        charts = list(self._charts())
        chart_id = str(gesture.get("id", ""))
        if kind == "build":
            self._put([*charts, _asked_for(gesture, free_id(charts), table).saved])
        elif kind == "rename":
            self._put(renamed(charts, chart_id, str(gesture.get("title", ""))))
        elif kind == "delete":
            at = next((i for i, chart in enumerate(charts) if chart.get("id") == chart_id), None)
            if at is not None:
                self._put(without(charts, chart_id), deleted=(at, charts[at]))
        elif kind == "restore" and self._deleted:
            at, saved = self._deleted
            self._put([*charts[:at], saved, *charts[at:]])
        return True

    def brushed(self, gesture: Gesture, current: Expr | None) -> Expr | None:
        """Give the filter after a click or a brush on a chart; unchanged when it can say nothing."""
        plot = self.plots.get(str(gesture.get("id")))
        if plot is None:
            return current
        conditions: list[tuple[str, Expr]] = []
        if gesture["kind"] == "brush":
            for axis, ends in ((plot.x, gesture.get("x")), (plot.y, gesture.get("y"))):
                condition = axis.condition_of(int(ends[0]), int(ends[1])) if axis and ends else None
                if axis is not None and condition is not None:
                    conditions.append((axis.name, condition))
        elif plot.charts and plot.charts[0].source.can_filter:
            conditions.append((plot.chart.x, _condition(plot, gesture)))
        mode = Mode(gesture.get("mode", "replace"))
        return with_conditions(current, conditions, mode) if conditions else current

    def _put(self, charts: Sequence[Saved], *, deleted: tuple[int, Saved] | None = None) -> None:
        self._deleted = deleted
        self._change([dict(chart) for chart in charts])

    def forget_deleted(self) -> None:
        """Stop offering the deleted chart once it is back, by undo for instance."""
        gone = self._deleted
        if gone is not None and any(chart.get("id") == gone[1].get("id") for chart in self._charts()):
            self._deleted = None


def _plot(table: Table, saved: Saved, filter: Expr | None, selection: Expr | None) -> Plot:
    """Count one chart; one that cannot be read says why, and the others are shown."""
    try:
        chart = BuiltChart.read(saved)
    except BadSetting as error:
        return Plot(BuiltChart(str(saved.get("id", "")), _title(saved)), "problem", str(error))
    return plot_of(table, chart, filter=filter, selection=selection)


def _title(saved: Saved) -> str:
    try:
        return BuiltChart.read(saved).shown_title
    except BadSetting:
        return str(saved.get("title") or saved.get("x") or "chart")


def _asked_for(gesture: Gesture, chart_id: str, table: Table) -> BuiltChart:
    """Read the form. Raises BadSetting, UnknownColumn."""
    texts = {name: str(gesture.get(name) or "") for name in ("x", "y", "colour", "title")}
    bars = gesture.get("bars")
    if not texts["x"]:
        raise BadSetting("choose at least one column for the chart.", setting="charts")
    for name in ("x", "y", "colour"):
        if texts[name]:
            table.key(texts[name])
    return BuiltChart.read(
        {
            "id": chart_id,
            **texts,
            "bars": bars if isinstance(bars, int) else Look().bar_count,
            "log": gesture.get("log") is True,
        }
    )


def _condition(plot: Plot, gesture: Gesture) -> Expr:
    chart = plot.charts[0]
    if gesture["kind"] == "range":
        return range_condition(plot.chart.x, chart.source, int(gesture["first"]), int(gesture["last"]))
    levels = [int(level) for level in gesture["levels"]]
    return levels_condition(plot.chart.x, chart.source, levels)
