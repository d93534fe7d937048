"""What a row is shown by: its pictures and sounds, its text, and the columns beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from symphony_core.column import ColumnData, Kind
from symphony_core.media import MediaColumn, media_columns
from symphony_core.roles import Role
from symphony_core.table import Table

# More pictures and players than these side by side are too small to look at; which ones is a setting.
MAX_MEDIA = 4
# A row with neither media nor text is shown by this many of its columns.
PLAIN_COLUMNS = 6
# Values of at least so many characters, on average over the first ones, are there to be read.
PROSE_CHARS = 30
LOOK_ROWS = 200
GRID, CARDS, TABLE = "grid", "cards", "table"


@dataclass(frozen=True)
class Samples:
    """How the rows of one table are shown.

    media: columns of pictures and sounds, side by side. text: the column to be read, if any.
    beside: columns named beside the sample. modes: the ways offered, the fitting one first.
    """

    media: tuple[MediaColumn, ...]
    text: str | None
    beside: tuple[str, ...]
    modes: tuple[str, ...]

    def mode(self, wanted: str | None) -> str:
        """Give the wanted mode if these rows can be shown so, else the fitting one."""
        return wanted if wanted in self.modes else self.modes[0]


def samples(
    table: Table, *, media: Sequence[str] = (), beside: Sequence[str] = (), ranked: Sequence[str] = ()
) -> Samples:
    """Say how rows are shown; media and beside are columns somebody chose, none means the fitting ones.

    ranked: columns of the ranking that is followed, which stand before the others.
    """
    found = media_columns(table.dataset)
    chosen = [column for column in found if column.name in media]
    shown = tuple(chosen or found)[:MAX_MEDIA]
    text = text_column(table, [column.name for column in found])
    has_images = any(column.kind == "image" for column in shown)
    if has_images:
        modes: tuple[str, ...] = (GRID, CARDS, TABLE)
    else:
        modes = (CARDS, TABLE) if shown or text else (TABLE, CARDS)
    named = tuple(name for name in beside if name in table.names)
    others = named or _fitting_beside(table, is_plain=not shown and not text)
    return Samples(shown, text, tuple(dict.fromkeys([*ranked, *others])), modes)


def text_column(table: Table, media_names: Sequence[str]) -> str | None:
    """Name the column to be read: the one with the role, else the first whose values are sentences."""
    given = table.dataset.roles.column(Role.TEXT)
    if given is not None:
        return given
    apart = {table.dataset.id_column, *media_names}
    names = [name for name in table.dataset.names if name not in apart]
    return next((name for name in names if _is_prose(table.column(name))), None)


def _is_prose(column: ColumnData) -> bool:
    """Say whether the first values are long, on the whole; names and codes are short."""
    if not column.kind.is_text:
        return False
    if column.kind is Kind.CATEGORY:
        values = list(column.levels[:LOOK_ROWS])
    else:
        assert column.text is not None
        values = [value for value in column.text.slice(0, LOOK_ROWS).to_pylist() if value is not None]
    return sum(map(len, values)) >= PROSE_CHARS * max(1, len(values))


def _fitting_beside(table: Table, *, is_plain: bool) -> tuple[str, ...]:
    """Name label and prediction, and of a plain row the first other columns too."""
    roles = [table.dataset.roles.column(role) for role in (Role.LABEL, Role.PREDICTION)]
    first = [name for name in roles if name is not None]
    others = [name for name in table.names if name not in first and name != table.dataset.id_column]
    return tuple([*first, *others][:PLAIN_COLUMNS] if is_plain else first)
