"""One row as a hint beside the pointer: its picture, its text, its values."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from symphony_core.column import Kind
from symphony_core.errors import BadMedia
from symphony_core.media import Media, as_uri, media_columns
from symphony_core.roles import Role
from symphony_core.table import Table

PICTURE_PX = 96
TEXT_CHARS = 240
VALUE_CHARS = 60
# A row with neither picture nor text is told by this many of its columns.
PLAIN_COLUMNS = 5


@dataclass(frozen=True)
class Sample:
    """What is told of a row: a picture as a data address, a text, and pairs of column and value."""

    row: int
    title: str
    uri: str = ""
    text: str = ""
    values: tuple[tuple[str, str], ...] = ()

    def payload(self) -> dict[str, object]:
        """Give what the script draws."""
        pairs = [list(pair) for pair in self.values]
        return {"row": self.row, "title": self.title, "uri": self.uri, "text": self.text, "values": pairs}


def sample(table: Table, media: Media, row: int, colour: str | None = None) -> Sample:
    """Describe a row; colour: the column that colours the map, which is always told."""
    dataset = table.dataset
    images = [column.name for column in media_columns(dataset) if column.kind == "image"]
    uri = _thumbnail(media, row, images[0]) if images else ""
    text_name = dataset.roles.column(Role.TEXT)
    text = "" if text_name is None or text_name not in table.names else _value(table, row, text_name)
    named = [colour, *(dataset.roles.column(role) for role in (Role.LABEL, Role.PREDICTION))]
    if not uri and not text:
        named += [name for name in table.names if name != dataset.id_column][:PLAIN_COLUMNS]
    names = [name for name in dict.fromkeys(named) if name is not None and name in table.names]
    pairs = [(name, _cut(_value(table, row, name), VALUE_CHARS)) for name in names]
    title = str(dataset.ids_at(np.array([row])).tolist()[0])
    return Sample(row, _cut(title, VALUE_CHARS), uri, _cut(text, TEXT_CHARS), tuple(pairs))


def _thumbnail(media: Media, row: int, column: str) -> str:
    try:
        return as_uri(media.thumbnail(row, column, PICTURE_PX))
    except BadMedia:
        return ""  # its place in the table says what is wrong with it


def _value(table: Table, row: int, name: str) -> str:
    column = table.column(name)
    if column.kind is Kind.OTHER or bool(column.is_missing()[row]):
        return "–"
    if column.kind is Kind.CATEGORY:
        return column.levels[column.values[row]]
    if column.kind is Kind.TEXT:
        assert column.text is not None
        return str(column.text[row].as_py())
    value = column.values[row]
    return f"{value:.6g}" if column.values.dtype.kind == "f" else str(value)


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"
