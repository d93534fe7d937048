"""A lasso of 64 points, against a bounding box and shapely.contains_xy on the rows inside it.

    python benchmarks/map_lasso.py [--quick] [--rows N]

Nine lassos of different sizes around the middle of the map, on float32 columns and on float64,
whose values the index has rounded. The two take turns; a ratio is the median over the
lassos. The masks must be equal.
"""

from __future__ import annotations

import statistics

import numpy as np
import shapely
from _big import parser
from _points import in_turns, ratio, spread_points
from _report import milliseconds, reach, show

from symphony_panel_embedding_map.points import TileIndex


def main() -> None:
    arguments = parser(__doc__)
    arguments.add_argument("--rows", type=int, help="how many points; 10 million unless --quick")
    given = arguments.parse_args()
    row_count = given.rows or (1_000_000 if given.quick else 10_000_000)
    x, y = spread_points(row_count)
    measure("float32", x, y)
    noise = np.random.default_rng(0).normal(size=(2, row_count)) * 1e-9
    measure("float64", x + noise[0], y + noise[1])


def lassos(x: np.ndarray, y: np.ndarray) -> list[np.ndarray]:
    random = np.random.default_rng(0)
    angles = np.linspace(0, 2 * np.pi, 64, endpoint=False)
    x_low, x_middle, x_high = np.quantile(x[:100_000], (0.01, 0.5, 0.99))
    y_low, y_middle, y_high = np.quantile(y[:100_000], (0.01, 0.5, 0.99))
    made = []
    for share in np.linspace(0.1, 0.9, 9):
        radii = random.uniform(0.6, 1, 64) * share / 2
        made.append(
            np.column_stack(
                [
                    x_middle + (x_high - x_low) * radii * np.cos(angles),
                    y_middle + (y_high - y_low) * radii * np.sin(angles),
                ]
            )
        )
    return made


def by_shapely(x: np.ndarray, y: np.ndarray, polygon: np.ndarray) -> np.ndarray:
    """Test the rows in the bounding box."""
    shape = shapely.Polygon(polygon)
    shapely.prepare(shape)
    x_low, y_low, x_high, y_high = shapely.bounds(shape)
    mask = (x >= x_low) & (x <= x_high) & (y >= y_low) & (y <= y_high)
    near = np.flatnonzero(mask)
    mask[near] = shapely.contains_xy(shape, x[near], y[near])
    return mask


def measure(words: str, x: np.ndarray, y: np.ndarray) -> None:
    index = TileIndex.build(x, y)
    ours_s, plain_s, shares = [], [], []
    for polygon in lassos(x, y):
        mask = index.inside(polygon)
        assert np.array_equal(mask, by_shapely(x, y, polygon))
        times = in_turns(
            {
                "ours": lambda polygon=polygon: index.inside(polygon),
                "plain": lambda polygon=polygon: by_shapely(x, y, polygon),
            },
            3,
        )
        ours_s.append(statistics.median(times["ours"]))
        plain_s.append(statistics.median(times["plain"]))
        shares.append(mask.mean())
    faster = ratio(plain_s, ours_s)
    show(
        f"lassos of 64 points, {len(x):,} rows, {words}",
        [
            ("ours", milliseconds(ours_s)),
            ("bounding box and contains_xy", milliseconds(plain_s)),
            ("rows inside", f"{min(shares):.1%} to {max(shares):.1%}"),
            ("theirs / ours", reach(faster, 1.5, at_least=True)),
        ],
        {
            "benchmark": "map_lasso", "rows": len(x), "columns": words, "lassos": len(shares),
            "ours_s": statistics.median(ours_s), "shapely_s": statistics.median(plain_s),
            "shapely_over_ours": faster,
        },
    )  # fmt: skip


if __name__ == "__main__":
    main()
