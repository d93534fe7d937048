"""Take the pictures of the documentation from the running demo: docs/images/*.png.

    python scripts/take_screenshots.py [FOLDER]

Needs a Chromium, as the tests do.
"""

from __future__ import annotations

import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
PORT = 5987
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
]


def main(folder: Path) -> None:
    """Serve the demo, use it, and take the pictures."""
    folder.mkdir(parents=True, exist_ok=True)
    browser_path = subprocess.run(
        [sys.executable, ROOT / "scripts" / "find_browser.py"], capture_output=True, text=True, check=True
    ).stdout.strip()
    server = subprocess.Popen(
        [sys.executable, "-m", "symphony_core", "demo", "--port", str(PORT), "--no-browser"], cwd=ROOT
    )
    try:
        wait_for_server()
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=browser_path, args=FLAGS)
            for width in (1400, 800):
                for theme in ("light", "dark"):
                    page = browser.new_page(viewport={"width": width, "height": 900})
                    use(page, is_dark=theme == "dark")
                    page.screenshot(path=folder / f"page_{width}_{theme}.png")
                    page.close()
            browser.close()
    finally:
        server.terminate()
        server.wait(10)


def wait_for_server() -> None:
    """Wait until the demo answers."""
    for _ in range(300):
        try:
            urllib.request.urlopen(f"http://localhost:{PORT}/liveness").close()
            return
        except OSError:
            time.sleep(0.2)
    raise SystemExit("the demo did not start within a minute")


def use(page: Page, *, is_dark: bool) -> None:
    """Filter, group and tick, so that the picture shows what the page is for."""
    page.goto(f"http://localhost:{PORT}/")
    instances = page.get_by_role("region", name="Instances")
    instances.get_by_role("checkbox").first.wait_for(timeout=60_000)
    if is_dark:
        page.get_by_role("button", name="Toggle theme").click()
    box = page.get_by_role("combobox", name="Filter expression")
    box.fill("label != prediction")
    box.press("Enter")
    page.get_by_role("combobox", name="Group by a column").select_option("label")
    instances.get_by_text("of 429").wait_for()
    for index in (0, 3, 5):
        instances.get_by_role("checkbox").nth(index).check()
    page.get_by_text("3 rows selected.").wait_for()
    page.mouse.move(5, 890)
    page.wait_for_timeout(500)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "images")
