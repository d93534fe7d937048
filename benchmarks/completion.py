"""How long the list of suggestions takes at each letter of a filter.

    python benchmarks/completion.py [--quick]

A table of 2,000 columns, one of them text with 65,000 distinct values. Every
prefix of several filters is completed at its end, once to count the values and
then again; the time of the second pass is shown, the slowest letter included.
"""

from __future__ import annotations

import argparse
import statistics
import time

import numpy as np
import pandas as pd
from _report import milliseconds, show

from symphony_core.completion import complete
from symphony_core.sources import SourceOptions, open_source
from symphony_core.table import Table

LEVELS = 65_000
FILTERS = (
    "city == 'town 64",
    "city in ['town 1', 'town 2', 'zzz",
    "column_199 > 0.5 and not (city contains 'no such town",
    "column_17 >= column_1",
    "rows('a', 'b",
)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="200 columns instead of 2,000")
    column_count = 200 if parser.parse_args().quick else 2_000
    table = Table(open_source(frame_of(column_count), SourceOptions()))
    prefixes = [text[:caret] for text in FILTERS for caret in range(len(text) + 1)]
    first = timed(table, prefixes)
    seconds = timed(table, prefixes)
    show(
        f"completion, {column_count:,} columns, {LEVELS:,} values",
        [
            ("median letter", milliseconds(seconds)),
            ("slowest letter", milliseconds([max(seconds)])),
            ("slowest letter, values not yet counted", milliseconds([max(first)])),
        ],
        {
            "benchmark": "completion", "columns": column_count, "median_s": statistics.median(seconds),
            "max_s": max(seconds), "first_max_s": max(first),
        },
    )  # fmt: skip


def frame_of(column_count: int) -> pd.DataFrame:
    """Make one row of each town, and small numbers beside it."""
    numbers = np.random.default_rng(7).integers(0, 100, (LEVELS, column_count - 1), dtype=np.int8)
    frame = pd.DataFrame(
        numbers, columns=[f"column_{index}" for index in range(column_count - 1)], copy=False
    )
    city = pd.Series([f"town {index}" for index in range(LEVELS)], name="city", dtype="category")
    return pd.concat([frame, city], axis=1)


def timed(table: Table, prefixes: list[str]) -> list[float]:
    """Give the seconds that each completion takes."""
    seconds = []
    for prefix in prefixes:
        start = time.perf_counter()
        complete(prefix, len(prefix), table)
        seconds.append(time.perf_counter() - start)
    return seconds


if __name__ == "__main__":
    main()
