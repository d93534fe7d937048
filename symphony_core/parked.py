"""What a page held, kept for a while after its connection ended.

A reload, a lost connection and a duplicated tab all make a new session; the key
that the page kept says which state it goes on from. A key opens one state on
one dataset and nothing else, and what it opens is a copy: two pages never share
one. Only values are kept (expressions, layouts, computed columns), never a
session, a document or a view, so a page that has gone is freed.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from symphony_core.expr import Expr, Rows
from symphony_core.history import History
from symphony_core.overlay import ComputedColumn, Overlay
from symphony_core.rows import RowSet

# As long as a person is away for a meeting; the promise of the documentation.
KEPT_S = 30 * 60
MAX_ENTRIES = 200
# Computed columns and rows of expressions; all else of an entry is a few kilobytes.
MAX_BYTES = 256 * 2**20


@dataclass(frozen=True)
class Held:
    """What a page goes on from: its line of steps with the present, and the page on show."""

    fingerprint: str
    history: History
    page_index: int = 0

    def copy(self) -> Held:
        """Give one of its own, so that the steps of one page are not another's."""
        return Held(self.fingerprint, self.history.copy(), self.page_index)


@dataclass(frozen=True)
class _Entry:
    held: Held
    ended_s: float
    weights: dict[int, int]


class Shelf:
    """States by key: those of pages that live, and for `kept_s` seconds those of pages that ended.

    clock: seconds, growing; given so that tests need not wait.
    """

    def __init__(
        self,
        *,
        kept_s: float = KEPT_S,
        max_entries: int = MAX_ENTRIES,
        max_bytes: int = MAX_BYTES,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.kept_s = kept_s
        self._max_entries = max_entries
        self._max_bytes = max_bytes
        self._clock = clock
        self._live: dict[str, Callable[[], Held | None]] = {}
        self._ended: OrderedDict[str, _Entry] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._ended)

    @property
    def nbytes(self) -> int:
        """Bytes of computed columns and rows that are kept, each counted once."""
        with self._lock:
            return self._nbytes()

    def follow(self, key: str, now: Callable[[], Held | None]) -> None:
        """Know a page that lives. `now` gives what it holds, and must not keep its session alive."""
        with self._lock:
            self._live[key] = now

    def end(self, key: str) -> bool:
        """Keep what a page held when it ended; False when nobody followed it."""
        with self._lock:
            now = self._live.pop(key, None)
        held = None if now is None else now()
        if held is None:
            return False
        held = held.copy()
        with self._lock:
            self._ended[key] = _Entry(held, self._clock(), _weights(held))
            self._ended.move_to_end(key)
            self._shrink()
        return True

    def find(self, key: str, fingerprint: str) -> Held | None:
        """Give a copy of what the page of this key holds or held; None when it is gone or of other data."""
        with self._lock:
            self._shrink()
            now = self._live.get(key)
            entry = self._ended.get(key)
            if entry is not None:
                self._ended.move_to_end(key)
        held = now() if now is not None else entry.held if entry is not None else None
        return held.copy() if held is not None and held.fingerprint == fingerprint else None

    def sweep(self) -> None:
        """Let go of what was kept long enough."""
        with self._lock:
            self._shrink()

    def _shrink(self) -> None:
        oldest_s = self._clock() - self.kept_s
        for key in [key for key, entry in self._ended.items() if entry.ended_s <= oldest_s]:
            del self._ended[key]
        while self._ended and (len(self._ended) > self._max_entries or self._nbytes() > self._max_bytes):
            self._ended.popitem(last=False)

    def _nbytes(self) -> int:
        once: dict[int, int] = {}
        for entry in self._ended.values():
            once.update(entry.weights)
        return sum(once.values())


def new_key() -> str:
    """Give a key that nobody can guess."""
    return secrets.token_urlsafe(32)


def _weights(held: Held) -> dict[int, int]:
    """Give the bytes of each heavy value by its identity; sessions share them."""
    found: dict[int, int] = {}
    for snapshot in held.history.snapshots():
        for value in snapshot.values():
            for heavy, nbytes in _heavy(value):
                found[id(heavy)] = nbytes
    return found


def _heavy(value: object) -> Iterator[tuple[object, int]]:
    if isinstance(value, Overlay):
        for column in value.values():
            yield column, _column_bytes(column)
        for layer in value.layers.values():
            yield layer, int(layer.vectors.values.nbytes)
    elif isinstance(value, Rows):
        if isinstance(value.bound, RowSet):
            yield value.bound, value.bound.nbytes
    elif isinstance(value, Expr):
        for child in value.children:
            yield from _heavy(child)


def _column_bytes(column: ComputedColumn) -> int:
    return int(column.data.values.nbytes) + int(column.series.memory_usage(index=False))
