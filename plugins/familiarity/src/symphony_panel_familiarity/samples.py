"""A few rows as people know them: a picture or a sound, else a text, else some of their values."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from symphony_core.column import ColumnData, Kind
from symphony_core.errors import BadMedia
from symphony_core.media import Media, MediaColumn, as_uri, media_columns
from symphony_core.roles import Role
from symphony_core.table import Table

# Pictures and players side by side.
MAX_MEDIA = 2
# A row with neither media nor text is shown by so many of its columns.
PLAIN_COLUMNS = 4
MAX_TEXT_CHARS = 240
# Values so long on average are sentences.
PROSE_CHARS = 30
LOOK_ROWS = 200

Cell = tuple[int, str]
Shown = dict[str, object]


class Words(NamedTuple):
    """What is written at a row. is_wrong: a label with the prediction that differs from it."""

    column: str
    words: str
    is_wrong: bool = False


class RowMedia:
    """Thumbnails and outlines of the rows on show, made a few at a time; one that is broken costs its place.

    `make` may run on a worker; the rest belongs to the owner's thread.
    """

    def __init__(self, table: Table) -> None:
        self._media = Media(table.dataset)
        self.columns: tuple[MediaColumn, ...] = tuple(media_columns(table.dataset)[:MAX_MEDIA])
        self._kinds = {column.name: column.kind for column in self.columns}
        self._cells: list[Cell] = []
        self._px = 0
        self.made: dict[Cell, Shown] = {}

    def turn_to(self, rows: Sequence[int], px: int) -> None:
        """Take up other rows; what is made already of them is kept."""
        kept = self.made if px == self._px else {}
        self._px, self._cells = px, [(row, column.name) for row in rows for column in self.columns]
        self.made = {cell: kept[cell] for cell in self._cells if cell in kept}
        self._media.expect(list(rows), [column.name for column in self.columns])

    def missing(self) -> list[Cell]:
        """Give the cells that nothing is made of yet."""
        return [cell for cell in self._cells if cell not in self.made]

    def make(self, cells: Sequence[Cell], within_s: float) -> dict[Cell, Shown]:
        """Make what belongs into the cells until the time is used up; at least one."""
        made: dict[Cell, Shown] = {}
        end_s = time.perf_counter() + within_s
        for row, column in cells:
            made[row, column] = self._small(row, column)
            if time.perf_counter() >= end_s:
                break
        return made

    def sound(self, row: int, column: str) -> Shown:
        """Give a sound as a data address, or why there is none."""
        try:
            return {"uri": as_uri(self._media.audio(row, column))}
        except BadMedia as error:
            return {"problem": _reason(error)}

    def _small(self, row: int, column: str) -> Shown:
        try:
            if self._kinds[column] == "audio":
                outline = self._media.waveform(row, column)
                return {"peaks": list(outline.peaks), "seconds": round(outline.seconds, 2)}
            return {"uri": as_uri(self._media.thumbnail(row, column, self._px))}
        except BadMedia as error:
            return {"problem": _reason(error)}


def _reason(error: BadMedia) -> str:
    return str(error.values.get("reason") or error)


def text_column(table: Table) -> str | None:
    """Name the column to be read: the one with the role, else the first whose values are sentences."""
    given = table.dataset.roles.column(Role.TEXT)
    if given is not None:
        return given
    apart = {table.dataset.id_column, *(column.name for column in media_columns(table.dataset))}
    names = (name for name in table.dataset.names if name not in apart)
    return next((name for name in names if _is_prose(table.column(name))), None)


def _is_prose(column: ColumnData) -> bool:
    if not column.kind.is_text:
        return False
    if column.kind is Kind.CATEGORY:
        values = list(column.levels[:LOOK_ROWS])
    else:
        assert column.text is not None
        values = [value for value in column.text.slice(0, LOOK_ROWS).to_pylist() if value is not None]
    return sum(map(len, values)) >= PROSE_CHARS * max(1, len(values))


def words_of(table: Table, rows: np.ndarray, *, has_media: bool, but: str) -> list[list[Words]]:
    """Give each row what is written at it; a text has no column.

    Label and, where it differs, prediction; the text; of a row without media or text its first columns.
    but: a column that is shown elsewhere.
    """
    roles, text = table.dataset.roles, text_column(table)
    label, prediction = roles.column(Role.LABEL), roles.column(Role.PREDICTION)
    names = [name for name in (label, prediction) if name is not None]
    if text is None and not has_media:
        plain = [name for name in table.dataset.names if name not in (table.dataset.id_column, but)]
        names = list(dict.fromkeys([*names, *plain]))[:PLAIN_COLUMNS]
    frame = table.take(rows, list(dict.fromkeys([*names, *([text] if text else [])])))
    found: list[list[Words]] = []
    for index in range(len(rows)):
        written = {name: _words(frame[name].iloc[index]) for name in names}
        guess = written.pop(prediction, None) if prediction and label in written else None
        is_wrong = guess is not None and guess != written[label or ""]
        lines = [
            Words(
                name,
                f"{words} ≠ {guess}" if is_wrong and name == label else words,
                is_wrong and name == label,
            )
            for name, words in written.items()
        ]
        found.append([*([Words("", _words(frame[text].iloc[index]))] if text else []), *lines])
    return found


def _words(value: object) -> str:
    if isinstance(value, float):
        text = f"{value:.4g}"
    elif not isinstance(value, str) and pd.api.types.is_scalar(value) and pd.isna(value):  # type: ignore[call-overload]
        text = "–"
    else:
        text = " ".join(str(value)[: 4 * MAX_TEXT_CHARS].split())
    return "–" if text == "nan" else text if len(text) <= MAX_TEXT_CHARS else f"{text[: MAX_TEXT_CHARS - 1]}…"


def three_digits(value: float) -> str:
    """Write a number with three significant digits; a dash where there is none."""
    if not np.isfinite(value):
        return "–"
    if value == 0 or 1e-3 <= abs(value) < 1e6:
        return f"{value:.3g}" if abs(value) < 1000 else f"{value:,.0f}"
    return f"{value:.2e}"
