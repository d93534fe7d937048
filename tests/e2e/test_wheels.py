"""The wheels, as somebody installs them who has no checkout."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tomllib
import urllib.request
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest

OURS = {"summary", "instances", "embedding_map", "familiarity", "embedders"}
WHERE_EVERYTHING_COMES_FROM = """
import importlib, json, sys
import symphony_core as symphony
app = symphony.open("demo:emoji")
names = ["symphony_core.cli", "symphony_core.shell", "acme_lengths.view"]
names += ["symphony_panel_summary.view", "symphony_panel_instances.view"]
for name in names:
    importlib.import_module(name)
files = [module.__file__ for module in list(sys.modules.values()) if getattr(module, "__file__", None)]
print(json.dumps(files + sys.path))
"""
ENABLED_SERVER_EXTENSIONS = """
import json
from jupyter_core.paths import jupyter_config_path
from jupyter_server.extension.config import ExtensionConfigManager
print(json.dumps(ExtensionConfigManager(read_config_path=jupyter_config_path()).get_jpserver_extensions()))
"""
RUN_NOTEBOOK = """
import sys, nbformat, nbclient
notebook = nbformat.read(sys.argv[1], as_version=4)
nbclient.NotebookClient(notebook, timeout=240, kernel_name="python3").execute()
outputs = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
print(len(outputs))
"""


@dataclass(frozen=True)
class Environment:
    """An installation of its own, and the folder commands run in there."""

    folder: Path
    wheels: dict[str, Path]

    @property
    def bin(self) -> Path:
        return self.folder / "env" / ("Scripts" if os.name == "nt" else "bin")

    @property
    def variables(self) -> dict[str, str]:
        """Ours without what could lead back to the checkout or to our own Jupyter files."""
        ours = {"PYTHONPATH", "VIRTUAL_ENV", "PYTHONHOME", "SYMPHONY_SHARED_DATA"}
        kept = {name: value for name, value in os.environ.items() if name not in ours}
        return {**kept, "PATH": f"{self.bin}{os.pathsep}{kept['PATH']}"}

    def run(self, *command: str | Path) -> str:
        program = self.bin / str(command[0])
        return run([program, *command[1:]], cwd=self.folder, env=self.variables)

    def install(self, *requirements: str | Path) -> None:
        self._pip("install", [], requirements)

    def uninstall(self, distribution: str) -> None:
        self._pip("uninstall", ["--yes"], [distribution])

    def _pip(self, verb: str, pip_only: Sequence[str], names: Sequence[str | Path]) -> None:
        """Use uv; pip where uv is not there or cannot reach what pip reaches."""
        python = self.bin / "python"
        if uv := find_uv():
            command = [uv, "pip", verb, "--quiet", "--python", python, *names]
            if subprocess.run(command, cwd=self.folder, stdin=subprocess.DEVNULL).returncode == 0:
                return
        pip = [sys.executable, "-m", "pip", "--python", python, verb, "--quiet"]
        run([*pip, *pip_only, *names], cwd=self.folder)

    def plugins(self) -> dict[str, dict[str, object]]:
        """What `symphony plugins --json` says, by the plugin's name."""
        return {row["plugin"]: row for row in json.loads(self.run("symphony", "plugins", "--json"))}


def run(command: Sequence[str | Path], *, cwd: Path, env: dict[str, str] | None = None) -> str:
    """Run a command that must succeed; give what it wrote to its standard output."""
    __tracebackhide__ = True  # a report would show the variables of this machine
    done = subprocess.run(
        list(map(str, command)), cwd=cwd, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True
    )
    said = f"{done.stdout[-4000:]}\n{done.stderr[-4000:]}"
    assert done.returncode == 0, f"{' '.join(map(str, command))} ended with {done.returncode}:\n{said}"
    return done.stdout


def find_uv() -> str | None:
    inside = Path(sys.executable).with_name("uv")
    return str(inside) if inside.exists() else shutil.which("uv")


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> dict[str, Path]:
    """All wheels of this project and the third-party one, by distribution."""
    folder = tmp_path_factory.mktemp("wheels")
    build = repository / "scripts" / "build_wheels.py"
    acme = repository / "tests" / "e2e" / "third_party" / "acme_lengths"
    run([sys.executable, build, folder / "ours"], cwd=folder)
    run([sys.executable, build, folder / "theirs", acme], cwd=folder)
    return {path.name.split("-")[0].replace("_", "-"): path for path in folder.glob("*/*.whl")}


@pytest.fixture(scope="module")
def environment(wheels: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """The core, all plugins and Jupyter in a new environment outside the checkout."""
    made = Environment(tmp_path_factory.mktemp("elsewhere"), wheels)
    run([sys.executable, "-m", "venv", "--without-pip", made.folder / "env"], cwd=made.folder)
    ours = [wheels[f"symphony-panel-{name.replace('_', '-')}"] for name in sorted(OURS)]
    made.install(f"{wheels['symphony-panel']}[all,jupyter]", *ours, "nbclient")
    return made


@pytest.fixture(scope="module")
def with_acme(environment: Environment) -> Iterator[Environment]:
    """The same with somebody else's plugin."""
    environment.install(environment.wheels["acme-lengths"])
    yield environment
    environment.uninstall("acme-lengths")


@pytest.fixture
def texts(tmp_path: Path) -> Path:
    path = tmp_path / "texts.parquet"
    pd.DataFrame({"id": ["a", "b", "c"], "text": ["four", "sieben", None]}).to_parquet(path)
    return path


def test_every_plugin_of_the_project_has_a_wheel(wheels: dict[str, Path], repository: Path):
    projects = [repository / "pyproject.toml", *repository.glob("plugins/*/pyproject.toml")]
    names = {tomllib.loads(path.read_text(encoding="utf-8"))["project"]["name"] for path in projects}
    assert set(wheels) - {"acme-lengths"} == names


def test_every_wheel_of_the_project_carries_its_licence_and_its_types(wheels: dict[str, Path]):
    for name in set(wheels) - {"acme-lengths"}:
        files = zipfile.ZipFile(wheels[name]).namelist()
        assert any(file.endswith("/licenses/LICENSE") for file in files), name
        assert any(file.endswith("/py.typed") for file in files), name


def test_no_wheel_holds_tests_or_caches(wheels: dict[str, Path]):
    for wheel in wheels.values():
        files = zipfile.ZipFile(wheel).namelist()
        assert not [file for file in files if "tests/" in file or "__pycache__" in file]


def test_the_core_wheel_brings_the_demo_data_with_their_licences(wheels: dict[str, Path]):
    with zipfile.ZipFile(wheels["symphony-panel"]) as wheel:
        demo = {info.filename: info for info in wheel.infolist() if "symphony_core/demo/" in info.filename}
    assert {"symphony_core/demo/emoji.parquet", "symphony_core/demo/adult.parquet"} <= set(demo)
    assert "symphony_core/demo/ATTRIBUTION.md" in demo
    assert sum(info.file_size for info in demo.values()) < 15_000_000


def test_jupyter_finds_the_server_extension_of_the_installed_core(environment: Environment):
    enabled = json.loads(environment.run("python", "-c", ENABLED_SERVER_EXTENSIONS))
    assert enabled.get("symphony_core.jupyter_server") is True


def test_the_demo_serves_its_page(environment: Environment, run_server: Callable[..., object]):
    command = [environment.bin / "symphony", "demo", "--port", "{port}"]
    server = run_server(command, cwd=environment.folder, env=environment.variables)
    with urllib.request.urlopen(server.url, timeout=60) as response:
        assert response.status == 200
        assert b"<html" in response.read().lower()


def test_all_plugins_are_listed_as_ok(environment: Environment):
    listed = environment.plugins()
    assert {name: row["status"] for name, row in listed.items() if name in OURS} == dict.fromkeys(OURS, "ok")


def test_python_dash_m_equals_the_command(environment: Environment):
    by_module = environment.run("python", "-m", "symphony_core", "plugins", "--json")
    assert by_module == environment.run("symphony", "plugins", "--json")


def test_nothing_is_imported_from_the_checkout(with_acme: Environment, repository: Path):
    places = json.loads(with_acme.run("python", "-c", WHERE_EVERYTHING_COMES_FROM).splitlines()[-1])
    assert [place for place in places if Path(place).is_relative_to(repository)] == []


def test_a_third_partys_plugin_is_listed_with_its_view_and_analysis(with_acme: Environment):
    row = with_acme.plugins()["acme_lengths"]
    assert (row["status"], row["distribution"], row["version"]) == ("ok", "acme-lengths", "0.3.0")
    assert "text_lengths" in row["views"]
    assert "text_lengths" in row["analyses"]


def test_a_third_partys_analysis_writes_its_column(with_acme: Environment, texts: Path, tmp_path: Path):
    out = tmp_path / "columns.parquet"
    with_acme.run("symphony", "run", "text_lengths", texts, "--set", "column=text", "--out", out)
    lengths = pd.read_parquet(out)["text_length"]
    assert [None if pd.isna(length) else int(length) for length in lengths] == [4, 6, None]


@pytest.mark.parametrize("name", ["01_quickstart", "02_embedding_map"])
def test_the_notebook_runs(environment: Environment, repository: Path, name: str):
    notebook = environment.folder / f"{name}.ipynb"
    shutil.copy(repository / "notebooks" / notebook.name, notebook)
    outputs = environment.run("python", "-c", RUN_NOTEBOOK, notebook)
    assert int(outputs.splitlines()[-1]) > 0


def test_an_uninstalled_plugin_is_gone(environment: Environment):
    environment.uninstall("symphony-panel-summary")
    try:
        listed = environment.plugins()
    finally:
        environment.install("--no-deps", environment.wheels["symphony-panel-summary"])
    assert "summary" not in listed
    assert listed["instances"]["status"] == "ok"
