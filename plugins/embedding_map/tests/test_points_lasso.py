"""Lassos by the tile index, against shapely on the original values and against the core's evaluation."""

from __future__ import annotations

import gc
import weakref

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

import symphony_core as symphony
from symphony_core import point_index
from symphony_core.cache import masks
from symphony_core.evaluate import evaluate
from symphony_core.expr import Compare, Inside
from symphony_core.expr_text import parse
from symphony_core.sources import open_source
from symphony_core.table import Table
from symphony_panel_embedding_map.points import TileIndex, shared_index

DTYPES = ("float64", "float32", "float16", "int64", "int32", "uint8")
SQUARE = ((0.0, 0.0), (4.0, 0.0), (4.0, 4.0), (0.0, 4.0))


def by_shapely(x: np.ndarray, y: np.ndarray, polygon: object) -> np.ndarray:
    x, y = x.astype(np.float64), y.astype(np.float64)
    is_known = np.isfinite(x) & np.isfinite(y)
    inside = np.zeros(len(x), dtype=bool)
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        inside[is_known] = shapely.contains_xy(shapely.Polygon(polygon), x[is_known], y[is_known])
    return inside


def random_polygon(random: np.random.Generator, corner_count: int) -> np.ndarray:
    """Make a star that often crosses itself."""
    angles = np.sort(random.uniform(0, 2 * np.pi, corner_count))
    if corner_count % 3 == 0:
        random.shuffle(angles)
    radii = random.uniform(0.1, 1, corner_count)
    return np.column_stack([radii * np.cos(angles), radii * np.sin(angles)])


def test_the_border_of_a_lasso_does_not_belong_to_it():
    x, y = np.array([0.0, 2.0, 4.0, 3.999, 5.0]), np.array([0.0, 2.0, 2.0, 0.001, 2.0])
    assert TileIndex.build(x, y).inside(SQUARE).tolist() == [False, True, False, True, False]


@pytest.mark.parametrize(
    ("dtype", "scale"),
    [("float32", 1.0), ("float32", 1e-3), ("float64", 1.0), ("float64", 1e-310), ("float64", 1e300)],
)
@pytest.mark.parametrize("corner_count", [3, 5, 12, 64])
def test_many_points_lie_in_a_lasso_as_shapely_says(dtype: str, scale: float, corner_count: int):
    random = np.random.default_rng(corner_count)
    x, y = (random.normal(size=(2, 20_000)) * 0.5 * scale).astype(dtype)
    index = TileIndex.build(x, y)
    for _ in range(10):
        polygon = random_polygon(random, corner_count) * scale
        assert np.array_equal(index.inside(polygon), by_shapely(x, y, polygon))


@pytest.mark.parametrize("offset", [0, 7, 1e9, -1e15])
def test_a_tight_cluster_with_far_outliers_lies_in_a_lasso_as_shapely_says(offset: float):
    random = np.random.default_rng(0)
    x, y = offset + random.normal(size=(2, 20_000))
    x[:9], y[:9] = random.normal(size=(2, 9)) * 1e8
    index = TileIndex.build(x, y)
    for _ in range(10):
        polygon = offset + random_polygon(random, 20) * 2
        assert np.array_equal(index.inside(polygon), by_shapely(x, y, polygon))
    corners = np.array([x[:4], y[:4]]).T  # rows are corners, and edges cross all of the map
    assert np.array_equal(index.inside(corners), by_shapely(x, y, corners))


# Whole numbers and halves: points on corners and edges are the rule.
coarse = st.integers(-6, 6).map(lambda number: number / 2)
odd = st.sampled_from([np.nan, np.inf, -np.inf, 1e300, 5e-324, -0.0, 0.1, 1e-45])
corners = st.lists(st.tuples(coarse, coarse), min_size=3, max_size=7)


@settings(max_examples=300)
@given(st.lists(st.tuples(coarse | odd, coarse | odd), max_size=60), corners)
def test_points_on_corners_and_edges_lie_in_a_lasso_as_shapely_says(points, polygon):
    x, y = np.array(points, dtype=np.float64).reshape(-1, 2).T
    assert np.array_equal(TileIndex.build(x, y).inside(polygon), by_shapely(x, y, polygon))


@settings(max_examples=100)
@given(st.integers(0, 10_000), corners, st.integers(1, 40))
def test_many_points_on_a_coarse_raster_lie_in_a_lasso_as_shapely_says(seed, polygon, step_count):
    """Enough points for tiles within tiles, all of them on few places."""
    random = np.random.default_rng(seed)
    x, y = random.integers(-step_count, step_count, (2, 5_000)) * (3.5 / step_count)
    assert np.array_equal(TileIndex.build(x, y).inside(polygon), by_shapely(x, y, polygon))


def test_a_lasso_there_and_back_along_two_sides_of_a_box_takes_what_shapely_takes():
    x, y = np.random.default_rng(0).integers(-4, 4, (2, 5_000)) * 0.875
    there_and_back = [(0.0, 1.0), (1.0, 1.0), (0.0, 1.0), (0.0, 0.0)]
    assert np.array_equal(TileIndex.build(x, y).inside(there_and_back), by_shapely(x, y, there_and_back))


def table_of(x: np.ndarray, y: np.ndarray) -> Table:
    frame = pd.DataFrame({"x": x, "y": y, "n": np.arange(len(x)), "id": [f"r{i}" for i in range(len(x))]})
    return Table(open_source(frame))


@pytest.mark.parametrize("dtype", DTYPES)
def test_a_filter_gives_the_same_rows_with_and_without_an_index(dtype: str):
    random = np.random.default_rng(1)
    x, y = random.uniform(0, 9, (2, 500)).round(1).astype(dtype)
    table = table_of(x, y)
    index = shared_index(table, "x", "y")
    lasso = "inside(x, y, [[1, 1], [6, 2], [5, 7], [2.5, 6.5]])"
    for text in (
        lasso, f"not {lasso}", f"n > 250 and {lasso}", f"n < 100 or not ({lasso} and n != 300)",
        lasso.replace("x, y", "y, x"),
    ):  # fmt: skip
        expr = parse(text)
        masks.clear()
        assert np.array_equal(table.mask(expr), evaluate(expr, table)), text
    assert point_index.known(point_index.key_of(table, "x", "y")) is index


@pytest.mark.parametrize("dtype", ["float64", "Float64", "Int64", "Int8"])
def test_missing_coordinates_are_in_no_lasso_with_an_index(dtype: str):
    x = pd.array([1, None, 1, 9, 3], dtype=dtype)
    y = pd.array([1, 1, None, 1, 3], dtype=dtype)
    table = Table(open_source(pd.DataFrame({"x": x, "y": y})))
    index = shared_index(table, "x", "y")
    assert table.mask(Inside("x", "y", SQUARE)).tolist() == [True, False, False, False, True]
    assert index.point_count == 3


def test_a_lasso_asks_the_index_and_not_every_row():
    table = table_of(np.array([1.0, 9.0]), np.array([1.0, 1.0]))

    class Everything:
        def inside(self, polygon: object) -> np.ndarray:
            return np.array([True, True])

    kept = Everything()
    point_index.register(point_index.key_of(table, "x", "y"), kept)
    assert table.mask(Inside("x", "y", SQUARE)).tolist() == [True, True]
    assert table.mask(Inside("y", "x", SQUARE)).tolist() == [True, False]
    del kept
    masks.clear()
    assert table.mask(Inside("x", "y", SQUARE)).tolist() == [True, False]


def test_an_index_answers_for_no_other_values_of_the_same_name():
    first = table_of(np.array([1.0, 9.0]), np.array([1.0, 1.0]))
    second = table_of(np.array([9.0, 1.0]), np.array([1.0, 1.0]))
    kept = shared_index(first, "x", "y")
    assert kept.inside(SQUARE).tolist() == [True, False]
    assert second.mask(Inside("x", "y", SQUARE)).tolist() == [False, True]


def test_columns_in_each_others_place_have_an_index_of_their_own():
    table = table_of(np.array([1.0, 9.0]), np.array([9.0, 1.0]))
    over, under = ((0, 8), (2, 8), (2, 10), (0, 10)), ((8, 0), (10, 0), (10, 2), (8, 2))
    index = shared_index(table, "x", "y")
    assert shared_index(table, "y", "x") is not index
    assert shared_index(table, "x", "y") is index
    assert table.mask(Inside("x", "y", over)).tolist() == [True, False]
    assert table.mask(Inside("y", "x", over)).tolist() == [False, True]
    assert table.mask(Inside("y", "x", under)).tolist() == [True, False]


def test_a_lasso_in_the_page_and_in_python_name_the_rows_that_shapely_names():
    random = np.random.default_rng(2)
    x, y = random.normal(size=(2, 3_000))
    app = symphony.open(pd.DataFrame({"x": x, "y": y}))
    kept = shared_index(app.state.table, "x", "y")
    polygon = random_polygon(random, 9).round(3)
    app.state.filter = f"inside(x, y, {polygon.tolist()})"
    assert app.count() == by_shapely(x, y, polygon).sum()
    app.state.selection = Inside("x", "y", polygon) & Compare("x", ">", 0)
    expected = by_shapely(x, y, polygon) & (x > 0)
    assert np.array_equal(app.state.table.mask(app.state.selection), expected)
    assert len(kept) == 3_000


def test_an_index_is_let_go_with_its_dataset():
    table = table_of(np.array([0.1, 9.0]), np.array([0.1, 1.0]))
    key, index = point_index.key_of(table, "x", "y"), weakref.ref(shared_index(table, "x", "y"))
    gc.collect()
    assert index() is not None and point_index.known(key) is index()
    del table
    gc.collect()
    assert index() is None and point_index.known(key) is None
