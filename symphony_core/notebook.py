"""Views in a notebook cell, without the internet.

Panel takes scripts and stylesheets from public addresses, or (`inline=True`)
copies the scripts into the outputs: 6 MB where it is loaded and 1.4 MB more for
every Material widget in every cell. Where our Jupyter server extension runs
(`symphony_core.jupyter_server`), the kernel's environment names a route that
serves the same files: public addresses are rewritten to it on their way to the
page, and outputs stay near 0.2 MB. The rewriting happens where things leave
Python, so it does not matter whether Panel was imported, or `pn.extension()`
called, before us. `PANEL_CDN_ROOT` would not do: Panel reads it at import and
strips the first slash of a path, and a kernel cannot know the host by which the
browser reaches the server.

Without the route (VS Code, Colab, a server that lacks the extension or holds
other versions than the kernel, a headless run) scripts and stylesheets are
copied into the outputs: larger, but they work offline too.
"""

from __future__ import annotations

import base64
import os
import re
import sys
import threading
from collections.abc import Callable
from functools import cache
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

# Written by the server extension; it says there what they hold.
ROUTE_VARIABLE = "SYMPHONY_JUPYTER_ROUTE"
SERVED_VARIABLE = "SYMPHONY_JUPYTER_SERVED"
DISTRIBUTIONS = {"bokeh": "bokeh", "panel": "panel", "panel_material_ui": "panel-material-ui"}

# Front ends that show outputs on a page of their own, from where the server's paths lead nowhere.
FOREIGN_FRONT_ENDS = ("VSCODE_PID", "VSCODE_CWD", "COLAB_RELEASE_TAG")

# What the page of a notebook needs changed in Panel; the script says why.
COMM_MENDS = Path(__file__).parent / "components" / "comm_mends.js"

# The cell that loaded the extension and the execution that published it last; empty before.
_published: dict[str, object] = {}


def in_kernel() -> bool:
    """Say whether this process is a notebook's kernel; costs nothing outside one."""
    return _shell() is not None


def _shell() -> Any | None:
    get_ipython = getattr(sys.modules.get("IPython"), "get_ipython", None)
    shell = get_ipython() if get_ipython else None
    return shell if getattr(shell, "kernel", None) is not None else None


def load_extension(*extensions: str) -> None:
    """Make Panel's views work in this notebook; outside a kernel, do nothing.

    extensions: names that `pn.extension` knows, e.g. "tabulator"; what is not
    loaded before a view is shown is missing on the page.

    What the page needs is published as display data of the running cell, so the
    call may stand anywhere in it and need not be its last line. It is published
    again when another cell calls (with the route, a few kB) or when the same
    cell runs again, so that after a reload of the page any `open()` (without
    the route: the first one) brings the scripts back.
    """
    shell = _shell()
    if shell is None:
        return
    route = server_route()
    if not _published:
        _send_addresses_of(route)
    if not _published:
        _hear_on_main_thread(shell.kernel.io_loop)
    if not _published or extensions:
        _extend(extensions, inline=route is None)
    elif _is_due(shell, each_time=route is not None):
        _publish_again()
    else:
        return
    _published.setdefault("cell", _cell(shell))
    _published["execution"] = shell.execution_count


def _hear_on_main_thread(loop: Any) -> None:
    """Make what views send wait for the running cell, instead of running beside it.

    JupyterLab 4.4 and later send it over a subshell, which is another thread of the
    kernel. The state would be touched by two threads at once, and pyviz_comms, which
    takes over `sys.stdout` for a message, would swallow what the cell prints meanwhile.
    """
    from pyviz_comms import Comm

    handle = Comm._handle_msg

    def handle_on_loop(comm: Any, message: Any) -> None:
        if threading.current_thread() is threading.main_thread():
            handle(comm, message)
        else:
            loop.add_callback(handle, comm, message)

    Comm._handle_msg = handle_on_loop


def _extend(extensions: tuple[str, ...], *, inline: bool) -> None:
    import panel as pn  # slow, and only kernels come here
    import panel_material_ui  # noqa: F401 - its icon font is loaded with the rest, or not at all

    pn.extension(*extensions, inline=inline)
    _publish_the_rest(inline=inline)


def _publish_again() -> None:
    import panel as pn
    from panel.io.notebook import load_notebook

    load_notebook(pn.config.inline)
    _publish_the_rest(inline=pn.config.inline)


def _publish_the_rest(*, inline: bool) -> None:
    """Publish what Panel does not: remedies, and the icon fonts where no address can lead to them."""
    from IPython.display import publish_display_data

    publish_display_data({"text/html": f"<script>{COMM_MENDS.read_text(encoding='utf-8')}</script>"})
    if inline:
        publish_display_data({"text/html": f"<style>{_icon_fonts()}</style>"})


def _icon_fonts() -> str:
    folder = import_module("panel_material_ui.base").__dict__["DIST_PATH"]
    styles = (folder / "material-icons.css").read_text(encoding="utf-8")
    faces = [face for face in re.findall(r"@font-face\s*{[^}]*}", styles) if "Material Icons" in face]
    return re.sub(r'url\("\./([^"]+)"\)', lambda found: f'url("{_font(folder / found[1])}")', "".join(faces))


def _font(path: Path) -> str:
    # Every browser that runs JupyterLab reads woff2; the older woff beside it would double the size.
    data = path.read_bytes() if path.suffix == ".woff2" else b""
    return f"data:font/{path.suffix[1:]};base64,{base64.b64encode(data).decode('ascii')}"


def _is_due(shell: Any, *, each_time: bool) -> bool:
    runs_anew = _published["execution"] != shell.execution_count
    return runs_anew and (each_time or _published["cell"] == _cell(shell))


def _cell(shell: Any) -> object:
    """Give the front end's name for the running cell, or None where it sends none."""
    parent = shell.kernel.get_parent("shell") or {}
    return parent.get("metadata", {}).get("cellId")


def server_route() -> str | None:
    """Give the path under which this kernel's server serves the files it needs, or None.

    The path starts with the server's base URL (a hub's prefix included) and
    ends with a slash. None as well if a version differs between the two.
    """
    if any(name in os.environ for name in FOREIGN_FRONT_ENDS):
        return None
    served = set(os.environ.get(SERVED_VARIABLE, "").split())
    route = os.environ.get(ROUTE_VARIABLE)
    return route if route and served >= {_release(package) for package in DISTRIBUTIONS} else None


def _release(package: str) -> str:
    try:
        return f"{package}/{version(DISTRIBUTIONS[package])}"
    except PackageNotFoundError:
        return f"{package}/missing"


def _send_addresses_of(route: str | None) -> None:
    """Rewrite public addresses wherever an output leaves Python: to the route, or to copies."""
    import panel.io.notebook as panel_notebook
    from bokeh.models import ImportedStyleSheet
    from panel.models.esm import ReactiveESM

    if route is None:
        _rewrite_on_sending(ImportedStyleSheet, ("url",), _copied)
        return
    local = _rewriter(route)
    make_loader = panel_notebook._autoload_js
    panel_notebook._autoload_js = lambda **parts: local(make_loader(**parts))
    _rewrite_on_sending(ImportedStyleSheet, ("url",), local)
    # A component's `esm` is its code, or for Material components the address of their bundle.
    _rewrite_on_sending(ReactiveESM, ("esm", "css_bundle"), local)


def _rewriter(route: str) -> Callable[[str], str]:
    from bokeh import __version__ as bokeh_version
    from panel.io.resources import CDN_DIST

    # By name: the package shows another module as its attribute `base`.
    material = import_module("panel_material_ui.base").__dict__["CDN_BASE"]
    bokeh = re.compile(
        r"https://cdn\.bokeh\.org/bokeh/(?:release|dev)/(bokeh[a-z-]*)-" + re.escape(bokeh_version)
    )

    def local(text: str) -> str:
        text = text.replace(CDN_DIST, f"{route}{_release('panel')}/dist/")
        text = text.replace(material, f"{route}{_release('panel_material_ui')}")
        return bokeh.sub(rf"{route}{_release('bokeh')}/\1", text)

    return local


def _rewrite_on_sending(model: Any, names: tuple[str, ...], rewrite: Callable[[str], str]) -> None:
    serialize = model.to_serializable

    def to_serializable(self: Any, serializer: Any) -> Any:
        message = serialize(self, serializer)
        attributes = message.get("attributes", {})
        for name in names:
            if isinstance(attributes.get(name), str):
                attributes[name] = rewrite(attributes[name])
        return message

    model.to_serializable = to_serializable


@cache
def _copied(url: str) -> str:
    """Give a stylesheet of Panel's as a data URI; another address stays as it is."""
    from panel.io.resources import CDN_DIST, DIST_DIR

    path = DIST_DIR / url.removeprefix(CDN_DIST).split("?")[0]
    if not url.startswith(CDN_DIST) or not path.is_file():
        return url
    return "data:text/css;base64," + base64.b64encode(path.read_bytes()).decode("ascii")
