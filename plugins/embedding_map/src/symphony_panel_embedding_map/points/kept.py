"""Columns and filters in the order of the tiles, kept within limits.

Sorting a column takes a read at random for every point, which costs more than
drawing it; so it is done once for as long as the array is in use.
"""

from __future__ import annotations

import threading
import weakref
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np

from symphony_panel_embedding_map.points.axis import Axis
from symphony_panel_embedding_map.points.compiled import compiled
from symphony_panel_embedding_map.points.tree import BLOCK_ROWS

Sorted = TypeVar("Sorted")


@dataclass(frozen=True, eq=False, slots=True)
class Codes:
    """Category codes in the order of the tiles; codes below 0 became `missing`, one above the greatest."""

    sorted: np.ndarray
    missing: int

    @property
    def nbytes(self) -> int:
        return self.sorted.nbytes


@dataclass(frozen=True, eq=False, slots=True)
class Values:
    """Numbers in the order of the tiles as float32, and how they became that; NaN where not finite."""

    sorted: np.ndarray
    axis: Axis

    @property
    def nbytes(self) -> int:
        return self.sorted.nbytes


class ByArray(Generic[Sorted]):
    """What was made of an array, found by the array itself; the longest unused is forgotten first.

    Only arrays that cannot be written to are known again, and only while they live.
    """

    def __init__(self, max_bytes: int, size_of: Callable[[Sorted], int]) -> None:
        self.max_bytes = max_bytes
        self._size_of = size_of
        self._lock = threading.Lock()
        self._made: OrderedDict[int, tuple[weakref.ref[np.ndarray], Sorted]] = OrderedDict()

    def get(self, array: np.ndarray, make: Callable[[], Sorted]) -> Sorted:
        """Give what `make` made of this array."""
        with self._lock:
            known, made = self._made.get(id(array), (None, None))
            if known is not None and made is not None and known() is array:
                self._made.move_to_end(id(array))
                return made
        made = make()
        if not array.flags.writeable and self._size_of(made) <= self.max_bytes:
            self._keep(array, made)
        return made

    @property
    def nbytes(self) -> int:
        with self._lock:
            return self._bytes()

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._made.clear()

    def _keep(self, array: np.ndarray, made: Sorted) -> None:
        with self._lock:
            gone = [key for key, (known, _) in self._made.items() if known() is None]
            for key in gone:
                del self._made[key]
            self._made[id(array)] = (weakref.ref(array), made)
            self._made.move_to_end(id(array))
            while self._bytes() > self.max_bytes:
                self._made.popitem(last=False)

    def _bytes(self) -> int:
        return sum(self._size_of(made) for _, made in self._made.values())


def sorted_codes(codes: np.ndarray, order: np.ndarray) -> Codes:
    """Bring codes into the order of the tiles, in as few bytes as they need."""
    missing = max(int(codes.max(initial=-1)), -1) + 1
    dtype = np.uint8 if missing < 2**8 else np.uint16 if missing < 2**16 else np.uint32
    made = np.empty(len(order), dtype=dtype)
    _sort_codes(codes, order, missing, made)
    return Codes(made, missing)


def sorted_values(values: np.ndarray, order: np.ndarray) -> Values:
    """Bring numbers into the order of the tiles."""
    found = np.array([np.inf, -np.inf, 1])
    for start in range(0, len(values), BLOCK_ROWS):
        _measure(values[start : start + BLOCK_ROWS].astype(np.float64), found)
    low, high, is_exact = found.tolist() if found[0] <= found[1] else (np.nan, np.nan, 1)
    axis = Axis.of(low, high, is_exact > 0)
    made = np.empty(len(order), dtype=np.float32)
    for start in range(0, len(order), BLOCK_ROWS):
        block = values[order[start : start + BLOCK_ROWS]].astype(np.float64)
        block[~np.isfinite(block)] = np.nan
        made[start : start + len(block)] = axis.kept(block)
    return Values(made, axis)


@compiled
def _measure(values: np.ndarray, found: np.ndarray) -> None:
    for value in values:
        if np.isfinite(value):
            found[0], found[1] = min(found[0], value), max(found[1], value)
            if np.float64(np.float32(value)) != value:
                found[2] = 0


def sorted_bits(keep: np.ndarray, order: np.ndarray) -> np.ndarray:
    """Bring a mask into the order of the tiles, 64 points a word."""
    words = np.zeros((len(order) + 63) // 64, dtype=np.uint64)
    # Read at random, the mask should fit into the processor's cache: an eighth of it does more often.
    _sort_bits(np.packbits(keep, bitorder="little"), order, words)
    return words


@compiled
def _sort_codes(codes: np.ndarray, order: np.ndarray, missing: int, made: np.ndarray) -> None:
    for i in range(len(order)):
        code = codes[order[i]]
        made[i] = code if code >= 0 else missing


@compiled
def _sort_bits(packed: np.ndarray, order: np.ndarray, words: np.ndarray) -> None:
    for word in range(len(words)):
        begin, made = word * 64, np.uint64(0)
        for i in range(begin, min(begin + 64, len(order))):
            row = np.uint32(order[i])
            bit = (packed[row >> np.uint32(3)] >> np.uint8(row & np.uint32(7))) & np.uint8(1)
            made |= np.uint64(bit) << np.uint64(i - begin)
        words[word] = made
