"""What is offered at the caret, written as text with the caret as a bar."""

import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from symphony_core.completion import MAX_SUGGESTIONS, complete
from symphony_core.expr_context import Expects, context_at
from symphony_core.expr_text import to_text
from symphony_core.sources import SourceOptions, open_source
from symphony_core.table import Table
from tests.unit.expr_strategies import ANY_EXPRS

LABELS = ["Flags", "Flags", "Flags", "Symbols", "Symbols", "it's", "snow flake"]
FRAME = pd.DataFrame(
    {
        "id": [f"row{index}" for index in range(7)],
        "label": LABELS,
        "prediction": list(reversed(LABELS)),
        "odd name": ["a", "b", "a", "b", "a", "b", "a"],
        "probability": [0.25, 0.5, 0.75, 0.1, 0.9, 0.3, 0.6],
        "is_ok": [True, False, True, True, True, False, True],
        "made": pd.to_datetime(["2024-01-31 00:00", "2023-05-01 12:30"] + ["2023-06-01 00:00"] * 5),
    }
)


TABLE = Table(open_source(FRAME, SourceOptions()))


@pytest.fixture
def table() -> Table:
    return TABLE


def offered(table: Table, marked: str) -> list[str]:
    """Give the labels of what is offered at the bar."""
    caret = marked.index("|")
    return [each.label for each in complete(marked.replace("|", "", 1), caret, table).suggestions]


def taken(table: Table, marked: str, label: str) -> str:
    """Give the text after one thing that is offered was taken."""
    caret, text = marked.index("|"), marked.replace("|", "", 1)
    found = complete(text, caret, table)
    chosen = next(each for each in found.suggestions if each.label == label)
    return text[: found.start] + chosen.text + text[found.end :]


@pytest.mark.parametrize(
    ("marked", "first"),
    [
        ("|", ["id", "label", "prediction"]),
        ("la|", ["label"]),
        ("NAME|", ["odd name"]),
        ("label |", ["==", "!=", "in", "not in", "contains"]),
        ("label == |", ["Flags", "Symbols", "it's", "snow flake", "id", "prediction"]),
        ("label == fl|", ["Flags", "snow flake"]),
        ("label == 'fl|", ["Flags", "snow flake"]),
        ('label == "fl|', ["Flags", "snow flake"]),
        ("label in ['Flags', |", ["Symbols", "it's"]),
        ("label in ['Flags'|", [",", "]"]),
        ("label in |", ["["]),
        ("label not |", ["in", "contains", "matches"]),
        ("label != |", ["Flags"]),
        ("label == pred|", ["prediction"]),
        ("label == 'Flags' |", ["and", "or"]),
        ("label == 'Flags' a|", ["and"]),
        ("(label == 'Flags' |", ["and", "or", ")"]),
        ("label == 'Flags' and prob|", ["probability"]),
        ("probability |", ["<", "<=", ">", ">=", "between", "==", "!="]),
        ("probability between |", ["0.1", "0.9"]),
        ("probability between 0.1 |", ["and"]),
        ("probability between 0.1 and |", ["0.9", "0.1"]),
        ("0.5 < |", ["probability"]),
        ("0.5 < probability |", ["<", "<="]),
        ("is_ok |", ["==", "!=", "is null", "is not null", "and", "or"]),
        ("is_ok == |", ["True", "False"]),
        ("made > |", ["2023-05-01T12:30:00", "2024-01-31"]),
        ("label is |", ["null", "not null"]),
        ("label is not |", ["null"]),
        ("not |", ["id", "label"]),
        ("`odd|", ["odd name"]),
        ("rows(|", ["row0", "row1"]),
        ("rows('row0', 'row|", ["row1", "row2"]),
        ("rows('row0'|", [",", ")"]),
        ("inside(|", ["probability"]),
        ("label == 'Flags' & |", ["id", "label"]),
        ("label == 'Flags' and | and is_ok", ["id", "label"]),
    ],
)
def test_what_fits_the_place_is_offered_best_first(table, marked, first):
    assert offered(table, marked)[: len(first)] == first


@pytest.mark.parametrize(
    "marked",
    [
        "label == 'Flags' 5 |",
        "label matches '|",
        "probability == 'x|",
        "label ==== |'",
        "name no|",
    ],
)
def test_nothing_is_offered_that_would_not_fit(table, marked):
    assert not [label for label in offered(table, marked) if label in ("Flags", "label", "and", "id")]


@pytest.mark.parametrize(
    ("marked", "label", "text"),
    [
        ("la|", "label", "label "),
        ("la| == 'a'", "label", "label == 'a'"),
        ("lab|xyz == 'a'", "label", "label == 'a'"),
        ("odd|", "odd name", "`odd name` "),
        ("`od|", "odd name", "`odd name` "),
        ("`od|d na` == 'a'", "odd name", "`odd name` d na` == 'a'"),
        ("label == |", "it's", 'label == "it\'s" '),
        ("label == 'it|", "it's", 'label == "it\'s" '),
        ("label == 'Sy|m' and is_ok", "Symbols", "label == 'Symbols' and is_ok"),
        ("label == 'Sy| and is_ok", "Symbols", "label == 'Symbols' and is_ok"),
        ("label =|", "==", "label == "),
        ("label i|", "in", "label in ["),
        ("label not i|", "in", "label not in ["),
        ("label in ['Flags', 'Sy|']", "Symbols", "label in ['Flags', 'Symbols']"),
        ("is_ok == T|", "True", "is_ok == True "),
    ],
)
def test_what_is_taken_replaces_the_word_at_the_caret(table, marked, label, text):
    assert taken(table, marked, label) == text


def test_the_count_of_a_value_and_the_kind_of_a_column_are_its_hints(table):
    values = complete("label == ", 9, table).suggestions
    assert [(each.kind, each.label, each.hint) for each in values[:2]] == [
        ("value", "Flags", "3"),
        ("value", "Symbols", "2"),
    ]
    columns = complete("", 0, table).suggestions
    assert [(each.kind, each.hint) for each in columns[1:6]] == [
        ("column", "4 values"),
        ("column", "4 values"),
        ("column", "2 values"),
        ("column", "number"),
        ("column", "true or false"),
    ]


def test_a_filter_can_be_written_by_taking_alone(table):
    text = ""
    for label in ["label", "in", "Flags", ",", "Symbols", "]", "and", "probability", "<", "0.1"]:
        text = taken(table, f"{text}|", label)
    assert table.bind(text) == table.bind("label in ['Flags', 'Symbols'] and probability < 0.1")


def test_few_are_listed_however_many_there_are():
    many = pd.DataFrame({f"column {index}": [index] for index in range(2_000)})
    found = complete("", 0, Table(open_source(many, SourceOptions())))
    assert len(found.suggestions) == MAX_SUGGESTIONS


ODD = st.text(alphabet="abel ()[]'\"`<>=!&|~,.-+\\0195notridc\nß\x00", max_size=40)


@given(ODD | ANY_EXPRS.map(to_text), st.integers(0, 60))
@example("label == '\\", 10)
@example("label in ['a', '\\ud800", 22)
def test_any_text_gets_an_answer_that_stays_inside_it(text, caret):
    found = complete(text, caret, TABLE)
    assert 0 <= found.start <= min(caret, len(text)) <= found.end <= len(text)


@given(ANY_EXPRS.map(to_text))
def test_after_a_whole_filter_a_join_or_nothing_is_expected(text):
    expects = context_at(f"{text} ", len(text) + 1).expects
    assert expects in (Expects.JOIN, Expects.OPERATOR, Expects.NOTHING)


VALUES = st.sampled_from(["Flags", "it's", 'say "x"', "a\\b", "new\nline", "ß", "`", "snow flake"])


@settings(max_examples=30)  # each opens a table
@given(st.lists(VALUES, min_size=1, max_size=6))
def test_a_value_that_is_taken_names_its_rows(values):
    table = Table(
        open_source(pd.DataFrame({"id": range(len(values)), "odd `name`": values}), SourceOptions())
    )
    value = values[0]
    start = "`odd ``name``` == "
    found = complete(start, len(start), table)
    chosen = [start + each.text for each in found.suggestions if each.kind == "value"]
    masks = [table.mask(table.bind(text)).tolist() for text in chosen]
    assert [each == value for each in values] in masks
    assert len(chosen) == len(set(values))
