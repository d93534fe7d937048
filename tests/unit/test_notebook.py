from __future__ import annotations

import subprocess
import sys
from importlib.metadata import version

import pytest

from symphony_core import notebook

OUTSIDE_A_KERNEL = """
import sys
from symphony_core.notebook import in_kernel, load_extension
load_extension()
print(in_kernel(), [name for name in ("IPython", "panel") if name in sys.modules])
"""
SERVED = {"bokeh": "bokeh", "panel": "panel", "panel_material_ui": "panel-material-ui"}


@pytest.fixture(autouse=True)
def plain_front_end(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in notebook.FOREIGN_FRONT_ENDS:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def server_here(monkeypatch: pytest.MonkeyPatch) -> None:
    releases = [f"{package}/{version(distribution)}" for package, distribution in SERVED.items()]
    monkeypatch.setenv("SYMPHONY_JUPYTER_ROUTE", "/user/ada/symphony/")
    monkeypatch.setenv("SYMPHONY_JUPYTER_SERVED", " ".join(releases))


def test_outside_a_kernel_nothing_is_loaded_or_imported():
    run = subprocess.run([sys.executable, "-c", OUTSIDE_A_KERNEL], capture_output=True, text=True, check=True)
    assert run.stdout == "False []\n"


@pytest.mark.usefixtures("server_here")
def test_the_route_is_the_one_the_server_wrote():
    assert notebook.server_route() == "/user/ada/symphony/"


def test_without_a_server_extension_there_is_no_route(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("SYMPHONY_JUPYTER_ROUTE", raising=False)
    assert notebook.server_route() is None


@pytest.mark.usefixtures("server_here")
def test_a_server_with_another_panel_than_the_kernel_is_not_used(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SYMPHONY_JUPYTER_SERVED", "bokeh/1.0 panel/0.1 panel_material_ui/0.1")
    assert notebook.server_route() is None


@pytest.mark.usefixtures("server_here")
@pytest.mark.parametrize("variable", notebook.FOREIGN_FRONT_ENDS)
def test_a_front_end_with_pages_of_its_own_does_not_use_the_route(
    monkeypatch: pytest.MonkeyPatch, variable: str
):
    monkeypatch.setenv(variable, "1")
    assert notebook.server_route() is None


def test_public_addresses_of_scripts_styles_and_bundles_become_local():
    local = notebook._rewriter("/hub/symphony/")
    bokeh, panel, material = (version(distribution) for distribution in SERVED.values())
    public = [
        f"https://cdn.bokeh.org/bokeh/release/bokeh-widgets-{bokeh}.min.js",
        f"https://cdn.holoviz.org/panel/{panel}/dist/css/button.css",
        f"https://cdn.holoviz.org/panel-material-ui/v{material}/panel-material-ui.bundle.js",
    ]
    assert [local(address) for address in public] == [
        f"/hub/symphony/bokeh/{bokeh}/bokeh-widgets.min.js",
        f"/hub/symphony/panel/{panel}/dist/css/button.css",
        f"/hub/symphony/panel_material_ui/{material}/panel-material-ui.bundle.js",
    ]


def test_a_stylesheet_of_another_place_is_not_copied():
    assert notebook._copied("https://example.org/house.css") == "https://example.org/house.css"
