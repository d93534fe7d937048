"""Words somebody types, as an expression over the text columns.

A row is found when each word stands in at least one of the columns; large and
small letters are alike, and what stands in quotation marks is one word. The
search is the same kind of expression as a filter, so that "filter by this" finds
exactly the rows that the search found, with the same masks.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from symphony_core.column import Kind
from symphony_core.expr import Contains, Expr, Matches, all_of, any_of
from symphony_core.table import Table

MAX_WORDS = 8
MAX_WORD_CHARS = 200
# An expression has at most 1,000 nodes; which columns are searched is a setting.
MAX_COLUMNS = 100
# What is left before a hit, when a text is cut to fit a card.
LEAD_CHARS = 60
_WORD = re.compile(r'"([^"]+)"?|([^\s"]+)')


def words_of(text: str) -> tuple[str, ...]:
    """Split what was typed into words, without repetition; quoted ones keep their spaces."""
    found = [(quoted or plain).strip()[:MAX_WORD_CHARS] for quoted, plain in _WORD.findall(text)]
    return tuple(dict.fromkeys(word for word in found if word))[:MAX_WORDS]


def text_columns(table: Table, media_names: Sequence[str] = ()) -> tuple[str, ...]:
    """Name the columns that can be searched: texts, but no paths of media."""
    return tuple(name for name in table.names if table.kind(name).is_text and name not in media_names)


def search_expr(words: Sequence[str], columns: Sequence[str]) -> Expr | None:
    """Give the test of a row that has every word in some column; None without words or columns."""
    searched = columns[:MAX_COLUMNS]
    return all_of(any_of(_holds(name, word) for name in searched) for word in words)


def _holds(column: str, word: str) -> Expr:
    if word.lower() == word.upper():  # digits and signs have no case
        return Contains(column, word)
    return Matches(column, "(?i)" + re.escape(word))


def search_cost(table: Table, columns: Sequence[str], words: Sequence[str]) -> int:
    """Tell how many values a search looks at, long texts counted by what reading them costs."""
    long_count = sum(table.kind(name) is Kind.TEXT for name in columns)
    short_count = len(columns) - long_count
    return len(words) * len(table) * (16 * long_count + short_count)


def excerpt(text: str, words: Sequence[str], limit: int) -> str:
    """Cut a text to `limit` characters, so that the first hit stands in what is left."""
    if len(text) <= limit:
        return text
    low = text.lower()
    hits = [at for word in words if (at := low.find(word.lower())) >= 0]
    start = max(0, min(min(hits, default=0) - LEAD_CHARS, len(text) - limit + 1))
    if start == 0:
        return text[: limit - 1] + "…"
    rest = text[start : start + limit - 2]
    return f"…{rest}…" if start + limit - 2 < len(text) else f"…{text[start:]}"
