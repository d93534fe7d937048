"""Rows whose texts hold some words, the best first.

BM25 weighs a word by how rare it is and how short the text: k1 = 1.2, b = 0.75,
each text column counting alike (Robertson and Zaragoza, "The Probabilistic
Relevance Framework: BM25 and Beyond", 2009). The index of the columns is built
by the first search and kept for the next ones of the process.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import pandas as pd

from symphony_core.cache import ByteLRU
from symphony_core.column import ColumnData
from symphony_core.errors import BadSetting
from symphony_core.specs import AnalysisInput, Cancel, Progress, Result, Role, never, silent
from symphony_panel_embedding_map.analyses.cell_text import text_at
from symphony_panel_embedding_map.analyses.keeping import kept
from symphony_panel_embedding_map.analyses.search_words import Query, parsed, snippet
from symphony_panel_embedding_map.analyses.text_index import Hits, TextIndex

# More columns make every search slow and are no texts to read; the first are searched and the rest is told.
MAX_COLUMNS = 100
MAX_LIMIT = 100_000
SNIPPET_CHARS = 160
# Snippets are looked for in the beginning of a text; one of a book's length would hold up the answer.
SNIPPET_WITHIN_CHARS = 200_000

# Five indexes over a million texts of ten words.
_indexes: ByteLRU[TextIndex] = ByteLRU(256 * 2**20, lambda index: index.byte_count)


def run(
    data: AnalysisInput,
    *,
    progress: Progress = silent,
    cancel: Cancel = never,
    seed: int = 0,
    query: str = "",
    columns: Sequence[str] | str | None = None,
    match: Literal["all", "any"] = "all",
    limit: int = 100,
    where: str = "",
) -> Result:
    """Rank the rows whose texts hold the words of a query, 1 the best.

    query: words, "phrases in quotes", beginnings*, and -words that must not be there. Case, accents and
        forms of letters do not count.
    columns: the text columns to look into; None is all but paths of media.
    match: whether a row must hold "all" the words, in whichever of the columns, or "any" of them.
    limit: rows that get a rank; the summary says how many there are.
    where: a filter as text, such as "split == 'train'": only rows that meet it are found. How rare a word is
        is counted over all rows.
    Writes `search_rank` and `search_score` (BM25, larger is better), null for all other rows; the table has a
    line for each ranked row with the words around the first hit. `seed` changes nothing.
    Raises BadSetting, BadExpression and UnknownColumn.
    Cost: a million texts of ten words are indexed in about 5 s, once, and searched in 1 to 400 ms.
    """
    cancel.check()
    if type(limit) is not int or not 1 <= limit <= MAX_LIMIT:
        raise BadSetting(f"limit is {limit!r}; give a whole number from 1 to {MAX_LIMIT:,}.", limit=limit)
    if match not in ("all", "any"):
        raise BadSetting(f"match is {match!r}; give 'all' or 'any'.", match=match)
    asked = parsed(query)
    names = _columns(data, columns)
    texts = [data.column(name) for name in names]
    hits = Hits(np.empty(0, dtype=np.int64), np.empty(0), 0)
    if len(data):
        index = _kept_index(data, names, texts, progress, cancel)
        among = data.mask(where) if where.strip() else None
        hits = index.search(asked.expression(match), limit, cancel, among)
    summary: dict[str, object] = {
        "query": query, "match": match, "columns": names, "found": hits.total, "ranked": len(hits.rows),
        "ignored": list(asked.ignored),
    }  # fmt: skip
    return Result(_written(hits, len(data)), _table(data, names, texts, hits, asked, cancel), summary)


def _columns(data: AnalysisInput, columns: Sequence[str] | str | None) -> list[str]:
    """Name the columns to look into. Raises BadSetting, UnknownColumn."""
    if columns is None:
        media = {data.role_column(role) for role in (Role.IMAGE, Role.AUDIO)}
        names = [name for name in data.names if name not in media and data.kind(name).is_text]
        if not names:
            raise BadSetting("the data have no text column to search.")
        return names[:MAX_COLUMNS]
    names = list(dict.fromkeys([columns] if isinstance(columns, str) else columns))
    if not 1 <= len(names) <= MAX_COLUMNS:
        raise BadSetting(f"columns names {len(names):,} columns; give 1 to {MAX_COLUMNS}, or None for all.")
    for name in names:
        kind = data.kind(name)
        if not kind.is_text:
            raise BadSetting(f"column {name!r} is of kind {kind.value!r}; name text columns.", column=name)
    return names


def _kept_index(
    data: AnalysisInput, names: list[str], texts: list[ColumnData], progress: Progress, cancel: Cancel
) -> TextIndex:
    """Give the index of these columns and rows, built once in the process."""
    key = tuple(data.key(name) for name in names)
    return kept(_indexes, key, lambda: TextIndex(texts, progress=progress, cancel=cancel), cancel)


def _written(hits: Hits, row_count: int) -> dict[str, pd.api.extensions.ExtensionArray | np.ndarray]:
    ranks, is_other = np.zeros(row_count, dtype=np.int32), np.ones(row_count, dtype=bool)
    ranks[hits.rows] = np.arange(1, len(hits.rows) + 1)
    is_other[hits.rows] = False
    scores = np.full(row_count, np.nan)
    scores[hits.rows] = hits.scores
    return {"search_rank": pd.arrays.IntegerArray(ranks, is_other), "search_score": scores}


def _table(
    data: AnalysisInput, names: list[str], texts: list[ColumnData], hits: Hits, asked: Query, cancel: Cancel
) -> pd.DataFrame:
    found: list[tuple[str | None, str | None]] = []
    for row in hits.rows.tolist():
        cancel.check()
        found.append(_shown(names, texts, row, asked))
    return pd.DataFrame({
        "id": data.row_ids[hits.rows], "rank": np.arange(1, len(hits.rows) + 1), "score": hits.scores,
        "column": pd.array([column for column, _ in found], dtype="str"),
        "snippet": pd.array([text for _, text in found], dtype="str"),
    })  # fmt: skip


def _shown(
    names: list[str], texts: list[ColumnData], row: int, asked: Query
) -> tuple[str | None, str | None]:
    """Give the first column that holds a word, and the text around it."""
    for name, column in zip(names, texts, strict=True):
        text = text_at(column, row)
        cut = None if text is None else snippet(text[:SNIPPET_WITHIN_CHARS], asked.wanted, SNIPPET_CHARS)
        if cut is not None:
            return name, cut
    return None, None
