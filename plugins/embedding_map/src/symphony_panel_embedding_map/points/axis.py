"""How the values of one coordinate become float32.

float32 columns, and any whose values float32 can hold, stay as they are. Others
are rounded, once an offset that dwarfs their range is taken away (times, a tight
cluster far from zero) and a power of two is taken out of sizes that float32
cannot hold. All of it keeps the order of the values.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

Value = TypeVar("Value", float, np.ndarray)

# float32 holds 2**-126 to 2**127; squares and quotients of what we keep stay in range between these.
_SMALLEST, _LARGEST = 2.0**-60, 2.0**60


@dataclass(frozen=True, slots=True)
class Axis:
    """One coordinate: its finite range, and how a value becomes the float32 that is kept.

    low, high: smallest and largest finite value; both nan when there is none.
    is_exact: every value is kept as it is; else it is rounded, and a bin's edge may lie on its other side.
    """

    low: float
    high: float
    is_exact: bool = True
    offset: float = 0.0
    factor: float = 1.0

    @classmethod
    def of(cls, low: float, high: float, is_exact: bool) -> Axis:
        """Choose offset and factor for values in [low, high]; nan when there is no value."""
        if is_exact or math.isnan(low):
            return cls(low, high)
        half = high / 2 - low / 2  # the whole range may be more than a float holds
        offset = low + half if max(abs(low), abs(high)) / 16 > half else 0.0
        size = max(abs(low - offset), abs(high - offset))
        is_small = size == 0 or _SMALLEST < size < _LARGEST
        exponent = 0 if is_small else max(-1000, min(1000, -math.frexp(size)[1]))
        return cls(low, high, False, offset, math.ldexp(1.0, exponent))

    def kept(self, value: Value) -> Value:
        """Give the place of a value, or of many, on the axis that is kept; not rounded."""
        return (value - self.offset) * self.factor

    def original(self, place: Value) -> Value:
        """Give the value that has this place."""
        return place / self.factor + self.offset

    def limit(self, value: float) -> float:
        """Give the place of a window's border, rounded as values are, so that values on it stay in."""
        place = self.kept(value)
        if self.is_exact:
            return place
        with np.errstate(over="ignore"):
            return float(np.float32(place))

    @property
    def step(self) -> float:
        """The largest gap between neighbours that are told apart, in units of the column; 0 when exact."""
        if self.is_exact or math.isnan(self.low):
            return 0.0
        size = max(abs(self.kept(self.low)), abs(self.kept(self.high)))
        return float(np.spacing(np.float32(size))) / self.factor

    @property
    def span(self) -> tuple[float, float]:
        """The smallest range of a window that shows all values and is not empty."""
        if math.isnan(self.low):
            return -1.0, 1.0
        if self.low < self.high:
            return self.low, self.high
        margin = max(1.0, abs(self.low) * 2.0**-20)
        return self.low - margin, self.high + margin
