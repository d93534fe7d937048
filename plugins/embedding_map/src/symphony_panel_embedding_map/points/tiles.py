"""The tile index: millions of points drawn, picked and lassoed by looking at few of them.

Built once for two columns; immutable but for what it keeps of columns and
filters that were asked for, within a limit. All of it runs beside other threads.
"""

from __future__ import annotations

import math
from functools import cached_property

import numpy as np

from symphony_core.errors import BadRows, BadSetting
from symphony_core.progress import Cancel, Progress, never, silent
from symphony_panel_embedding_map.points.binning import SPARE_PIXELS, Place, bin_loose, bin_points
from symphony_panel_embedding_map.points.kept import (
    ByArray,
    Codes,
    Values,
    sorted_bits,
    sorted_codes,
    sorted_values,
)
from symphony_panel_embedding_map.points.lasso import set_inside
from symphony_panel_embedding_map.points.ranges import places_in, window_ranges
from symphony_panel_embedding_map.points.tree import Columns, Points, sort_by_tile

# x0, x1, y0, y1 in units of the columns; all four borders belong to the window.
Window = tuple[float, float, float, float]

# Bytes a point: one column of numbers and two of codes, or six of codes; and eight filters.
_COLUMN_BYTES, _FILTER_BYTES = 6, 1
# Small tables keep what they like.
_LEAST_BYTES = 4 * 2**20
# float32 tells so many places apart in a pixel, or the original values are read.
_STEPS_A_PIXEL = 8
_MAX_ROWS = 2**31 - 1


class TileIndex:
    """n rows with two coordinates, ready to be asked what lies where.

    Rows whose x or y is missing, NaN or infinite are set aside: they are in no window and no polygon.
    Masks, codes and values have length n, in the order of the rows. What is made of them is kept while they
    live, if nobody can write to them (`array.flags.writeable = False`).
    """

    def __init__(self, points: Points, row_count: int) -> None:
        self._points = points
        self._row_count = row_count
        column_bytes = max(_LEAST_BYTES, _COLUMN_BYTES * len(points.tree))
        self._codes: ByArray[Codes] = ByArray(column_bytes * 2 // 6, lambda made: made.nbytes)
        self._values: ByArray[Values] = ByArray(column_bytes * 4 // 6, lambda made: made.nbytes)
        self._bits: ByArray[np.ndarray] = ByArray(
            max(_LEAST_BYTES, _FILTER_BYTES * len(points.tree)), lambda made: made.nbytes
        )

    @classmethod
    def build(
        cls,
        x: np.ndarray,
        y: np.ndarray,
        *,
        missing: np.ndarray | None = None,
        progress: Progress = silent,
        cancel: Cancel = never,
    ) -> TileIndex:
        """Sort points by tile.

        x, y: (n,) numbers of any dtype up to 64 bits. missing: (n,) bool, rows to set aside with the NaN.
        Raises BadRows above 2**31 - 1 rows, Cancelled when `cancel` says so.
        """
        if len(x) > _MAX_ROWS:
            raise BadRows(f"a map shows at most {_MAX_ROWS:,} rows, and this table has {len(x):,}.")
        return cls(sort_by_tile(Columns(x, y, missing), progress, cancel), len(x))

    def __len__(self) -> int:
        return self._row_count

    @property
    def point_count(self) -> int:
        """Rows that have a place."""
        return len(self._points.tree)

    @property
    def extent(self) -> Window | None:
        """The smallest window with all points; None without points, without width where x is constant."""
        if self.point_count == 0:
            return None
        x, y = self._points.x_axis, self._points.y_axis
        return x.low, x.high, y.low, y.high

    @property
    def full_window(self) -> Window:
        """A window with all points that always has width and height."""
        return (*self._points.x_axis.span, *self._points.y_axis.span)

    @property
    def nbytes(self) -> int:
        """Bytes beside the sorted x and y: order, tiles, and the columns and filters that are kept now."""
        return self._points.tree.nbytes + self._codes.nbytes + self._values.nbytes + self._bits.nbytes

    @property
    def total_bytes(self) -> int:
        """All bytes: `nbytes` and the sorted x and y, eight a point."""
        return self.nbytes + self._points.tree.x.nbytes + self._points.tree.y.nbytes

    def codes(self, codes: np.ndarray) -> np.ndarray:
        """Give category codes in the order of the tiles, 1 to 4 bytes each; the missing are one above all."""
        return self._sorted_codes(codes).sorted

    def counts(self, window: Window, width: int, height: int, keep: np.ndarray | None = None) -> np.ndarray:
        """Count the points of each pixel, (height, width) uint32, the lowest y first.

        keep: (n,) bool, the rows to count; None is all.
        Equal to Datashader's Canvas.points; where float32 does not hold the values, a point within a rounding
        of a pixel's edge may count on its other side. Raises BadSetting for a window without width or height.
        """
        out = np.zeros(width * height + SPARE_PIXELS, dtype=np.uint32)
        self._bin(_Grid(self._points, window, width, height), out, keep=keep)
        return out[: width * height].reshape(height, width)

    def counts_by(
        self,
        window: Window,
        width: int,
        height: int,
        codes: np.ndarray,
        level_count: int,
        keep: np.ndarray | None = None,
        *,
        slots: np.ndarray | None = None,
    ) -> np.ndarray:
        """Count the points of each pixel by category, (height, width, level_count) uint32.

        codes: (n,) int, below 0 is missing and counted nowhere. slots: (l,) int, where code i is counted:
        0..level_count - 1, or below 0 for nowhere, as codes beyond l are; None is each at its own number.
        """
        kept = self._sorted_codes(codes)
        out = np.zeros((width * height + SPARE_PIXELS) * level_count, dtype=np.uint32)
        grid = _Grid(self._points, window, width, height)
        self._bin(
            grid,
            out,
            keep=keep,
            codes=kept,
            slots=_slots(slots, kept.missing, level_count),
            depth=level_count,
        )
        return out[: width * height * level_count].reshape(height, width, level_count)

    def means(
        self, window: Window, width: int, height: int, values: np.ndarray, keep: np.ndarray | None = None
    ) -> tuple[np.ndarray, np.ndarray]:
        """Give the mean of each pixel's finite values, (height, width) float64, NaN for none, and counts."""
        self._check_length(values)
        kept = self._values.get(values, lambda: sorted_values(values, self._points.tree.order))
        size, shape = width * height, (height, width)
        counts, sums = np.zeros(size + SPARE_PIXELS, dtype=np.uint32), np.zeros(size + SPARE_PIXELS)
        self._bin(
            _Grid(self._points, window, width, height), counts, keep=keep, values=kept.sorted, sums=sums
        )
        with np.errstate(invalid="ignore"):
            means = kept.axis.original(sums[:size] / counts[:size])
        return means.reshape(shape), counts[:size].reshape(shape)

    def rows_in(self, window: Window, limit: int, keep: np.ndarray | None = None) -> np.ndarray:
        """Give the rows of a window, int64 ascending; when there are more, any `limit` of them."""
        limits = _limits(self._points, window)
        ranges = window_ranges(self._points.tree.grids, limits)
        wanted = limit
        while True:
            places = places_in(ranges, self._xy, limits, self._sorted_bits(keep), wanted)
            rows = self._points.tree.order[places[self._lie_in(places, window)]]
            if len(rows) >= limit or len(places) < wanted:
                return np.sort(rows[:limit]).astype(np.int64)
            wanted = 2 * wanted + 1_024  # values that were rounded into the window were dropped

    def nearest(
        self, x: float, y: float, radius: float | tuple[float, float], keep: np.ndarray | None = None
    ) -> int | None:
        """Give the row nearest to a place, ties by the first row; None when none is within the radius.

        radius: in units of the columns; two numbers, along x and y, where a pixel is not a square of them.
        """
        x_radius, y_radius = radius if isinstance(radius, tuple) else (radius, radius)
        window = (x - x_radius, x + x_radius, y - y_radius, y + y_radius)
        places = self._places(window, keep)
        if len(places) == 0:
            return None
        near_x, near_y = self._points.values_at(places)
        distances = np.hypot((near_x - x) / x_radius, (near_y - y) / y_radius)
        if not distances.min() <= 1:
            return None
        return int(self._points.tree.order[places[distances == distances.min()]].min())

    def inside(self, polygon: object) -> np.ndarray:
        """Give (n,) bool, True for rows inside a polygon, (k, 2) numbers; its border does not belong to it.

        Equal to shapely.contains_xy on the original values.
        """
        mask = np.zeros(len(self), dtype=bool)
        set_inside(self._points, np.asarray(polygon, dtype=np.float64), mask)
        return mask

    @cached_property
    def _xy(self) -> tuple[np.ndarray, np.ndarray]:
        return self._points.tree.x, self._points.tree.y

    def _sorted_codes(self, codes: np.ndarray) -> Codes:
        self._check_length(codes)
        return self._codes.get(codes, lambda: sorted_codes(codes, self._points.tree.order))

    def _sorted_bits(self, keep: np.ndarray | None) -> np.ndarray | None:
        if keep is None:
            return None
        self._check_length(keep)
        return self._bits.get(keep, lambda: sorted_bits(keep, self._points.tree.order))

    def _check_length(self, array: np.ndarray) -> None:
        if len(array) != len(self):
            raise BadRows(f"the array has {len(array):,} values and the map {len(self):,} rows.")

    def _places(self, window: Window, keep: np.ndarray | None) -> np.ndarray:
        """Give the places of all points of a window in the sorted order; a rounding more where rounded."""
        limits = _limits(self._points, window)
        ranges = window_ranges(self._points.tree.grids, limits)
        return places_in(ranges, self._xy, limits, self._sorted_bits(keep), len(self._points.tree))

    def _lie_in(self, places: np.ndarray, window: Window) -> np.ndarray:
        """Say of points near a window which lie in it, by their original values."""
        if self._points.rounded is None:
            return np.ones(len(places), dtype=bool)
        x, y = self._points.values_at(places)
        x0, x1, y0, y1 = window
        return (x0 <= x) & (x <= x1) & (y0 <= y) & (y <= y1)

    def _bin(
        self,
        grid: _Grid,
        out: np.ndarray,
        *,
        keep: np.ndarray | None = None,
        codes: Codes | None = None,
        slots: np.ndarray | None = None,
        depth: int = 1,
        values: np.ndarray | None = None,
        sums: np.ndarray | None = None,
    ) -> None:
        of_codes = None if codes is None else codes.sorted
        if grid.is_finer_than_kept:
            places = self._places(grid.window, keep)
            x, y = self._points.values_at(places)
            loose = self._points.x_axis.kept(x), self._points.y_axis.kept(y)
            of_codes = None if of_codes is None else of_codes[places]
            values = None if values is None else values[places]
            bin_loose(loose, grid.of_originals, out, of_codes, slots, depth, values, sums)
            return
        bits = self._sorted_bits(keep)
        bin_points(
            self._points.tree.grids, self._xy, grid.of_kept, out, of_codes, slots, depth, values, sums, bits
        )


class _Grid:
    """Pixels over a window: how values become pixels, as Datashader computes it."""

    def __init__(self, points: Points, window: Window, width: int, height: int) -> None:
        if width < 1 or height < 1:
            raise BadSetting(f"a picture has one pixel or more each way, not {width} x {height}.")
        x0, x1, y0, y1 = (float(border) for border in window)
        self.window: Window = (x0, x1, y0, y1)
        self._axes = points.x_axis, points.y_axis
        self._limits = _limits(points, self.window)
        self._size = width, height

    @property
    def is_finer_than_kept(self) -> bool:
        """Whether pixels are so small that float32 does not tell enough places in them apart."""
        spans = self.window[1] - self.window[0], self.window[3] - self.window[2]
        return any(
            axis.step * _STEPS_A_PIXEL * count > span
            for axis, count, span in zip(self._axes, self._size, spans, strict=True)
        )

    @property
    def of_kept(self) -> Place:
        """How the float32 that are kept become pixels."""
        return self._place(self._limits)

    @property
    def of_originals(self) -> Place:
        """How places on the axes that were not rounded become pixels."""
        return self._place(self._borders)

    @property
    def _borders(self) -> Window:
        x, y = self._axes
        x0, x1, y0, y1 = self.window
        return x.kept(x0), x.kept(x1), y.kept(y0), y.kept(y1)

    def _place(self, limits: Window) -> Place:
        x0, x1, y0, y1 = self._borders
        width, height = self._size
        if not (0 < x1 - x0 < math.inf and 0 < y1 - y0 < math.inf):
            raise BadSetting(_bad_window(self.window), window=self.window)
        x_scale, y_scale = width / (x1 - x0), height / (y1 - y0)
        numbers = (*limits, x_scale, -x0 * x_scale, y_scale, -y0 * y_scale)
        if not all(math.isfinite(number) for number in numbers[4:]):
            raise BadSetting(_bad_window(self.window), window=self.window)
        return (*numbers, width, height)


def _limits(points: Points, window: Window) -> Window:
    x, y = points.x_axis, points.y_axis
    x0, x1, y0, y1 = (float(border) for border in window)
    return x.limit(x0), x.limit(x1), y.limit(y0), y.limit(y1)


def _bad_window(window: Window) -> str:
    return (
        f"the window {window} has no width, no height or is too large to be drawn; "
        "wanted x0 < x1 and y0 < y1, finite."
    )


def _slots(slots: np.ndarray | None, missing: int, level_count: int) -> np.ndarray:
    """Give each code's place, the missing one's last."""
    made = np.full(missing + 1, -1, dtype=np.int64)
    given = np.arange(level_count) if slots is None else np.asarray(slots)
    count = min(missing, len(given))
    made[:count] = given[:count]
    if made.max(initial=-1) >= level_count:
        raise BadSetting(f"a slot is below the number of levels, {level_count}; got {made.max()}.")
    return made
