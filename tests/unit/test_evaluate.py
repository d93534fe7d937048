import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings

from symphony_core.column import ColumnData, Kind
from symphony_core.errors import BadExpression, TypeMismatch, UnknownColumn, UnknownRow
from symphony_core.evaluate import bind, check, evaluate
from symphony_core.expr import Compare, Not, Rows
from symphony_core.expr_text import parse
from tests.unit.columns import MemoryColumns, boolean, category, number, other, plain, positions, text, time
from tests.unit.expr_strategies import FLOAT_TYPES, INT_TYPES, tables_and_exprs
from tests.unit.slow_evaluator import slow_evaluate

TABLE = MemoryColumns(
    {
        "label": category(["cat", "dog", None, "owl"]),
        "prediction": category(["cat", "cat", "cat", None]),
        "name": text(["a1", None, "b22", "cat"]),
        "score": number([0.1, None, 0.9, float("inf")], "float32"),
        "count": number([2**53 + 1, 2**53, None, -1], "int64"),
        "is_ok": boolean([True, False, None, True]),
        "made": time(["2024-01-31T00:00", "2024-01-31T12:30", None, "2025-01-01"]),
        "sent": time(["2024-01-31T00:00", "2024-01-30T23:00", None, "2024-07-01"], "s", "Europe/Zurich"),
        "picture": other([b"", None, b"", b""]),
        "x": number([0, 1, 2, 3], "int8"),
        "y": number([0.5, 0.5, 0.5, None], "float64"),
    },
    ids=["r0", "r1", "r2", "r3"],
)


def found(expr_text: str) -> list[int]:
    return positions(evaluate(parse(expr_text), TABLE))


@settings(max_examples=400)
@given(tables_and_exprs())
def test_the_mask_is_what_row_by_row_evaluation_gives(table_and_expr):
    table, expr = table_and_expr
    assert evaluate(expr, table).tolist() == slow_evaluate(expr, table)


@given(tables_and_exprs())
def test_a_filter_and_its_exclusion_are_all_rows(table_and_expr):
    table, expr = table_and_expr
    kept, excluded = evaluate(expr, table), evaluate(Not(expr), table)
    assert kept.dtype == bool
    assert (kept ^ excluded).all()
    assert len(kept) == len(excluded) == len(table)


@pytest.mark.parametrize(
    ("expr_text", "rows"),
    [
        ("label == 'cat'", [0]),
        ("label != 'cat'", [1, 2, 3]),
        ("label in ['cat', 'owl']", [0, 3]),
        ("label not in ['cat', 'owl']", [1, 2]),
        ("label > 'cat'", [1, 3]),
        ("label between 'cat' and 'dog'", [0, 1]),
        ("label contains 'o'", [1, 3]),
        ("label matches '^.o'", [1]),
        ("label == prediction", [0]),
        ("label != prediction", [1, 2, 3]),
        ("label > prediction", [1]),
        ("name == label", []),
        ("name < prediction", [0, 2]),
        ("name contains '2'", [2]),
        (r"name matches '\d$'", [0, 2]),
        ("name in ['a1', 'cat']", [0, 3]),
        ("name is null", [1]),
        ("score == 0.1", [0]),
        ("score > 0.5", [2, 3]),
        ("score <= inf", [0, 2, 3]),
        ("score == nan", []),
        ("score != nan", [0, 1, 2, 3]),
        ("score < 1e300", [0, 2]),
        ("not score > 0.5", [0, 1]),
        ("0.05 < score < 0.95", [0, 2]),
        ("count == 9007199254740993", [0]),
        ("count > 9007199254740992", [0]),
        ("count < 9007199254740993.0", [3]),
        ("count < 1000000000000000000000000", [0, 1, 3]),
        ("count in [-1, 0.5, 99999999999999999999]", [3]),
        ("is_ok", [0, 3]),
        ("not is_ok", [1, 2]),
        ("is_ok == False", [1]),
        ("is_ok in [True, False]", [0, 1, 3]),
        ("made == '2024-01-31'", [0]),
        ("made >= '2024-01-31 12:30'", [1, 3]),
        ("made < '2024-01-31T13:00+01:00'", [0]),
        ("made between '2024-01' and '2024-12-31'", [0, 1]),
        ("sent >= '2024-01-31'", [0, 1, 3]),
        ("sent == '2024-01-31'", [1]),
        ("picture is null", [1]),
        ("picture is not null", [0, 2, 3]),
        ("x > y", [1, 2]),
        ("inside(x, y, [[-1, 0], [1.5, 0], [1.5, 1], [-1, 1]])", [0, 1]),
        ("inside(x, y, [[0, 0], [1, 0], [1, 1], [0, 1]])", []),
        ("rows('r3', 'r0')", [0, 3]),
        ("not rows()", [0, 1, 2, 3]),
        ("x >= -1000 and x < 1000", [0, 1, 2, 3]),
        ("x == 300", []),
        ("x != 0.5", [0, 1, 2, 3]),
        ("x in [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]", [0, 1, 2, 3]),
    ],
)
def test_text_finds_the_rows(expr_text, rows):
    assert found(expr_text) == rows


@pytest.mark.parametrize("dtype", INT_TYPES)
def test_whole_numbers_at_the_ends_of_their_type_are_told_apart(dtype):
    info = np.iinfo(dtype)
    low, high = int(info.min), int(info.max)
    table = MemoryColumns({"n": ColumnData(Kind.NUMBER, np.array([low, high - 1, high], dtype=dtype))})
    for op, value, rows in [
        ("==", high, [2]),
        ("<", high, [0, 1]),
        ("<=", high + 1, [0, 1, 2]),
        (">", high, []),
        (">=", low, [0, 1, 2]),
        (">", low - 1, [0, 1, 2]),
        ("<", low, []),
        ("!=", low - 1, [0, 1, 2]),
    ]:
        assert positions(evaluate(Compare("n", op, value), table)) == rows, (op, value)


@pytest.mark.parametrize("dtype", FLOAT_TYPES)
def test_a_float_column_finds_a_decimal_as_it_was_written(dtype):
    table = MemoryColumns({"n": number([0.1, 0.2, None], dtype)})
    assert positions(evaluate(Compare("n", "==", 0.1), table)) == [0]


def test_an_int64_and_a_float64_column_are_not_rounded_together():
    table = MemoryColumns(
        {
            "i": number([2**53 + 1, 2**53, 2**63 - 1, None], "int64"),
            "f": number([2.0**53, 2.0**53, 2.0**63, 1.0]),
        }
    )
    assert positions(evaluate(parse("i == f"), table)) == [1]
    assert positions(evaluate(parse("i > f"), table)) == [0]
    assert positions(evaluate(parse("f > i"), table)) == [2]


def test_int64_and_uint64_columns_compare_as_whole_numbers():
    table = MemoryColumns({"i": number([-1, 5], "int64"), "u": number([2**64 - 1, 5], "uint64")})
    assert positions(evaluate(parse("i == u"), table)) == [1]
    assert positions(evaluate(parse("i < u"), table)) == [0]


def test_times_of_two_units_compare_without_overflow():
    table = MemoryColumns({"s": time(["9999-12-31", "2024-01-31"], "s"),
                           "ns": time(["2024-01-31", "2024-01-31T00:00:00.000000001"], "ns")})  # fmt: skip
    assert positions(evaluate(parse("s > ns"), table)) == [0]
    assert positions(evaluate(parse("s < ns"), table)) == [1]


@pytest.mark.parametrize("n", [0, 1])
def test_tables_of_no_row_and_of_one_row_work(n):
    table = MemoryColumns({"x": number([1.0] * n), "name": text(["a"] * n), "label": category(["a"] * n)})
    expr = parse("x == 1 and name == 'a' and label == 'a' and not inside(x, x, [[0, 0], [1, 0], [1, 1]])")
    assert evaluate(expr, table).tolist() == [True] * n


def test_many_blocks_of_rows_give_the_same_as_one_expression():
    source = np.random.default_rng(0)
    codes = source.integers(-1, 20, 1_000_003).astype(np.int8)
    x, y = source.normal(size=(2, len(codes))).astype(np.float32)
    levels = tuple(f"c{index:02d}" for index in range(20))
    table = MemoryColumns({"label": ColumnData(Kind.CATEGORY, codes, levels=levels),
                           "x": ColumnData(Kind.NUMBER, x), "y": ColumnData(Kind.NUMBER, y)})  # fmt: skip
    expr = parse("label in ['c01', 'c07', 'c09'] and (x > 0.5 or not y < 0.25) or rows(1000002)")
    expected = np.isin(codes, [1, 7, 9]) & ((x > 0.5) | ~(y < 0.25))
    expected[1_000_002] = True
    assert (evaluate(expr, table) == expected).all()


@pytest.mark.parametrize(
    "query",
    [
        "label == 'cat'",
        "label != 'cat' and score > 0.5",
        "label in ['cat', 'owl'] or count < 3",
        "label not in ['cat'] and not is_ok",
        "0.2 < score <= 0.75",
        "~is_ok | (count >= 5 & score < 0.5)",
        "label == other",
        "made >= '2024-01-05'",
        "`odd name` > count",
    ],
)
def test_counts_equal_those_of_pandas(query):
    source = np.random.default_rng(1)
    names = np.array(["cat", "dog", "owl"])
    frame = pd.DataFrame(
        {
            "label": names[source.integers(0, 3, 200)],
            "other": names[source.integers(0, 3, 200)],
            "score": source.random(200),
            "count": source.integers(0, 9, 200),
            "odd name": source.integers(0, 9, 200),
            "is_ok": source.random(200) < 0.5,
            "made": pd.Timestamp("2024-01-01") + pd.to_timedelta(source.integers(0, 9, 200), unit="D"),
        }
    )
    columns = {
        name: number(frame[name].tolist(), str(frame[name].dtype)) for name in ("score", "count", "odd name")
    }
    columns |= {name: category(frame[name].tolist()) for name in ("label", "other")}
    columns["is_ok"] = boolean(frame["is_ok"].tolist())
    columns["made"] = ColumnData(Kind.TIME, frame["made"].to_numpy())
    mask = evaluate(parse(query), MemoryColumns(columns))
    assert 0 < mask.sum() < 200
    assert positions(mask) == frame.query(query).index.tolist()


def test_an_unknown_column_names_the_nearest():
    with pytest.raises(
        UnknownColumn, match=plain("no column 'lable' in dataset 'memory'; nearest are 'label'")
    ) as caught:
        evaluate(parse("lable == 'cat'"), TABLE)
    assert caught.value.nearest == ["label"]
    assert caught.value.column == "lable"


def test_a_forgotten_quote_is_recognised():
    with pytest.raises(UnknownColumn, match=plain("A text value needs quotes: 'cat'.")):
        evaluate(parse("label == cat"), TABLE)


@pytest.mark.parametrize(
    ("expr_text", "words"),
    [
        (
            "label == 1",
            "column 'label' holds text and is compared with 1; write for instance: label == 'abc'",
        ),
        ("label in ['a', 1]", "column 'label' holds text and is compared with 1"),
        ("name > 1.5", "column 'name' holds text and is compared with 1.5"),
        (
            "score == '0.5'",
            "column 'score' holds numbers and is compared with '0.5'; write for instance: score == 1",
        ),
        ("score == True", "column 'score' holds numbers and is compared with True"),
        ("score between 'a' and 1", "compared with 'a'"),
        ("is_ok == 1", "column 'is_ok' holds True and False and is compared with 1"),
        ("is_ok == 'yes'", "is_ok == True, or is_ok alone"),
        ("is_ok > False", "which have no order for >"),
        (
            "made > 2024",
            "column 'made' holds times and is compared with 2024; write for instance: made >= '2024",
        ),
        ("made contains '2024'", "contains is a test of text"),
        ("score matches '1'", "matches is a test of text"),
        ("label", "column 'label' holds text and stands alone, which is a test of True and False"),
        ("picture == 'a'", "write for instance: picture is null"),
        ("picture in []", "cannot be looked up in a list"),
        (
            "label == score",
            "column 'label' holds text and column 'score' holds numbers: they cannot be compared",
        ),
        ("is_ok == score", "holds True and False and column 'score' holds numbers"),
        ("picture == picture", "they cannot be compared"),
        ("is_ok < is_ok", "which have no order for <"),
        ("made < sent", "one has a time zone and the other none"),
        (
            "inside(x, label, [[0, 0], [1, 0], [1, 1]])",
            "column 'label' holds text and inside(x, y, ...) takes",
        ),
    ],
)
def test_a_column_of_another_kind_is_refused_with_what_to_write(expr_text, words):
    with pytest.raises(TypeMismatch, match=plain(words)):
        check(parse(expr_text), TABLE)


@pytest.mark.parametrize(
    ("expr_text", "words"),
    [
        ("made > 'soon'", "cannot read 'soon' as a time for column 'made'"),
        ("made > 'today'", "the year comes first"),
        ("made > '12:30'", "the year comes first"),
        ("made > '01/02/2024'", "the year comes first"),
        ("made > '2024-13-01'", "cannot read '2024-13-01'"),
        ("sent > '2024-03-31 02:30'", "cannot read '2024-03-31 02:30'"),
        ("sent > '2024-10-27 02:30'", "cannot read '2024-10-27 02:30'"),
        ("name matches '(a'", "cannot read the pattern '(a' for column 'name': missing )"),
        ("label matches '(?<=a)b'", "no look-around"),
    ],
)
def test_a_date_or_pattern_that_cannot_be_read_is_refused(expr_text, words):
    with pytest.raises(BadExpression, match=plain(words)):
        check(parse(expr_text), TABLE)


def test_everything_is_checked_before_anything_is_computed():
    with pytest.raises(UnknownColumn):
        evaluate(parse("score > 1 and (is_ok or not nothing)"), TABLE)


def test_a_pattern_that_would_take_python_years_is_answered():
    long = "a" * 5_000 + "!"
    table = MemoryColumns({"name": text([long, "aa"]), "label": category([long, "aa"])})
    assert positions(evaluate(parse("name matches '(a+)+$'"), table)) == [1]
    assert positions(evaluate(parse("label matches '(a+)+$'"), table)) == [1]


def test_binding_finds_the_positions_of_ids_and_keeps_the_rest():
    expr = parse("rows('r3', 'r0') and score > 0.5")
    bound = bind(expr, TABLE)
    assert bound == Rows.at([0, 3], fingerprint="f00d", row_count=4) & Compare("score", ">", 0.5)
    assert bind(bound, TABLE) is bound


def test_an_unknown_row_id_is_refused():
    with pytest.raises(UnknownRow, match="'r9'"):
        evaluate(parse("not (rows('r9') or is_ok)"), TABLE)


@pytest.mark.parametrize(("fingerprint", "row_count"), [("beef", 4), ("f00d", 5)])
def test_rows_bound_to_other_data_are_refused(fingerprint, row_count):
    rows = Rows.at([1], fingerprint=fingerprint, row_count=row_count)
    with pytest.raises(BadExpression, match="were marked in other data"):
        evaluate(~rows, TABLE)
    with pytest.raises(BadExpression, match="were marked in other data"):
        bind(~rows, TABLE)
