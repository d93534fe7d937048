"""What can be written next in a filter, for this table.

A function of text, caret and table. It never raises and never looks at more
than the few things it lists: columns by name, values from lists that are
counted once a process (`value_list`), row ids near the start of the data.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from symphony_core.column import Kind
from symphony_core.expr_context import Context, Expects, context_at
from symphony_core.expr_text import name_text, value_text
from symphony_core.expr_token import MAX_TEXT_BYTES
from symphony_core.scalar import Scalar
from symphony_core.search_list import SearchList
from symphony_core.table import Table
from symphony_core.value_list import ends, value_list

# More than this nobody reads; one more letter finds the rest.
MAX_SUGGESTIONS = 30
# Ids are unique, so a list of them is only there to show what one looks like.
LOOK_IDS = 1_000

_TEXT_OPS = ("==", "!=", "in", "not in", "contains", "not contains", "matches", "not matches")
_ORDER_OPS = ("<", "<=", ">", ">=", "between", "==", "!=", "in", "not in", "not between")
_NULL_OPS = ("is null", "is not null")
_OPERATORS: dict[Kind, tuple[str, ...]] = {
    Kind.CATEGORY: _TEXT_OPS + _NULL_OPS,
    Kind.TEXT: ("contains", "matches", "==", "!=", "not contains", "not matches", "in", "not in", *_NULL_OPS),
    Kind.NUMBER: _ORDER_OPS + _NULL_OPS,
    Kind.TIME: _ORDER_OPS + _NULL_OPS,
    Kind.BOOL: ("==", "!=", *_NULL_OPS),
    Kind.OTHER: _NULL_OPS,
}
_OPERATOR_WORDS = {
    "==": "is", "!=": "is not", "<": "below", "<=": "at most", ">": "above", ">=": "at least",
    "in": "is one of", "not in": "is none of", "contains": "holds the text", "not contains": "lacks the text",
    "matches": "fits a pattern", "not matches": "fits no pattern", "between": "from … to, ends included",
    "not between": "outside of", "is null": "is missing", "is not null": "is there",
}  # fmt: skip
_FAMILY = {Kind.TEXT: Kind.CATEGORY}  # what can be compared with each other


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One thing that can be written.

    kind: column, operator, value, keyword. text: what is inserted.
    label: what is shown. hint: a few words about it.
    """

    kind: str
    text: str
    label: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Completion:
    """What can stand in place of text[start:end], best first."""

    start: int
    end: int
    suggestions: tuple[Suggestion, ...]


def complete(text: str, caret: int, table: Table) -> Completion:
    """Say what can be written at the caret.

    caret: characters before it. Nothing is suggested in a text longer than a filter may be.
    Cost: 0.1 ms a letter, 5 ms the slowest, at 2,000 columns and 65,000 values, once the column's values
    are counted (`benchmarks/completion.py`).
    """
    caret = max(0, min(caret, len(text)))
    if len(text) > MAX_TEXT_BYTES:
        return Completion(caret, caret, ())
    place = context_at(text, caret)
    found = islice(_suggestions(place, table), MAX_SUGGESTIONS)
    is_spaced = text[place.end : place.end + 1] in (*" \n\t),]",)
    return Completion(place.start, place.end, tuple(each if is_spaced else _spaced(each) for each in found))


def _spaced(each: Suggestion) -> Suggestion:
    """Put a space behind, so that the next word can be written at once; `(` and `[` open what follows."""
    text = each.text if each.text.endswith(("(", "[")) else f"{each.text} "
    return Suggestion(each.kind, text, each.label, each.hint)


def _suggestions(place: Context, table: Table) -> Iterator[Suggestion]:
    kind = table.kind(place.column) if place.column in table.names else None
    match place.expects:
        case Expects.TEST:
            yield from _columns(place, table)
            yield from _keywords(place, _TEST_WORDS)
        case Expects.OPERAND | Expects.POINT:
            yield from _columns(place, table, Kind.NUMBER)
        case Expects.OPERATOR:
            yield from _operators(place, kind)
            if kind is Kind.BOOL:
                yield from _joins(place)
        case Expects.NEGATED:
            yield from _negated_operators(place, kind)
        case Expects.VALUE:
            yield from _values(place, table)
            yield from _columns(place, table, kind)
        case Expects.MEMBER | Expects.PART | Expects.LOW | Expects.HIGH:
            yield from _values(place, table)
        case Expects.LIST:
            yield from _keywords(place, (("[", "the list of values"),))
        case Expects.AFTER_MEMBER:
            yield from _keywords(place, ((",", "one more value"), ("]", "end of the list")))
        case Expects.ID:
            yield from _ids(place, table)
        case _:
            yield from _fixed(place)


_TEST_WORDS = (
    ("not", "turns the next condition round"),
    ("(", "conditions that belong together"),
    ("rows(", "rows by their id"),
    ("inside(", "points inside a shape"),
)


def _fixed(place: Context) -> Iterator[Suggestion]:
    match place.expects:
        case Expects.BETWEEN_AND:
            yield from _keywords(place, (("and", "the upper end"),))
        case Expects.IS:
            yield from _keywords(place, (("null", "is missing"), ("not null", "is there")))
        case Expects.IS_NOT:
            yield from _keywords(place, (("null", "is there"),))
        case Expects.AFTER_ID:
            yield from _keywords(place, ((",", "one more id"), (")", "end of the ids")))
        case Expects.JOIN:
            yield from _joins(place)


def _joins(place: Context) -> Iterator[Suggestion]:
    close = ((")", "end of the parenthesis"),) if place.open_count else ()
    yield from _keywords(place, (("and", "both hold"), ("or", "at least one holds"), *close))


def _keywords(place: Context, words: Sequence[tuple[str, str]]) -> Iterator[Suggestion]:
    for word, hint in words:
        if _is_begun(place, word):
            yield Suggestion("keyword", word, word, hint)


def _is_begun(place: Context, word: str) -> bool:
    """Whether what is typed is the beginning of this word; the whole of it needs no completion."""
    if place.typed_kind not in ("end", "name", "sign"):
        return False
    return word.startswith(place.typed.lower()) and word != place.typed


def _operators(place: Context, kind: Kind | None) -> Iterator[Suggestion]:
    for op in _OPERATORS[kind] if kind is not None else _TEXT_OPS + _ORDER_OPS[:5] + _NULL_OPS:
        if _is_begun(place, op):
            yield _operator(op)


def _negated_operators(place: Context, kind: Kind | None) -> Iterator[Suggestion]:
    for op in _OPERATORS[kind] if kind is not None else _TEXT_OPS:
        word = op.removeprefix("not ")
        if op.startswith("not ") and _is_begun(place, word):
            yield Suggestion("operator", f"{word} [" if word == "in" else word, word, _OPERATOR_WORDS[op])


def _operator(op: str) -> Suggestion:
    return Suggestion("operator", f"{op} [" if op.endswith("in") else op, op, _OPERATOR_WORDS[op])


def _columns(place: Context, table: Table, like: Kind | None = None) -> Iterator[Suggestion]:
    """Columns whose name starts with or holds what is typed; `like`: only those comparable with this kind."""
    if place.typed_kind not in ("end", "name", "column"):
        return
    own = place.column if place.expects is Expects.VALUE else None
    for index in _search(table.names).found(place.typed):
        name = table.names[index]
        kind = table.kind(name)
        is_like = like is None or _FAMILY.get(kind, kind) == _FAMILY.get(like, like)
        if is_like and name != own and (name != place.typed or place.typed_kind == "column"):
            yield Suggestion("column", name_text(name), name, kind_words(table, name))


@lru_cache(maxsize=16)
def _search(names: tuple[str, ...]) -> SearchList:
    return SearchList(names)


def kind_words(table: Table, name: str) -> str:
    """Say what a column holds in two or three words."""
    column = table.column(name)
    if column.kind is Kind.CATEGORY:
        return f"{len(column.levels):,} values" if len(column.levels) != 1 else "1 value"
    return {Kind.BOOL: "true or false", Kind.OTHER: "other"}.get(column.kind, str(column.kind))


def _values(place: Context, table: Table) -> Iterator[Suggestion]:
    if place.column not in table.names:
        return
    listed = value_list(table, place.column)
    if listed is None:
        yield from _ends(place, table)
        return
    used = set(place.used)
    for value, count in listed.matching(place.typed, MAX_SUGGESTIONS + len(used)):
        if str(value) not in used and _is_value_begun(place, value):
            yield Suggestion("value", value_text(value), _label(value), f"{count:,}")


def _is_value_begun(place: Context, value: Scalar) -> bool:
    """Whether what is typed can become this value: an open quote only text, a digit only numbers."""
    if place.typed_kind == "number":
        return not isinstance(value, (str, bool)) and str(value) != place.typed
    if place.typed_kind == "text":
        return isinstance(value, str)
    return place.typed_kind in ("end", "name")


def _label(value: Scalar) -> str:
    """Show a text as it is, with the quotes where it would not be seen without."""
    is_plain = isinstance(value, str) and value.strip() == value and value.isprintable() and value
    return value if isinstance(value, str) and is_plain else value_text(value)


def _ends(place: Context, table: Table) -> Iterator[Suggestion]:
    found = ends(table, place.column)
    if found is None or place.typed_kind not in ("end", "text", "number"):
        return
    pairs = [(found[0], "smallest"), (found[1], "largest")]
    for value, hint in reversed(pairs) if place.expects is Expects.HIGH else pairs:
        if str(value).startswith(place.typed) and str(value) != place.typed:
            yield Suggestion("value", value_text(value), str(value), hint)


def _ids(place: Context, table: Table) -> Iterator[Suggestion]:
    ids = table.dataset.row_ids[:LOOK_IDS].tolist()
    used = set(place.used)
    for index in SearchList([str(each) for each in ids]).matching(place.typed, MAX_SUGGESTIONS + len(used)):
        if str(ids[index]) not in used and place.typed_kind != "column":
            yield Suggestion("value", value_text(ids[index]), str(ids[index]), f"row {index + 1:,}")
