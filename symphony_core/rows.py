"""A set of row positions, kept as sorted positions or as packed bits.

A tick of five rows should cost bytes, a selection of half the table one bit a
row: the smaller of the two forms is kept. Positions mean something for one
dataset only, so the set carries the fingerprint it is valid for.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from symphony_core.errors import BadExpression


@dataclass(frozen=True, eq=False, slots=True)
class RowSet:
    """Positions of rows in one dataset.

    stored: sorted unique int32 or int64 positions, or uint8 packed bits; read-only.
    """

    stored: np.ndarray
    is_packed: bool
    count: int
    row_count: int
    fingerprint: str

    @classmethod
    def of(cls, positions: object, *, fingerprint: str, row_count: int) -> RowSet:
        """Keep positions in 0..row_count-1, in any order, in the smaller form.

        Raises BadExpression for positions out of range or not whole numbers.
        """
        unique = _unique(positions, row_count)
        dtype = np.int32 if row_count <= np.iinfo(np.int32).max else np.int64
        is_packed = unique.size * np.dtype(dtype).itemsize > (row_count + 7) // 8
        stored = _packed(unique, row_count) if is_packed else unique.astype(dtype)
        stored.flags.writeable = False
        return cls(stored, is_packed, unique.size, row_count, fingerprint)

    @property
    def nbytes(self) -> int:
        """Bytes held."""
        return int(self.stored.nbytes)

    def positions(self) -> np.ndarray:
        """Give the positions, sorted, int64."""
        return np.flatnonzero(self.mask()) if self.is_packed else self.stored.astype(np.int64)

    def mask(self) -> np.ndarray:
        """Give a bool array of length row_count."""
        if self.is_packed:
            return np.unpackbits(self.stored, count=self.row_count).view(bool)
        mask = np.zeros(self.row_count, dtype=bool)
        mask[self.stored] = True
        return mask


def _unique(positions: object, row_count: int) -> np.ndarray:
    found = np.asarray(positions)
    if found.size == 0:
        return np.zeros(0, dtype=np.int64)
    if found.ndim != 1 or found.dtype.kind not in "iu":
        raise BadExpression(
            f"row positions are a list of whole numbers, not {found.dtype} of {found.ndim} dimensions; "
            "use numpy.flatnonzero(mask) to turn a mask into positions."
        )
    if not bool((found[1:] > found[:-1]).all()):
        found = np.unique(found)  # half a second for half a million; most callers have them sorted
    if int(found[0]) < 0 or int(found[-1]) >= row_count:
        raise BadExpression(
            f"row positions run from 0 to {row_count - 1}, got {int(found[0])} to {int(found[-1])}."
        )
    return found.astype(np.int64)


def _packed(unique: np.ndarray, row_count: int) -> np.ndarray:
    mask = np.zeros(row_count, dtype=bool)
    mask[unique] = True
    return np.packbits(mask)
