"""The grammar of filter text, as recursive descent over tokens.

whole       or_ END
or_         and_ (('or' | '|') and_)*
and_        not_ (('and' | '&') not_)*
not_        ('not' | '~')* test
test        '(' or_ ')' | 'rows' '(' list ')' | 'inside' '(' column ',' column ',' polygon ')'
          | operand (compare operand)+ | column word... | column
word...     ['not'] 'in' list | ['not'] 'between' value 'and' value
          | ['not'] 'contains' text | ['not'] 'matches' text | 'is' ['not'] 'null'
compare     '==' | '=' | '!=' | '<' | '<=' | '>' | '>='
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from symphony_core.errors import BadExpression, BadSyntax
from symphony_core.expr import (
    MAX_DEPTH,
    And,
    Between,
    ColumnRef,
    Compare,
    Contains,
    Expr,
    Inside,
    IsNull,
    Matches,
    Not,
    OneOf,
    Or,
    Rows,
    Truth,
)
from symphony_core.expr_token import FUNCTIONS, KEYWORDS, Token, bad_syntax, tokens_of
from symphony_core.scalar import Scalar, scalar

_MIRRORED = {"==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
_TESTS = "an operator: label == 'cat', score > 0.5, split in ['test'], name contains 'x', loss is null"
_COLUMN = "a column: label == 'cat', or `odd name` in backticks"
_VALUE = "a value: 'text', 0.5, True, '2024-01-31', or a column"
_LIST = "a list: split in ['train', 'test']"
_POLYGON = "a polygon: inside(x, y, [[0, 1], [2, 3], [4, 5]])"
_TEXT = "text in quotes: name contains 'x'"


class Parser:
    """Reads one text once."""

    def __init__(self, text: str) -> None:
        if not isinstance(text, str):
            raise BadExpression(f"a filter is read from text, not from {type(text).__name__}.")
        self._text = text
        self._tokens = tokens_of(text)
        self._index = 0
        self._open_count = 0

    def whole(self) -> Expr:
        """Read all of the text as one expression."""
        expr = self._or()
        if self._now.kind != "end":
            raise self._error("`and`, `or` or the end: label == 'cat' and score > 0.5")
        return expr

    def _or(self) -> Expr:
        return self._joined(self._and, Or, "or", "|")

    def _and(self) -> Expr:
        return self._joined(self._not, And, "and", "&")

    def _joined(self, part: Callable[[], Expr], kind: type[And] | type[Or], word: str, sign: str) -> Expr:
        parts = [part()]
        while self._now.is_word(word) or self._now.is_sign(sign):
            self._take()
            parts.append(part())
        return kind(tuple(parts)) if len(parts) > 1 else parts[0]

    def _not(self) -> Expr:
        # A loop: ten thousand `~` must end at the limit of depth, not of the stack.
        not_count = 0
        while self._now.is_word("not") or self._now.is_sign("~"):
            self._take()
            not_count += 1
        expr = self._test()
        for _ in range(not_count):
            expr = Not(expr)
        return expr

    def _test(self) -> Expr:
        token = self._now
        if token.is_sign("("):
            return self._parenthesis()
        if token.kind == "name" and token.value in FUNCTIONS and self._ahead.is_sign("("):
            self._take()
            return self._rows() if token.value == "rows" else self._inside()
        if token.kind == "name" and self._ahead.is_sign("("):
            raise self._error("a column or a value; the only functions are inside(...) and rows(...)")
        operand = self._operand(_COLUMN)
        if self._comparison() is not None:
            return self._chain(operand, token)
        if not isinstance(operand, ColumnRef):
            raise bad_syntax(self._text, token.start, "a value alone", _COLUMN)
        return self._worded(operand.name)

    def _parenthesis(self) -> Expr:
        self._open_count += 1
        if self._open_count > MAX_DEPTH:
            raise BadExpression(f"an expression nests at most {MAX_DEPTH} deep; open fewer parentheses.")
        self._take()
        expr = self._or()
        self._expect(")", "`)` or `and`, `or`: (a > 1 or b > 2)")
        self._open_count -= 1
        return expr

    def _chain(self, left: Scalar | ColumnRef, left_token: Token) -> Expr:
        parts: list[Expr] = []
        while (op := self._comparison()) is not None:
            self._take()
            right_token = self._now
            if right_token.is_sign("[") and op in ("==", "!=") and isinstance(left, ColumnRef):
                parts.append(self._equals_list(left.name, op))
                break
            right = self._operand(_VALUE)
            parts.append(self._compared(left, op, right, left_token))
            left, left_token = right, right_token
        return And(tuple(parts)) if len(parts) > 1 else parts[0]

    def _equals_list(self, column: str, op: str) -> Expr:
        # pandas reads `label == ['a', 'b']` as `in`; people bring the habit along.
        one_of = OneOf(column, self._list())
        return one_of if op == "==" else Not(one_of)

    def _compared(
        self, left: Scalar | ColumnRef, op: str, right: Scalar | ColumnRef, left_token: Token
    ) -> Expr:
        if isinstance(left, ColumnRef):
            return Compare(left.name, op, right)
        if isinstance(right, ColumnRef):
            return Compare(right.name, _MIRRORED[op], left)
        raise bad_syntax(self._text, left_token.start, "two values compared with each other", _COLUMN)

    def _worded(self, column: str) -> Expr:
        token = self._now
        if token.is_word("is"):
            return self._is_null(column)
        negated = token.is_word("not")
        if negated:
            self._take()
        test = self._word_test(column)
        is_done = self._now.kind in ("end", "sign") or self._now.is_word("and", "or")
        if test is None and (negated or not is_done):
            raise self._error(
                "in, between, contains or matches: split not in ['test']" if negated else _TESTS
            )
        if test is None:
            return Truth(column)
        return Not(test) if negated else test

    def _word_test(self, column: str) -> Expr | None:
        token = self._now
        if token.is_word("in"):
            self._take()
            return OneOf(column, self._list())
        if token.is_word("between"):
            self._take()
            low = self._value("a value: score between 0.2 and 0.8")
            if not self._now.is_word("and"):
                raise self._error("`and` with the upper end: score between 0.2 and 0.8")
            self._take()
            return Between(column, low, self._value("a value: score between 0.2 and 0.8"))
        if token.is_word("contains", "matches"):
            self._take()
            if self._now.kind != "text":
                raise self._error(_TEXT)
            text = self._take().value
            return Contains(column, text) if token.is_word("contains") else Matches(column, text)
        return None

    def _is_null(self, column: str) -> Expr:
        self._take()
        negated = self._now.is_word("not")
        if negated:
            self._take()
        if not self._now.is_word("null"):
            raise self._error("`null`: loss is null, loss is not null")
        self._take()
        return Not(IsNull(column)) if negated else IsNull(column)

    def _rows(self) -> Expr:
        self._take()
        return Rows(self._values_until(")", "a row id: rows('a', 'b') or rows(1, 2)"))

    def _inside(self) -> Expr:
        start = self._take().start
        x = self._column()
        self._expect(",", _POLYGON)
        y = self._column()
        self._expect(",", _POLYGON)
        points = self._points()
        self._expect(")", _POLYGON)
        try:
            return Inside(x, y, points)
        except BadExpression as error:
            raise bad_syntax(self._text, start, str(error).rstrip("."), _POLYGON) from error

    def _points(self) -> tuple[tuple[float, float], ...]:
        closing = self._opening(_POLYGON)
        points = []
        while not self._now.is_sign(closing):
            inner = self._opening(_POLYGON)
            a = self._number(_POLYGON)
            self._expect(",", _POLYGON)
            points.append((float(a), float(self._number(_POLYGON))))
            self._expect(inner, _POLYGON)
            self._comma_or(closing, _POLYGON)
        self._take()
        return tuple(points)

    def _list(self) -> tuple[Scalar, ...]:
        return self._values_until(self._opening(_LIST), _LIST)

    def _values_until(self, closing: str, expected: str) -> tuple[Scalar, ...]:
        """Read values up to and with the closing sign; a comma at the end is welcome."""
        values = []
        while not self._now.is_sign(closing):
            values.append(self._value(expected))
            self._comma_or(closing, expected)
        self._take()
        return tuple(values)

    def _opening(self, expected: str) -> str:
        if not self._now.is_sign("[", "("):
            raise self._error(expected)
        return "]" if self._take().value == "[" else ")"

    def _comma_or(self, closing: str, expected: str) -> None:
        if self._now.is_sign(","):
            self._take()
        elif not self._now.is_sign(closing):
            raise self._error(f"`,` or `{closing}` in {expected}")

    def _column(self) -> str:
        operand = self._operand(_COLUMN) if self._now.kind in ("name", "column") else None
        if not isinstance(operand, ColumnRef):
            raise self._error(_POLYGON)
        return operand.name

    def _value(self, expected: str) -> Scalar:
        token = self._now
        value = self._operand(expected)
        if isinstance(value, ColumnRef):
            raise bad_syntax(
                self._text, token.start, f"{_seen(token)} is no value; text needs quotes", expected
            )
        return value

    def _operand(self, expected: str) -> Scalar | ColumnRef:
        """Read a value or a column."""
        token = self._now
        if token.kind == "text":
            return self._take().value
        if token.kind == "column":
            return ColumnRef(self._take().value)
        if token.kind == "name" and token.value in ("True", "False"):
            return self._take().value == "True"
        if token.kind == "name" and token.value not in KEYWORDS:
            return ColumnRef(self._take().value)
        if token.kind == "number" or token.is_word("nan", "inf") or token.is_sign("-", "+"):
            return self._number(expected)
        if token.is_word("null"):
            raise self._error("`is null` or `is not null`: loss is null")
        raise self._error(expected)

    def _number(self, expected: str) -> int | float:
        sign: Literal[1, -1] = 1
        if self._now.is_sign("-", "+"):
            sign = -1 if self._take().value == "-" else 1
        token = self._now
        if token.is_word("nan", "inf"):
            return sign * float(self._take().value)
        if token.kind != "number":
            raise self._error(expected)
        self._take()
        if not token.value.isdecimal():
            return sign * float(token.value)
        return sign * self._whole_number(token)

    def _whole_number(self, token: Token) -> int:
        try:
            number = scalar(int(token.value))
        except (BadExpression, ValueError) as error:
            raise bad_syntax(
                self._text, token.start, f"a number of {len(token.value)} digits", "at most 307 digits"
            ) from error
        assert isinstance(number, int)
        return number

    def _comparison(self) -> str | None:
        if self._now.is_sign("="):
            return "=="
        return self._now.value if self._now.is_sign(*_MIRRORED) else None

    @property
    def _now(self) -> Token:
        return self._tokens[self._index]

    @property
    def _ahead(self) -> Token:
        return self._tokens[min(self._index + 1, len(self._tokens) - 1)]

    def _take(self) -> Token:
        token = self._now
        self._index = min(self._index + 1, len(self._tokens) - 1)
        return token

    def _expect(self, sign: str, expected: str) -> None:
        if not self._now.is_sign(sign):
            raise self._error(expected)
        self._take()

    def _error(self, expected: str) -> BadSyntax:
        return bad_syntax(self._text, self._now.start, f"saw {_seen(self._now)}", expected)


def _seen(token: Token) -> str:
    if token.kind == "end":
        return "the end"
    shown = token.value if len(token.value) <= 40 else token.value[:40] + "..."
    return repr(shown) if token.kind == "text" else f"`{shown}`"
