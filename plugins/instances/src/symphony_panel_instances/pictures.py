"""Thumbnails and large pictures of the rows on a page, made a few at a time.

Small images are ready at once; large ones take tens of milliseconds each. So
pictures are made until a time is used up: those that are quick come with the
page and never flash, the others follow in batches from a worker.
"""

from __future__ import annotations

import base64
import time
from collections.abc import Iterable
from dataclasses import dataclass

from symphony_core.errors import BadMedia
from symphony_core.media import Media

# What a page waits for before it is shown without its pictures.
QUICK_S = 0.02
# One batch from the worker: soon enough to see the page fill, seldom enough not to flood it.
BATCH_S = 0.15
# Longer side in the detail panel, which is at most as wide as a card.
PICTURE_PX = 1024


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture as a data URI, or why there is none."""

    uri: str = ""
    problem: str = ""


class PagePictures:
    """What is made of the pictures of one page, and of the opened row.

    `make` and `make_large` may run on a worker; the rest belongs to the owner's thread.
    """

    def __init__(self, media: Media, column: str | None) -> None:
        self._media = media
        self._column = column
        self._rows: list[int] = []
        self._px = 0
        self._made: dict[int, Shown] = {}
        self._large: tuple[int, Shown] | None = None

    @property
    def has_column(self) -> bool:
        """Whether the data have pictures at all."""
        return self._column is not None

    def turn_to(self, rows: list[int], px: int) -> None:
        """Take up another page; what is made already of its rows is kept."""
        kept = self._made if px == self._px else {}
        self._made = {row: kept[row] for row in rows if row in kept}
        self._rows, self._px = rows, px

    def missing(self) -> list[int]:
        """Give the page's rows whose thumbnail is not made yet, in their order."""
        return [row for row in self._rows if row not in self._made] if self.has_column else []

    def make(self, rows: Iterable[int], within_s: float) -> dict[int, Shown]:
        """Make thumbnails in the order asked until the time is used up; always at least one."""
        made: dict[int, Shown] = {}
        px, end_s = self._px, time.perf_counter() + within_s
        for row in rows:
            made[row] = self._shown(row, px, is_small=True)
            if time.perf_counter() >= end_s:
                break
        return made

    def add(self, made: dict[int, Shown]) -> None:
        """Keep thumbnails of this page."""
        self._made.update(made)

    def as_data(self) -> list[list[str | int]]:
        """Give row, data URI and problem of each thumbnail, for the page."""
        return [[row, shown.uri, shown.problem] for row, shown in self._made.items()]

    def make_large(self, row: int) -> Shown:
        """Make the picture of the opened row."""
        return self._shown(row, PICTURE_PX, is_small=False)

    def add_large(self, row: int, shown: Shown) -> None:
        """Keep the picture of the opened row."""
        self._large = (row, shown)

    def lacks_large(self, row: int | None) -> bool:
        """Say whether the picture of this row has still to be made."""
        return self.has_column and row is not None and (self._large is None or self._large[0] != row)

    def large(self, row: int) -> Shown:
        """Give the picture of a row; until it is made its thumbnail, until then nothing."""
        if self._large is not None and self._large[0] == row:
            return self._large[1]
        return Shown(uri=self._made.get(row, Shown()).uri)

    def _shown(self, row: int, px: int, *, is_small: bool) -> Shown:
        assert self._column is not None
        try:
            picture = (self._media.thumbnail if is_small else self._media.picture)(row, self._column, px)
        except BadMedia as error:
            return Shown(problem=str(error.values.get("reason") or error))
        return Shown(uri=f"data:{picture.mime};base64,{base64.b64encode(picture.data).decode()}")
