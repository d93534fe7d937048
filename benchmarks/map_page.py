"""Pan and zoom on the map in a browser: gesture end to the new picture painted, 10M points beside 10k.

    python benchmarks/map_page.py [--quick] [--rows N]

Two pages hold nothing but the map, coloured by a category of ten values, and take turns: the same
gestures at the same places, seeded, one after the other. A gesture is over when its last event was
handled; the picture is painted once the canvas shows what was asked for and a frame has passed.
Where the picture is exact already at the end of a gesture, nothing is asked and nothing measured.

--rows N: open and pan one page of N rows instead and print the server's peak resident memory.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from _browser import chromium, new_context, server
from _report import milliseconds, reach, show
from playwright.sync_api import Browser, Page

FEW, MANY, QUICK_MANY = 10_000, 10_000_000, 1_000_000
CHUNK_ROWS = 2_000_000
LIMIT, MEMORY_LIMIT_GB = 1.3, 16
CONFIG = """
[[pages]]
title = "Map"
views = [{ view = "embedding_map", width = 12, settings = { colour = "category" } }]
"""
# In the page: one gesture, and the milliseconds from its end until its picture is painted.
GESTURE = """
([kind, across, up, amount]) => new Promise((resolve, reject) => {
  const find = root => { for (const one of root.querySelectorAll("*")) {
    if (one.matches(".stage")) return one
    const inner = one.shadowRoot && find(one.shadowRoot)
    if (inner) return inner
  } }
  const stage = find(document), map = stage.closest(".map"), box = stage.getBoundingClientRect()
  const at = (x, y) => ({
    clientX: box.left + x * box.width, clientY: box.top + (1 - y) * box.height, bubbles: true,
    cancelable: true,
  })
  const before = map.dataset.asked
  if (kind === "zoom") stage.dispatchEvent(new WheelEvent("wheel", { ...at(across, up), deltaY: amount }))
  else stage.dispatchEvent(new KeyboardEvent("keydown", { key: amount, bubbles: true, cancelable: true }))
  const start = performance.now()
  const look = () => {
    if (map.dataset.asked !== before && map.dataset.painted === map.dataset.asked)
      requestAnimationFrame(() => resolve(performance.now() - start))
    else if (performance.now() - start > 30000) reject(new Error("no picture came"))
    else requestAnimationFrame(look)
  }
  look()
})
"""


def main() -> None:
    made = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    made.add_argument("--quick", action="store_true", help="smaller, within half a minute or so")
    made.add_argument("--rows", type=int, help="open one page of so many rows and print the peak memory")
    given = made.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if given.rows:
            memory(Path(folder), given.rows)
        else:
            compare(Path(folder), QUICK_MANY if given.quick else MANY, 3 if given.quick else 6)


def compare(folder: Path, many: int, tour_count: int) -> None:
    times: dict[int, list[float]] = {FEW: [], many: []}
    few_file, many_file = (points_file(folder, count) for count in (FEW, many))
    with (
        server(command(folder, few_file)) as (few_url, _),
        server(command(folder, many_file)) as (many_url, _),
        chromium() as browser,
    ):
        pages = {FEW: opened(browser, few_url), many: opened(browser, many_url)}
        for tour in range(tour_count + 1):
            for gesture in gestures(tour):
                for count, page in pages.items():
                    taken = page.evaluate(GESTURE, gesture) / 1000
                    if tour:  # the first tour compiles and fills caches
                        times[count].append(taken)
    few_s, many_s = (statistics.median(times[count]) for count in (FEW, many))
    show(
        f"gesture end to picture painted, {len(times[many])} gestures",
        [
            (f"{FEW:,} points", milliseconds(times[FEW])),
            (f"{many:,} points", milliseconds(times[many])),
            ("ratio of medians", reach(many_s / few_s, LIMIT)),
        ],
        {"few_s": few_s, "many_s": many_s, "ratio": many_s / few_s, "rows": many},
    )


def memory(folder: Path, row_count: int) -> None:
    path = points_file(folder, row_count)
    with server(command(folder, path)) as (url, process_id), chromium() as browser:
        page = opened(browser, url)
        times = [page.evaluate(GESTURE, gesture) / 1000 for gesture in gestures(1)]
        peak_gb = peak_bytes(process_id) / 2**30
    show(
        f"one page of {row_count:,} rows",
        [
            ("gesture end to picture painted", milliseconds(times)),
            ("peak resident memory of the server", reach(peak_gb, MEMORY_LIMIT_GB, " GB")),
        ],
        {"rows": row_count, "peak_gb": peak_gb, "gesture_s": statistics.median(times)},
    )


def gestures(seed: int) -> Sequence[tuple[str, float, float, float | str]]:
    """Give a tour: in to about a tenth of each side, about by keys, and out again."""
    across, up = np.random.default_rng(seed).uniform(0.25, 0.75, 2).tolist()
    zooms_in = [("zoom", across, up, -480.0)] * 3
    moves = [("key", 0.0, 0.0, f"Arrow{way}") for way in ("Left", "Up", "Right", "Right", "Down", "Left")]
    return [*zooms_in, *moves, *[("zoom", 0.5, 0.5, 480.0)] * 3]


def opened(browser: Browser, url: str) -> Page:
    page = new_context(browser).new_page()
    page.goto(url)
    page.locator(".map[data-painted]").wait_for(timeout=600_000)
    page.wait_for_timeout(1_000)
    return page


def command(folder: Path, path: Path) -> list[str | Path]:
    config = folder / "entry_points.toml"
    config.write_text(CONFIG, encoding="utf-8")
    return ["-m", "symphony_core", "serve", path, "--port", "{port}", "--no-browser", "--config", config]


def points_file(folder: Path, row_count: int) -> Path:
    """Write ten clouds of points, each a category, chunk by chunk."""
    path = folder / f"points_{row_count}.parquet"
    rng = np.random.default_rng(0)
    middles = rng.normal(0, 4, (10, 2))
    names = pa.array([f"cloud {number}" for number in range(10)])
    writer = None
    for first in range(0, row_count, CHUNK_ROWS):
        count = min(CHUNK_ROWS, row_count - first)
        codes = rng.integers(0, 10, count, dtype=np.int8)
        places = (middles[codes] + rng.normal(0, 1, (count, 2))).astype(np.float32)
        category = pa.DictionaryArray.from_arrays(pa.array(codes), names)
        table = pa.table({"x": places[:, 0].copy(), "y": places[:, 1].copy(), "category": category})
        writer = writer or pq.ParquetWriter(path, table.schema)
        writer.write_table(table)
    assert writer is not None
    writer.close()
    return path


def peak_bytes(process_id: int) -> int:
    """Give the most memory that a process ever held; Linux alone tells it."""
    for line in Path(f"/proc/{process_id}/status").read_text(encoding="utf-8").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    raise RuntimeError("the system does not tell a process's peak memory")


if __name__ == "__main__":
    main()
