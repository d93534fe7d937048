"""What the grammar expects at the caret of an unfinished filter.

`expr_parser` stops at the first thing it cannot read; here the text is rarely
finished. So this reads forward, word by word, and only remembers what may come
next and of which column. What it does not understand it passes over up to the
next `and` or `or`.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

from symphony_core.expr_token import FUNCTIONS, KEYWORDS, Token, word_end, words_before


class Expects(enum.StrEnum):
    """What may stand at a place."""

    TEST = "test"  # a column, `not`, an opening parenthesis
    OPERATOR = "operator"
    NEGATED = "negated"  # after `column not`
    VALUE = "value"  # or another column
    OPERAND = "operand"  # the column after `0.5 <`
    LIST = "list"  # the bracket after `in`
    MEMBER = "member"  # a value in a list
    AFTER_MEMBER = "after_member"
    LOW = "low"
    BETWEEN_AND = "between_and"
    HIGH = "high"
    PART = "part"  # text that is contained
    PATTERN = "pattern"
    IS = "is"
    IS_NOT = "is_not"
    JOIN = "join"  # `and`, `or`, a closing parenthesis
    ID = "id"  # in rows(...)
    AFTER_ID = "after_id"
    FUNCTION = "function"  # the parenthesis of rows( or inside(
    POINT = "point"  # a column of inside(...)
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Context:
    """The place of the caret.

    column: what is tested there; empty where no column is. used: values of the list so far.
    typed: what is written of the word at the caret, without its quotes, and its kind
    (name, number, text, column, sign, or end for nothing). start, end: the characters it takes.
    open_count: parentheses that are still open.
    """

    expects: Expects
    column: str
    used: tuple[str, ...]
    typed: str
    typed_kind: str
    start: int
    end: int
    open_count: int


def context_at(text: str, caret: int) -> Context:
    """Say what is expected where the caret stands. Cost: one pass over the text before it."""
    words, typed = words_before(text, caret)
    reader = _Reader()
    for word in words:
        reader.take(word)
    return Context(
        reader.expects, reader.column, tuple(reader.used), typed.value, typed.kind,
        typed.start, word_end(text, typed, caret), reader.open_count,
    )  # fmt: skip


_E = Expects
# What follows a word, by what was expected; a word that is not listed is not understood.
_NEXT: dict[Expects, dict[str, Expects]] = {
    _E.TEST: {
        "not": _E.TEST, "(": _E.TEST,
        "column": _E.OPERATOR, "value": _E.OPERATOR, "function": _E.FUNCTION,
    },
    _E.OPERATOR: {
        "compare": _E.VALUE, "not": _E.NEGATED, "is": _E.IS, ")": _E.JOIN,
        "in": _E.LIST, "between": _E.LOW, "contains": _E.PART, "matches": _E.PATTERN,
    },
    _E.NEGATED: {"in": _E.LIST, "between": _E.LOW, "contains": _E.PART, "matches": _E.PATTERN},
    _E.VALUE: {"value": _E.JOIN, "column": _E.JOIN, "[": _E.MEMBER},
    _E.OPERAND: {"column": _E.OPERATOR},
    _E.LIST: {"[": _E.MEMBER, "(": _E.MEMBER},
    _E.MEMBER: {"value": _E.AFTER_MEMBER, "]": _E.JOIN, ")": _E.JOIN},
    _E.AFTER_MEMBER: {",": _E.MEMBER, "]": _E.JOIN, ")": _E.JOIN},
    _E.LOW: {"value": _E.BETWEEN_AND},
    _E.HIGH: {"value": _E.JOIN},
    _E.PART: {"value": _E.JOIN},
    _E.PATTERN: {"value": _E.JOIN},
    _E.IS: {"not": _E.IS_NOT, "null": _E.JOIN},
    _E.IS_NOT: {"null": _E.JOIN},
    _E.JOIN: {")": _E.JOIN, "compare": _E.VALUE},  # 0.2 < x < 0.8
    _E.ID: {"value": _E.AFTER_ID, ")": _E.JOIN},
    _E.AFTER_ID: {",": _E.ID, ")": _E.JOIN},
    _E.FUNCTION: {"rows(": _E.ID, "inside(": _E.POINT},
    _E.POINT: {"column": _E.POINT, ",": _E.POINT},
}  # fmt: skip


class _Reader:
    """Remembers what may come next."""

    def __init__(self) -> None:
        self.expects = Expects.TEST
        self.column = ""
        self.used: list[str] = []
        self.open_count = 0
        self._function = ""

    def take(self, word: Token) -> None:
        """Read one word."""
        if word.is_sign("+", "-"):
            return
        if word.is_word("and", "or") or word.is_sign("&", "|", "&&", "||"):
            self.expects = Expects.HIGH if self.expects is Expects.BETWEEN_AND else Expects.TEST
            return
        kind = _class_of(word)
        if self.expects is Expects.FUNCTION and kind == "(":
            kind = f"{self._function}("
        before, self.expects = self.expects, _NEXT.get(self.expects, {}).get(kind, Expects.NOTHING)
        self._remember(before, kind, word.value)

    def _remember(self, before: Expects, kind: str, value: str) -> None:
        if before in (Expects.TEST, Expects.OPERAND):
            self.column = value if kind == "column" else ""
            self._function = value
            self.open_count += kind == "("
        elif before in (Expects.OPERATOR, Expects.JOIN):
            self.used = []
            self.open_count = max(0, self.open_count - (kind == ")"))
            if kind == "compare" and not self.column:
                self.expects = Expects.OPERAND
        elif kind == "value" and before in (Expects.MEMBER, Expects.ID):
            self.used.append(value)


def _class_of(word: Token) -> str:
    """Give what the word is to the grammar."""
    if word.kind == "column":
        return "column"
    if word.kind in ("text", "number") or word.is_word("true", "false", "nan", "inf"):
        return "value"
    if word.kind == "sign":
        return {"~": "not"}.get(word.value, word.value if word.value in "()[]," else "compare")
    if word.value in FUNCTIONS:
        return "function"
    return word.value.lower() if word.value in KEYWORDS else "column"
