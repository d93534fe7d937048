"""The rows an analysis works on, as plain arrays.

An analysis may cover all rows or some; it always sees its rows as 0..n-1 and
never learns which, unless it asks. What it reads is noted in `reads`: the key
of a computed column names exactly the columns that made it, so that an
unrelated change of the session does not make an equal result look different.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

import numpy as np
import pandas as pd

from symphony_core.column import ColumnData, Kind
from symphony_core.errors import BadRole, BadSetting, UnknownEmbedder, UnknownRow, no_such
from symphony_core.expr import columns_of
from symphony_core.progress import Cancel
from symphony_core.roles import Role
from symphony_core.vectors import Vectors

if TYPE_CHECKING:
    from symphony_core.specs import EmbedderSpec
    from symphony_core.table import Table


class Embedder(Protocol):
    """What an embedder's `load` gives: texts or picture files in, vectors out."""

    def encode(self, items: Sequence[str] | Sequence[bytes], *, cancel: Cancel) -> np.ndarray:
        """Give (n, d) float32, a row of NaN for what cannot be read. Polls `cancel` between batches."""


class Embedders(Protocol):
    """Who knows the embedders of the plugins: the registry."""

    def embedder_names(self, kind: str | None = None) -> tuple[str, ...]:
        """List them, all or of "text" or "image"."""

    def embedder_spec(self, name: str) -> EmbedderSpec:
        """Say what was registered under a name. Raises UnknownEmbedder."""

    def embedder(self, name: str) -> Embedder:
        """Load one. Raises UnknownEmbedder, EmbedderMissing or PluginError."""


class AnalysisInput:
    """The rows of a table that an analysis covers, in the table's order."""

    def __init__(
        self, table: Table, rows: np.ndarray | None = None, embedders: Embedders | None = None
    ) -> None:
        self._table = table
        self._embedders = embedders
        self._covers_all = rows is None
        self._rows = np.arange(len(table), dtype=np.int64) if rows is None else rows
        self._rows.flags.writeable = False
        self._reads: dict[str, None] = {}
        self._roles: dict[Role, str | None] = {}
        self._versions: dict[str, str] = {}

    def __len__(self) -> int:
        return len(self._rows)

    @property
    def rows(self) -> np.ndarray:
        """(n,) int64 positions in the dataset, ascending."""
        return self._rows

    @property
    def row_ids(self) -> np.ndarray:
        """(n,) ids of these rows."""
        self._note(self._table.dataset.id_column)
        ids: np.ndarray = self._table.dataset.row_ids
        return ids if self._covers_all else _sealed(ids[self._rows])

    def positions_of(self, ids: Sequence[object]) -> np.ndarray:
        """Give the place of each id among these rows, (k,) int64 in 0..n-1, in the order asked.

        Raises UnknownRow for an id that the data lack or that these rows are not with.
        """
        positions = self._table.positions_of(ids)
        self._note(self._table.dataset.id_column)
        if self._covers_all:
            return positions
        places = np.searchsorted(self._rows, positions)
        is_here = np.take(self._rows, places, mode="clip") == positions if len(self) else places < 0
        if not is_here.all():
            unknown = [one for one, here in zip(ids, is_here, strict=True) if not here]
            raise UnknownRow(
                f"row {unknown[0]!r} is not among the {len(self):,} rows that are looked at; "
                "look at all rows, or name one of these.",
                row_id=unknown[0],
            )
        return places

    def key(self, name: str) -> str:
        """Give what tells the values of a column or an embedding, of these rows, from any other's.

        For what an analysis keeps in the process between runs. Raises UnknownColumn.
        """
        table = self._table
        own = table.vectors_key(name) if name in self.embedding_names else table.key(name)
        rows = "" if self._covers_all else hashlib.blake2b(self._rows.tobytes(), digest_size=16).hexdigest()
        return f"{self._table.fingerprint}:{rows}:{own}"

    @property
    def dataset_name(self) -> str:
        return self._table.dataset.name

    @property
    def names(self) -> tuple[str, ...]:
        """All columns, computed ones last."""
        return tuple(self._table.names)

    @property
    def embedding_names(self) -> tuple[str, ...]:
        """All embeddings, computed ones last; read them with `vectors`."""
        return self._table.embedding_names

    @property
    def reads(self) -> tuple[str, ...]:
        """Names of the columns read until now, in the order of first reading."""
        return tuple(self._reads)

    def input_keys(self) -> tuple[str, ...]:
        """Give what tells the input read until now from any other of this dataset."""
        embeddings = self.embedding_names
        table = self._table
        keys = [table.vectors_key(name) if name in embeddings else table.key(name) for name in self._reads]
        roles = (f"role:{role}={name or ''}" for role, name in self._roles.items())
        return (*keys, *roles, *(f"embedder:{name}={version}" for name, version in self._versions.items()))

    def kind(self, name: str) -> Kind:
        """Say what the values of a column are. Raises UnknownColumn."""
        return self._table.kind(name)

    def column(self, name: str) -> ColumnData:
        """Give the values of a column for these rows. Raises UnknownColumn."""
        column = self._table.column(name)
        self._note(name)
        return column if self._covers_all else _part(column, self._rows)

    def mask(self, where: str) -> np.ndarray:
        """Say which of these rows meet a filter written as text, (n,) bool; blank text is met by all.

        Raises BadExpression, or UnknownRow for an id that the data lack.
        """
        bound = self._table.bind(where)
        for name in () if bound is None else columns_of(bound):
            self._note(name)
        met = self._table.mask(bound)
        return met if self._covers_all else _sealed(met[self._rows])

    def role_column(self, role: Role) -> str | None:
        """Name the column that plays a role; None when none does."""
        name = self._roles[role] = self._table.dataset.roles.column(role)
        return name

    def role(self, role: Role) -> ColumnData | None:
        """Give the values of the column that plays a role; None when none does.

        Embeddings and media are not plain columns: use `vectors` and `media`.
        """
        name = self.role_column(role)
        return None if name is None else self.column(name)

    def vectors(self, layer: str | None = None) -> Vectors:
        """Give the embeddings of these rows: `values` (n, d) float32, `usable` (n,) bool.

        layer: an embedding, of the data or computed; None is the one that plays the role, else the
            first that was computed.
        Raises BadRole when there is none of that name. Rows that are not usable
        hold no meaning and are to be set aside.
        """
        name = self.layer_name(layer)
        vectors = self._table.vectors(name)
        self._note(name)
        if self._covers_all:
            return vectors
        values, usable = _sealed(vectors.values[self._rows]), _sealed(vectors.usable[self._rows])
        return replace(vectors, values=values, usable=usable)

    def layer_name(self, layer: str | None = None) -> str:
        """Name the embedding that `vectors` gives for a layer. Raises BadRole."""
        known = self.embedding_names
        name = self.role_column(Role.EMBEDDING) if layer is None else layer
        if name is None:
            name = next(iter(self._table.overlay.layers), None)
        if name is None:
            raise BadRole("the data have no embedding column; name one with open(..., embedding='COLUMN').")
        if name not in known:
            message, close = no_such("embedding column", name, known, self.dataset_name)
            raise BadRole(message, column=name, nearest=close)
        return name

    def made_by(self, layer: str) -> Mapping[str, object] | None:
        """Give the parameters that a computed embedding was made with; None for one of the data."""
        computed = self._table.overlay.layers.get(layer)
        if computed is None:
            return None
        params = json.loads(computed.key.params)
        return params if isinstance(params, dict) else {}

    def embedders(self, kind: str | None = None) -> tuple[str, ...]:
        """List the embedders that are installed, all or those of "text" or "image"."""
        return () if self._embedders is None else self._embedders.embedder_names(kind)

    def embedder_spec(self, name: str) -> EmbedderSpec:
        """Say what an embedder takes and gives, without loading it. Raises UnknownEmbedder.

        Its version becomes part of the keys of what is computed.
        """
        if self._embedders is None:
            message, close = no_such("embedder", name, ())
            raise UnknownEmbedder(message, embedder=name, nearest=close)
        spec = self._embedders.embedder_spec(name)
        self._versions[name] = spec.version
        return spec

    def embedder(self, name: str) -> Embedder:
        """Load an embedder; it stays loaded for the process.

        Raises UnknownEmbedder, EmbedderMissing when its library is not installed, or PluginError.
        """
        self.embedder_spec(name)
        assert self._embedders is not None
        return self._embedders.embedder(name)

    def media(self, index: int, column: str | None = None) -> bytes:
        """Give the bytes of one row's media file, as stored.

        index: 0..n-1 among these rows.
        column: a media column; None is the image, else the audio column.
        Raises BadMedia when the row's file is missing, refused or too large.
        """
        if not 0 <= index < len(self):
            raise BadSetting(f"row {index} is outside 0..{len(self) - 1}.")
        name = column or self.role_column(Role.IMAGE) or self.role_column(Role.AUDIO)
        if name is None:
            raise BadRole("the data have no image or audio column; name one with open(..., image='COLUMN').")
        self._note(name)
        # Pillow is behind this import; most analyses read no media.
        from symphony_core.media import Media

        return Media(self._table.dataset).original(int(self._rows[index]), name)

    def frame(self, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """Give these rows as a DataFrame with the id column first; None is all columns."""
        names = self.names if columns is None else tuple(columns)
        frame: pd.DataFrame = self._table.take(self._rows, list(names))
        for name in names:
            self._note(name)
        return frame

    def _note(self, name: str) -> None:
        self._reads.setdefault(name)


def _part(column: ColumnData, rows: np.ndarray) -> ColumnData:
    """Give some rows of a column; `levels` stay as they are."""
    values = column.values
    if column.kind not in (Kind.TEXT, Kind.OTHER):
        values = _sealed(values[rows])
    missing = None if column.missing is None else _sealed(column.missing[rows])
    text = None if column.text is None else column.text.take(rows)
    return replace(column, values=values, missing=missing, text=text)


def _sealed(array: np.ndarray) -> np.ndarray:
    array.flags.writeable = False
    return array
