"""Numbers and moments as the map words them."""

from __future__ import annotations

import math

import numpy as np

# Between these a number is written out; outside, with an exponent.
SMALLEST_WRITTEN_OUT = 1e-3
LARGEST_WRITTEN_OUT = 1e6


def short(value: float) -> str:
    """Write a number with three significant digits."""
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else "∞" if value > 0 else "-∞"
    size = abs(value)
    if size == 0:
        return "0"
    if not SMALLEST_WRITTEN_OUT <= size < LARGEST_WRITTEN_OUT:
        return f"{value:.2e}"
    decimals = max(0, 2 - math.floor(math.log10(size)))
    text = f"{value:,.{decimals}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def moment(nanoseconds: float) -> str:
    """Write a moment in UTC, given in nanoseconds since 1970, to the minute; a day alone at midnight."""
    text = str(np.datetime64(int(nanoseconds), "ns").astype("datetime64[m]"))
    return text.replace("T", " ").removesuffix(" 00:00")


def rows(count: int) -> str:
    """Word a number of rows."""
    return f"{count:,} row" if count == 1 else f"{count:,} rows"
