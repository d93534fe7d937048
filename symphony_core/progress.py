"""How long work says how far it is, and how it is told to stop.

Reading a file and running an analysis take the same two: a function to report
to, and something to ask. Both have a default that does nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

Progress = Callable[[float, str], None]


def silent(fraction: float, text: str) -> None:
    """Report nothing; the default `progress` of work called by hand."""


class Cancel(Protocol):
    """Tells running work to stop; the work polls it at least every 100 ms, or once a batch."""

    def is_set(self) -> bool:
        """Say whether stopping was asked for."""

    def check(self) -> None:
        """Raise Cancelled if stopping was asked for."""


class _Never:
    def is_set(self) -> bool:
        return False

    def check(self) -> None:
        return None


# The default `cancel` of work called by hand.
never: Cancel = _Never()


def cancellable(progress: Progress, cancel: Cancel) -> Progress:
    """Give a progress function that raises Cancelled, instead of reporting, once stopping was asked for."""

    def report(fraction: float, text: str) -> None:
        cancel.check()
        progress(fraction, text)

    return report


def between(progress: Progress, start: float, end: float) -> Progress:
    """Give a progress function for one part of the work: its 0 to 1 is our `start` to `end`."""

    def report(fraction: float, text: str) -> None:
        progress(start + fraction * (end - start), text)

    return report
