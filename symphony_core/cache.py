"""Values kept by how many bytes they take, shared by all sessions of a process.

Row masks are derived from filters, so they may be thrown away at any time and
made again. One bounded store serves every session: two people with the same
filter over the same data pay for one mask. `functools.lru_cache` counts
entries, not bytes, and computes a value twice when two threads ask together.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from typing import Generic, TypeVar

import numpy as np

Value = TypeVar("Value")

# 25 masks of 10 million rows, one byte a row.
MASK_CACHE_BYTES = 256 * 2**20


def byte_size(value: object) -> int:
    """Give the bytes that an array or a bytes object holds."""
    nbytes = getattr(value, "nbytes", None)
    return int(nbytes) if nbytes is not None else len(value)  # type: ignore[arg-type]  # bytes and their like


class ByteLRU(Generic[Value]):
    """A thread-safe store that forgets the longest unused values first.

    A value is computed once: who asks for it meanwhile waits for that one
    computation, and gets its exception if it fails. Nothing is computed under
    the lock. Arrays come back read-only. A value above `max_bytes` is handed
    out and not kept.
    """

    def __init__(self, max_bytes: int, size_of: Callable[[Value], int] = byte_size) -> None:
        self.max_bytes = max_bytes
        self._size_of = size_of
        self._lock = threading.Lock()
        self._kept: OrderedDict[Hashable, tuple[Value, int]] = OrderedDict()
        self._underway: dict[Hashable, Future[Value]] = {}
        self._byte_count = 0

    @property
    def byte_count(self) -> int:
        return self._byte_count

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, key: Hashable, compute: Callable[[], Value]) -> Value:
        """Give the value under `key`, from `compute` when it is not kept."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key][0]
            underway = self._underway.get(key)
            if underway is None:
                ours: Future[Value] = Future()
                self._underway[key] = ours
        if underway is not None:
            return underway.result()
        return self._computed(key, compute, ours)

    def clear(self) -> None:
        """Forget everything that is kept."""
        with self._lock:
            self._kept.clear()
            self._byte_count = 0

    def _computed(self, key: Hashable, compute: Callable[[], Value], future: Future[Value]) -> Value:
        try:
            value = _read_only(compute())
        except BaseException as error:  # handed to every waiter and raised again, nothing is swallowed
            with self._lock:
                del self._underway[key]
            future.set_exception(error)
            raise
        size = self._size_of(value)
        with self._lock:
            del self._underway[key]
            self._keep(key, value, size)
        future.set_result(value)
        return value

    def _keep(self, key: Hashable, value: Value, size: int) -> None:
        if size > self.max_bytes:
            return
        self._kept[key] = (value, size)
        self._byte_count += size
        while self._byte_count > self.max_bytes:
            _, (_, dropped) = self._kept.popitem(last=False)
            self._byte_count -= dropped


def _read_only(value: Value) -> Value:
    if isinstance(value, np.ndarray):
        value.flags.writeable = False
    return value


masks: ByteLRU[np.ndarray] = ByteLRU(MASK_CACHE_BYTES)
