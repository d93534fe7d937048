"""The head line: what the data are, undo and redo, and what was just said."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

import param

from symphony_core.errors import BadSaved
from symphony_core.groups import can_group, group_sizes
from symphony_core.roles import Role
from symphony_core.saved import saved
from symphony_core.saved_json import MAX_BYTES, from_json, to_json
from symphony_core.shell.part import Acts, Part
from symphony_core.shortcuts import SHORTCUTS
from symphony_core.view import rows_text
from symphony_core.widgets import COMPONENTS, Component, Gesture, script

# A toast that fills the page is not read.
MAX_DETAILS = 12


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
            "max_bytes": MAX_BYTES,
            "has_keys": self.session.owns_page,
        }

    @property
    def acts(self) -> Acts:
        return {
            "undo": lambda gesture: self._step(self.state.undo),
            "redo": lambda gesture: self._step(self.state.redo),
            "save": lambda gesture: self._save(),
            "restore": self._restore,
        }

    def toast(
        self, words: str, *, can_undo: bool = False, is_problem: bool = False, details: Sequence[str] = ()
    ) -> None:
        """Say something for some seconds; with `details`, a list under the words, until it is closed.

        can_undo: whether the words come with a button that takes the last step back.
        """
        number = int(self._toast.get("number", 0)) + 1
        self._toast = {
            "number": number, "words": words, "can_undo": can_undo, "is_problem": is_problem,
            "details": [*details[:MAX_DETAILS]],
        }  # fmt: skip
        if len(details) > MAX_DETAILS:
            self._toast["details"].append(f"and {len(details) - MAX_DETAILS:,} more")
        self.refresh()

    def _save(self) -> None:
        """Send the workspace to the browser, which makes a file of it."""
        work, left_out = saved(self.state, self.shell.page_index)
        # not a value of the piece: it would stay in memory and be sent again with every reload
        self.component._send_msg(
            {
                "kind": "file",
                "name": f"{_file_stem(self.state.dataset.name)}.symphony.json",
                "text": to_json(work),
            }
        )
        if left_out:
            self.toast("Saved, but not all of it:", details=left_out)

    def _restore(self, gesture: Gesture) -> None:
        """Take up what a file in the browser says; only its text travels, never a path."""
        text = gesture.get("text")
        if not isinstance(text, str):
            raise BadSaved("a workspace is restored from the text of a file.", key="")
        self.shell.restore(from_json(text))

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


def _file_stem(name: str) -> str:
    """Give a name that every file system takes."""
    return re.sub(r"[^\w.-]+", "_", name).strip("._")[:80] or "workspace"
