"""The card around a view: title, counts, settings, full size, picture, and what it shows as text.

A card knows nothing of pages. Where one holds it, the deck around it listens to
what the card says and adds to its menu; alone in a notebook's cell it has the
rest and neither handle nor close.
"""

from __future__ import annotations

import re
from typing import Any

import pandas as pd
import param
from panel.custom import Child

from symphony_core.widgets import COMPONENTS, Component, script

# More than anybody reads through as text, and little enough not to choke the page.
MAX_DESCRIBED_ROWS = 1_000
# File systems take 255 bytes; leave room for an ending and a browser's " (12)".
MAX_STEM_CHARS = 80


class Frame(Component):
    """The card around a view: title, counts, settings, and what went wrong."""

    body = Child(doc="What the view draws.")
    settings = Child(doc="Controls behind the gear; none when the view has none.")
    title = param.String(doc="The view's name as the menu says it.")
    help = param.String(doc="One line: what this shows and what can be done with it.")
    count = param.String(doc="Rows on show, in words.")
    filter_text = param.String(doc="The filter as text, for the caption of pictures; empty for all rows.")
    file_stem = param.String(doc="Name of downloaded pictures, without an ending.")
    sentence = param.String(doc="What the body shows, in one sentence, for screen readers.")
    description = param.Dict(default={}, doc="What the body shows as sentence and table; empty until asked.")
    problem = param.String(doc="Why nothing or something old is shown; empty when all is well.")
    has_settings = param.Boolean(doc="Whether there is anything behind the gear.")
    is_busy = param.Boolean(doc="Whether something newer than what is shown is on its way.")
    is_placed = param.Boolean(doc="Whether it lies on a page of the shell, to be moved and closed there.")

    _esm = script(COMPONENTS / "menu.js", COMPONENTS / "picture.js", COMPONENTS / "frame.js")


def described(sentence: str, table: pd.DataFrame) -> dict[str, Any]:
    """Give a description as the card's script draws it: texts, the table's first rows and the same as CSV."""
    first = table.head(MAX_DESCRIBED_ROWS)
    rows = [[_cell_text(value) for value in row] for row in first.itertuples(index=False, name=None)]
    return {
        "sentence": sentence,
        "columns": [str(name) for name in table.columns],
        "numeric": [pd.api.types.is_numeric_dtype(kind) for kind in table.dtypes],
        "rows": rows,
        "csv": first.to_csv(index=False) if len(table.columns) else "",
        "note": f"The first {len(first):,} of {len(table):,} rows." if len(table) > len(first) else "",
    }


def _cell_text(value: Any) -> str:
    return "" if pd.api.types.is_scalar(value) and pd.isna(value) else str(value)


def file_stem(*words: str) -> str:
    """Join words into a file name that every system takes, such as "emoji-summary".

    Letters and digits of any script stay; all else becomes "-".
    """
    stem = "-".join(part for part in (re.sub(r"[^\w]+", "-", word).strip("-_") for word in words) if part)
    return stem[:MAX_STEM_CHARS] or "view"
