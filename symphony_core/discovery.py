"""Finding plugins and importing them, one at a time.

The loaders of importlib.metadata and pluggy stop at the first plugin that
fails; here each failure is caught with the distribution it belongs to. A plugin
that is blocked, built for another core or written for another api is not
imported or not asked, and says so.
"""

from __future__ import annotations

import importlib
import importlib.metadata as metadata
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement

from symphony_core.errors import PluginError
from symphony_core.hookspecs import API
from symphony_core.manifest import Manifest

GROUP = "symphony.plugins"
CORE = "symphony-panel"

# What plugin code may raise at us. KeyboardInterrupt is the user's and passes.
PLUGIN_FAILURES = (Exception, SystemExit)


@dataclass(frozen=True)
class Found:
    """A plugin that exists, not yet imported.

    distribution, version: empty for a module named in the manifest.
    """

    name: str
    distribution: str
    version: str
    target: str
    requires: tuple[str, ...] = ()


def find_plugins(manifest: Manifest, failed: Callable[[Found, BaseException], None]) -> list[Found]:
    """List installed plugins and the manifest's modules, named ones first, the rest by name.

    failed: told of each distribution whose metadata cannot be read.
    """
    found = [Found(name, "", "", module) for name, module in manifest.modules.items()]
    if found and manifest.path is not None:
        _reach(manifest.path.resolve().parent)
    seen: set[str] = set()
    for distribution in metadata.distributions():
        try:
            plugins = _plugins_of(distribution)
            # The first on the path hides others of its name, as it does for import.
            if plugins and (name := _canonical(distribution.name)) not in seen:
                seen.add(name)
                found.extend(plugins)
        except PLUGIN_FAILURES as error:
            name = _place(distribution)
            failed(Found(name, name, "", ""), error)
    rank = {name: index for index, name in enumerate(manifest.allow)}
    found.sort(key=lambda plugin: (rank.get(plugin.name, len(rank)), plugin.name, plugin.distribution))
    return found


def _reach(folder: Path) -> None:
    """Make modules beside a manifest importable, last of all, so that they hide nothing."""
    if str(folder) not in sys.path:
        sys.path.append(str(folder))


def _plugins_of(distribution: metadata.Distribution) -> list[Found]:
    # Most distributions have no plugin; reading this one small file spares parsing their metadata.
    if GROUP not in (distribution.read_text("entry_points.txt") or ""):
        return []
    requires = tuple(distribution.requires or ())
    name, version = distribution.name, distribution.version or ""
    points = distribution.entry_points.select(group=GROUP)
    return [Found(point.name, name, version, point.value, requires) for point in points]


def _place(distribution: metadata.Distribution) -> str:
    """Name a distribution whose metadata cannot be read by its folder."""
    folder = getattr(distribution, "_path", None)
    return getattr(folder, "name", "?").removesuffix(".dist-info")


def _canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def import_plugin(found: Found) -> object:
    """Import a plugin.

    Raises PluginError when its distribution asks for another version of the
    core, and whatever the plugin's own import raises.
    """
    _check_range(found)
    return resolve(found.target)


def declared_api(plugin: object) -> int | None:
    """Give the `api` number of an imported plugin; None when it declares none."""
    api = getattr(plugin, "api", None)
    return api if type(api) is int else None


def check_api(found: Found, api: int | None) -> None:
    """Raise PluginError for a plugin written for another api than ours."""
    if api != API:
        said = "declares no `api` number" if api is None else f"declares api = {api}"
        raise PluginError(f"{found.target} {said}; this core speaks api = {API}. Install a matching version.")


def _check_range(found: Found) -> None:
    """Refuse a plugin whose distribution asks for another core than the one installed."""
    core = core_version()
    if core is None:
        return
    for line in found.requires:
        try:
            requirement = Requirement(line)
        except InvalidRequirement as error:
            raise PluginError(f"its requirement {line!r} cannot be read: {error}.") from None
        if _canonical(requirement.name) != CORE or (requirement.marker and not requirement.marker.evaluate()):
            continue
        if not requirement.specifier.contains(core, prereleases=True):
            raise PluginError(
                f"needs {CORE} {requirement.specifier}, but {core} is installed; "
                f"install a version of {found.distribution} for {CORE} {core}."
            )


def core_version() -> str | None:
    """Give the installed version of the core; None in a tree that is not installed."""
    try:
        return metadata.version(CORE)
    except metadata.PackageNotFoundError:
        return None


def resolve(target: str) -> object:
    """Import "module" or "module:attribute" and give the module or the attribute."""
    module, _, attribute = target.partition("[")[0].partition(":")
    value: object = importlib.import_module(module.strip())
    for part in filter(None, attribute.strip().split(".")):
        value = getattr(value, part)
    return value
