"""A real JupyterLab with a real browser in front of it.

    server = run_server(lab_command(folder), health=HEALTH, env=lab_environment(folder))
    lab = open_notebook(tab, server.url, "book.ipynb")
    lab.run_all()
    lab.output(2).locator("svg").wait_for()
    lab.run(3)
    assert lab.text(3) == "['cat', 'dog']"

Nothing here waits for a time: each call waits for the thing it is about.
JupyterLab's own wishes for the internet (news, updates, the extension manager)
are switched off in settings of a temporary folder; the user's are not read.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import nbformat
from playwright.sync_api import Locator, Page

TOKEN = "symphony-test"
HEALTH = f"/api/status?token={TOKEN}"  # stands below the base URL
TIMEOUT_MS = 60_000

# In the page: the cells of the notebook that is shown.
CELLS = "jupyterapp.shell.currentWidget.content.widgets"

# Folder and file names are JupyterLab's plugin ids. A test reads every cell, shown or not.
LAB_SETTINGS = {
    "@jupyterlab/apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
    "@jupyterlab/notebook-extension/tracker": {"windowingMode": "none"},
    "@jupyterlab/docmanager-extension/plugin": {"autosave": False},
}


def write_notebook(path: Path, cells: Sequence[str]) -> Path:
    """Write a notebook of code cells for the kernel of this environment."""
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    book.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(book, path)
    return path


def lab_command(folder: Path, *, base_url: str = "/", has_extension: bool = True) -> list[str]:
    """Give the command of a JupyterLab over a folder, for the fixture `run_server`.

    has_extension: whether `symphony_core.jupyter_server` runs in it.
    """
    options = {
        "ServerApp.token": TOKEN,
        "ServerApp.ip": "127.0.0.1",
        "ServerApp.port": "{port}",
        "ServerApp.port_retries": "0",
        "ServerApp.base_url": base_url,
        "ServerApp.root_dir": str(folder),
        "LabApp.extension_manager": "readonly",
    }
    if not has_extension:
        options["ServerApp.jpserver_extensions"] = "{'symphony_core.jupyter_server': False}"
    flags = ["--no-browser", "--allow-root", "--expose-app-in-browser"]
    return [sys.executable, "-m", "jupyterlab", *flags, *(f"--{name}={on}" for name, on in options.items())]


def lab_environment(folder: Path) -> dict[str, str]:
    """Give an environment in which JupyterLab keeps everything of its own below the folder."""
    home = folder / ".jupyter-home"
    for plugin, settings in LAB_SETTINGS.items():
        target = home / "settings" / f"{plugin}.jupyterlab-settings"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(json.dumps(settings), encoding="utf-8")
    own = {
        "JUPYTER_CONFIG_DIR": "config",
        "JUPYTER_DATA_DIR": "data",
        "JUPYTER_RUNTIME_DIR": "runtime",
        "JUPYTERLAB_SETTINGS_DIR": "settings",
        "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
        "IPYTHONDIR": "ipython",
    }
    return dict(os.environ) | {name: str(home / below) for name, below in own.items()}


def open_notebook(page: Page, address: str, name: str) -> Lab:
    """Open a notebook of the server's folder and wait for its kernel; `address` ends with the base URL."""
    page.set_default_timeout(TIMEOUT_MS)
    page.set_viewport_size({"width": 1400, "height": 1600})
    page.goto(f"{address}lab/tree/{quote(name)}?token={TOKEN}&reset")
    lab = Lab(page)
    lab.wait_for_kernel()
    return lab


@dataclass(frozen=True)
class Lab:
    """One notebook that is open in the browser."""

    page: Page

    def wait_for_kernel(self) -> None:
        """Wait until the notebook is shown and its kernel is idle."""
        self.page.locator(".jp-Notebook .jp-Cell").first.wait_for()
        kernel = "window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel"
        self.page.wait_for_function(f"() => {kernel}?.status === 'idle'")

    def command(self, name: str, **options: object) -> None:
        """Run one of JupyterLab's commands and wait for its end."""
        self.page.evaluate(
            "([name, options]) => jupyterapp.commands.execute(name, options).then(() => null)",
            [name, options],
        )

    def run_all(self) -> None:
        """Run all cells; wait until the last has run, and fail if one raised."""
        self.command("notebook:run-all-cells")
        self._assert_nothing_was_raised()

    def run(self, index: int) -> None:
        """Run one cell anew, wait for its end, and fail if it raised."""
        notebook = "jupyterapp.shell.currentWidget.content"
        self.page.evaluate(f"i => {{ {notebook}.activeCellIndex = i }}", index)
        self.command("notebook:run-cell")
        self._assert_nothing_was_raised()

    def _assert_nothing_was_raised(self) -> None:
        for index in range(self.page.evaluate(f"() => {CELLS}.length")):
            for output in self.outputs(index):
                assert output["output_type"] != "error", f"cell {index}: {output['evalue']}"

    def write(self, index: int, source: str) -> None:
        """Replace the text of a cell."""
        self.page.evaluate(f"([i, text]) => {CELLS}[i].model.sharedModel.setSource(text)", [index, source])

    def reload(self) -> None:
        """Save, and load the page again; the kernel lives on."""
        self.command("docmanager:save")
        self.page.reload()
        self.wait_for_kernel()

    def use_dark_theme(self) -> None:
        """Switch JupyterLab to its dark theme."""
        self.command("apputils:change-theme", theme="JupyterLab Dark")
        self.page.locator("body[data-jp-theme-light='false']").wait_for(state="attached")

    def output(self, index: int) -> Locator:
        """Give the place on the page where a cell's outputs are shown."""
        return self.page.locator(".jp-Notebook .jp-Cell").nth(index).locator(".jp-Cell-outputArea")

    def outputs(self, index: int) -> list[dict[str, Any]]:
        """Give a cell's outputs as they would be saved; a cell of text has none."""
        return self.page.evaluate(f"i => {CELLS}[i].model.outputs?.toJSON() ?? []", index)

    def text(self, index: int) -> str:
        """Give what a cell printed or returned as plain text."""
        return "".join(_plain(output) for output in self.outputs(index)).strip()

    def drag(self, target: Locator, start: tuple[float, float], end: tuple[float, float]) -> None:
        """Drag on a thing, from and to fractions of its width and height, once it lies still."""
        target.hover()
        box = target.bounding_box()
        assert box is not None, "the target is not on the page"
        points = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in (start, end)]
        self.page.mouse.move(*points[0])
        self.page.mouse.down()
        self.page.mouse.move(*points[1], steps=5)
        self.page.mouse.up()


def _plain(output: dict[str, Any]) -> str:
    text = output.get("text") or output.get("data", {}).get("text/plain") or ""
    return "".join(text)  # a string, or a list of lines
