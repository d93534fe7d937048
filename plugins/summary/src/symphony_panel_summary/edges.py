"""Where the bars of a histogram begin and end.

Edges are numbers that a person would choose: steps of 1, 2 or 5 times a power
of ten, and whole numbers for whole numbers. They are computed exactly, as
integers and fractions, so `0.15` is written so and integers beyond 2**53 keep
their bars apart.

A few far outliers would press all other rows into one bar. When the outermost
rows lie far outside of the rest they get one open bar at their end instead.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise

import numpy as np

from symphony_panel_summary.words import exact

Value = int | float | str

# The rows between these shares are "the rest"; what lies outside may be outliers.
CORE = (0.005, 0.995)
# How many times the width of the rest an outlier lies beyond it before it gets a bar of its own.
FAR = 10
# Of fewer values none is called an outlier.
MIN_VALUES = 10
# Rows looked at to find the rest; more do not move these two shares visibly.
SAMPLE_ROWS = 100_000


@dataclass(frozen=True, slots=True)
class Bin:
    """One bar: values from `low` up to `high`, with `high` itself if `is_closed`."""

    low: Value
    high: Value
    is_closed: bool
    label: str


@dataclass(frozen=True, slots=True)
class Edges:
    """The bars of one column.

    inner: (bin count - 1,) ascending; bar i ends before inner[i]. In the values' own dtype.
    """

    bins: tuple[Bin, ...]
    inner: np.ndarray


def number_edges(values: np.ndarray, bin_count: int) -> Edges:
    """Choose about `bin_count` bars for numbers.

    values: finite numbers of any int, uint or float dtype, at least one.
    """
    low, high = values.min().item(), values.max().item()
    if low == high:
        return Edges((Bin(low, low, True, exact(low)),), values[:0])
    core_low, core_high = core_range(values, low, high)
    is_whole = values.dtype.kind in "iu"
    counts_up = is_whole or (max(-low, high) < 2**53 and _holds_whole_numbers(values))
    step = nice_step(Fraction(core_high) - Fraction(core_low), bin_count, at_least_one=counts_up)
    first = math.floor(Fraction(core_low) / step)
    last = max(math.floor(Fraction(core_high) / step) + 1 if counts_up else _ceil(core_high, step), first + 1)
    marks = [_multiple(index, step, is_whole) for index in range(first, last + 1)]
    marks = _distinct_in(values.dtype, marks)
    # 0.9 as a float is a little more than nine tenths, 0.3 a little less than three: no bar for that alone
    if not counts_up and len(marks) > 2 and values.dtype.type(marks[-2]) == core_high:
        marks.pop()
    if not counts_up and len(marks) > 2 and values.dtype.type(marks[1]) == core_low:
        marks.pop(0)
    digits = _digits(marks)
    bins = [_number_bin(a, b, is_whole, digits) for a, b in pairwise(marks)]
    if counts_up and step == 1:
        bins = [replace(item, label=exact(mark, digits)) for item, mark in zip(bins, marks, strict=False)]
    if low < marks[0]:
        tail = _number_bin(low, marks[0], is_whole, digits)
        bins.insert(0, replace(tail, label=f"below {exact(marks[0], digits)}"))
    if high > marks[-1] or (is_whole and high == marks[-1]):
        bins.append(Bin(marks[-1], high, True, f"{exact(marks[-1], digits)} and above"))
    elif not is_whole:
        bins[-1] = Bin(bins[-1].low, bins[-1].high, True, bins[-1].label)
    return Edges(tuple(bins), np.array([item.low for item in bins[1:]], dtype=values.dtype))


def nice_step(width: Fraction, bin_count: int, *, at_least_one: bool) -> Fraction:
    """Give 1, 2 or 5 times a power of ten, so that `width` has about `bin_count` steps."""
    raw = width / bin_count
    # the logarithm of a fraction, whose parts may be too large or small for a float
    size = (math.log2(raw.numerator) - math.log2(raw.denominator)) * math.log10(2)
    exponent = math.floor(size)
    choices = [Fraction(m) * Fraction(10) ** exponent for m in (1, 2, 5, 10)]
    step = min(choices, key=lambda choice: abs(_log10(choice) - size))
    return max(step, Fraction(1)) if at_least_one else step


def _log10(value: Fraction) -> float:
    return (math.log2(value.numerator) - math.log2(value.denominator)) * math.log10(2)


def _ceil(value: float, step: Fraction) -> int:
    return math.ceil(Fraction(value) / step)


def _multiple(index: int, step: Fraction, is_whole: bool) -> int | float:
    mark = index * step
    if is_whole:
        return int(mark)
    try:
        return mark.numerator / mark.denominator
    except OverflowError:
        return math.copysign(np.finfo(np.float64).max, index)


def _distinct_in(dtype: np.dtype, marks: list[int | float]) -> list[int | float]:
    """Drop marks that a float column of this precision cannot tell apart."""
    if dtype.kind != "f":
        return marks
    with np.errstate(over="ignore"):
        rounded = np.array(marks, dtype=dtype)
    limit = np.finfo(dtype).max
    rounded = np.clip(rounded, -limit, limit)
    keep = np.concatenate([[True], np.diff(rounded) > 0])
    kept = [
        min(max(mark, -float(limit)), float(limit))
        for mark, is_kept in zip(marks, keep, strict=True)
        if is_kept
    ]
    return kept if len(kept) > 1 else [marks[0], float(np.nextafter(rounded[-1], np.inf, dtype=dtype))]


def _digits(marks: list[int | float]) -> int:
    """Give how many digits tell neighbouring marks apart."""
    widest = max(abs(Fraction(mark)) for mark in marks)
    narrowest = min(Fraction(b) - Fraction(a) for a, b in pairwise(marks))
    return min(17, max(6, math.ceil(_log10(widest / narrowest)) + 1))


def _number_bin(low: int | float, high: int | float, is_whole: bool, digits: int) -> Bin:
    if not is_whole:
        return Bin(low, high, False, f"{exact(low, digits)} – {exact(high, digits)}")
    top = int(high) - 1
    return Bin(low, top, True, exact(low) if low == top else f"{exact(low)} – {exact(top)}")


def core_range(values: np.ndarray, low: int | float, high: int | float) -> tuple[int | float, int | float]:
    """Give the range that the bars cover: all of it unless an end is far from the rest."""
    if len(values) < MIN_VALUES:
        return low, high
    sample = np.sort(values[:: max(1, len(values) // SAMPLE_ROWS)])
    first, last = math.ceil(CORE[0] * (len(sample) - 1)), math.floor(CORE[1] * (len(sample) - 1))
    if first >= last or sample[first] == sample[last]:
        return low, high
    core_low, core_high = sample[first].item(), sample[last].item()
    reach = FAR * (Fraction(core_high) - Fraction(core_low))
    if Fraction(core_low) - Fraction(low) <= reach:
        core_low = low
    if Fraction(high) - Fraction(core_high) <= reach:
        core_high = high
    return core_low, core_high


def _holds_whole_numbers(values: np.ndarray) -> bool:
    sample = values[:: max(1, len(values) // SAMPLE_ROWS)]
    return bool((sample == np.floor(sample)).all())
