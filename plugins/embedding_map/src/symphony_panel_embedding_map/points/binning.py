"""Points of a window counted by pixel, as Datashader's Canvas.points counts them.

The same arithmetic on the same values gives the same bins. What is saved is
looking at points: tiles outside the window are not read, tiles inside it are
not tested, and tiles whose points all fall into one pixel are added at once.
"""

from __future__ import annotations

import numpy as np

from symphony_panel_embedding_map.points.compiled import compiled
from symphony_panel_embedding_map.points.tree import MAX_SIDE, Grids

# x and y of points.
Pair = tuple[np.ndarray, np.ndarray]
# x0, x1, y0, y1, scale and shift of x, of y, width, height.
Place = tuple[float, float, float, float, float, float, float, float, int, int]

# Pixels of a run of points are found first, so that the processor does many at once, then counted.
_RUN = 512
# What is known of the points of a column or row; from 0 on: the pixel that all of them fall into.
_INSIDE, _CROSSED, _OUTSIDE = -1, -2, -3


@compiled
def bin_points(  # one walk over the tiles; its branches are the cases of a tile
    grids: Grids,
    points: Pair,
    place: Place,
    out: np.ndarray,
    codes: np.ndarray | None,
    slots: np.ndarray | None,
    depth: int,
    values: np.ndarray | None,
    sums: np.ndarray | None,
    bits: np.ndarray | None,
) -> None:
    """Count the points of a window by pixel.

    out: (height * width * depth) uint32, is added to. codes, slots: count a point at `slots[its code]`, in
    0..depth-1, or not at all if that is negative. values, sums: add the finite values of a pixel, and count
    these. bits: 64 points a word, 1 for those that count. None leaves each of them out.
    """
    nodes, starts, children, edges = grids
    x0, x1, y0, y1, x_scale, x_shift, y_scale, y_shift, width, height = place
    column_of, row_of = np.empty(MAX_SIDE, np.int64), np.empty(MAX_SIDE, np.int64)
    waiting = np.empty(len(nodes), np.int64)
    waiting[0], waiting_count = 0, 1
    while waiting_count > 0:
        waiting_count -= 1
        node = waiting[waiting_count]
        columns, rows, first, edge = nodes[node, 2], nodes[node, 3], nodes[node, 4], nodes[node, 5]
        places = edges[edge : edge + 2 * columns]
        first_column, end_column = _look(places, columns, x0, x1, x_scale, x_shift, width, column_of)
        places = edges[edge + 2 * columns : edge + 2 * columns + 2 * rows]
        first_row, end_row = _look(places, rows, y0, y1, y_scale, y_shift, height, row_of)
        for row in range(first_row, end_row):
            run_begin = run_end = 0  # tiles inside the window follow each other: they are taken together
            for column in range(first_column, end_column):
                tile = first + row * columns + column
                begin, end = starts[tile], starts[tile + 1]
                if begin == end or row_of[row] == _OUTSIDE or column_of[column] == _OUTSIDE:
                    continue
                is_crossed = row_of[row] == _CROSSED or column_of[column] == _CROSSED
                if not is_crossed and row_of[row] >= 0 and column_of[column] >= 0:
                    pixel = row_of[row] * width + column_of[column]
                    _add_to_pixel(begin, end, pixel, out, codes, slots, depth, values, sums, bits)
                elif children[tile] >= 0 and (
                    is_crossed
                    or _has_small_tiles(
                        nodes[children[tile]], edges, x_scale, x_shift, width, y_scale, y_shift, height
                    )
                ):
                    waiting[waiting_count] = children[tile]
                    waiting_count += 1
                elif is_crossed:
                    _add_tested(begin, end, points, place, out, codes, slots, depth, values, sums, bits)
                elif begin == run_end:
                    run_end = end
                else:
                    _add_inside(
                        run_begin, run_end, points, place, out, codes, slots, depth, values, sums, bits
                    )
                    run_begin, run_end = begin, end
            _add_inside(run_begin, run_end, points, place, out, codes, slots, depth, values, sums, bits)


@compiled
def _pixel(value: np.float32, scale: float, shift: float, count: int) -> int:
    """Give the bin of a value in the window; its far border belongs to the last bin."""
    return min(max(int(value * scale + shift), 0), count - 1)


@compiled
def _look(
    places: np.ndarray,
    count: int,
    low: float,
    high: float,
    scale: float,
    shift: float,
    pixel_count: int,
    found: np.ndarray,
) -> tuple[int, int]:
    """Say of each column (or row) how it lies in the window; give the range of those not outside."""
    first, end = count, 0
    for i in range(count):
        least, greatest = places[i], places[count + i]
        if not (greatest >= low and least <= high):  # also where it is empty
            found[i] = _OUTSIDE
            continue
        first, end = min(first, i), i + 1
        if least < low or greatest > high:
            found[i] = _CROSSED
            continue
        pixel = _pixel(least, scale, shift, pixel_count)
        found[i] = pixel if pixel == _pixel(greatest, scale, shift, pixel_count) else _INSIDE
    return first, end


@compiled
def _has_small_tiles(
    node: np.ndarray,
    edges: np.ndarray,
    x_scale: float,
    x_shift: float,
    width: int,
    y_scale: float,
    y_shift: float,
    height: int,
) -> bool:
    """Say whether the tiles of a grid are smaller than pixels, so that walking through them pays."""
    columns, rows, edge = node[2], node[3], node[5]
    x_span = np.float64(edges[edge + 2 * columns - 1]) - np.float64(edges[edge])
    y_span = np.float64(edges[edge + 2 * columns + 2 * rows - 1]) - np.float64(edges[edge + 2 * columns])
    return x_span * x_scale <= columns and y_span * y_scale <= rows


@compiled
def keeps(bits: np.ndarray, i: int) -> bool:
    """Say whether the i-th point counts."""
    return bool((bits[i >> 6] >> np.uint64(i & 63)) & np.uint64(1))


@compiled
def _add(
    i: int,
    pixel: int,
    out: np.ndarray,
    codes: np.ndarray | None,
    slots: np.ndarray | None,
    depth: int,
    values: np.ndarray | None,
    sums: np.ndarray | None,
    bits: np.ndarray | None,
) -> None:
    if bits is not None and not keeps(bits, i):
        return
    if values is not None and sums is not None:
        if np.isfinite(values[i]):
            out[np.uint64(pixel)] += np.uint32(1)
            sums[np.uint64(pixel)] += values[i]
    elif codes is not None and slots is not None:
        slot = slots[np.uint64(codes[i])]
        if slot >= 0:
            out[np.uint64(pixel * depth + slot)] += np.uint32(1)
    else:
        out[np.uint64(pixel)] += np.uint32(1)


@compiled
def _add_to_pixel(
    begin: int,
    end: int,
    pixel: int,
    out: np.ndarray,
    codes: np.ndarray | None,
    slots: np.ndarray | None,
    depth: int,
    values: np.ndarray | None,
    sums: np.ndarray | None,
    bits: np.ndarray | None,
) -> None:
    """Add points that all fall into one pixel."""
    if bits is None and codes is None and values is None:
        out[pixel] += np.uint32(end - begin)
    else:
        for i in range(begin, end):
            _add(i, pixel, out, codes, slots, depth, values, sums, bits)


@compiled
def _add_tested(
    begin: int,
    end: int,
    points: Pair,
    place: Place,
    out: np.ndarray,
    codes: np.ndarray | None,
    slots: np.ndarray | None,
    depth: int,
    values: np.ndarray | None,
    sums: np.ndarray | None,
    bits: np.ndarray | None,
) -> None:
    """Add those of some points that lie in the window."""
    xs, ys = points
    x0, x1, y0, y1, x_scale, x_shift, y_scale, y_shift, width, height = place
    for i in range(begin, end):
        x, y = xs[i], ys[i]
        if x0 <= x <= x1 and y0 <= y <= y1:
            pixel = _pixel(y, y_scale, y_shift, height) * width + _pixel(x, x_scale, x_shift, width)
            _add(i, pixel, out, codes, slots, depth, values, sums, bits)


@compiled
def _add_inside(
    begin: int,
    end: int,
    points: Pair,
    place: Place,
    out: np.ndarray,
    codes: np.ndarray | None,
    slots: np.ndarray | None,
    depth: int,
    values: np.ndarray | None,
    sums: np.ndarray | None,
    bits: np.ndarray | None,
) -> None:
    """Add points that all lie in the window."""
    xs, ys = points
    x_scale, x_shift, y_scale, y_shift, width, height = place[4:]
    pixels = np.empty(_RUN, np.int32)
    for run in range(begin, end, _RUN):
        count = min(_RUN, end - run)
        for j in range(count):
            column = min(max(np.int32(xs[run + j] * x_scale + x_shift), np.int32(0)), np.int32(width - 1))
            row = min(max(np.int32(ys[run + j] * y_scale + y_shift), np.int32(0)), np.int32(height - 1))
            pixels[j] = row * np.int32(width) + column
        for j in range(count):
            _add(run + j, pixels[j], out, codes, slots, depth, values, sums, bits)


@compiled
def bin_loose(
    points: Pair,
    place: Place,
    out: np.ndarray,
    codes: np.ndarray | None,
    slots: np.ndarray | None,
    depth: int,
    values: np.ndarray | None,
    sums: np.ndarray | None,
    bits: np.ndarray | None,
) -> None:
    """Count points that lie in no tree, in the same way."""
    _add_tested(0, len(points[0]), points, place, out, codes, slots, depth, values, sums, bits)
