"""Pictures of counts, against Datashader's own and against slow ones."""

from __future__ import annotations

import io

import numpy as np
import pytest
import xarray
from datashader import transfer_functions
from PIL import Image

from symphony_panel_embedding_map.view_shade import (
    MIN_ALPHA,
    as_png,
    contour_lines,
    grow_px,
    grown,
    mixed,
    on_ramp,
    opacity,
    ramp_colours,
)

COLOURS = ["#0072b2", "#e69f00", "#009e73"]


def counts_of(shape: tuple[int, ...], seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).poisson(0.4, shape).astype(np.uint32)


def test_a_lone_point_is_seen_and_more_points_are_more_opaque():
    shown = opacity(np.array([[0, 1], [5, 500]], dtype=np.uint32))
    assert shown[0, 0] == 0
    assert MIN_ALPHA <= shown[0, 1] < shown[1, 0] < shown[1, 1] == 255


def test_nothing_is_drawn_where_nothing_is():
    assert opacity(np.zeros((3, 4), dtype=np.uint32)).max() == 0
    assert mixed(np.zeros((3, 4, 2), dtype=np.uint32), COLOURS[:2]).max() == 0


def test_colours_are_mixed_as_datashader_mixes_them():
    counts = counts_of((40, 30, 3))
    names = ["a", "b", "c"]
    agg = xarray.DataArray(counts, dims=("y", "x", "c"), coords={"c": names})
    key = dict(zip(names, COLOURS, strict=True))
    wanted = transfer_functions.shade(
        agg, color_key=key, how="eq_hist", min_alpha=MIN_ALPHA, color_baseline=0
    )
    theirs = np.ascontiguousarray(wanted.data).view(np.uint8).reshape(40, 30, 4)
    ours = mixed(counts, COLOURS)
    there = counts.sum(axis=2) > 0
    assert np.abs(ours[there].astype(int) - theirs[there].astype(int)).max() <= 1
    assert ours[~there].max() == 0


@pytest.mark.parametrize("most", [1, 7, 5_000, 3_000_000])
def test_opacity_is_datashaders_histogram_equalization(most: int):
    rng = np.random.default_rng(most)
    counts = (rng.uniform(0, 1, (50, 40)) ** 8 * (most + 1)).astype(np.uint32)
    agg = xarray.DataArray(counts, dims=("y", "x"))
    theirs = transfer_functions.shade(agg, cmap="#000000", how="eq_hist", min_alpha=MIN_ALPHA)
    wanted = np.ascontiguousarray(theirs.data).view(np.uint8).reshape(50, 40, 4)[..., 3]
    # above 65,536 levels Datashader sorts counts into as many bins
    assert np.abs(opacity(counts).astype(int) - wanted.astype(int)).max() <= (1 if most < 65_536 else 40)


@pytest.mark.parametrize("by", [0, 1, 2])
def test_growing_adds_what_lies_near_and_nothing_from_the_other_edge(by: int):
    counts = counts_of((9, 11))
    slow = np.zeros_like(counts)
    for row in range(9):
        for column in range(11):
            for down in range(-by, by + 1):
                for right in range(-by, by + 1):
                    at = (row + down, column + right)
                    is_near = by == 0 or down * down + right * right <= by * by + 1
                    if is_near and 0 <= at[0] < 9 and 0 <= at[1] < 11:
                        slow[row, column] += counts[at]
    assert grown(counts, by).tolist() == slow.tolist()


def test_fewer_points_are_grown_more():
    assert [grow_px(count, 1) for count in (6_000, 50_000, 1_000_000)] == [1, 1, 0]
    assert grow_px(6_000, 2) == 3


def test_the_ramp_goes_from_low_to_high_and_leaves_holes():
    ramp = ramp_colours(False)
    shown = on_ramp(np.array([[0.0, 1.0, np.nan, 5.0]]), 0, 1, ramp)
    first, last = (tuple(int(ramp[at][i : i + 2], 16) for i in (1, 3, 5)) for at in (0, -1))
    assert tuple(shown[0, 0, :3]) == first
    assert tuple(shown[0, 1, :3]) == tuple(shown[0, 3, :3]) == last
    assert shown[0, :, 3].tolist() == [255, 255, 0, 255]


@pytest.mark.parametrize("is_dark", [True, False])
def test_the_high_end_of_the_ramp_stands_out_from_the_paper(is_dark: bool):
    def luminance(colour: str) -> float:
        return sum(w * int(colour[i : i + 2], 16) for w, i in ((0.21, 1), (0.72, 3), (0.07, 5)))

    ramp = ramp_colours(is_dark)
    assert (luminance(ramp[-1]) > luminance(ramp[0])) is is_dark


def test_the_bottom_row_of_counts_is_the_bottom_row_of_the_picture():
    image = Image.open(io.BytesIO(as_png(np.array([[10, 20], [30, 40]], dtype=np.uint8))))
    assert np.asarray(image)[..., 1].tolist() == [[30, 40], [10, 20]]


def test_a_contour_encloses_the_share_that_it_is_named_by():
    import shapely

    rng = np.random.default_rng(0)
    places = rng.normal(0.5, 0.08, (20_000, 2))
    counts = np.histogram2d(places[:, 1], places[:, 0], bins=(120, 120), range=((0, 1), (0, 1)))[0]
    inside = {}
    for share, line in contour_lines(counts):
        held = shapely.contains_xy(shapely.Polygon(line), places[:, 0], places[:, 1]).mean()
        inside[share] = inside.get(share, 0) + held
    assert [round(inside[share], 1) for share in (0.5, 0.75)] == [0.5, 0.8]
    assert inside[0.95] == pytest.approx(0.95, abs=0.03)


def test_an_empty_window_has_no_contours():
    assert contour_lines(np.zeros((10, 10))) == []
