"""First page on a warm server, against a bare Material page with a plot, a small table and two inputs.

    python benchmarks/first_page.py [--quick] [--make-big PATH]

Both servers run as processes of their own and have answered once. Each sample
is a fresh browser context, so every script is fetched and compiled anew; the two
pages take turns. Time runs from the navigation; what "painted" means is in
`_browser.py`. A canvas is painted once its pixels are not all alike.
"""

from __future__ import annotations

import statistics

from _big import big_file, parser
from _browser import chromium, new_context, paint_times, server, watch_script
from _report import milliseconds, reach, show
from playwright.sync_api import Browser

ROW_COUNT = 100_000
BARE = {
    "all": "all('canvas.bk-layer').some(isDrawn) && all('.tabulator-row .tabulator-cell').length >= 160"
    " && all('input, [role=combobox]').length >= 2",
}
SHELL = (
    "all('h1').some(h1 => h1.textContent) && all('.count').some(line => line.textContent.includes('rows'))"
)
SUMMARY = "all('article .bin i.all').length > 0 && all('article .level .name').some(name => name.textContent)"
INSTANCES = "all('.instances tbody td').some(cell => cell.textContent)"
OURS = {"shell": SHELL, "first": f"{SHELL} && {SUMMARY}", "all": f"{SHELL} && {SUMMARY} && {INSTANCES}"}


def main() -> None:
    given = parser(__doc__).parse_args()
    sample_count = 3 if given.quick else 9
    ours = [
        "-m",
        "symphony_core",
        "serve",
        big_file(ROW_COUNT, given.make_big),
        "--port",
        "{port}",
        "--no-browser",
    ]
    bare = ["benchmarks/_bare.py", "page", "--port", "{port}"]
    samples: list[tuple[dict[str, float], dict[str, float]]] = []
    with server(bare) as (bare_url, _), server(ours) as (our_url, _), chromium() as browser:
        for turn in range(sample_count + 1):
            pair = (painted(browser, bare_url, BARE), painted(browser, our_url, OURS))
            if turn:  # the first pair warms the servers
                samples.append(pair)
    bare_times = [bare["all"] for bare, _ in samples]
    our_times = {stage: [ours[stage] for _, ours in samples] for stage in OURS}
    medians = {stage: statistics.median(times) for stage, times in our_times.items()}
    middle = statistics.median(bare_times)
    show(
        f"first page, warm server, {ROW_COUNT:,} rows, median of {sample_count}",
        [
            ("bare page", milliseconds(bare_times)),
            ("ours, shell", milliseconds(our_times["shell"])),
            ("ours, shell and first view", milliseconds(our_times["first"])),
            ("ours, all views", milliseconds(our_times["all"])),
            ("shell and first view / bare", reach(medians["first"] / middle, 1.3)),
            ("all views / bare", reach(medians["all"] / middle, 2)),
        ],
        {
            "benchmark": "first_page", "rows": ROW_COUNT, "samples": sample_count, "bare_s": middle,
            "shell_s": medians["shell"], "first_s": medians["first"], "all_s": medians["all"],
            "first_over_bare": medians["first"] / middle, "all_over_bare": medians["all"] / middle,
        },
    )  # fmt: skip


def painted(browser: Browser, url: str, stages: dict[str, str]) -> dict[str, float]:
    """Open the page as a new visitor and give the time of each stage, in seconds."""
    context = new_context(browser)
    try:
        page = context.new_page()
        page.add_init_script(watch_script(stages))
        page.goto(url, wait_until="commit")
        return paint_times(page, list(stages))
    finally:
        context.close()


if __name__ == "__main__":
    main()
