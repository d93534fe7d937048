"""Loops over pixels, for which numpy takes several passes: they decide how soon a picture is there."""

from __future__ import annotations

import numpy as np

from symphony_panel_embedding_map.points.compiled import compiled


@compiled
def totals_of(counts: np.ndarray) -> np.ndarray:
    """Sum the points of each pixel over its categories: (n, k) uint32 to (n,) uint32."""
    totals = np.zeros(len(counts), np.uint32)
    for pixel in range(len(counts)):
        total = np.uint32(0)
        for code in range(counts.shape[1]):
            total += counts[pixel, code]
        totals[pixel] = total
    return totals


@compiled
def sum_of(counts: np.ndarray) -> np.uint64:
    """Sum (n,) uint32, several at once by the processor; numpy widens each first."""
    total = np.uint64(0)
    for i in range(len(counts)):
        total += np.uint64(counts[i])
    return total


@compiled
def mix_colours(
    counts: np.ndarray, totals: np.ndarray, palette: np.ndarray, alpha: np.ndarray, picture: np.ndarray
) -> None:
    """Write each pixel's mean colour and opacity into `picture`, (n, 4) uint8; pixels without points stay.

    counts: (n, k) uint32. totals: (n,) their sums. palette: (k, 3) float64. alpha: (n,) uint8.
    """
    for pixel in range(len(counts)):
        total = totals[pixel]
        if total == 0:
            continue
        red, green, blue = 0.0, 0.0, 0.0
        for code in range(counts.shape[1]):
            count = counts[pixel, code]
            if count != 0:
                red += count * palette[code, 0]
                green += count * palette[code, 1]
                blue += count * palette[code, 2]
        picture[pixel, 0] = np.uint8(red / total)
        picture[pixel, 1] = np.uint8(green / total)
        picture[pixel, 2] = np.uint8(blue / total)
        picture[pixel, 3] = alpha[pixel]
