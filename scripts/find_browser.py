"""Print the path of a Chromium that the tests can drive.

    python scripts/find_browser.py [--install]

Order: the one named by SYMPHONY_BROWSER, one on PATH or in the usual places,
the one Playwright keeps. With --install a missing browser is fetched: by apt
when we are root, else by Playwright. Ends with 1 and says what to install
when there is none. Standard library only; Playwright is asked if it is there.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge")
PLACES = (
    "/usr/lib/chromium/chromium",
    "/opt/google/chrome/chrome",
    "/snap/bin/chromium",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "C:/Program Files/Google/Chrome/Application/chrome.exe",
    "C:/Program Files (x86)/Google/Chrome/Application/chrome.exe",
)
ASK_PLAYWRIGHT = """
from playwright.sync_api import sync_playwright
with sync_playwright() as playwright:
    print(playwright.chromium.executable_path)
"""
HELP = (
    "No Chromium or Chrome was found. Install one (Debian, Ubuntu: `apt-get install chromium`; "
    "elsewhere: `.venv/bin/playwright install chromium`), or name one in SYMPHONY_BROWSER."
)


def main(arguments: Sequence[str]) -> int:
    named = os.environ.get("SYMPHONY_BROWSER")
    if named and not starts(named):
        print(f"SYMPHONY_BROWSER is {named!r}, which does not start.", file=sys.stderr)
        return 1
    browser = named or find()
    if browser is None and "--install" in arguments:
        browser = install()
    if browser is None:
        print(HELP, file=sys.stderr)
        return 1
    print(browser)
    return 0


def find() -> str | None:
    """Give the first browser that starts, or None."""
    return next((path for path in candidates() if starts(path)), None)


def candidates() -> Iterator[str]:
    yield from filter(None, map(shutil.which, NAMES))
    yield from (place for place in PLACES if Path(place).exists())
    asked = run([sys.executable, "-c", ASK_PLAYWRIGHT])
    if asked is not None and asked.returncode == 0 and asked.stdout.strip():
        yield asked.stdout.strip()


def starts(path: str) -> bool:
    """Tell whether it answers; some systems put a stub under the name that only says how to install."""
    answered = run([path, "--version"]) if os.name != "nt" else None
    if answered is None:
        return os.name == "nt" and Path(path).exists()
    return answered.returncode == 0 and any(c.isdigit() for c in answered.stdout)


def install() -> str | None:
    is_root = hasattr(os, "geteuid") and os.geteuid() == 0
    if is_root and shutil.which("apt-get"):
        show(["apt-get", "update"])
        show(["apt-get", "install", "--yes", "--no-install-recommends", "chromium"])
        if browser := find():
            return browser
    extra = ["--with-deps"] if is_root else []
    show([sys.executable, "-m", "playwright", "install", *extra, "chromium"])
    return find()


def run(command: Sequence[str]) -> subprocess.CompletedProcess[str] | None:
    try:
        return subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            timeout=60,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None


def show(command: Sequence[str]) -> None:
    """Run a command whose output goes to the error stream; ours is the path alone."""
    print("$", *command, file=sys.stderr, flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(command, stdin=subprocess.DEVNULL, stdout=sys.stderr, env=environment)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
