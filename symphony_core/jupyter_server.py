"""A Jupyter server extension: the static files of Bokeh, Panel and Panel Material UI.

Views in a notebook need scripts, stylesheets and fonts. Panel takes them from
a public address, or copies all of them into the outputs (1.4 MB for each
Material widget). A notebook that works without the internet and stays small
needs a third place: the Jupyter server that shows it.

    <base_url>symphony/bokeh/<version>/...
    <base_url>symphony/panel/<version>/dist/...
    <base_url>symphony/panel_material_ui/<version>/...

The base URL holds a hub's prefix, so a kernel cannot guess it. The extension
writes it into its own environment, which every kernel started later inherits;
`symphony_core.notebook` reads it there.

The files are public, but Jupyter's login is asked for all the same: the page
that wants them is logged in already, and a server says nothing to strangers
about what is installed. Reading only; a path that climbs out of the folder is
refused. Links inside the folder are followed, because some installers build
environments out of links. Panel is found, not imported: a server starts fast.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any, cast

from jupyter_server.auth.decorator import authorized
from jupyter_server.base.handlers import JupyterHandler
from jupyter_server.serverapp import ServerApp
from jupyter_server.utils import url_path_join
from tornado.web import StaticFileHandler, authenticated

ROUTE_VARIABLE = "SYMPHONY_JUPYTER_ROUTE"
SERVED_VARIABLE = "SYMPHONY_JUPYTER_SERVED"


@dataclass(frozen=True)
class Package:
    """What is served of one package: a folder inside it, at a path below its version."""

    name: str
    distribution: str
    folder: str
    path: str = ""


PACKAGES = (
    Package("bokeh", "bokeh", "server/static/js"),
    Package("panel", "panel", "dist", path="dist"),
    Package("panel_material_ui", "panel-material-ui", "dist"),
)

# The version is part of the address, so a file never changes under it.
CACHE_CONTROL = "private, max-age=31536000, immutable"


class Assets(JupyterHandler, StaticFileHandler):
    """One folder of a package, read-only, for those logged in to Jupyter."""

    auth_resource = "contents"

    @authenticated
    @authorized
    async def get(self, path: str, include_body: bool = True) -> None:  # type: ignore[override]
        """Send one file of the folder."""
        await StaticFileHandler.get(self, path, include_body)

    def set_extra_headers(self, path: str) -> None:
        """Let the browser keep the file, and let it guess no other type."""
        self.set_header("Cache-Control", CACHE_CONTROL)
        self.set_header("X-Content-Type-Options", "nosniff")

    def get_content_type(self) -> str:
        """Give the type by the name; the machine's own table is not asked (Windows may call scripts text)."""
        suffix = Path(cast(str, self.absolute_path)).suffix.lower()
        return CONTENT_TYPES.get(suffix, "application/octet-stream")


CONTENT_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".map": "application/json",
    ".wasm": "application/wasm",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".gif": "image/gif",
    ".ico": "image/x-icon",
    ".woff": "font/woff",
    ".woff2": "font/woff2",
    ".ttf": "font/ttf",
}


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": "symphony_core.jupyter_server"}]


def _load_jupyter_server_extension(app: ServerApp) -> None:
    """Serve the folders and tell this server's kernels where; Jupyter calls it once, at its start."""
    web_app = cast(Any, app).web_app
    route = url_path_join(web_app.settings["base_url"], "symphony") + "/"
    handlers, served = [], []
    for package in PACKAGES:
        folder = _folder(package)
        if folder is None:
            continue
        release = f"{package.name}/{version(package.distribution)}"
        pattern = url_path_join(route, re.escape(release), package.path, r"(.*)")
        handlers.append((pattern, Assets, {"path": str(folder)}))
        served.append(release)
    web_app.add_handlers(".*$", handlers)
    os.environ[ROUTE_VARIABLE] = route
    os.environ[SERVED_VARIABLE] = " ".join(served)


def _folder(package: Package) -> Path | None:
    spec = find_spec(package.name)
    places = list(spec.submodule_search_locations or ()) if spec else []
    folder = Path(places[0]) / package.folder if places else None
    return folder if folder and folder.is_dir() else None
