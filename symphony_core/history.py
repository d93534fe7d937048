"""Undo and redo over immutable snapshots.

A snapshot is whatever the owner says is worth undoing, as a frozen mapping of
parameter name to value. Values are shared between snapshots, so an entry costs
only what the gesture changed.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

# Older gestures than these are forgotten; nobody was seen to undo further.
MAX_ENTRIES = 200
# Two steps of one slider within this time are one gesture.
COALESCE_S = 1.0

Snapshot = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Entry:
    """The state after one gesture, and what the gesture was."""

    snapshot: Snapshot
    key: str | None
    at_s: float


class History:
    """A line of snapshots with a present; a new one forgets what was undone.

    clock: seconds, growing; given so that tests need not wait.
    """

    def __init__(self, first: Snapshot, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._past: list[Entry] = []
        self._present = Entry(frozen(first), None, clock())
        self._future: list[Entry] = []

    @property
    def present(self) -> Snapshot:
        """The snapshot that is shown now."""
        return self._present.snapshot

    @property
    def undo_count(self) -> int:
        """How many gestures can be undone."""
        return len(self._past)

    @property
    def redo_count(self) -> int:
        """How many undone gestures can be done again."""
        return len(self._future)

    def record(self, snapshot: Snapshot, *, key: str | None = None) -> None:
        """Make `snapshot` the present.

        key: names a continuous gesture, such as one slider; two records with
        the same key within COALESCE_S seconds are one entry.
        """
        entry = Entry(frozen(snapshot), key, self._clock())
        if not self._continues(entry):
            self._past.append(self._present)
            del self._past[:-MAX_ENTRIES]
        self._present = entry
        self._future.clear()

    def copy(self) -> History:
        """Give a line of its own with the same steps."""
        twin = History(self.present, clock=self._clock)
        twin._past, twin._present, twin._future = [*self._past], self._present, [*self._future]
        return twin

    def snapshots(self) -> Iterator[Snapshot]:
        """Give every snapshot that is kept: past, present and undone."""
        for entry in (*self._past, self._present, *self._future):
            yield entry.snapshot

    def amend(self, change: Callable[[Snapshot], Snapshot]) -> None:
        """Put `change(snapshot)` in the place of every snapshot that is kept."""

        def amended(entry: Entry) -> Entry:
            return replace(entry, snapshot=frozen(change(entry.snapshot)))

        self._past = [amended(entry) for entry in self._past]
        self._present = amended(self._present)
        self._future = [amended(entry) for entry in self._future]

    def clear(self) -> None:
        """Forget what was done and undone; the present stays."""
        self._past.clear()
        self._future.clear()

    def _continues(self, entry: Entry) -> bool:
        same = entry.key is not None and entry.key == self._present.key
        return same and not self._future and entry.at_s - self._present.at_s <= COALESCE_S

    def undo(self) -> Snapshot | None:
        """Step back; None when there is nothing to undo."""
        if not self._past:
            return None
        self._future.append(self._present)
        self._present = self._past.pop()
        return self.present

    def redo(self) -> Snapshot | None:
        """Step forward again; None when nothing was undone."""
        if not self._future:
            return None
        self._past.append(self._present)
        self._present = self._future.pop()
        return self.present


def frozen(snapshot: Snapshot) -> Snapshot:
    """Give a read-only copy, so that nobody edits the past."""
    return MappingProxyType(dict(snapshot))
