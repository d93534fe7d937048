"""How far a long read is, said where the person looks: the terminal or the cell.

Nothing is shown for what takes less than a second, and nothing stays when it is
done. Output that goes into a file or a log is left alone.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from symphony_core import notebook
from symphony_core.progress import Progress, silent

# A page that is there within a second needs no word about it.
PATIENCE_S = 1.0
REPORT_EVERY_S = 0.1
LINE_CHARS = 78


@contextmanager
def shown_progress(title: str) -> Iterator[Progress]:
    """Give a progress function that shows itself after a second; what it showed goes away at the end.

    title: what is read, without a secret in it.
    """
    if notebook.in_kernel():
        show = _in_cell()
    elif sys.stderr is not None and sys.stderr.isatty():
        show = _in_terminal
    else:
        yield silent
        return
    reports = _Reports(title, show)
    try:
        yield reports.report
    finally:
        reports.end()


class _Reports:
    """Passes on few enough reports, and none of a quick read."""

    def __init__(self, title: str, show: Callable[[str], None]) -> None:
        self._title = title
        self._show = show
        self._next_s = time.monotonic() + PATIENCE_S
        self._has_shown = False

    def report(self, fraction: float, text: str) -> None:
        now_s = time.monotonic()
        if now_s >= self._next_s:
            self._next_s, self._has_shown = now_s + REPORT_EVERY_S, True
            self._show(f"{self._title}: {fraction:.0%}, {text}")

    def end(self) -> None:
        if self._has_shown:
            self._show("")


def _in_terminal(text: str) -> None:
    """Write over the one line; an empty text leaves it clean."""
    shown = "".join(c if c.isprintable() else " " for c in text)[:LINE_CHARS]
    sys.stderr.write(f"\r{shown:<{LINE_CHARS}}" if shown else f"\r{'':<{LINE_CHARS}}\r")
    sys.stderr.flush()


def _in_cell() -> Callable[[str], None]:
    """Give a function that updates one plain text below the cell."""
    from IPython.display import display  # a kernel has it; a script may not

    handles: list[Any] = []

    def show(text: str) -> None:
        data = {"text/plain": text}
        if handles:
            handles[0].update(data, raw=True)
        else:
            handles.append(display(data, raw=True, display_id=True))

    return show
