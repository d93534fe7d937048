"""The rows under the filter, one by one: a grid of pictures, cards, or a table, in one panel or one a group.

The server finds the rows of each page and writes them as text; the browser
draws them and sends back which row was ticked or opened. A Tabulator was not
chosen: with remote pages it still keeps the whole frame for every session.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar, TypeVar

import numpy as np

from symphony_core.errors import BadSetting, UnknownColumn, no_such
from symphony_core.expr import Expr
from symphony_core.jobs import Job, quick_pool
from symphony_core.media import Media, media_columns
from symphony_core.session import Session
from symphony_core.specs import ViewSpec
from symphony_core.table import Table
from symphony_core.view import MAX_INLINE_VALUES, Description
from symphony_panel_instances import page, search
from symphony_panel_instances.component import RowsComponent
from symphony_panel_instances.gestures import Gestures
from symphony_panel_instances.order import can_sort
from symphony_panel_instances.page_media import (
    BATCH_S,
    FULL_PX,
    PICTURE_PX,
    QUICK_S,
    Cell,
    Large,
    PageMedia,
    Shown,
)
from symphony_panel_instances.samples import CARDS, GRID, TABLE, Samples, samples
from symphony_panel_instances.settings import RowsSettings
from symphony_panel_instances.ticks import group_counts, ticks_text
from symphony_panel_instances.wanted import NOTHING, Found, Wanted

T = TypeVar("T")


class InstancesView(RowsSettings):
    """Pages of rows, to be looked at, searched, sorted, ticked and opened."""

    redraws_on: ClassVar[tuple[str, ...]] = ("filter", "overlay", "group_by", "selection", "focus")

    def __init__(self, session: Session, *, spec: ViewSpec | None = None, **settings: Any) -> None:
        super().__init__(session, spec=spec, **settings)
        self._media_columns = media_columns(self.state.dataset)
        self._media_names = [column.name for column in self._media_columns]
        sorts = [self.sort] if self.sort else []
        self.check_columns([*self.columns, *self.beside, *self.media, *self.search_in, *sorts])
        self._made = PageMedia(Media(self.state.dataset))
        self._gestures = Gestures(self)
        self._component = RowsComponent(
            on_gesture=self.on_gesture(self._gestures), sizing_mode="stretch_width"
        )
        self._asked: Wanted | None = None
        self._page: Wanted | None = None
        self._page_count = 0
        self._found: Found = NOTHING
        self._firsts: dict[int, int] = {}
        self._decided_by: tuple[object, ...] = ()
        self._open_at: tuple[int, int] | None = None
        self._full_row: int | None = None
        self._ahead: Job[None] | None = None
        self._columns_known: tuple[str, ...] = ()

    # --- drawing -------------------------------------------------------------------

    def body(self) -> RowsComponent:
        follows = ["mode", "sort", "descending", "search", "follow_ranking"]
        self.watch(follows, self._draw_and_say, of=self)
        return self._component

    def draw(self) -> None:
        """Draw new pages only if something that decides them changed; ticks and detail follow anyway."""
        self._offer_columns()
        wanted = self._wanted()
        if wanted.rows_decided_by != self._decided_by:
            self._firsts.clear()
            wanted, self._decided_by = self._wanted(), wanted.rows_decided_by
        if wanted == self._asked:
            self.draw_ticks()
            self._draw_detail()
            return
        self._asked = wanted
        self._stop_ahead()
        self.compute(wanted.find, lambda found: self._show(wanted, found), value_count=wanted.value_count)

    def _draw_and_say(self) -> None:
        self.draw()
        self._say()

    def sentence(self) -> str:
        """Say which rows are on show, in what order, how many groups and hits, and how many are ticked."""
        wanted, found = self._page or self._wanted(), self._found
        rows = page.shown_text(found.panels, wanted.group_by, found.group_count, found.total)
        words = " ".join(wanted.words)
        hits = f", found for {words!r} among {found.filtered:,}" if wanted.search is not None else ""
        form = "as cards" if wanted.mode == CARDS else f"as a {wanted.mode}"
        order, ticked = page.order_text(wanted), self._selected_text() or "none selected"
        return f"{rows}{hits}, {order}, {form}; {ticked}."

    def describe(self) -> Description:
        """Give the rows on show with the shown columns; those that group them come first."""
        self.drawn()
        wanted = self._page or self._wanted()
        names = wanted.columns if wanted.mode == TABLE else self._described(wanted.samples)
        names = tuple(dict.fromkeys([*wanted.group_by, *names]))
        rows = np.array(self._found.rows, dtype=np.int64)
        return Description(self.sentence(), self.state.table.take(rows, names))

    def _described(self, shown: Samples) -> tuple[str, ...]:
        text = () if shown.text is None else (shown.text,)
        return (*text, *shown.beside)

    def close(self) -> None:
        self._stop_ahead()
        super().close()

    def _wanted(self) -> Wanted:
        table, state = self.state.table, self.state
        sort = self.sort if self.sort in table.names and can_sort(table.kind(self.sort)) else ""
        ranking = "" if sort or not self.follow_ranking else _newest_ranking(table)
        ranked = page.ranked_columns(table, ranking)
        shown = samples(table, media=self.media, beside=self.beside, ranked=ranked)
        mode = shown.mode(self.mode)
        sizes = {GRID: self.grid_rows, CARDS: self.card_rows, TABLE: self.table_rows}
        words = search.words_of(self.search)
        media_names = [column.name for column in shown.media]
        return Wanted(
            table=table, filter=state.filter, words=words,
            search=search.search_expr(words, self._searched()), mode=mode, samples=shown, sort=sort,
            is_descending=bool(sort and self.descending),
            size=self.group_rows if len(state.group_by) else sizes[mode],
            columns=page.shown_columns(table, self.columns, media_names, ranked),
            thumbnail_px=self.thumbnail_px if shown.media else 0, group_by=tuple(state.group_by),
            panel_limit=self.group_panels, firsts=tuple(sorted(self._firsts.items())), ranking=ranking,
        )  # fmt: skip

    def _searched(self) -> tuple[str, ...]:
        names = search.text_columns(self.state.table, self._media_names)
        return tuple(name for name in names if name in self.search_in) or names

    def _offer_columns(self) -> None:
        table = self.state.table
        if table.names == self._columns_known:
            return
        self._columns_known = table.names
        plain = [name for name in table.names if name not in self._media_names]
        self.param["columns"].objects = [*plain, *self._media_names]
        self.param["beside"].objects = plain
        self.param["media"].objects = self._media_names
        self.param["search_in"].objects = list(search.text_columns(table, self._media_names))
        self._component.menu = {
            "columns": page.sortable_columns(table, self._media_names), "ranking": _newest_ranking(table)
        }  # fmt: skip

    def _show(self, wanted: Wanted, found: Found) -> None:
        self._page, self._found = wanted, found
        self._firsts = {panel.key: panel.first for panel in found.panels if panel.first}
        self._page_count += 1
        self._made.turn_to(found.rows, wanted.samples.media, wanted.thumbnail_px)
        self._made.add(self._made.make(self._made.missing(), QUICK_S))
        self._open_at_edge()
        self._component.param.update(
            data=self._page_data(wanted, found), late={}, ticks=self._ticks(), detail=self._detail()
        )
        self._follow_up()

    def _open_at_edge(self) -> None:
        opened, self._open_at = self._open_at, None
        for panel in self._found.panels:
            if opened is not None and panel.key == opened[0] and len(panel.rows):
                self.focus(int(panel.rows[opened[1]]))

    def _page_data(self, wanted: Wanted, found: Found) -> dict[str, Any]:
        table = wanted.table
        empty = "table" if not len(table) else "filter" if not found.filtered else "search"
        return {
            "page_id": self._page_count,
            "mode": wanted.mode,
            "modes": list(wanted.samples.modes),
            "media": [list(column) for column in wanted.samples.media],
            "thumbnail_px": wanted.thumbnail_px,
            "sort": wanted.sort,
            "ranked": bool(wanted.ranking),
            "descending": wanted.is_descending,
            "search": self.search,
            "words": list(wanted.words) if wanted.search is not None else [],
            "found": f"{found.total:,} of {found.filtered:,} found" if wanted.search is not None else "",
            "can_search": bool(self._searched()),
            "empty": "" if found.total else empty,
            "group_by": list(wanted.group_by),
            "more_groups": found.group_count - len(found.panels) if wanted.group_by else 0,
            "id_column": page.header(table, [table.dataset.id_column])[0],
            "text_column": wanted.samples.text,
            "columns": page.columns_data(wanted),
            "panels": [page.panel_data(wanted, panel) for panel in found.panels],
            "made": self._made.as_data(),
        }

    # --- what comes after the page ---------------------------------------------------

    def _follow_up(self) -> None:
        """Make what is missing on a worker, batch after batch, unless a newer page is on its way."""
        if self._page is None or self._asked != self._page:
            return
        row, columns = self.opened_row, self._page.samples.media
        missing = self._made.missing()
        if row is not None and self._made.lacks_large(row, columns, self._large_px(row)):
            px = self._large_px(row)
            self._in_background(lambda: self._made.make_large(row, columns, px), self._show_large)
        elif missing:
            self._in_background(lambda: self._made.make(missing, BATCH_S), self._show_late)
        elif columns:
            self._start_ahead(self._page, self._found)

    def _in_background(self, work: Callable[[], T], show: Callable[[T], None]) -> None:
        self.compute(work, show, value_count=MAX_INLINE_VALUES + 1)

    def _show_late(self, made: dict[Cell, Shown]) -> None:
        self._made.add(made)
        self._component.late = {"page_id": self._page_count, "made": self._made.as_data()}
        self._follow_up()

    def _show_large(self, large: Large) -> None:
        self._made.add_large(large)
        self._component.detail = self._detail()
        self._follow_up()

    def _large_px(self, row: int) -> int:
        return FULL_PX if row == self._full_row else PICTURE_PX

    def _start_ahead(self, shown: Wanted, found: Found) -> None:
        """Make the thumbnails of the next page while this one is looked at."""
        coming = shown.next_pages(found)
        if self._ahead is not None or not coming.firsts or not self.session.owner.has_loop:
            return
        keys = {key for key, _ in coming.firsts}
        columns, px = shown.samples.media, shown.thumbnail_px

        def work(progress: object, cancel: Any) -> None:
            rows = [row for panel in coming.find().panels if panel.key in keys for row in panel.rows.tolist()]
            self._made.make_ahead(rows, columns, px, cancel.check)

        self._ahead = quick_pool.start(
            work, owner=self.session.owner, title=self.title, then=lambda value: value
        )

    def _stop_ahead(self) -> None:
        if self._ahead is not None:
            self._ahead.cancel()
            self._ahead = None

    # --- ticks and the opened row -------------------------------------------------------

    def draw_ticks(self) -> None:
        ticks = self._ticks()
        if ticks != self._component.ticks:
            self._component.ticks = ticks

    def _ticks(self) -> dict[str, Any]:
        state, wanted = self.state, self._page
        marked: list[int] = []
        groups: dict[str, int] = {}
        if state.selection is not None and wanted is not None:
            mask = state.selection_mask()
            rows = np.array(self._found.rows, dtype=np.int64)
            marked = rows[mask[rows]].tolist()
            groups = group_counts(wanted, self._found, mask)
        return {
            "page_id": self._page_count, "rows": marked, "groups": groups, "text": self._selected_text(),
            "seen": self._gestures.heard.as_data(),
        }  # fmt: skip

    def _selected_text(self) -> str:
        state = self.state
        if state.selection is None:
            return ""
        selected = state.selected_count()
        if state.filter is None:
            return ticks_text(selected, 0)
        shown = int(np.count_nonzero(state.selection_mask() & state.filter_mask()))
        return ticks_text(selected, selected - shown)

    def _draw_detail(self) -> None:
        detail = self._detail()
        row = detail.get("row")
        if detail != self._component.detail:
            self._component.detail = detail
            if row is not None and self._made.lacks_large(row, self._media_shown, self._large_px(row)):
                self._stop_ahead()
                self._follow_up()

    @property
    def _media_shown(self) -> tuple[Any, ...]:
        return self._page.samples.media if self._page else ()

    @property
    def opened_row(self) -> int | None:
        """Position of the row in the detail panel; None when it is closed."""
        return self._component.detail.get("row")

    def _detail(self) -> dict[str, Any]:
        state = self.state
        if state.focus is None:
            return {}
        row = int(state.dataset.positions_of([state.focus])[0])
        place = self._found.place(row)
        rank, total = (None, 0) if place is None else (place[0].first + place[1], place[0].total)
        columns = self._media_shown
        made = self._made.large(row, columns)
        return {
            "row": row,
            "title": str(state.focus),
            "note": self._note(row),
            "fields": page.fields(state.table, row, [column.name for column in columns]),
            "media": [{"column": column.name, "kind": column.kind, **shown.as_data()}
                      for column, shown in zip(columns, made, strict=True)],
            "is_full": row == self._full_row,
            "can_go_back": rank is not None and rank > 0,
            "can_go_on": rank is not None and rank + 1 < total,
        }  # fmt: skip

    def _note(self, row: int) -> str:
        if not self.state.filter_mask()[row]:
            return "not under the filter"
        searched = None if self._page is None else self._page.search
        is_found = searched is None or bool(self.state.table.mask(searched)[row])
        return "" if is_found else "not among the rows found"

    # --- what gestures do to the view ------------------------------------------------------

    @property
    def shown(self) -> Wanted | None:
        """What is on show; None before the first drawing."""
        return self._page

    @property
    def found(self) -> Found:
        """The panels on show."""
        return self._found

    @property
    def page_size(self) -> int:
        """Rows of a page, as they would be drawn now."""
        return self._wanted().size

    @property
    def searching(self) -> Expr | None:
        """What the search tests; None without words or without text columns."""
        return self._wanted().search

    def turn(self, key: int, first: int, *, open_at: int | None = None) -> None:
        """Show the page of a panel that begins with a rank; open_at: the place on it to open, -1 the last."""
        self._firsts[key] = first
        self._open_at = None if open_at is None else (key, open_at)
        self.draw()

    def focus(self, row: int) -> None:
        """Open a row, for all views of the session."""
        self.state.focus = self.state.dataset.ids_at(np.array([row])).tolist()[0]

    def show_full(self, is_full: bool) -> None:
        """Show the opened row's pictures in their own size, or fitted again."""
        self._full_row = self.opened_row if is_full else None
        self._draw_detail()

    def send_sound(self, row: int, column: str, *, client: str) -> None:
        """Send a sound to the page that asked for it."""
        if (column, "audio") not in self._media_columns:
            raise BadSetting(f"the page sent {column[:40]!r}, which is no column of sounds.")
        made = self._made.play(row, column).as_data()
        self._component.sound = {"client": client, "row": row, "column": column, **made}

    def forget_sound(self) -> None:
        """Let go of a sound that the page has."""
        self._component.sound = {}

    def check_columns(self, names: Sequence[str]) -> None:
        table = self.state.table
        for name in names:
            if name not in table.names:
                message, close = no_such("column", name, table.names, table.dataset_name)
                raise UnknownColumn(message, column=name, nearest=close)


def _newest_ranking(table: Table) -> str:
    newest = table.overlay.ranking
    return "" if newest is None else newest.name
