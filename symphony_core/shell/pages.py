"""Tabs and the cards of the page on show; a hidden page's views are kept and draw when shown again.

The layout is a value in the workspace: every change of it is one step of the
history, made by a function of `layout`, and the cards follow the value. A
view's settings travel in it too, so undo brings them back, also those of a view
that was closed meanwhile.
"""

from __future__ import annotations

from typing import Any

from panel.custom import Children

from symphony_core import layout
from symphony_core.errors import UnknownView
from symphony_core.layout import Layout, PageView
from symphony_core.shell.part import Acts, Part
from symphony_core.table import Table
from symphony_core.view import View
from symphony_core.view_making import FailedView, make_view
from symphony_core.widgets import COMPONENTS, Component, Gesture, script


class Deck(Component):
    """Tabs and the cards of the page on show."""

    cards = Children(doc="The views of the page on show.")

    _esm = script(COMPONENTS / "menu.js", COMPONENTS / "tabs.js", COMPONENTS / "deck.js")


class Pages(Part):
    """Pages of views."""

    component_type = Deck
    follows = ("layout", "overlay")

    def __init__(self, shell: Any) -> None:
        self._views: dict[str, View] = {}
        self._made_as: dict[str, str] = {}
        self._menu: list[dict[str, str]] = []
        self._menu_table: Table | None = None
        self._seen: Layout = shell.state.layout
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
        """Describe the tabs, the cards' places, and the views that can be added."""
        return {
            "pages": [{"key": page.key, "title": page.title} for page in self.layout],
            "active": min(self.shell.page_index, max(len(self.layout) - 1, 0)),
            "placed": [
                {"key": one.key, "title": self._title(one.view), "width": one.width} for one in self.placed
            ],
            "menu": self._offered(),
            "empty": "" if self.placed else self._empty_words(),
        }

    @property
    def acts(self) -> Acts:
        return {
            "page": self._turn,
            "add": self._add,
            "close": self._close,
            "duplicate": lambda gesture: self._change(layout.duplicated(self.layout, _text(gesture, "key"))),
            "move": lambda gesture: self._change(
                layout.moved(
                    self.layout, _text(gesture, "key"), _text(gesture, "page"), _text(gesture, "before")
                )
            ),
            "resize": self._resize,
            "add_page": lambda gesture: self._change(layout.with_page(self.layout)),
            "remove_page": self._remove_page,
            "rename_page": lambda gesture: self._change(
                layout.renamed(self.layout, _text(gesture, "key"), _text(gesture, "title"))
            ),
            "move_page": self._move_page,
        }

    def refresh(self) -> None:
        self.shell.page_index = layout.shown_after(self._seen, self.layout, self.shell.page_index)
        self._seen = self.layout
        self.show()

    def show(self) -> None:
        """Show the page's cards, with the settings that the layout says; free views that were closed."""
        placed = self.placed
        keys = {view.key for view in placed}
        for key, view in self._views.items():
            view.set_shown(key in keys)
        gone = [self._views.pop(key) for key in self._views.keys() - layout.view_keys(self.layout)]
        for one in placed:
            if self._made_as.get(one.key, one.view) != one.view and one.key in self._views:
                gone.append(self._views.pop(one.key))
            if one.key in self._views:
                self._views[one.key].apply_settings(one.settings)
            else:
                self._views[one.key] = self._made(one)
        cards = [self._views[one.key].frame for one in placed]
        self.component.param.update(data=self.data(), cards=cards)
        for view in gone:
            view.close()

    def _made(self, placed: PageView) -> View:
        self._made_as[placed.key] = placed.view
        try:
            view = make_view(self.session, placed.view, **placed.settings)
        except UnknownView as error:  # a page may name a view whose plugin was uninstalled
            view = FailedView(self.session, error=error, title=placed.view)
        else:
            view.on_settings(lambda name: self._remember(placed.key, view, name))
        view.frame.is_placed = True
        return view

    def _remember(self, key: str, view: View, name: str) -> None:
        """Put a view's settings into the layout, as a step of the history."""
        with self.state.gesture(key=f"{key}.{name}"):
            self.state.layout = layout.with_settings(self.layout, key, view.settings)

    # --- words -----------------------------------------------------------------------

    def _title(self, name: str) -> str:
        spec = self.session.registry.views.get(name)
        return spec.title if spec else name

    def _offered(self) -> list[dict[str, str]]:
        """List all views for the menu, by rank; those that the data cannot feed say why."""
        table = self.state.table
        if table is not self._menu_table:
            specs = sorted(self.session.registry.views.values(), key=lambda spec: (spec.rank, spec.name))
            self._menu = [
                {
                    "name": spec.name,
                    "title": spec.title,
                    "summary": spec.summary,
                    "missing": _sentence(spec.needs.missing(table)),
                }
                for spec in specs
            ]
            self._menu_table = table
        return self._menu

    def _empty_words(self) -> str:
        offered = self._offered()
        if all(view["missing"] for view in offered):
            return (
                "No view can show these data. "
                "symphony plugins lists what is installed and what is wrong with it."
            )
        if not self.layout:
            return "There is no page. Add one, or a view, which makes one; undo brings the old ones back."
        return "Nothing is on this page yet. Add a view, or drag one from another page onto this page's tab."

    # --- gestures --------------------------------------------------------------------

    def _change(self, changed: Layout, words: str = "") -> None:
        """Make another layout the present one, as one step; say `words` if that changed anything."""
        if changed == self.layout:
            return
        self.state.layout = changed
        if words:
            self.shell.toast(words, can_undo=True)

    def _turn(self, gesture: Gesture) -> None:
        index = _whole(gesture, "index")
        if index is not None and 0 <= index < len(self.layout):
            self.shell.page_index = index
            self.show()

    def _add(self, gesture: Gesture) -> None:
        spec = self.session.registry.view(_text(gesture, "view"))
        pages = self.layout
        page = pages[min(self.shell.page_index, len(pages) - 1)].key if pages else ""
        self._change(layout.with_view(pages, page, PageView(spec.name, spec.width)))

    def _close(self, gesture: Gesture) -> None:
        key = _text(gesture, "key")
        name = next((one.view for page in self.layout for one in page.views if one.key == key), "")
        self._change(layout.without_view(self.layout, key), f"Closed {self._title(name)}.")

    def _resize(self, gesture: Gesture) -> None:
        width = _whole(gesture, "width")
        if width is not None:
            self._change(layout.resized(self.layout, _text(gesture, "key"), width))

    def _remove_page(self, gesture: Gesture) -> None:
        index = layout.page_index(self.layout, _text(gesture, "key"))
        if index is None:
            return
        page = self.layout[index]
        held = "1 view" if len(page.views) == 1 else f"{len(page.views)} views"
        words = f"Removed the page {page.title}" + (f" with {held}." if page.views else ".")
        self._change(layout.without_page(self.layout, page.key), words)

    def _move_page(self, gesture: Gesture) -> None:
        to = _whole(gesture, "to")
        if to is not None:
            self._change(layout.page_moved(self.layout, _text(gesture, "key"), to))


def _text(gesture: Gesture, name: str) -> str:
    value = gesture.get(name)
    return value if isinstance(value, str) else ""


def _whole(gesture: Gesture, name: str) -> int | None:
    value = gesture.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _sentence(missing: str | None) -> str:
    """Give the reason as words that stand alone; empty when nothing is missing."""
    return missing[0].upper() + missing[1:] if missing else ""
