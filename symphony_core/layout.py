"""Which views lie on which page.

The same words serve the manifest, the shell and the history: a page is a value
that is replaced, never edited, so undo brings the old one back by reference.
Each change of the pages is a function here that gives another layout. One that
names a view or a page that is not there gives the layout it got: a gesture may
come late, after its card was closed or taken back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from symphony_core.errors import BadSetting

# Pages are twelve columns wide, as most page grids are: halves, thirds and quarters come out even.
PAGE_COLUMNS = 12
# A tab with a longer title leaves no room for its neighbours.
MAX_TITLE_CHARS = 80

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
    """A page of the shell and the views on it, in reading order.

    key: tells the pages of a layout apart, also after they were renamed; given by `keyed`.
    """

    title: str
    views: tuple[PageView, ...]
    key: str = ""


Layout = tuple[Page, ...]


def keyed(layout: Layout) -> Layout:
    """Give every view and page a key of its own, such as "summary-2"; the first holder of a key keeps it."""
    view_keys = _keys_of((view.key, view.view) for page in layout for view in page.views)
    page_keys = _keys_of((page.key, "page") for page in layout)
    pages = []
    for page in layout:
        views = tuple(_with_key(view, next(view_keys)) for view in page.views)
        key = next(page_keys)
        is_same = key == page.key and all(new is old for new, old in zip(views, page.views, strict=True))
        pages.append(page if is_same else replace(page, views=views, key=key))
    return tuple(pages)


def _keys_of(named: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Give the first holder of a key that key, and all others a free one made of their name."""
    pairs = list(named)
    taken = {key for key, _ in pairs if key}
    given: set[str] = set()
    for key, name in pairs:
        own = key if key and key not in given else _free(name, taken)
        taken.add(own)
        given.add(own)
        yield own


def _with_key(view: PageView, key: str) -> PageView:
    return view if view.key == key else replace(view, key=key)


def _free(name: str, taken: set[str]) -> str:
    number = 1
    while f"{name}-{number}" in taken:
        number += 1
    return f"{name}-{number}"


# --- what is where -----------------------------------------------------------------


def view_keys(layout: Layout) -> set[str]:
    """Give the keys of all views on all pages."""
    return {view.key for page in layout for view in page.views}


def page_index(layout: Layout, key: str) -> int | None:
    """Give the index of the page of this key; None when there is none."""
    return next((index for index, page in enumerate(layout) if page.key == key), None)


def shown_after(before: Layout, after: Layout, index: int) -> int:
    """Say which page of `after` to show, where page `index` of `before` was on show.

    It stays the same page while it is there. Where it stayed as it was and another page came or
    changed, that one is shown: what was added, or brought back by undo, is to be seen.
    """
    last = max(len(after) - 1, 0)
    if index >= len(before):
        return min(index, last)
    shown = before[index]
    if shown in after:
        changed = [at for at, page in enumerate(after) if page not in before]
        return changed[0] if changed else after.index(shown)
    same = page_index(after, shown.key)
    return min(index, last) if same is None else same


# --- views ---------------------------------------------------------------------------


def with_view(layout: Layout, page: str, view: PageView) -> Layout:
    """Put a view at the end of the page of this key; a layout without pages gets one."""
    if not layout:
        return keyed((Page("Overview", (view,)),))
    return keyed(_with_page(layout, page, lambda one: replace(one, views=(*one.views, view))))


def without_view(layout: Layout, key: str) -> Layout:
    """Take the view of this key away."""
    return _each_page(layout, lambda views: tuple(view for view in views if view.key != key))


def moved(layout: Layout, key: str, page: str, before: str = "") -> Layout:
    """Put a view on a page, both by key, before another of its views; at its end if that is not there."""
    view = _view(layout, key)
    if view is None or page_index(layout, page) is None or before == key:
        return layout

    def put(one: Page) -> Page:
        names = [other.key for other in one.views]
        at = names.index(before) if before in names else len(names)
        return replace(one, views=(*one.views[:at], view, *one.views[at:]))

    return _with_page(without_view(layout, key), page, put)


def resized(layout: Layout, key: str, width: int) -> Layout:
    """Give the view of this key another width in twelfths, at least one and at most all."""
    return _with_view(layout, key, lambda view: replace(view, width=min(max(width, 1), PAGE_COLUMNS)))


def duplicated(layout: Layout, key: str) -> Layout:
    """Put a second view with the same settings behind the one of this key."""

    def twice(views: tuple[PageView, ...]) -> tuple[PageView, ...]:
        copies = [(view, replace(view, key="")) if view.key == key else (view,) for view in views]
        return tuple(view for pair in copies for view in pair)

    return keyed(_each_page(layout, twice))


def with_settings(layout: Layout, key: str, settings: Settings) -> Layout:
    """Give the view of this key other settings; a layout without it stays as it is."""
    return _with_view(layout, key, lambda view: replace(view, settings=MappingProxyType(dict(settings))))


def _view(layout: Layout, key: str) -> PageView | None:
    return next((view for page in layout for view in page.views if view.key == key), None)


def _with_view(layout: Layout, key: str, change: Callable[[PageView], PageView]) -> Layout:
    def changed(views: tuple[PageView, ...]) -> tuple[PageView, ...]:
        return tuple(change(view) if view.key == key else view for view in views)

    return _each_page(layout, changed)


def _each_page(layout: Layout, change: Callable[[tuple[PageView, ...]], tuple[PageView, ...]]) -> Layout:
    """Change the views of all pages; a page whose views stay is kept as it is."""
    pages = [(page, change(page.views)) for page in layout]
    return tuple(page if views == page.views else replace(page, views=views) for page, views in pages)


# --- pages ---------------------------------------------------------------------------


def with_page(layout: Layout, title: str = "") -> Layout:
    """Put an empty page at the end; without a title it is called "Page 2" or what is free after it."""
    taken = {page.title for page in layout}
    number = len(layout) + 1
    while not title and f"Page {number}" in taken:
        number += 1
    return keyed((*layout, Page(_checked_title(layout, title or f"Page {number}"), ())))


def without_page(layout: Layout, key: str) -> Layout:
    """Take the page of this key away, with its views."""
    return tuple(page for page in layout if page.key != key)


def renamed(layout: Layout, key: str, title: str) -> Layout:
    """Give the page of this key another title. Raises BadSetting for an empty one or one that is taken."""
    others = without_page(layout, key)
    if len(others) == len(layout):
        return layout
    checked = _checked_title(others, title)
    return _with_page(layout, key, lambda page: replace(page, title=checked))


def page_moved(layout: Layout, key: str, to: int) -> Layout:
    """Put the page of this key at place `to`, counted from 0 among the others; the ends are the limit."""
    at = page_index(layout, key)
    if at is None:
        return layout
    others = without_page(layout, key)
    to = min(max(to, 0), len(others))
    return (*others[:to], layout[at], *others[to:])


def _checked_title(layout: Layout, title: str) -> str:
    title = " ".join(title.split())
    if not title:
        raise BadSetting("A page needs a title; type one word at least.")
    if len(title) > MAX_TITLE_CHARS:
        raise BadSetting(f"The title has {len(title)} characters; give at most {MAX_TITLE_CHARS}.")
    if any(page.title == title for page in layout):
        raise BadSetting(f"There is a page {title!r} already; choose another title.")
    return title


def _with_page(layout: Layout, key: str, change: Callable[[Page], Page]) -> Layout:
    return tuple(change(page) if page.key == key else page for page in layout)
