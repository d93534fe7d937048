"""One index for two columns in the process, shared by all sessions and by filters."""

from __future__ import annotations

import threading
from weakref import WeakKeyDictionary

from symphony_core import point_index
from symphony_core.cache import ByteLRU
from symphony_core.column import Kind
from symphony_core.dataset import Dataset
from symphony_core.errors import Cancelled, TypeMismatch
from symphony_core.progress import Cancel, Progress, never, silent
from symphony_core.table import Table
from symphony_panel_embedding_map.points.tiles import TileIndex

# Two of 100 million points. Kept for a dataset, and let go with it.
MAX_BYTES = 4 * 2**30

_kept: WeakKeyDictionary[Dataset, ByteLRU[TileIndex]] = WeakKeyDictionary()
_lock = threading.Lock()


def shared_index(
    table: Table, x: str, y: str, *, progress: Progress = silent, cancel: Cancel = never
) -> TileIndex:
    """Give the index of two columns of numbers, built if nobody has it.

    From then on lassos over them are quick. Who asks while it is built waits for that one.
    Raises UnknownColumn, TypeMismatch, Cancelled.
    """
    with _lock:
        kept = _kept.setdefault(table.dataset, ByteLRU(MAX_BYTES, lambda index: index.total_bytes))
    key = point_index.key_of(table, x, y)
    while True:
        try:
            return kept.get(key, lambda: _known_or_built(table, x, y, progress, cancel))
        except Cancelled:  # perhaps by who asked first, and we still want it
            cancel.check()


def known_index(table: Table, x: str, y: str) -> TileIndex | None:
    """Give the index of two columns if it is built. Raises UnknownColumn."""
    known = point_index.known(point_index.key_of(table, x, y))
    return known if isinstance(known, TileIndex) else None


def _known_or_built(table: Table, x: str, y: str, progress: Progress, cancel: Cancel) -> TileIndex:
    known = known_index(table, x, y)
    if known is not None:
        return known
    columns = [table.column(name) for name in (x, y)]
    for name, column in zip((x, y), columns, strict=True):
        if column.kind is not Kind.NUMBER or column.values.dtype.itemsize > 8:
            raise TypeMismatch(
                f"a map needs numbers, and column {name!r} holds {column.kind} values.", column=name
            )
    masks = [column.missing for column in columns if column.missing is not None]
    missing = None if not masks else masks[0] | masks[-1]
    values = [column.values for column in columns]
    index = TileIndex.build(*values, missing=missing, progress=progress, cancel=cancel)
    point_index.register(point_index.key_of(table, x, y), index)
    return index
