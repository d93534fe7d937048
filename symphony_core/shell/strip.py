"""The first rows of the selection as a strip: thumbnails where there are pictures, else ids or texts.

The rows are found without listing the others, and pictures are made on a
worker, so that a brush over ten million rows costs the strip nothing to speak
of. A picture once made stays for as long as its row is on the strip.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from symphony_core.errors import BadMedia
from symphony_core.jobs import Job, quick_pool
from symphony_core.media import Media
from symphony_core.roles import Role
from symphony_core.session import Session
from symphony_core.table import Table

MAX_ROWS = 12
# A text takes a line of its own.
MAX_TEXT_ROWS = 5
THUMBNAIL_PX = 48
MAX_TEXT_CHARS = 80
# Rows of a mask looked at in one go while the first marked ones are sought.
LOOK_ROWS = 1 << 16

Made = dict[int, tuple[str, str]]


def first_rows(mask: np.ndarray, count: int = MAX_ROWS) -> list[int]:
    """Give the positions of the first `count` True values of a (n,) bool mask, ascending."""
    found: list[int] = []
    for start in range(0, len(mask), LOOK_ROWS):
        here = np.flatnonzero(mask[start : start + LOOK_ROWS])[: count - len(found)]
        found += (here + start).tolist()
        if len(found) == count:
            break
    return found


class Strip:
    """The strip's rows in words, and their pictures as data URIs or reasons.

    show: called on the owner's thread when pictures have come.
    """

    def __init__(self, session: Session, show: Callable[[Made], None]) -> None:
        self._session = session
        self._show = show
        self._media = Media(session.state.dataset)
        self._column = session.state.dataset.roles.column(Role.IMAGE)
        self._text_column = session.state.dataset.roles.column(Role.TEXT)
        self._rows: list[int] = []
        self._made: Made = {}
        self._running: Job[Made] | None = None

    @property
    def has_pictures(self) -> bool:
        """Whether the data have pictures."""
        return self._column is not None

    @property
    def row_count(self) -> int:
        """How many rows the strip has room for."""
        return MAX_TEXT_ROWS if self._text_column and not self.has_pictures else MAX_ROWS

    def items(self, table: Table, rows: list[int]) -> list[dict[str, Any]]:
        """Give row, id and text of some rows, for the script."""
        positions = np.array(rows, dtype=np.int64)
        ids = [str(row_id) for row_id in table.dataset.ids_at(positions).tolist()]
        texts = self._texts(table, positions)
        return [
            {"row": row, "id": row_id, "text": text}
            for row, row_id, text in zip(rows, ids, texts, strict=True)
        ]

    def turn_to(self, rows: list[int]) -> None:
        """Show the pictures of these rows, as far as they are made, and have the others made."""
        if self._column is None or rows == self._rows:
            return
        self._rows = rows
        self._made = {row: made for row, made in self._made.items() if row in rows}
        self._show(self._made)
        missing = [row for row in rows if row not in self._made]
        self.stop()
        if not missing:
            return
        if not self._session.owner.has_loop:
            self._come(self._make(missing))
            return
        self._running = quick_pool.start(
            lambda progress, cancel: self._make(missing, progress),
            owner=self._session.owner, title="Thumbnails of the selection", then=lambda made: made,
        )  # fmt: skip
        self._running.on_update(self._settled)

    def stop(self) -> None:
        """Give up what is being made."""
        if self._running is not None:
            self._running.cancel()
            self._running = None

    def _settled(self, job: Job[Made]) -> None:
        if job.done and not job.cancelled and job is self._running:
            self._come(job.result(0))

    def _come(self, made: Made) -> None:
        self._made = {**self._made, **made}
        self._show(self._made)

    def _make(self, rows: list[int], progress: Callable[[float, str], None] | None = None) -> Made:
        made = {}
        for index, row in enumerate(rows):
            if progress is not None:
                progress(index / len(rows), "")  # raises when newer rows are wanted
            made[row] = self._picture(row)
        return made

    def _picture(self, row: int) -> tuple[str, str]:
        assert self._column is not None
        try:
            return self._media.data_uri(row, self._column, THUMBNAIL_PX), ""
        except BadMedia as error:
            return "", str(error.values.get("reason") or error)

    def _texts(self, table: Table, positions: np.ndarray) -> list[str]:
        if self._text_column is None or self.has_pictures:
            return [""] * len(positions)
        values = table.dataset.values(self._text_column, positions)
        return ["" if value is None else str(value)[:MAX_TEXT_CHARS] for value in values]
