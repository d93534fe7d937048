"""Which views lie on which page.

The same words serve the manifest, the shell and the history: a page is a value
that is replaced, never edited, so undo brings the old one back by reference.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

# Pages are twelve columns wide, as most page grids are: halves, thirds and quarters come out even.
PAGE_COLUMNS = 12

Settings = Mapping[str, object]
NO_SETTINGS: Settings = MappingProxyType({})


@dataclass(frozen=True)
class PageView:
    """One view on a page; `width` counts twelfths of the page.

    key: tells the views of a layout apart; `keyed` gives one to those that have none.
    """

    view: str
    width: int = PAGE_COLUMNS
    settings: Settings = field(default_factory=lambda: NO_SETTINGS, hash=False)
    key: str = ""


@dataclass(frozen=True)
class Page:
    """A page of the shell and the views on it, in reading order."""

    title: str
    views: tuple[PageView, ...]


Layout = tuple[Page, ...]


def keyed(layout: Layout) -> Layout:
    """Give every view without a key one of its own, such as "summary-2"; the others keep theirs."""
    taken = {view.key for page in layout for view in page.views}
    pages = []
    for page in layout:
        views = []
        for view in page.views:
            key = view.key or _free_key(view.view, taken)
            taken.add(key)
            views.append(view if view.key else replace(view, key=key))
        pages.append(replace(page, views=tuple(views)))
    return tuple(pages)


def _free_key(name: str, taken: set[str]) -> str:
    number = 1
    while f"{name}-{number}" in taken:
        number += 1
    return f"{name}-{number}"


def with_settings(layout: Layout, key: str, settings: Settings) -> Layout:
    """Give the view of this key other settings; a layout without it stays as it is."""
    return _with_view(layout, key, lambda view: replace(view, settings=MappingProxyType(dict(settings))))


def _with_view(layout: Layout, key: str, change: Callable[[PageView], PageView]) -> Layout:
    return tuple(
        replace(page, views=tuple(change(view) if view.key == key else view for view in page.views))
        for page in layout
    )
