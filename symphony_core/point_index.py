"""Indexes over two columns that answer lassos faster than a look at every row.

A plugin that has sorted the points of a map registers its index; from then on
every `inside(x, y, ...)` over the same values is answered by it, be it typed,
brushed or set from Python. Indexes are held weakly: whoever draws from one keeps it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

from symphony_core.evaluate import PointIndex

if TYPE_CHECKING:
    from symphony_core.table import Table

# Fingerprint, and the keys of x and y: equal ones mean equal values.
Key = tuple[str, str, str]

_known: WeakValueDictionary[Key, PointIndex] = WeakValueDictionary()


def key_of(table: Table, x: str, y: str) -> Key:
    """Give what tells the points of two columns from any others in the process. Raises UnknownColumn."""
    return table.fingerprint, table.key(x), table.key(y)


def register(key: Key, index: PointIndex) -> None:
    """Let lassos over these columns be answered by `index`, for as long as somebody holds it.

    Its `inside` must give exactly what `evaluate` gives without it.
    """
    _known[key] = index


def known(key: Key) -> PointIndex | None:
    """Give the index of these columns, if there is one."""
    return _known.get(key)
