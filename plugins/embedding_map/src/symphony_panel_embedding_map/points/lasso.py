"""Which points lie in a polygon, equal to shapely.contains_xy on the original values.

A tile that no edge of the polygon comes near lies in it or outside it as a
whole, as does a run of such tiles side by side; one point of each run is asked
for all of it. Only the points of the other tiles are tested. A polygon that
crosses itself is read as shapely reads it, since shapely is asked.
"""

from __future__ import annotations

import numpy as np
import shapely

from symphony_panel_embedding_map.points.compiled import compiled
from symphony_panel_embedding_map.points.tree import MAX_SIDE, Grids, Points, grown

# Edges are met a little wider than they are: far more than arithmetic in float64 can be off, far less
# than a tile is wide. Where a tile is not that wide its points are tested, which is exact.
_MARGIN = 1e-9
# Beyond these products of coordinates are no numbers any more, and what shapely says of one point is
# not true of its neighbours.
_SMALLEST, _LARGEST = 1e-140, 1e140
# Where the coordinates themselves are too small for the margin to be a number.
_LEAST = 1e-300


def set_inside(points: Points, polygon: np.ndarray, mask: np.ndarray) -> None:
    """Set `mask`, (n,) bool, True at the rows in the polygon, (k, 2) float64."""
    shape = shapely.Polygon(polygon)
    shapely.prepare(shape)
    # Shapely takes a path there and back along two sides of a box for the box: edges that we do not know.
    runs, tested = _runs_of(points, polygon) if shape.area > 0 else _all_tested(points)
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):  # of numbers near 1e300
        runs = runs[shapely.contains_xy(shape, *points.values_at(runs[:, 0]))]
        places = _places_of(tested)
        is_inside = shapely.contains_xy(shape, *points.values_at(places))
    _set_runs(points.tree.order, runs, mask)
    mask[points.tree.order[places[is_inside]]] = True


def _runs_of(points: Points, polygon: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give ranges of points that lie on one side of the polygon each, and ranges to test; both (k, 2)."""
    size = np.abs(polygon).max()
    if not _SMALLEST < size < _LARGEST:
        return _all_tested(points)
    axes = (points.x_axis, points.y_axis)
    kept = np.column_stack([axis.kept(polygon[:, i]) for i, axis in enumerate(axes)])
    # Values were rounded to float32: their tiles are as much wider.
    slack = np.array([0.0 if axis.is_exact else 2.0**-23 for axis in axes])
    return _walk(points.tree.grids, np.vstack([kept, kept[:1]]), slack)


def _all_tested(points: Points) -> tuple[np.ndarray, np.ndarray]:
    return np.empty((0, 2), dtype=np.int64), np.array([[0, len(points.tree)]])


@compiled
def _set_runs(order: np.ndarray, runs: np.ndarray, mask: np.ndarray) -> None:
    for k in range(len(runs)):
        for i in range(runs[k, 0], runs[k, 1]):
            mask[order[i]] = True


@compiled
def _places_of(runs: np.ndarray) -> np.ndarray:
    count = 0
    for k in range(len(runs)):
        count += runs[k, 1] - runs[k, 0]
    found, at = np.empty(count, np.int64), 0
    for k in range(len(runs)):
        for i in range(runs[k, 0], runs[k, 1]):
            found[at] = i
            at += 1
    return found


@compiled
def _mark_edge(
    ax: float,
    ay: float,
    bx: float,
    by: float,
    columns: int,
    rows: int,
    edges: np.ndarray,
    slack: np.ndarray,
    marked: np.ndarray,
) -> None:
    """Mark the tiles that the edge from a to b comes near."""
    x_margin = _MARGIN * max(abs(ax), abs(bx)) + _LEAST
    y_margin = _MARGIN * max(abs(ay), abs(by)) + _LEAST
    slope = (bx - ax) / (by - ay) if by != ay and np.isfinite(by - ay) else np.inf
    for row in range(rows):
        y_least, y_greatest = (
            np.float64(edges[2 * columns + row]),
            np.float64(edges[2 * columns + rows + row]),
        )
        if y_least > y_greatest:
            continue
        widening = y_margin + slack[1] * (max(abs(y_least), abs(y_greatest)) + 1e-30)
        y_least, y_greatest = y_least - widening, y_greatest + widening
        if max(ay, by) < y_least or min(ay, by) > y_greatest:
            continue
        left, right = min(ax, bx), max(ax, bx)
        if np.isfinite(slope):
            # The part of the edge between the row's borders.
            at_least, at_greatest = ax + (y_least - ay) * slope, ax + (y_greatest - ay) * slope
            if np.isfinite(at_least) and np.isfinite(at_greatest):
                left = max(left, min(at_least, at_greatest))
                right = min(right, max(at_least, at_greatest))
        _mark_columns(left - x_margin, right + x_margin, columns, edges, slack[0], marked[row])


@compiled
def _mark_columns(
    left: float, right: float, columns: int, edges: np.ndarray, slack: float, marked: np.ndarray
) -> None:
    """Mark the columns from one to the other, each with the gap up to the next."""
    upto = np.inf
    for column in range(columns - 1, -1, -1):
        least, greatest = np.float64(edges[column]), np.float64(edges[columns + column])
        if least > greatest:
            continue
        widening = slack * (max(abs(least), abs(greatest)) + 1e-30)
        upto = min(upto, greatest + widening) if upto == np.inf else upto
        if left <= upto and right >= least - widening:
            marked[column] = True
        upto = least + widening


@compiled
def _walk(
    grids: Grids,
    polygon: np.ndarray,
    slack: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Give ranges of points that lie on one side of the polygon each, and ranges to test; both (k, 2)."""
    nodes, starts, children, edges = grids
    runs, run_count = np.empty((1_024, 2), np.int64), 0
    tested, tested_count = np.empty((1_024, 2), np.int64), 0
    marked = np.empty((MAX_SIDE, MAX_SIDE), np.bool_)
    waiting = np.empty(len(nodes), np.int64)
    waiting[0], waiting_count = 0, 1
    while waiting_count > 0:
        waiting_count -= 1
        node = waiting[waiting_count]
        columns, rows, first, edge = nodes[node, 2], nodes[node, 3], nodes[node, 4], nodes[node, 5]
        own_edges = edges[edge : edge + 2 * (columns + rows)]
        marked[:rows, :columns] = False
        for k in range(len(polygon) - 1):
            ax, ay, bx, by = polygon[k, 0], polygon[k, 1], polygon[k + 1, 0], polygon[k + 1, 1]
            _mark_edge(ax, ay, bx, by, columns, rows, own_edges, slack, marked)
        for row in range(rows):
            is_run = False
            for column in range(columns):
                tile = first + row * columns + column
                begin, end = starts[tile], starts[tile + 1]
                if marked[row, column]:
                    is_run = False
                if begin == end:
                    continue
                if not marked[row, column]:
                    if is_run:
                        runs[run_count - 1, 1] = end
                    else:
                        runs = grown(runs, run_count + 1)
                        runs[run_count, 0], runs[run_count, 1] = begin, end
                        run_count += 1
                        is_run = True
                elif children[tile] >= 0:
                    waiting[waiting_count] = children[tile]
                    waiting_count += 1
                else:
                    tested = grown(tested, tested_count + 1)
                    tested[tested_count, 0], tested[tested_count, 1] = begin, end
                    tested_count += 1
    return runs[:run_count], tested[:tested_count]
