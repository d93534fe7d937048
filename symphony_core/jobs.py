"""Work that takes longer than a glance: progress, cancel, shared results.

Two pools serve the whole process: one runs analyses, the other what a person waits
for, so that no view stands still behind an analysis of minutes. Equal keys share
one run: two sessions that ask for the same duplicates wait for one search, and it
ends early only when its last waiter cancels.
"""

from __future__ import annotations

import asyncio
import os
import threading
import time
from collections.abc import Callable, Generator, Hashable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Generic, TypeVar

from symphony_core.errors import Cancelled
from symphony_core.owner import Owner

T = TypeVar("T")
S = TypeVar("S")

# More reports than these a second are not seen and only cost the page.
MAX_REPORTS_PER_S = 10


class CancelFlag:
    """Asked for by the worker, set by whoever waits."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def set(self) -> None:
        """Ask the worker to stop."""
        self._event.set()

    def is_set(self) -> bool:
        """Whether the worker was asked to stop."""
        return self._event.is_set()

    def check(self) -> None:
        """Raise Cancelled when the worker was asked to stop."""
        if self._event.is_set():
            raise Cancelled("cancelled; nothing was changed.")


Work = Callable[[Callable[[float, str], None], CancelFlag], T]


class _Run(Generic[T]):
    """One execution, waited for by any number of jobs."""

    def __init__(self, work: Work[T]) -> None:
        self.work = work
        self.cancel = CancelFlag()
        self.waiters: list[Job[Any]] = []
        self.progress = (0.0, "waiting for a free worker")
        self.outcome: tuple[T | None, BaseException | None] | None = None

    def execute(self) -> None:
        try:
            self.cancel.check()
            outcome: tuple[T | None, BaseException | None] = (self.work(self._report, self.cancel), None)
        except (Exception, SystemExit) as error:  # noqa: BLE001 - around a job: raised where it is waited for
            outcome = (None, error)
        with _lock:
            self.outcome = outcome
            waiters = list(self.waiters)
        for waiter in waiters:
            waiter._finish(*outcome)

    def _report(self, fraction: float, text: str = "") -> None:
        self.cancel.check()
        self.progress = (min(max(fraction, 0.0), 1.0), text)
        with _lock:
            waiters = list(self.waiters)
        for waiter in waiters:
            waiter._progressed()


class Job(Generic[T]):
    """A handle on work that runs elsewhere.

    `job.result()` waits, `await job` does so on a loop, `job.cancel()` gives up.
    """

    def __init__(self, run: _Run[Any], owner: Owner, title: str, then: Callable[[Any], T]) -> None:
        self.title = title
        self._run = run
        self._owner = owner
        self._then = then
        self._value: T | None = None
        self._error: BaseException | None = None
        self._is_done = False
        self._is_cancelled = False
        self._reported_s = 0.0
        self._listeners: list[Callable[[Job[T]], None]] = []

    @property
    def progress(self) -> tuple[float, str]:
        """How far it is, 0 to 1, and what it does now."""
        return (1.0, "done") if self._is_done and self._error is None else self._run.progress

    @property
    def done(self) -> bool:
        """Whether it ended: with a result, an error, or cancelled."""
        return self._is_done

    @property
    def cancelled(self) -> bool:
        """Whether it was given up."""
        return self._is_cancelled

    @property
    def error(self) -> BaseException | None:
        """What went wrong; None while it runs and when it went well."""
        return self._error

    def cancel(self) -> None:
        """Give up; the work itself stops when nobody else waits for it."""
        if self._is_done:
            return
        self._is_cancelled = True
        with _lock:
            if self in self._run.waiters:
                self._run.waiters.remove(self)
            if not self._run.waiters:
                self._run.cancel.set()
        self._end(None, Cancelled(f"{self.title} was cancelled; nothing was changed."))

    def result(self, timeout_s: float | None = None) -> T:
        """Wait for the outcome; raises what the work raised, or TimeoutError."""
        if not self._owner.wait(lambda: self._is_done, timeout_s):
            if self._owner.is_closed:
                raise Cancelled(f"{self.title} was not finished: its session was closed.")
            raise TimeoutError(f"{self.title} is still at {self.progress[0]:.0%} after {timeout_s} s.")
        if self._error is not None:
            raise self._error
        return self._value  # type: ignore[return-value]  # _is_done without an error means a value

    def __await__(self) -> Generator[Any, None, T]:
        async def wait() -> T:
            while not self._is_done and not self._owner.is_closed:
                self._owner.drain()
                await asyncio.sleep(0.02)
            return self.result(0)

        return wait().__await__()

    def on_update(self, listener: Callable[[Job[T]], None]) -> None:
        """Call `listener(job)` on the owner's thread at progress and at the end."""
        self._listeners.append(listener)
        if self._is_done:
            listener(self)

    def _progressed(self) -> None:
        now_s = time.monotonic()
        if self._listeners and now_s - self._reported_s >= 1 / MAX_REPORTS_PER_S:
            self._reported_s = now_s
            self._owner.post(self._tell)

    def _finish(self, value: Any, error: BaseException | None) -> None:
        self._owner.post(lambda: self._settle(value, error))

    def _settle(self, value: Any, error: BaseException | None) -> None:
        if self._is_done:
            return
        if error is None:
            try:
                value = self._then(value)
            except Exception as failure:  # noqa: BLE001 - around a job: the waiter gets it
                value, error = None, failure
        self._end(value, error)

    def _end(self, value: T | None, error: BaseException | None) -> None:
        self._value, self._error, self._is_done = value, error, True
        self._owner.nudge()
        self._tell()

    def _tell(self) -> None:
        for listener in list(self._listeners):
            listener(self)


class JobPool:
    """The workers of this process."""

    def __init__(self, worker_count: int | None = None) -> None:
        self._worker_count = worker_count or max(1, (os.cpu_count() or 2) - 1)
        self._executor: ThreadPoolExecutor | None = None
        self._runs: dict[Hashable, _Run[Any]] = {}

    def start(
        self,
        work: Work[S],
        *,
        owner: Owner,
        title: str,
        key: Hashable | None = None,
        then: Callable[[S], T],
    ) -> Job[T]:
        """Run `work(progress, cancel)` on a worker.

        key: equal keys share one run while it lasts; None never shares.
        then: turns the work's value into the job's, on the owner's thread.
        """
        with _lock:
            run = self._runs.get(key) if key is not None else None
            is_new = run is None or run.outcome is not None or run.cancel.is_set()
            if is_new:
                run = _Run(work)
                if key is not None:
                    self._runs[key] = run
            assert run is not None
            job = Job(run, owner, title, then)
            run.waiters.append(job)
            if is_new:
                self._submit(run, key)
        return job

    def _submit(self, run: _Run[Any], key: Hashable | None) -> None:
        if self._executor is None:
            self._executor = ThreadPoolExecutor(self._worker_count, thread_name_prefix="symphony")

        def execute() -> None:
            try:
                run.execute()
            finally:
                with _lock:
                    if self._runs.get(key) is run:
                        del self._runs[key]

        self._executor.submit(execute)


_lock = threading.RLock()
# Analyses: a second worker even on two cores, since one that waits for a library's process needs no core.
pool = JobPool(max(2, (os.cpu_count() or 2) - 1))
# What a person waits for: views, thumbnails, downloads; never behind an analysis of minutes.
quick_pool = JobPool()
