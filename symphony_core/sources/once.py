"""What was opened once is shared while somebody uses it.

Who opens the same path with the same options gets the same Dataset, and two
who ask at the same moment wait for one reading. Who waits can be cancelled;
when the one who reads is, the next takes over. Nothing is held after an error.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from weakref import WeakValueDictionary

from symphony_core.dataset import Dataset
from symphony_core.progress import Progress

WAIT_S = 0.05


class _Turn:
    """Whose turn it is to read one source; waiters counts the reader too."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.waiters = 0


_opened: WeakValueDictionary[Hashable, Dataset] = WeakValueDictionary()
_turns: dict[Hashable, _Turn] = {}
_lock = threading.Lock()


def opened_once(key: Hashable, read: Callable[[], Dataset], progress: Progress) -> Dataset:
    """Give the dataset under a key, from `read` when nobody has it.

    progress: polled while another reads; what it raises ends the waiting.
    """
    with _lock:
        turn = _turns.setdefault(key, _Turn())
        turn.waiters += 1
    try:
        while not turn.lock.acquire(timeout=WAIT_S):
            progress(0.0, "waiting for another who reads the same")
        try:
            dataset = _opened.get(key)
            if dataset is None:
                dataset = _opened[key] = read()
            return dataset
        finally:
            turn.lock.release()
    finally:
        with _lock:
            turn.waiters -= 1
            if turn.waiters == 0:
                del _turns[key]


def shared_if_equal(key: Hashable, fresh: Dataset) -> Dataset:
    """Give the dataset already open under a key if it holds the same, else keep and give the fresh one.

    For what has to be read to know whether it changed: sessions then share memory all the same.
    """
    with _lock:
        known = _opened.get(key)
        if known is not None and known.fingerprint == fresh.fingerprint:
            return known
        _opened[key] = fresh
        return fresh
