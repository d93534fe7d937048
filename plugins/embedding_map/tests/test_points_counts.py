"""What the tile index counts, against Datashader and against a slow look at every row."""

from __future__ import annotations

import datashader
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from symphony_core.errors import BadSetting
from symphony_panel_embedding_map.points import TileIndex, Window

WIDTH, HEIGHT = 7, 5


def by_datashader(x: np.ndarray, y: np.ndarray, window: Window, width: int, height: int) -> np.ndarray:
    canvas = datashader.Canvas(width, height, x_range=window[:2], y_range=window[2:])
    return canvas.points(pd.DataFrame({"x": x, "y": y}), "x", "y").to_numpy()


def spread(kind: str, count: int, dtype: str = "float32") -> tuple[np.ndarray, np.ndarray]:
    """Make points that are hard for an even grid."""
    random = np.random.default_rng(7)
    x, y = random.normal(size=count), random.normal(size=count)
    if kind == "cluster and far outliers":
        x, y = 5 + x * 1e-3, -3 + y * 1e-3
        x[:10], y[:10] = random.normal(size=(2, min(10, count))) * 1e6
    elif kind == "clusters within clusters":
        x, y = (
            np.sign(x) * 10.0 ** random.uniform(-6, 3, count),
            np.sign(y) * 10.0 ** random.uniform(-6, 3, count),
        )
    elif kind == "a line":
        y = 2 * x
    elif kind == "a column":
        x[:] = 4
    elif kind == "one place":
        x[:], y[:] = 4, 5
    elif kind == "few places":
        x, y = np.round(x), np.round(y)
    return x.astype(dtype), y.astype(dtype)


SPREADS = (
    "normal", "cluster and far outliers", "clusters within clusters",
    "a line", "a column", "one place", "few places",
)  # fmt: skip


def windows(x: np.ndarray, y: np.ndarray) -> list[Window]:
    full = TileIndex.build(x, y).full_window
    if len(x) == 0:
        return [full]
    middle_x, middle_y = float(np.median(x)), float(np.median(y))
    random, made = np.random.default_rng(3), [full]
    for share in (0.5, 0.1, 1e-3, 1e-6):
        width, height = (full[1] - full[0]) * share, (full[3] - full[2]) * share
        dx, dy = random.uniform(-0.5, 0.5, 2)
        made.append((middle_x - width * (0.5 + dx), middle_x + width * (0.5 - dx),
                     middle_y - height * (0.5 + dy), middle_y + height * (0.5 - dy)))  # fmt: skip
    return made


@pytest.mark.parametrize("kind", SPREADS)
@pytest.mark.parametrize("count", [0, 1, 2, 3_000, 60_000])
def test_float32_points_fall_into_the_bins_that_datashader_puts_them_in(kind: str, count: int):
    x, y = spread(kind, count)
    index = TileIndex.build(x, y)
    for window in windows(x, y):
        for size in ((WIDTH, HEIGHT), (300, 200)):
            expected = by_datashader(x, y, window, *size)
            assert np.array_equal(index.counts(window, *size), expected), window


numbers = st.floats(-10, 10, width=32) | st.sampled_from(
    [0.0, 1.0, -1.0, np.nan, np.inf, -np.inf, 1e-40, 3e38]
)
pairs = st.lists(st.tuples(numbers, numbers), max_size=40)


@st.composite
def a_window(draw: st.DrawFn) -> Window:
    edges = st.floats(-12, 12)
    x0, x1 = sorted(draw(st.tuples(edges, edges).filter(lambda pair: abs(pair[0] - pair[1]) > 1e-6)))
    y0, y1 = sorted(draw(st.tuples(edges, edges).filter(lambda pair: abs(pair[0] - pair[1]) > 1e-6)))
    return x0, x1, y0, y1


@settings(max_examples=150, deadline=None)
@given(pairs, a_window())
def test_any_points_fall_into_the_bins_that_datashader_puts_them_in(points, window):
    x, y = np.array(points, dtype=np.float32).reshape(-1, 2).T
    assert np.array_equal(
        TileIndex.build(x, y).counts(window, WIDTH, HEIGHT), by_datashader(x, y, window, WIDTH, HEIGHT)
    )


def test_the_window_without_width_is_refused_with_what_is_wanted():
    index = TileIndex.build(np.zeros(2), np.zeros(2))
    with pytest.raises(BadSetting, match="wanted x0 < x1"):
        index.counts((0, 0, 0, 1), WIDTH, HEIGHT)
    assert index.counts(index.full_window, 1, 1).tolist() == [[2]]
