"""One thread of linear algebra while analyses run, and as many as before afterwards."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from threadpoolctl import threadpool_info

from symphony_core.blas import one_blas_thread


def thread_counts() -> set[int]:
    np.ones((2, 2)) @ np.ones((2, 2))
    return {library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas"}


@pytest.fixture
def before():
    counts = thread_counts()
    if counts in (set(), {1}):
        pytest.skip("this machine's linear algebra has one thread anyway")
    return counts


def test_there_is_one_thread_inside_and_the_former_number_after(before):
    with one_blas_thread():
        assert thread_counts() == {1}
    assert thread_counts() == before


def test_the_limit_holds_until_the_last_is_done(before):
    entered, leave = threading.Event(), threading.Event()

    def other() -> None:
        with one_blas_thread():
            entered.set()
            leave.wait(10)

    with one_blas_thread():
        thread = threading.Thread(target=other)
        thread.start()
        assert entered.wait(10)
    assert thread_counts() == {1}
    leave.set()
    thread.join(10)
    assert thread_counts() == before


def test_an_error_inside_gives_the_threads_back(before):
    with pytest.raises(ZeroDivisionError), one_blas_thread():
        _ = 1 / 0
    assert thread_counts() == before
