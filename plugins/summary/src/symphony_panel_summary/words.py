"""Numbers as people read them: thousands separated, three digits where three are enough.

Whole numbers keep all their digits, also beyond 2**53, since neighbours must
stay distinct.
"""

from __future__ import annotations

import math

# Between these a number is written out; outside, with an exponent.
SMALLEST_WRITTEN_OUT = 1e-4
LARGEST_WRITTEN_OUT = 1e9


def whole(value: int) -> str:
    """Write a whole number with all its digits."""
    return f"{value:,}"


def three_digits(value: float) -> str:
    """Write a number with three significant digits."""
    return _written(value, 3)


def exact(value: int | float, digits: int = 6) -> str:
    """Write an edge or an extreme with the digits it has, at most `digits` of a float."""
    return whole(value) if isinstance(value, int) else _written(value, digits)


def share(part: int, of: int) -> str:
    """Write a share in percent that is never rounded to nothing or to all."""
    percent = 100 * part / of if of else 0.0
    if 0 < percent < 0.1:
        return "< 0.1 %"
    if 99.9 < percent < 100:
        return "> 99.9 %"
    return f"{percent:.1f} %" if 0 < percent < 10 else f"{percent:.0f} %"


def _written(value: float, digits: int) -> str:
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else "∞" if value > 0 else "-∞"
    if value == 0:
        return "0"
    size = abs(value)
    if not SMALLEST_WRITTEN_OUT <= size < LARGEST_WRITTEN_OUT:
        mantissa, exponent = f"{value:.{digits - 1}e}".split("e")
        return f"{_trimmed(mantissa)}e{int(exponent)}"
    decimals = max(0, digits - 1 - math.floor(math.log10(size)))
    return _trimmed(f"{value:,.{decimals}f}")


def _trimmed(text: str) -> str:
    return text.rstrip("0").rstrip(".") if "." in text else text
