"""What all views of one session agree on.

The filter and the selection are expressions, not row lists: they stay small,
undo by reference, and read as language. Assigning reads text, ids and masks
into an expression first; a bad value raises and leaves the state as it was. A
value equal to the present one is no event, so linked views cannot loop.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, ClassVar

import numpy as np
import param
from param.parameterized import batch_call_watchers

from symphony_core.dataset import Dataset
from symphony_core.errors import BadSetting, SymphonyError, UnknownColumn, no_such
from symphony_core.expr import Expr
from symphony_core.history import History, Snapshot
from symphony_core.overlay import Overlay
from symphony_core.table import Table


class Shared(param.Parameter):
    """A parameter that reads what is assigned and is silent about equal values.

    read: name of the owner's method that turns an assignment into the value kept.
    """

    __slots__ = ["read"]

    def __init__(self, default: Any = None, *, read: str, **params: Any) -> None:
        super().__init__(default=default, per_instance=False, **params)
        self.read = read

    def __set__(self, obj: Any, value: Any) -> None:
        if obj is not None:
            value = getattr(obj, self.read)(value)
            if value == getattr(obj, self.name):
                return
        super().__set__(obj, value)


class State(param.Parameterized):
    """The dataset, what is under study, and what is marked, for one session."""

    overlay = Shared(
        Overlay(),
        read="_read_overlay",
        doc="""
        Computed columns of this session, on top of the dataset's own.""",
    )
    filter = Shared(
        None,
        read="_read_expr",
        doc="""
        Expression that the rows under study meet; None is all rows.
        Takes text, an expression, row ids or a boolean array of length n.""",
    )
    selection = Shared(
        None,
        read="_read_expr",
        doc="""
        Expression that the marked rows meet; None is no row.
        Takes text, an expression, row ids or a boolean array of length n.""",
    )
    group_by = Shared(
        (),
        read="_read_columns",
        doc="""
        Names of the columns whose value combinations split every view.""",
    )
    focus = Shared(
        None,
        read="_read_row",
        doc="""
        Id of the one row that is looked at closely; None is no row. Not in the history.""",
    )
    compare = Shared(
        None,
        read="_read_pair",
        doc="""
        Two column names whose values are set against each other; None is no comparison.""",
    )

    tracked: ClassVar[tuple[str, ...]] = ("overlay", "filter", "selection", "group_by", "compare")

    def __init__(self, dataset: Dataset, **first: Any) -> None:
        self._dataset = dataset
        self._table: Table | None = None
        self._depth = 0
        self._gesture_key: str | None = None
        self._restoring = False
        self._on_step: list[Callable[[], None]] = []
        super().__init__(**first)
        self.history = History(self.snapshot())
        self._recorder = self.param.watch(self._record, list(self.tracked))

    def __setattr__(self, name: str, value: Any) -> None:
        if (
            not name.startswith("_")
            and name not in self.param
            and not hasattr(type(self), name)
            and name != "history"
        ):
            message, close = no_such("param", name, [*self.tracked, "focus"], "the state")
            raise BadSetting(message, nearest=close)
        super().__setattr__(name, value)

    @property
    def dataset(self) -> Dataset:
        """The opened data; it never changes."""
        return self._dataset

    @property
    def table(self) -> Table:
        """The dataset together with this session's computed columns."""
        if self._table is None or self._table.overlay != self.overlay:
            self._table = Table(self._dataset, self.overlay)
        return self._table

    def filter_mask(self) -> np.ndarray:
        """Give (n,) bool, True for rows under the filter; raises if its column is gone."""
        return self.table.mask(self.filter)

    def selection_mask(self) -> np.ndarray:
        """Give (n,) bool, True for selected rows; without a selection all False."""
        if self.selection is None:
            return np.zeros(len(self.table), dtype=bool)
        return self.table.mask(self.selection)

    def count(self) -> int:
        """Count the rows under the filter."""
        return self.table.count(self.filter)

    def selected_count(self) -> int:
        """Count the selected rows, under the filter or not."""
        return 0 if self.selection is None else self.table.count(self.selection)

    def problem(self, name: str) -> SymphonyError | None:
        """Say why the `filter` or `selection` cannot be applied; None when it can.

        Happens when a computed column that it names is gone.
        """
        try:
            self.table.mask(getattr(self, name))
        except SymphonyError as error:
            return error
        return None

    # --- history -----------------------------------------------------------

    def snapshot(self) -> Snapshot:
        """Give the tracked values of now."""
        return {name: getattr(self, name) for name in self.tracked}

    @contextmanager
    def gesture(self, key: str | None = None) -> Iterator[None]:
        """Make all assignments inside one entry of the history.

        key: names a continuous gesture, such as one slider, whose steps merge; of gestures inside each
            other that of the outermost counts.
        """
        self._depth += 1
        if self._depth == 1:
            self._gesture_key = key
        try:
            yield
        finally:
            self._depth -= 1
            if self._depth == 0:
                self._record()
                self._gesture_key = None

    def undo(self) -> bool:
        """Take back the last gesture; False when there is none."""
        return self._restore(self.history.undo)

    def redo(self) -> bool:
        """Do an undone gesture again; False when there is none."""
        return self._restore(self.history.redo)

    def _restore(self, step: Callable[[], Snapshot | None]) -> bool:
        snapshot = step()
        if snapshot is None:
            return False
        self._restoring = True
        try:
            # overlay comes first in `tracked`, so that filters find their columns
            with batch_call_watchers(self):
                for name, value in snapshot.items():
                    setattr(self, name, value)
        finally:
            self._restoring = False
        self._stepped()
        return True

    def amend(self, change: Callable[[Overlay], Overlay]) -> None:
        """Change the computed columns without a step: those of now, and those of every step that is kept.

        For what a view computes unasked: undo takes back what the person did, not that.
        """
        self._depth += 1
        try:
            self.overlay = change(self.overlay)
        finally:
            self._depth -= 1

        def amended(snapshot: Snapshot) -> Snapshot:
            overlay = snapshot["overlay"]
            assert isinstance(overlay, Overlay)
            return {**snapshot, "overlay": change(overlay)}

        self.history.amend(amended)
        self._record()  # what those who watch did meanwhile

    def resume(self, history: History) -> None:
        """Go on from the steps of another session on the same data, its present included."""
        self.history = history.copy()
        self._restore(lambda: self.history.present)

    def forget_history(self) -> None:
        """Make what is there now the beginning: nothing can be undone or redone."""
        self.history.clear()
        self._stepped()

    def on_step(self, call: Callable[[], None]) -> None:
        """Call `call()` after each new step of the history, undo and redo, once the watchers have run."""
        self._on_step.append(call)

    def _stepped(self) -> None:
        for call in list(self._on_step):
            call()

    def _record(self, *_: object) -> None:
        if self._restoring or self._depth:
            return
        snapshot = self.snapshot()
        if snapshot != dict(self.history.present):
            self.history.record(snapshot, key=self._gesture_key)
            self._stepped()

    def close(self) -> None:
        """Let go of everyone who listens, so that the state can be freed."""
        self._on_step.clear()
        for events in self.param.watchers.values():
            for watchers in events.values():
                for watcher in list(watchers):
                    self.param.unwatch(watcher)

    # --- reading assignments -----------------------------------------------

    def _read_expr(self, value: object) -> Expr | None:
        if isinstance(value, str) and not value.strip():
            return None
        if self._restoring:
            assert value is None or isinstance(value, Expr)
            return value
        return self.table.bind(value)

    def _read_overlay(self, value: object) -> Overlay:
        if not isinstance(value, Overlay):
            raise BadSetting(f"overlay is {type(value).__name__}; give an Overlay, as app.run() does.")
        return value

    def _read_columns(self, value: object) -> tuple[str, ...]:
        if value is None or value == "":
            return ()
        if not isinstance(value, (str, Sequence)):
            raise BadSetting(f"group_by is {type(value).__name__}; give column names.")
        names = (value,) if isinstance(value, str) else tuple(value)
        for name in names:
            self._check_column(name)
        return tuple(dict.fromkeys(names))

    def _read_pair(self, value: object) -> tuple[str, str] | None:
        if value is None:
            return None
        names = tuple(value) if isinstance(value, Sequence) and not isinstance(value, str) else ()
        if len(names) != 2:
            raise BadSetting(f"compare is {value!r}; give two column names or None.")
        for name in names:
            self._check_column(name)
        return names[0], names[1]

    def _read_row(self, value: object) -> object:
        if value is not None:
            self._dataset.positions_of([value])
        return value

    def _check_column(self, name: object) -> None:
        if name not in self.table.names and not self._restoring:
            message, close = no_such("column", str(name), self.table.names, self._dataset.name)
            raise UnknownColumn(message, column=name, nearest=close)
