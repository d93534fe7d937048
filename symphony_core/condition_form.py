"""A condition as the fields of a form: a column, a test in words, and what it is tested against.

The form writes the same expressions that a person types, so a filter that was
typed can be opened in it, changed and read again. What it does not show
(a lasso, marked rows, an `and` inside an `or`) has no form and is changed as
text. All values are text here: numbers beyond 2**53 would be rounded by a page.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from symphony_core.column import Kind
from symphony_core.errors import BadExpression
from symphony_core.expr import (
    Between,
    ColumnRef,
    Compare,
    Contains,
    Expr,
    IsNull,
    Matches,
    Not,
    OneOf,
    Truth,
)
from symphony_core.scalar import Scalar

KindOf = Callable[[str], Kind]

_NUMBER = re.compile(r"[+-]?((\d+\.?\d*|\.\d+)([eE][+-]?\d+)?|inf|nan)")
_WHOLE = re.compile(r"[+-]?\d+")
# A whole number as long as the grammar takes it.
_MAX_DIGITS = 307

_TEXT = frozenset({Kind.CATEGORY, Kind.TEXT})
_ORDERED = frozenset({Kind.NUMBER, Kind.TIME})
_EQUAL = _TEXT | _ORDERED
_ALL = frozenset(Kind)


@dataclass(frozen=True, slots=True)
class ConditionForm:
    """A filled form: the values stand as text, a column's name in place of a value is text too."""

    column: str
    test: str
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FormTest:
    """A test as it stands in the form's list.

    takes: none, value, values, ends (two values), text, or column.
    kinds: columns it fits. opposite: the test with exactly the other rows.
    is_offered: whether the list shows it; the others appear where a filter already uses them.
    """

    name: str
    words: str
    takes: str
    kinds: frozenset[Kind]
    opposite: str
    is_offered: bool = True

    def words_for(self, kind: Kind) -> str:
        """Say the test as it is said of this kind of column."""
        return _TIME_WORDS.get(self.name, self.words) if kind is Kind.TIME else self.words


def _pair(
    name: str, words: str, no: str, takes: str, kinds: frozenset[Kind], *, offers_no: bool = True
) -> list[FormTest]:
    opposite = f"not_{name}"
    return [
        FormTest(name, words, takes, kinds, opposite),
        FormTest(opposite, no, takes, kinds, name, offers_no),
    ]


def _order(name: str, words: str, takes: str = "value") -> list[FormTest]:
    # "is not at least" differs from "is below" in the rows whose value is missing, and few mean that
    return _pair(name, f"is {words}", f"is not {words}", takes, _ORDERED, offers_no=False)


_BOOL = frozenset({Kind.BOOL})
_TESTS = [
    *_pair("one_of", "is one of", "is none of", "values", _EQUAL),
    *_pair("true", "is true", "is not true", "none", _BOOL),
    *_pair("false", "is false", "is not false", "none", _BOOL),
    *_pair("equal", "is", "is not", "value", _EQUAL),
    *_pair("contains", "contains", "does not contain", "text", _TEXT),
    *_pair("matches", "matches", "does not match", "text", _TEXT),
    *_pair("between", "is between", "is not between", "ends", _ORDERED),
    *_order("at_least", "at least"),
    *_order("at_most", "at most"),
    *_order("above", "above"),
    *_order("below", "below"),
    *_pair("missing", "is missing", "is there", "none", _ALL),
    *_pair("equal_column", "equals column", "differs from column", "column", _EQUAL | _BOOL),
    *_order("above_column", "above column", "column"),
    *_order("at_least_column", "at least column", "column"),
    *_order("below_column", "below column", "column"),
    *_order("at_most_column", "at most column", "column"),
]  # fmt: skip
TESTS = {test.name: test for test in _TESTS}
_TIME_WORDS = {
    "at_least": "is at or after",
    "not_at_least": "is not at or after",
    "at_most": "is at or before",
    "not_at_most": "is not at or before",
    "above": "is after",
    "not_above": "is not after",
    "below": "is before",
    "not_below": "is not before",
}
_OPS = {"equal": "==", "at_least": ">=", "at_most": "<=", "above": ">", "below": "<"}
_NAME_OF_OP = {op: name for name, op in _OPS.items()}


def fitting_tests(kind: Kind) -> tuple[FormTest, ...]:
    """Give the tests that fit a column, as the form lists them."""
    return tuple(test for test in _TESTS if kind in test.kinds)


def form_of(expr: Expr, kind_of: KindOf) -> ConditionForm | None:
    """Give the form that shows a condition; None when none does.

    kind_of: gives the kind of a column, or raises UnknownColumn.
    """
    inner, is_negated = _without_not(expr)
    found = _positive_form(inner)
    if found is None:
        return None
    test = TESTS[found.test]
    kind = kind_of(found.column)
    if kind not in test.kinds or not _fits(inner, kind):
        return None
    return ConditionForm(found.column, test.opposite, found.values) if is_negated else found


def _without_not(expr: Expr) -> tuple[Expr, bool]:
    is_negated = False
    while isinstance(expr, Not):
        expr, is_negated = expr.part, not is_negated
    if isinstance(expr, Compare) and expr.op == "!=":
        return Compare(expr.column, "==", expr.value), not is_negated
    return expr, is_negated


def _positive_form(expr: Expr) -> ConditionForm | None:
    match expr:
        case Truth(column):
            return ConditionForm(column, "true")
        case Compare(column, "==", bool(value)):
            return ConditionForm(column, "true" if value else "false")
        case Compare(column, op, ColumnRef(other)):
            return ConditionForm(column, f"{_NAME_OF_OP[op]}_column", (other,))
        case Compare(column, op, value) if not isinstance(value, ColumnRef):
            return ConditionForm(column, _NAME_OF_OP[op], (_written(value),))
        case Between(column, low, high):
            return ConditionForm(column, "between", (_written(low), _written(high)))
        case OneOf(column, values) if values:
            return ConditionForm(column, "one_of", tuple(_written(value) for value in values))
        case Contains(column, text):
            return ConditionForm(column, "contains", (text,))
        case Matches(column, pattern):
            return ConditionForm(column, "matches", (pattern,))
        case IsNull(column):
            return ConditionForm(column, "missing")
    return None


def _written(value: Scalar) -> str:
    return value if isinstance(value, str) else repr(value)


def _fits(expr: Expr, kind: Kind) -> bool:
    """Say whether the values are of the kind that the column holds: text alone would not tell."""
    match expr:
        case Compare(_, _, value):
            values: tuple[Scalar | ColumnRef, ...] = (value,)
        case Between(_, low, high):
            values = (low, high)
        case OneOf(_, listed):
            values = listed
        case _:
            return True
    wanted: tuple[type, ...] = {Kind.NUMBER: (int, float), Kind.BOOL: (bool,)}.get(kind, (str,))
    return all(isinstance(value, ColumnRef) or type(value) in wanted for value in values)


def expr_of(form: ConditionForm, kind: Kind) -> Expr:
    """Give the condition that a filled form means; a list of one value is written as `==`.

    kind: of the form's column. Raises BadExpression when a value is missing or cannot be read.
    """
    test = TESTS.get(form.test)
    if test is None or kind not in test.kinds:
        raise BadExpression(
            f"a column of kind {kind} has no test {form.test!r}; "
            f"it has {', '.join(one.name for one in fitting_tests(kind))}."
        )
    values = _read(form, test, kind)
    if test.name.startswith("not_"):
        positive = _positive_expr(TESTS[test.opposite].name, form.column, values)
        if isinstance(positive, Compare) and positive.op == "==":
            return Compare(positive.column, "!=", positive.value)
        return Not(positive)
    return _positive_expr(test.name, form.column, values)


def _read(form: ConditionForm, test: FormTest, kind: Kind) -> list[Scalar]:
    wanted = {"none": 0, "value": 1, "ends": 2, "text": 1, "column": 1}.get(test.takes)
    if wanted is None and not form.values:
        raise BadExpression(f"{form.column} {test.words}: choose at least one value.")
    if wanted is not None and len(form.values) != wanted:
        raise BadExpression(f"{form.column} {test.words}: takes {wanted} values, not {len(form.values)}.")
    if test.takes == "column" and not form.values[0]:
        raise BadExpression(f"{form.column} {test.words}: choose the other column.")
    if test.takes == "column":
        return list(form.values)
    return [_value(text, form.column, kind) for text in form.values]


def _value(text: str, column: str, kind: Kind) -> Scalar:
    if kind is Kind.TIME and not text.strip():
        raise BadExpression(f"a time for {column} is missing; write 2024-01-31 or 2024-01-31T12:30.")
    if kind is not Kind.NUMBER:
        return text
    written = text.strip()
    if _WHOLE.fullmatch(written) and len(written) <= _MAX_DIGITS:
        return int(written)
    if not _NUMBER.fullmatch(written):
        seen = repr(written[:40]) if written else "nothing"
        raise BadExpression(f"{column} holds numbers, got {seen}; write for instance 12, 0.5 or 1e-3.")
    return float(written)


def _positive_expr(name: str, column: str, values: list[Scalar]) -> Expr:
    match name:
        case "true" | "false":
            return Compare(column, "==", name == "true")
        case "missing":
            return IsNull(column)
        case "contains":
            return Contains(column, str(values[0]))
        case "matches":
            return Matches(column, str(values[0]))
        case "between":
            return Between(column, values[0], values[1])
        case "one_of":
            one_of = OneOf(column, tuple(values))
            return Compare(column, "==", values[0]) if len(one_of.values) == 1 else one_of
    op = _OPS[name.removesuffix("_column")]
    return Compare(column, op, ColumnRef(str(values[0])) if name.endswith("_column") else values[0])
