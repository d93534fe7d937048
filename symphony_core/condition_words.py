"""A condition in a few words, for a chip that has room for little.

The words are for reading only; the full text of the condition stands beside
them as the chip's title.
"""

from __future__ import annotations

from symphony_core.condition_form import TESTS, KindOf, form_of
from symphony_core.errors import UnknownColumn
from symphony_core.expr import And, Expr, Inside, Not, Or, Rows
from symphony_core.expr_text import to_text

# A chip is one line of the side bar; the page cuts what is still too long for it.
MAX_WORDS_CHARS = 120
_MAX_VALUES = 4


def words_of(condition: Expr, kind_of: KindOf) -> str:
    """Say a condition, shortened.

    kind_of: gives the kind of a column; a column that is gone is said as text.
    """
    return shortened(_words(condition, kind_of), MAX_WORDS_CHARS)


def _words(condition: Expr, kind_of: KindOf) -> str:
    match condition:
        case And(parts):
            return " and ".join(_inner(part, kind_of, Or) for part in parts)
        case Or(parts):
            return " or ".join(_inner(part, kind_of, And) for part in parts)
        case Rows():
            count = len(condition.ids) if condition.ids is not None else len(condition.positions())
            return "1 marked row" if count == 1 else f"{count:,} marked rows"
        case Inside(x, y):
            return f"inside a shape on {shortened(x)} and {shortened(y)}"
    try:
        form = form_of(condition, kind_of)
    except UnknownColumn:
        form = None
    if form is None:
        return (
            f"not ({_words(condition.part, kind_of)})" if isinstance(condition, Not) else to_text(condition)
        )
    words = TESTS[form.test].words_for(kind_of(form.column))
    takes_ends = TESTS[form.test].takes == "ends"
    values = [_value_words(value) for value in form.values[:_MAX_VALUES]]
    rest = len(form.values) - len(values)
    listed = (" and " if takes_ends else ", ").join(values) + (f" and {rest:,} more" if rest else "")
    return " ".join(filter(None, [shortened(form.column), words, listed]))


def _inner(part: Expr, kind_of: KindOf, looser: type[Expr]) -> str:
    words = _words(part, kind_of)
    return f"({words})" if isinstance(part, looser) else words


def _value_words(value: str) -> str:
    shown = shortened(" ".join(value.split()) if value.strip() else value)
    return shown if shown.strip() == shown and shown else repr(shown)


def shortened(text: str, max_chars: int = 40) -> str:
    """Cut a text to so many characters, the last of them three dots."""
    return text if len(text) <= max_chars else text[: max_chars - 1] + "…"
