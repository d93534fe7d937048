"""A hundred million rows with x, y and a category: opened, sorted by tile, drawn; and the memory of it all.

    python benchmarks/map_large.py [--quick] [--rows N]

The table is made in memory and opened as any other; its index is built as the map builds it. The peak is
the greatest resident memory of this process, table, index, columns and filters included.
Datashader draws the same arrays beside it.
"""

from __future__ import annotations

import resource
import statistics
import sys

import datashader
import numpy as np
import pandas as pd
from _big import big_table, parser
from _points import HEIGHT, WIDTH, by_datashader, canvas, in_turns, ratio, tenth_windows
from _report import milliseconds, reach, seconds, show

from symphony_core.expr import Compare
from symphony_core.sources import open_source
from symphony_core.table import Table
from symphony_panel_embedding_map.points import TileIndex, shared_index

SAMPLE_COUNT = 3


def main() -> None:
    arguments = parser(__doc__)
    arguments.add_argument("--rows", type=int, help="how many points; 100 million unless --quick")
    given = arguments.parse_args()
    row_count = given.rows or (2_000_000 if given.quick else 100_000_000)
    table = Table(open_source(big_table(row_count, ("x", "y", "category"))))
    opened = peak_bytes()
    built: list[TileIndex] = []
    build_s = seconds(lambda: built.append(shared_index(table, "x", "y")))
    measure(table, built[0], build_s, opened)


def peak_bytes() -> int:
    """Give the greatest resident memory of this process so far; Linux counts in KiB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def measure(table: Table, index: TileIndex, build_s: float, opened: int) -> None:
    x, y = table.column("x").values, table.column("y").values
    category = table.column("category")
    frame = pd.DataFrame({"x": x, "y": y}, copy=False)
    levels = len(category.levels)
    categories = pd.Categorical.from_codes(category.values, category.levels)
    by_frame = pd.DataFrame({"x": x, "y": y, "category": categories}, copy=False)
    full, zoomed = index.full_window, tenth_windows(x, y, 3)[-1]
    keep = table.mask(Compare("category", "==", category.levels[0]))
    column_s = seconds(lambda: index.codes(category.values))
    filter_s = seconds(lambda: index.counts(zoomed, 1, 1, keep))
    by = datashader.by("category", datashader.count())
    pictures = {
        "whole map": (
            lambda: index.counts(full, WIDTH, HEIGHT),
            lambda: by_datashader(frame, full),
        ),
        f"whole map by {levels} categories": (
            lambda: index.counts_by(full, WIDTH, HEIGHT, category.values, levels),
            lambda: canvas(full).points(by_frame, "x", "y", by).to_numpy(),
        ),
        "densest 10 % x 10 %": (
            lambda: index.counts(zoomed, WIDTH, HEIGHT),
            lambda: by_datashader(frame, zoomed),
        ),
    }
    rows, figures = [], {}
    for words, (ours, plain) in pictures.items():
        assert np.array_equal(ours(), plain())
        times = in_turns({"ours": ours, "plain": plain}, SAMPLE_COUNT)
        over_plain = ratio(times["ours"], times["plain"])
        rows += [(words, milliseconds(times["ours"])), ("  ours / Datashader", f"{over_plain:.2f}x")]
        figures[words] = statistics.median(times["ours"])
    under_filter = in_turns({"ours": lambda: index.counts(full, WIDTH, HEIGHT, keep)}, SAMPLE_COUNT)["ours"]
    peak = peak_bytes()
    show(
        f"a map of {len(index):,} rows",
        [
            ("building the index", f"{build_s:.1f} s"),
            ("a column of codes, a filter, once", f"{column_s:.2f} s, {filter_s:.2f} s"),
            *rows,
            ("whole map under a filter", milliseconds(under_filter)),
            ("peak memory with the table open", f"{opened / 2**30:.2f} GB"),
            ("peak memory in the end", reach(peak / 2**30, 16, " GB")),
            ("index beyond x and y", reach(index.nbytes / index.point_count, 12, " bytes a point")),
        ],
        {
            "benchmark": "map_large", "rows": len(index), "build_s": build_s, "peak_bytes": peak,
            "opened_bytes": opened, "bytes_a_point": index.nbytes / index.point_count,
            "seconds": list(figures.values()), "under_filter_s": statistics.median(under_filter),
        },
    )  # fmt: skip


if __name__ == "__main__":
    main()
