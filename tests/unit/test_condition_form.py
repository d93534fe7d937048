"""The builder's form and the expressions it reads and writes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from symphony_core.column import Kind
from symphony_core.condition_form import TESTS, ConditionForm, expr_of, fitting_tests, form_of
from symphony_core.condition_words import words_of
from symphony_core.errors import BadExpression, UnknownColumn
from symphony_core.evaluate import check, evaluate
from symphony_core.expr import And, Between, Inside, Not, OneOf, Or, Rows
from symphony_core.expr_text import parse
from tests.unit.expr_strategies import LEAVES, tables

KINDS = {"label": Kind.CATEGORY, "name": Kind.TEXT, "x": Kind.NUMBER, "is_ok": Kind.BOOL, "made": Kind.TIME}
KINDS |= {"y": Kind.NUMBER, "blob": Kind.OTHER, "other": Kind.CATEGORY}


def kind_of(name: str) -> Kind:
    if name not in KINDS:
        raise UnknownColumn(f"no column {name}", column=name, nearest=[])
    return KINDS[name]


@pytest.mark.parametrize(
    ("text", "test", "values"),
    [
        ("label == 'a'", "equal", ("a",)),
        ("label != 'a'", "not_equal", ("a",)),
        ("not label == 'a'", "not_equal", ("a",)),
        ("not label != 'a'", "equal", ("a",)),
        ("label in ['a', 'b']", "one_of", ("a", "b")),
        ("label not in ['a', 'b']", "not_one_of", ("a", "b")),
        ("name contains 'x'", "contains", ("x",)),
        ("name not matches 'x'", "not_matches", ("x",)),
        ("x between 0.5 and 9007199254740993", "between", ("0.5", "9007199254740993")),
        ("x < -0.0", "below", ("-0.0",)),
        ("not x < 1", "not_below", ("1",)),
        ("x in [1, 2.0]", "one_of", ("1", "2.0")),
        ("made >= '2024-01-31'", "at_least", ("2024-01-31",)),
        ("is_ok", "true", ()),
        ("is_ok == True", "true", ()),
        ("not is_ok", "not_true", ()),
        ("is_ok != False", "not_false", ()),
        ("blob is null", "missing", ()),
        ("blob is not null", "not_missing", ()),
        ("label != other", "not_equal_column", ("other",)),
        ("x >= y", "at_least_column", ("y",)),
    ],
)
def test_a_condition_is_read_into_the_form_that_says_the_same(text, test, values):
    form = form_of(parse(text), kind_of)
    assert form == ConditionForm(form.column, test, values)
    assert form_of(expr_of(form, KINDS[form.column]), kind_of) == form


@pytest.mark.parametrize(
    "expr",
    [
        parse("label == 'a' and x > 1"),
        parse("label == 'a' or x > 1"),
        parse("inside(x, y, [[0, 0], [1, 0], [0, 1]])"),
        parse("rows('a')"),
        parse("label < 'b'"),
        parse("label == 5"),
        parse("x in ['a']"),
        OneOf("label", ()),
        Between("label", "a", "b"),
    ],
)
def test_what_the_form_does_not_show_has_no_form(expr):
    assert form_of(expr, kind_of) is None


@given(tables(), LEAVES, st.booleans())
def test_the_form_writes_the_rows_that_it_read(table, leaf, is_negated):
    expr = Not(leaf) if is_negated else leaf
    check(expr, table)
    form = form_of(expr, lambda name: table.column(name).kind)
    if form is None:
        is_text_order = leaf.own_columns[0] in {"label", "prediction", "name", "note"}
        is_odd_list = isinstance(leaf, OneOf) and (not leaf.values or leaf.column in {"is_ok", "odd one"})
        assert isinstance(leaf, Inside) or is_text_order or is_odd_list
        return
    kind = table.column(form.column).kind
    assert TESTS[form.test] in fitting_tests(kind)
    written = expr_of(form, kind)
    check(written, table)
    assert evaluate(written, table).tolist() == evaluate(expr, table).tolist()
    again = form_of(written, lambda name: table.column(name).kind)
    assert expr_of(again, kind) == written


def test_a_list_of_one_value_is_written_as_equal():
    assert expr_of(ConditionForm("label", "one_of", ("a",)), Kind.CATEGORY) == parse("label == 'a'")
    assert expr_of(ConditionForm("label", "not_one_of", ("a",)), Kind.CATEGORY) == parse("label != 'a'")


@pytest.mark.parametrize(
    ("form", "said"),
    [
        (ConditionForm("x", "at_least", ("abc",)), "x holds numbers, got 'abc'"),
        (ConditionForm("x", "at_least", ("0,5",)), "write for instance 12, 0.5"),
        (ConditionForm("x", "at_least", ("",)), "got nothing"),
        (ConditionForm("x", "at_least", ("1_000",)), "got '1_000'"),
        (ConditionForm("x", "between", ("1",)), "takes 2 values"),
        (ConditionForm("x", "one_of", ()), "choose at least one"),
        (ConditionForm("x", "contains", ("a",)), "has no test 'contains'"),
        (ConditionForm("x", "gone", ()), "has no test 'gone'"),
        (ConditionForm("x", "equal_column", ("",)), "choose the other column"),
    ],
)
def test_a_form_that_is_not_filled_right_says_what_is_missing(form, said):
    with pytest.raises(BadExpression, match=said):
        expr_of(form, Kind.NUMBER)


def test_a_time_without_text_is_asked_for():
    with pytest.raises(BadExpression, match="made is missing"):
        expr_of(ConditionForm("made", "at_least", ("",)), Kind.TIME)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("label in ['Flags', 'Symbols']", "label is one of Flags, Symbols"),
        ("label not in ['a', 'b', 'c', 'd', 'e', 'f']", "label is none of a, b, c, d and 2 more"),
        ("label == ''", "label is ''"),
        ("x between 1 and 2", "x is between 1 and 2"),
        ("made < '2024-01-31'", "made is before 2024-01-31"),
        ("is_ok", "is_ok is true"),
        ("label == 'a' or x > 1 and is_ok", "label is a or (x is above 1 and is_ok is true)"),
        ("not (label == 'a' and is_ok)", "not (label is a and is_ok is true)"),
        ("rows('a', 'b')", "2 marked rows"),
        ("inside(x, y, [[0, 0], [1, 0], [0, 1]])", "inside a shape on x and y"),
        ("gone == 1", "gone == 1"),
        ("label < 'b'", "label < 'b'"),
    ],
)
def test_a_condition_reads_as_a_person_would_say_it(text, words):
    assert words_of(parse(text), kind_of) == words


def test_long_values_and_names_are_cut_in_words():
    assert len(words_of(parse(f"label == '{'x' * 9_000}'"), kind_of)) < 60
    assert len(words_of(And((parse("x > 1"), parse(f"`{'y' * 5000}` is null"))), kind_of)) <= 120


def test_every_test_has_its_opposite():
    for test in TESTS.values():
        assert TESTS[test.opposite].opposite == test.name
        assert TESTS[test.opposite].kinds == test.kinds


def test_marked_rows_bound_to_positions_are_counted():
    rows = Rows.at([1, 2, 5], fingerprint="f", row_count=9)
    assert words_of(Or((rows, parse("is_ok"))), kind_of) == "3 marked rows or is_ok is true"
