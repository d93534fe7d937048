"""The filter: its text, its conditions one by one, what was refused, and how many rows are under it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import param

from symphony_core.column import Kind
from symphony_core.completion import complete, kind_words
from symphony_core.condition_form import fitting_tests
from symphony_core.condition_words import shortened, words_of
from symphony_core.conditions import (
    Place,
    at,
    conditions,
    negated_at,
    with_added,
    without_at,
)
from symphony_core.errors import SymphonyError
from symphony_core.expr import Compare, Expr, Not, Or
from symphony_core.expr_text import to_text
from symphony_core.groups import can_group
from symphony_core.repair import Mistake, mistake
from symphony_core.session import reason
from symphony_core.shell.builder import answer_to, place_in
from symphony_core.shell.part import Acts, Part
from symphony_core.table import Table
from symphony_core.view import rows_text
from symphony_core.widgets import COMPONENTS, Component, Gesture, script

# More chips than these are no overview; the text holds them all.
MAX_CHIPS = 40
MAX_TITLE_CHARS = 2_000
# Filters of this session that the empty text box offers again, and how long they may be.
MAX_RECENT = 6
MAX_RECENT_CHARS = 500
# What of a refused text is shown around the mistake.
MISTAKE_CHARS = 24
MAX_FIXES = 3


class FilterBarPiece(Component):
    """The filter's part of the side bar."""

    columns = param.Dict(default={}, doc="Names and kinds of the columns, and the tests of each kind.")
    answer = param.Dict(default={}, doc="What the script asked for last, under the number of its question.")

    _esm = script(COMPONENTS / "listbox.js", COMPONENTS / "builder.js", COMPONENTS / "filter_bar.js")


@dataclass(frozen=True, slots=True)
class _Refused:
    """A text that is no filter here, why, and where in it."""

    text: str
    words: str
    place: Mistake | None = None


class FilterBar(Part):
    """The filter as text and as chips."""

    component_type = FilterBarPiece
    follows = ("filter", "overlay")

    def __init__(self, shell: Any) -> None:
        self._refused: _Refused | None = None
        self._example_text = ""
        # conditions that are switched off, with the place they had; what the filter holds again is not shown
        self._aside: list[tuple[int, Expr]] = []
        self._recent: list[str] = []
        self._columns_of: Table | None = None
        super().__init__(shell)
        self._show_columns()

    def data(self) -> dict[str, Any]:
        """Describe the filter, or the refused text with the reason."""
        state, table = self.state, self.state.table
        problem = state.problem("filter")
        refused = self._refused or _Refused("", "")
        text = "" if state.filter is None else table.text(state.filter)
        self._remember(text)
        return {
            "text": text,
            "refused": None if self._refused is None else refused.text,
            "mistake": _mistake_data(refused),
            "fixes": [[fix.word, fix.text] for fix in refused.place.fixes[:MAX_FIXES]]
            if refused.place
            else [],
            "example": self._example(),
            "error": refused.words or (str(problem) if problem else ""),
            **_count_data(0 if problem else state.count(), len(table), is_known=problem is None),
            "chips": self._chips(table),
            "rest": max(0, len(conditions(state.filter)) - MAX_CHIPS),
            "aside": [self._chip(table, expr, ()) for _, expr in self._shown_aside()],
            "has_keys": self.session.owns_page,
        }

    @property
    def acts(self) -> Acts:
        return {
            "filter": self._set,
            "forget": lambda gesture: self.forget(),
            "complete": self._complete,
            "ask": self._answer,
            "remove": lambda gesture: self._change(without_at(self.state.filter, place_in(gesture))),
            "negate": lambda gesture: self._change(negated_at(self.state.filter, place_in(gesture))),
            "aside": self._put_aside,
            "back": self._put_back,
        }

    def refresh(self) -> None:
        """Show the filter, and the columns where they are others."""
        self._show_columns()
        super().refresh()

    def refused_link(self, problems: list[SymphonyError]) -> None:
        """Say at the filter what of the page's address could not be applied."""
        if problems:
            words = " ".join(_first_line(problem) for problem in problems)
            self._refused = _Refused("", f"From the link: {words}")
            self.refresh()

    def forget(self) -> None:
        """Drop the refused text."""
        self._refused = None
        self.refresh()

    # --- what gestures do --------------------------------------------------------

    def _set(self, gesture: Gesture) -> None:
        text = str(gesture.get("text", ""))
        try:
            self.state.filter = text
        except SymphonyError as error:
            self._refused = _Refused(text, _first_line(error), mistake(text, error))
            self.refresh()
        else:
            self.forget()

    def _change(self, expr: Expr | None) -> None:
        self.state.filter = expr
        self.forget()

    def _complete(self, gesture: Gesture) -> None:
        text, caret = str(gesture.get("text", "")), gesture.get("caret")
        found = complete(text, caret if isinstance(caret, int) else len(text), self.state.table)
        recent = [] if text.strip() else [["recent", one, shortened(one, 80), ""] for one in self._recent]
        listed = [[each.kind, each.text, shortened(each.label, 80), each.hint] for each in found.suggestions]
        self._say(gesture, {"start": found.start, "end": found.end, "suggestions": recent + listed})

    def _answer(self, gesture: Gesture) -> None:
        """Answer the builder; what it cannot read is said there, beside the field."""
        try:
            said = answer_to(self.state, gesture)
        except SymphonyError as error:
            said = {"error": reason(error)}
        self._say(gesture, said)

    def _say(self, gesture: Gesture, said: dict[str, Any]) -> None:
        self.component.answer = {"number": gesture.get("number"), **said}

    def _put_aside(self, gesture: Gesture) -> None:
        place = place_in(gesture)
        condition = at(self.state.filter, place)
        rest = without_at(self.state.filter, place)
        self._aside = [*(one for one in self._aside if one[1] != condition), (place[0], condition)]
        self._change(rest)

    def _put_back(self, gesture: Gesture) -> None:
        """Let a condition count again, or drop it for good."""
        number = gesture.get("index")
        shown = self._shown_aside()
        if not isinstance(number, int) or not 0 <= number < len(shown):
            return
        index, condition = shown[number]
        if not gesture.get("is_dropped"):
            self.state.filter = with_added(self.state.filter, condition, index)
        self._aside.remove((index, condition))
        self.forget()

    # --- what is shown -----------------------------------------------------------

    def _shown_aside(self) -> list[tuple[int, Expr]]:
        there = conditions(self.state.filter)
        return [one for one in self._aside if one[1] not in there]

    def _chips(self, table: Table) -> list[dict[str, Any]]:
        return [
            self._chip(table, condition, (index,))
            for index, condition in enumerate(conditions(self.state.filter)[:MAX_CHIPS])
        ]

    def _chip(self, table: Table, condition: Expr, place: Place) -> dict[str, Any]:
        choices = condition.parts[:MAX_CHIPS] if isinstance(condition, Or) and len(place) == 1 else ()
        return {
            "place": list(place),
            "words": words_of(condition, table.kind),
            "title": shortened(table.text(condition), MAX_TITLE_CHARS),
            "is_negated": isinstance(condition, Not)
            or (isinstance(condition, Compare) and condition.op == "!="),
            "parts": [self._chip(table, one, (*place, index)) for index, one in enumerate(choices)],
        }

    def _remember(self, text: str) -> None:
        if text and len(text) <= MAX_RECENT_CHARS and self._recent[:1] != [text]:
            self._recent = [text, *(one for one in self._recent if one != text)][:MAX_RECENT]

    def _show_columns(self) -> None:
        table = self.state.table
        if self._columns_of is table:
            return
        self._columns_of = table
        self.component.columns = {
            "columns": [[name, str(table.kind(name)), kind_words(table, name)] for name in table.names],
            "tests": {str(kind): _test_rows(kind) for kind in Kind},
        }

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


def _test_rows(kind: Kind) -> list[list[Any]]:
    return [[test.name, test.words_for(kind), test.takes, test.is_offered] for test in fitting_tests(kind)]


def _mistake_data(refused: _Refused) -> dict[str, Any] | None:
    """Give the refused text around the mistake: what is before it, the wrong word, and what follows."""
    if refused.place is None:
        return None
    text, start, end = refused.text, refused.place.start, refused.place.end
    before, after = text[max(0, start - MISTAKE_CHARS) : start], text[end : end + MISTAKE_CHARS]
    return {
        "start": start,
        "end": end,
        "before": ("…" if start > MISTAKE_CHARS else "") + before,
        "wrong": shortened(text[start:end]) or "▁",
        "after": after + ("…" if len(text) > end + MISTAKE_CHARS else ""),
    }


def _count_data(count: int, total: int, *, is_known: bool) -> dict[str, str]:
    if not is_known:
        return {"count": "", "share": ""}
    if count == total:
        return {"count": f"all {rows_text(total)}", "share": ""}
    return {"count": f"{count:,} of {rows_text(total)}", "share": f"{100 * count / total:.3g} %"}


def _first_line(error: SymphonyError) -> str:
    """Word an error without the drawing of the place, which the page marks itself."""
    return str(error).split("\n", 1)[0]
