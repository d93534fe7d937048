"""The map: every row at its place in the plane, from a handful of rows to a hundred million.

Python counts points into pixels by an index of tiles and sends small pictures;
the script draws them on a canvas, scales the old picture at once while one
zooms or pans, and draws brushes itself. A Bokeh figure was not chosen: keys and
screen readers do not reach its points, its box tools know nothing of adding and
taking away, and each pan would rebuild a figure. `element()` gives the same
picture as a HoloViews object, to be composed in a notebook.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from panel.viewable import Viewable

from symphony_core.media import Media
from symphony_core.session import Session
from symphony_core.specs import ViewSpec
from symphony_core.view import Description
from symphony_core.widgets import Component, script
from symphony_panel_embedding_map import view_payload as payload
from symphony_panel_embedding_map.view_colour import can_colour, default_column
from symphony_panel_embedding_map.view_gestures import Gestures
from symphony_panel_embedding_map.view_layer import Layer, chosen_layer, layers_of
from symphony_panel_embedding_map.view_look import Look, Window, read_window
from symphony_panel_embedding_map.view_projection import QUICK, Work
from symphony_panel_embedding_map.view_sample import Sample, sample
from symphony_panel_embedding_map.view_search import clusters_key
from symphony_panel_embedding_map.view_settings import MapSettings
from symphony_panel_embedding_map.view_wanted import Memo, Painted, Wanted

FOLDER = Path(__file__).parent
SCRIPTS = ("style", "stage", "brush", "legend", "bar", "view")
# Up to so many points a zoomed picture takes less time than the way to a worker and back.
MAX_ZOOMED_VALUES = 20_000_000


class MapCanvas(Component):
    """The map with its bar, legend and caption."""

    _esm = script(*(FOLDER / f"{name}.js" for name in SCRIPTS))


class EmbeddingMapView(MapSettings):
    """All rows as points, coloured by a column, to be zoomed, brushed and named."""

    redraws_on = ("filter", "selection", "group_by", "overlay")

    def __init__(self, session: Session, *, spec: ViewSpec | None = None, **settings: Any) -> None:
        super().__init__(session, spec=spec, **settings)
        self._gestures = Gestures(self)
        self._component = MapCanvas(on_gesture=self.on_gesture(self._gestures), sizing_mode="stretch_width")
        self.work = Work(session, self._say_work)  # what makes places and clusters
        self.finding = Work(session, self._say_work)  # searches, which need not wait for it
        self.media = Media(self.state.dataset)
        self.memo = Memo()
        self._look: Look | None = None
        self._painted: Painted | None = None
        self._empty = ""
        self._places: tuple[str, ...] = ()
        self._window_number = 0
        self._is_own_window = False

    # --- drawing -------------------------------------------------------------------

    def body(self) -> Viewable:
        """Build the canvas; `draw` fills it."""
        self.watch(["layer", "colour", "is_density"], self._draw_if_shown, of=self)
        self.watch("window", self._window_changed, of=self)
        self.watch("focus", self._send, of=self.state)
        return self._component

    def draw(self) -> None:
        """Draw anew for the newest look; without places ask for some."""
        self.finding.keep_words(self.state.selection)
        self.work.keep_words(clusters_key(self))
        layer = self._layer()
        if layer is not None and not layer.is_ready:
            self.work.project_at_once(layer, self._improve)
            layer = self._layer()
        if layer is None or not layer.is_ready:
            self._show_empty(layer)
            return
        self._forget_old_window(layer)
        wanted = self._wanted(layer)
        self.compute(wanted.paint, self._show, value_count=self._value_count(wanted))

    def _layer(self) -> Layer | None:
        return chosen_layer(layers_of(self.state.table), self.layer)

    def _wanted(self, layer: Layer) -> Wanted:
        state = self.state
        look = self._look or Look(window=read_window(self.window) if self.window else None)
        return Wanted(
            state.table, layer, state.filter, state.selection, self.colour_column, self.values, look,
            tuple(name for name in state.group_by if name in state.table.names), self.groups,
            self.contours, self.names, self.memo,
        )  # fmt: skip

    def _value_count(self, wanted: Wanted) -> int:
        """Say how much there is to look at.

        The first picture may have to import libraries and sort points; a window that is zoomed in touches
        few of them.
        """
        shown, count = self._painted, len(wanted.table)
        if shown is None or shown.wanted.layer != wanted.layer:
            return self.max_inline_values + 1
        is_zoomed = wanted.look.window is not None and bool(self.window)
        return 0 if is_zoomed and count <= MAX_ZOOMED_VALUES else count

    def _forget_old_window(self, layer: Layer) -> None:
        """Show all points when their places are other ones than before: the window meant other places."""
        table = self.state.table
        places = (table.key(layer.x), table.key(layer.y))
        if self._places and places != self._places:
            self._window_number += 1
            self._set_window([])
            if self._look is not None:
                self._look = payload.without_window(self._look)
        self._places = places

    def _show(self, painted: Painted) -> None:
        self._painted, self._empty = painted, ""
        self._send()
        self._component.send(payload.picture(painted))

    def _show_empty(self, layer: Layer | None) -> None:
        self._painted = None
        self._empty = payload.empty_words(self.state.table, layer, is_running=self.work.is_running)
        self._send()

    def _send(self) -> None:
        data = payload.data(self, self._painted, self._empty, self._window_number)
        if data != self._component.data:
            self._component.data = data

    def _say_work(self) -> None:
        if self._is_closed or self.session.is_closed:
            return
        if self._painted is None:  # what is said in place of the map is about what runs
            self._empty = payload.empty_words(
                self.state.table, self._layer(), is_running=self.work.is_running
            )
        self._send()

    def _improve(self) -> None:
        """Start the better projection, where somebody waits for it."""
        layer = self._layer()
        if self.session.owner.has_loop and layer is not None and layer.embedding and self.method != QUICK:
            self.project()

    # --- words ----------------------------------------------------------------------

    def sentence(self) -> str:
        """Say what is drawn, coloured by what, and how many rows are under the filter and selected."""
        return payload.sentence(self, self._painted)

    def describe(self) -> Description:
        """Give the rows of each colour with their middle and spread."""
        self.drawn()
        painted = self._painted
        table = payload.NO_TABLE if painted is None else painted.wanted.centres(painted.colouring)
        return Description(self.sentence(), table)

    def element(self) -> Any:
        """Give the map as a HoloViews object in the plane's own coordinates: picture and selected points.

        Raises BadSetting when there is nothing to draw.
        """
        from symphony_panel_embedding_map.view_element import element  # HoloViews takes a second to import

        self.drawn()
        return element(self._painted, self._empty)

    # --- what gestures do to the view -------------------------------------------------

    @property
    def painted(self) -> Painted | None:
        """What is on show; None when there is nothing to draw."""
        return self._painted

    @property
    def colour_column(self) -> str | None:
        """Name of the column that colours the points; None is density."""
        if self.is_density:
            return None
        table = self.state.table
        name = self.colour if self.colour in table.names else default_column(table)
        return name if name is not None and can_colour(table.column(name)) else None

    def look_at(self, look: Look) -> None:
        """Draw what a page asks to see."""
        self._look = look
        self.draw()

    def keep_window(self, window: Window | None) -> None:
        """Remember where the page has moved to, as a setting."""
        self._set_window([] if window is None else list(window))

    def _set_window(self, window: list[float]) -> None:
        self._is_own_window = True
        try:
            self.window = window
        finally:
            self._is_own_window = False

    def _window_changed(self) -> None:
        """Move the page to a window that did not come from it: undo, saved work, `show(window=...)`."""
        if not self._is_own_window:
            self._window_number += 1
            self._send()

    def project(self) -> None:
        """Make the places of this layer anew, as the settings say; the first ones quickly."""
        layer = self._layer()
        if layer is not None and layer.embedding is not None and not layer.is_ready:
            self.work.project(layer, QUICK, {}, then=lambda result: self._improve())
        elif layer is not None and layer.embedding is not None:
            asked = {"metric": self.metric, "n_neighbors": self.neighbours or None}
            self.work.project(layer, self.method, asked, seed=self.seed)

    def send(self, message: dict[str, object]) -> None:
        """Tell the page something once."""
        self._component.send(message)

    def sample(self, row: int) -> Sample:
        """Describe a row beside the pointer."""
        return sample(self.state.table, self.media, row, self.colour_column)

    def close(self) -> None:
        super().close()  # first: what is cancelled then says nothing to a page that is gone
        self.work.cancel()
        self.finding.cancel()
