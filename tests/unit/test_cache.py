"""The shared store: bounded by bytes, computed once, read-only."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from symphony_core.cache import ByteLRU


def zeros(count: int) -> np.ndarray:
    return np.zeros(count, dtype=np.uint8)


def test_a_value_is_computed_once():
    cache = ByteLRU(100)
    first = cache.get("a", lambda: zeros(10))
    assert cache.get("a", lambda: pytest.fail("computed again")) is first


def test_the_longest_unused_value_goes_first():
    cache = ByteLRU(20)
    first = cache.get("a", lambda: zeros(10))
    cache.get("b", lambda: zeros(10))
    cache.get("a", lambda: zeros(10))
    cache.get("c", lambda: zeros(10))
    assert cache.get("a", lambda: zeros(10)) is first
    assert cache.byte_count == 20


def test_a_value_above_the_bound_is_given_and_not_kept():
    cache = ByteLRU(20)
    assert len(cache.get("a", lambda: zeros(21))) == 21
    assert len(cache) == 0


def test_arrays_come_back_read_only():
    assert not ByteLRU(20).get("a", lambda: zeros(3)).flags.writeable


def test_threads_that_ask_together_share_one_computation():
    cache = ByteLRU(100)
    started, go_on = threading.Event(), threading.Event()
    calls = []

    def slow() -> np.ndarray:
        calls.append(1)
        started.set()
        assert go_on.wait(10)
        return zeros(5)

    with ThreadPoolExecutor(4) as pool:
        waiting = [pool.submit(cache.get, "a", slow)]
        assert started.wait(10)
        waiting += [pool.submit(cache.get, "a", slow) for _ in range(3)]
        go_on.set()
        results = [future.result(10) for future in waiting]
    assert len(calls) == 1
    assert all(result is results[0] for result in results)


def test_another_key_is_not_held_up():
    cache = ByteLRU(100)
    started, go_on = threading.Event(), threading.Event()

    def slow() -> np.ndarray:
        started.set()
        assert go_on.wait(10)
        return zeros(5)

    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(cache.get, "a", slow)
        assert started.wait(10)
        assert len(cache.get("b", lambda: zeros(7))) == 7
        go_on.set()
        assert len(waiting.result(10)) == 5


def test_a_failed_computation_is_raised_and_tried_again():
    cache = ByteLRU(100)

    def broken() -> np.ndarray:
        raise ValueError("no luck")

    with pytest.raises(ValueError, match="no luck"):
        cache.get("a", broken)
    assert len(cache.get("a", lambda: zeros(5))) == 5


def test_clear_forgets_everything():
    cache = ByteLRU(100)
    cache.get("a", lambda: zeros(5))
    cache.clear()
    assert (len(cache), cache.byte_count) == (0, 0)
