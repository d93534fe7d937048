"""Views in a real JupyterLab: linked across cells, styled, and without the internet.

The components here are small stand-ins that use what our views use: a
JSComponent with inline code and styles, Material widgets, a HoloViews pane.
"""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import nbclient
import nbformat
import pytest
from playwright.sync_api import expect

from tests.e2e.jupyter import (
    HEALTH,
    TIMEOUT_MS,
    TOKEN,
    Lab,
    lab_command,
    lab_environment,
    open_notebook,
    write_notebook,
)

OPEN = """
from symphony_core.notebook import load_extension, server_route
load_extension()
print(server_route())
"""
BRUSH = '''
import panel as pn, param

class Brush(pn.custom.JSComponent):
    extent = param.List(default=[])
    _stylesheets = ["svg { outline: 3px solid rgb(1, 2, 3); touch-action: none; }"]
    _esm = """
    export function render({model, el}) {
      const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg")
      svg.setAttribute("width", 200)
      svg.setAttribute("height", 100)
      svg.setAttribute("class", "brush")
      let start = null
      svg.addEventListener("pointerdown", event => {
        svg.setPointerCapture(event.pointerId)
        start = event.offsetX
      })
      svg.addEventListener("pointerup", event => {
        if (start !== null) model.extent = [Math.round(start), Math.round(event.offsetX)]
        start = null
      })
      el.append(svg)
    }
    """

class Echo(pn.custom.JSComponent):
    extent = param.List(default=[])
    _esm = """
    export function render({model, el}) {
      const text = document.createElement("p")
      const draw = () => { text.textContent = "extent " + JSON.stringify(model.extent) }
      model.on("extent", draw)
      draw()
      el.append(text)
    }
    """

brush, echo = Brush(), Echo()
brush.param.watch(lambda event: echo.param.update(extent=event.new), "extent")
brush
'''
MATERIAL = """
import panel_material_ui as pmui
button, field = pmui.Button(label="Press", color="primary"), pmui.TextInput(label="Say")
button.on_click(lambda event: field.param.update(value="pressed"))
pmui.Row(button, field)
"""
PLOT = """
import holoviews as hv, holoviews.plotting.bokeh
pn.pane.HoloViews(hv.Points([(0, 0), (1, 1)]).opts(width=300, height=200), backend="bokeh")
"""
READ = "print(brush.extent)"
LOAD_PANEL_BEFORE = "import panel as pn; pn.extension(inline=True)"
LOAD_PANEL_AFTER = """
import holoviews as hv, panel as pn
hv.extension("bokeh")
pn.extension()
"""
FIRST, BRUSHED, ECHOED, WIDGETS, PLOTTED, LAST = range(6)
CELLS = (OPEN, BRUSH, "echo", MATERIAL, PLOT, READ)

PANEL = f"panel/{version('panel')}/dist"

# The scripts are asked for by address, not copied; what is left is mostly Bokeh's list of classes.
MAX_OUTPUT_BYTES = 500_000


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("notebooks")


@pytest.fixture
def notebook(folder: Path, run_server: Callable[..., Any], tab: Any) -> Callable[..., Lab]:
    """Open a notebook of these cells: `notebook(*cells, base_url="/", has_extension=True)`."""

    def open_(*cells: str, base_url: str = "/", has_extension: bool = True) -> Lab:
        name = f"{hash(cells):x}.ipynb"
        write_notebook(folder / name, cells)
        command = lab_command(folder, base_url=base_url, has_extension=has_extension)
        server = run_server(command, health=base_url[:-1] + HEALTH, env=lab_environment(folder))
        return open_notebook(tab.page, server.url + base_url, name)

    return open_


def brush_and_expect(lab: Lab, start: float, end: float, shown: str) -> None:
    lab.drag(lab.output(BRUSHED).locator("svg.brush"), (start, 0.5), (end, 0.5))
    lab.output(ECHOED).get_by_text(shown).wait_for()


def press_and_expect_text(lab: Lab) -> None:
    button = lab.output(WIDGETS).get_by_role("button", name="Press")
    button.click()
    expect(lab.output(WIDGETS).get_by_role("textbox")).to_have_value("pressed", timeout=TIMEOUT_MS)


def assert_styled(lab: Lab) -> None:
    brush = lab.output(BRUSHED).locator("svg.brush")
    button = lab.output(WIDGETS).get_by_role("button", name="Press")
    expect(brush).to_have_css("outline-color", "rgb(1, 2, 3)")
    expect(button).not_to_have_css("background-color", "rgba(0, 0, 0, 0)")
    fonts = lab.page.evaluate("() => [...document.fonts].map(font => font.family.replaceAll('\"', ''))")
    assert "Material Icons" in fonts


def assert_local_and_quiet(tab: Any) -> None:
    assert tab.requests
    assert tab.foreign_requests == []
    assert tab.errors == []


def test_a_brush_in_one_cell_redraws_another_and_python_reads_it(notebook: Callable[..., Lab], tab: Any):
    lab = notebook(*CELLS)
    lab.run_all()
    assert lab.text(FIRST) == "/symphony/"
    brush_and_expect(lab, 0.2, 0.6, "extent [40,120]")
    press_and_expect_text(lab)
    lab.output(PLOTTED).locator(".bk-Canvas").wait_for()
    lab.run(LAST)
    assert lab.text(LAST) == "[40, 120]"
    assert_styled(lab)
    assert_local_and_quiet(tab)


def test_outputs_hold_addresses_of_scripts_and_not_the_scripts(notebook: Callable[..., Lab]):
    lab = notebook(*CELLS)
    lab.run_all()
    sizes = [len(json.dumps(lab.outputs(index))) for index in range(len(CELLS))]
    assert max(sizes) < MAX_OUTPUT_BYTES


def test_a_redraw_from_python_reaches_a_cell_that_is_shown(notebook: Callable[..., Lab], tab: Any):
    lab = notebook(*CELLS[:LAST], "echo.extent = [7, 8]")
    lab.run_all()
    lab.output(ECHOED).get_by_text("extent [7,8]").wait_for()
    assert_local_and_quiet(tab)


def test_cells_that_run_anew_are_alive_and_so_are_the_others(notebook: Callable[..., Lab], tab: Any):
    lab = notebook(*CELLS)
    lab.run_all()
    brush_and_expect(lab, 0.2, 0.6, "extent [40,120]")
    lab.run(FIRST)
    brush_and_expect(lab, 0.1, 0.5, "extent [20,100]")
    lab.run(ECHOED)
    lab.output(ECHOED).get_by_text("extent [20,100]").wait_for()
    brush_and_expect(lab, 0.3, 0.5, "extent [60,100]")
    assert_local_and_quiet(tab)


def test_cells_that_run_anew_after_a_reload_of_the_page_are_alive(notebook: Callable[..., Lab], tab: Any):
    lab = notebook(OPEN, BRUSH, "echo", "brush")
    lab.run_all()
    brush_and_expect(lab, 0.2, 0.6, "extent [40,120]")
    lab.reload()
    lab.write(BRUSHED, "brush")
    for index in (FIRST, BRUSHED, ECHOED):
        lab.run(index)
    brush_and_expect(lab, 0.1, 0.5, "extent [20,100]")
    assert tab.foreign_requests == []


@pytest.mark.parametrize(
    "first_cell", [LOAD_PANEL_BEFORE + OPEN, OPEN + LOAD_PANEL_AFTER], ids=["before", "after"]
)
def test_a_notebook_that_loads_panel_by_itself_works_as_well(
    notebook: Callable[..., Lab], tab: Any, first_cell: str
):
    lab = notebook(first_cell, BRUSH, "echo", MATERIAL)
    lab.run_all()
    brush_and_expect(lab, 0.2, 0.6, "extent [40,120]")
    press_and_expect_text(lab)
    assert_styled(lab)
    assert_local_and_quiet(tab)


def test_components_follow_the_dark_theme_of_the_page(notebook: Callable[..., Lab]):
    lab = notebook(*CELLS)
    lab.run_all()
    button = lab.output(WIDGETS).get_by_role("button", name="Press")
    light = button.evaluate("element => getComputedStyle(element).color")
    lab.use_dark_theme()
    expect(button).not_to_have_css("color", light, timeout=TIMEOUT_MS)


def test_behind_a_prefix_everything_is_asked_for_below_it(notebook: Callable[..., Lab], tab: Any):
    lab = notebook(*CELLS, base_url="/user/ada/")
    lab.run_all()
    assert lab.text(FIRST) == "/user/ada/symphony/"
    brush_and_expect(lab, 0.2, 0.6, "extent [40,120]")
    press_and_expect_text(lab)
    assert_styled(lab)
    assert_local_and_quiet(tab)


def test_without_the_server_extension_everything_is_copied_into_the_outputs(
    notebook: Callable[..., Lab], tab: Any
):
    lab = notebook(*CELLS, has_extension=False)
    lab.run_all()
    assert lab.text(FIRST) == "None"
    brush_and_expect(lab, 0.2, 0.6, "extent [40,120]")
    press_and_expect_text(lab)
    lab.output(PLOTTED).locator(".bk-Canvas").wait_for()
    assert_styled(lab)
    assert_local_and_quiet(tab)


@pytest.fixture
def ask(folder: Path, run_server: Callable[..., Any]) -> Callable[..., Answer]:
    """Ask the server for a path below `symphony/`, following no redirection: `ask(path, token=TOKEN)`."""
    server = run_server(lab_command(folder), health=HEALTH, env=lab_environment(folder))
    port = server.port

    def get(path: str, *, token: str = TOKEN) -> Answer:
        connection = http.client.HTTPConnection("localhost", port, timeout=30)
        connection.request("GET", f"/symphony/{path}", headers={"Authorization": f"token {token}"})
        response = connection.getresponse()
        kind, keep = (response.getheader(name) or "" for name in ("Content-Type", "Cache-Control"))
        connection.close()
        return Answer(response.status, kind, keep)

    return get


@dataclass(frozen=True)
class Answer:
    status: int
    content_type: str
    cache_control: str


@pytest.mark.parametrize(
    ("path", "content_type"),
    [
        (f"{PANEL}/css/button.css", "text/css; charset=utf-8"),
        (f"{PANEL}/panel.min.js", "text/javascript; charset=utf-8"),
        (f"{PANEL}/images/favicon.ico", "image/x-icon"),
    ],
)
def test_the_route_serves_files_with_their_type_to_be_kept(
    ask: Callable[..., Answer], path: str, content_type: str
):
    assert ask(path) == Answer(200, content_type, "private, max-age=31536000, immutable")


@pytest.mark.parametrize(
    "path",
    ["../../panel.json", "../package.json", "%2e%2e/package.json", "..%2fpackage.json", "/etc/passwd", "css"],
)
def test_the_route_serves_nothing_outside_its_folder(ask: Callable[..., Answer], path: str):
    assert ask(f"{PANEL}/{path}").status in {403, 404}


def test_the_route_sends_strangers_to_the_login(ask: Callable[..., Answer]):
    assert ask(f"{PANEL}/css/button.css", token="wrong").status == 302


def test_a_headless_run_of_the_notebook_succeeds(folder: Path):
    path = write_notebook(folder / "headless.ipynb", CELLS)
    book = nbformat.read(path, as_version=4)
    nbclient.NotebookClient(book, timeout=120, kernel_name="python3").execute()
    assert [output.text for output in book.cells[LAST].outputs] == ["[]\n"]
