"""What a map is to show, and the painting of it; the same arguments give the same picture.

Nothing of this touches params or models, so it may run on a worker.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import pandas as pd

from symphony_core.combine import condition_on
from symphony_core.expr import Expr
from symphony_core.groups import Group, grouping
from symphony_core.table import Table
from symphony_panel_embedding_map.view_colour import Colouring, colouring, values_of
from symphony_panel_embedding_map.view_drawing import Drawer, Panel, Pixels, Rows
from symphony_panel_embedding_map.view_layer import Layer
from symphony_panel_embedding_map.view_look import Look, Window, home
from symphony_panel_embedding_map.view_names import Name, names_of

if TYPE_CHECKING:
    from symphony_panel_embedding_map.points import TileIndex

T = TypeVar("T")


class Memo:
    """The newest value of each name, made again when its key differs."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[Hashable, Any]] = {}

    def get(self, name: str, key: Hashable, make: Callable[[], T]) -> T:
        """Give the value, from `make` when there is none for this key."""
        kept = self._kept.get(name)
        if kept is None or kept[0] != key:
            kept = self._kept[name] = (key, make())
        value: T = kept[1]
        return value


@dataclass(frozen=True, eq=False)
class Painted:
    """A map as it was drawn.

    panels: with the group each shows; None is all rows. group_count: of all groups with rows.
    counts: (entry count,) rows under the filter of each entry of the legend, or of the ramp and of missing.
    is_in: of each entry, whether the filter asks for it by name.
    placed_count: rows with a place; under_count: of those, rows under the filter.
    """

    wanted: Wanted
    colouring: Colouring
    extent: Window
    window: Window
    panels: tuple[tuple[Group | None, Panel], ...]
    group_count: int
    counts: np.ndarray
    is_in: tuple[bool, ...]
    names: tuple[Name, ...]
    placed_count: int
    under_count: int

    @property
    def is_aggregated(self) -> bool:
        """Whether rows under the filter were counted into pixels."""
        return any(isinstance(panel.under, Pixels) for _, panel in self.panels)

    @property
    def drawn_count(self) -> int:
        """Rows under the filter that lie in the window, in all panels."""
        return sum(panel.under.row_count for _, panel in self.panels)

    @property
    def pixel(self) -> tuple[float, float]:
        """Width and height of a pixel of the page in the plane."""
        look, (x0, x1, y0, y1) = self.wanted.look, self.window
        return (x1 - x0) * look.ratio / look.width, (y1 - y0) * look.ratio / look.height


@dataclass(frozen=True, eq=False)
class Wanted:
    """What decides a picture."""

    table: Table
    layer: Layer
    filter: Expr | None
    selection: Expr | None
    colour: str | None
    colour_limit: int
    look: Look
    group_by: tuple[str, ...] = ()
    group_limit: int = 6
    has_contours: bool = False
    has_names: bool = True
    memo: Memo = field(default_factory=Memo)

    def index(self) -> TileIndex:
        """Give the index of the points, built when first asked for."""
        from symphony_panel_embedding_map.points import shared_index  # imports numba

        return shared_index(self.table, self.layer.x, self.layer.y)

    def coloured(self) -> Colouring:
        """Give each row's colour."""
        return colouring(self.table, self.colour, self.colour_limit)

    def under(self) -> np.ndarray | None:
        """Give the rows under the filter; None is all."""
        return None if self.filter is None else self.table.mask(self.filter)

    def paint(self) -> Painted:
        """Draw it."""
        index, coloured, under = self.index(), self.coloured(), self.under()
        extent = index.extent or (0.0, 1.0, 0.0, 1.0)
        look = self.look
        window = look.window or home(extent, look.width, look.height, has_one_scale=self.layer.is_projection)
        x, y = (self.table.column(name).values for name in (self.layer.x, self.layer.y))
        drawer = Drawer(index, x, y, coloured, look, window)
        picked = None if self.selection is None else self.table.mask(self.selection)
        panels, group_count = self._panels(drawer, under, picked)
        names = (
            self.memo.get("names", (self.table, self.layer), lambda: names_of(self.table, self.layer))
            if self.has_names
            else []
        )
        placed_count, under_count = self.memo.get(
            "placed", (self.table, self.layer, self.filter), lambda: self._placed_counts(under)
        )
        return Painted(
            self, coloured, extent, window, panels, group_count,
            self._counts(coloured, under), self._is_in(coloured), tuple(names), placed_count, under_count,
        )  # fmt: skip

    def _panels(
        self, drawer: Drawer, under: np.ndarray | None, picked: np.ndarray | None
    ) -> tuple[tuple[tuple[Group | None, Panel], ...], int]:
        if not self.group_by:
            rows = Rows(under, picked, has_filter=under is not None)
            return ((None, drawer.panel(rows, has_contours=self.has_contours)),), 1
        split = grouping(self.table, self.group_by)
        groups, count = split.largest(under, self.group_limit)
        drawn = [
            (group, drawer.panel(self._rows_of(group, under, picked), has_contours=self.has_contours))
            for group in groups
        ]
        return tuple(drawn), count

    def _rows_of(self, group: Group, under: np.ndarray | None, picked: np.ndarray | None) -> Rows:
        """Give the rows of one group, by masks that stay the same while nothing but the window changes."""

        def masks() -> Rows:
            every = grouping(self.table, self.group_by).mask(group.index)
            both = [None if mask is None else mask & every for mask in (under, picked)]
            for mask in (every, *both):
                if mask is not None:
                    mask.flags.writeable = False
            return Rows(every if under is None else both[0], both[1], every, has_filter=under is not None)

        key = (self.table, self.group_by, self.filter, self.selection)
        return self.memo.get(f"group {group.index}", key, masks)

    def _placed(self) -> np.ndarray:
        columns = [self.table.column(name) for name in (self.layer.x, self.layer.y)]
        finite = [np.isfinite(column.values) & ~column.is_missing() for column in columns]
        return np.asarray(finite[0] & finite[1])

    def _placed_counts(self, under: np.ndarray | None) -> tuple[int, int]:
        placed = self._placed()
        both = placed if under is None else placed & under
        return int(np.count_nonzero(placed)), int(np.count_nonzero(both))

    def _counts(self, coloured: Colouring, under: np.ndarray | None) -> np.ndarray:
        if coloured.codes is None:
            return np.empty(0, dtype=np.int64)
        codes = coloured.codes

        def count() -> np.ndarray:
            every = np.bincount(codes if under is None else codes[under], minlength=256)
            return np.array([every[:255].sum(), every[255]]) if coloured.is_ramp else every

        return self.memo.get("counts", (self.table, coloured, self.filter), count)

    def _is_in(self, coloured: Colouring) -> tuple[bool, ...]:
        if coloured.column is None:
            return ()
        return tuple(values_of(condition_on(self.filter, coloured.column), coloured.entries))

    def group_condition(self, number: int) -> Expr | None:
        """Give what the rows of a group meet; None is all rows."""
        return None if not self.group_by else grouping(self.table, self.group_by).conditions[number]

    def centres(self, coloured: Colouring) -> pd.DataFrame:
        """Give rows under the filter, their middle and spread, for each entry of the legend."""
        under = self.under()
        placed = self._placed() if under is None else self._placed() & under
        frame = pd.DataFrame({
            "code": np.zeros(len(self.table), dtype=np.uint8) if coloured.codes is None or coloured.is_ramp
            else coloured.codes,
            "x": self.table.column(self.layer.x).values.astype(np.float64),
            "y": self.table.column(self.layer.y).values.astype(np.float64),
        })[placed]  # fmt: skip
        words = [entry.words for entry in coloured.entries] or ["all rows"]
        rows = []
        for code, part in frame.groupby("code", sort=True):
            places = part[["x", "y"]]
            rows.append((words[int(str(code))], len(part), *places.median(), *places.std(ddof=0)))
        columns = ["colour", "rows", "centre x", "centre y", "spread x", "spread y"]
        return pd.DataFrame(rows, columns=columns)
