"""From the end of a brush in the summary to the rows view painted, against swapping one picture.

    python benchmarks/brush.py [--quick] [--make-big PATH]

Each sample drags over a histogram of the summary to a range that was not asked for
before, so its mask is in no cache; masks are forgotten all the same. The time
runs inside the page by one clock: from the pointer's release, as the browser
stamped it, to the change of the rows view, plus two animation frames. The bare
page has a button and a picture of the rows card's size; its time runs from the release
on the button to the change of the picture, plus two animation frames. The two take
turns.
"""

from __future__ import annotations

import itertools
import statistics
import urllib.request

from _big import big_file, parser
from _browser import PAINT_TIMEOUT_MS, WATCH_ROOTS, chromium, new_context, server
from _report import milliseconds, reach, show
from playwright.sync_api import Browser, ElementHandle, Page

COLUMN = "probability"
SHOWN_ROWS = "all('.instances tbody tr').length > 0 && all('article .bin').length > 0"
SHOWN_PICTURE = "all('img').some(image => image.naturalWidth > 500) && all('button').length > 0"
BARS = (
    f"all('article').find(card => card.querySelector('h3').textContent === '{COLUMN}').querySelector('.bins')"
)
ROWS = "all('.instances')[0].getRootNode()"
PICTURE = "all('img').find(image => image.naturalWidth > 500).getRootNode()"
SWAP = "all('button').find(button => button.textContent.includes('Swap'))"
IS_IDLE = "all('[aria-busy=true]').length === 0"

# One measurement: from the next release of the pointer to the first change under `root` after it.
MEASURE = """
root => {
  window.taken = null
  let released = null
  const watcher = new MutationObserver(() => {
    if (released === null) return
    watcher.disconnect()
    window.afterTwoFrames(now => { window.taken = now - released })
  })
  watcher.observe(root, { subtree: true, childList: true, characterData: true, attributes: true })
  addEventListener("pointerup", event => { released = event.timeStamp }, { capture: true, once: true })
}
"""


def main() -> None:
    given = parser(__doc__).parse_args()
    row_count, sample_count = (100_000, 8) if given.quick else (1_000_000, 30)
    file = big_file(row_count, given.make_big)
    ours = ["benchmarks/_ours.py", file, "--port", "{port}"]
    bare = ["benchmarks/_bare.py", "swap", "--port", "{port}"]
    with server(bare) as (bare_url, _), server(ours) as (our_url, _), chromium() as browser:
        swap_page = opened(browser, bare_url, SHOWN_PICTURE)
        brush_page = opened(browser, our_url, SHOWN_ROWS)
        bar_count = brush_page.evaluate(f"{BARS}.children.length")
        ranges = [
            pair
            for pair in itertools.combinations(range(bar_count), 2)
            if pair[1] - pair[0] >= bar_count // 4
        ]
        chosen = ranges[:: max(1, len(ranges) // (sample_count + 1))][: sample_count + 1]
        samples = []
        for first, last in chosen:
            forget_masks(our_url)
            samples.append((swap(swap_page), brush(brush_page, first, last, bar_count)))
    swaps, brushes = (list(times) for times in zip(*samples[1:], strict=True))  # the first pair warms both
    ratio = statistics.median(brushes) / statistics.median(swaps)
    show(
        f"brush -> rows view painted, {row_count:,} rows, median of {len(brushes)}",
        [
            ("bare page swaps a picture", milliseconds(swaps)),
            ("ours", milliseconds(brushes)),
            ("ours / bare", reach(ratio, 3) + "; ambition 1.5x"),
        ],
        {
            "benchmark": "brush", "rows": row_count, "samples": len(brushes),
            "bare_s": statistics.median(swaps), "ours_s": statistics.median(brushes), "ours_over_bare": ratio,
        },
    )  # fmt: skip


def opened(browser: Browser, url: str, condition: str) -> Page:
    page = new_context(browser).new_page()
    page.add_init_script(WATCH_ROOTS)
    page.goto(url)
    page.wait_for_function(condition, timeout=PAINT_TIMEOUT_MS)
    return page


def forget_masks(url: str) -> None:
    with urllib.request.urlopen(f"{url}/held?clear=1", timeout=30):
        pass


def swap(page: Page) -> float:
    """Click and give the seconds until the other picture is painted."""
    page.bring_to_front()
    page.evaluate(MEASURE, page.evaluate_handle(PICTURE))
    middle = place(page, SWAP)
    page.mouse.click(*middle)
    return taken(page)


def brush(page: Page, first: int, last: int, bar_count: int) -> float:
    """Drag over some bars and give the seconds until the rows are painted."""
    page.bring_to_front()
    page.wait_for_function(IS_IDLE, timeout=PAINT_TIMEOUT_MS)
    bars = element(page, BARS)
    bars.scroll_into_view_if_needed()
    box = bars.bounding_box()
    assert box is not None
    width, y = box["width"] / bar_count, box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + (first + 0.5) * width, y)
    page.mouse.down()
    page.mouse.move(box["x"] + (last + 0.5) * width, y, steps=4)
    page.evaluate(MEASURE, page.evaluate_handle(ROWS))
    page.mouse.up()
    return taken(page)


def taken(page: Page) -> float:
    page.wait_for_function("window.taken !== null", timeout=PAINT_TIMEOUT_MS, polling=20)
    return float(page.evaluate("window.taken")) / 1000


def place(page: Page, expression: str) -> tuple[float, float]:
    box = element(page, expression).bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def element(page: Page, expression: str) -> ElementHandle:
    found = page.evaluate_handle(expression).as_element()
    assert found is not None
    return found


if __name__ == "__main__":
    main()
