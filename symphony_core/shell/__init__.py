"""The shell around the views: filter, groups, selection, history, pages, problems.

It is a plain Viewer, so that a notebook cell, a page of the user's own and our
served page show the same thing. It holds no truth of its own: each part is a
small description of the state, sent again when the state changes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import param
from panel.custom import Child, Children
from panel.viewable import Viewable, Viewer

from symphony_core.errors import SymphonyError
from symphony_core.restoring import restore
from symphony_core.saved import Saved
from symphony_core.session import Session
from symphony_core.shell.columns import Columns
from symphony_core.shell.filter_bar import FilterBar
from symphony_core.shell.group_bar import GroupBar
from symphony_core.shell.head import Head
from symphony_core.shell.pages import Pages
from symphony_core.shell.part import Part
from symphony_core.shell.tray import Tray
from symphony_core.shell.work import Work
from symphony_core.widgets import COMPONENTS, Component, script
from symphony_core.workspace import Workspace

__all__ = ["Shell"]


class Side(Component):
    """The side bar around its parts."""

    parts = Children(doc="Filter, groups, selection, jobs and problems.")

    _esm = script(COMPONENTS / "side.js")


class Whole(Component):
    """Head line, side bar and pages as one piece, for a cell or a page of the user's own."""

    head = Child(doc="The head line.")
    side = Child(doc="The side bar.")
    main = Child(doc="The pages.")

    _esm = script(COMPONENTS / "whole.js")


class Shell(Viewer):
    """The session's controls and pages."""

    page_index = param.Integer(default=0, bounds=(0, None), doc="Which page is on show, from 0.")

    def __init__(self, session: Session, **params: Any) -> None:
        super().__init__(**params)
        self.session = session
        self.state: Workspace = session.state
        self.head = Head(self)
        self.filter_bar = FilterBar(self)
        self.group_bar = GroupBar(self)
        self.tray = Tray(self)
        self.columns = Columns(self)
        self.work = Work(self)
        self.pages = Pages(self)
        self.parts: tuple[Part, ...] = (
            self.head, self.filter_bar, self.group_bar, self.tray, self.columns, self.work, self.pages,
        )  # fmt: skip
        self.title = self.head.component
        self.side = Side(
            parts=[part.component for part in self.parts if part not in (self.head, self.pages)],
            sizing_mode="stretch_width",
        )
        self.deck = self.pages.component
        self._whole: Whole | None = None
        self._watcher = self.state.param.watch(self._follow, [*self.state.tracked, "focus"])
        self.state.on_step(self.head.refresh)
        session.on_job(lambda job: self._show_work())
        self._unlisten: list[Callable[[], None]] = [
            session.registry.on_problem(lambda problem: session.owner.post(self._show_work))
        ]
        session.on_close(self.close)

    def __panel__(self) -> Viewable:
        if self._whole is None:
            self._whole = Whole(head=self.title, side=self.side, main=self.deck, sizing_mode="stretch_width")
        return self._whole

    def close(self) -> None:
        """Stop following the state; the views close with the session."""
        self.state.param.unwatch(self._watcher)
        for unlisten in self._unlisten:
            unlisten()
        self._unlisten.clear()
        for part in self.parts:
            part.close()

    def turn(self, page_index: int) -> None:
        """Show another page; one that is not there is the last."""
        self.page_index = min(max(page_index, 0), max(len(self.state.layout) - 1, 0))
        self.pages.show()

    def refused_link(self, problems: list[SymphonyError]) -> None:
        """Say at the filter what of the page's address could not be applied."""
        self.filter_bar.refused_link(problems)

    def restore(self, work: Saved) -> list[str]:
        """Take up saved work in one step, and say what did not fit."""
        said = restore(self.session, work, tell=self.restored)
        self.turn(work.page_index)
        words = "Workspace restored; this is what does not fit:" if said else "Workspace restored."
        self.toast(words, can_undo=True, details=said)
        return said

    def restored(self, said: list[str]) -> None:
        """Say what of restored work could not be applied after all."""
        self.toast("Of the restored workspace this could not be applied:", is_problem=True, details=said)

    def toast(
        self, words: str, *, can_undo: bool = False, is_problem: bool = False, details: Sequence[str] = ()
    ) -> None:
        """Say something; `can_undo` offers to take the last step back, `details` are a list under it."""
        self.head.toast(words, can_undo=can_undo, is_problem=is_problem, details=details)

    def _show_work(self) -> None:
        if not self.session.is_closed:
            self.work.refresh()

    def _follow(self, *events: Any) -> None:
        names = {event.name for event in events}
        if "filter" in names:
            self.filter_bar.forget()
        for part in self.parts:
            if names & set(part.follows):
                part.refresh()
