"""The shell around the views: filter, groups, selection, history, pages, problems.

It is a plain Viewer, so that a notebook cell, a page of the user's own and our
served page show the same thing. It holds no truth of its own: each part is a
small description of the state, sent again when the state changes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import param
from panel.custom import Child, Children
from panel.viewable import Viewable, Viewer

from symphony_core.column import Kind
from symphony_core.errors import SymphonyError, UnknownView
from symphony_core.expr import Compare
from symphony_core.expr_text import to_text
from symphony_core.groups import can_group, group_sizes
from symphony_core.jobs import Job
from symphony_core.layout import Layout, PageView
from symphony_core.roles import Role
from symphony_core.session import Session, reason
from symphony_core.table import Table
from symphony_core.view import FailedView, View, make_view, rows_text
from symphony_core.widgets import COMPONENTS, Component, Gesture

# More groups than these are counted, not listed; the table beside the plots is where they are read.
MAX_SIZES = 12
MAX_PROBLEMS = 20


class Controls(Component):
    """The side bar."""

    _esm = COMPONENTS / "controls.js"


class HeadLine(Component):
    """The head line."""

    _esm = COMPONENTS / "title.js"


class Deck(Component):
    """Tabs and the cards of the page on show."""

    cards = Children(doc="The views of the page on show.")

    _esm = COMPONENTS / "deck.js"


class Whole(Component):
    """Head line, side bar and pages as one piece, for a cell or a page of the user's own."""

    head = Child(doc="The head line.")
    side = Child(doc="The side bar.")
    main = Child(doc="The pages.")

    _esm = COMPONENTS / "whole.js"


class Shell(Viewer):
    """The session's controls and pages."""

    page_index = param.Integer(default=0, bounds=(0, None), doc="Which page is on show, from 0.")

    def __init__(self, session: Session, **params: Any) -> None:
        super().__init__(**params)
        self.session = session
        self.state = session.state
        self._refused: tuple[str, str] | None = None
        self._groupable_of: Table | None = None
        self._groupable_names: list[str] = []
        self._example = self._example_filter()
        self._views: dict[tuple[PageView, int], View] = {}
        self._unlisten: list[Callable[[], None]] = []
        self.controls = Controls(data=self._controls(), on_gesture=self._act, sizing_mode="stretch_width")
        self.title = HeadLine(data=self._title(), on_gesture=self._act, sizing_mode="stretch_width")
        self.deck = Deck(data=self._deck(), on_gesture=self._act, sizing_mode="stretch_width")
        self._whole: Whole | None = None
        self._show_page()
        self._watcher = self.state.param.watch(self._follow, [*self.state.tracked])
        session.on_job(lambda job: self._redraw())
        self._unlisten.append(session.registry.on_problem(lambda problem: session.owner.post(self._redraw)))
        session.on_close(self.close)

    def __panel__(self) -> Viewable:
        if self._whole is None:
            self._whole = Whole(
                head=self.title, side=self.controls, main=self.deck, sizing_mode="stretch_width"
            )
        return self._whole

    def close(self) -> None:
        """Stop following the state; the views close with the session."""
        self.state.param.unwatch(self._watcher)
        for unlisten in self._unlisten:
            unlisten()
        self._unlisten.clear()

    # --- what is shown ---------------------------------------------------------

    def refused_link(self, problems: list[SymphonyError]) -> None:
        """Say at the filter what of the page's address could not be applied."""
        if problems:
            words = "From the link: " + " ".join(str(problem) for problem in problems)
            self._refuse(("", words))

    def _follow(self, *events: Any) -> None:
        if any(event.name == "filter" for event in events):
            self._refused = None
        self._redraw()
        if any(event.name == "layout" for event in events):
            self._show_page()

    def _redraw(self) -> None:
        if self.session.is_closed:
            return
        self.controls.data = self._controls()
        self.title.data = self._title()

    def _controls(self) -> dict[str, Any]:
        state, table = self.state, self.state.table
        problem = state.problem("filter")
        text = "" if state.filter is None else table.text(state.filter)
        refused, message = self._refused or (None, "")
        mask = None if problem else state.filter_mask()
        sizes = [] if mask is None else group_sizes(table, state.group_by, mask)
        return {
            "filter": text,
            "refused": refused,
            "example": self._example,
            "filter_error": message or (str(problem) if problem else ""),
            "count": "" if mask is None else _count_words(int(mask.sum()), len(table)),
            "group_by": list(state.group_by),
            "groupable": self._groupable(),
            "group_sizes": _size_rows(sizes),
            "selection": self._selection_words(),
            "has_selection": state.selection is not None,
            "has_keys": self.session.owns_page,
            "jobs": [_job_row(index, job) for index, job in enumerate(self.session.jobs)],
            "problems": self._problems(),
            "notices": [notice.text for notice in state.dataset.warnings],
        }

    def _example_filter(self) -> str:
        """Give a filter that these data understand, to show what one looks like."""
        table = self.state.table
        for name in [choice.column for choice in table.dataset.roles.values()] + list(table.names):
            column = table.column(name) if name in table.names else None
            if column is not None and column.kind is Kind.CATEGORY and column.levels and can_group(column):
                return to_text(Compare(name, "==", column.levels[0]))
        return "age > 30 and city in ['Rome', 'Oslo']"

    def _groupable(self) -> list[str]:
        table = self.state.table
        if self._groupable_of is not table:
            self._groupable_of = table
            self._groupable_names = [name for name in table.names if can_group(table.column(name))]
        return self._groupable_names

    def _selection_words(self) -> str:
        if self.state.selection is None:
            return "No rows selected."
        problem = self.state.problem("selection")
        if problem:
            return str(problem)
        mask = self.state.selection_mask()
        count = int(mask.sum())
        hidden = 0 if self.state.problem("filter") else count - int((mask & self.state.filter_mask()).sum())
        return f"{rows_text(count)} selected" + (f", {hidden:,} not under the filter." if hidden else ".")

    def _problems(self) -> list[dict[str, str]]:
        found = self.session.registry.problems[-MAX_PROBLEMS:]
        return [
            {
                "message": one.message,
                "where": " ".join(filter(None, [one.plugin, one.version, "·", one.where])),
            }
            for one in reversed(found)
        ]

    def _title(self) -> dict[str, Any]:
        dataset = self.state.dataset
        return {
            "title": dataset.name,
            "counts": self._count_line(),
            "about": dataset.attribution or f"{dataset.name}: {dataset.source or 'a table in memory'}",
            "can_undo": self.state.history.undo_count > 0,
            "can_redo": self.state.history.redo_count > 0,
        }

    def _count_line(self) -> str:
        table = self.state.table
        words = rows_text(len(table))
        split = table.dataset.roles.get(Role.SPLIT)
        if split is None or not can_group(table.column(split.column)):
            return words
        sizes = group_sizes(table, (split.column,), table.mask(None))
        return f"{words} · " + " ".join(f"{group.row_count:,} {group.values[0]}" for group in sizes[:4])

    @property
    def pages(self) -> Layout:
        """The pages as they lie now."""
        layout: Layout = self.state.layout
        return layout

    # --- pages -------------------------------------------------------------------

    def _deck(self) -> dict[str, Any]:
        pages = self.pages
        index = min(self.page_index, max(len(pages) - 1, 0))
        views = pages[index].views if pages else ()
        empty = "" if views else (
            "No view can show these data. symphony plugins lists what is installed and what is wrong with it."
        )  # fmt: skip
        titles = [page.title for page in pages]
        return {"pages": titles, "active": index, "widths": [view.width for view in views], "empty": empty}

    def _show_page(self) -> None:
        deck = self._deck()
        wanted = _numbered(self.pages[deck["active"]].views if self.pages else ())
        for place, view in self._views.items():
            view.set_shown(place in wanted)
        for place in wanted:
            if place not in self._views:
                self._views[place] = self._made(place[0])
        self.deck.param.update(data=deck, cards=[self._views[place].frame for place in wanted])

    def _made(self, placed: PageView) -> View:
        try:
            return make_view(self.session, placed.view, **placed.settings)
        except UnknownView as error:  # a page may name a view whose plugin was uninstalled
            return FailedView(self.session, error=error, title=placed.view)

    # --- gestures ------------------------------------------------------------------

    def _act(self, gesture: Gesture) -> None:
        acts: Mapping[str, Callable[[Gesture], None]] = {
            "filter": self._set_filter,
            "forget": lambda gesture: self._refuse(None),
            "group": lambda gesture: setattr(self.state, "group_by", gesture.get("names") or ()),
            "clear": lambda gesture: setattr(self.state, "selection", None),
            "narrow": lambda gesture: setattr(self.state, "filter", self.state.selection),
            "undo": lambda gesture: self._step(self.state.undo),
            "redo": lambda gesture: self._step(self.state.redo),
            "cancel": self._cancel,
            "page": self._turn,
        }
        act = acts.get(str(gesture.get("kind")))
        if act is None:
            return
        try:
            act(gesture)
        except SymphonyError as error:
            self._refuse((str(gesture.get("text", "")), reason(error)))

    def _set_filter(self, gesture: Gesture) -> None:
        self._refused = None
        self.state.filter = str(gesture.get("text", ""))
        self._redraw()

    def _refuse(self, refused: tuple[str, str] | None) -> None:
        self._refused = refused
        self._redraw()

    def _step(self, step: Callable[[], bool]) -> None:
        self._refused = None
        step()
        self._redraw()

    def _cancel(self, gesture: Gesture) -> None:
        index = gesture.get("id")
        if isinstance(index, int) and 0 <= index < len(self.session.jobs):
            self.session.jobs[index].cancel()

    def _turn(self, gesture: Gesture) -> None:
        index = gesture.get("index")
        if isinstance(index, int) and 0 <= index < len(self.pages):
            self.page_index = index
            self._show_page()


def _count_words(count: int, total: int) -> str:
    return f"all {rows_text(total)}" if count == total else f"{count:,} of {rows_text(total)}"


def _size_rows(sizes: list[Any]) -> list[list[str]]:
    rows = [[" · ".join(group.values), f"{group.row_count:,}"] for group in sizes[:MAX_SIZES]]
    rest = sizes[MAX_SIZES:]
    if rest:
        rows.append([f"{len(rest):,} more groups", f"{sum(group.row_count for group in rest):,}"])
    return rows


def _job_row(index: int, job: Job[Any]) -> dict[str, Any]:
    fraction, text = job.progress
    return {"id": index, "title": job.title, "fraction": fraction, "text": text}


def _numbered(views: Sequence[PageView]) -> list[tuple[PageView, int]]:
    """Tell equal views of one page apart by how many came before them."""
    return [(view, views[:index].count(view)) for index, view in enumerate(views)]
