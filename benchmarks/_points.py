"""Points to draw, windows to draw them in, and the plain ways that the tile index is compared with.

All of it runs on one thread: nothing here is parallel, neither ours nor theirs.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence

import datashader
import numba
import numpy as np
import pandas as pd
from _big import big_table
from _report import seconds

WIDTH, HEIGHT = 800, 600
Window = tuple[float, float, float, float]


def spread_points(row_count: int) -> tuple[np.ndarray, np.ndarray]:
    """Give x and y of the big table: twelve clusters of different widths, float32."""
    table = big_table(row_count, ("x", "y"))
    return table["x"].to_numpy(), table["y"].to_numpy()


def skewed_points(row_count: int) -> tuple[np.ndarray, np.ndarray]:
    """Give the same in a thousandth of the map, and a thousand outliers all over it."""
    x, y = spread_points(row_count)
    outliers = np.random.default_rng(1).uniform(-10_000, 10_000, (2, 1_000)).astype(np.float32)
    x, y = x.copy(), y.copy()
    x[:1_000], y[:1_000] = outliers
    return x, y


def tenth_windows(x: np.ndarray, y: np.ndarray, count: int) -> list[Window]:
    """Give windows of 10 % x 10 % of where all but the outermost hundredth lie, the densest one last.

    The others are around rows chosen by a seed, so that most of them lie where points are.
    """
    # Some rows say where the points are; all of them would take longer than what is measured.
    random = np.random.default_rng(2)
    some = random.integers(0, len(x), 100_000)
    x_low, x_high = np.quantile(x[some], (0.005, 0.995))
    y_low, y_high = np.quantile(y[some], (0.005, 0.995))
    width, height = (x_high - x_low) / 10, (y_high - y_low) / 10
    counts, x_edges, y_edges = np.histogram2d(
        x[some], y[some], bins=50, range=((x_low, x_high), (y_low, y_high))
    )
    column, row = np.unravel_index(counts.argmax(), counts.shape)
    centres = [(float(x[i]), float(y[i])) for i in random.integers(0, len(x), count - 1)]
    centres.append((float(x_edges[column : column + 2].mean()), float(y_edges[row : row + 2].mean())))
    return [
        (float(a - width / 2), float(a + width / 2), float(b - height / 2), float(b + height / 2))
        for a, b in centres
    ]


def points_in(x: np.ndarray, y: np.ndarray, window: Window) -> tuple[np.ndarray, np.ndarray]:
    """Give exactly the points of a window, in arrays of their own."""
    x0, x1, y0, y1 = (np.float64(border) for border in window)
    inside = (x >= x0) & (x <= x1) & (y >= y0) & (y <= y1)
    return x[inside], y[inside]


def canvas(window: Window) -> datashader.Canvas:
    return datashader.Canvas(WIDTH, HEIGHT, x_range=window[:2], y_range=window[2:])


def by_datashader(frame: pd.DataFrame, window: Window) -> np.ndarray:
    return canvas(window).points(frame, "x", "y").to_numpy()


def by_one_pass(x: np.ndarray, y: np.ndarray, window: Window) -> np.ndarray:
    """Bin points that all lie in the window, in one numba pass."""
    x0, x1, y0, y1 = window
    out = np.zeros((HEIGHT, WIDTH), dtype=np.uint32)
    x_scale, y_scale = WIDTH / (x1 - x0), HEIGHT / (y1 - y0)
    _one_pass(x, y, x_scale, -x0 * x_scale, y_scale, -y0 * y_scale, out)
    return out


@numba.njit(nogil=True)
def _one_pass(
    x: np.ndarray,
    y: np.ndarray,
    x_scale: float,
    x_shift: float,
    y_scale: float,
    y_shift: float,
    out: np.ndarray,
) -> None:
    height, width = out.shape
    for i in range(len(x)):
        column, row = int(x[i] * x_scale + x_shift), int(y[i] * y_scale + y_shift)
        out[min(row, height - 1), min(column, width - 1)] += 1


def in_turns(ways: dict[str, Callable[[], object]], sample_count: int) -> dict[str, list[float]]:
    """Time each way so often, in turns, after one turn that is not counted."""
    times: dict[str, list[float]] = {name: [] for name in ways}
    for turn in range(sample_count + 1):
        for name, way in ways.items():
            taken = seconds(way)
            if turn:
                times[name].append(taken)
    return times


def ratio(over: Sequence[float], under: Sequence[float]) -> float:
    """Give the median of the ratios of the turns."""
    return statistics.median(a / b for a, b in zip(over, under, strict=True))
