"""Counts of points as pictures.

Density is said by opacity over the page's own paper, so one picture is right on
a light page and on a dark one: more rows, farther from the paper. How counts
become opacity is Datashader's histogram equalization, which shows a lone point
and the densest pixel in one picture. Colours of categories are mixed by their
counts as Datashader mixes them, by one matrix product, several times faster
(`test_map_shade.py` compares the two). Rows are drawn from the bottom up, as
Datashader counts them; pictures run from the top down.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import numpy as np

# A lone point must be seen; Datashader's own choice is 40 of 255, made for a screen full of points.
MIN_ALPHA = 90
# A pixel where only one point lies is grown to this many pixels of the screen, by how many points are drawn.
GROWN = ((20_000, 2), (100_000, 1))
# Cells across which contours are drawn, whatever the screen.
CONTOUR_SIDE = 160
CONTOUR_SHARES = (0.25, 0.5, 0.75, 0.95)


def grow_px(point_count: int, ratio: float) -> int:
    """Say by how many pixels of the screen points are to grow, so that few of them are seen."""
    for limit, by in GROWN:
        if point_count <= limit:
            return max(1, round(by * ratio / 1.5))
    return 0


def grown(counts: np.ndarray, by: int) -> np.ndarray:
    """Add to each pixel what lies up to `by` pixels away, as a disc; (h, w) or (h, w, k)."""
    if by == 0:
        return counts
    sums = np.zeros_like(counts)
    height, width = counts.shape[:2]
    for down in range(-by, by + 1):
        for right in range(-by, by + 1):
            if down * down + right * right > by * by + 1:
                continue
            to = (slice(max(0, down), height + min(0, down)), slice(max(0, right), width + min(0, right)))
            of = (slice(max(0, -down), height - max(0, down)), slice(max(0, -right), width - max(0, right)))
            sums[to] += counts[of]
    return sums


def opacity(counts: np.ndarray) -> np.ndarray:
    """Give (h, w) uint8: 0 where no point is, else more the more points there are."""
    shaded = _shade(counts, cmap="#000000", how="eq_hist", min_alpha=MIN_ALPHA)
    return np.ascontiguousarray(shaded.view(np.uint8).reshape(*counts.shape, 4)[..., 3])


def mixed(counts: np.ndarray, colours: Sequence[str]) -> np.ndarray:
    """Give (h, w, 4) uint8: each pixel's colours mixed by how many points of each lie there.

    counts: (h, w, k), one layer for each of the k colours "#rrggbb".
    """
    totals = counts.sum(axis=2)
    palette = np.array([_rgb(colour) for colour in colours], dtype=np.float32)
    picture = np.zeros((*totals.shape, 4), dtype=np.uint8)
    there = totals > 0
    shares = counts[there].astype(np.float32)
    picture[there, :3] = (shares @ palette) / shares.sum(axis=1, keepdims=True)
    picture[..., 3] = opacity(totals)
    return picture


def on_ramp(means: np.ndarray, low: float, high: float, ramp: Sequence[str]) -> np.ndarray:
    """Give (h, w, 4) uint8: the colour of each pixel's mean on a ramp; nothing where it is NaN."""
    span = (low, high) if high > low else (low - 0.5, low + 0.5)
    return _bytes(_shade(means.astype(np.float64), cmap=list(ramp), how="linear", span=span))


def ramp_colours(is_dark: bool) -> list[str]:
    """Give a perceptually uniform ramp from low to high: high stands out from the page's paper."""
    from datashader.colors import viridis  # loaded with the first picture

    steps = ["#{:02x}{:02x}{:02x}".format(*colour) for colour in viridis]
    return steps[45:] if is_dark else steps[::-1][25:]


def as_png(picture: np.ndarray) -> bytes:
    """Encode (h, w, 4) colours, or (h, w) opacity of a colour that the page chooses; bottom row first."""
    from PIL import Image  # takes 0.1 s to import

    flipped = picture[::-1]
    if picture.ndim == 2:
        image = Image.merge("LA", (Image.new("L", flipped.shape[::-1], 0), Image.fromarray(flipped.copy())))
    else:
        image = Image.fromarray(np.ascontiguousarray(flipped))
    buffer = io.BytesIO()
    image.save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()


def contour_lines(counts: np.ndarray) -> list[tuple[float, np.ndarray]]:
    """Draw lines around the densest places that hold 25, 50, 75 and 95 % of the points.

    counts: (h, w), bottom row first; smoothed by two cells.
    Returns pairs of share and (m, 2) places as shares of width and height from the lower left.
    """
    from contourpy import contour_generator
    from scipy.ndimage import gaussian_filter  # type: ignore[import-untyped]  # it has none

    density = gaussian_filter(counts.astype(np.float64), 2.0, mode="constant")
    total = density.sum()
    if total <= 0:
        return []
    ordered = np.sort(density.ravel())[::-1]
    reached = np.cumsum(ordered) / total
    height, width = counts.shape
    generator = contour_generator(z=density)
    lines = []
    for share in CONTOUR_SHARES:
        level = float(ordered[min(int(np.searchsorted(reached, share)), len(ordered) - 1)])
        for line in generator.lines(level):
            lines.append((share, (np.asarray(line) + 0.5) / (width, height)))
    return lines


def _shade(values: np.ndarray, **how: Any) -> np.ndarray:
    """Shade by Datashader, (h, w) uint32; it and what it needs take a second to import."""
    import xarray
    from datashader import transfer_functions

    if not (values > 0).any() and values.dtype.kind != "f":
        return np.zeros(values.shape, dtype=np.uint32)
    shaded = transfer_functions.shade(xarray.DataArray(values, dims=("y", "x")), **how)
    return np.ascontiguousarray(shaded.data)


def _bytes(shaded: np.ndarray) -> np.ndarray:
    return shaded.view(np.uint8).reshape(*shaded.shape, 4)


def _rgb(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
