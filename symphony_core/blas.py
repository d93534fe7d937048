"""One thread of linear algebra in each worker.

The pool has a worker a core; a BLAS that starts a thread a core in each of them
makes matrix products several times slower. The limit holds for the process
while any analysis runs, and is taken back after the last: a notebook's own
products keep their threads.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from threadpoolctl import threadpool_limits

# OpenBLAS takes a higher number only from the thread that set the lower one: one thread does both.
_setter = ThreadPoolExecutor(1, thread_name_prefix="symphony-blas")
_lock = threading.Lock()
_limits: list[Any] = []
_running = 0


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """Hold BLAS and OpenMP to one thread until the last of those who asked is done.

    Libraries that are loaded meanwhile are not held; an analysis that imports one late calls this again.
    """
    global _running
    with _lock:
        _running += 1
        _limits.append(_setter.submit(threadpool_limits, limits=1).result())
    try:
        yield
    finally:
        with _lock:
            _running -= 1
            if _running == 0:
                _setter.submit(_restore).result()


def _restore() -> None:
    while _limits:
        _limits.pop().restore_original_limits()
