import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from symphony_core.expr import Contains, Matches, all_of
from symphony_core.expr_text import parse, to_text
from symphony_core.sources import open_source
from symphony_core.table import Table
from symphony_panel_instances.search import excerpt, search_expr, text_columns, words_of

SIGNS = st.text(alphabet="aAbBéÉ.*( \\'0", max_size=6)


def table(columns: dict[str, object]) -> Table:
    return Table(open_source(pd.DataFrame(columns)))


def found(columns: dict[str, object], typed: str) -> list[int]:
    made = table(columns)
    return made.positions(search_expr(words_of(typed), text_columns(made))).tolist()


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", ()),
        ("  ", ()),
        ("red cat", ("red", "cat")),
        ('"red cat" dog', ("red cat", "dog")),
        ('"open', ("open",)),
        ("cat cat", ("cat",)),
        ('""', ()),
        (" ".join("abcdefghijk"), tuple("abcdefgh")),
    ],
)
def test_what_is_typed_is_split_into_words(typed, words):
    assert words_of(typed) == words


def test_each_word_may_stand_in_another_column():
    columns = {
        "id": ["x1", "x2", "x3"],
        "name": ["Red cat", "red dog", None],
        "note": ["old", "NEW", "red cat"],
    }
    assert found(columns, "red") == [0, 1, 2]
    assert found(columns, "RED new") == [1]
    assert found(columns, '"red cat"') == [0, 2]
    assert found(columns, "x2") == [1]
    assert found(columns, "bird") == []


def test_numbers_are_not_searched_and_digits_in_texts_are():
    assert found({"id": ["a", "b"], "n": [2021, 1], "s": ["x", "in 2021"]}, "2021") == [1]


def test_a_word_without_case_needs_no_pattern():
    assert search_expr(["2021"], ["s"]) == Contains("s", "2021")
    assert search_expr(["a.b"], ["s"]) == Matches("s", r"(?i)a\.b")


@given(st.lists(SIGNS, min_size=1, max_size=8), st.lists(SIGNS.filter(str.strip), max_size=3))
def test_a_search_finds_what_a_loop_over_all_rows_finds(values, words):
    frame = pd.DataFrame({"id": [f"#{i}" for i in range(len(values))], "s": values})
    made = Table(open_source(frame))
    expr = search_expr(words, ["s"])
    slow = [i for i, value in enumerate(values) if all(word.lower() in value.lower() for word in words)]
    assert made.positions(expr).tolist() == slow


@given(st.lists(st.text(min_size=1, max_size=8), min_size=1, max_size=3))
def test_a_search_is_a_filter_that_can_be_written_down(words):
    expr = search_expr(words, ["a b", "c"])
    assert expr is not None
    assert parse(to_text(expr)) == expr


def test_no_words_or_no_columns_search_nothing():
    assert (search_expr([], ["a"]), search_expr(["x"], [])) == (None, None)


def test_a_table_of_hundreds_of_text_columns_stays_within_what_an_expression_holds():
    made = table({"id": ["a"], **{f"c{i}": ["red cat"] for i in range(300)}})
    expr = search_expr(words_of("a b c d e f g h"), text_columns(made))
    assert made.bind(all_of([expr, parse("c1 == 'red cat'")])) is not None


def test_an_excerpt_holds_the_first_hit():
    text = "x" * 500 + " needle " + "y" * 500
    cut = excerpt(text, ["NEEDLE"], 100)
    assert ("needle" in cut, len(cut) <= 100, cut[0], cut[-1]) == (True, True, "…", "…")


@given(st.text(max_size=60), st.lists(st.text(min_size=1, max_size=3), max_size=2), st.integers(10, 40))
def test_an_excerpt_is_a_part_of_the_text_and_never_too_long(text, words, limit):
    cut = excerpt(text, words, limit)
    assert len(cut) <= limit
    assert cut.strip("…") in text or text == cut
