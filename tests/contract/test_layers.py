"""The lower layers run where Panel does not: proven in fresh interpreters, not by reading imports."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from pathlib import Path

import pandas as pd

ROOT = Path(__file__).resolve().parents[2]
HEAVY = ("panel", "panel_material_ui", "bokeh", "holoviews", "datashader")

# Without the package's own __init__, which would import the other layers too.
EACH_ALONE = """
import importlib, json, sys, types
modules, heavy, folder = json.loads(sys.argv[1])
found = {}
for name in modules:
    for loaded in [m for m in sys.modules if m.partition(".")[0] == "symphony_core"]:
        del sys.modules[loaded]
    package = types.ModuleType("symphony_core")
    package.__path__ = [folder]
    sys.modules["symphony_core"] = package
    importlib.import_module(name)
    found[name] = [m for m in heavy if m in sys.modules]
    for m in [m for m in sys.modules if m.partition(".")[0] in heavy]:
        del sys.modules[m]
print(json.dumps(found))
"""

OPEN_A_TABLE = """
import json, sys
heavy, path = json.loads(sys.argv[1])
import symphony_core as symphony
imported = [m for m in heavy if m in sys.modules]
app = symphony.open(path)
app.state.filter = "score > 0.5"
count = app.count()
symphony.plugins()
print(json.dumps({"imported": imported, "opened": [m for m in heavy if m in sys.modules], "count": count}))
"""


def run_fresh(code: str, *arguments: object) -> dict[str, object]:
    """Run code in a new interpreter and read the JSON that it prints."""
    command = [sys.executable, "-c", code, json.dumps(arguments)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def lower_modules() -> list[str]:
    """Read which modules must do without Panel from the import contracts, which know the layers."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = {contract["id"]: contract for contract in project["tool"]["importlinter"]["contracts"]}
    return contracts["no-panel-below"]["source_modules"]


def test_each_module_of_the_lower_layers_alone_imports_no_panel():
    modules = lower_modules()
    found = run_fresh(EACH_ALONE, modules, HEAVY, str(ROOT / "symphony_core"))
    assert found == {name: [] for name in modules}


def test_importing_symphony_and_opening_a_table_imports_no_panel(tmp_path):
    path = tmp_path / "cats.parquet"
    pd.DataFrame({"name": ["tom", "kit", "ada"], "score": [0.1, 0.6, 0.9]}).to_parquet(path)
    assert run_fresh(OPEN_A_TABLE, HEAVY, str(path)) == {"imported": [], "opened": [], "count": 2}
