"""Which views and analyses exist, and what went wrong with those that do not.

Every step into a plugin is taken alone and guarded. A failure is kept with the
plugin's distribution and version, and costs only what failed: a bad spec its
view, a bad import its plugin, never the app.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import astuple, dataclass, field, fields
from typing import TypeVar

import pandas as pd

from symphony_core.analysis_input import Embedder
from symphony_core.dataset import Dataset
from symphony_core.discovery import (
    PLUGIN_FAILURES,
    Found,
    check_api,
    declared_api,
    find_plugins,
    import_plugin,
    resolve,
)
from symphony_core.errors import (
    BadSource,
    PluginError,
    SymphonyError,
    UnknownAnalysis,
    UnknownEmbedder,
    UnknownView,
    no_such,
)
from symphony_core.layout import Settings
from symphony_core.manifest import Manifest
from symphony_core.plugin_hooks import PluginHooks
from symphony_core.problems import Problem, Problems, traced, words
from symphony_core.sources.address import masked, without_secrets
from symphony_core.specs import AnalysisSpec, EmbedderSpec, ViewSpec

Spec = ViewSpec | AnalysisSpec | EmbedderSpec
S = TypeVar("S", ViewSpec, AnalysisSpec, EmbedderSpec)


@dataclass(frozen=True)
class PluginInfo:
    """A plugin as `symphony.plugins()` shows it.

    distribution, version: empty for a module named in the manifest.
    status: "ok"; "partly", something of it failed; "failed", nothing of it works;
        "blocked" by the manifest; "missing", named there but not installed.
    problem: why, in one text; empty when all is well.
    """

    name: str
    distribution: str
    version: str
    api: int | None
    views: tuple[str, ...]
    analyses: tuple[str, ...]
    embedders: tuple[str, ...]
    status: str
    problem: str


@dataclass(eq=False)
class _Plugin:
    """A plugin while the registry fills."""

    found: Found
    api: int | None = None
    hooks: PluginHooks | None = None
    views: list[str] = field(default_factory=list)
    analyses: list[str] = field(default_factory=list)
    embedders: list[str] = field(default_factory=list)
    status: str = ""


class Registry:
    """The views and analyses of the plugins that a manifest lets in."""

    def __init__(self, manifest: Manifest | None = None) -> None:
        self.manifest = manifest or Manifest()
        self.views: dict[str, ViewSpec] = {}
        self.analyses: dict[str, AnalysisSpec] = {}
        self.embedders: dict[str, EmbedderSpec] = {}
        self._loaded: dict[str, Embedder] = {}
        self._loading = threading.Lock()
        self._plugins: list[_Plugin] = []
        self._owners: dict[tuple[type, str], _Plugin] = {}
        self._problems = Problems()
        for found in find_plugins(self.manifest, self._unreadable):
            self._add(found)
        self._check_names()

    # --- what there is -----------------------------------------------------

    @property
    def plugins(self) -> tuple[PluginInfo, ...]:
        """All plugins, those that failed included; the manifest's named ones first."""
        problems = self.problems
        return tuple(_info(plugin, problems) for plugin in self._plugins)

    @property
    def problems(self) -> list[Problem]:
        """All failures until now, oldest first."""
        return self._problems.all()

    def frame(self) -> pd.DataFrame:
        """Give the plugins as a table, one row each."""
        columns = ["plugin", *(part.name for part in fields(PluginInfo)[1:])]
        frame = pd.DataFrame([astuple(info) for info in self.plugins], columns=columns)
        for name in ("views", "analyses", "embedders"):
            frame[name] = [", ".join(names) for names in frame[name]]
        return frame.astype({"api": "Int64"} | {name: "str" for name in columns if name != "api"})

    def view(self, name: str) -> ViewSpec:
        """Give a view by name. Raises UnknownView with the nearest names."""
        if name not in self.views:
            message, close = no_such("view", name, self.views)
            raise UnknownView(message + self._hint(), view=name, nearest=close)
        return self.views[name]

    def analysis(self, name: str) -> AnalysisSpec:
        """Give an analysis by name. Raises UnknownAnalysis with the nearest names."""
        if name not in self.analyses:
            message, close = no_such("analysis", name, self.analyses)
            raise UnknownAnalysis(message + self._hint(), analysis=name, nearest=close)
        return self.analyses[name]

    def embedder_names(self, kind: str | None = None) -> tuple[str, ...]:
        """List the embedders, all or those of "text" or "image"."""
        return tuple(name for name, spec in self.embedders.items() if kind in (None, spec.kind))

    def embedder_spec(self, name: str) -> EmbedderSpec:
        """Give what was registered under a name. Raises UnknownEmbedder with the nearest names."""
        if name not in self.embedders:
            message, close = no_such("embedder", name, self.embedders)
            raise UnknownEmbedder(message + self._hint(), embedder=name, nearest=close)
        return self.embedders[name]

    def embedder(self, name: str) -> Embedder:
        """Give an embedder, loaded at its first use and then kept for the process.

        Raises UnknownEmbedder with the nearest names, EmbedderMissing when its library is not installed,
        or PluginError, kept as a problem, when it fails otherwise.
        """
        spec = self.embedder_spec(name)
        with self._loading:
            if name not in self._loaded:
                load = self.load(spec)
                try:
                    made = load()
                    if not callable(getattr(made, "encode", None)):
                        raise PluginError(f"{spec.load} gave {type(made).__name__}, which has no encode().")
                except SymphonyError as error:
                    raise (self.failure(spec, error) if isinstance(error, PluginError) else error) from error
                except PLUGIN_FAILURES as error:
                    raise self.failure(spec, error) from error
                self._loaded[name] = made  # type: ignore[assignment]  # its encode() was looked for
            return self._loaded[name]

    def plugin_of(self, spec: Spec) -> PluginInfo:
        """Give the plugin that registered a view or analysis."""
        return _info(self._owner(spec), self.problems)

    def settings_of(self, spec: Spec) -> Settings:
        """Give what the manifest sets for a view or analysis; may be empty."""
        plugin = self._owner(spec).found.name
        if isinstance(spec, ViewSpec):
            return self.manifest.view_settings(plugin, spec.name)
        if isinstance(spec, EmbedderSpec):
            return {}
        return self.manifest.analysis_settings(plugin, spec.name)

    def _owner(self, spec: Spec) -> _Plugin:
        return self._owners[type(spec), spec.name]

    def _hint(self) -> str:
        failed = [info.name for info in self.plugins if info.status in ("failed", "partly", "missing")]
        return f" Plugins with problems: {', '.join(failed)}; see symphony.plugins()." if failed else ""

    # --- what went wrong ---------------------------------------------------

    def report(self, plugin: str | Spec, where: str, error: BaseException | str) -> Problem:
        """Keep a failure of a plugin, given by name or by its view or analysis."""
        if isinstance(plugin, str):
            owners = [known.found for known in self._plugins if known.found.name == plugin]
            found = owners[0] if owners else Found(plugin, "", "", "")
        else:
            found = self._owner(plugin).found
        return self._report(found, where, error)

    def failure(self, spec: Spec, error: BaseException) -> PluginError:
        """Keep a failure of a view or analysis; return the error to raise for it."""
        problem = self.report(spec, f"{_word(spec)} {spec.name!r}", error)
        source = f"{problem.distribution} {problem.version}".strip()
        origin = f"plugin {problem.plugin!r}" + (f" ({source})" if source else "")
        kind = type(error) if isinstance(error, PluginError) else PluginError
        return kind(
            f"{_word(spec)} {spec.name!r} of {origin} failed: {problem.message}",
            plugin=problem.plugin,
            distribution=problem.distribution,
            version=problem.version,
            traceback=problem.traceback,
        )

    def on_problem(self, listener: Callable[[Problem], None]) -> Callable[[], None]:
        """Call `listener` for each new failure, on its thread; returns a function that ends this."""
        return self._problems.listen(listener)

    def _report(self, found: Found, where: str, error: BaseException | str, about: str = "") -> Problem:
        """Keep a failure; about: the source it concerns, whose password is crossed out."""
        message, trace = (without_secrets(text, about) for text in (words(error), traced(error)))
        problem = Problem(found.name, found.distribution, found.version, where, message, trace)
        self._problems.add(problem)
        return problem

    @contextmanager
    def _guarded(self, found: Found, where: str) -> Iterator[None]:
        try:
            yield
        except PLUGIN_FAILURES as error:
            self._report(found, where, error)

    # --- use ---------------------------------------------------------------

    def load(self, spec: Spec) -> Callable[..., object]:
        """Import the class of a view, the function of an analysis, or that which loads an embedder.

        Raises PluginError, kept as a problem, when that fails in any way.
        """
        target = _target(spec)
        try:
            made = resolve(target)
            if not callable(made):
                raise PluginError(f"{target} is {type(made).__name__}; it must be callable.")
        except PLUGIN_FAILURES as error:
            raise self.failure(spec, error) from error
        return made

    def open_dataset(self, source: str, options: Mapping[str, str]) -> Dataset | None:
        """Ask the plugins, one by one, to open a source; None when it is nobody's.

        Each failure is kept as a problem and the next plugin is asked. When none opens it, the
        failure is raised: as it is if it was one SymphonyError, else as BadSource with all reasons.
        """
        failures: list[tuple[str, BaseException]] = []
        for plugin in self._plugins:
            if plugin.hooks is None or not plugin.hooks.has("open_dataset"):
                continue
            try:
                opened = plugin.hooks.open_dataset(source, dict(options))
                if isinstance(opened, Dataset):
                    return opened
                if opened is not None:
                    wrong = f"open_dataset returned {type(opened).__name__}; return a Dataset or None."
                    raise PluginError(wrong)
            except PLUGIN_FAILURES as error:
                self._report(plugin.found, "open_dataset", error, about=source)
                failures.append((plugin.found.name, error))
        if failures:
            raise _not_opened(failures, source)
        return None

    # --- filling -----------------------------------------------------------

    def _unreadable(self, found: Found, error: BaseException) -> None:
        self._plugins.append(_Plugin(found))
        self._report(found, "metadata", error)

    def _add(self, found: Found) -> None:
        plugin = _Plugin(found)
        first = next((known.found for known in self._plugins if known.found.name == found.name), None)
        self._plugins.append(plugin)
        if not self.manifest.allows(found.name):
            plugin.status = "blocked"
        elif first is not None:
            self._report(found, "registration", f"{_source(first)} has a plugin {found.name!r} already.")
        else:
            self._fill(plugin)

    def _fill(self, plugin: _Plugin) -> None:
        found = plugin.found
        with self._guarded(found, "import"):
            imported = import_plugin(found)
            with self._guarded(found, "registration"):
                plugin.api = declared_api(imported)
                check_api(found, plugin.api)
                plugin.hooks = PluginHooks(imported, found.name)
        if plugin.hooks is None:
            return
        with self._guarded(found, "register_views"):
            views = plugin.hooks.views(lambda text: self._wrong(found, "register_views", text))
            plugin.views = self._join(plugin, views, self.views)
        with self._guarded(found, "register_analyses"):
            analyses = plugin.hooks.analyses(lambda text: self._wrong(found, "register_analyses", text))
            plugin.analyses = self._join(plugin, analyses, self.analyses)
        with self._guarded(found, "register_embedders"):
            embedders = plugin.hooks.embedders(lambda text: self._wrong(found, "register_embedders", text))
            plugin.embedders = self._join(plugin, embedders, self.embedders)

    def _wrong(self, found: Found, where: str, text: str) -> None:
        self._report(found, where, text)

    def _join(self, plugin: _Plugin, specs: list[S], known: dict[str, S]) -> list[str]:
        joined = []
        for spec in specs:
            if spec.name in known:
                first = _source(self._owner(spec).found)
                text = f"{_word(spec)} {spec.name!r} is refused: {first} has one of that name already."
                self._report(plugin.found, "registration", text)
                continue
            known[spec.name] = spec
            self._owners[type(spec), spec.name] = plugin
            joined.append(spec.name)
        return joined

    def _check_names(self) -> None:
        """Report names in the manifest that nothing bears."""
        known = {plugin.found.name: plugin for plugin in self._plugins}
        for name in self.manifest.allow:
            if name != "*" and name not in known:
                self._plugins.append(_Plugin(Found(name, "", "", ""), status="missing"))
                self.report(name, "manifest", f"is named in `allow`; {no_such('plugin', name, known)[0]}")
        for name, settings in self.manifest.settings.items():
            plugin = known.get(name)
            if plugin is None:
                self._plugins.append(_Plugin(Found(name, "", "", ""), status="missing"))
                self.report(name, "manifest", f"has settings; {no_such('plugin', name, known)[0]}")
            if plugin is None or plugin.hooks is None:
                continue
            for kind, given, there in (
                ("analysis", settings.analysis, plugin.analyses),
                ("view", settings.view, plugin.views),
            ):
                for key in set(given) - set(there):
                    self.report(name, "manifest", f"settings: {no_such(kind, key, there)[0]}")


def _not_opened(failures: list[tuple[str, BaseException]], source: str) -> SymphonyError:
    """Give the error for a source that plugins tried to open and could not."""
    (_, first), *others = failures
    reasons = "; ".join(f"plugin {name!r}: {words(error)}" for name, error in failures)
    is_ours = isinstance(first, SymphonyError) and not isinstance(first, PluginError)
    if is_ours and not others and without_secrets(reasons, source) == reasons:
        return first  # type: ignore[return-value]  # `is_ours` says so
    shown = masked(source)
    return BadSource(f"{shown!r} could not be opened: {without_secrets(reasons, source)}", source=shown)


def _word(spec: Spec) -> str:
    if isinstance(spec, EmbedderSpec):
        return "embedder"
    return "view" if isinstance(spec, ViewSpec) else "analysis"


def _target(spec: Spec) -> str:
    if isinstance(spec, EmbedderSpec):
        return spec.load
    return spec.factory if isinstance(spec, ViewSpec) else spec.run


def _source(found: Found) -> str:
    return f"{found.distribution} {found.version}" if found.distribution else f"module {found.target!r}"


def _info(plugin: _Plugin, problems: list[Problem]) -> PluginInfo:
    found = plugin.found
    reasons = [
        f"{problem.where}: {problem.message}"
        for problem in problems
        if (problem.plugin, problem.distribution) == (found.name, found.distribution)
    ]
    works = (
        plugin.views
        or plugin.analyses
        or plugin.embedders
        or (plugin.hooks and plugin.hooks.has("open_dataset"))
    )
    status = plugin.status or ("ok" if not reasons and plugin.hooks else "partly" if works else "failed")
    return PluginInfo(
        found.name,
        found.distribution,
        found.version,
        plugin.api,
        tuple(plugin.views),
        tuple(plugin.analyses),
        tuple(plugin.embedders),
        status,
        "; ".join(reasons),
    )
