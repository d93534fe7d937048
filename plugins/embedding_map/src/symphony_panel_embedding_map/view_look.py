"""What a page asks to see: which part of the plane, in how many pixels.

Messages come from outside and are checked before anything is drawn.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from symphony_core.errors import BadSetting

Window = tuple[float, float, float, float]
# More pixels than a large screen shows cost time and bring nothing.
MAX_SIDE_PX = 2_400
# Room around the outermost points, as a share of their span.
MARGIN = 0.04


@dataclass(frozen=True)
class Look:
    """One picture that is wanted.

    window: x from, x to, y from, y to; None is all points.
    width, height: in pixels of the screen, of one panel. ratio: those pixels in one of a page.
    is_dark: whether the page behind is dark. number: of the request.
    """

    window: Window | None = None
    width: int = 800
    height: int = 600
    ratio: float = 1.0
    is_dark: bool = False
    number: int = 0


def read_look(message: Mapping[str, object]) -> Look:
    """Read a request of a page. Raises BadSetting."""
    sides = [_number(message, key) for key in ("width", "height")]
    width, height = (min(max(round(side), 16), MAX_SIDE_PX) for side in sides)
    ratio = min(max(_number(message, "ratio"), 0.5), 4.0)
    window = message.get("window")
    return Look(
        None if window is None else read_window(window),
        width, height, ratio, message.get("is_dark") is True, round(_number(message, "number")),
    )  # fmt: skip


def read_window(given: object) -> Window:
    """Read the ends of a part of the plane. Raises BadSetting."""
    ends = list(given) if isinstance(given, (list, tuple)) else []
    if len(ends) != 4 or not all(_is_finite(end) for end in ends):
        raise BadSetting(f"the window is {str(given)[:80]}; wanted x from, x to, y from, y to as numbers.")
    x0, x1, y0, y1 = (float(end) for end in ends)
    if not (x0 < x1 and y0 < y1):
        raise BadSetting(f"the window {str(given)[:80]} is empty; wanted x from < x to and y from < y to.")
    return x0, x1, y0, y1


def home(extent: Window, width: int, height: int, *, has_one_scale: bool) -> Window:
    """Give the window that shows all points with some room around.

    extent: of the points; a single point gets a window of its own size of 1.
    has_one_scale: one unit is as many pixels across as up.
    """
    x0, x1, y0, y1 = extent
    x_span, y_span = _span(x0, x1), _span(y0, y1)
    if has_one_scale:
        unit = max(x_span / width, y_span / height)
        x_span, y_span = unit * width, unit * height
    x_middle, y_middle = x0 / 2 + x1 / 2, y0 / 2 + y1 / 2
    return x_middle - x_span / 2, x_middle + x_span / 2, y_middle - y_span / 2, y_middle + y_span / 2


def _span(low: float, high: float) -> float:
    span = (high - low) * (1 + 2 * MARGIN)
    return span if span > 0 else max(1.0, abs(low) * 1e-3)


def _number(message: Mapping[str, object], key: str) -> float:
    value = message.get(key)
    if not _is_finite(value):
        raise BadSetting(f"the page sent {key} {str(value)[:40]!r}; wanted a number.")
    return float(value)  # type: ignore[arg-type]  # _is_finite looked


def _is_finite(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
