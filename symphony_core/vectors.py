"""Embeddings as one float32 array, collected from Arrow lists piece by piece.

An embedding column read the usual way exists twice or more at its peak: as
Arrow lists, as the concatenated array, as float32. Here the array is made
once and each piece is copied into its place, so the peak stays near the size
of the result. Rows without a usable vector keep their place, hold zeros and
are marked, so that positions in the array remain positions in the data.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

# Shorter lists of numbers are boxes, colours or coordinates unless their name says otherwise.
MIN_INFERRED_DIMENSION = 8
# Lists of which fewer share one length are sequences, not embeddings.
MIN_SHARE_OF_ONE_LENGTH = 0.9
NAME_HINTS = ("embedding", "vector", "feature", "latent")
NOT_EMBEDDINGS = frozenset({"class_probabilities", "probabilities", "probs", "probas", "softmax", "logits"})

NO_VECTOR = "without a vector"
WRONG_LENGTH = "of another length"
NOT_FINITE = "with NaN or infinity"


@dataclass(frozen=True, eq=False)
class Vectors:
    """One embedding: `values` (n, d) float32 and `usable` (n,) bool, both read-only.

    Rows that are not usable hold zeros.
    """

    values: np.ndarray
    usable: np.ndarray

    @property
    def dimension(self) -> int:
        return int(self.values.shape[1])

    def __len__(self) -> int:
        return len(self.values)


def as_vectors(values: np.ndarray) -> Vectors:
    """Take (n, d) numbers as an embedding; rows with NaN or infinity are not usable and become zeros."""
    array = np.array(values, dtype=np.float32, order="C")
    usable = _finite_rows(array)
    array[~usable] = 0
    array.flags.writeable = False
    usable.flags.writeable = False
    return Vectors(array, usable)


def is_number_list(data_type: pa.DataType) -> bool:
    """Say whether the type is a list of numbers, fixed in size or not."""
    if isinstance(data_type, pa.BaseExtensionType):
        data_type = data_type.storage_type
    if not (
        pa.types.is_list(data_type)
        or pa.types.is_large_list(data_type)
        or pa.types.is_fixed_size_list(data_type)
    ):
        return False
    inner = data_type.value_type
    return bool(pa.types.is_floating(inner) or pa.types.is_integer(inner))


def is_embedding(name: str, chunk: pa.Array) -> bool:
    """Judge by name, type and the lengths in a first piece whether a column is an embedding."""
    chunk = _plain(chunk)
    if not is_number_list(chunk.type) or name.casefold() in NOT_EMBEDDINGS:
        return False
    is_hinted = any(hint in name.casefold() for hint in NAME_HINTS) or name.casefold().startswith("emb")
    if is_hinted:
        return True
    dimension, share = _usual_length(chunk)
    is_float = pa.types.is_floating(chunk.type.value_type)
    return is_float and dimension >= MIN_INFERRED_DIMENSION and share >= MIN_SHARE_OF_ONE_LENGTH


class VectorCollector:
    """Copies pieces of a list column into one array, in order.

    The length of a vector is that of the list type, else the most frequent
    one in the first piece that holds any vector.
    """

    def __init__(self, row_count: int) -> None:
        self.problems: dict[str, list[np.ndarray]] = {NO_VECTOR: [], WRONG_LENGTH: [], NOT_FINITE: []}
        self.pending: list[pa.Array] = []  # pieces before the first vector, whose length is still unknown
        self._values: np.ndarray | None = None
        self._usable = np.zeros(row_count, dtype=bool)
        self._at = 0

    def add(self, chunk: pa.Array) -> None:
        """Copy the next piece."""
        chunk = _plain(chunk)
        if self._values is None:
            dimension = self._dimension(chunk)
            if dimension == 0:
                self.pending.append(chunk)
                return
            self._values = np.zeros((len(self._usable), dimension), dtype=np.float32)
            for earlier in self.pending:
                self._copy(earlier, self._values)
            self.pending.clear()
        self._copy(chunk, self._values)

    def finished(self) -> Vectors | None:
        """Give the vectors, or None when no row had one."""
        if self._values is None:
            return None
        self._values.flags.writeable = False
        self._usable.flags.writeable = False
        return Vectors(self._values, self._usable)

    def set_aside(self) -> dict[str, np.ndarray]:
        """Give the positions of rows that are not usable, by reason."""
        return {reason: np.concatenate(parts) for reason, parts in self.problems.items() if parts}

    @staticmethod
    def _dimension(chunk: pa.Array) -> int:
        if pa.types.is_fixed_size_list(chunk.type):
            return int(chunk.type.list_size)
        return _usual_length(chunk)[0]

    def _copy(self, chunk: pa.Array, values: np.ndarray) -> None:
        start, self._at = self._at, self._at + len(chunk)
        rows = values[start : self._at]
        has_vector = _as_numpy(chunk.is_valid())
        lengths = _lengths(chunk)
        fits = has_vector & (lengths == values.shape[1])
        with np.errstate(
            over="ignore", invalid="ignore"
        ):  # what overflows float32 becomes infinite and is set aside
            _copy_fitting(chunk, fits, rows)
            finite = _finite_rows(rows)
        rows[~finite] = 0
        self._usable[start : self._at] = fits & finite
        self._note(NO_VECTOR, start, ~has_vector | (lengths == 0))
        self._note(WRONG_LENGTH, start, has_vector & ~fits & (lengths > 0))
        self._note(NOT_FINITE, start, fits & ~finite)

    def _note(self, reason: str, start: int, where: np.ndarray) -> None:
        if where.any():
            self.problems[reason].append(np.flatnonzero(where) + start)


def _plain(chunk: pa.Array) -> pa.Array:
    return chunk.storage if isinstance(chunk, pa.ExtensionArray) else chunk


def _usual_length(chunk: pa.Array) -> tuple[int, float]:
    """Give the most frequent length and its share among the rows that hold a list."""
    lengths = _lengths(chunk)[_as_numpy(chunk.is_valid())]
    lengths = lengths[lengths > 0]
    if len(lengths) == 0:
        return 0, 0.0
    counts = np.bincount(lengths)
    return int(counts.argmax()), float(counts.max() / len(lengths))


def _lengths(chunk: pa.Array) -> np.ndarray:
    if pa.types.is_fixed_size_list(chunk.type):
        return np.full(len(chunk), chunk.type.list_size, dtype=np.int64)
    return np.asarray(pc.list_value_length(chunk).fill_null(0)).astype(np.int64)


def _copy_fitting(chunk: pa.Array, fits: np.ndarray, rows: np.ndarray) -> None:
    dimension = rows.shape[1]
    if not fits.any():
        return
    if pa.types.is_fixed_size_list(chunk.type):
        first = chunk.offset * dimension
        starts = None if fits.all() else np.arange(len(chunk)) * dimension + first
    else:
        offsets = np.asarray(chunk.offsets)
        first = int(offsets[0])
        starts = None if fits.all() else offsets[:-1]
    if starts is None:
        rows[:] = _numbers(chunk.values.slice(first, rows.size)).reshape(rows.shape)
        return
    flat = _numbers(chunk.values)
    rows[fits] = flat[starts[fits][:, None] + np.arange(dimension)]


def _numbers(values: pa.Array) -> np.ndarray:
    """Give the flat numbers; a null inside a vector becomes NaN."""
    if values.null_count or not pa.types.is_floating(values.type):
        values = pc.cast(values, pa.float64(), safe=False)
    return np.asarray(values.to_numpy(zero_copy_only=False))


def _finite_rows(rows: np.ndarray) -> np.ndarray:
    """Say which rows hold finite values only; a sum spots most of them without an (n, d) mask."""
    finite = np.asarray(np.isfinite(rows.sum(axis=1)))
    doubtful = np.flatnonzero(~finite)
    finite[doubtful] = np.isfinite(rows[doubtful]).all(axis=1)
    return finite


def _as_numpy(flags: pa.Array) -> np.ndarray:
    return np.asarray(flags.to_numpy(zero_copy_only=False)).astype(bool, copy=False)
