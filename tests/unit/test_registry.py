"""The registry knows what exists, in which order, and from whom."""

from __future__ import annotations

import sys

import pytest
from plugin_factory import install_plugin

from symphony_core.dataset import Dataset
from symphony_core.errors import BadSource, PluginError, UnknownAnalysis, UnknownView
from symphony_core.manifest import Manifest, parse_manifest
from symphony_core.registry import Registry

ONE_VIEW = """
@hookimpl
def register_views():
    return [ViewSpec("{name}", "A title", __name__ + ":Shown")]

class Shown:
    pass
"""

ONE_ANALYSIS = """
@hookimpl
def register_analyses():
    return [AnalysisSpec("{name}", "A title", __name__ + ":run")]

def run(data, *, progress, cancel, seed=0):
    return Result()
"""


def test_a_plugin_is_listed_with_its_distribution_views_and_analyses(plugin_folder):
    install_plugin(plugin_folder, "maps", ONE_VIEW.format(name="map") + ONE_ANALYSIS.format(name="project"))
    registry = Registry(Manifest(allow=("maps",)))
    info = registry.plugin_of(registry.view("map"))
    assert info == registry.plugin_of(registry.analysis("project"))
    assert (info.name, info.distribution, info.version, info.api) == ("maps", "acme-maps", "1.0", 1)
    assert (info.views, info.analyses, info.status, info.problem) == (("map",), ("project",), "ok", "")


def test_the_table_of_plugins_has_one_row_each(plugin_folder):
    install_plugin(plugin_folder, "maps", ONE_VIEW.format(name="map"), version="2.1")
    frame = Registry().frame()
    assert list(frame.columns) == [
        "plugin", "distribution", "version", "api", "views", "analyses", "embedders", "status", "problem",
    ]  # fmt: skip
    row = frame[frame["plugin"] == "maps"].iloc[0]
    assert row.tolist() == ["maps", "acme-maps", "2.1", 1, "map", "", "", "ok", ""]


def test_without_plugins_the_table_is_empty_but_has_its_columns(plugin_folder, monkeypatch):
    monkeypatch.setattr("sys.path", [str(plugin_folder)])
    frame = Registry().frame()
    assert len(frame) == 0 and "problem" in frame.columns


def test_plugins_named_in_the_manifest_come_first_the_rest_by_name(plugin_folder):
    for name in ("ant", "bee", "cat", "dog"):
        install_plugin(plugin_folder, name, ONE_VIEW.format(name=name))
    views = list(Registry(Manifest(allow=("dog", "bee", "*"))).views)
    assert [name for name in views if name in ("ant", "bee", "cat", "dog")] == ["dog", "bee", "ant", "cat"]
    assert views[:2] == ["dog", "bee"]


def test_a_plugin_that_is_not_allowed_is_not_imported(plugin_folder):
    install_plugin(plugin_folder, "maps", "raise RuntimeError('imported')")
    registry = Registry(Manifest(block=("maps",)))
    assert {info.name: info.status for info in registry.plugins}["maps"] == "blocked"
    assert not [problem for problem in registry.problems if problem.plugin == "maps"]


def test_a_module_of_the_manifest_is_a_plugin_without_a_distribution(plugin_folder):
    (plugin_folder / "house_style.py").write_text(
        "from symphony_core.hookspecs import hookimpl\nfrom symphony_core.specs import ViewSpec\napi = 1\n"
        + ONE_VIEW.format(name="styled"), encoding="utf-8",
    )  # fmt: skip
    registry = Registry(parse_manifest("[plugins.modules]\nhouse = 'house_style'\n"))
    info = registry.plugin_of(registry.view("styled"))
    assert (info.name, info.distribution, info.version, info.status) == ("house", "", "", "ok")


def test_an_installed_plugin_is_gone_when_its_distribution_is(plugin_folder):
    install_plugin(plugin_folder, "maps", ONE_VIEW.format(name="map"))
    assert "map" in Registry().views
    for file in (plugin_folder / "acme_maps-1.0.dist-info").iterdir():
        file.unlink()
    (plugin_folder / "acme_maps-1.0.dist-info").rmdir()
    assert "map" not in Registry().views


def test_an_older_copy_further_down_the_path_is_hidden(plugin_folder, monkeypatch, tmp_path):
    (tmp_path / "older").mkdir()
    monkeypatch.syspath_prepend(tmp_path / "older")
    monkeypatch.syspath_prepend(plugin_folder)
    install_plugin(tmp_path / "older", "maps", ONE_VIEW.format(name="map"), version="0.9")
    install_plugin(plugin_folder, "maps", ONE_VIEW.format(name="map"), version="1.0")
    assert [info.version for info in Registry().plugins if info.name == "maps"] == ["1.0"]


def test_an_unknown_view_or_analysis_names_the_nearest(plugin_folder):
    install_plugin(plugin_folder, "maps", ONE_VIEW.format(name="atlas") + ONE_ANALYSIS.format(name="project"))
    registry = Registry(parse_manifest('[plugins]\nallow = ["maps"]'))
    with pytest.raises(UnknownView, match="nearest are 'atlas'"):
        registry.view("atlass")
    with pytest.raises(UnknownAnalysis) as caught:
        registry.analysis("projekt")
    assert caught.value.nearest == ["project"]


def test_an_unknown_view_points_to_plugins_that_failed(plugin_folder):
    install_plugin(plugin_folder, "maps", "import no_such_library")
    with pytest.raises(UnknownView, match=r"maps.*symphony\.plugins\(\)"):
        Registry().view("map")


def test_a_plugin_the_manifest_names_but_nobody_installed_is_missing(plugin_folder):
    install_plugin(plugin_folder, "maps")
    registry = Registry(Manifest(allow=("mapps", "*")))
    info = next(info for info in registry.plugins if info.name == "mapps")
    assert info.status == "missing" and "nearest are 'maps'" in info.problem


def test_settings_of_a_view_come_from_the_manifest(plugin_folder):
    install_plugin(plugin_folder, "maps", ONE_VIEW.format(name="map"))
    registry = Registry(parse_manifest("[plugins.settings.maps.view.map]\nzoom = 3\n"))
    assert registry.settings_of(registry.view("map")) == {"zoom": 3}


def test_settings_for_a_view_that_the_plugin_lacks_are_a_problem(plugin_folder):
    install_plugin(plugin_folder, "maps", ONE_VIEW.format(name="atlas"))
    registry = Registry(parse_manifest("[plugins.settings.maps.view.atlass]\nzoom = 3\n"))
    info = registry.plugin_of(registry.view("atlas"))
    assert info.status == "partly" and "nearest are 'atlas'" in info.problem


def test_code_is_imported_when_it_is_loaded_and_not_before(plugin_folder):
    (plugin_folder / "acme_heavy.py").write_text("class Shown: pass\n", encoding="utf-8")
    install_plugin(plugin_folder, "maps", ONE_VIEW.format(name="map").replace("__name__ +", "'acme_heavy' +"))
    registry = Registry()
    assert "acme_heavy" not in sys.modules
    assert registry.load(registry.view("map")).__name__ == "Shown"


def test_a_factory_that_is_not_there_is_an_error_and_a_problem(plugin_folder):
    install_plugin(plugin_folder, "maps", ONE_VIEW.format(name="map").replace(":Shown", ":Shwon"))
    registry = Registry()
    with pytest.raises(PluginError, match=r"view 'map' of plugin 'maps' \(acme-maps 1\.0\) failed") as caught:
        registry.load(registry.view("map"))
    error = caught.value
    assert (error.plugin, error.distribution, error.version) == ("maps", "acme-maps", "1.0")
    assert "AttributeError" in error.traceback
    assert registry.plugin_of(registry.view("map")).status == "partly"


def test_problems_reach_listeners_once_until_they_stop(plugin_folder):
    install_plugin(plugin_folder, "maps", ONE_VIEW.format(name="map"))
    registry = Registry()
    heard = []
    stop = registry.on_problem(lambda problem: heard.append(problem.message))
    spec = registry.view("map")
    registry.report(spec, "update", ValueError("no tiles"))
    registry.report(spec, "update", ValueError("no tiles"))
    stop()
    registry.report(spec, "update", ValueError("no zoom"))
    assert heard == ["ValueError: no tiles"]


SOURCE_PLUGIN = """
import pandas as pd
from symphony_core.dataset import Dataset
from symphony_core.errors import BadSource
from symphony_core.roles import Roles

@hookimpl
def open_dataset(source):
    {body}
"""


def opened(source: str) -> str:
    return f"""
    if source.startswith({source!r}):
        frame = pd.DataFrame({{"row_id": [0]}})
        return Dataset(frame, name=source, fingerprint="f", id_column="row_id", roles=Roles())
"""


def test_plugins_are_asked_in_turn_to_open_a_source(plugin_folder):
    install_plugin(plugin_folder, "broken", SOURCE_PLUGIN.format(body="raise RuntimeError('no driver')"))
    install_plugin(plugin_folder, "lists", SOURCE_PLUGIN.format(body="return [source]"))
    install_plugin(plugin_folder, "sql", SOURCE_PLUGIN.format(body=opened("sql:").strip()))
    registry = Registry()
    dataset = registry.open_dataset("sql:cats", {})
    assert isinstance(dataset, Dataset) and dataset.name == "sql:cats"
    assert {problem.plugin: problem.message for problem in registry.problems} == {
        "broken": "RuntimeError: no driver",
        "lists": "open_dataset returned list; return a Dataset or None.",
    }


def test_a_source_that_no_plugin_takes_is_nobodys(plugin_folder):
    install_plugin(plugin_folder, "sql", SOURCE_PLUGIN.format(body=opened("sql:").strip()))
    assert Registry().open_dataset("ftp:cats", {}) is None


def test_the_only_error_for_the_user_passes_through_open_dataset(plugin_folder):
    install_plugin(plugin_folder, "sql", SOURCE_PLUGIN.format(body="raise BadSource('no table cats')"))
    with pytest.raises(BadSource, match=r"^no table cats$"):
        Registry().open_dataset("sql:cats", {})


def test_an_error_for_the_user_does_not_keep_the_next_plugin_from_opening(plugin_folder):
    install_plugin(plugin_folder, "first", SOURCE_PLUGIN.format(body="raise BadSource('no table cats')"))
    install_plugin(plugin_folder, "second", SOURCE_PLUGIN.format(body=opened("sql:").strip()))
    registry = Registry()
    assert registry.open_dataset("sql:cats", {}).name == "sql:cats"
    assert [(p.plugin, p.message) for p in registry.problems] == [("first", "no table cats")]


def test_a_source_that_every_plugin_fails_to_open_tells_all_reasons(plugin_folder):
    install_plugin(plugin_folder, "first", SOURCE_PLUGIN.format(body="raise BadSource('no table cats')"))
    install_plugin(plugin_folder, "second", SOURCE_PLUGIN.format(body="raise RuntimeError('no driver')"))
    with pytest.raises(BadSource, match="'first': no table cats; plugin 'second': RuntimeError: no driver"):
        Registry().open_dataset("sql:cats", {})


def test_no_failure_of_a_plugin_shows_the_password_of_an_address(plugin_folder):
    body = "raise BadSource(f'cannot reach {source}')"
    install_plugin(plugin_folder, "sql", SOURCE_PLUGIN.format(body=body))
    registry = Registry()
    with pytest.raises(BadSource) as caught:
        registry.open_dataset("mysql://me:hunter2@host/db", {})
    problem = registry.problems[0]
    assert "mysql://me:***@host/db" in str(caught.value)
    assert "hunter2" not in f"{caught.value} {caught.value.values} {problem.message} {problem.traceback}"
