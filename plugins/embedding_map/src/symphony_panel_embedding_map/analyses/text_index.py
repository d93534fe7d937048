"""A full-text index over the text columns of some rows, in memory.

SQLite's FTS5 does the work: it comes with Python, ranks by BM25, knows phrases
and beginnings, and leaves the interpreter free while it searches. Beside it, on
a million texts of ten words, bm25s took six times as long to build, nine times
the memory, and knows no phrases, beginnings or exclusion. Only the
index is kept, not the texts, which the table has.
"""

from __future__ import annotations

import sqlite3
import threading
import weakref
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

from symphony_core.specs import Cancel, ColumnData, Kind, Progress
from symphony_panel_embedding_map.analyses.search_words import folded

# Rows written at a time; between them progress is told and cancel heard.
BATCH_ROWS = 10_000
# Steps of SQLite's machine between two questions whether to go on.
STEPS = 20_000


@dataclass(frozen=True, eq=False)
class Hits:
    """The best rows: (m,) int64 positions, best first, ties by position, (m,) BM25 scores, and all found.

    total: rows that were found, of which these are the best.
    """

    rows: np.ndarray
    scores: np.ndarray
    total: int


class TextIndex:
    """The words of some columns. One query runs at a time; others wait."""

    def __init__(self, columns: Sequence[ColumnData], *, progress: Progress, cancel: Cancel) -> None:
        self._lock = threading.Lock()
        self._database = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
        weakref.finalize(self, self._database.close)
        names = ", ".join(f"c{i}" for i in range(len(columns)))
        tokens = "unicode61 remove_diacritics 2"
        self._database.execute(f"CREATE VIRTUAL TABLE t USING fts5({names}, content='', tokenize='{tokens}')")
        places = ", ".join("?" * (len(columns) + 1))
        row_count = len(columns[0])
        readers = [_texts_of(column) for column in columns]
        with self._stoppable(cancel):
            self._database.execute("BEGIN")
            for start in range(0, row_count, BATCH_ROWS):
                cancel.check()
                progress(start / row_count, f"words of {row_count:,} rows")
                stop = min(start + BATCH_ROWS, row_count)
                rows = zip(range(start, stop), *(read(start, stop) for read in readers), strict=True)
                self._database.executemany(f"INSERT INTO t(rowid, {names}) VALUES ({places})", rows)
            self._database.execute("COMMIT")
        self.byte_count = self._pragma("page_count") * self._pragma("page_size")

    def search(self, expression: str, limit: int, cancel: Cancel, among: np.ndarray | None = None) -> Hits:
        """Give the `limit` best rows for an expression of FTS5.

        among: (n,) bool, the rows that may be found; None is all.
        """
        if among is not None:
            return self._search_among(expression, limit, cancel, among)
        with self._lock, self._stoppable(cancel):
            best = self._database.execute(
                "SELECT rowid, bm25(t) FROM t WHERE t MATCH ? ORDER BY bm25(t), rowid LIMIT ?",
                (expression, limit),
            ).fetchall()
            total = len(best)
            if total == limit:
                counted = self._database.execute("SELECT count(*) FROM t WHERE t MATCH ?", (expression,))
                total = int(counted.fetchone()[0])
        rows = np.array([row for row, _ in best], dtype=np.int64)
        return Hits(rows, -np.array([score for _, score in best], dtype=np.float64), total)

    def _search_among(self, expression: str, limit: int, cancel: Cancel, among: np.ndarray) -> Hits:
        """Score every match: those that may be found can be the worst of all."""
        with self._lock, self._stoppable(cancel):
            every = self._database.execute("SELECT rowid, bm25(t) FROM t WHERE t MATCH ?", (expression,))
            scored = np.array(every.fetchall(), dtype=np.float64).reshape(-1, 2)
        rows = scored[:, 0].astype(np.int64)
        scored, rows = scored[among[rows]], rows[among[rows]]
        best = np.lexsort((rows, scored[:, 1]))[:limit]
        return Hits(rows[best], -scored[best, 1], len(rows))

    def _pragma(self, name: str) -> int:
        return int(self._database.execute(f"PRAGMA {name}").fetchone()[0])

    @contextmanager
    def _stoppable(self, cancel: Cancel) -> Iterator[None]:
        """Let a running statement end when stopping is asked for."""
        self._database.set_progress_handler(cancel.is_set, STEPS)
        try:
            yield
        except sqlite3.OperationalError:
            cancel.check()
            raise
        finally:
            self._database.set_progress_handler(None, 0)


def _texts_of(column: ColumnData) -> Callable[[int, int], list[str | None]]:
    """Give a function that reads the folded texts of rows start..stop-1."""
    if column.kind is Kind.CATEGORY:
        levels = [*map(folded, column.levels), None]  # the last one is read by code -1, which is missing
        return lambda start, stop: [levels[code] for code in column.values[start:stop].tolist()]
    text = column.text
    assert text is not None

    def read(start: int, stop: int) -> list[str | None]:
        return [None if one is None else folded(one) for one in text.slice(start, stop - start).to_pylist()]

    return read
