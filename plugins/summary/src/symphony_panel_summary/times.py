"""Where the bars of a time column begin and end: at steps of the calendar.

Years, months, Mondays, midnights, hours... of the column's own zone, so that a
bar is what a person would name. Months differ in length and so do days when
clocks change, hence edges are found in local time and only then placed in UTC.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pandas as pd

from symphony_panel_summary.edges import Bin, Edges, core_range

# Calendar steps as (numpy unit, count, seconds); weeks begin on Monday.
_DAY_S = 86_400.0
_UNITS = {"ns": 1e-9, "us": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3_600.0, "D": _DAY_S,
          "M": 30.44 * _DAY_S, "Y": 365.25 * _DAY_S}  # fmt: skip
_COUNTS: dict[str, tuple[int, ...]] = {
    **dict.fromkeys(("ns", "us", "ms"), (1, 2, 5, 10, 20, 50, 100, 200, 500)),
    "s": (1, 2, 5, 10, 15, 30), "m": (1, 2, 5, 10, 15, 30), "h": (1, 2, 3, 6, 12), "D": (1, 2, 7),
    "M": (1, 2, 3, 6), "Y": tuple(m * 10**e for e in range(11) for m in (1, 2, 5)),
}  # fmt: skip
# Dates outside of these cannot be written in a filter.
FIRST_READABLE, FIRST_UNREADABLE = np.datetime64("0001-01-01", "s"), np.datetime64("10000-01-01", "s")
# Days from 1970-01-01, a Thursday, to the Monday after.
_FIRST_MONDAY = 4


def time_edges(values: np.ndarray, bin_count: int, timezone: str | None) -> Edges:
    """Choose about `bin_count` calendar steps; they begin at midnight, Mondays... of the zone.

    values: datetime64 in UTC without NaT, at least one.
    The edges of the bars are texts, as a filter takes them.
    """
    unit = np.datetime_data(values.dtype)[0]
    whole = values.view(np.int64)
    low, high = int(whole.min()), int(whole.max())
    core_low, core_high = (low, high) if low == high else core_range(whole, low, high)
    local = _local(np.array([core_low, core_high], dtype=np.int64).view(values.dtype), timezone)
    step_unit, count = _calendar_step((core_high - core_low) * _UNITS[unit], bin_count, unit)
    marks = _calendar_marks(local[0], local[1], step_unit, count)
    inner = _utc(marks[1:-1], timezone, values.dtype)
    texts = [time_text(mark, step_unit) for mark in marks]
    literals = _literals(marks, timezone)
    bins = [
        Bin(literals[i], literals[i + 1], False, texts[i] if count == 1 else f"{texts[i]} – {texts[i + 1]}")
        for i in range(len(marks) - 1)
    ]
    if marks[0] < FIRST_READABLE:
        bins[0] = replace(bins[0], low=_literal(local[0]))
    if marks[-1] >= FIRST_UNREADABLE:
        bins[-1] = replace(bins[-1], high=_literal(local[1]), is_closed=True)
    if low < core_low:
        start = _local(values[[int(whole.argmin())]], timezone)[0]
        inner = np.concatenate([_utc(marks[:1], timezone, values.dtype), inner])
        bins.insert(0, Bin(_literal(start), literals[0], False, f"before {texts[0]}"))
    if high > core_high:
        end = _local(values[[int(whole.argmax())]], timezone)[0]
        inner = np.concatenate([inner, _utc(marks[-1:], timezone, values.dtype)])
        bins.append(Bin(literals[-1], _literal(end), True, f"{texts[-1]} and later"))
    return _without_empty_steps(bins, inner)


def _without_empty_steps(bins: list[Bin], inner: np.ndarray) -> Edges:
    """Join steps that a change of clocks made empty."""
    keep = np.concatenate([[True], np.diff(inner.view(np.int64)) > 0]) if len(inner) else np.zeros(0, bool)
    kept = [bins[0]]
    for item, is_kept in zip(bins[1:], keep, strict=True):
        if is_kept:
            kept.append(item)
        else:
            kept[-1] = Bin(kept[-1].low, item.high, item.is_closed, kept[-1].label)
    return Edges(tuple(kept), inner[keep])


def _calendar_step(span_s: float, bin_count: int, finest: str) -> tuple[str, int]:
    units = list(_UNITS)
    choices = [
        (unit, count) for unit in units[units.index(finest) :] for count in _COUNTS[unit]
    ]  # fmt: skip
    wanted = max(span_s, _UNITS[finest]) / bin_count
    return min(choices, key=lambda choice: abs(math.log(_UNITS[choice[0]] * choice[1] / wanted)))


def _calendar_marks(low: np.datetime64, high: np.datetime64, unit: str, count: int) -> np.ndarray:
    """Give all steps from the one that holds `low` to the first after `high`, in local time."""
    dtype = np.dtype(f"datetime64[{unit}]")
    shift = {"Y": -1970, "D": _FIRST_MONDAY if count == 7 else 0}.get(unit, 0)
    first, last = (int(at.astype(dtype).astype(np.int64)) for at in (low, high))
    start = (first - shift) // count * count + shift
    steps = np.arange((last - start) // count + 2, dtype=np.int64)
    return (start + count * steps).view(dtype)


def _local(times: np.ndarray, timezone: str | None) -> np.ndarray:
    if timezone is None:
        return times
    return pd.DatetimeIndex(times).tz_localize("UTC").tz_convert(timezone).tz_localize(None).to_numpy()


def _utc(marks: np.ndarray, timezone: str | None, dtype: np.dtype) -> np.ndarray:
    if timezone is None or not len(marks):
        return marks.astype(dtype)
    return _placed(marks, timezone).tz_convert("UTC").tz_localize(None).to_numpy().astype(dtype)


def _placed(marks: np.ndarray, timezone: str) -> pd.DatetimeIndex:
    is_coarse = np.datetime_data(marks.dtype)[0] in "YMDhm"  # pandas knows no unit above seconds
    plain = pd.DatetimeIndex(marks.astype("datetime64[s]") if is_coarse else marks)
    first_of_two = np.ones(len(marks), dtype=bool)
    return plain.tz_localize(timezone, ambiguous=first_of_two, nonexistent="shift_forward")


def _literals(marks: np.ndarray, timezone: str | None) -> list[str]:
    """Write marks as a filter reads them, with the offset where a clock shows them twice or never."""
    texts = [_literal(mark) for mark in marks]
    if timezone is None or np.datetime_data(marks.dtype)[0] in ("Y", "M") or len(marks) > 10_000:
        return texts
    placed = _placed(marks, timezone)
    for index, text in enumerate(texts):
        try:
            is_plain = pd.Timestamp(text).tz_localize(timezone) == placed[index]
        except ValueError:
            is_plain = False
        if not is_plain:
            texts[index] = placed[index].isoformat(sep=" ")
    return texts


def _literal(mark: np.datetime64) -> str:
    text = str(mark.astype("datetime64[D]") if np.datetime_data(mark.dtype)[0] in "YMD" else mark)
    date, _, clock = text.partition("T")
    if not clock:
        return date
    clock = clock.rstrip("0").rstrip(".") if "." in clock else clock
    clock = clock.removesuffix(":00") if clock.count(":") == 2 else clock
    return date if clock in ("00:00", "00") else f"{date} {clock if ':' in clock else clock + ':00'}"


def time_text(mark: np.datetime64, unit: str) -> str:
    """Write a time no finer than its step."""
    text = str(mark).replace("T", " ")
    return f"{text}:00" if unit == "h" else text
