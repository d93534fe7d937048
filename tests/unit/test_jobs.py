"""Jobs: results, errors, sharing, cancelling, and on whose thread things happen."""

import asyncio
import threading

import pytest

from symphony_core.errors import Cancelled
from symphony_core.jobs import JobPool
from symphony_core.owner import Owner


def start(pool, work, owner=None, **options):
    return pool.start(
        work, owner=owner or Owner(), title="counting", **{"then": lambda value: value, **options}
    )


def test_a_job_gives_what_its_work_returned():
    assert start(JobPool(), lambda progress, cancel: 41 + 1).result(10) == 42


def test_a_job_raises_what_its_work_raised():
    def work(progress, cancel):
        raise ValueError("seen")

    with pytest.raises(ValueError, match="seen"):
        start(JobPool(), work).result(10)


def test_a_job_survives_work_that_exits():
    def work(progress, cancel):
        raise SystemExit(3)

    with pytest.raises(SystemExit):
        start(JobPool(), work).result(10)
    assert start(JobPool(), lambda progress, cancel: 1).result(10) == 1


def test_what_follows_a_result_runs_on_the_owners_thread():
    threads = []
    job = start(
        JobPool(),
        lambda progress, cancel: threading.get_ident(),
        then=lambda worker: threads.extend([worker, threading.get_ident()]),
    )
    job.result(10)
    assert threads[0] != threads[1] == threading.get_ident()


def test_equal_keys_share_one_run():
    runs, gate = [], threading.Event()

    def work(progress, cancel):
        runs.append(1)
        gate.wait(10)
        return object()

    pool = JobPool()
    jobs = [start(pool, work, key="same") for _ in range(3)]
    gate.set()
    results = {id(job.result(10)) for job in jobs}
    assert (len(runs), len(results)) == (1, 1)


def test_a_key_runs_again_once_it_ended():
    runs = []
    pool = JobPool()
    for _ in range(2):
        start(pool, lambda progress, cancel: runs.append(1), key="same").result(10)
    assert len(runs) == 2


def test_shared_work_goes_on_until_its_last_waiter_cancels():
    started, seen = threading.Event(), threading.Event()

    def work(progress, cancel):
        started.set()
        while not cancel.is_set():
            pass
        seen.set()
        cancel.check()

    pool = JobPool()
    first, second = start(pool, work, key="same"), start(pool, work, key="same")
    started.wait(10)
    first.cancel()
    assert not seen.wait(0.05)
    second.cancel()
    assert seen.wait(10)
    for job in (first, second):
        with pytest.raises(Cancelled):
            job.result(10)


def test_a_cancelled_key_can_be_asked_for_again_at_once():
    started = threading.Event()

    def slow(progress, cancel):
        started.set()
        while not cancel.is_set():
            pass
        cancel.check()

    pool = JobPool(worker_count=2)
    first = start(pool, slow, key="same")
    started.wait(10)
    first.cancel()
    assert start(pool, lambda progress, cancel: "new", key="same").result(10) == "new"


def test_a_job_that_waits_in_the_queue_never_starts_once_cancelled():
    gate, ran = threading.Event(), []
    pool = JobPool(worker_count=1)
    blocker = start(pool, lambda progress, cancel: gate.wait(10))
    waiting = start(pool, lambda progress, cancel: ran.append(1))
    waiting.cancel()
    gate.set()
    blocker.result(10)
    start(pool, lambda progress, cancel: None).result(10)
    assert ran == []


def test_progress_is_kept_between_nothing_and_all():
    gate, reported = threading.Event(), threading.Event()

    def work(progress, cancel):
        progress(7.0, "half way")
        reported.set()
        gate.wait(10)

    job = start(JobPool(), work)
    reported.wait(10)
    assert job.progress == (1.0, "half way")
    gate.set()
    job.result(10)
    assert job.progress == (1.0, "done")


def test_a_job_can_be_awaited():
    async def wait():
        return await start(JobPool(), lambda progress, cancel: "value")

    assert asyncio.run(wait()) == "value"


def test_waiting_ends_when_the_time_is_up():
    gate = threading.Event()
    job = start(JobPool(), lambda progress, cancel: gate.wait(10))
    with pytest.raises(TimeoutError, match="counting"):
        job.result(0.05)
    gate.set()


def test_listeners_hear_of_the_end():
    ends = []
    job = start(JobPool(), lambda progress, cancel: 1)
    job.on_update(lambda job: ends.append(job.done))
    job.result(10)
    assert ends[-1] is True


def test_a_closed_owner_hears_nothing_more():
    calls = []
    owner = Owner()
    owner.post(lambda: calls.append("queued"))
    owner.close()
    owner.post(lambda: calls.append("late"))
    owner.drain()
    assert calls == []


def test_one_failing_call_does_not_stop_the_others(caplog):
    calls = []
    owner = Owner()
    owner.post(lambda: 1 / 0)
    owner.post(lambda: calls.append(1))
    owner.drain()
    assert calls == [1]
    assert "a call posted to the session failed" in caplog.text
