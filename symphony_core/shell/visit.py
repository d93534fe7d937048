"""One visit of the served page: going on after a reload, a lost connection, and who else may look.

The page keeps a key in its tab's own storage. After a reload it hands the key
over before anything is shown, and gets back what it had, undo included. Whether
the address was changed by hand only the page knows, so the page decides: it
offers the key when the address is the one it last saw, and keeps silent when
somebody edited or pasted another.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import Any

from symphony_core.parked import Held, Shelf, new_key
from symphony_core.shell.part import Acts, Part
from symphony_core.widgets import COMPONENTS, Component, Gesture, script

# Of this process; under several processes each keeps its own.
shelf = Shelf()

LOST_WORDS = (
    "The server no longer holds what this page had: it was restarted, or more than 30 minutes went by. "
    "Filter and groups are those of the address."
)


class VisitPiece(Component):
    """The page's own matters: its key, the warning bar, and the state of the connection."""

    _esm = script(COMPONENTS / "visit.js")


class Visit(Part):
    """Resumes what an earlier connection of this tab held.

    warning: what whoever looks at the page must know, as one sentence; "" is nothing.
    """

    component_type = VisitPiece

    def __init__(self, shell: Any, *, warning: str = "") -> None:
        self._key = new_key()
        self._warning = warning
        self._is_settled = False
        self._answer_count = 0
        self._pong = 0
        super().__init__(shell)

    def data(self) -> dict[str, Any]:
        """Give the key that this page keeps from now on, and what it has to say."""
        return {
            "key": self._key,
            "is_settled": self._is_settled,
            "answer": self._answer_count,
            "warning": self._warning,
            "pong": self._pong,
        }

    @property
    def acts(self) -> Acts:
        return {"here": self._arrive, "ping": self._answer}

    def _arrive(self, gesture: Gesture) -> None:
        """Take up what the page had, if it brought a key, and follow it from now on."""
        if self._is_settled:  # it did not hear the answer
            self._answer_count += 1
            self.refresh()
            return
        self._is_settled = True
        offered = gesture.get("key")
        if isinstance(offered, str) and offered:
            held = shelf.find(offered, self.state.dataset.fingerprint)
            if held is None:
                self.shell.toast(LOST_WORDS)
            else:
                self.state.resume(held.history)
                self.shell.turn(held.page_index)
        shelf.follow(self._key, _holder(self.shell))
        key = self._key

        def keep() -> None:
            shelf.end(key)

        self.session.on_close(keep)
        self.refresh()

    def _answer(self, gesture: Gesture) -> None:
        """Answer that the connection lives."""
        number = gesture.get("number")
        if isinstance(number, int):
            self._pong = number
            self.refresh()


def _holder(shell: Any) -> Callable[[], Held | None]:
    """Give what says what a page holds, without keeping the page alive."""
    alive = weakref.ref(shell)

    def now() -> Held | None:
        shell = alive()
        if shell is None:
            return None
        return Held(shell.state.dataset.fingerprint, shell.state.history, shell.page_index)

    return now
