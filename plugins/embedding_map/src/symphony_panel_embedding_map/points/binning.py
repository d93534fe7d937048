"""Points of a window counted by pixel, as Datashader's Canvas.points counts them.

The same arithmetic on the same values gives the same bins. What is saved is
looking at points: tiles outside the window are not read, tiles inside it are
not tested, and tiles whose points all fall into one pixel are added at once.
What lies side by side is binned in one go: first the pixels of a run of points,
many at once by the processor, then the counting. No step of it waits for a
branch: points that do not count go to spare pixels behind the picture.
"""

from __future__ import annotations

import numpy as np

from symphony_panel_embedding_map.points.compiled import compiled
from symphony_panel_embedding_map.points.tree import MAX_SIDE, Grids

# x and y of points.
Pair = tuple[np.ndarray, np.ndarray]
# x0, x1, y0, y1, scale and shift of x, of y, width, height.
Place = tuple[float, float, float, float, float, float, float, float, int, int]

# Behind the picture, for points that do not count; adding to one of them again at once would wait.
SPARE_PIXELS = 16
# Pixels that are found before they are counted; a multiple of 64, the filter's bits in a word.
_RUN = 512
# Adding so many points one by one takes as long as a look at their tile.
_MIN_POINTS = 24
# So many tiles along a pixel: then three of five lie in one pixel.
_TILES_A_PIXEL = 4
# What is known of the points of a column or row; from 0 on: the pixel that all of them fall into.
_INSIDE, _CROSSED, _OUTSIDE = -1, -2, -3


@compiled
def bin_points(
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

    out: ((height * width + SPARE_PIXELS) * depth) uint32, is added to; `sums` has its length.
    codes, slots: count a point at `slots[its code]`, in 0..depth-1, or not at all if that is negative.
    values, sums: add the values of a pixel that are not NaN, and count these.
    bits: 64 points a word, 1 for those that count. Each of them may be None.
    """
    nodes, starts, children, edges = grids
    x0, x1, y0, y1, x_scale, x_shift, y_scale, y_shift, width, height = place
    is_plain = codes is None and values is None
    column_of, row_of = np.empty(MAX_SIDE, np.int64), np.empty(MAX_SIDE, np.int64)
    waiting, pixels = np.empty(len(nodes), np.int64), np.empty(_RUN, np.int32)
    waiting[0], waiting_count = 0, 1
    while waiting_count > 0:
        waiting_count -= 1
        node = waiting[waiting_count]
        columns, rows, first, edge = nodes[node, 2], nodes[node, 3], nodes[node, 4], nodes[node, 5]
        places = edges[edge : edge + 2 * columns]
        first_column, end_column = _look(places, columns, x0, x1, x_scale, x_shift, width, column_of)
        places = edges[edge + 2 * columns : edge + 2 * columns + 2 * rows]
        first_row, end_row = _look(places, rows, y0, y1, y_scale, y_shift, height, row_of)
        # Tiles that follow each other and are of one kind are taken together.
        run_begin, run_end, run_is_crossed = 0, 0, False
        for row in range(first_row, end_row):
            for column in range(first_column, end_column):
                tile = first + row * columns + column
                begin, end = starts[tile], starts[tile + 1]
                if begin == end or row_of[row] == _OUTSIDE or column_of[column] == _OUTSIDE:
                    continue
                child = children[tile]
                is_crossed = row_of[row] == _CROSSED or column_of[column] == _CROSSED
                if is_crossed:
                    is_walked = child >= 0
                else:
                    if (
                        is_plain
                        and row_of[row] >= 0
                        and column_of[column] >= 0
                        and end - begin >= _MIN_POINTS
                    ):
                        pixel = row_of[row] * width + column_of[column]
                        out[pixel] += np.uint32(end - begin if bits is None else count_bits(bits, begin, end))
                        continue
                    # Under a filter a run is quicker than a look at tiles: it skips words of bits.
                    is_walked = is_plain and bits is None and child >= 0
                    if is_walked:
                        is_walked = _has_small_tiles(nodes[child], edges, x_scale, y_scale)
                if is_walked:
                    waiting[waiting_count] = child
                    waiting_count += 1
                    continue
                if begin != run_end or is_crossed != run_is_crossed:
                    _add(
                        run_begin,
                        run_end,
                        run_is_crossed,
                        points,
                        place,
                        pixels,
                        out,
                        codes,
                        slots,
                        depth,
                        values,
                        sums,
                        bits,
                    )
                    run_begin, run_is_crossed = begin, is_crossed
                run_end = end
        _add(
            run_begin,
            run_end,
            run_is_crossed,
            points,
            place,
            pixels,
            out,
            codes,
            slots,
            depth,
            values,
            sums,
            bits,
        )


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
) -> None:
    """Count points that lie in no tree, in the same way."""
    _add(
        0,
        len(points[0]),
        True,
        points,
        place,
        np.empty(_RUN, np.int32),
        out,
        codes,
        slots,
        depth,
        values,
        sums,
        None,
    )


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
def _pixel(value: np.float32, scale: float, shift: float, count: int) -> np.int32:
    """Give the bin of a value in the window; its far border belongs to the last bin."""
    return min(max(np.int32(value * scale + shift), np.int32(0)), np.int32(count - 1))


@compiled
def _has_small_tiles(node: np.ndarray, edges: np.ndarray, x_scale: float, y_scale: float) -> bool:
    """Say whether the tiles of a grid are small and full, so that a look at each pays."""
    columns, rows, edge = node[2], node[3], node[5]
    if node[1] - node[0] < _MIN_POINTS * columns * rows:
        return False
    x_span = np.float64(edges[edge + 2 * columns - 1]) - np.float64(edges[edge])
    y_span = np.float64(edges[edge + 2 * columns + 2 * rows - 1]) - np.float64(edges[edge + 2 * columns])
    return bool(_TILES_A_PIXEL * x_span * x_scale <= columns and _TILES_A_PIXEL * y_span * y_scale <= rows)


@compiled
def keeps(bits: np.ndarray, i: int) -> bool:
    """Say whether the i-th point counts."""
    return bool((bits[i >> 6] >> np.uint64(i & 63)) & np.uint64(1))


@compiled
def count_bits(bits: np.ndarray, begin: int, end: int) -> int:
    """Count the points of a range that count."""
    count = 0
    for word in range(begin >> 6, (end + 63) >> 6):
        low, high = max(begin - word * 64, 0), min(end - word * 64, 64)
        ones = bits[word] >> np.uint64(low)
        ones = ones << np.uint64(64 - (high - low))  # the bits from `high` on fall off
        # The number of ones of each 2, 4, 8 bits; then their sum in the highest byte.
        ones -= (ones >> np.uint64(1)) & np.uint64(0x5555555555555555)
        ones = (ones & np.uint64(0x3333333333333333)) + (
            (ones >> np.uint64(2)) & np.uint64(0x3333333333333333)
        )
        ones = (ones + (ones >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
        count += int((ones * np.uint64(0x0101010101010101)) >> np.uint64(56))
    return count


@compiled
def _add(  # noqa: C901  # the loops stand side by side: calls for a few points each would cost more than they do
    begin: int,
    end: int,
    is_crossed: bool,
    points: Pair,
    place: Place,
    pixels: np.ndarray,
    out: np.ndarray,
    codes: np.ndarray | None,
    slots: np.ndarray | None,
    depth: int,
    values: np.ndarray | None,
    sums: np.ndarray | None,
    bits: np.ndarray | None,
) -> None:
    """Add a range of points, tested if the window's border crosses it; `pixels` is scratch, _RUN int32."""
    x0, x1, y0, y1, x_scale, x_shift, y_scale, y_shift, width, height = place
    zero, row_length, spare = np.int32(0), np.int32(width), np.int32(width * height)
    last_column, last_row = np.int32(width - 1), np.int32(height - 1)
    run_begin = begin
    while run_begin < end:
        # Runs end where words of bits do.
        run_end = min(end, run_begin + _RUN if bits is None else (run_begin | 63) + 1)
        xs, ys = points[0][run_begin:run_end], points[1][run_begin:run_end]
        first, run_begin = run_begin, run_end
        if bits is not None and bits[first >> 6] == 0:
            continue
        for j in range(len(xs)):
            column = min(max(np.int32(xs[j] * x_scale + x_shift), zero), last_column)
            row = min(max(np.int32(ys[j] * y_scale + y_shift), zero), last_row)
            pixels[j] = row * row_length + column
        if is_crossed:
            for j in range(len(xs)):
                if not ((xs[j] >= x0) & (xs[j] <= x1) & (ys[j] >= y0) & (ys[j] <= y1)):
                    pixels[j] = spare + np.int32(j % SPARE_PIXELS)
        if bits is not None:
            word = bits[first >> 6] >> np.uint64(first & 63)
            for j in range(len(xs)):
                if not (word >> np.uint64(j)) & np.uint64(1):
                    pixels[j] = spare + np.int32(j % SPARE_PIXELS)
        if values is not None and sums is not None:
            of_run = values[first:run_end]
            for j in range(len(xs)):
                if of_run[j] == of_run[j]:
                    out[np.uint64(pixels[j])] += np.uint32(1)
                    sums[np.uint64(pixels[j])] += of_run[j]
        elif codes is not None and slots is not None:
            codes_of_run = codes[first:run_end]
            for j in range(len(xs)):
                slot = slots[np.uint64(codes_of_run[j])]
                if slot >= 0:
                    out[np.uint64(pixels[j]) * np.uint64(depth) + np.uint64(slot)] += np.uint32(1)
        else:
            for j in range(len(xs)):
                out[np.uint64(pixels[j])] += np.uint32(1)
