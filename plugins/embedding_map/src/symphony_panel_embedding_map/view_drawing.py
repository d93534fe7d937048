"""One picture of the map: what of each layer is drawn, as pixels or one by one.

Three layers lie on each other, as in every view: all rows in grey, rows under
the filter in colour, the selection in the accent. A layer of few rows in the
window is sent as places and drawn by the browser as discs, which stay sharp and
can be hovered over one by one; any other is counted into pixels here. Nothing
of this touches params or models, so it may run on a worker.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from symphony_panel_embedding_map.view_colour import Colouring
from symphony_panel_embedding_map.view_look import Look, Window
from symphony_panel_embedding_map.view_shade import (
    CONTOUR_SIDE,
    as_png,
    contour_lines,
    grow_px,
    grown,
    mixed,
    on_ramp,
    opacity,
    point_count,
    ramp_colours,
)

if TYPE_CHECKING:  # it imports numba, which not every page needs
    from symphony_panel_embedding_map.points import TileIndex

# The browser draws so many discs within a frame; more of them hide each other anyway.
MAX_DISCS = 5_000


@dataclass(frozen=True, eq=False)
class Rows:
    """Which rows each layer shows; a mask is (n,) bool over rows, None is all rows.

    picked: None is no row. every: rows of the group, in small multiples.
    Masks are read-only and the same from one picture to the next, so that the index keeps them sorted.
    """

    under: np.ndarray | None = None
    picked: np.ndarray | None = None
    every: np.ndarray | None = None
    has_filter: bool = False


@dataclass(frozen=True, eq=False)
class Pixels:
    """A layer as a picture: PNG, in colours or (grey and accent) as opacity of a colour of the page."""

    png: bytes
    row_count: int

    def payload(self) -> dict[str, object]:
        """Give what the script draws."""
        return {"png": self.png, "count": self.row_count}


@dataclass(frozen=True, eq=False)
class Discs:
    """A layer as places: positions in the table, places as shares of the window, and colours by number."""

    rows: np.ndarray
    places: np.ndarray
    codes: np.ndarray

    @property
    def row_count(self) -> int:
        return len(self.rows)

    def payload(self) -> dict[str, object]:
        """Give what the script draws, as bytes: int32, float32 pairs, uint8."""
        return {
            "rows": self.rows.astype(np.int32).tobytes(),
            "places": self.places.astype(np.float32).tobytes(),
            "codes": self.codes.astype(np.uint8).tobytes(),
            "count": len(self.rows),
        }


Drawn = Pixels | Discs


@dataclass(frozen=True, eq=False)
class Panel:
    """The layers of one map, the lowest first; None is nothing to draw."""

    every: Drawn | None
    under: Drawn
    picked: Drawn | None
    contours: tuple[tuple[float, np.ndarray], ...] = ()

    def payload(self) -> dict[str, object]:
        """Give what the script draws."""
        layers = {"every": self.every, "under": self.under, "picked": self.picked}
        drawn: dict[str, object] = {name: one and one.payload() for name, one in layers.items()}
        drawn["contours"] = [
            {"share": share, "places": line.astype(np.float32).tobytes()} for share, line in self.contours
        ]
        return drawn


class Drawer:
    """Draws the layers of one map for one look."""

    def __init__(
        self, index: TileIndex, x: np.ndarray, y: np.ndarray, colouring: Colouring, look: Look, window: Window
    ) -> None:
        self._index, self._x, self._y = index, x, y
        self._colouring, self._look, self._window = colouring, look, window

    def panel(self, rows: Rows, *, has_contours: bool = False) -> Panel:
        """Draw one map."""
        # rows under the filter cover the grey ones, unless some of them have no colour
        is_covered = not rows.has_filter and not self._colouring.has_gaps
        return Panel(
            None if is_covered else self._layer(rows.every, is_coloured=False),
            self._layer(rows.under, is_coloured=True),
            None if rows.picked is None else self._layer(rows.picked, is_coloured=False),
            tuple(self._contours(rows.under)) if has_contours else (),
        )

    def _layer(self, keep: np.ndarray | None, *, is_coloured: bool) -> Drawn:
        found = self._index.rows_in(self._window, MAX_DISCS + 1, keep)
        if len(found) <= MAX_DISCS:
            return self._discs(np.sort(found), is_coloured)
        return self._coloured(keep) if is_coloured else self._plain(keep)

    def _discs(self, rows: np.ndarray, is_coloured: bool) -> Discs:
        x0, x1, y0, y1 = self._window
        across = (self._x[rows].astype(np.float64) - x0) / (x1 - x0)
        up = (self._y[rows].astype(np.float64) - y0) / (y1 - y0)
        codes = self._colouring.codes if is_coloured else None
        chosen = np.zeros(len(rows), dtype=np.uint8) if codes is None else codes[rows]
        return Discs(rows, np.stack([across, up], axis=1), chosen)

    def _plain(self, keep: np.ndarray | None) -> Pixels:
        counts = self._index.counts(self._window, self._look.width, self._look.height, keep)
        total = int(counts.sum())
        return Pixels(as_png(opacity(grown(counts, grow_px(total, self._look.ratio)))), total)

    def _coloured(self, keep: np.ndarray | None) -> Pixels:
        colouring, look = self._colouring, self._look
        if colouring.is_ramp:
            return self._on_ramp(keep)
        if not colouring.entries:
            return self._plain(keep)
        assert colouring.codes is not None
        counts = self._index.counts_by(
            self._window, look.width, look.height, colouring.codes, len(colouring.entries), keep
        )
        total = point_count(counts)
        colours = [entry.colour for entry in colouring.entries]
        return Pixels(as_png(mixed(grown(counts, grow_px(total, look.ratio)), colours)), total)

    def _on_ramp(self, keep: np.ndarray | None) -> Pixels:
        colouring, look = self._colouring, self._look
        assert colouring.values is not None
        means, counts = self._index.means(self._window, look.width, look.height, colouring.values, keep)
        total = int(counts.sum())
        by = grow_px(total, look.ratio)
        sums = grown(np.where(counts > 0, means, 0).astype(np.float64) * counts, by)
        wide = grown(counts, by)
        with np.errstate(invalid="ignore", divide="ignore"):
            shown = np.where(wide > 0, sums / wide, np.nan)
        ramp = ramp_colours(look.is_dark)
        return Pixels(as_png(on_ramp(shown, colouring.low, colouring.high, ramp)), total)

    def _contours(self, keep: np.ndarray | None) -> Sequence[tuple[float, np.ndarray]]:
        look = self._look
        scale = CONTOUR_SIDE / max(look.width, look.height)
        across, up = (max(8, round(side * scale)) for side in (look.width, look.height))
        return contour_lines(self._index.counts(self._window, across, up, keep))
