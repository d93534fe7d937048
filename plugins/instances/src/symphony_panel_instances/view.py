"""The rows under the filter, one by one: a grid of pictures or a table.

The server finds the rows of one page and writes them as text; the browser
draws them and sends back which row was ticked or opened. A Tabulator was not
chosen: with remote pages it still keeps the whole frame for every session.

Page, ticks, late pictures and the opened row travel as four values, so that a
tick sends a few bytes and not the page's pictures again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pandas as pd
import param

from symphony_core.errors import BadSetting, UnknownColumn, no_such
from symphony_core.media import Media
from symphony_core.session import Session
from symphony_core.specs import ViewSpec
from symphony_core.view import MAX_INLINE_VALUES, View
from symphony_core.widgets import Component, Gesture
from symphony_panel_instances import page
from symphony_panel_instances.order import can_sort
from symphony_panel_instances.page import Wanted
from symphony_panel_instances.pictures import BATCH_S, QUICK_S, Shown, large_picture, thumbnails
from symphony_panel_instances.ticks import ticked, ticks_text

PICTURE_PX = 1024
# Browsers on one state whose last tick is remembered; more than two are rare.
MAX_CLIENTS = 16


class RowsComponent(Component):
    """Draws a page of rows; `data` is the page without what changes after it."""

    menu = param.Dict(default={}, doc="Columns to sort by.")
    ticks = param.Dict(default={}, doc="Which rows of the page are selected, and the counts in words.")
    pictures = param.Dict(default={}, doc="Thumbnails that came after their page.")
    detail = param.Dict(default={}, doc="All columns of the opened row; empty when none is.")

    _esm = Path(__file__).parent / "view.js"


class InstancesView(View):
    """A page of rows, to be looked at, sorted, ticked and opened."""

    redraws_on: ClassVar[tuple[str, ...]] = ("filter", "overlay", "selection", "focus")

    grid_rows = param.Integer(default=60, bounds=(1, 600), doc="""
        Rows on one page of the grid.""")
    table_rows = param.Integer(default=20, bounds=(1, 500), doc="""
        Rows on one page of the table.""")
    thumbnail_px = param.Integer(default=96, bounds=(32, 256), doc="""
        Longer side of a picture in the grid, in pixels.""")
    columns = param.ListSelector(default=[], objects=[], check_on_set=False, doc="""
        Columns of the table; none chosen shows the first 12 and all computed ones.""")
    mode = param.Selector(default=None, objects=[None, "grid", "table"], precedence=-1, doc="""
        Grid of pictures or table; None is the grid where there are pictures.""")
    sort = param.String(default="", precedence=-1, doc="""
        Column whose values order the rows; empty is the order of the data.""")
    descending = param.Boolean(default=False, precedence=-1, doc="""
        Whether the largest value comes first.""")

    def __init__(self, session: Session, *, spec: ViewSpec | None = None, **settings: Any) -> None:
        super().__init__(session, spec=spec, **settings)
        self._check_columns([*self.columns, *([self.sort] if self.sort else [])])
        self._media = Media(self.state.dataset)
        self._component = RowsComponent(on_gesture=self.on_gesture(self._on_gesture), sizing_mode="stretch_width")
        self._asked: Wanted | None = None
        self._page: Wanted | None = None
        self._page_count = 0
        self._rows = np.empty(0, dtype=np.int64)
        self._total = 0
        self._first = 0
        self._filter = self.state.filter
        self._order = (self.sort, self.descending)
        self._thumbnails: dict[int, Shown] = {}
        self._large: tuple[int, Shown] | None = None
        self._open_at: int | None = None
        self._acknowledged: dict[str, int] = {}
        self._columns_known: tuple[str, ...] = ()

    # --- drawing -------------------------------------------------------------------

    def body(self) -> RowsComponent:
        self.watch(["mode", "sort", "descending"], self.draw, of=self)
        return self._component

    def draw(self) -> None:
        """Draw a new page only if something that decides it changed; ticks and detail follow anyway."""
        self._offer_columns()
        self._go_home()
        wanted = self._wanted()
        if wanted == self._asked:
            self._draw_ticks()
            self._draw_detail()
            return
        total = self.state.count()
        last = max(0, (total - 1) // wanted.size)
        if wanted.first > last * wanted.size:
            self._first = last * wanted.size
            wanted = self._wanted()
        self._asked = wanted
        self.compute(wanted.rows, lambda rows: self._show(wanted, rows, total), value_count=wanted.value_count)

    def describe(self) -> tuple[str, pd.DataFrame]:
        """Say what is on the page, and give it as a table with the shown columns."""
        table = self.state.table
        wanted = self._page or self._wanted()
        order = f"by {wanted.sort}, {'largest' if wanted.is_descending else 'smallest'} first" if wanted.sort else \
            "in the order of the data"
        place = page.range_text(wanted.first, len(self._rows), self._total)
        ticks = self._ticks()["text"] or "none selected"
        sentence = f"Rows {place}, {order}, as a {wanted.mode}; {ticks}."
        return sentence, table.take(self._rows, wanted.columns)

    def _wanted(self) -> Wanted:
        table, mode = self.state.table, self._mode()
        size = self.grid_rows if mode == "grid" else self.table_rows
        sort = self.sort if self.sort in table.names and can_sort(table.kind(self.sort)) else ""
        return Wanted(
            table=table, filter=self.state.filter, mode=mode, sort=sort, is_descending=bool(sort and self.descending),
            first=self._first // size * size, size=size, columns=page.shown_columns(table, self.columns),
            thumbnail_px=self.thumbnail_px if page.image_column(table) else 0,
        )  # fmt: skip

    def _mode(self) -> str:
        has_images = page.image_column(self.state.table) is not None
        return "table" if not has_images else str(self.mode or "grid")

    def _go_home(self) -> None:
        """Return to the first page when other rows, or the same in another order, are shown."""
        now = (self.sort, self.descending)
        if self.state.filter != self._filter or now != self._order:
            self._first = 0
        self._filter, self._order = self.state.filter, now

    def _offer_columns(self) -> None:
        table = self.state.table
        if table.names == self._columns_known:
            return
        self._columns_known = table.names
        self.param["columns"].objects = [n for n in table.names if n != page.image_column(table)]
        self._component.menu = {"columns": page.sortable_columns(table)}

    def _show(self, wanted: Wanted, rows: np.ndarray, total: int) -> None:
        kept = self._thumbnails if self._page and self._page.thumbnail_px == wanted.thumbnail_px else {}
        self._thumbnails = {row: kept[row] for row in rows.tolist() if row in kept}
        self._page, self._rows, self._total = wanted, rows, total
        self._page_count += 1
        self._open_at_edge()
        self._make_thumbnails(QUICK_S)
        self._component.param.update(
            data=self._page_data(wanted, rows, total), pictures={}, ticks=self._ticks(), detail=self._detail()
        )
        self._follow_up()

    def _page_data(self, wanted: Wanted, rows: np.ndarray, total: int) -> dict[str, Any]:
        table, is_table = wanted.table, wanted.mode == "table"
        return {
            "page_id": self._page_count,
            "mode": wanted.mode,
            "has_images": page.image_column(table) is not None,
            "thumbnail_px": wanted.thumbnail_px,
            "sort": wanted.sort,
            "descending": wanted.is_descending,
            "page": wanted.first // wanted.size + 1,
            "last_page": max(1, -(-total // wanted.size)),
            "range": page.range_text(wanted.first, len(rows), total),
            "empty": "" if total else "filter" if len(table) else "table",
            "rows": rows.tolist(),
            "ids": page.id_texts(table, rows),
            "id_column": page.header(table, [table.dataset.id_column])[0],
            "captions": [] if is_table else page.captions(table, rows),
            "columns": page.header(table, wanted.columns) if is_table else [],
            "cells": page.cells(table, wanted.columns, rows) if is_table else [],
            "thumbnails": _pictures(self._thumbnails),
        }

    # --- pictures --------------------------------------------------------------------

    def _missing_thumbnails(self) -> list[int]:
        if self._page is None or not self._page.thumbnail_px:
            return []
        return [row for row in self._rows.tolist() if row not in self._thumbnails]

    def _make_thumbnails(self, within_s: float) -> None:
        missing = self._missing_thumbnails()
        if missing:
            self._thumbnails.update(self._thumbnails_of(missing, within_s))

    def _thumbnails_of(self, rows: Sequence[int], within_s: float) -> dict[int, Shown]:
        assert self._page is not None
        column = page.image_column(self._page.table)
        assert column is not None
        return thumbnails(self._media, column, self._page.thumbnail_px, rows, within_s)

    def _follow_up(self) -> None:
        """Make what is still missing on a worker, batch after batch, unless a newer page is on its way."""
        if self._asked != self._page:
            return
        row = self._row_to_load()
        missing = self._missing_thumbnails()
        if row is not None:
            self._in_background(lambda: self._large_of(row), lambda shown: self._show_large(row, shown))
        elif missing:
            self._in_background(lambda: self._thumbnails_of(missing, BATCH_S), self._show_thumbnails)

    def _in_background(self, work: Any, show: Any) -> None:
        self.compute(work, show, value_count=MAX_INLINE_VALUES + 1)

    def _show_thumbnails(self, made: dict[int, Shown]) -> None:
        self._thumbnails.update(made)
        self._component.pictures = {"page_id": self._page_count, "thumbnails": _pictures(self._thumbnails)}
        self._follow_up()

    def _row_to_load(self) -> int | None:
        row = self._component.detail.get("row")
        is_known = self._large is not None and self._large[0] == row
        return None if row is None or is_known or page.image_column(self.state.table) is None else int(row)

    def _large_of(self, row: int) -> Shown:
        column = page.image_column(self.state.table)
        assert column is not None
        return large_picture(self._media, column, row, PICTURE_PX)

    def _show_large(self, row: int, shown: Shown) -> None:
        self._large = (row, shown)
        self._component.detail = self._detail()
        self._follow_up()

    # --- ticks and the opened row -------------------------------------------------------

    def _draw_ticks(self) -> None:
        ticks = self._ticks()
        if ticks != self._component.ticks:
            self._component.ticks = ticks

    def _ticks(self) -> dict[str, Any]:
        state = self.state
        marked: list[int] = []
        text = ""
        if state.selection is not None:
            mask = state.selection_mask()
            marked = self._rows[mask[self._rows]].tolist()
            selected = state.selected_count()
            shown = selected if state.filter is None else int(np.count_nonzero(mask & state.filter_mask()))
            text = ticks_text(selected, selected - shown)
        return {"page_id": self._page_count, "rows": marked, "text": text, "seen": dict(self._acknowledged)}

    def _draw_detail(self) -> None:
        detail = self._detail()
        if detail != self._component.detail:
            self._component.detail = detail
            if self._row_to_load() is not None:
                self._follow_up()

    def _detail(self) -> dict[str, Any]:
        state = self.state
        if state.focus is None:
            return {}
        row = int(state.dataset.positions_of([state.focus])[0])
        at = self._place(row)
        total_before = self._page.first if self._page else 0
        quick = self._thumbnails.get(row, Shown())
        large = self._large[1] if self._large and self._large[0] == row else Shown(uri=quick.uri)
        return {
            "row": row,
            "title": str(state.focus),
            "note": "" if state.filter_mask()[row] else "not under the filter",
            "fields": page.fields(state.table, row),
            "has_picture": page.image_column(state.table) is not None,
            "uri": large.uri,
            "problem": large.problem,
            "can_go_back": at is not None and total_before + at > 0,
            "can_go_on": at is not None and total_before + at + 1 < self._total,
        }

    def _place(self, row: int) -> int | None:
        """Give the row's place on the page; None when it is not on it."""
        found = np.flatnonzero(self._rows == row)
        return int(found[0]) if len(found) else None

    # --- gestures ------------------------------------------------------------------------

    def _on_gesture(self, gesture: Gesture) -> None:
        acts = {
            "tick": self._tick, "clear": self._clear, "page": self._turn_to, "sort": self._sort, "mode": self._set_mode,
            "open": self._open, "step": self._step, "clear_filter": self._clear_filter,
        }  # fmt: skip
        act = acts.get(str(gesture.get("kind")))
        if act is None:
            raise BadSetting(f"the page sent {gesture.get('kind')!r}; known are {', '.join(acts)}.")
        act(gesture)

    def _tick(self, gesture: Gesture) -> None:
        state = self.state
        rows = _positions(gesture.get("rows"), len(state.table))
        self._acknowledge(gesture)
        try:
            state.selection = ticked(state.table, state.selection, rows, is_wanted=bool(gesture.get("wanted")))
        finally:
            self._draw_ticks()

    def _clear(self, gesture: Gesture) -> None:
        self._acknowledge(gesture)
        self.state.selection = None
        self._draw_ticks()

    def _acknowledge(self, gesture: Gesture) -> None:
        """Note the last tick heard of from this browser, so that it shows ours again."""
        client, number = str(gesture.get("client", ""))[:40], gesture.get("number")
        if isinstance(number, int):
            self._acknowledged.pop(client, None)
            self._acknowledged[client] = number
            if len(self._acknowledged) > MAX_CLIENTS:
                del self._acknowledged[next(iter(self._acknowledged))]

    def _turn_to(self, gesture: Gesture) -> None:
        number = gesture.get("number")
        if not isinstance(number, int) or isinstance(number, bool):
            raise BadSetting(f"page {number!r} is no whole number.")
        size = self._wanted().size
        last = max(1, -(-self._total // size))
        self._first = (min(max(number, 1), last) - 1) * size
        self.draw()

    def _sort(self, gesture: Gesture) -> None:
        name = str(gesture.get("column") or "")
        if name:
            self._check_columns([name])
        self.param.update(sort=name, descending=bool(gesture.get("descending")))

    def _set_mode(self, gesture: Gesture) -> None:
        self.mode = "grid" if gesture.get("mode") == "grid" else "table"

    def _open(self, gesture: Gesture) -> None:
        if gesture.get("row") is None:
            self.state.focus = None
        else:
            self._focus(int(_positions([gesture["row"]], len(self.state.table))[0]))

    def _step(self, gesture: Gesture) -> None:
        """Open the row before or after the opened one, on the next page if need be."""
        by = -1 if gesture.get("by") == -1 else 1
        row = self._component.detail.get("row")
        at = None if row is None else self._place(row)
        if at is None or self._page is None:
            return
        if 0 <= at + by < len(self._rows):
            self._focus(int(self._rows[at + by]))
        elif 0 <= self._page.first + at + by < self._total:
            self._open_at = 0 if by > 0 else -1
            self._first = self._page.first + by * self._page.size
            self.draw()

    def _open_at_edge(self) -> None:
        at, self._open_at = self._open_at, None
        if at is not None and len(self._rows):
            self._focus(int(self._rows[at]))

    def _focus(self, row: int) -> None:
        self.state.focus = self.state.dataset.ids_at(np.array([row])).tolist()[0]

    def _clear_filter(self, gesture: Gesture) -> None:
        self.state.filter = None

    def _check_columns(self, names: Sequence[str]) -> None:
        table = self.state.table
        for name in names:
            if name not in table.names:
                message, close = no_such("column", name, table.names, table.dataset_name)
                raise UnknownColumn(message, column=name, nearest=close)


def _pictures(made: Mapping[int, Shown]) -> list[list[Any]]:
    return [[row, shown.uri, shown.problem] for row, shown in made.items()]


def _positions(rows: object, row_count: int) -> np.ndarray:
    """Read positions that a browser sent. Raises BadSetting."""
    is_list = isinstance(rows, (list, tuple))
    if not is_list or not all(isinstance(r, int) and not isinstance(r, bool) and 0 <= r < row_count for r in rows):
        raise BadSetting(f"the page sent rows {str(rows)[:60]}; wanted positions from 0 to {row_count - 1}.")
    return np.array(rows, dtype=np.int64)
