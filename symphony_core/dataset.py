"""The opened table: columns, embeddings, ids and roles, which never change.

One process opens a table once and all sessions share it, so nothing here can
be written to. Columns become plain arrays when they are first asked for and
stay. Embeddings are side arrays and not columns: no filter or chart of single
values makes sense on them, and as lists in a frame they would cost many times
their size.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NoReturn, cast

import numpy as np
import pandas as pd

from symphony_core import frames
from symphony_core.column import ColumnData
from symphony_core.errors import UnknownColumn, UnknownRow, no_such
from symphony_core.roles import Roles
from symphony_core.vectors import Vectors

__all__ = ["Dataset", "Notice", "Vectors"]

# Enough to look at; `count` tells the whole number.
MAX_NOTICE_IDS = 1_000


@dataclass(frozen=True)
class Notice:
    """Something odd about the data that the person should know.

    count: rows concerned; 0 when it is not about rows. row_ids: the first of them.
    """

    text: str
    count: int = 0
    row_ids: tuple[str | int, ...] = ()

    def __str__(self) -> str:
        return self.text


class Dataset:
    """An immutable table with its roles; made by `sources.open_source`.

    frame: canonical columns (`frames.tidy`) without embeddings, numbered from 0.
    id_column: a column of unique text or whole numbers without gaps.
    coded: text columns that the frame holds as codes (`frames.from_codes`); they are given out as text.
    """

    def __init__(
        self,
        frame: pd.DataFrame,
        *,
        name: str,
        fingerprint: str,
        id_column: str,
        roles: Roles,
        vectors: Mapping[str, Vectors] | None = None,
        warnings: Sequence[Notice] = (),
        source: str | None = None,
        attribution: str | None = None,
        media_root: Path | None = None,
        coded: Collection[str] = (),
    ) -> None:
        self.name = name
        self.source = source
        self.fingerprint = fingerprint
        self.id_column = id_column
        self.roles = roles
        self.warnings = tuple(warnings)
        self.attribution = attribution
        self.media_root = media_root
        self.names: tuple[str, ...] = tuple(frame.columns)
        self._frame = frame
        self._coded = frozenset(coded)
        self._vectors = dict(vectors or {})
        self._columns: dict[str, ColumnData] = {}
        self._locks = {name: threading.Lock() for name in self.names}

    def __len__(self) -> int:
        return len(self._frame)

    def __repr__(self) -> str:
        return f"<Dataset {self.name!r}: {len(self):,} rows, {len(self.names)} columns>"

    @property
    def row_count(self) -> int:
        return len(self._frame)

    @property
    def dataset_name(self) -> str:
        return self.name

    @property
    def frame(self) -> pd.DataFrame:
        """The columns as a DataFrame; changing what you get changes nothing here."""
        return frames.as_text(self._frame.copy(deep=False), self._coded)

    @property
    def embedding_names(self) -> tuple[str, ...]:
        return tuple(self._vectors)

    def column(self, name: str) -> ColumnData:
        """Give a column as plain arrays; made once. Raises UnknownColumn."""
        self._check(name)
        if name not in self._columns:
            with self._locks[name]:
                if name not in self._columns:
                    self._columns[name] = frames.column_data(self._frame[name])
        return self._columns[name]

    def values(self, name: str, positions: np.ndarray) -> list[object]:
        """Give the Python values of a few rows; None is missing. Raises UnknownColumn."""
        self._check(name)
        taken = self._frame[name].take(np.asarray(positions))
        return [None if gone else value for value, gone in zip(taken, taken.isna(), strict=True)]

    def vectors(self, name: str) -> Vectors:
        """Give an embedding. Raises UnknownColumn."""
        if name not in self._vectors:
            message, close = no_such("embedding", name, self._vectors, f"dataset {self.name!r}")
            raise UnknownColumn(message, column=name, nearest=close)
        return self._vectors[name]

    @cached_property
    def row_ids(self) -> np.ndarray:
        """(n,) ids in order: int64, or object when they are text; read-only."""
        return _id_array(self._frame[self.id_column])

    def ids_at(self, positions: np.ndarray) -> np.ndarray:
        """Give the ids of some rows, int64 or object."""
        return _id_array(self._frame[self.id_column].take(np.asarray(positions)))

    def positions_of(self, ids: Sequence[object]) -> np.ndarray:
        """Give the position of each id, (k,) int64, in the order asked. Raises UnknownRow."""
        wanted = list(ids)
        self._check_ids(wanted)
        positions = self._id_index.get_indexer(pd.Index(wanted, dtype=self._id_index.dtype))
        unknown = np.flatnonzero(positions < 0)
        if len(unknown):
            self._fail_unknown([wanted[i] for i in unknown])
        return positions.astype(np.int64)

    def holds(self, ids: Sequence[object]) -> np.ndarray:
        """Say of each id whether a row has it, (k,) bool; ids of another type never are."""
        is_number = self.row_ids.dtype != object
        limits = np.iinfo(self.row_ids.dtype) if is_number else None
        held = np.zeros(len(ids), dtype=bool)
        asked = [i for i, one in enumerate(ids) if _is_id(one, is_number) and _fits(one, limits)]
        wanted = pd.Index([ids[i] for i in asked], dtype=self._id_index.dtype)
        held[asked] = self._id_index.get_indexer(wanted) >= 0
        return held

    def take(self, positions: np.ndarray, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """Give some rows as a DataFrame numbered from 0, the id column always with them.

        columns: None is all, in the order of the data; the id comes first if it is not among them.
        Raises UnknownColumn.
        """
        names = list(self.names) if columns is None else list(columns)
        for name in names:
            self._check(name)
        if self.id_column not in names:
            names.insert(0, self.id_column)
        return frames.as_text(frames.take(self._frame, positions, names), self._coded)

    @cached_property
    def _id_index(self) -> pd.Index:
        return pd.Index(self.row_ids)

    def _check(self, name: str) -> None:
        if name in self._locks:
            return
        if name in self._vectors:
            raise UnknownColumn(
                f"{name!r} in dataset {self.name!r} is an embedding: no single values to filter or show.",
                column=name,
                nearest=[],
            )
        message, close = no_such("column", name, self.names, f"dataset {self.name!r}")
        raise UnknownColumn(f"{message} Columns are case-sensitive.", column=name, nearest=close)

    def _check_ids(self, wanted: Sequence[object]) -> None:
        """Raise UnknownRow for ids of another type; pandas would convert them."""
        is_number = self.row_ids.dtype != object
        odd = [i for i in wanted if not _is_id(i, is_number)]
        if odd:
            kind = "whole numbers" if is_number else "text"
            raise UnknownRow(
                f"no row {odd[0]!r} in dataset {self.name!r}; ids (column {self.id_column!r}) are {kind}.",
                row_id=odd[0],
            )
        if is_number:
            limits = np.iinfo(self.row_ids.dtype)
            beyond = [i for i in cast(Sequence[int], wanted) if not limits.min <= i <= limits.max]
            if beyond:
                self._fail_unknown(beyond)

    def _fail_unknown(self, unknown: Sequence[object]) -> NoReturn:
        shown = ", ".join(repr(i) for i in unknown[:3]) + (", ..." if len(unknown) > 3 else "")
        examples = ", ".join(_first_ids(self))
        there = f"ids look like {examples}" if examples else "it has no rows"
        what = "row" if len(unknown) == 1 else f"{len(unknown):,} rows:"
        raise UnknownRow(f"no {what} {shown} in dataset {self.name!r}; {there}.", row_id=unknown[0])


def _first_ids(dataset: Dataset) -> Iterator[str]:
    return (repr(i) for i in dataset.ids_at(np.arange(min(3, len(dataset)))).tolist())


def _id_array(ids: pd.Series) -> np.ndarray:
    is_number = pd.api.types.is_integer_dtype(ids.dtype)
    array = ids.to_numpy(dtype=_integer_dtype(ids) if is_number else object)
    array.flags.writeable = False
    return array


def _integer_dtype(ids: pd.Series) -> type[np.integer]:
    return np.uint64 if str(ids.dtype).casefold() == "uint64" else np.int64


def _fits(value: object, limits: np.iinfo | None) -> bool:
    return limits is None or bool(limits.min <= cast(int, value) <= limits.max)


def _is_id(value: object, is_number: bool) -> bool:
    if is_number:
        return isinstance(value, (int, np.integer)) and not isinstance(value, bool)
    return isinstance(value, str)
