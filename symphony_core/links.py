"""Filter, groups and selection as a query string, and back.

Only what fits travels: a lasso of thousands of ids would make an address that
chats and trackers cut. What was left out is named, so that a page can say so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from symphony_core.errors import SymphonyError
from symphony_core.expr import Expr, Rows
from symphony_core.state import State

# Chats and trackers cut addresses near 2,000 characters; leave room for the host.
MAX_LINK_CHARS = 1_500
# A selection by rows is worth its place in an address only while it is short.
MAX_SELECTION_ROWS = 100

# Names in the address and what they set; groups first, so that what can be applied is applied in one order.
PARAMS = {"group": "group_by", "filter": "filter", "selection": "selection"}
QUERY_NAMES = tuple(PARAMS)


@dataclass(frozen=True, slots=True)
class Link:
    """The query of a state: name to text, and the names that did not fit."""

    query: Mapping[str, str]
    left_out: tuple[str, ...] = ()


def to_link(state: State) -> Link:
    """Put the state into query parameters `filter`, `group` and `selection`."""
    texts = {
        "filter": _text(state, state.filter),
        "group": ",".join(_escaped(name) for name in state.group_by),
        "selection": _selection_text(state),
    }
    query: dict[str, str] = {}
    left_out = []
    for name, text in texts.items():
        if text is None or len(urlencode({**query, name: text})) > MAX_LINK_CHARS:
            left_out.append(name)
        elif text:
            query[name] = text
    return Link(query, tuple(left_out))


def apply_link(state: State, query: Mapping[str, str]) -> list[SymphonyError]:
    """Set the state from query parameters; give what could not be applied.

    Each part is applied alone, so that one stale column does not lose the rest.
    """
    problems: list[SymphonyError] = []
    with state.gesture():
        for name, param_name in PARAMS.items():
            text = query.get(name, "")
            if not text:
                continue
            try:
                setattr(state, param_name, _names(text) if name == "group" else text)
            except SymphonyError as error:
                problems.append(error)
    return problems


def _text(state: State, expr: Expr | None) -> str:
    return "" if expr is None else state.table.text(expr)


def _selection_text(state: State) -> str | None:
    if state.selection is None:
        return ""
    text = _text(state, state.selection) if _is_short(state) else None
    return text if text is None or len(text) <= MAX_LINK_CHARS else None


def _is_short(state: State) -> bool:
    return not isinstance(state.selection, Rows) or state.selected_count() <= MAX_SELECTION_ROWS


def _escaped(name: str) -> str:
    return name.replace("\\", "\\\\").replace(",", "\\,")


def _names(text: str) -> list[str]:
    names, current, escaped = [], "", False
    for char in text:
        if escaped or char not in "\\,":
            current, escaped = current + char, False
        elif char == "\\":
            escaped = True
        else:
            names.append(current)
            current = ""
    return [*names, current]
