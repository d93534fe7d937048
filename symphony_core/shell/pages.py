"""Tabs and the cards of the page on show; a hidden page's views are kept and draw when shown again.

The layout is a value in the workspace: every change of it is one step of the
history, made by a function of `layout`, and the cards follow the value. A
view's settings travel in it too, so undo brings them back.
"""

from __future__ import annotations

from typing import Any

from panel.custom import Children

from symphony_core import layout
from symphony_core.errors import UnknownView
from symphony_core.layout import Layout, PageView
from symphony_core.shell.part import Acts, Part
from symphony_core.view import FailedView, View, make_view
from symphony_core.widgets import COMPONENTS, Component, Gesture, script


class Deck(Component):
    """Tabs and the cards of the page on show."""

    cards = Children(doc="The views of the page on show.")

    _esm = script(COMPONENTS / "deck.js")


class Pages(Part):
    """Pages of views."""

    component_type = Deck
    follows = ("layout",)

    def __init__(self, shell: Any) -> None:
        self._views: dict[str, View] = {}
        super().__init__(shell)
        self.show()

    @property
    def layout(self) -> Layout:
        """The pages as they lie now."""
        pages: Layout = self.state.layout
        return pages

    @property
    def placed(self) -> tuple[PageView, ...]:
        """The views of the page on show."""
        pages = self.layout
        return pages[min(self.shell.page_index, len(pages) - 1)].views if pages else ()

    def data(self) -> dict[str, Any]:
        """Describe the tabs and the widths of the cards."""
        empty = "" if self.placed else (
            "No view can show these data. symphony plugins lists what is installed and what is wrong with it."
        )  # fmt: skip
        return {
            "pages": [page.title for page in self.layout],
            "active": min(self.shell.page_index, max(len(self.layout) - 1, 0)),
            "widths": [view.width for view in self.placed],
            "empty": empty,
        }

    @property
    def acts(self) -> Acts:
        return {"page": self._turn}

    def refresh(self) -> None:
        self.show()

    def show(self) -> None:
        """Show the page's cards, with the settings that the layout says."""
        placed = self.placed
        keys = {view.key for view in placed}
        for key, view in self._views.items():
            view.set_shown(key in keys)
        for one in placed:
            if one.key in self._views:
                self._views[one.key].apply_settings(one.settings)
            else:
                self._views[one.key] = self._made(one)
        cards = [self._views[one.key].frame for one in placed]
        self.component.param.update(data=self.data(), cards=cards)

    def _made(self, placed: PageView) -> View:
        try:
            view = make_view(self.session, placed.view, **placed.settings)
        except UnknownView as error:  # a page may name a view whose plugin was uninstalled
            return FailedView(self.session, error=error, title=placed.view)
        view.on_settings(lambda name: self._remember(placed.key, view, name))
        return view

    def _remember(self, key: str, view: View, name: str) -> None:
        """Put a view's settings into the layout, as a step of the history."""
        with self.state.gesture(key=f"{key}.{name}"):
            self.state.layout = layout.with_settings(self.layout, key, view.settings)

    def _turn(self, gesture: Gesture) -> None:
        index = gesture.get("index")
        if isinstance(index, int) and 0 <= index < len(self.layout):
            self.shell.page_index = index
            self.show()
