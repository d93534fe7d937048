import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from symphony_core.errors import BadExpression, BadSyntax
from symphony_core.expr import (
    MAX_DEPTH,
    And,
    Between,
    ColumnRef,
    Compare,
    Contains,
    Inside,
    IsNull,
    Matches,
    Not,
    OneOf,
    Or,
    Rows,
    Truth,
)
from symphony_core.expr_text import parse, to_text
from tests.unit.columns import plain
from tests.unit.expr_strategies import ANY_EXPRS

TRIANGLE = ((0.0, 1.0), (2.0, 3.0), (4.0, 5.0))
A, B, C = Truth("a"), Truth("b"), Truth("c")


@given(ANY_EXPRS)
@example(Compare("a", "==", -0.0))
@example(Compare("a", "==", "\\d'\"\n\x00\u2028"))
@example(Not(Not(Not(OneOf("not in", ())))))
@example(Truth(""))
@example(Truth("``"))
def test_text_gives_the_expression_back_and_is_a_fixed_point(expr):
    written = to_text(expr)
    assert parse(written) == expr
    assert to_text(parse(written)) == written


@given(st.text(max_size=60) | st.text(alphabet="ab01 ()[]'\"`<>=!&|~,.-+\\ndorti\n", max_size=60))
def test_any_text_is_either_read_or_refused_with_our_error(text):
    try:
        expr = parse(text)
    except BadExpression:
        return
    assert parse(to_text(expr)) == expr


@pytest.mark.parametrize(
    ("text", "expr"),
    [
        ("label == 'cat'", Compare("label", "==", "cat")),
        ('label = "cat"', Compare("label", "==", "cat")),
        ("score != 0.5", Compare("score", "!=", 0.5)),
        ("n <= -3", Compare("n", "<=", -3)),
        ("n >= +1e5", Compare("n", ">=", 1e5)),
        ("n < .5", Compare("n", "<", 0.5)),
        ("n == 9007199254740993", Compare("n", "==", 2**53 + 1)),
        ("n > -inf", Compare("n", ">", float("-inf"))),
        ("n == nan", Compare("n", "==", float("nan"))),
        ("is_ok == True", Compare("is_ok", "==", True)),
        ("5 > x", Compare("x", "<", 5)),
        ("'cat' == label", Compare("label", "==", "cat")),
        ("0 < x <= 5", And((Compare("x", ">", 0), Compare("x", "<=", 5)))),
        ("a < b < 3", And((Compare("a", "<", ColumnRef("b")), Compare("b", "<", 3)))),
        ("label != prediction", Compare("label", "!=", ColumnRef("prediction"))),
        ("split in ['a', 'b',]", OneOf("split", ("a", "b"))),
        ("split in ()", OneOf("split", ())),
        ("split == ['a', 'b']", OneOf("split", ("a", "b"))),
        ("split != ['a', 'b']", Not(OneOf("split", ("a", "b")))),
        ("split not in ('a', 1)", Not(OneOf("split", ("a", 1)))),
        ("x between 0 and 1 and y", And((Between("x", 0, 1), Truth("y")))),
        ("x not between 0 and 1", Not(Between("x", 0, 1))),
        ("x is null", IsNull("x")),
        ("x is not null", Not(IsNull("x"))),
        ("name contains 'at'", Contains("name", "at")),
        ("name not contains 'at'", Not(Contains("name", "at"))),
        (r"name matches '\d+\\.'", Matches("name", r"\d+\.")),
        (r"name matches '\bcat'", Matches("name", r"\bcat")),
        (r"name == 'it\'s \x41\u0042\U00000043\n'", Compare("name", "==", "it's ABC\n")),
        ("ts >= '2024-01-31'", Compare("ts", ">=", "2024-01-31")),
        ("a", A),
        ("not a", Not(A)),
        ("~a & b | c", Or((And((Not(A), B)), C))),
        ("not a == 1 and b", And((Not(Compare("a", "==", 1)), B))),
        ("a or b and c", Or((A, And((B, C))))),
        ("(a or b) and c", And((Or((A, B)), C))),
        ("(a and b) and c", And((A, B, C))),
        ("a AND NOT b OR c", Or((And((A, Not(B))), C))),
        ("a IN [1]", OneOf("a", (1,))),
        ("`odd name` > 1", Compare("odd name", ">", 1)),
        ("`a``b` == `c d`", Compare("a`b", "==", ColumnRef("c d"))),
        ("größe > 1", Compare("größe", ">", 1)),
        ("rows > 1 and inside", And((Compare("rows", ">", 1), Truth("inside")))),
        ("inside(x, `y z`, [[0, 1], [2, 3], (4, 5)])", Inside("x", "y z", TRIANGLE)),
        ("rows('a', 'b')", Rows(("a", "b"))),
        ("rows(1, 2)", Rows((1, 2))),
        ("rows()", Rows(())),
        ("a\n  and\tb", And((A, B))),
    ],
)
def test_text_is_read_as(text, expr):
    assert parse(text) == expr


@pytest.mark.parametrize(
    ("expr", "text"),
    [
        (And((Or((A, B)), Not(And((A, B))), C)), "(a or b) and not (a and b) and c"),
        (Or((And((A, B)), Not(OneOf("s", ("x",))))), "a and b or s not in ['x']"),
        (Not(Not(IsNull("x"))), "not x is not null"),
        (Compare("odd name", "==", "it's"), '`odd name` == "it\'s"'),
        (Compare("and", ">", 1.0), "`and` > 1.0"),
        (Inside("x", "y", TRIANGLE), "inside(x, y, [[0, 1], [2, 3], [4, 5]])"),
        (Rows(("a", 3)), "rows('a', 3)"),
    ],
)
def test_text_is_written_as(expr, text):
    assert to_text(expr) == text


def test_bound_rows_are_written_by_their_ids():
    rows = Rows.at([2, 0], fingerprint="f", row_count=3)
    assert to_text(Not(rows), lambda positions: ["abc"[p] for p in positions]) == "not rows('a', 'c')"
    with pytest.raises(BadExpression, match="ids="):
        to_text(rows)


@pytest.mark.parametrize(
    ("text", "position", "words"),
    [
        ("", 0, "saw the end; expected: a column"),
        ("x ==", 4, "saw the end; expected: a value"),
        ("label 'cat'", 6, "saw 'cat'; expected: an operator: label == 'cat'"),
        ("x > 1 2", 6, "saw `2`; expected: `and`, `or` or the end"),
        ("x > 1 and or", 10, "saw `or`; expected: a column"),
        ("(x > 1", 6, "expected: `)`"),
        ("x > 1)", 5, "saw `)`"),
        ("x in a", 5, "expected: a list: split in"),
        ("x in [a]", 6, "`a` is no value; text needs quotes"),
        ("x in [1 2]", 8, "expected: `,` or `]`"),
        ("x not 5", 6, "split not in ['test']"),
        ("5", 0, "a value alone"),
        ("1 < 2", 0, "two values compared with each other"),
        ("x == null", 5, "`is null` or `is not null`"),
        ("x is 5", 5, "expected: `null`"),
        ("x between 1 or 2", 12, "`and` with the upper end"),
        ("x contains 5", 11, "text in quotes"),
        ("a.b > 1", 1, "a column name with a dot goes into backticks"),
        ("x > @limit", 4, "values are written out"),
        ("a && b", 2, "write `and`"),
        ("a <> b", 2, "write !="),
        ("3abc > 1", 0, "neither a number nor a name"),
        ("x == 'abc", 5, "text in quotes that does not end"),
        ("`x == 1", 0, "a column name in backticks that does not end"),
        (r"x == 'ab\ud800'", 8, "is no character"),
        ("x == " + "9" * 5_000, 5, "a number of 5000 digits"),
        ("inside(x, y, [[0, 1], [2, 3]])", 6, "three or more points"),
        ("inside(x, 'y', [])", 10, "a polygon: inside(x, y"),
        ("len(x) > 1", 0, "the only functions are inside(...) and rows(...)"),
    ],
)
def test_text_outside_the_grammar_is_refused_at_its_position(text, position, words):
    with pytest.raises(BadSyntax, match=plain(words)) as caught:
        parse(text)
    assert caught.value.position == position


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os').system('true')",
        "().__class__.__bases__",
        "x == __import__('os')",
        "@pd.io.common.os.system('true')",
        "lambda: 1",
        "[x for x in y]",
        "x if y else z",
        "f'{x}'",
        "x; import os",
        "x := 1",
    ],
)
def test_code_is_refused(text):
    with pytest.raises(BadSyntax):
        parse(text)


def test_a_syntax_error_shows_its_place_under_a_caret():
    with pytest.raises(BadSyntax) as caught:
        parse("label == 'cat' and\nscore >> 1")
    assert str(caught.value).splitlines() == [
        "cannot read the filter at character 27: saw `>`; "
        "expected: a value: 'text', 0.5, True, '2024-01-31', or a column.",
        "  score >> 1",
        "         ^",
    ]


def test_a_syntax_error_shows_only_the_neighbourhood_in_long_text():
    with pytest.raises(BadSyntax) as caught:
        parse("a == 1 and " * 200 + "a ? 1" + " and a == 1" * 200)
    _, line, caret = str(caught.value).splitlines()
    assert len(line) < 140
    assert line[caret.index("^")] == "?"


def test_only_text_is_read():
    with pytest.raises(BadExpression, match="not from int"):
        parse(5)  # type: ignore[arg-type]  # this is the point


@pytest.mark.parametrize(
    "text", ["(" * 9_000, "~" * 9_000 + "a", "not " * 2_000 + "a"], ids=["(", "~", "not"]
)
def test_deep_text_is_refused_before_the_stack_ends(text):
    with pytest.raises(BadExpression, match=f"at most {MAX_DEPTH} deep"):
        parse(text)


def test_too_many_parts_are_refused():
    with pytest.raises(BadExpression, match="at most 1,000 parts"):
        parse("|".join(["a"] * 1_001))


def test_long_text_is_refused():
    with pytest.raises(BadExpression, match="at most 10,000 bytes"):
        parse(f"a == '{'é' * 5_000}'")


def test_ids_in_rows_may_be_long_up_to_a_megabyte():
    ids = tuple(f"row {index}" for index in range(50_000))
    assert parse(to_text(Rows(ids) & A)) == Rows(ids) & A
    with pytest.raises(BadExpression, match="1,000,000 of ids"):
        parse(f"rows('{'x' * 1_000_000}')")


def test_a_list_is_not_mistaken_for_ids():
    with pytest.raises(BadExpression, match="at most 10,000 bytes"):
        parse("rows in (" + "1," * 6_000 + ")")
