"""The points of a window as ranges of the sorted order, and what is found in them."""

from __future__ import annotations

import numpy as np

from symphony_panel_embedding_map.points.binning import keeps
from symphony_panel_embedding_map.points.compiled import compiled
from symphony_panel_embedding_map.points.tree import Grids, grown


@compiled
def window_ranges(
    grids: Grids,
    window: tuple[float, float, float, float],
) -> np.ndarray:
    """Give (k, 3) int64: first point, end, and 1 where only some of the points lie in the window."""
    nodes, starts, children, edges = grids
    x0, x1, y0, y1 = window
    found, found_count = np.empty((1_024, 3), np.int64), 0
    waiting = np.empty(len(nodes), np.int64)
    waiting[0], waiting_count = 0, 1
    while waiting_count > 0:
        waiting_count -= 1
        node = waiting[waiting_count]
        columns, rows, first, edge = nodes[node, 2], nodes[node, 3], nodes[node, 4], nodes[node, 5]
        for row in range(rows):
            y_least = edges[edge + 2 * columns + row]
            y_greatest = edges[edge + 2 * columns + rows + row]
            if not (y_greatest >= y0 and y_least <= y1):
                continue
            for column in range(columns):
                x_least, x_greatest = edges[edge + column], edges[edge + columns + column]
                tile = first + row * columns + column
                begin, end = starts[tile], starts[tile + 1]
                if begin == end or not (x_greatest >= x0 and x_least <= x1):
                    continue
                is_inside = x0 <= x_least and x_greatest <= x1 and y0 <= y_least and y_greatest <= y1
                if not is_inside and children[tile] >= 0:
                    waiting[waiting_count] = children[tile]
                    waiting_count += 1
                    continue
                last = found[max(found_count - 1, 0)]
                if is_inside and found_count and last[1] == begin and last[2] == 0:
                    last[1] = end
                    continue
                found = grown(found, found_count + 1)
                found[found_count, 0], found[found_count, 1] = begin, end
                found[found_count, 2] = 0 if is_inside else 1
                found_count += 1
    return found[:found_count].copy()


@compiled
def count_in(ranges: np.ndarray) -> int:
    """Count the points of ranges."""
    count = 0
    for i in range(len(ranges)):
        count += ranges[i, 1] - ranges[i, 0]
    return count


@compiled
def places_in(
    ranges: np.ndarray,
    points: tuple[np.ndarray, np.ndarray],
    window: tuple[float, float, float, float],
    bits: np.ndarray | None,
    limit: int,
) -> np.ndarray:
    """Give the places, in the sorted order, of at most `limit` points of a window; int64."""
    xs, ys = points
    x0, x1, y0, y1 = window
    found, found_count = np.empty(min(limit, count_in(ranges)), np.int64), 0
    for k in range(len(ranges)):
        for i in range(ranges[k, 0], ranges[k, 1]):
            if found_count == len(found):
                return found
            if ranges[k, 2] == 1 and not (x0 <= xs[i] <= x1 and y0 <= ys[i] <= y1):
                continue
            if bits is not None and not keeps(bits, i):
                continue
            found[found_count] = i
            found_count += 1
    return found[:found_count]
