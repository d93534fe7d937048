"""Which views lie on which page.

The same words serve the manifest, the shell and the history: a page is a value
that is replaced, never edited, so undo brings the old one back by reference.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

# Pages are twelve columns wide, as most page grids are: halves, thirds and quarters come out even.
PAGE_COLUMNS = 12

Settings = Mapping[str, object]
NO_SETTINGS: Settings = MappingProxyType({})


@dataclass(frozen=True)
class PageView:
    """One view on a page; `width` counts twelfths of the page."""

    view: str
    width: int = PAGE_COLUMNS
    settings: Settings = field(default_factory=lambda: NO_SETTINGS, hash=False)


@dataclass(frozen=True)
class Page:
    """A page of the shell and the views on it, in reading order."""

    title: str
    views: tuple[PageView, ...]


Layout = tuple[Page, ...]
