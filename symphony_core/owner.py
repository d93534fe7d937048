"""The one thread that may touch a session's state and models.

Workers never set a param: they post a callable, and the owner runs it on its
own loop: a document's next tick, a kernel's event loop, or, where no loop runs,
the moment the owner waits for a result. Each callable runs exactly once.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable

Call = Callable[[], None]
log = logging.getLogger(__name__)


class Owner:
    """A queue of calls for one thread.

    wake: asks the owner's loop to call `drain` soon; may be called from any
        thread. None when the owner has no loop and drains when it waits.
    """

    def __init__(self, wake: Callable[[Call], None] | None = None) -> None:
        self._wake = wake
        self._calls: deque[Call] = deque()
        self._thread = threading.get_ident()
        self._arrived = threading.Condition()
        self._is_closed = False

    @property
    def is_here(self) -> bool:
        """Whether the caller runs on the owner's thread."""
        return threading.get_ident() == self._thread

    @property
    def is_closed(self) -> bool:
        """Whether nothing posted runs any more."""
        return self._is_closed

    @property
    def has_loop(self) -> bool:
        """Whether posted calls run without anybody waiting for them."""
        return self._wake is not None

    def post(self, call: Call) -> None:
        """Run `call` on the owner's thread, soon; dropped once the owner is closed."""
        if self._is_closed:
            return
        with self._arrived:
            self._calls.append(call)
            self._arrived.notify_all()
        if self._wake is not None:
            self._wake(self.drain)

    def drain(self) -> None:
        """Run what was posted; one that raises is logged and the others go on."""
        self._thread = threading.get_ident()
        while self._calls:
            try:
                call = self._calls.popleft()
            except IndexError:
                return
            if self._is_closed:
                continue
            try:
                call()
            except Exception:
                log.exception("a call posted to the session failed")

    def wait(self, is_done: Callable[[], bool], timeout_s: float | None = None) -> bool:
        """Run posted calls until `is_done`; False when the time ran out or the owner was closed.

        On a foreign thread it only waits; the owner's loop runs the calls.
        """
        end_s = None if timeout_s is None else time.monotonic() + timeout_s
        while not is_done():
            if self._is_closed:
                return False
            left_s = None if end_s is None else end_s - time.monotonic()
            if left_s is not None and left_s <= 0:
                return False
            if self.is_here:
                self.drain()
                if is_done():
                    break
            with self._arrived:
                if not self._calls or not self.is_here:
                    # woken by post() and by finish(); the cap covers a lost wake-up
                    self._arrived.wait(0.1 if left_s is None else min(left_s, 0.1))
        if self.is_here:
            self.drain()
        return True

    def nudge(self) -> None:
        """Wake a waiter, so that it looks at its condition again."""
        with self._arrived:
            self._arrived.notify_all()

    def close(self) -> None:
        """Drop what is queued and whatever comes later."""
        self._is_closed = True
        self._calls.clear()
        self.nudge()
