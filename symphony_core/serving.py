"""The server's side: one page around the shell, its address, who may connect.

The page is a thin wrapper; what it holds is the same shell that a notebook
shows. The address mirrors the state, so that a reload or a pasted link brings
filter, groups and a short selection back.
"""

from __future__ import annotations

import errno
import os
import secrets
import socket
import sys
import webbrowser
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode

import panel as pn
import panel_material_ui as pmui
import psutil
from tornado.ioloop import IOLoop
from tornado.web import OutputTransform

from symphony_core.dataset import Dataset
from symphony_core.errors import AddressInUse, BadSetting
from symphony_core.headers import security_headers
from symphony_core.links import QUERY_NAMES, apply_link, to_link
from symphony_core.shell.visit import Visit, shelf

if TYPE_CHECKING:
    from symphony_core.app import App
    from symphony_core.dataset import Dataset

LOCAL_HOSTS = ("127.0.0.1", "localhost", "::1")
# What this process serves stays open between two visitors, also under `panel serve`.
_served: set[Dataset] = set()
# What every page of this process says about who may look; empty while only this machine can.
_exposed_words = ""

# A saved workspace of 5 MB, as JSON within JSON.
MAX_MESSAGE_BYTES = 20 * 1024 * 1024
# Between asking for the page and opening its connection; a slow line loads the scripts in less.
TOKEN_S = 300

SIDEBAR_PX = 280
HEADER_PX = 48

# A working tool: the head line is part of the page, not a banner over it.
_LOOK: dict[str, Any] = {
    ".MuiAppBar-root": {
        "backgroundColor": "background.paper",
        "backgroundImage": "none",
        "color": "text.primary",
        "boxShadow": "none",
        "borderBottom": "1px solid",
        "borderColor": "divider",
    },
    # our own head line says the name, with counts and source beside it
    ".MuiAppBar-root a:has(.title)": {"display": "none !important"},
    # it has no name for a screen reader; each card says itself when it computes
    ".MuiAppBar-root .MuiLinearProgress-root": {"display": "none"},
    ".MuiToolbar-root": {"minHeight": f"{HEADER_PX}px !important", "height": f"{HEADER_PX}px"},
}


def served_page(app: App) -> pmui.Page:
    """Wrap an app's shell into a page and tie its state to the page's address.

    Call it once a session, inside the script or function that is served.
    """
    shell = app.dashboard()
    follow_address(app)
    visit = Visit(shell, warning=_exposed_words)
    document = pn.state.curdoc
    if document is not None:
        # Bokeh would go on with a page that has missed what happened meanwhile; a visit reloads and resumes
        document.config.update(reconnect_session=False, notify_connection_status=False)
    _served.add(app.dataset)
    page = pmui.Page(
        title=app.dataset.name,
        header=[shell.title],
        sidebar=[shell.side],
        main=[visit.component, shell.deck],
        sidebar_width=SIDEBAR_PX,
        sidebar_resizable=False,
        theme_toggle=True,
        sx=_LOOK,
    )
    _free_with_session(page)
    return page


def _free_with_session(page: pmui.Page) -> None:
    """Let go of the page when its session ends.

    A Material page follows `pn.state.busy` and never stops, so that Panel's own state would keep it, with all
    models of the session, as long as the process lives (`benchmarks/sessions.py` shows it).
    """

    def let_go(context: object) -> None:
        IOLoop.current().call_later(shelf.kept_s + 1, shelf.sweep)
        for watcher in [*pn.state.param.watchers.get("busy", {}).get("value", ())]:
            follower = getattr(watcher.fn, "__self__", None)
            if getattr(follower, "self", None) is page:
                pn.state.param.unwatch(watcher)

    if getattr(pn.state.curdoc, "session_context", None) is not None:
        pn.state.on_session_destroyed(let_go)


def follow_address(app: App) -> None:
    """Restore the state from the address, then keep the address in step with it.

    Query parameters that are not ours stay as they are.
    """
    location = pn.state.location
    if location is None:
        return
    args = pn.state.session_args or {}
    query = {name: values[0].decode("utf-8", "replace") for name, values in args.items() if values}
    app.dashboard().refused_link(apply_link(app.state, query))
    app.state.forget_history()

    def write(*_: object) -> None:
        others = [pair for pair in parse_qsl(location.search.lstrip("?")) if pair[0] not in QUERY_NAMES]
        pairs = [*others, *to_link(app.state).query.items()]
        search = "?" + urlencode(pairs) if pairs else ""
        if location.search != search:
            location.search = search

    app.state.param.watch(write, ["filter", "selection", "group_by", "overlay"])


def serve(
    make_app: Callable[[], App],
    *,
    host: str = "127.0.0.1",
    port: int = 5006,
    title: str = "Symphony",
    origins: tuple[str, ...] = (),
    frames: tuple[str, ...] = (),
    allow_eval: bool = True,
    show: bool | None = None,
) -> None:
    """Serve one app a session until interrupted; prints the address.

    make_app: called once a session, so that sessions never share state.
    host: anything but this machine's own addresses is warned about: there is no login.
    origins: hosts, with their ports, that browsers may come from besides `host`.
    frames: hosts whose pages may show ours in a frame.
    allow_eval: False forbids the browser to make code of text; plots of HoloViews then lose some reactions.
    show: open a browser; None does so where there is a display.
    Raises AddressInUse that names who holds the port.
    """
    check_port(host, port)
    headers = security_headers(frames, allow_eval=allow_eval)
    _warn_if_exposed(host)
    warm_up(make_app)
    address = f"http://{'localhost' if host in LOCAL_HOSTS else host}:{port}"
    print(f"Symphony serves {title} at {address}  (stop with Ctrl-C)", flush=True)
    server = make_server(
        make_app, host=host, port=port, title=title, origins=_allowed(host, port, origins), headers=headers
    )
    server.start()
    if _has_display() if show is None else show:
        webbrowser.open(address)
    server.io_loop.start()


def make_server(
    make_app: Callable[[], App],
    *,
    host: str,
    port: int,
    title: str,
    origins: list[str],
    headers: type[OutputTransform],
) -> Any:
    """Give the server, not yet started. Its routes are Bokeh's and Panel's own; none gives out data."""
    server = pn.io.server.get_server(
        {"/": lambda: served_page(make_app())},
        address=host, port=port, title=f"{title} · Symphony", websocket_origin=origins,
        liveness=True, websocket_max_message_size=MAX_MESSAGE_BYTES,
        # only a page that this server made can open a session: its token is signed, and good for five minutes
        sign_sessions=True, secret_key=secrets.token_bytes(32), session_token_expiration=TOKEN_S,
        # Bokeh writes what these hold into the token, which is part of the page
        include_headers=[], include_cookies=[],
    )  # fmt: skip
    server._tornado.add_transform(headers)  # Bokeh has no public way to its Tornado application
    return server


def _allowed(host: str, port: int, origins: tuple[str, ...]) -> list[str]:
    return [f"{name}:{port}" for name in {host, "localhost", "127.0.0.1"}] + list(origins)


def warm_up(make_app: Callable[[], App]) -> None:
    """Open the data and draw once before the first visitor, and let errors out early."""
    app = make_app()
    try:
        app.dashboard()
        _served.add(app.dataset)
    finally:
        app.close()


def check_port(host: str, port: int) -> None:
    """Raise AddressInUse, with the holder's name, when nobody can listen there."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except socket.gaierror as error:
            raise BadSetting(f"there is no host {host!r} ({error.strerror}); try --host 127.0.0.1.") from None
        except OSError as error:
            if error.errno == errno.EADDRNOTAVAIL:
                raise BadSetting(f"{host} is no address of this machine; try --host 127.0.0.1.") from None
            raise AddressInUse(
                f"port {port} of {host} is not free: {port_holder(port) or error.strerror}. "
                f"Stop that process or choose another port with --port {port + 1}.",
                host=host, port=port,
            ) from None  # fmt: skip


def port_holder(port: int) -> str:
    """Say which process listens on a port; empty when this user may not know."""
    try:
        connections = psutil.net_connections("tcp")
    except psutil.AccessDenied:
        return ""
    for one in connections:
        if one.laddr and one.laddr.port == port and one.status == psutil.CONN_LISTEN and one.pid:
            try:
                process = psutil.Process(one.pid)
                return f"process {one.pid} ({' '.join(process.cmdline()[:4]) or process.name()}) holds it"
            except psutil.Error:
                return f"process {one.pid} holds it"
    return ""


def _warn_if_exposed(host: str) -> None:
    """Say on the terminal, and on every page from now on, that others may look."""
    global _exposed_words
    _exposed_words = exposed_words(host)
    if _exposed_words:
        print(
            f"Warning: {_exposed_words} Use --host 127.0.0.1, or a proxy with a login before it.",
            file=sys.stderr,
            flush=True,
        )


def exposed_words(host: str) -> str:
    """Say who may see the data when this host is listened on; nothing when only this machine can."""
    if host in LOCAL_HOSTS:
        return ""
    return (
        f"{host} can be reached from other machines and there is no login: "
        "whoever opens the page sees the data."
    )


def _has_display() -> bool:
    if sys.platform in ("win32", "darwin"):
        return True
    return any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))
