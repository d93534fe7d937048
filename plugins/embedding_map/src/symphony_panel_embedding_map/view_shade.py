"""Counts of points as pictures.

Density is said by opacity over the page's own paper, so one picture is right on
a light page and on a dark one: more rows, farther from the paper. How counts
become opacity is Datashader's histogram equalization, which shows a lone point
and the densest pixel in one picture, and colours are mixed by their counts and
laid along a ramp as Datashader does it. Its own functions were not chosen: they
take a second to import and several times as long for a picture, which is felt
at each gesture; `test_map_shade.py` holds ours equal to them. Rows are drawn
from the bottom up, as Datashader counts them; pictures run from the top down.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence

import numpy as np
from isal import isal_zlib

# A lone point must be seen; Datashader's own choice is 40 of 255, made for a screen full of points.
MIN_ALPHA = 90
# A pixel where only one point lies is grown to this many pixels of the screen, by how many points are drawn.
GROWN = ((20_000, 2), (100_000, 1))
# Counts up to this are looked up one by one; a pixel of more points is rare.
MAX_LOOKUP = 1 << 20
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
    most = int(counts.max(initial=0))
    if most > MAX_LOOKUP:
        levels, places = np.unique(counts, return_inverse=True)
        return _equalized(np.bincount(places.ravel()), levels > 0)[places.reshape(counts.shape)]
    sizes = np.bincount(counts.ravel(), minlength=most + 1)
    return _equalized(sizes, np.arange(most + 1) > 0)[counts]


def _equalized(sizes: np.ndarray, is_there: np.ndarray) -> np.ndarray:
    """Give the opacity of each level of counts by how many pixels have at most so many points."""
    reached = np.cumsum(np.where(is_there, sizes, 0)).astype(np.float64)
    present = reached[is_there & (sizes > 0)]
    if len(present) == 0:
        return np.zeros(len(sizes), dtype=np.uint8)
    least, span = present[0], present[-1] - present[0]
    shares = (reached - least) / span if span > 0 else np.ones(len(sizes))
    return np.where(is_there, MIN_ALPHA + np.clip(shares, 0, 1) * (255 - MIN_ALPHA), 0).astype(np.uint8)


def point_count(counts: np.ndarray) -> int:
    """Count the points of a picture, (h, w, k)."""
    from symphony_panel_embedding_map.view_mix import sum_of  # imports numba

    return int(sum_of(counts.reshape(-1)))


def mixed(counts: np.ndarray, colours: Sequence[str]) -> np.ndarray:
    """Give (h, w, 4) uint8: each pixel's colours mixed by how many points of each lie there.

    counts: (h, w, k), one layer for each of the k colours "#rrggbb".
    """
    from symphony_panel_embedding_map.view_mix import mix_colours, totals_of  # imports numba

    height, width, count = counts.shape
    flat = counts.reshape(-1, count)
    totals = totals_of(flat)
    palette = np.array([_rgb(colour) for colour in colours], dtype=np.float64).reshape(count, 3)
    picture = np.zeros((height * width, 4), dtype=np.uint8)
    mix_colours(flat, totals, palette, opacity(totals), picture)
    return picture.reshape(height, width, 4)


def on_ramp(means: np.ndarray, low: float, high: float, ramp: Sequence[str]) -> np.ndarray:
    """Give (h, w, 4) uint8: the colour of each pixel's mean on a ramp; nothing where it is NaN."""
    low, high = (low, high) if high > low else (low - 0.5, low + 0.5)
    there = ~np.isnan(means)
    colours = np.array([(*_rgb(colour), 255) for colour in ramp], dtype=np.uint8)
    steps = np.clip((means[there] - low) / (high - low), 0, 1) * (len(ramp) - 1)
    picture = np.zeros((*means.shape, 4), dtype=np.uint8)
    picture[there] = colours[steps.round().astype(np.int64)]
    return picture


def ramp_colours(is_dark: bool) -> list[str]:
    """Give a perceptually uniform ramp from low to high: high stands out from the page's paper."""
    from colorcet import CET_L20  # only maps of numbers need it

    steps = [str(colour) for colour in CET_L20]
    return steps[50:] if is_dark else steps[::-1][30:]


def as_png(picture: np.ndarray) -> bytes:
    """Encode (h, w, 4) colours, or (h, w) opacity of a colour that the page chooses; bottom row first.

    Rows are stored as they are and packed by ISA-L: zlib takes four times as long for the same size, and
    Pillow's search for the best filter of each row longer still.
    """
    height, width = picture.shape[:2]
    is_coloured = picture.ndim == 3
    channels = 4 if is_coloured else 2
    rows = np.zeros((height, 1 + width * channels), dtype=np.uint8)
    pixels = rows[:, 1:].reshape(height, width, channels)
    if is_coloured:
        pixels[:] = picture[::-1]
    else:
        pixels[..., 1] = picture[::-1]
    packed = isal_zlib.compress(rows, 1)
    header = struct.pack(">IIBBBBB", width, height, 8, 6 if is_coloured else 4, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", packed), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        for name, body in parts
    )


def contour_lines(counts: np.ndarray) -> list[tuple[float, np.ndarray]]:
    """Draw lines around the densest places that hold 25, 50, 75 and 95 % of the points.

    counts: (h, w), bottom row first; smoothed by two cells.
    Returns pairs of share and (m, 2) places as shares of width and height from the lower left.
    """
    from contourpy import contour_generator
    from scipy.ndimage import gaussian_filter

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


def _rgb(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
