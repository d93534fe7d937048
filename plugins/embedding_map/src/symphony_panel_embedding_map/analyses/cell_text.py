"""The text of one cell."""

from __future__ import annotations

from symphony_core.column import ColumnData, Kind


def text_at(column: ColumnData, row: int) -> str | None:
    """Give the text of a row in a text column; None where it is missing."""
    if column.kind is Kind.CATEGORY:
        code = int(column.values[row])
        return None if code < 0 else column.levels[code]
    assert column.text is not None
    text: str | None = column.text[row].as_py()
    return text
