"""Categories, means, filters, picking and memory of the tile index, against a slow look at every row."""

from __future__ import annotations

import json
import subprocess
import sys
import threading

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from symphony_core.errors import BadRows, BadSetting, Cancelled, TypeMismatch
from symphony_core.expr import Compare
from symphony_core.sources import open_source
from symphony_core.table import Table
from symphony_panel_embedding_map.points import TileIndex, Window, known_index, shared_index
from symphony_panel_embedding_map.points.kept import ByArray

SIZE = (5, 4)
FULL: Window = (-3.0, 3.0, -3.0, 3.0)


def frozen(array: np.ndarray) -> np.ndarray:
    array.flags.writeable = False
    return array


def slow_pixels(x: np.ndarray, y: np.ndarray, window: Window, size: tuple[int, int]) -> np.ndarray:
    """Give each row's pixel by Python's own arithmetic, -1 for rows outside."""
    x0, x1, y0, y1 = window
    width, height = size
    x_scale, y_scale = width / (x1 - x0), height / (y1 - y0)
    made = []
    for a, b in zip(x.tolist(), y.tolist(), strict=True):
        if not (x0 <= a <= x1 and y0 <= b <= y1):
            made.append(-1)
            continue
        column = min(int(a * x_scale - x0 * x_scale), width - 1)
        made.append(min(int(b * y_scale - y0 * y_scale), height - 1) * width + column)
    return np.array(made, dtype=np.int64)


def slow_counts(pixels: np.ndarray, keep: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    width, height = size
    counted = pixels[(pixels >= 0) & keep]
    return np.bincount(counted, minlength=width * height).reshape(height, width)


@st.composite
def rows(draw: st.DrawFn) -> tuple[np.ndarray, ...]:
    """Draw float32 places, codes with missing ones, values with NaN and inf, and a mask."""
    count, seed = draw(st.sampled_from([0, 1, 2, 30, 300, 5_000])), draw(st.integers(0, 99))
    random = np.random.default_rng(seed)
    x, y = (random.normal(size=(2, count)) * draw(st.sampled_from([0.01, 1]))).astype(np.float32)
    codes = random.integers(-1, draw(st.sampled_from([1, 3, 300, 70_000])), count)
    values = random.normal(size=count)
    values[random.random(count) < 0.2] = draw(st.sampled_from([np.nan, np.inf, -np.inf]))
    keep = random.random(count) < draw(st.sampled_from([0, 0.001, 0.3, 1]))
    return x, y, codes, values, keep


@settings(max_examples=60)
@given(rows(), st.sampled_from([FULL, (0.0, 0.01, -0.02, 0.01), (-9.0, 0.5, -9.0, 9.0)]))
def test_filters_categories_and_means_are_those_of_every_row(drawn, window):
    x, y, codes, values, keep = drawn
    index, pixels = TileIndex.build(x, y), slow_pixels(x, y, window, SIZE)
    assert np.array_equal(index.counts(window, *SIZE, keep), slow_counts(pixels, keep, SIZE))
    by = index.counts_by(window, *SIZE, codes, 3, keep)
    for code in range(3):
        assert np.array_equal(by[..., code], slow_counts(pixels, keep & (codes == code), SIZE))
    means, counts = index.means(window, *SIZE, values, keep)
    is_counted = keep & np.isfinite(values)
    assert np.array_equal(counts, slow_counts(pixels, is_counted, SIZE))
    for pixel in np.flatnonzero(counts):
        expected = values[is_counted & (pixels == pixel)].mean()
        assert means.ravel()[pixel] == pytest.approx(expected, rel=1e-5, abs=1e-6)
    assert np.isnan(means[counts == 0]).all()


def test_every_tile_in_one_pixel_is_counted_under_a_filter():
    """A picture so coarse that tiles are added at once."""
    random = np.random.default_rng(0)
    x, y = random.normal(size=(2, 200_000)).astype(np.float32)
    keep = random.random(len(x)) < 0.4
    index, window = TileIndex.build(x, y), (-5.0, 5.0, -5.0, 5.0)
    for size in ((2, 2), (40, 30)):
        pixels = slow_pixels(x, y, window, size)
        assert np.array_equal(index.counts(window, *size), slow_counts(pixels, np.ones_like(keep), size))
        assert np.array_equal(index.counts(window, *size, keep), slow_counts(pixels, keep, size))


def test_slots_say_where_a_category_is_counted():
    index = TileIndex.build(np.zeros(5), np.zeros(5))
    codes, window = np.array([0, 1, 2, 2, -1]), (-1.0, 1.0, -1.0, 1.0)
    assert index.counts_by(window, 1, 1, codes, 3).tolist() == [[[1, 1, 2]]]
    assert index.counts_by(window, 1, 1, codes, 2, slots=np.array([-1, 1, 0])).tolist() == [[[2, 1]]]
    assert index.counts_by(window, 1, 1, codes, 1, slots=np.array([0])).tolist() == [[[1]]]
    with pytest.raises(BadSetting, match="below the number of levels, 2; got 2"):
        index.counts_by(window, 1, 1, codes, 2, slots=np.array([0, 1, 2]))


@pytest.mark.parametrize("scale", [1.0, 1e-310, 1e-60, 1e100, 1e290])
@pytest.mark.parametrize("offset", [0.0, 1.0, 1e9])
def test_float64_points_change_bins_only_within_a_rounding_of_an_edge(scale: float, offset: float):
    random = np.random.default_rng(5)
    x, y = (offset + random.normal(size=(2, 3_000))) * scale
    index, size = TileIndex.build(x, y), (40, 30)
    full = index.full_window
    for share in (1.0, 0.1, 1e-3, 1e-7)[
        : 3 if scale == 1e-310 else 4
    ]:  # there is nothing between 5e-324 and 0
        width, height = (full[1] - full[0]) * share, (full[3] - full[2]) * share
        x0, y0 = float(np.sort(x)[1_500] - width / 3), float(np.sort(y)[1_500] - height / 3)
        window = full if share == 1 else (x0, x0 + width, y0, y0 + height)
        # Places in pixels, in numbers of an even size, which a power of two leaves exact.
        factor = 2.0 ** -np.frexp(scale)[1] if scale > 1e-300 else 2.0**1000
        across = (x * factor - window[0] * factor) / (width * factor) * size[0]
        along = (y * factor - window[2] * factor) / (height * factor) * size[1]
        off = 0.02 if share > 1e-4 else 1e-3 + 1e-6 * offset
        is_clear = (np.abs(across - np.round(across)) > off) & (np.abs(along - np.round(along)) > off)
        inside = (across >= 0) & (across <= size[0]) & (along >= 0) & (along <= size[1])
        pixels = np.where(
            inside, along.clip(0, size[1] - 1) // 1 * size[0] + across.clip(0, size[0] - 1) // 1, -1
        )
        assert np.array_equal(
            index.counts(window, *size, is_clear), slow_counts(pixels.astype(int), is_clear, size)
        ), share
    assert index.counts(full, *size).sum() == 3_000


def test_rows_without_a_place_are_set_aside_and_the_extent_knows_only_the_others():
    x = np.array([1.0, np.nan, np.inf, 3.0, 4.0, 5.0])
    y = np.array([2.0, 2.0, 2.0, -np.inf, 6.0, 0.0])
    index = TileIndex.build(x, y, missing=np.array([False] * 5 + [True]))
    assert (len(index), index.point_count, index.extent) == (6, 2, (1.0, 4.0, 2.0, 6.0))
    assert TileIndex.build(x[1:3], y[1:3]).extent is None
    assert TileIndex.build(x[1:3], y[1:3]).counts((0, 1, 0, 1), 2, 1).tolist() == [[0, 0]]
    assert TileIndex.build(x[:1], y[:1]).full_window == (0.0, 2.0, 1.0, 3.0)


def test_numbers_near_each_other_and_far_from_zero_are_told_apart():
    """Seconds since 1970, a day of them: float32 alone would know 675 places."""
    x = 1.7e9 + np.arange(86_400.0)
    index = TileIndex.build(x, np.zeros(len(x)))
    counts = index.counts((x[0] - 0.5, x[-1] + 0.5, -1, 1), 86_400, 1)
    assert counts.min() == counts.max() == 1
    whole = TileIndex.build(x.astype(np.int64), np.zeros(len(x), np.int8))
    assert whole.rows_in((1.7e9 + 10, 1.7e9 + 12, -1, 1), 9).tolist() == [10, 11, 12]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_rows_of_a_window_are_those_of_every_row(dtype: str):
    random = np.random.default_rng(4)
    x, y = random.normal(size=(2, 9_000)).astype(dtype)
    keep, window = random.random(9_000) < 0.5, (-0.5, 0.25, 0.0, 1.0)
    index = TileIndex.build(x, y)
    inside = (x >= np.float64(-0.5)) & (x <= np.float64(0.25)) & (y >= 0) & (y <= 1)
    assert index.rows_in(window, 9_000).tolist() == np.flatnonzero(inside).tolist()
    assert index.rows_in(window, 9_000, keep).tolist() == np.flatnonzero(inside & keep).tolist()
    some = index.rows_in(window, 7, keep)
    assert len(some) == 7 and (inside & keep)[some].all()
    assert index.rows_in((50, 60, 50, 60), 9).tolist() == []


def test_the_nearest_row_is_the_one_that_is_nearest_on_the_screen():
    index = TileIndex.build(np.array([0.0, 1.0, 1.0, 5.0]), np.array([0.0, 0.0, 0.0, 5.0]))
    assert index.nearest(0.4, 0, 0.5) == 0
    assert index.nearest(0.9, 0, 0.5) == 1  # and not row 2, at the same place
    assert index.nearest(0.9, 0, 0.5, np.array([True, False, True, True])) == 2
    assert index.nearest(3, 3, 0.5) is None
    assert index.nearest(4.5, 4.5, 0.5) is None  # in the square, but not in the circle
    assert index.nearest(0.4, 0.2, (1.0, 0.1)) is None
    assert index.nearest(0.4, 0.2, (1.0, 0.3)) == 0


@settings(max_examples=60)
@given(st.integers(0, 999), st.floats(-2, 2), st.floats(-2, 2), st.floats(0.01, 2))
def test_the_nearest_row_is_that_of_a_look_at_every_row(seed, x0, y0, radius):
    x, y = np.random.default_rng(seed).normal(size=(2, 50)).round(1)
    distances = np.hypot((x - x0) / radius, (y - y0) / radius)
    expected = int(distances.argmin()) if distances.min() <= 1 else None
    assert TileIndex.build(x, y).nearest(x0, y0, radius) == expected


def test_the_index_takes_at_most_twelve_bytes_a_point_beyond_x_and_y():
    random = np.random.default_rng(0)
    count = 2_000_000  # fewer may keep a few MB of whatever they like
    index = TileIndex.build(*random.normal(size=(2, count)).astype(np.float32))
    window = index.full_window
    for level_count in (5, 6, 7, 300, 400):
        index.counts_by(window, 9, 9, frozen(random.integers(0, level_count, count)), level_count)
        index.means(window, 9, 9, frozen(random.random(count)))
        for share in (0.1, 0.5):
            index.counts(window, 9, 9, frozen(random.random(count) < share))
        assert index.nbytes <= 12 * count
    assert index.total_bytes == index.nbytes + 8 * count


def test_what_was_made_of_an_array_is_known_while_it_lives_and_cannot_change():
    kept: ByArray[bytes] = ByArray(10, len)
    first, second, loose = frozen(np.zeros(1)), frozen(np.zeros(1)), np.zeros(1)
    made: list[str] = []

    def make(name: str, size: int) -> bytes:
        made.append(name)
        return b"x" * size

    for name, array, size in (("a", first, 4), ("a", first, 4), ("b", second, 4), ("loose", loose, 4)):
        kept.get(array, lambda name=name, size=size: make(name, size))
    kept.get(loose, lambda: make("loose", 4))
    assert made == ["a", "b", "loose", "loose"] and kept.nbytes == 8
    kept.get(first, lambda: make("not again", 4))
    third = frozen(np.zeros(1))
    kept.get(third, lambda: make("c", 4))  # pushes out b, which is longest unused
    kept.get(second, lambda: make("b again", 4))
    assert made[4:] == ["c", "b again"]
    kept.get(frozen(np.zeros(1)), lambda: make("too large", 11))
    assert kept.nbytes == 8


def test_a_mask_that_was_changed_in_place_is_read_again():
    index, keep = TileIndex.build(np.arange(3.0), np.zeros(3)), np.array([True, False, False])
    assert index.counts((-1, 4, -1, 1), 1, 1, keep).tolist() == [[1]]
    keep[1] = True
    assert index.counts((-1, 4, -1, 1), 1, 1, keep).tolist() == [[2]]


def test_a_mask_of_another_length_is_refused():
    index = TileIndex.build(np.arange(3.0), np.zeros(3))
    with pytest.raises(BadRows, match="4 values and the map 3 rows"):
        index.counts((0, 1, 0, 1), 1, 1, np.ones(4, dtype=bool))
    with pytest.raises(BadRows, match="2 values and the map 3 rows"):
        index.counts_by((0, 1, 0, 1), 1, 1, np.zeros(2, dtype=int), 1)


def test_building_reports_and_can_be_cancelled_and_then_be_asked_for_again():
    table = Table(open_source(pd.DataFrame({"x": [1.0, 2.0], "y": [3.0, 4.0]})))
    flag = threading.Event()
    flag.check = lambda: (_ for _ in ()).throw(Cancelled("cancelled")) if flag.is_set() else None  # type: ignore[attr-defined]
    flag.set()
    with pytest.raises(Cancelled):
        shared_index(table, "x", "y", cancel=flag)  # type: ignore[arg-type]
    assert known_index(table, "x", "y") is None
    seen: list[float] = []
    index = shared_index(table, "x", "y", progress=lambda fraction, text: seen.append(fraction))
    assert seen == sorted(seen) and seen[-1] <= 1
    assert known_index(table, "x", "y") is index


def test_columns_of_a_table_are_sorted_once():
    """The map draws by them again and again."""
    random = np.random.default_rng(0)
    frame = pd.DataFrame({
        "x": random.random(500), "y": random.random(500), "n": random.integers(0, 9, 500),
        "text": random.choice(["a", "b"], 500), "score": random.random(500), "ok": random.random(500) < 0.5,
    })  # fmt: skip
    table = Table(open_source(frame))
    index = shared_index(table, "x", "y")
    for name in ("text", "n"):
        assert index.codes(table.column(name).values) is index.codes(table.column(name).values)
    before = index.nbytes
    index.means(FULL, 2, 2, table.column("score").values)
    index.counts(FULL, 2, 2, table.mask(Compare("ok", "==", True)))
    assert index.nbytes == before + 4 * 500 + 8 * 8


def test_text_has_no_place_on_a_map():
    table = Table(open_source(pd.DataFrame({"x": [1.0, 2.0], "name": ["a", "b"]})))
    with pytest.raises(TypeMismatch, match="needs numbers, and column 'name' holds"):
        shared_index(table, "x", "name")


def test_the_package_is_imported_without_numba():
    code = (
        "import json, sys, symphony_panel_embedding_map.plugin;"
        "print(json.dumps([m for m in ('numba', 'datashader', 'shapely') if m in sys.modules]))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == []
