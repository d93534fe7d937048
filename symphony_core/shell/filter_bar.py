"""The filter: its text, what was refused, and how many rows are under it."""

from __future__ import annotations

from typing import Any

from symphony_core.column import Kind
from symphony_core.errors import SymphonyError
from symphony_core.expr import Compare
from symphony_core.expr_text import to_text
from symphony_core.groups import can_group
from symphony_core.shell.part import Acts, Part
from symphony_core.view import rows_text
from symphony_core.widgets import COMPONENTS, Component, Gesture, script


class FilterBarPiece(Component):
    """The filter's part of the side bar."""

    _esm = script(COMPONENTS / "filter_bar.js")


class FilterBar(Part):
    """The filter as text."""

    component_type = FilterBarPiece
    follows = ("filter", "overlay")

    def __init__(self, shell: Any) -> None:
        self._refused: tuple[str, str] | None = None
        self._example_text = ""
        super().__init__(shell)

    def data(self) -> dict[str, Any]:
        """Describe the filter, or the refused text with the reason."""
        state, table = self.state, self.state.table
        problem = state.problem("filter")
        refused, message = self._refused or (None, "")
        return {
            "text": "" if state.filter is None else table.text(state.filter),
            "refused": refused,
            "example": self._example(),
            "error": message or (str(problem) if problem else ""),
            "count": "" if problem else _count_words(state.count(), len(table)),
            "has_keys": self.session.owns_page,
        }

    @property
    def acts(self) -> Acts:
        return {"filter": self._set, "forget": lambda gesture: self.forget()}

    def refused(self, gesture: Gesture, words: str) -> None:
        self._refused = (str(gesture.get("text", "")), words)
        self.refresh()

    def refused_link(self, problems: list[SymphonyError]) -> None:
        """Say at the filter what of the page's address could not be applied."""
        if problems:
            self._refused = ("", "From the link: " + " ".join(str(problem) for problem in problems))
            self.refresh()

    def forget(self) -> None:
        """Drop the refused text."""
        self._refused = None
        self.refresh()

    def _set(self, gesture: Gesture) -> None:
        self.state.filter = str(gesture.get("text", ""))
        self.forget()

    def _example(self) -> str:
        """Give a filter that these data understand, to show what one looks like."""
        if not self._example_text:
            self._example_text = self._found_example()
        return self._example_text

    def _found_example(self) -> str:
        table = self.state.table
        for name in [choice.column for choice in table.dataset.roles.values()] + list(table.names):
            column = table.column(name) if name in table.names else None
            if column is not None and column.kind is Kind.CATEGORY and column.levels and can_group(column):
                return to_text(Compare(name, "==", column.levels[0]))
        return "age > 30 and city in ['Rome', 'Oslo']"


def _count_words(count: int, total: int) -> str:
    return f"all {rows_text(total)}" if count == total else f"{count:,} of {rows_text(total)}"
