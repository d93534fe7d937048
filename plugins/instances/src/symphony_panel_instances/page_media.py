"""Thumbnails and outlines of the rows on a page, and large ones of the opened row, made a few at a time.

Small images are ready at once; large ones and sounds take tens of milliseconds
each. So they are made until a time is used up: those that are quick come with
the page and never flash, the others follow in batches from a worker. One that
is broken costs its own place and nothing more.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from symphony_core.errors import BadMedia
from symphony_core.media import MAX_PX, Media, MediaColumn, as_uri

# What a page waits for before it is shown without its pictures.
QUICK_S = 0.02
# One batch from the worker: soon enough to see the page fill, seldom enough not to flood it.
BATCH_S = 0.15
# Longer side in the detail panel, which is at most as wide as a card; the second is for 1:1.
PICTURE_PX = 1024
FULL_PX = MAX_PX

Cell = tuple[int, str]


@dataclass(frozen=True)
class Shown:
    """A picture as a data URI or a sound's outline, or why there is none.

    peaks: in 0..1, of a sound. seconds: its length. facts: what is stored, in words, for the detail.
    """

    uri: str = ""
    problem: str = ""
    peaks: tuple[float, ...] = ()
    seconds: float = 0.0
    facts: tuple[str, ...] = ()

    def as_data(self) -> dict[str, object]:
        """Give what a script draws, without what is empty."""
        made: dict[str, object] = {"uri": self.uri, "problem": self.problem, "peaks": list(self.peaks),
                                   "seconds": round(self.seconds, 3), "facts": list(self.facts)}  # fmt: skip
        return {name: value for name, value in made.items() if value}


@dataclass(frozen=True)
class Large:
    """The media of an opened row, one a column; px: longer side asked for."""

    row: int
    px: int
    columns: tuple[MediaColumn, ...]
    shown: tuple[Shown, ...]


class PageMedia:
    """What is made of the media of the pages on show, and of the opened row.

    `make`, `make_ahead` and `make_large` may run on a worker; the rest belongs to the owner's thread.
    """

    def __init__(self, media: Media) -> None:
        self._media = media
        self._columns: tuple[MediaColumn, ...] = ()
        self._rows: list[int] = []
        self._px = 0
        self._made: dict[Cell, Shown] = {}
        self._large: Large | None = None

    def turn_to(self, rows: list[int], columns: tuple[MediaColumn, ...], px: int) -> None:
        """Take up other pages; what is made already of their rows is kept."""
        kept = self._made if (px, columns) == (self._px, self._columns) else {}
        self._rows, self._columns, self._px = rows, columns, px
        self._made = {cell: kept[cell] for cell in self._cells() if cell in kept}
        self._media.expect(rows, [column.name for column in columns])

    def missing(self) -> list[Cell]:
        """Give the cells whose picture or outline is not made yet, in the order of the rows."""
        return [cell for cell in self._cells() if cell not in self._made]

    def make(self, cells: Iterable[Cell], within_s: float) -> dict[Cell, Shown]:
        """Make what belongs into the cells, in their order, until the time is used up; at least one."""
        made: dict[Cell, Shown] = {}
        kinds, px, end_s = self._kinds(), self._px, time.perf_counter() + within_s
        for row, name in cells:
            made[row, name] = self._small(row, MediaColumn(name, kinds[name]), px)
            if time.perf_counter() >= end_s:
                break
        return made

    def make_ahead(self, rows: Sequence[int], columns: Sequence[MediaColumn], px: int,
                   check: Callable[[], None]) -> None:  # fmt: skip
        """Make thumbnails that may be wanted next, so that the process has them; `check` raises to stop."""
        for row in rows:
            for column in columns:
                check()
                self._small(row, column, px)

    def add(self, made: dict[Cell, Shown]) -> None:
        """Keep what was made for cells that are on show."""
        self._made.update(made)

    def as_data(self) -> list[list[object]]:
        """Give row, column and what is shown there, for the page."""
        return [[row, name, shown.as_data()] for (row, name), shown in self._made.items()]

    def make_large(self, row: int, columns: tuple[MediaColumn, ...], px: int) -> Large:
        """Make the media of the opened row, with the facts about each."""
        return Large(row, px, columns, tuple(self._whole(row, column, px) for column in columns))

    def add_large(self, large: Large) -> None:
        """Keep the media of the opened row."""
        self._large = large

    def lacks_large(self, row: int, columns: tuple[MediaColumn, ...], px: int) -> bool:
        """Say whether the media of this row have still to be made."""
        made = self._large
        return bool(columns) and (made is None or (made.row, made.columns, made.px) != (row, columns, px))

    def large(self, row: int, columns: tuple[MediaColumn, ...]) -> list[Shown]:
        """Give the media of a row; until they are made its thumbnails, until then nothing."""
        made = self._large
        if made is not None and (made.row, made.columns) == (row, columns):
            return list(made.shown)
        return [self._made.get((row, column.name), Shown()) for column in columns]

    def play(self, row: int, column: str) -> Shown:
        """Give a sound as a data URI."""
        try:
            return Shown(uri=as_uri(self._media.audio(row, column)))
        except BadMedia as error:
            return Shown(problem=_reason(error))

    def _cells(self) -> list[Cell]:
        return [(row, column.name) for row in self._rows for column in self._columns]

    def _kinds(self) -> dict[str, str]:
        return {column.name: column.kind for column in self._columns}

    def _small(self, row: int, column: MediaColumn, px: int) -> Shown:
        try:
            if column.kind == "audio":
                outline = self._media.waveform(row, column.name)
                return Shown(peaks=outline.peaks, seconds=outline.seconds)
            return Shown(uri=as_uri(self._media.thumbnail(row, column.name, px)))
        except BadMedia as error:
            return Shown(problem=_reason(error))

    def _whole(self, row: int, column: MediaColumn, px: int) -> Shown:
        facts: list[str] = []
        try:
            stored = self._media.facts(row, column.name)
            facts = [stored.format, _bytes_text(stored.byte_count), stored.path or "in the table"]
            if column.kind == "audio":
                outline = self._media.waveform(row, column.name)
                of_sound = [
                    f"{outline.seconds:.3f} s",
                    f"{outline.rate:,} Hz",
                    _channels_text(outline.channels),
                ]
                return Shown(peaks=outline.peaks, seconds=outline.seconds, facts=(*of_sound, *facts))
            made = self._media.picture(row, column.name, px)
            size = f"{made.width_px:,} × {made.height_px:,} px"
            return Shown(uri=as_uri(made), facts=(size, *facts))
        except BadMedia as error:
            return Shown(problem=_reason(error), facts=tuple(facts))


def _reason(error: BadMedia) -> str:
    return str(error.values.get("reason") or error)


def _bytes_text(count: int) -> str:
    if count < 1024:
        return f"{count:,} bytes"
    return f"{count / 1024:.1f} kB" if count < 2**20 else f"{count / 2**20:.1f} MB"


def _channels_text(count: int) -> str:
    return {1: "mono", 2: "stereo"}.get(count, f"{count} channels")
