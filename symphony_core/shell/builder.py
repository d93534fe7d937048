"""What the condition builder asks of Python: a condition as a form, the values of a column, and to set it.

The builder keeps nothing here: each question names the place of its condition
in the filter, and one that has changed meanwhile is an error and not a guess.
"""

from __future__ import annotations

from typing import Any

from symphony_core.column import Kind
from symphony_core.condition_form import ConditionForm, expr_of, form_of
from symphony_core.condition_words import shortened
from symphony_core.conditions import Place, at, put
from symphony_core.errors import BadExpression
from symphony_core.expr import Expr
from symphony_core.expr_text import parse
from symphony_core.expr_token import MAX_TEXT_BYTES
from symphony_core.state import State
from symphony_core.table import Table
from symphony_core.value_list import ends, value_list
from symphony_core.view import rows_text
from symphony_core.widgets import Gesture

# One more letter finds the others.
MAX_VALUES = 60


def place_in(gesture: Gesture) -> Place:
    """Read the place that a gesture is about; () is none. Raises BadExpression."""
    place = gesture.get("place") or ()
    if not isinstance(place, (list, tuple)) or not all(isinstance(index, int) for index in place):
        raise BadExpression(f"a place in the filter is one or two whole numbers, not {place!r}.")
    return tuple(place)


def answer_to(state: State, gesture: Gesture) -> dict[str, Any]:
    """Answer one question of the builder.

    `about` open: the condition at `place` as a form, else as text, with its column's values.
    values: the values of `column` that match `search`, its ends and kind.
    try: how many rows the filter would leave with `form` or `text` at `place`; set: the filter becomes that.
    Raises SymphonyError.
    """
    about = gesture.get("about")
    if about == "open":
        return _opened(state, place_in(gesture))
    if about == "values":
        return _column_data(state.table, str(gesture.get("column")), str(gesture.get("search", "")))
    if about not in ("try", "set"):
        raise BadExpression(f"the builder asked about {about!r}; it asks about open, values, try or set.")
    table = state.table
    expr = table.bind(
        put(
            state.filter,
            _condition(table, gesture),
            place_in(gesture),
            is_alternative=gesture.get("join") == "or",
        )
    )
    if about == "try":
        return {"count": f"{table.count(expr):,} of {rows_text(len(table))}"}
    state.filter = expr
    return {"is_done": True}


def _condition(table: Table, gesture: Gesture) -> Expr:
    form = gesture.get("form")
    if not isinstance(form, dict):
        bound = table.bind(parse(str(gesture.get("text", ""))))
        assert bound is not None
        return bound
    column = str(form.get("column", ""))
    if not column:
        raise BadExpression("choose a column first: type a part of its name.")
    values = tuple(str(value) for value in form.get("values") or ())
    bound = table.bind(expr_of(ConditionForm(column, str(form.get("test")), values), table.kind(column)))
    assert bound is not None
    return bound


def _opened(state: State, place: Place) -> dict[str, Any]:
    table, condition = state.table, at(state.filter, place)
    form = form_of(condition, table.kind) if set(_columns(condition)) <= set(table.names) else None
    join = "or" if len(place) == 2 else "and"
    if form is not None:
        shown = {"column": form.column, "test": form.test, "values": list(form.values)}
        return {"form": shown, "join": join, **_column_data(table, form.column, "")}
    text = table.text(condition)
    if len(text.encode()) > MAX_TEXT_BYTES:
        raise BadExpression(
            "this condition names too many rows to be changed as text; remove it or mark rows anew."
        )
    return {"form": None, "text": text, "join": join}


def _columns(condition: Expr) -> tuple[str, ...]:
    return condition.own_columns


def _column_data(table: Table, column: str, search: str) -> dict[str, Any]:
    """Give what the form shows of a column: its kind, its values by frequency, its ends."""
    kind = table.kind(column)
    listed = None if kind is Kind.BOOL else value_list(table, column)
    found = listed.matching(search, MAX_VALUES) if listed else []
    low_high = ends(table, column)
    return {
        "column": column,
        "column_kind": str(kind),
        "values": [[str(value), shortened(str(value), 120), f"{count:,}"] for value, count in found],
        "value_count": len(listed.values) if listed else 0,
        "ends": [str(end) for end in low_high] if low_high else [],
    }
