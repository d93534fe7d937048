"""A whole map, 800 x 600 pixels, against Datashader: all rows, by 10 categories, under a filter. And memory.

    python benchmarks/map_full.py [--quick] [--rows N]

The two take turns; a ratio is the median of the ratios of the turns, and the pictures must be
equal. Under a filter Datashader is given the frame of the rows under it, made before the clock
starts; ours is given the mask of all rows, which it knows already. What ours does once
for an index, a column and a filter is printed, as is what the index takes in memory
after all of it: beyond x and y at most 12 bytes a point, everything counted.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable

import datashader
import numpy as np
import pandas as pd
from _big import parser
from _points import HEIGHT, WIDTH, by_datashader, canvas, in_turns, ratio, spread_points
from _report import milliseconds, reach, seconds, show

from symphony_panel_embedding_map.points import TileIndex

LEVELS = tuple(f"c{number}" for number in range(10))


def main() -> None:
    arguments = parser(__doc__)
    arguments.add_argument("--rows", type=int, help="how many points; 10 million unless --quick")
    given = arguments.parse_args()
    row_count = given.rows or (1_000_000 if given.quick else 10_000_000)
    x, y = spread_points(row_count)
    random = np.random.default_rng(0)
    codes, keep = random.integers(0, 10, row_count, dtype=np.int8), random.random(row_count) < 0.1
    values = random.normal(size=row_count)
    for array in (codes, keep, values):
        array.flags.writeable = False  # so that what is made of them is known again

    TileIndex.build(x[:10_000], y[:10_000])  # compiles
    built: list[TileIndex] = []
    build_s = seconds(lambda: built.append(TileIndex.build(x, y)))
    (index,) = built
    window = index.full_window
    TileIndex.build(x[:0], y[:0]).counts_by(window, 1, 1, codes[:0], 10, keep[:0])  # compiles
    column_s = seconds(lambda: index.codes(codes))
    filter_s = seconds(lambda: index.counts(window, 1, 1, keep))
    print(f"once: index {build_s:.2f} s, column of codes {column_s:.2f} s, filter {filter_s:.2f} s")

    frame = pd.DataFrame({"x": x, "y": y, "category": pd.Categorical.from_codes(codes, LEVELS)})
    kept = frame[keep]
    by = datashader.by("category", datashader.count())
    sample_count = 7
    compare(
        "all rows", row_count, 1, sample_count,
        lambda: index.counts(window, WIDTH, HEIGHT), lambda: by_datashader(frame, window),
    )  # fmt: skip
    compare(
        "by 10 categories", row_count, 0.5, sample_count,
        lambda: index.counts_by(window, WIDTH, HEIGHT, codes, 10),
        lambda: canvas(window).points(frame, "x", "y", by).to_numpy(),
    )  # fmt: skip
    compare(
        "a tenth of the rows", row_count, None, sample_count,
        lambda: index.counts(window, WIDTH, HEIGHT, keep), lambda: by_datashader(kept, window),
    )  # fmt: skip
    index.means(window, WIDTH, HEIGHT, values)
    show_memory(index)


def compare(
    words: str,
    row_count: int,
    limit: float | None,
    sample_count: int,
    ours: Callable[[], np.ndarray],
    plain: Callable[[], np.ndarray],
) -> None:
    assert np.array_equal(ours(), plain())
    times = in_turns({"ours": ours, "plain": plain}, sample_count)
    over_plain = ratio(times["ours"], times["plain"])
    wanted = f"{over_plain:.2f}x (nothing promised)" if limit is None else reach(over_plain, limit)
    show(
        f"whole map, {row_count:,} points, {words}",
        [
            ("ours", milliseconds(times["ours"])),
            ("Datashader", milliseconds(times["plain"])),
            ("ours / Datashader", wanted),
        ],
        {
            "benchmark": "map_full", "rows": row_count, "picture": words, "samples": sample_count,
            "ours_s": statistics.median(times["ours"]), "datashader_s": statistics.median(times["plain"]),
            "ours_over_datashader": over_plain,
        },
    )  # fmt: skip


def show_memory(index: TileIndex) -> None:
    each = index.nbytes / index.point_count
    show(
        f"memory of the index, {index.point_count:,} points, with codes, values and a filter kept",
        [
            ("beyond x and y", reach(each, 12, " bytes a point")),
            ("all of it", f"{index.total_bytes / index.point_count:.2f} bytes a point"),
        ],
        {
            "benchmark": "map_full", "rows": index.point_count, "bytes_a_point": each,
            "total_bytes_a_point": index.total_bytes / index.point_count,
        },
    )  # fmt: skip


if __name__ == "__main__":
    main()
