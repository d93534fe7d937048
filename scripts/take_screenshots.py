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

from playwright.sync_api import Locator, Page, sync_playwright

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
            for name, act in PICTURES.items():
                page = browser.new_page(viewport={"width": 1400, "height": 900})
                arrive(page)
                act(page)
                page.screenshot(path=folder / f"{name}.png")
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


def arrive(page: Page) -> Locator:
    """Open the page and wait until its rows are there."""
    page.goto(f"http://localhost:{PORT}/")
    instances = page.get_by_role("region", name="Instances")
    instances.get_by_role("checkbox").first.wait_for(timeout=60_000)
    return instances


def use(page: Page, *, is_dark: bool) -> None:
    """Filter and tick, so that the picture shows what the page is for."""
    instances = arrive(page)
    if is_dark:
        page.get_by_role("button", name="Toggle theme").click()
    box = page.get_by_role("combobox", name="Filter expression")
    box.fill("label != prediction")
    box.press("Enter")
    instances.get_by_text("of 429").first.wait_for()
    for index in (0, 3, 5):
        instances.get_by_role("checkbox").nth(index).check()
    page.get_by_text("3 rows selected.").first.wait_for()
    page.mouse.move(5, 890)
    page.wait_for_timeout(500)


def build(page: Page) -> None:
    """Half a filter built without typing: one condition there, the next in the form."""
    box = page.get_by_role("combobox", name="Filter expression")
    box.fill("probability < 0.5")
    box.press("Enter")
    side = page.get_by_role("region", name="Filter, groups and selection")
    side.get_by_role("button", name="Add a condition").click()
    side.get_by_role("combobox", name="Column", exact=True).click()
    options = side.get_by_role("listbox", name="Column")
    options.get_by_role("option").filter(has=page.get_by_text("label", exact=True)).click()
    for value in ("Flags", "Symbols"):
        side.get_by_role("checkbox", name=value).check()
    page.wait_for_timeout(800)


def group(page: Page) -> None:
    """The rows in two groups."""
    page.get_by_role("combobox", name="Group by a column").select_option("split")
    page.get_by_role("button", name="Do not group by split").wait_for()
    page.wait_for_timeout(1_500)


def open_row(page: Page) -> None:
    """A row with its picture and all its columns."""
    instances = page.get_by_role("region", name="Instances")
    instances.get_by_role("button", name="Open row").nth(12).click()
    instances.get_by_role("complementary").wait_for()
    page.wait_for_timeout(1_000)


def map_clusters(page: Page) -> None:
    """The map with its clusters named, some rows in a box, and the rows near one of them."""
    card = page.get_by_role("region", name="Embedding map")
    card.get_by_role("button", name="Cancel").wait_for(state="hidden", timeout=120_000)
    card.get_by_role("button", name="Find clusters").click()
    page.get_by_role("button", name="Drop column subcluster").wait_for(timeout=120_000)
    card.get_by_role("button", name="box").click()
    stage = card.locator("canvas").first.bounding_box()
    assert stage is not None
    x, y = stage["x"] + 0.45 * stage["width"], stage["y"] + 0.05 * stage["height"]
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 0.15 * stage["width"], y + 0.12 * stage["height"], steps=5)
    page.mouse.up()
    page.wait_for_timeout(2_000)


def familiarity(page: Page) -> None:
    """The least familiar rows, computed on the page."""
    page.get_by_role("tab", name="Familiarity").click()
    card = page.get_by_role("region", name="Familiarity")
    card.get_by_role("button", name="Compute familiarity").click()
    card.get_by_role("checkbox").first.wait_for(timeout=120_000)
    page.wait_for_timeout(2_000)


PICTURES = {
    "builder": build,
    "groups": group,
    "opened_row": open_row,
    "map_clusters": map_clusters,
    "familiarity": familiarity,
}


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "images")
