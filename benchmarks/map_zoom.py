"""A window of 10 % x 10 % of a map, 800 x 600 pixels, against Datashader and one pass over its points.

    python benchmarks/map_zoom.py [--quick] [--rows N]

Fifty windows, around rows chosen by a seed and the densest one. Plain Datashader
looks at all points; the one pass is given exactly the points of the window, in
arrays of their own, and only bins them. Each window is drawn in turns by all three, a ratio
is the median over the windows. Our counts must be equal to Datashader's. The second map has
the same points in a thousandth of its width, and outliers all over it.
"""

from __future__ import annotations

import statistics

import numpy as np
import pandas as pd
from _big import parser
from _points import (
    HEIGHT,
    WIDTH,
    by_datashader,
    by_one_pass,
    in_turns,
    points_in,
    skewed_points,
    spread_points,
    tenth_windows,
)
from _report import milliseconds, reach, show

from symphony_panel_embedding_map.points import TileIndex

MAPS = {"twelve clusters": spread_points, "a thousandth of the map and outliers": skewed_points}


def main() -> None:
    arguments = parser(__doc__)
    arguments.add_argument("--rows", type=int, help="how many points; 10 million unless --quick")
    given = arguments.parse_args()
    row_count = given.rows or (1_000_000 if given.quick else 10_000_000)
    for words, make in MAPS.items():
        measure(words, *make(row_count), window_count=10 if given.quick else 50)


def measure(words: str, x: np.ndarray, y: np.ndarray, window_count: int) -> None:
    index, frame = TileIndex.build(x, y), pd.DataFrame({"x": x, "y": y})
    ours_s, plain_s, pass_s, counts = [], [], [], []
    for window in tenth_windows(x, y, window_count):
        inside = points_in(x, y, window)
        assert np.array_equal(index.counts(window, WIDTH, HEIGHT), by_datashader(frame, window))
        times = in_turns(
            {
                "ours": lambda window=window: index.counts(window, WIDTH, HEIGHT),
                "plain": lambda window=window: by_datashader(frame, window),
                "pass": lambda window=window, inside=inside: by_one_pass(*inside, window),
            },
            3,
        )
        ours_s.append(statistics.median(times["ours"]))
        plain_s.append(statistics.median(times["plain"]))
        pass_s.append(statistics.median(times["pass"]))
        counts.append(len(inside[0]))
    faster = statistics.median(theirs / mine for mine, theirs in zip(ours_s, plain_s, strict=True))
    over_pass = statistics.median(mine / theirs for mine, theirs in zip(ours_s, pass_s, strict=True))
    show(
        f"10 % x 10 % of {words}, {len(x):,} points, {window_count} windows",
        [
            ("ours", milliseconds(ours_s)),
            ("Datashader", milliseconds(plain_s)),
            ("one pass over the points inside", milliseconds(pass_s)),
            ("points inside", f"{statistics.median(counts):,.0f} ({min(counts):,} to {max(counts):,})"),
            ("Datashader / ours", reach(faster, 20, at_least=True)),
            ("ours / one pass", reach(over_pass, 1.5)),
            ("in the densest window", f"{plain_s[-1] / ours_s[-1]:.1f}x; {ours_s[-1] / pass_s[-1]:.2f}x"),
        ],
        {
            "benchmark": "map_zoom", "map": words, "rows": len(x), "windows": window_count,
            "ours_s": statistics.median(ours_s), "datashader_s": statistics.median(plain_s),
            "one_pass_s": statistics.median(pass_s), "datashader_over_ours": faster,
            "ours_over_one_pass": over_pass, "densest_datashader_over_ours": plain_s[-1] / ours_s[-1],
            "densest_ours_over_one_pass": ours_s[-1] / pass_s[-1],
        },
    )  # fmt: skip


if __name__ == "__main__":
    main()
