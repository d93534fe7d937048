"""The head line: what the data are, undo and redo, and what was just said."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import param

from symphony_core.groups import can_group, group_sizes
from symphony_core.roles import Role
from symphony_core.shell.part import Acts, Part
from symphony_core.shortcuts import SHORTCUTS
from symphony_core.view import rows_text
from symphony_core.widgets import COMPONENTS, Component, script


class HeadPiece(Component):
    """The head line."""

    shortcuts = param.Dict(default={}, doc="The keys for the sheet that lists them; they never change.")

    _esm = script(COMPONENTS / "keys.js", COMPONENTS / "head.js")


class Head(Part):
    """Title, counts and source of the data; undo and redo; toasts."""

    component_type = HeadPiece

    def __init__(self, shell: Any) -> None:
        self._toast: dict[str, Any] = {}
        super().__init__(shell)
        self.component.shortcuts = {"groups": [asdict(group) for group in SHORTCUTS]}

    def data(self) -> dict[str, Any]:
        """Describe the data in a line."""
        dataset = self.state.dataset
        return {
            "title": dataset.name,
            "counts": self._count_line(),
            "about": dataset.attribution or f"{dataset.name}: {dataset.source or 'a table in memory'}",
            "can_undo": self.state.history.undo_count > 0,
            "can_redo": self.state.history.redo_count > 0,
            "toast": self._toast,
            "has_keys": self.session.owns_page,
        }

    @property
    def acts(self) -> Acts:
        return {
            "undo": lambda gesture: self._step(self.state.undo),
            "redo": lambda gesture: self._step(self.state.redo),
        }

    def toast(self, words: str, *, can_undo: bool = False, is_problem: bool = False) -> None:
        """Say something for some seconds.

        can_undo: whether the words come with a button that takes the last step back.
        """
        number = int(self._toast.get("number", 0)) + 1
        self._toast = {"number": number, "words": words, "can_undo": can_undo, "is_problem": is_problem}
        self.refresh()

    def _step(self, step: Callable[[], bool]) -> None:
        self.shell.filter_bar.forget()
        step()
        self.refresh()

    def _count_line(self) -> str:
        table = self.state.table
        words = rows_text(len(table))
        split = table.dataset.roles.get(Role.SPLIT)
        if split is None or not can_group(table.column(split.column)):
            return words
        sizes = group_sizes(table, (split.column,), table.mask(None))
        return f"{words} · " + " ".join(f"{group.row_count:,} {group.values[0]}" for group in sizes[:4])
