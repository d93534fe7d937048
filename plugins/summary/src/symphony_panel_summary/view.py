"""The summary: a small card for every column, and its bars as a filter.

A gesture on one card replaces what the filter says about that column and leaves
the other columns' conditions alone, so that one narrows down by clicking
through the cards. The bars are drawn by the browser from some kilobytes; only
the cards on show are counted, so thousands of columns open at once.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

import pandas as pd
import param
from panel.viewable import Viewable

from symphony_core.combine import Mode, with_condition, without
from symphony_core.expr import Expr, IsNull
from symphony_core.view import Description, View
from symphony_core.widgets import Component, Gesture, script
from symphony_panel_summary.builder import Builder
from symphony_panel_summary.card import OTHER, Card
from symphony_panel_summary.cards import Look, cards_of, ordered_names, source_for
from symphony_panel_summary.detail import EMBEDDING, WAITING, Detail, detail_of
from symphony_panel_summary.gesture import levels_condition, other_condition, range_condition
from symphony_panel_summary.plots import Plot

FOLDER = Path(__file__).parent
# Cards that fit two screens; counting and drawing hundreds at once would be felt.
PAGE_CARDS = 24
# More names than these are not listened to.
NAMED_COLUMNS = 6


class CardGrid(Component):
    """The cards side by side, as many as fit the width."""

    _esm = script(*(FOLDER / f"{name}.js" for name in ("bars", "plots", "view")))


class SummaryView(View):
    """Every column at a glance, filtered over all; a click or a brush on a card filters."""

    redraws_on: ClassVar[tuple[str, ...]] = ("filter", "selection", "group_by", "overlay")
    # Counting is quick, but sending all cards is not: other views should paint first.
    max_inline_values: ClassVar[int] = 200_000

    bars = param.Integer(
        default=20,
        bounds=(5, 60),
        doc="""
        About how many bars a histogram has; edges are round numbers, so it may be a few more or less.""",
    )
    values = param.Integer(
        default=12,
        bounds=(2, 50),
        doc="""
        How many of a category's values have a bar of their own.""",
    )
    value_order = param.Selector(
        default="count",
        objects=["count", "count under the filter", "name"],
        doc="""
        Which values come first.""",
    )
    heights = param.Selector(
        default="counts",
        objects=["counts", "shares"],
        doc="""
        Counts, or shares of each layer's own rows: these show how the rows under the filter differ,
        and groups of different size from each other.""",
    )
    groups = param.Integer(
        default=6,
        bounds=(1, 50),
        doc="""
        How many groups have a chart of their own, when rows are grouped; the largest under the filter.""",
    )
    order = param.Selector(
        default="roles first",
        objects=["roles first", "as in the data", "by name"],
        doc="""
        Which columns come first.""",
    )
    columns = param.ListSelector(
        default=[],
        objects=[],
        check_on_set=False,
        doc="""
        Columns to show; none chosen is all.""",
    )

    charts = param.List(
        default=[],
        item_type=dict,
        precedence=-1,
        doc="""
        Charts that were built with “+ chart”: dicts with id, x and perhaps y, colour, title, bars, log.""",
    )

    def __init__(self, session: Any, **settings: Any) -> None:
        super().__init__(session, **settings)
        self._builder = Builder(lambda: self.charts, self._change_charts)
        self._search = ""
        self._card_limit = PAGE_CARDS
        self._cards: dict[str, Card] = {}
        self._details: dict[str, Detail] = {}

    def body(self) -> Viewable:
        """Build the grid; `draw` fills it."""
        self.watch("charts", self._charts_changed, of=self)
        self._grid = CardGrid(on_gesture=self.on_gesture(self._on_gesture), sizing_mode="stretch_width")
        return self._grid

    def draw(self) -> None:
        """Count the cards on show anew."""
        table, filter_now, selection = self.state.table, self.state.filter, self.state.selection
        self.param["columns"].objects = list(table.names)
        names = self._names()
        look = Look(self.bars, self.values, self.value_order, self.heights == "shares", self.groups)
        group_by = self._group_by()
        shown = names[: self._card_limit]
        revision = self._revision + 1

        def work() -> tuple[list[Card], list[Plot]]:
            cards = cards_of(
                table, shown, look, filter=filter_now, selection=selection, group_by=group_by,
                is_wanted=lambda: self._revision <= revision,
            )  # fmt: skip
            return cards, self._builder.plots_of(table, filter_now, selection)

        passes = len(shown) + 2 * len(self.charts)
        self.compute(work, lambda drawn: self._show(*drawn, len(names)), value_count=len(table) * passes)

    def sentence(self) -> str:
        """Say how many columns and rows are on show."""
        state = self.state
        total, under = len(state.table), state.count()
        rule = "" if state.filter is None else f" {state.table.text(state.filter)}"
        names = list(self._cards)
        shown = ", ".join(names[:NAMED_COLUMNS]) + (", …" if len(names) > NAMED_COLUMNS else "")
        groups, count = self._group_by(), len(self._builder.plots)
        return (
            f"Summary of {len(names)} of {len(self._names())} columns of {state.dataset.name} ({shown}): "
            f"{under:,} of {total:,} rows under the filter{rule}, {state.selected_count():,} selected"
            + (f"; one chart a group of {' and '.join(groups)}" if groups else "")
            + (f"; {count} built {'chart' if count == 1 else 'charts'}" if count else "")
            + "."
        )

    def describe(self) -> Description:
        """Give one row per bar, with its counts; cells of built charts among them."""
        self.drawn()
        group = ["group"] if any(card.is_split for card in self._cards.values()) else []
        rows = [
            (card.name, bar.label, *([" · ".join(chart.group)] if group else []), *bar.counts)
            for card in self._cards.values()
            for chart in card.charts
            for bar in chart.bars
        ]
        for plot in self._builder.plots.values():
            rows += [(plot.chart.shown_title, label, *([""] if group else []), *counts)
                     for label, counts in plot.marks()]  # fmt: skip
        table = pd.DataFrame(rows, columns=["column", "bar", *group, "all", "filter", "selection"])
        return Description(self.sentence(), table)

    def _group_by(self) -> tuple[str, ...]:
        """Give the grouping columns that there are; a computed one may be gone."""
        return tuple(name for name in self.state.group_by if name in self.state.table.names)

    def _names(self) -> list[str]:
        names = ordered_names(self.state.table, self.order)
        if self.columns:
            names = [name for name in names if name in self.columns]
        wanted = self._search.casefold()
        return [name for name in names if wanted in name.casefold()]

    def _show(self, cards: list[Card], plots: list[Plot], name_count: int) -> None:
        self._builder.show(plots)
        self._cards = {card.name: card for card in cards}
        self._name_count = name_count
        self._send()
        if self._details:
            self._count_details()

    def _send(self) -> None:
        cards, table, name_count = list(self._cards.values()), self.state.table, self._name_count
        figures = {name: detail.payload() for name, detail in self._details.items()}
        self._grid.data = {
            "cards": [{**card.payload(), "figures": figures.get(card.name)} for card in cards],
            "has_filter": self.state.filter is not None,
            "note": self._note(name_count),
            "more": min(PAGE_CARDS, name_count - len(cards)),
            "words": f"{len(cards):,} of {name_count:,} columns" if len(cards) < name_count else "",
            "can_search": len(table.names) > PAGE_CARDS // 2,
            "in_shares": self.heights == "shares",
            **self._builder.payload(table),
        }

    def _count_details(self) -> None:
        """Make the figures of the cards that are open, after the bars, which must not wait for them."""
        table, filter_now, bar_count = self.state.table, self.state.filter, self.bars
        names = [name for name in self._details if name in self._cards and name in table.names]

        def work() -> dict[str, Detail]:
            return {
                name: detail_of(table, name, source_for(table, name, bar_count), filter_now) for name in names
            }

        def show(details: dict[str, Detail]) -> None:
            self._details.update({name: detail for name, detail in details.items() if name in self._details})
            self._send()

        # distinct values and quartiles cost about as much as ten passes
        self.compute(work, show, value_count=10 * len(table) * len(names))

    def _note(self, name_count: int) -> str:
        if name_count == 0:
            return (
                f"No column name contains “{self._search}”."
                if self._search
                else "None of the chosen columns exists."
            )
        if len(self.state.table) == 0:
            return "The data have columns and no rows."
        if self.state.filter is not None and self.state.count() == 0:
            return "No rows under the filter. Grey is all rows; clear a card's condition (×) or undo."
        return ""

    # --- gestures -------------------------------------------------------------------

    def _on_gesture(self, gesture: Gesture) -> None:
        kind = gesture.get("kind")
        if kind == "search":
            self._search = str(gesture.get("text", "")).strip()
            self._card_limit = PAGE_CARDS
            self.draw()
        elif kind == "more":
            self._card_limit += PAGE_CARDS
            self.draw()
        elif kind in ("form", "build", "rename", "delete", "restore"):
            if not self._builder.act(gesture, self.state.table):
                self._send()
        elif "id" in gesture:
            self.state.filter = self._builder.brushed(gesture, self.state.filter)
        elif kind == "figures":
            self._toggle_details(str(gesture.get("column")))
        elif gesture.get("column") in self._cards:
            self._filter(self._cards[gesture["column"]], gesture)

    def _change_charts(self, charts: list[dict[str, Any]]) -> None:
        with self.state.gesture():  # each change of the charts is a step of its own
            self.charts = charts

    def _charts_changed(self) -> None:
        self._builder.forget_deleted()
        self._draw_if_shown()

    def _toggle_details(self, name: str) -> None:
        if self._details.pop(name, None) is None and name in self._cards:
            self._details[name] = WAITING if name in self.state.table.names else EMBEDDING
            self._count_details()
        self._send()

    def _filter(self, card: Card, gesture: Gesture) -> None:
        state = self.state
        if gesture["kind"] == "clear":
            state.filter = without(state.filter, card.name)
            return
        condition = _condition(card, gesture)
        state.filter = with_condition(
            state.filter, card.name, condition, Mode(gesture.get("mode", "replace"))
        )


def _condition(card: Card, gesture: Gesture) -> Expr:
    if gesture["kind"] == "missing":
        return IsNull(card.name)
    chart = card.charts[int(gesture.get("chart", 0))]
    if gesture["kind"] == "range":
        return range_condition(card.name, chart.source, int(gesture["first"]), int(gesture["last"]))
    levels = [int(level) for level in gesture["levels"]]
    if levels == [OTHER]:
        return other_condition(card.name, chart.source, chart.shown_levels)
    named = [level for level in levels if level != OTHER]
    return levels_condition(card.name, chart.source, named)
