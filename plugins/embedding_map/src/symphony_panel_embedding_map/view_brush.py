"""What a box or a lasso on the map says, as an expression.

A brush chooses by place, among the rows under the filter: rows that the filter
hides are drawn grey and are not taken. The polygon kept is the one that the
selection means: a drawn line of a thousand points is first simplified, by at most
half a pixel where that is enough, and rounded to a tenth of one, so that a link
or a finding can carry it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from symphony_core.combine import Mode
from symphony_core.errors import BadSetting
from symphony_core.expr import And, Between, Expr, Inside, all_of, any_of
from symphony_panel_embedding_map.view_look import read_window

MAX_DRAWN_POINTS = 20_000
MAX_KEPT_POINTS = 96

Point = tuple[float, float]


def box(x: str, y: str, message: Mapping[str, object], pixel: Point) -> Expr:
    """Give the test of a box; its border belongs to it. Raises BadSetting.

    pixel: width and height of a pixel in the plane.
    """
    x0, x1, y0, y1 = read_window(message.get("window"))
    (x0, y0), (x1, y1) = _rounded([(x0, y0), (x1, y1)], pixel)
    return And((Between(x, x0, x1), Between(y, y0, y1)))


def lasso(x: str, y: str, message: Mapping[str, object], pixel: Point) -> Expr | None:
    """Give the test of a drawn line, which closes itself; None when it encloses nothing.

    Raises BadSetting.
    """
    points = _read_points(message.get("polygon"))
    kept = _rounded(simplified(points, pixel), pixel)
    kept = [point for place, point in enumerate(kept) if point != kept[place - 1]]
    return Inside(x, y, tuple(kept)) if len(kept) >= 3 else None


def simplified(points: list[Point], pixel: Point, limit: int = MAX_KEPT_POINTS) -> list[Point]:
    """Leave out points of a line until at most `limit` are left; every dropped one lies close to the rest.

    pixel: the unit of closeness in each direction; half of it, doubled until the limit is met.
    """
    import shapely  # slow to import, and only lassos need it

    if len(points) <= 3:
        return points
    unit = [(px / pixel[0], py / pixel[1]) for px, py in points]
    ring = shapely.LineString([*unit, unit[0]])
    tolerance = 0.5
    while True:
        places = list(ring.simplify(tolerance, preserve_topology=False).coords)[:-1]
        if len(places) <= limit:
            return [(px * pixel[0], py * pixel[1]) for px, py in places]
        tolerance *= 2


def joined(current: Expr | None, brushed: Expr, mode: Mode) -> Expr | None:
    """Give the selection after a brush: instead of, together with, or without what it was."""
    if mode is Mode.REPLACE or (mode is Mode.ADD and current is None):
        return brushed
    if current is None:
        return None
    return any_of([current, brushed]) if mode is Mode.ADD else all_of([current, ~brushed])


def _read_points(given: object) -> list[Point]:
    listed = list(given) if isinstance(given, (list, tuple)) else []
    if not 1 <= len(listed) <= MAX_DRAWN_POINTS:
        raise BadSetting(f"a lasso has 1 to {MAX_DRAWN_POINTS:,} points, the page sent {len(listed):,}.")
    points = []
    for one in listed:
        pair = list(one) if isinstance(one, (list, tuple)) else []
        if len(pair) != 2 or not all(isinstance(end, (int, float)) and math.isfinite(end) for end in pair):
            raise BadSetting(f"the page sent {str(one)[:40]!r} as a point; wanted two numbers.")
        points.append((float(pair[0]), float(pair[1])))
    return points


def _rounded(points: list[Point], pixel: Point) -> list[Point]:
    digits = [1 - math.floor(math.log10(side)) for side in pixel]
    return [(round(px, digits[0]), round(py, digits[1])) for px, py in points]
