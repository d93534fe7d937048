"""`entry_points.toml`: what one deployment does with the installed plugins.

Plugins are found through their distributions; this file only chooses among
them, sets them up and arranges pages. It is checked key by key when it is read,
because a misspelt key that is silently ignored shows up weeks later as "the
setting does not work".
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from symphony_core.errors import BadManifest
from symphony_core.layout import NO_SETTINGS, PAGE_COLUMNS, Layout, Page, PageView, Settings
from symphony_core.manifest_table import Place, Table, name, table, text, words

FILE_NAME = "entry_points.toml"


def _nothing() -> Mapping[str, Any]:
    return MappingProxyType({})


@dataclass(frozen=True)
class PluginSettings:
    """The settings of one plugin, by the name of its analysis or view."""

    analysis: Mapping[str, Settings] = field(default_factory=_nothing, hash=False)
    view: Mapping[str, Settings] = field(default_factory=_nothing, hash=False)


@dataclass(frozen=True)
class Manifest:
    """What a manifest says; without arguments, what holds when there is none.

    allow: names of plugins that load; "*" stands for all others.
    block: names of plugins that do not load, whatever `allow` says.
    settings: by plugin name.
    modules: plugins that are not installed: name -> importable module.
    pages: none means that pages are made from what the data can feed.
    """

    allow: tuple[str, ...] = ("*",)
    block: tuple[str, ...] = ()
    settings: Mapping[str, PluginSettings] = field(default_factory=_nothing, hash=False)
    modules: Mapping[str, str] = field(default_factory=_nothing, hash=False)
    pages: Layout = ()
    path: Path | None = None

    def allows(self, plugin: str) -> bool:
        """Say whether a plugin is to be loaded."""
        return plugin not in self.block and ("*" in self.allow or plugin in self.allow)

    def analysis_settings(self, plugin: str, analysis: str) -> Settings:
        """Give the parameters this deployment sets for an analysis; may be empty."""
        return self.settings.get(plugin, PluginSettings()).analysis.get(analysis, NO_SETTINGS)

    def view_settings(self, plugin: str, view: str) -> Settings:
        """Give the params this deployment sets for a view; may be empty."""
        return self.settings.get(plugin, PluginSettings()).view.get(view, NO_SETTINGS)


def load_manifest(config: str | os.PathLike[str] | Manifest | None = None) -> Manifest:
    """Read a manifest.

    config: a file, or a Manifest, which is given back; None is
        `./entry_points.toml` if there is one, else the manifest that says nothing.
    Raises BadManifest, which knows `path`, `table`, `key` and `line`.
    """
    if isinstance(config, Manifest):
        return config
    if config is None:
        path = Path(FILE_NAME)
        if not path.is_file():
            return Manifest()
    else:
        path = Path(config)
    return parse_manifest(_read(path), path)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise BadManifest(f"no file {str(path)!r}; give the path of an {FILE_NAME}.", path=path) from None
    except UnicodeDecodeError as error:
        message = f"{path}: not UTF-8 text ({error.reason} at byte {error.start})."
        raise BadManifest(message, path=path) from None
    except OSError as error:
        raise BadManifest(f"{path}: cannot be read ({error.strerror}).", path=path) from None


def parse_manifest(source: str, path: Path | None = None) -> Manifest:
    """Read a manifest from text; `path` is for messages."""
    try:
        content = tomllib.loads(source)
    except tomllib.TOMLDecodeError as error:
        raise BadManifest(f"{path or FILE_NAME}: not TOML: {error}.", path=path) from None
    root = Place(path or Path(FILE_NAME), source)
    top = Table(content, root, ("plugins", "pages"))
    plugins = top.part("plugins", ("allow", "block", "settings", "modules"))
    return Manifest(
        allow=plugins.get("allow", words, ("*",)),
        block=plugins.get("block", words, ()),
        settings=_settings(plugins.part("settings")),
        modules=_modules(plugins.part("modules")),
        pages=_pages(top),
        path=path,
    )


def _settings(plugins: Table) -> Mapping[str, PluginSettings]:
    read = {}
    for plugin in plugins.content:
        part = plugins.part(plugin, ("analysis", "view"))
        read[plugin] = PluginSettings(_by_name(part.part("analysis")), _by_name(part.part("view")))
    return MappingProxyType(read)


def _by_name(part: Table) -> Mapping[str, Settings]:
    return MappingProxyType({key: part.get(key, table, NO_SETTINGS) for key in part.content})


def _modules(part: Table) -> Mapping[str, str]:
    return MappingProxyType({key: part.get(key, name, "") for key in part.content})


def _pages(top: Table) -> Layout:
    pages: list[Page] = []
    for index, content in enumerate(top.items("pages")):
        part = Table(content, top.place.below("pages", index), ("title", "views"))
        title = part.need("title", text)
        if title in [page.title for page in pages]:
            raise part.place.error("title", f"{title!r} is the title of two pages; give each its own")
        if "views" not in part.content:
            raise part.place.error("views", 'is missing; give a list such as ["summary"]')
        views = [_page_view(item, part.place) for item in part.items("views")]
        pages.append(Page(title, tuple(views)))
    return tuple(pages)


def _page_view(item: object, page: Place) -> PageView:
    if isinstance(item, str):
        return PageView(item)
    if not isinstance(item, dict):
        raise page.error("views", f"{item!r} is no view; give its name or {{ view = 'name', width = 6 }}")
    part = Table(item, page.inside("views"), ("view", "width", "settings"))
    width = part.get("width", _width, PAGE_COLUMNS)
    return PageView(part.need("view", text), width, part.get("settings", table, NO_SETTINGS))


def _width(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= PAGE_COLUMNS:
        raise ValueError(f"a whole number from 1 to {PAGE_COLUMNS}")
    return value
