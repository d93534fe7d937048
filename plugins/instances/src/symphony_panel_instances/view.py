"""The rows under the filter, one by one: a grid of pictures or a table.

The server finds the rows of one page and writes them as text; the browser
draws them and sends back which row was ticked or opened. A Tabulator was not
chosen: with remote pages it still keeps the whole frame for every session.

Page, ticks, late pictures and the opened row travel as four values, so that a
tick sends a few bytes and not the page's pictures again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, ClassVar, TypeVar

import numpy as np
import param

from symphony_core.errors import BadSetting, UnknownColumn, no_such
from symphony_core.media import Media
from symphony_core.session import Session
from symphony_core.specs import ViewSpec
from symphony_core.view import MAX_INLINE_VALUES, Description, View
from symphony_core.widgets import Component, Gesture, script
from symphony_panel_instances import page
from symphony_panel_instances.order import can_sort
from symphony_panel_instances.page import Wanted
from symphony_panel_instances.pictures import BATCH_S, QUICK_S, PagePictures, Shown
from symphony_panel_instances.ticks import ticked, ticks_text

T = TypeVar("T")

# Browsers on one state whose last tick is remembered; more than two are rare.
MAX_CLIENTS = 16


class RowsComponent(Component):
    """Draws a page of rows; `data` is the page without what changes after it."""

    menu = param.Dict(default={}, doc="Columns to sort by.")
    ticks = param.Dict(default={}, doc="Which rows of the page are selected, and the counts in words.")
    pictures = param.Dict(default={}, doc="Thumbnails that came after their page.")
    detail = param.Dict(default={}, doc="All columns of the opened row; empty when none is.")

    _esm = script(Path(__file__).parent / "view.js")


class InstancesView(View):
    """A page of rows, to be looked at, sorted, ticked and opened."""

    redraws_on: ClassVar[tuple[str, ...]] = ("filter", "overlay", "selection", "focus")

    grid_rows = param.Integer(
        default=60,
        bounds=(1, 600),
        label="Rows per page, grid",
        doc="""
        Rows on one page of the grid.""",
    )
    table_rows = param.Integer(
        default=20,
        bounds=(1, 500),
        label="Rows per page, table",
        doc="""
        Rows on one page of the table.""",
    )
    thumbnail_px = param.Integer(
        default=96,
        bounds=(32, 256),
        label="Thumbnail, pixels",
        doc="""
        Longer side of a picture in the grid, in pixels.""",
    )
    columns = param.ListSelector(
        default=[],
        objects=[],
        check_on_set=False,
        doc="""
        Columns of the table; none chosen shows the first 12 and all computed ones.""",
    )
    mode = param.Selector(
        default=None,
        objects=[None, "grid", "table"],
        precedence=-1,
        doc="""
        Grid of pictures or table; None is the grid where there are pictures.""",
    )
    sort = param.String(
        default="",
        precedence=-1,
        doc="""
        Column whose values order the rows; empty is the order of the data.""",
    )
    descending = param.Boolean(
        default=False,
        precedence=-1,
        doc="""
        Whether the largest value comes first.""",
    )

    def __init__(self, session: Session, *, spec: ViewSpec | None = None, **settings: Any) -> None:
        super().__init__(session, spec=spec, **settings)
        self._check_columns([*self.columns, *([self.sort] if self.sort else [])])
        self._pictures = PagePictures(Media(self.state.dataset), page.image_column(self.state.table))
        self._component = RowsComponent(
            on_gesture=self.on_gesture(self._on_gesture), sizing_mode="stretch_width"
        )
        self._asked: Wanted | None = None
        self._page: Wanted | None = None
        self._page_count = 0
        self._rows = np.empty(0, dtype=np.int64)
        self._total = 0
        self._first = 0
        self._filter = self.state.filter
        self._order = (self.sort, self.descending)
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
        self.compute(
            wanted.rows, lambda rows: self._show(wanted, rows, total), value_count=wanted.value_count
        )

    def sentence(self) -> str:
        """Say which rows are on the page, in what order, and how many are ticked."""
        wanted = self._page or self._wanted()
        end = "largest" if wanted.is_descending else "smallest"
        order = f"by {wanted.sort}, {end} first" if wanted.sort else "in the order of the data"
        place = page.range_text(wanted.first, len(self._rows), self._total)
        return f"Rows {place}, {order}, as a {wanted.mode}; {self._ticks()['text'] or 'none selected'}."

    def describe(self) -> Description:
        """Give the page's rows with the shown columns."""
        wanted = self._page or self._wanted()
        return Description(self.sentence(), self.state.table.take(self._rows, wanted.columns))

    def _wanted(self) -> Wanted:
        table, mode = self.state.table, self._mode()
        size = self.grid_rows if mode == "grid" else self.table_rows
        sort = self.sort if self.sort in table.names and can_sort(table.kind(self.sort)) else ""
        is_descending = bool(sort and self.descending)
        return Wanted(
            table=table, filter=self.state.filter, mode=mode, sort=sort, is_descending=is_descending,
            first=self._first // size * size, size=size, columns=page.shown_columns(table, self.columns),
            thumbnail_px=self.thumbnail_px if self._pictures.has_column else 0,
        )  # fmt: skip

    def _mode(self) -> str:
        return str(self.mode or "grid") if self._pictures.has_column else "table"

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
        self._page, self._rows, self._total = wanted, rows, total
        self._page_count += 1
        self._pictures.turn_to(rows.tolist(), wanted.thumbnail_px)
        self._pictures.add(self._pictures.make(self._pictures.missing(), QUICK_S))
        self._open_at_edge()
        self._component.param.update(
            data=self._page_data(wanted, rows, total), pictures={}, ticks=self._ticks(), detail=self._detail()
        )
        self._follow_up()

    def _page_data(self, wanted: Wanted, rows: np.ndarray, total: int) -> dict[str, Any]:
        table, is_table = wanted.table, wanted.mode == "table"
        return {
            "page_id": self._page_count,
            "mode": wanted.mode,
            "has_images": self._pictures.has_column,
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
            "thumbnails": self._pictures.as_data(),
        }

    def _follow_up(self) -> None:
        """Make missing pictures on a worker, batch after batch, unless a newer page is on its way."""
        if self._asked != self._page:
            return
        row = self._opened_row
        missing = self._pictures.missing()
        if row is not None and self._pictures.lacks_large(row):
            self._in_background(
                lambda: self._pictures.make_large(row), lambda shown: self._show_large(row, shown)
            )
        elif missing:
            self._in_background(lambda: self._pictures.make(missing, BATCH_S), self._show_thumbnails)

    def _in_background(self, work: Callable[[], T], show: Callable[[T], None]) -> None:
        self.compute(work, show, value_count=MAX_INLINE_VALUES + 1)

    def _show_thumbnails(self, made: dict[int, Shown]) -> None:
        self._pictures.add(made)
        self._component.pictures = {"page_id": self._page_count, "thumbnails": self._pictures.as_data()}
        self._follow_up()

    def _show_large(self, row: int, shown: Shown) -> None:
        self._pictures.add_large(row, shown)
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
            if self._pictures.lacks_large(self._opened_row):
                self._follow_up()

    @property
    def _opened_row(self) -> int | None:
        """Position of the row in the detail panel; None when it is closed."""
        return self._component.detail.get("row")

    def _detail(self) -> dict[str, Any]:
        state = self.state
        if state.focus is None:
            return {}
        row = int(state.dataset.positions_of([state.focus])[0])
        at = self._place(row)
        rank = None if at is None or self._page is None else self._page.first + at
        large = self._pictures.large(row)
        return {
            "row": row,
            "title": str(state.focus),
            "note": "" if state.filter_mask()[row] else "not under the filter",
            "fields": page.fields(state.table, row),
            "has_picture": self._pictures.has_column,
            "uri": large.uri,
            "problem": large.problem,
            "can_go_back": rank is not None and rank > 0,
            "can_go_on": rank is not None and rank + 1 < self._total,
        }

    def _place(self, row: int) -> int | None:
        """Give the row's place on the page; None when it is not on it."""
        found = np.flatnonzero(self._rows == row)
        return int(found[0]) if len(found) else None

    # --- gestures ------------------------------------------------------------------------

    def _on_gesture(self, gesture: Gesture) -> None:
        acts = {
            "tick": self._tick, "clear": self._clear, "clear_filter": self._clear_filter,
            "page": self._turn_to, "sort": self._sort, "mode": self._set_mode, "open": self._open,
            "step": self._step,
        }  # fmt: skip
        act = acts.get(str(gesture.get("kind")))
        if act is None:
            raise BadSetting(f"the page sent {gesture.get('kind')!r}; known are {', '.join(acts)}.")
        act(gesture)

    def _tick(self, gesture: Gesture) -> None:
        state, is_wanted = self.state, bool(gesture.get("wanted"))
        self._acknowledge(gesture)
        try:
            rows = _positions(gesture.get("rows"), len(state.table))
            state.selection = ticked(state.table, state.selection, rows, is_wanted=is_wanted)
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
        if type(number) is not int:
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
        row = self._opened_row
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


def _positions(rows: object, row_count: int) -> np.ndarray:
    """Read positions that a browser sent. Raises BadSetting."""
    listed = list(rows) if isinstance(rows, (list, tuple)) else [None]
    if not all(type(row) is int and 0 <= row < row_count for row in listed):
        raise BadSetting(f"the page sent rows {str(rows)[:60]}; wanted positions from 0 to {row_count - 1}.")
    return np.array(listed, dtype=np.int64)
