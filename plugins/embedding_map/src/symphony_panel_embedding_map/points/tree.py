"""Points sorted by tile: a grid of 256 x 256 whose full tiles are grids themselves.

One even grid is all that spread data need. A tight cluster with far outliers
lies in one tile of it, so every tile with more than SPLIT_POINTS points gets a
grid of its own over the points it holds, and so on. Sorting is by counting, in
blocks: no array of floats is made besides the sorted ones.

A tile knows nothing of its own borders. Each column and each row of a grid
knows the smallest and largest value that lies in it, so whether a tile lies in a
window, or in one pixel, is answered exactly, without arithmetic on grid lines.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from symphony_core.progress import Cancel, Progress
from symphony_panel_embedding_map.points.axis import Axis
from symphony_panel_embedding_map.points.compiled import compiled

# A power of two whose square is still quick to walk through for each picture.
MAX_SIDE = 256
# Or up to four times as many; a look at a tile costs about as much as adding its points.
POINTS_PER_TILE = 32
# Testing this many points takes a few microseconds.
SPLIT_POINTS = 2_048
# Between two looks at `cancel`; 16 MB as two float64 columns.
BLOCK_ROWS = 1_048_576
# Sorting so many points takes less than 100 ms.
_SPLIT_BUDGET = 4_000_000


# Nodes, starts, children and edges of a Tree.
Grids = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]


@dataclass(frozen=True, eq=False, slots=True)
class Tree:
    """Points in the order of their tiles, and the grids.

    x, y: (m,) float32, the finite points; a grid holds its points row by row of tiles.
    order: (m,) int32, the row of each; ascending within a tile that is not split.
    nodes: (k, 6) int64, each grid's first point, end, columns, rows, place in `starts` and in `edges`; the
        first one is the root.
    starts: each grid's columns * rows + 1 first points of tiles, int32.
    children: beside `starts`, the grid that a tile is split into, -1 for none; int32.
    edges: of each grid the least x of its columns, their greatest, the least y of its rows, their greatest;
        inf and -inf where one is empty; float32.
    """

    x: np.ndarray
    y: np.ndarray
    order: np.ndarray
    nodes: np.ndarray
    starts: np.ndarray
    children: np.ndarray
    edges: np.ndarray

    def __len__(self) -> int:
        return len(self.order)

    @property
    def grids(self) -> Grids:
        return self.nodes, self.starts, self.children, self.edges

    @property
    def nbytes(self) -> int:
        """Bytes beside x and y."""
        return self.order.nbytes + sum(array.nbytes for array in self.grids)


@dataclass(frozen=True, eq=False, slots=True)
class Columns:
    """Two columns of n values each, read as float64 in blocks.

    missing: (n,) bool, rows that count as NaN; None is none.
    """

    x: np.ndarray
    y: np.ndarray
    missing: np.ndarray | None = None

    def blocks(self) -> Iterator[tuple[int, np.ndarray, np.ndarray]]:
        """Give the first row of each block and its values; missing ones are NaN."""
        for start in range(0, len(self.x), BLOCK_ROWS):
            rows = slice(start, start + BLOCK_ROWS)
            x, y = self.x[rows].astype(np.float64), self.y[rows].astype(np.float64)
            if self.missing is not None:
                x[self.missing[rows]] = np.nan
            yield start, x, y


@dataclass(frozen=True, eq=False, slots=True)
class Points:
    """Points sorted by tile, with what became of their values.

    rounded: the columns, which are read again where float32 did not hold the values; None where it did.
    """

    tree: Tree
    x_axis: Axis
    y_axis: Axis
    rounded: Columns | None

    def values_at(self, places: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Give the original values, float64, of points by their places in the sorted order."""
        if self.rounded is None:
            return self.tree.x[places].astype(np.float64), self.tree.y[places].astype(np.float64)
        rows = self.tree.order[places]
        return self.rounded.x[rows].astype(np.float64), self.rounded.y[rows].astype(np.float64)


def sort_by_tile(columns: Columns, progress: Progress, cancel: Cancel) -> Points:
    """Sort points by tile. Raises Cancelled.

    Cost: `benchmarks/map_full.py` prints it. Peak memory is what is given back, and as much again as the
    fullest tile.
    """
    point_count, x_axis, y_axis = _measured(columns, progress, cancel)
    frame = np.array([x_axis.offset, x_axis.factor, y_axis.offset, y_axis.factor])
    low = np.array([x_axis.kept(x_axis.low), y_axis.kept(y_axis.low)], dtype=np.float32)
    high = np.array([x_axis.kept(x_axis.high), y_axis.kept(y_axis.high)], dtype=np.float32)
    side = grid_sides(point_count, bool(low[0] < high[0]), bool(low[1] < high[1]))
    grid = (*side, float(low[0]), float(low[1]), *_scales(side, low, high))

    starts = np.zeros(side[0] * side[1] + 1, dtype=np.int32)
    for start, x, y in columns.blocks():
        cancel.check()
        _count_tiles(x, y, frame, grid, starts)
        progress(0.1 + 0.15 * start / len(columns.x), "counting the points of each tile")
    starts = np.cumsum(starts, dtype=np.int32)
    kept_x, kept_y = np.empty(point_count, np.float32), np.empty(point_count, np.float32)
    order, places = np.empty(point_count, np.int32), starts[:-1].copy()
    for start, x, y in columns.blocks():
        cancel.check()
        _place(start, x, y, frame, grid, places, kept_x, kept_y, order)
        progress(0.25 + 0.45 * start / len(columns.x), "sorting points by tile")
    nodes = np.array([[0, point_count, *side, 0, 0]], dtype=np.int64)
    edges = np.empty(2 * (side[0] + side[1]), dtype=np.float32)
    tree = Tree(kept_x, kept_y, order, nodes, starts, np.full(len(starts), -1, np.int32), edges)
    tree = _split(tree, progress, cancel)
    return Points(tree, x_axis, y_axis, None if x_axis.is_exact and y_axis.is_exact else columns)


def _measured(columns: Columns, progress: Progress, cancel: Cancel) -> tuple[int, Axis, Axis]:
    # count, then least, greatest and whether float32 holds all, of x and of y
    found = np.array([0, np.inf, -np.inf, 1, np.inf, -np.inf, 1])
    for start, x, y in columns.blocks():
        cancel.check()
        _measure(x, y, found)
        progress(0.1 * start / len(columns.x), "measuring the points")
    count = int(found[0])
    if count == 0:
        found[[1, 2, 4, 5]] = np.nan
    x_low, x_high, x_exact, y_low, y_high, y_exact = found[1:].tolist()
    return count, Axis.of(x_low, x_high, x_exact > 0), Axis.of(y_low, y_high, y_exact > 0)


def _scales(side: tuple[int, int], low: np.ndarray, high: np.ndarray) -> tuple[float, float]:
    x_range, y_range = high.astype(np.float64) - low
    return (side[0] / x_range if side[0] > 1 else 0.0), (side[1] / y_range if side[1] > 1 else 0.0)


def _split(tree: Tree, progress: Progress, cancel: Cancel) -> Tree:
    """Give every tile with many points a grid of its own."""
    grids, done, sorted_count = tree.grids, 0, 0
    sizes = np.array([1, len(tree.starts), len(tree.edges)])
    while done < sizes[0]:
        cancel.check()
        done, sorted_now, sizes, grids = _split_some(tree.x, tree.y, tree.order, grids, sizes, done)
        sorted_count += sorted_now
        progress(0.7 + 0.3 * min(1.0, sorted_count / max(1, 2 * len(tree))), "dividing full tiles")
    nodes, starts, children, edges = grids
    cut = (nodes[: sizes[0]].copy(), starts[: sizes[1]].copy(), children[: sizes[1]].copy())
    return Tree(tree.x, tree.y, tree.order, *cut, edges[: sizes[2]].copy())


@compiled
def grid_sides(point_count: int, has_width: bool, has_height: bool) -> tuple[int, int]:
    """Give columns and rows of a grid for so many points."""
    side, wanted = 1, point_count / POINTS_PER_TILE
    if not has_width and not has_height:
        return 1, 1
    if has_width and has_height:
        while side < MAX_SIDE and 4 * side * side <= wanted:
            side *= 2
        return side, side
    while side < MAX_SIDE and 2 * side <= wanted:
        side *= 2
    return (side, 1) if has_width else (1, side)


@compiled
def _measure(x: np.ndarray, y: np.ndarray, found: np.ndarray) -> None:
    for i in range(len(x)):
        if np.isfinite(x[i]) and np.isfinite(y[i]):
            found[0] += 1
            found[1], found[2] = min(found[1], x[i]), max(found[2], x[i])
            found[4], found[5] = min(found[4], y[i]), max(found[5], y[i])
            if np.float64(np.float32(x[i])) != x[i]:
                found[3] = 0
            if np.float64(np.float32(y[i])) != y[i]:
                found[6] = 0


@compiled
def _tile(x: np.float32, y: np.float32, grid: tuple[int, int, float, float, float, float]) -> int:
    """Give the tile of a point: ever greater in x and in y, which all else rests on."""
    columns, rows, x_low, y_low, x_scale, y_scale = grid
    column = min(max(int((np.float64(x) - x_low) * x_scale), 0), columns - 1)
    row = min(max(int((np.float64(y) - y_low) * y_scale), 0), rows - 1)
    return row * columns + column


@compiled
def _count_tiles(
    x: np.ndarray,
    y: np.ndarray,
    frame: np.ndarray,
    grid: tuple[int, int, float, float, float, float],
    counts: np.ndarray,
) -> None:
    for i in range(len(x)):
        if np.isfinite(x[i]) and np.isfinite(y[i]):
            kept_x = np.float32((x[i] - frame[0]) * frame[1])
            kept_y = np.float32((y[i] - frame[2]) * frame[3])
            counts[_tile(kept_x, kept_y, grid) + 1] += 1


@compiled
def _place(
    start: int,
    x: np.ndarray,
    y: np.ndarray,
    frame: np.ndarray,
    grid: tuple[int, int, float, float, float, float],
    places: np.ndarray,
    out_x: np.ndarray,
    out_y: np.ndarray,
    order: np.ndarray,
) -> None:
    for i in range(len(x)):
        if np.isfinite(x[i]) and np.isfinite(y[i]):
            kept_x = np.float32((x[i] - frame[0]) * frame[1])
            kept_y = np.float32((y[i] - frame[2]) * frame[3])
            tile = _tile(kept_x, kept_y, grid)
            place = places[tile]
            places[tile] = place + 1
            out_x[place], out_y[place], order[place] = kept_x, kept_y, start + i


@compiled
def grown(array: np.ndarray, length: int) -> np.ndarray:
    """Give the array with room for so many entries, at least doubled where it must grow."""
    if length <= len(array):
        return array
    bigger = np.empty((max(length, 2 * len(array)), *array.shape[1:]), array.dtype)
    bigger[: len(array)] = array
    return bigger


@compiled
def _sort_node(node: np.ndarray, x: np.ndarray, y: np.ndarray, order: np.ndarray, starts: np.ndarray) -> None:
    """Sort the points of one grid by its tiles and write the tiles' starts."""
    begin, end, columns, rows = node[0], node[1], node[2], node[3]
    x_low, x_high, y_low, y_high = x[begin], x[begin], y[begin], y[begin]
    for i in range(begin, end):
        x_low, x_high = min(x_low, x[i]), max(x_high, x[i])
        y_low, y_high = min(y_low, y[i]), max(y_high, y[i])
    x_scale = columns / (np.float64(x_high) - np.float64(x_low)) if columns > 1 else 0.0
    y_scale = rows / (np.float64(y_high) - np.float64(y_low)) if rows > 1 else 0.0
    grid = (columns, rows, np.float64(x_low), np.float64(y_low), x_scale, y_scale)
    old_x, old_y, old_order = x[begin:end].copy(), y[begin:end].copy(), order[begin:end].copy()
    starts[:] = 0
    for i in range(end - begin):
        starts[_tile(old_x[i], old_y[i], grid) + 1] += 1
    starts[0] = begin
    for tile in range(columns * rows):
        starts[tile + 1] += starts[tile]
    places = starts[:-1].copy()
    for i in range(end - begin):
        tile = _tile(old_x[i], old_y[i], grid)
        place = places[tile]
        places[tile] = place + 1
        x[place], y[place], order[place] = old_x[i], old_y[i], old_order[i]


@compiled
def _measure_node(
    node: np.ndarray, x: np.ndarray, y: np.ndarray, starts: np.ndarray, edges: np.ndarray
) -> None:
    """Write the least and greatest x of each column and y of each row."""
    columns, rows = node[2], node[3]
    edges[:columns], edges[columns : 2 * columns] = np.inf, -np.inf
    edges[2 * columns : 2 * columns + rows], edges[2 * columns + rows :] = np.inf, -np.inf
    for tile in range(columns * rows):
        column, row = tile % columns, 2 * columns + tile // columns
        for i in range(starts[tile], starts[tile + 1]):
            edges[column] = min(edges[column], x[i])
            edges[columns + column] = max(edges[columns + column], x[i])
            edges[row] = min(edges[row], y[i])
            edges[row + rows] = max(edges[row + rows], y[i])


@compiled
def _sides_within(begin: int, end: int, x: np.ndarray, y: np.ndarray) -> tuple[int, int]:
    has_width = has_height = False
    for i in range(begin + 1, end):
        has_width = has_width or x[i] != x[begin]
        has_height = has_height or y[i] != y[begin]
        if has_width and has_height:
            break
    return grid_sides(end - begin, has_width, has_height)


@compiled
def _split_some(
    x: np.ndarray,
    y: np.ndarray,
    order: np.ndarray,
    grids: Grids,
    sizes: np.ndarray,
    node: int,
) -> tuple[int, int, np.ndarray, Grids]:
    """Build grids from `node` on until all are built or the budget is spent; the root is sorted already.

    sizes: how many nodes, starts and edges there are; the arrays may be longer.
    Returns the next grid to build, the points that were sorted, the sizes and the arrays.
    """
    nodes, starts, children, edges = grids
    node_count, tile_count, edge_count = sizes[0], sizes[1], sizes[2]
    sorted_count = 0
    while node < node_count and sorted_count < _SPLIT_BUDGET:
        columns, rows, first, edge = nodes[node, 2], nodes[node, 3], nodes[node, 4], nodes[node, 5]
        own_starts = starts[first : first + columns * rows + 1]
        if node > 0:
            _sort_node(nodes[node], x, y, order, own_starts)
            sorted_count += nodes[node, 1] - nodes[node, 0]
        _measure_node(nodes[node], x, y, own_starts, edges[edge : edge + 2 * (columns + rows)])
        for tile in range(columns * rows):
            begin, end = starts[first + tile], starts[first + tile + 1]
            if end - begin <= SPLIT_POINTS or columns * rows == 1:
                continue
            child_columns, child_rows = _sides_within(begin, end, x, y)
            if child_columns * child_rows == 1:
                continue
            nodes = grown(nodes, node_count + 1)
            starts = grown(starts, tile_count + child_columns * child_rows + 1)
            children = grown(children, len(starts))
            edges = grown(edges, edge_count + 2 * (child_columns + child_rows))
            nodes[node_count, 0], nodes[node_count, 1] = begin, end
            nodes[node_count, 2], nodes[node_count, 3] = child_columns, child_rows
            nodes[node_count, 4], nodes[node_count, 5] = tile_count, edge_count
            children[first + tile] = node_count
            children[tile_count : tile_count + child_columns * child_rows + 1] = -1
            node_count += 1
            tile_count += child_columns * child_rows + 1
            edge_count += 2 * (child_columns + child_rows)
        node += 1
    used = np.array([node_count, tile_count, edge_count])
    return node, sorted_count, used, (nodes, starts, children, edges)
