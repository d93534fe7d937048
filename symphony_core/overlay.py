"""Computed columns that one session sees on top of the shared dataset.

A computed column is named by how it was made: data, analysis, version,
parameters, seed, rows. Two sessions that computed the same thing hold one
array, which is freed when no state and no snapshot refers to it any more: the
process-wide store holds it weakly, so nobody counts references by hand.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from types import MappingProxyType
from weakref import WeakValueDictionary

import pandas as pd

from symphony_core import frames
from symphony_core.column import ColumnData
from symphony_core.errors import UnknownColumn, no_such
from symphony_core.expr import Expr


@dataclass(frozen=True)
class ColumnKey:
    """How a computed column was made; equal keys mean equal values.

    inputs: keys of the columns that were read. params: JSON with sorted names.
    rows: digest of the rows covered, "" for all. output: which of the analysis's
    columns this is, when it was given another name.
    """

    fingerprint: str
    inputs: tuple[str, ...]
    analysis: str
    plugin: str
    version: str
    params: str
    seed: int
    rows: str = ""
    output: str = ""

    @cached_property
    def digest(self) -> str:
        """32 hex digits."""
        text = json.dumps(asdict(self), sort_keys=True, separators=(",", ":"))
        return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


@dataclass(frozen=True, eq=False)
class ComputedColumn:
    """One computed column: how it was made, its name, and its n values in both forms.

    covered: the rows it was computed on, so that saved work can compute it again; None is all, or unknown.
    """

    key: ColumnKey
    name: str
    data: ColumnData
    series: pd.Series
    covered: Expr | None = None

    @property
    def digest(self) -> str:
        return self.key.digest


_shared: WeakValueDictionary[tuple[str, str], ComputedColumn] = WeakValueDictionary()
_lock = threading.Lock()


def known_column(key: ColumnKey, name: str) -> ComputedColumn | None:
    """Give the column of this key and name if anyone in the process holds it."""
    with _lock:
        return _shared.get((key.digest, name))


def computed_column(
    key: ColumnKey, name: str, series: pd.Series, covered: Expr | None = None
) -> ComputedColumn:
    """Give the one column of this key and name in the process, made from `series` if there is none."""
    known = known_column(key, name)
    if known is not None:
        return known
    canonical, _ = frames.tidy(series.reset_index(drop=True))
    made = ComputedColumn(key, name, frames.column_data(canonical), canonical, covered)
    with _lock:
        return _shared.setdefault((key.digest, name), made)


class Overlay(Mapping[str, ComputedColumn]):
    """An immutable ordered map from name to computed column; equal when names and keys are."""

    def __init__(self, columns: Mapping[str, ComputedColumn] | None = None) -> None:
        self._columns = MappingProxyType(dict(columns or {}))

    def __getitem__(self, name: str) -> ComputedColumn:
        return self._columns[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._columns)

    def __len__(self) -> int:
        return len(self._columns)

    def with_column(self, column: ComputedColumn) -> Overlay:
        """Add a column, or put it in the place of the one with its name."""
        return Overlay({**self._columns, column.name: column})

    def without(self, name: str) -> Overlay:
        """Leave a column out. Raises UnknownColumn."""
        if name not in self._columns:
            message, close = no_such("computed column", name, self._columns)
            raise UnknownColumn(message, column=name, nearest=close)
        return Overlay({n: c for n, c in self._columns.items() if n != name})

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Overlay):
            return NotImplemented
        return self._identity == other._identity

    def __hash__(self) -> int:
        return hash(self._identity)

    def __repr__(self) -> str:
        return f"Overlay({', '.join(self._columns) or 'empty'})"

    @cached_property
    def _identity(self) -> tuple[tuple[str, str], ...]:
        return tuple((name, column.digest) for name, column in self._columns.items())
