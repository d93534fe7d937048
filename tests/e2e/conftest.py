"""Servers and browser tabs for tests that act like a person.

The servers and the browser of a module live as long as the module: equal
commands share one process. Each `tabs()` is a person of their own, with
cookies and storage apart. The browser is not kept for the whole run, because
Playwright's loop would stand in the way of asynchronous tests elsewhere.
"""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

T = TypeVar("T")

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
START_TIMEOUT_S = 90
STOP_TIMEOUT_S = 10
# Two cores may be busy with another worker's tests.
expect.set_options(timeout=20_000)
LOCAL_HOSTS = {"localhost", "127.0.0.1", "::1"}


@dataclass
class Tab:
    """One page of one person, and what went on in it."""

    page: Page
    requests: list[str] = field(default_factory=list)
    console_errors: list[str] = field(default_factory=list)
    page_errors: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("websocket", lambda websocket: self.requests.append(websocket.url))
        self.page.on("pageerror", lambda error: self.page_errors.append(str(error)))
        self.page.on("console", self._note)

    def _note(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.console_errors.append(f"{message.text} ({message.location.get('url', '')})")

    @property
    def foreign_requests(self) -> list[str]:
        """Addresses asked for that are not on this machine."""
        asked = (url for url in self.requests if urlsplit(url).scheme in {"http", "https", "ws", "wss"})
        return [url for url in asked if urlsplit(url).hostname not in LOCAL_HOSTS]

    @property
    def errors(self) -> list[str]:
        return self.console_errors + self.page_errors


@dataclass
class Server:
    """A process that answers on a port of its own."""

    process: subprocess.Popen[bytes]
    port: int
    log_path: Path

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    @property
    def log(self) -> str:
        return self.log_path.read_text(encoding="utf-8", errors="replace")

    def stop(self) -> None:
        """End the process and those it started (a notebook server has kernels)."""
        if self.process.poll() is None:
            _signal(self.process, signal.SIGTERM)
            try:
                self.process.wait(STOP_TIMEOUT_S)
            except subprocess.TimeoutExpired:
                _signal(self.process, getattr(signal, "SIGKILL", signal.SIGTERM))
                self.process.wait(STOP_TIMEOUT_S)


def _signal(process: subprocess.Popen[bytes], number: int) -> None:
    if os.name == "nt":
        process.terminate()
    else:
        os.killpg(process.pid, number)  # the group we started, whose leader it is


@pytest.fixture(scope="module")
def run_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Server]]:
    """Start a command as a server: `run_server([..., "--port", "{port}"], health="/liveness", cwd=, env=)`.

    `{port}` stands for a free port. Returns once `health` answers; an equal
    command gets the server that already runs, unless `fresh=True`.
    """
    running: dict[tuple[object, ...], Server] = {}
    started: list[Server] = []

    def start(
        command: Sequence[str | Path],
        *,
        health: str = "/liveness",
        cwd: Path | None = None,
        env: dict[str, str] | None = None,
        fresh: bool = False,
    ) -> Server:
        key = (*map(str, command), cwd, *sorted((env or {}).items()))
        if not fresh and key in running and running[key].process.poll() is None:
            return running[key]
        folder = tmp_path_factory.mktemp("server")
        server = _launch(command, cwd=cwd or folder, env=env, log_path=folder / "server.log")
        started.append(server)
        _wait_until_alive(server, health)
        running[key] = server
        return server

    yield start
    for server in started:
        server.stop()


def _launch(
    command: Sequence[str | Path], *, cwd: Path, env: dict[str, str] | None, log_path: Path
) -> Server:
    port = _free_port()
    words = [str(word).replace("{port}", str(port)) for word in command]
    environment = {**(os.environ if env is None else env), "PYTHONUNBUFFERED": "1"}
    with log_path.open("wb") as log:
        process = subprocess.Popen(
            words,
            cwd=cwd,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    return Server(process, port, log_path)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_alive(server: Server, health: str) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline:
        if server.process.poll() is not None:
            pytest.fail(f"the server ended with {server.process.returncode}:\n{server.log[-4000:]}")
        if _answers(server.url + health):
            return
        time.sleep(0.1)
    server.stop()
    pytest.fail(f"nothing answered {health} within {START_TIMEOUT_S} s:\n{server.log[-4000:]}")


def _answers(url: str) -> bool:
    """Tell whether a server is up; a plain `panel serve` is, though it knows no /liveness."""
    try:
        with urllib.request.urlopen(url, timeout=5):
            return True
    except urllib.error.HTTPError as refusal:
        return refusal.code < 500
    except OSError:
        return False


@pytest.fixture(scope="module")
def served(run_server: Callable[..., Server]) -> Callable[..., Server]:
    """Serve a file: `served("demo:emoji")` or `served(path, "--label", "species", fresh=True)`."""

    def serve(source: str | Path, *options: str, fresh: bool = False, cwd: Path | None = None) -> Server:
        command = [sys.executable, "-m", "symphony_core", "serve", str(source), "--port", "{port}", *options]
        return run_server(command, fresh=fresh, cwd=cwd)

    return serve


@pytest.fixture(scope="module")
def browser(browser_path: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=browser_path, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def tabs(browser: Browser, request: pytest.FixtureRequest, repository: Path) -> Iterator[Callable[..., Tab]]:
    """Open tabs, each of a person of their own: `tabs()`; keywords go to Playwright's context.

    When the test fails, a picture of each lies in `screenshots/`.
    """
    opened: list[Tab] = []

    def open_tab(**options: object) -> Tab:
        context = browser.new_context(**{"viewport": {"width": 1400, "height": 900}, **options})
        tab = Tab(context.new_page())
        opened.append(tab)
        return tab

    yield open_tab
    failed = getattr(request.node, "has_failed", False)
    for number, tab in enumerate(opened):
        if failed and not tab.page.is_closed():
            name = re.sub(r"\W+", "_", request.node.name).strip("_")
            tab.page.screenshot(path=repository / "screenshots" / f"{name}_{number}.png")
        tab.page.context.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    report = yield
    if report.when == "call" and report.failed:
        item.has_failed = True
    return report


@pytest.fixture
def tab(tabs: Callable[..., Tab]) -> Tab:
    """One tab with its requests, console errors and page errors."""
    return tabs()


@pytest.fixture
def page(tab: Tab) -> Page:
    """The page of `tab`."""
    return tab.page


@pytest.fixture(scope="session")
def eventually() -> Callable[..., object]:
    """Wait for a condition, `eventually(lambda: tab.requests, "a request")`, and give its first true value.

    An AssertionError inside the condition counts as not yet. Between two tries a
    given `page` goes on living, which it does not while we sleep.
    """

    def wait(
        condition: Callable[[], T], what: str = "", *, page: Page | None = None, timeout_s: float = 30
    ) -> T:
        deadline = time.monotonic() + timeout_s
        while True:
            problem: object = "it was never true"
            try:
                value = condition()
                if value:
                    return value
                problem = f"last seen: {value!r}"
            except AssertionError as error:
                problem = error
            if time.monotonic() > deadline:
                pytest.fail(f"waited {timeout_s:g} s for {what or 'a condition'}; {problem}")
            if page is None:
                time.sleep(0.05)
            else:
                page.wait_for_timeout(50)

    return wait


@pytest.fixture(scope="session")
def serious_violations() -> Callable[[Page], list[str]]:
    """List what axe finds on a page that is serious or critical, as `rule: element`."""
    from axe_playwright_python.base import AXE_SCRIPT

    def look(page: Page) -> list[str]:
        page.evaluate(f"{AXE_SCRIPT}; undefined")
        found = page.evaluate("axe.run()")["violations"]
        grave = [violation for violation in found if violation["impact"] in {"serious", "critical"}]
        return [f"{rule['id']}: {node['html'][:200]}" for rule in grave for node in rule["nodes"]]

    return look
