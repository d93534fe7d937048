"""The analysis `text_search`: which rows it finds, in which order, against a slow BM25."""

import math
import threading

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

import symphony_core as symphony
from symphony_core.column import ColumnData, Kind
from symphony_core.errors import BadSetting, Cancelled, UnknownColumn
from symphony_core.jobs import CancelFlag
from symphony_core.manifest import Manifest
from symphony_core.registry import Registry
from symphony_core.sources import open_source
from symphony_core.specs import never, silent
from symphony_panel_embedding_map.analyses import text_index, text_search
from symphony_panel_embedding_map.analyses.search_words import _INDEXED, bare, folded, parsed
from symphony_panel_embedding_map.analyses.text_index import TextIndex

MODULES = {"embedding_map": "symphony_panel_embedding_map.plugin"}
HTML = "<img src=x onerror=alert(1)>"


def opened(texts: list[str | None], **columns: object) -> symphony.App:
    frame = pd.DataFrame({"id": range(len(texts)), "text": pd.Series(texts, dtype="str"), **columns})
    return symphony.App(open_source(frame), Registry(Manifest(allow=("embedding_map",), modules=MODULES)))


def found(app: symphony.App, query: str, **more: object) -> list[object]:
    """Give the ids in the order of their rank."""
    result = app.run("text_search", query=query, **more)
    ranks = result.columns["search_rank"].dropna().sort_values()
    assert ranks.tolist() == list(range(1, len(ranks) + 1))
    assert result.table["id"].tolist() == ranks.index.tolist()
    return ranks.index.tolist()


@pytest.fixture
def app():
    return opened(
        ["A black cat", "the dog and the cat", None, "Café crème", "catalogue of dogs", "cat cat cat"],
        title=["x", "cat", "y", None, "z", "w"],
        n=range(6),
    )


# --- against a slow version ----------------------------------------------------------


def tokens(text: str | None) -> list[str]:
    return [bare(one) for one in _INDEXED.findall(folded(text or ""))]


def phrase_count(row: list[str], phrase: list[str], is_prefix: bool) -> int:
    *firsts, last = phrase
    count = 0
    for at in range(len(row) - len(firsts)):
        end = row[at + len(firsts)]
        fits = end.startswith(last) if is_prefix else end == last
        count += row[at : at + len(firsts)] == firsts and fits
    return count


def slow(rows: list[list[str]], typed: str, match: str) -> list[tuple[int, float]]:
    """Score every row by the formula of BM25 and sort them; ties keep the order of the rows."""
    query = parsed(typed)
    mean_length = sum(map(len, rows)) / len(rows)
    counts = {
        word: [phrase_count(row, tokens(word.text), word.is_prefix) for row in rows] for word in query.words
    }
    scores = []
    for i, row in enumerate(rows):
        hits = [counts[word][i] for word in query.wanted]
        is_in = all(hits) if match == "all" else any(hits)
        if not is_in or any(counts[word][i] for word in query.words if word.is_excluded):
            continue
        score = 0.0
        for word, hit in zip(query.wanted, hits, strict=True):
            holding = sum(count > 0 for count in counts[word])
            rarity = max(math.log((len(rows) - holding + 0.5) / (holding + 0.5)), 1e-6)
            score += rarity * hit * 2.2 / (hit + 1.2 * (0.25 + 0.75 * len(row) / mean_length))
        scores.append((i, score))
    return sorted(scores, key=lambda one: (-one[1], one[0]))


some_words = st.sampled_from(
    ["cat", "cats", "Dog", "dö", "naïve", "naive", "👍", "日本", "x-y", "it's", "3.5", "“", "?"]
)
some_texts = st.lists(
    st.one_of(st.none(), st.lists(some_words, max_size=6).map(" ".join)), min_size=1, max_size=12
)
asked = st.tuples(
    st.sampled_from(["", "-"]), st.lists(some_words, min_size=1, max_size=2), st.sampled_from(["", "*"])
)
some_queries = st.lists(
    asked.map(lambda one: f'{one[0]}"{" ".join(one[1])}"{one[2]}'), min_size=1, max_size=3
).map(" ".join)


@given(some_texts, some_queries, st.sampled_from(["all", "any"]), st.booleans(), st.integers(1, 5))
def test_rows_and_scores_are_those_of_a_slow_bm25(texts, typed, match, is_coded, batch_rows):
    try:
        expression = parsed(typed).expression(match)
    except BadSetting:
        return
    levels = tuple(dict.fromkeys(text for text in texts if text is not None))
    if is_coded:
        codes = [-1 if text is None else levels.index(text) for text in texts]
        column = ColumnData(Kind.CATEGORY, np.array(codes, dtype=np.int8), levels=levels)
    else:
        text = pa.chunked_array([pa.array(texts, pa.large_string())])
        column = ColumnData(Kind.TEXT, np.empty(0), text=text)
    normal, text_index.BATCH_ROWS = text_index.BATCH_ROWS, batch_rows
    try:
        index = TextIndex([column], progress=silent, cancel=never)
    finally:
        text_index.BATCH_ROWS = normal
    hits = index.search(expression, 100, never)
    rows = [tokens(text) for text in texts]
    expected = slow(rows, typed, match) if any(rows) else []
    assert sorted(hits.rows.tolist()) == sorted(row for row, _ in expected)
    by_row = dict(expected)
    assert hits.scores.tolist() == pytest.approx([by_row[row] for row in hits.rows.tolist()], rel=1e-9)
    assert hits.scores.tolist() == sorted(hits.scores.tolist(), reverse=True)
    assert hits.total == len(expected)


# --- what is found --------------------------------------------------------------------


def test_rows_must_hold_all_words_in_whichever_column(app):
    assert found(app, "cat dog") == [1]
    assert found(app, "z catalogue") == [4]


def test_any_word_is_enough_when_asked_for(app):
    assert set(found(app, "dog crème", match="any")) == {1, 3}


def test_the_row_that_says_it_most_comes_first_and_others_have_no_rank(app):
    result = app.run("text_search", query="cat", columns=["text"])
    assert result.table["id"].tolist()[0] == 5
    assert result.columns["search_rank"].isna().tolist() == [False, False, True, True, True, False]
    assert result.columns["search_score"].isna().tolist() == [False, False, True, True, True, False]


def test_accents_and_case_do_not_count(app):
    assert found(app, "CAFE creme") == [3]


def test_beginnings_phrases_and_exclusions_are_known(app):
    assert set(found(app, "cat*", columns="text")) == {0, 1, 4, 5}
    assert found(app, '"the cat"') == [1]
    assert set(found(app, "cat -black")) == {1, 5}


def test_emoji_and_words_of_scripts_without_spaces_are_found():
    app = opened(["good👍🏽", "bad", "東京都に住む", "京の都", "👍"])
    assert set(found(app, "👍")) == {0, 4}
    assert found(app, "京都") == [2]


def test_rows_of_equal_score_come_in_the_order_of_the_data():
    assert found(opened(["same words"] * 5), "words", limit=3) == [0, 1, 2]


def test_the_summary_tells_how_many_were_found_beyond_the_limit(app):
    summary = app.run("text_search", query="cat", limit=2).summary
    assert (summary["found"], summary["ranked"], summary["columns"]) == (3, 2, ["text", "title"])


def test_the_table_shows_where_the_first_word_stands():
    long = "so it goes on and on " * 30
    table = (
        opened([f"{long} until Kätzchen came {long}", HTML + " katzchen"])
        .run("text_search", query="katzchen")
        .table
    )
    assert table["column"].tolist() == ["text", "text"]
    texts = dict(zip(table["id"], table["snippet"], strict=True))
    assert "until Kätzchen came" in texts[0]
    assert len(texts[0]) <= text_search.SNIPPET_CHARS + 2
    assert texts[1] == HTML + " katzchen"


def test_only_covered_rows_are_found(app):
    assert set(found(app, "cat", rows="n < 2", columns=["text"])) == {0, 1}


def test_paths_of_pictures_are_not_searched():
    app = opened(["red", "blue"], image=["cat.png", "dog.png"])
    assert app.run("text_search", query="red").summary["columns"] == ["text"]


ODD = [
    'a" OR 1',
    "'; DROP TABLE t; --",
    "(((",
    "NEAR(a b, 3)",
    "c0 : x",
    "{c0 c1} : x",
    "^a",
    "a + b",
    "a*b*",
    "x" * 10_240,
]
ODD += [
    "word " * 2_000,
    "🙂",
    "\x00\x01a",
    "\ud83d a",
    "a\u202eb",
    "*",
    "- -",
    "''",
    '""',
    '"a" "',
    HTML,
    "%s {0}",
    "\\",
]


@pytest.mark.parametrize("typed", ODD)
def test_whatever_is_typed_is_answered_by_rows_or_by_words(app, typed):
    try:
        parsed(typed)
    except BadSetting:
        with pytest.raises(BadSetting, match="give at least one word"):
            app.run("text_search", query=typed)
    else:
        assert len(found(app, typed)) <= 6


@given(st.text(max_size=40))
def test_no_text_is_an_error_of_the_index(typed):
    text = pa.chunked_array([pa.array([typed.encode("utf-8", "replace").decode(), "a"], pa.large_string())])
    column = ColumnData(Kind.TEXT, np.empty(0), text=text)
    try:
        query = parsed(typed)
    except BadSetting:
        return
    index = TextIndex([column], progress=silent, cancel=never)
    assert index.search(query.expression("all"), 10, never).total <= 2


@pytest.mark.parametrize(
    ("params", "error", "words"),
    [
        ({"limit": 0}, BadSetting, "limit is 0"),
        ({"match": "some"}, BadSetting, "'all' or 'any'"),
        ({"columns": []}, BadSetting, "0 columns"),
        ({"columns": ["n"]}, BadSetting, "kind 'number'"),
        ({"columns": ["titel"]}, UnknownColumn, "'title'"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_words(app, params, error, words):
    with pytest.raises(error, match=words):
        app.run("text_search", **{"query": "cat", **params})


def test_data_without_text_are_refused():
    with pytest.raises(BadSetting, match="no text column"):
        symphony.App(
            open_source(pd.DataFrame({"n": [1, 2]})),
            Registry(Manifest(allow=("embedding_map",), modules=MODULES)),
        ).run("text_search", query="a")


# --- the index ---------------------------------------------------------------------------


def test_the_index_is_built_once_for_columns_and_rows(app, monkeypatch):
    built = []

    class Counted(TextIndex):
        def __init__(self, columns, **more):
            built.append(len(columns))
            super().__init__(columns, **more)

    monkeypatch.setattr(text_search, "TextIndex", Counted)
    text_search._indexes.clear()
    app.run("text_search", query="cat")
    app.run("text_search", query="dog", match="any")
    assert built == [2]
    app.run("text_search", query="cat", columns=["title"])
    app.run("text_search", query="cat", rows="n < 3")
    assert built == [2, 1, 2]


def test_indexes_are_kept_within_their_bytes(app):
    text_search._indexes.clear()
    normal, text_search._indexes.max_bytes = text_search._indexes.max_bytes, 100
    try:
        assert set(found(app, "cat", columns="text")) == {0, 1, 5}
        assert (len(text_search._indexes), text_search._indexes.byte_count) == (0, 0)
    finally:
        text_search._indexes.max_bytes = normal
    found(app, "cat")
    assert text_search._indexes.byte_count > 1_000


class AfterSome:
    """Asks to stop after so many questions."""

    def __init__(self, count: int) -> None:
        self.count = count

    def is_set(self) -> bool:
        self.count -= 1
        return self.count < 0

    def check(self) -> None:
        if self.is_set():
            raise Cancelled("enough")


def many(row_count: int) -> ColumnData:
    text = pa.chunked_array(
        [pa.array([f"word number{i} again" for i in range(row_count)], pa.large_string())]
    )
    return ColumnData(Kind.TEXT, np.empty(0), text=text)


def test_building_and_searching_end_when_cancelled():
    with pytest.raises(Cancelled):
        TextIndex([many(50_000)], progress=silent, cancel=AfterSome(3))
    index = TextIndex([many(50_000)], progress=silent, cancel=never)
    with pytest.raises(Cancelled):
        index.search('"word"', 10, AfterSome(1))
    assert index.search('"word"', 10, never).total == 50_000


def test_who_waits_for_an_index_that_another_cancelled_builds_it(app, monkeypatch):
    text_search._indexes.clear()
    other, started = CancelFlag(), threading.Event()

    class Slow(TextIndex):
        def __init__(self, columns, *, progress, cancel):
            if cancel is other:
                started.set()
                while True:
                    cancel.check()
            super().__init__(columns, progress=progress, cancel=cancel)

    monkeypatch.setattr(text_search, "TextIndex", Slow)
    run = text_search.run
    data = lambda: symphony.specs.AnalysisInput(app.state.table)  # noqa: E731
    errors: list[BaseException] = []

    def first() -> None:
        try:
            run(data(), cancel=other, query="cat")
        except Cancelled as error:
            errors.append(error)

    thread = threading.Thread(target=first)
    thread.start()
    assert started.wait(10)
    waiter = threading.Thread(target=lambda: errors.append(run(data(), query="cat").summary["found"]))  # type: ignore[arg-type]
    waiter.start()
    other.set()
    thread.join(10)
    waiter.join(10)
    assert sorted(map(str, errors)) == ["3", "cancelled; nothing was changed."]


def test_only_rows_that_meet_a_filter_are_found_and_as_many_as_asked_for(app):
    best = found(app, "cat")
    assert best[0] == 5
    assert found(app, "cat", where="n < 5", limit=1) == [one for one in best if one < 5][:1]
    assert app.run("text_search", query="cat", where="n < 5", limit=1).summary["found"] == len(best) - 1
    assert found(app, "cat", where="n > 9") == []
