"""A real browser, the servers it looks at, and what "painted" means.

Painted: the elements that were waited for are in the document with content, and
two animation frames have passed since. It is measured inside the page, by one
clock that starts with the navigation, alike for our pages and those beside which
they are put.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

FOLDER = Path(__file__).resolve().parent
FIND_BROWSER = FOLDER.parent / "scripts" / "find_browser.py"
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
START_TIMEOUT_S = 120
STOP_TIMEOUT_S = 10
PAINT_TIMEOUT_MS = 60_000

# Panel draws into shadow roots: they are noted as they are made, so that one look at each finds everything.
WATCH_ROOTS = """
window.roots = [document]
const attach = Element.prototype.attachShadow
Element.prototype.attachShadow = function (options) {
  const root = attach.call(this, options)
  window.roots.push(root)
  return root
}
window.all = selector => window.roots.filter(root => root === document || root.host.isConnected)
  .flatMap(root => [...root.querySelectorAll(selector)])
window.afterTwoFrames = call =>
  requestAnimationFrame(() => requestAnimationFrame(() => call(performance.now())))
// a canvas has content when its pixels are not all alike
window.isDrawn = canvas => {
  if (!canvas.width || !canvas.height) return false
  const image = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height)
  const pixels = new Uint32Array(image.data.buffer)
  return pixels.some(pixel => pixel !== pixels[0])
}
"""
# Each stage is a condition; its time is noted once it holds.
WATCH_STAGES = """
window.painted = {}
const stages = Object.entries({ STAGES })
function look() {
  for (const [name, holds] of stages) {
    if (name in window.painted || !holds()) continue
    window.painted[name] = null
    window.afterTwoFrames(at => { window.painted[name] = at })
  }
  if (Object.keys(window.painted).length < stages.length) requestAnimationFrame(look)
}
requestAnimationFrame(look)
"""


def watch_script(stages: dict[str, str]) -> str:
    """Give the script that notes when each stage is painted.

    stages: name to a JavaScript condition; `all(selector)` and `isDrawn(canvas)` are at hand.
    """
    conditions = ", ".join(f"{name}: () => {{ return {holds} }}" for name, holds in stages.items())
    return WATCH_ROOTS + WATCH_STAGES.replace("STAGES", conditions)


def paint_times(page: Page, stages: Sequence[str]) -> dict[str, float]:
    """Wait until all stages are painted and give their times in seconds since the navigation."""
    page.wait_for_function(
        "names => names.every(name => window.painted?.[name])",
        arg=list(stages),
        timeout=PAINT_TIMEOUT_MS,
        polling=200,
    )
    return {name: at / 1000 for name, at in page.evaluate("window.painted").items()}


@contextmanager
def chromium() -> Iterator[Browser]:
    """Run the browser that the tests use."""
    found = subprocess.run(
        [sys.executable, str(FIND_BROWSER)],
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    if found.returncode != 0:
        sys.exit(found.stderr.strip())
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found.stdout.strip(), args=list(FLAGS))
        try:
            yield browser
        finally:
            browser.close()


def new_context(browser: Browser) -> BrowserContext:
    """Give a person of their own: nothing is cached, every script is fetched."""
    return browser.new_context(viewport={"width": 1400, "height": 900})


@contextmanager
def server(command: Sequence[str | Path]) -> Iterator[tuple[str, int]]:
    """Run Python as a server and give its address and process id; `{port}` in its words is a free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    words = [sys.executable, *(str(word).replace("{port}", str(port)) for word in command)]
    process = subprocess.Popen(
        words,
        cwd=FOLDER.parent,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        url = f"http://localhost:{port}"
        _wait_until_alive(process, f"{url}/liveness")
        yield url, process.pid
    finally:
        _stop(process)


def _wait_until_alive(process: subprocess.Popen[bytes], url: str) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            sys.exit(f"the server ended with {process.returncode}")
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.2)
    sys.exit(f"nothing answered {url} within {START_TIMEOUT_S} s")


def _stop(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is not None:
        return
    os.killpg(process.pid, signal.SIGTERM)  # the group that was started above
    try:
        process.wait(STOP_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(STOP_TIMEOUT_S)
