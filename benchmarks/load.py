"""Twenty pages brushing at once on one server: none loses an update, none sees another's.

    python benchmarks/load.py [--quick] [--make-big PATH]

Visitors come over real websockets (`_visitor.py`). Each brushes over a histogram of its own page, waits until
filter, summary and rows say the new figures, and checks each of them against a count of its own over the
file; all brush at the same time, each its own ranges. Ends with 1 when any figure is wrong, missing, or
another visitor's.

The time from a gesture to all figures is set against the same gestures by one visitor alone.
"""

from __future__ import annotations

import asyncio
import itertools
import random
import re
import statistics
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from _big import big_file, parser
from _browser import server
from _report import milliseconds, show
from _visitor import Visitor

VISITORS = 20
COLUMN = "probability"
SUMMARY, FILTER, ROWS = "CardGrid", "FilterBarPiece", "RowsComponent"


def main() -> None:
    given = parser(__doc__).parse_args()
    row_count, brushes = (100_000, 4) if given.quick else (1_000_000, 15)
    file = big_file(row_count, given.make_big)
    with server(["benchmarks/_ours.py", file, "--port", "{port}"]) as (url, _):
        alone, together, wrong = asyncio.run(measured(url, file, brushes))
    for words in wrong[:20]:
        print(words, file=sys.stderr)
    show(
        f"{VISITORS} pages brushing at once, {row_count:,} rows, {brushes} brushes each",
        [
            ("gesture to all figures, alone", milliseconds(alone)),
            ("gesture to all figures, together", milliseconds(together)),
            ("updates checked", f"{len(together):,}"),
            ("wrong, lost or another's", f"{len(wrong):,}" + (", MISSED" if wrong else "")),
        ],
        {
            "benchmark": "load", "rows": row_count, "visitors": VISITORS, "updates": len(together),
            "wrong": len(wrong), "alone_s": statistics.median(alone),
            "together_s": statistics.median(together),
        },
    )  # fmt: skip
    sys.exit(1 if wrong else 0)


async def measured(url: str, file: Path, brushes: int) -> tuple[list[float], list[float], list[str]]:
    """Brush alone, then all together; give the seconds of each and what was wrong."""
    values = np.sort(pq.read_table(file, columns=[COLUMN])[COLUMN].to_numpy())
    visitors = [await Visitor.come(url) for _ in range(VISITORS)]
    shown = await asyncio.gather(
        *(visitor.shows(SUMMARY, lambda data: bool(data.get("cards"))) for visitor in visitors)
    )
    bar_count = len(chart_of(shown[0])["counts"])
    ranges = list(itertools.combinations(range(bar_count), 2))
    random.Random(0).shuffle(ranges)
    wrong: list[str] = []
    alone = await brush_all(visitors[0], ranges[:brushes], values, wrong)
    # no two visitors ever ask for the same range, so another's figures cannot pass for one's own
    shares = [ranges[brushes + start :: VISITORS][:brushes] for start in range(VISITORS)]
    times = await asyncio.gather(
        *(brush_all(visitor, share, values, wrong) for visitor, share in zip(visitors, shares, strict=True))
    )
    for visitor in visitors:
        await visitor.leave()
    return alone, [one for part in times for one in part], wrong


async def brush_all(
    visitor: Visitor, ranges: Sequence[tuple[int, int]], values: np.ndarray, wrong: list[str]
) -> list[float]:
    times = []
    for first, last in ranges:
        start_s = time.perf_counter()
        before = visitor.pieces.data(FILTER)
        await visitor.gesture(
            SUMMARY, {"kind": "range", "column": COLUMN, "first": first, "last": last, "mode": "replace"}
        )
        try:
            told = await visitor.shows(FILTER, lambda data, before=before: data["text"] != before["text"])
            count = counted(told["text"], values)
            await visitor.shows(
                ROWS, lambda data, count=count: data["panels"][0]["range"].endswith(f"of {count:,}")
            )
            await visitor.shows(SUMMARY, lambda data, bars=(first, last): is_brushed(data, bars))
        except TimeoutError:
            wrong.append(
                f"bars {first} to {last}: not all figures came; filter {visitor.pieces.data(FILTER)}"
            )
            continue
        times.append(time.perf_counter() - start_s)
        counts = chart_of(visitor.pieces.data(SUMMARY))["counts"]
        under = sum(under_filter for _, under_filter, _ in counts)
        said = re.search(r"[\d,]+", told["count"])
        if said is None or said[0] != f"{count:,}" or under != count:
            wrong.append(f"{told['text']}: {count:,} rows, filter says {told['count']}, bars {under:,}")
    return times


def chart_of(data: dict) -> dict:
    return next(card for card in data["cards"] if card["name"] == COLUMN)["charts"][0]


def is_brushed(data: dict, bars: tuple[int, int]) -> bool:
    """Say whether just these bars are those that the filter lets in."""
    inside = [index for index, is_in in enumerate(chart_of(data)["is_in"]) if is_in]
    return inside == list(range(bars[0], bars[1] + 1))


def counted(text: str, values: np.ndarray) -> int:
    """Count the values in `column >= a and column < b`, or between, by their place in sorted order."""
    words = text.replace("(", "").replace(")", "").split()
    low, high = (np.float32(word) for word in (words[2], words[-1]))
    side = "right" if "between" in words or words[-2] == "<=" else "left"
    return int(np.searchsorted(values, high, side) - np.searchsorted(values, low, "left"))


if __name__ == "__main__":
    main()
