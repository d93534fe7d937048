"""Computed columns and embeddings that one session sees on top of the shared dataset.

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
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from types import MappingProxyType
from weakref import WeakValueDictionary

import pandas as pd

from symphony_core import frames
from symphony_core.column import ColumnData
from symphony_core.errors import UnknownColumn, no_such
from symphony_core.expr import Expr
from symphony_core.vectors import Vectors


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
    is_ranking: whether it says in which order to look at the rows (`AnalysisSpec.ranking`).
    """

    key: ColumnKey
    name: str
    data: ColumnData
    series: pd.Series
    covered: Expr | None = None
    is_ranking: bool = False

    @property
    def digest(self) -> str:
        return self.key.digest


@dataclass(frozen=True, eq=False)
class ComputedLayer:
    """One computed embedding: how it was made, its name, and a vector for each of the n rows.

    covered: the rows it was computed on; None is all, or unknown. The others have no vector.
    """

    key: ColumnKey
    name: str
    vectors: Vectors
    covered: Expr | None = None

    @property
    def digest(self) -> str:
        return self.key.digest


_shared: WeakValueDictionary[tuple[str, str], ComputedColumn] = WeakValueDictionary()
_shared_layers: WeakValueDictionary[tuple[str, str], ComputedLayer] = WeakValueDictionary()
_lock = threading.Lock()


def known_column(key: ColumnKey, name: str) -> ComputedColumn | None:
    """Give the column of this key and name if anyone in the process holds it."""
    with _lock:
        return _shared.get((key.digest, name))


def computed_column(
    key: ColumnKey, name: str, series: pd.Series, covered: Expr | None = None, *, is_ranking: bool = False
) -> ComputedColumn:
    """Give the one column of this key and name in the process, made from `series` if there is none."""
    known = known_column(key, name)
    if known is not None:
        return known
    canonical, _ = frames.tidy(series.reset_index(drop=True))
    made = ComputedColumn(key, name, frames.column_data(canonical), canonical, covered, is_ranking)
    with _lock:
        return _shared.setdefault((key.digest, name), made)


def known_layer(key: ColumnKey, name: str) -> ComputedLayer | None:
    """Give the embedding of this key and name if anyone in the process holds it."""
    with _lock:
        return _shared_layers.get((key.digest, name))


def computed_layer(key: ColumnKey, name: str, vectors: Vectors, covered: Expr | None = None) -> ComputedLayer:
    """Give the one embedding of this key and name in the process, this one if there is none."""
    made = ComputedLayer(key, name, vectors, covered)
    with _lock:
        return _shared_layers.setdefault((key.digest, name), made)


class Overlay(Mapping[str, ComputedColumn]):
    """An immutable ordered map from name to computed column; equal when names and keys are.

    layers: computed embeddings by name, beside the columns; no column bears the name of one.
    """

    def __init__(
        self,
        columns: Mapping[str, ComputedColumn] | None = None,
        layers: Mapping[str, ComputedLayer] | None = None,
    ) -> None:
        self._columns = MappingProxyType(dict(columns or {}))
        self.layers = MappingProxyType(dict(layers or {}))

    def __getitem__(self, name: str) -> ComputedColumn:
        return self._columns[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._columns)

    def __len__(self) -> int:
        return len(self._columns)

    def with_column(self, column: ComputedColumn) -> Overlay:
        """Add a column, or put it in the place of the one with its name; a ranking comes last, the newest."""
        layers = {name: layer for name, layer in self.layers.items() if name != column.name}
        kept = dict(self._columns)
        if column.is_ranking:
            kept.pop(column.name, None)
        return Overlay({**kept, column.name: column}, layers)

    def with_layer(self, layer: ComputedLayer) -> Overlay:
        """Add an embedding, or put it in the place of the one with its name."""
        columns = {name: column for name, column in self._columns.items() if name != layer.name}
        return Overlay(columns, {**self.layers, layer.name: layer})

    def joined(self, other: Overlay, before: Overlay) -> Overlay:
        """Add what `other` has and `before` had not: what an analysis added while others may have ended."""
        merged = self
        for column in other.values():
            if before.get(column.name) is not column:
                merged = merged.with_column(column)
        for layer in other.layers.values():
            if before.layers.get(layer.name) is not layer:
                merged = merged.with_layer(layer)
        newest = other.ranking
        if newest is not None and newest is not before.ranking:
            merged = merged.with_column(newest)  # known before and asked for again, it is the newest again
        return merged

    @cached_property
    def ranking(self) -> ComputedColumn | None:
        """The newest ranking; None when there is none."""
        return next((column for column in reversed(list(self._columns.values())) if column.is_ranking), None)

    def made_with(self, column: ComputedColumn) -> tuple[str, ...]:
        """Name the columns of the run that made this one, itself among them."""
        run = replace(column.key, output="")
        return tuple(name for name, one in self._columns.items() if replace(one.key, output="") == run)

    def without(self, name: str) -> Overlay:
        """Leave a column or an embedding out. Raises UnknownColumn."""
        if name not in self._columns and name not in self.layers:
            message, close = no_such("computed column", name, [*self._columns, *self.layers])
            raise UnknownColumn(message, column=name, nearest=close)
        return Overlay(
            {n: c for n, c in self._columns.items() if n != name},
            {n: layer for n, layer in self.layers.items() if n != name},
        )

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Overlay):
            return NotImplemented
        return self._identity == other._identity

    def __hash__(self) -> int:
        return hash(self._identity)

    def __repr__(self) -> str:
        return f"Overlay({', '.join([*self._columns, *self.layers]) or 'empty'})"

    @cached_property
    def _identity(self) -> tuple[tuple[str, str], ...]:
        columns = tuple((name, column.digest) for name, column in self._columns.items())
        return columns + tuple((f"vectors {name}", layer.digest) for name, layer in self.layers.items())
