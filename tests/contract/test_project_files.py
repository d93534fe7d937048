"""The project files agree with each other and with the folders."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PLUGINS = sorted(path.parent for path in ROOT.glob("plugins/*/pyproject.toml"))


def read(path: Path) -> dict:
    return tomllib.loads(path.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def core() -> dict:
    return read(ROOT / "pyproject.toml")


def distribution(folder: Path) -> str:
    """Give the name of a plugin's distribution: words of the folder's name joined by hyphens."""
    return f"symphony-panel-{folder.name.replace('_', '-')}"


def test_the_extra_all_is_exactly_the_plugins_of_this_project(core: dict):
    named = {re.match(r"[\w-]+", text)[0] for text in core["project"]["optional-dependencies"]["all"]}
    assert named == {distribution(folder) for folder in PLUGINS}


@pytest.mark.parametrize("folder", PLUGINS, ids=lambda folder: folder.name)
def test_a_plugin_is_named_for_its_folder_and_registers_its_plugin_module(folder: Path):
    project = read(folder / "pyproject.toml")["project"]
    package = f"symphony_panel_{folder.name}"
    assert project["name"] == distribution(folder)
    assert project["entry-points"] == {"symphony.plugins": {folder.name: f"{package}.plugin"}}
    assert (folder / "src" / package / "__init__.py").exists()
    assert (folder / "src" / package / "plugin.py").exists()


@pytest.mark.parametrize("folder", PLUGINS, ids=lambda folder: folder.name)
def test_a_plugin_asks_for_the_core_of_this_series_and_for_no_other_plugin(folder: Path, core: dict):
    asked = [
        text for text in read(folder / "pyproject.toml")["project"]["dependencies"] if "symphony" in text
    ]
    major, minor, _ = core["project"]["version"].split(".")
    assert asked == [f"symphony-panel>={major}.{minor},<{major}.{int(minor) + 1}"]


@pytest.mark.parametrize("folder", PLUGINS, ids=lambda folder: folder.name)
def test_a_plugin_has_a_readme_a_licence_and_tests(folder: Path):
    assert [name for name in ("README.md", "LICENSE", "tests") if not (folder / name).exists()] == []


def test_the_import_contracts_cover_every_plugin(core: dict):
    packages = {f"symphony_panel_{folder.name}" for folder in PLUGINS}
    contracts = {contract["id"]: contract for contract in core["tool"]["importlinter"]["contracts"]}
    analyses = {f"{p}.analyses" for p, f in package_folders() if (f / "analyses").exists()}
    for package, folder in package_folders():
        if (folder / "analysis.py").exists():
            analyses |= {f"{package}.{name}" for name in own_modules(folder, "analysis")}
    assert set(core["tool"]["importlinter"]["root_packages"]) == {"symphony_core", *packages}
    assert set(contracts["plugins-apart"]["modules"]) == packages
    assert set(contracts["core-without-plugins"]["forbidden_modules"]) == packages
    assert set(contracts["plugin-modules-are-light"]["source_modules"]) == {f"{p}.plugin" for p in packages}
    assert set(contracts["analyses-are-pure"]["source_modules"]) == analyses
    assert set(contracts["analyses-without-panel"]["source_modules"]) == analyses


def own_modules(folder: Path, name: str) -> set[str]:
    """Give a module of a package and those of the package that it imports, one through another."""
    found, waiting = set(), [name]
    while waiting:
        module = waiting.pop()
        if module not in found:
            found.add(module)
            text = (folder / f"{module}.py").read_text(encoding="utf-8")
            waiting += re.findall(rf"^from {folder.name}\.(\w+) import", text, re.MULTILINE)
            for names in re.findall(rf"^from {folder.name} import (.+)$", text, re.MULTILINE):
                waiting += [one.strip() for one in names.split(",")]
    return found


def package_folders() -> list[tuple[str, Path]]:
    """Give each plugin's package with the folder of its code."""
    names = [f"symphony_panel_{folder.name}" for folder in PLUGINS]
    return [(name, folder / "src" / name) for name, folder in zip(names, PLUGINS, strict=True)]


def test_no_project_file_is_tied_to_a_machine():
    tied = re.compile(r"/home/|/roo[t]/|/tm[p]/|index-url|files\.python[h]osted|127\.0\.0\.1:\d+")
    files = [ROOT / "pyproject.toml", ROOT / "Makefile", ROOT / ".ci" / "run", *ROOT.glob("scripts/*.py")]
    files += [folder / "pyproject.toml" for folder in PLUGINS]
    assert [path.name for path in files if tied.search(path.read_text(encoding="utf-8"))] == []


def test_the_contract_against_panel_covers_all_layers_below_the_views(core: dict):
    contracts = {contract["id"]: contract for contract in core["tool"]["importlinter"]["contracts"]}
    layers = contracts["layers"]["layers"]
    below = layers[layers.index("look") + 1 :]
    modules = {f"symphony_core.{name}" for layer in below for name in re.findall(r"\w+", layer)}
    assert modules == set(contracts["no-panel-below"]["source_modules"])
