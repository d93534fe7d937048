"""The rows of a page as plain texts and numbers for the browser.

Everything here is made from a table and a few positions; what it costs grows
with the page and not with the table.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from symphony_core.column import Kind
from symphony_core.roles import Role
from symphony_core.table import Table
from symphony_panel_instances.cells import cell_texts, is_right_aligned
from symphony_panel_instances.order import can_sort
from symphony_panel_instances.samples import CARDS, GRID, TABLE
from symphony_panel_instances.search import excerpt
from symphony_panel_instances.wanted import ALL, Panel, Wanted

# More columns than these scroll out of a card; which ones is a setting.
FIRST_COLUMNS = 12
# Six lines of a card; the whole text is in the opened row.
MAX_EXCERPT_CHARS = 320


def sortable_columns(table: Table, media_names: Sequence[str]) -> list[str]:
    """Name the columns whose values have an order; paths of media are not among them."""
    return [name for name in table.names if name not in media_names and can_sort(table.kind(name))]


def shown_columns(
    table: Table, chosen: Sequence[str], media_names: Sequence[str], ranked: Sequence[str] = ()
) -> tuple[str, ...]:
    """Name the table's columns: those chosen, else the first of the data and all computed ones.

    ranked: columns of the ranking that is followed, which stand before the others.
    The id stands before them and media have a place of their own.
    """
    apart = (table.dataset.id_column, *media_names)
    if chosen:
        there = [name for name in chosen if name in table.names and name not in apart]
        return tuple(dict.fromkeys([*ranked, *there]))
    base = [name for name in table.dataset.names if name not in apart and name not in table.overlay]
    return tuple(dict.fromkeys([*ranked, *base[:FIRST_COLUMNS], *list(table.overlay)[:FIRST_COLUMNS]]))


def order_text(wanted: Wanted) -> str:
    """Word the order of the rows, for the sentence."""
    if wanted.sort:
        return f"by {wanted.sort}, {'largest' if wanted.is_descending else 'smallest'} first"
    return f"ranked rows first, by {wanted.ranking}" if wanted.ranking else "in the order of the data"


def texts(table: Table, name: str, rows: np.ndarray, *, exact: bool = False) -> list[str | None]:
    """Write the values of one column for some rows; None is missing."""
    column = table.column(name)
    objects: list[object] = []
    if column.kind is Kind.OTHER:
        taken = table.take(rows, [name])[name]
        objects = [None if gone else value for value, gone in zip(taken, taken.isna(), strict=True)]
    return cell_texts(column, rows, objects, exact=exact)


def id_texts(table: Table, rows: np.ndarray) -> list[str]:
    """Write the ids of some rows."""
    return [str(row_id) for row_id in table.dataset.ids_at(rows).tolist()]


def panel_data(wanted: Wanted, panel: Panel) -> dict[str, object]:
    """Give one panel: its group in words, its place among its pages, and its rows in the form of the mode."""
    table, rows = wanted.table, panel.rows
    made: dict[str, object] = {
        "key": panel.key,
        "name": group_text(wanted.group_by, panel.values),
        "size": panel.total,
        "page": panel.first // wanted.size + 1,
        "last_page": max(1, -(-panel.total // wanted.size)),
        "range": range_text(panel.first, len(rows), panel.total),
        "rows": rows.tolist(),
        "ids": id_texts(table, rows),
    }
    if wanted.mode == TABLE:
        made["cells"] = cells(table, wanted.columns, rows)
    elif wanted.mode == GRID:
        made["captions"] = captions(table, rows)
        made["cells"] = cells(table, _own_beside(wanted), rows)
    else:
        made["texts"] = excerpts(wanted, rows)
        made["wrong"] = [said["prediction"] is not None for said in captions(table, rows)]
        made["cells"] = cells(table, wanted.samples.beside, rows)
    return made


def columns_data(wanted: Wanted) -> list[dict[str, object]]:
    """Say of the columns whose cells `panel_data` gives what a head or a name beside a value needs."""
    names = {TABLE: wanted.columns, GRID: _own_beside(wanted), CARDS: wanted.samples.beside}[wanted.mode]
    _, prediction = _caption_columns(wanted.table)
    ranks = ranked_columns(wanted.table, wanted.ranking)
    short = short_names(ranks) if wanted.mode == GRID else {}
    return [
        {**one, "predicts": name == prediction, "ranks": name in ranks, "short": short.get(name, name)}
        for name, one in zip(names, header(wanted.table, names), strict=True)
    ]


def ranked_columns(table: Table, ranking: str) -> tuple[str, ...]:
    """Name a ranking and the columns that were made with it; none without a ranking."""
    if not ranking:
        return ()
    return tuple(dict.fromkeys([ranking, *table.overlay.made_with(table.overlay[ranking])]))


def short_names(names: Sequence[str]) -> dict[str, str]:
    """Give the names of a ranking's columns without the words that its own begins with.

    In a narrow place `neighbour_rank` and `neighbour_distance` would both be "neigh…".
    """
    head = names[0][: names[0].rfind("_") + 1] if names else ""
    return {name: name.removeprefix(head) for name in names}


def _own_beside(wanted: Wanted) -> tuple[str, ...]:
    """Give the columns beside a picture that its caption does not say."""
    return tuple(name for name in wanted.samples.beside if name not in _caption_columns(wanted.table))


def _caption_columns(table: Table) -> tuple[str | None, str | None]:
    return table.dataset.roles.column(Role.LABEL), table.dataset.roles.column(Role.PREDICTION)


def excerpts(wanted: Wanted, rows: np.ndarray) -> list[str | None]:
    """Give the beginning of each row's text, or the part around the first word that was searched."""
    name = wanted.samples.text
    if name is None:
        return [None] * len(rows)
    whole = texts(wanted.table, name, rows, exact=True)
    return [None if text is None else excerpt(text, wanted.words, MAX_EXCERPT_CHARS) for text in whole]


def captions(table: Table, rows: np.ndarray) -> list[dict[str, str | None]]:
    """Give each row its label, and its prediction where that differs."""
    label, prediction = _caption_columns(table)
    none: list[str | None] = [None] * len(rows)
    labels = texts(table, label, rows) if label else none
    predictions = texts(table, prediction, rows) if prediction else none
    return [
        {"label": said, "prediction": guess if guess != said else None}
        for said, guess in zip(labels, predictions, strict=True)
    ]


def cells(table: Table, names: Sequence[str], rows: np.ndarray) -> list[list[str | None]]:
    """Give the texts of a page, one list a row."""
    by_column = [texts(table, name, rows) for name in names]
    return [[column[i] for column in by_column] for i in range(len(rows))]


def header(table: Table, names: Sequence[str]) -> list[dict[str, object]]:
    """Say of each column its name, its alignment, and whether it can be sorted."""
    return [
        {
            "name": name,
            "right": is_right_aligned(table.kind(name)),
            "sortable": can_sort(table.kind(name)),
            "computed": name in table.overlay,
        }
        for name in names
    ]


def fields(table: Table, row: int, media_names: Sequence[str]) -> list[dict[str, object]]:
    """Give all columns of one row, exact, for the detail panel; media have their own place there."""
    rows = np.array([row])
    found: list[dict[str, object]] = []
    for name in table.names:
        if name not in media_names:
            text = texts(table, name, rows, exact=True)[0]
            found.append({"name": name, "text": text, "right": is_right_aligned(table.kind(name))})
    for name in table.embedding_names:
        dimension = table.vectors(name).dimension
        found.append({"name": name, "text": f"embedding of {dimension:,} numbers", "right": False})
    return found


def group_text(names: Sequence[str], values: Sequence[str]) -> str:
    """Word a group by its values, with the column where a value alone says little."""
    return " · ".join(f"{name} {value}" for name, value in zip(names, values, strict=True))


def range_text(first: int, row_count: int, total: int) -> str:
    """Word which rows of how many are on the page."""
    if not row_count:
        return f"0 of {total:,}"
    return f"{first + 1:,}–{first + row_count:,} of {total:,}"


def shown_text(panels: Sequence[Panel], group_by: Sequence[str], group_count: int, total: int) -> str:
    """Word which rows are on show, for the sentence."""
    if len(panels) == 1 and panels[0].key == ALL:
        panel = panels[0]
        return f"Rows {range_text(panel.first, len(panel.rows), total)}"
    row_count = sum(len(panel.rows) for panel in panels)
    largest = "" if len(panels) == group_count else "the largest "
    groups = f"{largest}{len(panels)} of {group_count:,} groups by {', '.join(group_by)}"
    sizes = ", ".join(f"{group_text(group_by, panel.values)} {panel.total:,}" for panel in panels[:3])
    more = ", …" if len(panels) > 3 else ""
    return f"{row_count:,} of {total:,} rows in {groups} ({sizes}{more})"
