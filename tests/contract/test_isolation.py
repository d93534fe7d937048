"""A plugin can fail in any way; it becomes a row that says why, and everything else works."""

from __future__ import annotations

import pytest
from plugin_factory import HEADER, install_distribution, install_plugin

from symphony_core.errors import PluginError
from symphony_core.manifest import Manifest
from symphony_core.registry import PluginInfo, Registry

HEALTHY = """
@hookimpl
def register_views():
    return [ViewSpec("healthy", "Healthy", __name__ + ":Shown")]

@hookimpl
def register_analyses():
    return [AnalysisSpec("healthy", "Healthy", __name__ + ":run")]

class Shown: pass
def run(data, *, progress, cancel, seed=0): return Result()
"""

# What the broken plugin's module holds -> words that its row must have.
WHOLE_FAILURES = {
    "it raises at import": ("raise RuntimeError('no licence')", "import: RuntimeError: no licence"),
    "it exits at import": ("raise SystemExit(3)", "import: SystemExit: 3"),
    "it needs a library that is missing": ("import no_such_library", "ModuleNotFoundError"),
    "it is not Python": ("def (:", "SyntaxError"),
    "its error cannot be printed": (
        "class Mute(Exception):\n    def __str__(self): raise ValueError\nraise Mute()",
        "import: Mute: (its message cannot be shown)"
    ),
    "it fails when its api is looked at": (
        "del api\ndef __getattr__(name): raise RuntimeError(name)", "registration: RuntimeError: api"
    ),
    "it has a hook with an unknown argument": (
        "@hookimpl\ndef register_views(page): return []", "Argument(s) {'page'} are declared"
    ),
    "it has a hook of an unknown name": ("@hookimpl\ndef register_wievs(): return []", "register_wievs"),
    "a hook raises": ("@hookimpl\ndef register_views(): raise KeyError('title')", "register_views: KeyError"),
    "a hook exits": ("@hookimpl\ndef register_analyses(): raise SystemExit", "register_analyses: SystemExit"),
    "a hook returns None": ("@hookimpl\ndef register_views(): pass", "returned None"),
    "a hook returns text": ("@hookimpl\ndef register_views(): return 'map'", "returned 'map'"),
    "a hook returns a spec without a list": (
        "@hookimpl\ndef register_views(): return ViewSpec('map', 'Map', 'm:V')", "return a list of ViewSpec"
    ),
    "a hook returns specs of the other kind": (
        "@hookimpl\ndef register_views(): return [AnalysisSpec('map', 'Map', 'm:run')]", "must be a ViewSpec"
    ),
    "a spec is wrong": (
        "@hookimpl\ndef register_views(): return [ViewSpec('map', 'Map', 'nowhere')]", "one colon"
    ),
    "it takes the name of another's view": (
        "@hookimpl\ndef register_views(): return [ViewSpec('healthy', 'Mine', 'm:V')]",
        "view 'healthy' is refused: acme-a-healthy 1.0 has one of that name already",
    ),
    "it takes the name of another's analysis": (
        "@hookimpl\ndef register_analyses(): return [AnalysisSpec('healthy', 'Mine', 'm:run')]",
        "analysis 'healthy' is refused",
    ),
    "it is written for another api": ("api = 2", "declares api = 2; this core speaks api = 1"),
    "its api is no number": ("api = '1'", "declares no `api` number"),
    "its api is missing": ("del api", "declares no `api` number"),
}  # fmt: skip


def broken_row(registry: Registry) -> PluginInfo:
    """Give the row of the broken plugin, once the healthy ones around it are seen to work."""
    plugins = {info.name: info for info in registry.plugins}
    assert plugins["a-healthy"].status == "ok" and plugins["z-other"].status == "ok"
    assert callable(registry.load(registry.view("healthy")))
    assert callable(registry.load(registry.analysis("healthy")))
    return plugins["broken"]


@pytest.fixture
def folder(plugin_folder):
    install_plugin(plugin_folder, "a-healthy", HEALTHY, module="acme_healthy")
    install_plugin(plugin_folder, "z-other", module="acme_other")
    return plugin_folder


@pytest.mark.parametrize("failure", WHOLE_FAILURES)
def test_everything_else_works_when(folder, failure):
    code, reason = WHOLE_FAILURES[failure]
    install_plugin(folder, "broken", code, version="0.3")
    registry = Registry()
    info = broken_row(registry)
    assert (info.distribution, info.version, info.status) == ("acme-broken", "0.3", "failed")
    assert reason in info.problem
    row = registry.frame().set_index("plugin").loc["broken"]
    assert reason in row["problem"] and row["distribution"] == "acme-broken" and row["version"] == "0.3"


def test_a_plugin_for_another_core_is_not_imported(folder):
    install_distribution(folder, "symphony-panel", "0.1.0")
    install_plugin(folder, "broken", "raise SystemExit", requires=["numpy", "Symphony_Panel>=99,<100"])
    info = broken_row(Registry())
    assert info.status == "failed"
    assert "needs symphony-panel <100,>=99, but 0.1.0 is installed" in info.problem


def test_a_plugin_for_this_core_works_also_before_a_release(folder):
    install_distribution(folder, "symphony-panel", "0.2.0.dev1")
    requires = ["symphony-panel>=0.1,<0.3", "symphony-panel>9; extra == 'next'"]
    install_plugin(folder, "broken", requires=requires)
    assert broken_row(Registry()).status == "ok"


def test_a_requirement_that_cannot_be_read_costs_its_plugin(folder):
    install_distribution(folder, "symphony-panel", "0.1.0")
    install_plugin(folder, "broken", requires=["symphony-panel >=> 1"])
    assert "cannot be read" in broken_row(Registry()).problem


def test_an_entry_point_to_no_module_costs_its_plugin(folder):
    points = "[symphony.plugins]\nbroken = acme_nowhere.plugin\n"
    install_distribution(folder, "acme-broken", "0.3", entry_points=points)
    assert "No module named 'acme_nowhere'" in broken_row(Registry()).problem


def test_metadata_that_cannot_be_read_costs_its_distribution(folder):
    points = "[symphony.plugins]\nbroken = x\n"
    info = install_distribution(folder, "acme-garbled", "0.3", entry_points=points)
    (info / "METADATA").write_text("", encoding="utf-8")
    registry = Registry()
    assert "healthy" in registry.views
    garbled = next(plugin for plugin in registry.plugins if plugin.name.startswith("acme_garbled"))
    assert garbled.status == "failed" and garbled.problem.startswith("metadata: ")


def test_two_plugins_of_one_name_leave_the_first(folder):
    install_plugin(folder, "broken", distribution="acme-first", module="acme_first")
    install_plugin(folder, "broken", distribution="acme-second", module="acme_second", version="0.3")
    rows = [info for info in Registry().plugins if info.name == "broken"]
    assert [info.distribution for info in rows] == ["acme-first", "acme-second"]
    assert [info.status for info in rows] == ["ok", "failed"]
    assert rows[1].problem == "registration: acme-first 1.0 has a plugin 'broken' already."


def test_one_bad_spec_leaves_the_good_ones_of_its_plugin(folder):
    install_plugin(
        folder,
        "broken",
        """
        @hookimpl
        def register_views():
            return [ViewSpec("map", "Map", "m:V"), "atlas", ViewSpec("healthy", "Mine", "m:V")]
        """,
    )
    info = broken_row(Registry())
    assert (info.views, info.status) == (("map",), "partly")
    assert "'atlas'" in info.problem and "'healthy' is refused" in info.problem


def test_one_hook_that_raises_leaves_the_other(folder):
    install_plugin(
        folder,
        "broken",
        """
        @hookimpl
        def register_views():
            raise RuntimeError("no canvas")
        @hookimpl
        def register_analyses():
            return [AnalysisSpec("count", "Count", "m:run")]
        """,
    )
    info = broken_row(Registry())
    assert (info.views, info.analyses, info.status) == ((), ("count",), "partly")


@pytest.mark.parametrize("code", ["raise SystemExit(1)", "import no_such_library", "def (:", "Shown = 3", ""])
def test_a_factory_that_cannot_be_loaded_costs_one_view(folder, code):
    (folder / "acme_view.py").write_text(code, encoding="utf-8")
    install_plugin(
        folder,
        "broken",
        """
        @hookimpl
        def register_views():
            return [ViewSpec("map", "Map", "acme_view:Shown")]
        """,
    )
    registry = Registry()
    spec = registry.view("map")
    with pytest.raises(PluginError, match=r"view 'map' of plugin 'broken' \(acme-broken 1\.0\) failed"):
        registry.load(spec)
    assert broken_row(registry).problem.startswith("view 'map': ")


def test_a_keyboard_interrupt_is_the_users_and_passes(folder):
    install_plugin(folder, "broken", "raise KeyboardInterrupt")
    with pytest.raises(KeyboardInterrupt):
        Registry()


def test_a_blocked_plugin_cannot_do_harm(folder):
    install_plugin(folder, "broken", "raise KeyboardInterrupt")
    assert broken_row(Registry(Manifest(block=("broken",)))).status == "blocked"


def test_every_failure_keeps_its_traceback(folder):
    install_plugin(folder, "broken", "def fail():\n    raise RuntimeError('deep')\nfail()", header=HEADER)
    problem = next(problem for problem in Registry().problems if problem.plugin == "broken")
    assert "in fail" in problem.traceback and "acme_broken.py" in problem.traceback
