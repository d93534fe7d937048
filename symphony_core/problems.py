"""What went wrong in plugins: kept, shown, and told to whoever listens.

A plugin's failure is data, not an exception on its way up: the shell lists it,
`symphony.plugins()` has it as a row, and everything else goes on.
"""

from __future__ import annotations

import threading
import traceback
from collections.abc import Callable
from dataclasses import dataclass

from symphony_core.errors import SymphonyError

# A view may fail anew on every row it is shown; the first failures say enough.
MAX_PROBLEMS = 500


@dataclass(frozen=True)
class Problem:
    """One failure of one plugin.

    where: the step, such as "import", "register_views" or "view 'summary'".
    traceback: empty when nothing was raised.
    """

    plugin: str
    distribution: str
    version: str
    where: str
    message: str
    traceback: str = ""


Listener = Callable[[Problem], None]


class Problems:
    """The failures of one registry, in the order they happened; safe in any thread."""

    def __init__(self) -> None:
        self._items: dict[tuple[str, ...], Problem] = {}
        self._listeners: list[Listener] = []
        self._lock = threading.Lock()

    def add(self, problem: Problem) -> None:
        """Keep a failure and tell the listeners; the same failure again is no news."""
        key = (problem.plugin, problem.distribution, problem.where, problem.message)
        with self._lock:
            if key in self._items or len(self._items) >= MAX_PROBLEMS:
                return
            self._items[key] = problem
            listeners = list(self._listeners)
        for listener in listeners:
            listener(problem)

    def all(self) -> list[Problem]:
        """List the failures, oldest first."""
        with self._lock:
            return list(self._items.values())

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` for each new failure, on the thread where it happened.

        Returns a function that ends this.
        """
        with self._lock:
            self._listeners.append(listener)

        def stop() -> None:
            with self._lock:
                if listener in self._listeners:
                    self._listeners.remove(listener)

        return stop


def words(error: BaseException | str) -> str:
    """Say an error in one line: our own as they are, others with their type."""
    if isinstance(error, str):
        return error
    if isinstance(error, SymphonyError):
        return str(error)
    name = type(error).__name__
    try:
        text = " ".join(str(error).split())
    except Exception:  # noqa: BLE001  the message of a plugin's exception is plugin code too
        text = "(its message cannot be shown)"
    return f"{name}: {text}" if text else name


def traced(error: BaseException | str) -> str:
    """Give the traceback of an error; empty for words."""
    return "" if isinstance(error, str) else "".join(traceback.format_exception(error))
