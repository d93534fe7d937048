"""The analysis `neighbours`: queries by rows, what it writes, and what it refuses."""

import numpy as np
import pandas as pd
import pytest

import symphony_core as symphony
from symphony_core.errors import BadExpression, BadRole, BadSetting, BadVectors, UnknownRow
from symphony_core.manifest import Manifest
from symphony_core.registry import Registry
from symphony_core.sources import SourceOptions, open_source
from symphony_panel_embedding_map.analyses import neighbours

MODULES = {"embedding_map": "symphony_panel_embedding_map.plugin"}


def opened(vectors: object, **columns: object) -> symphony.App:
    frame = pd.DataFrame({"id": [f"r{i}" for i in range(len(vectors))], **columns})  # type: ignore[arg-type]
    frame["embedding"] = list(vectors)  # type: ignore[call-overload]
    registry = Registry(Manifest(allow=("embedding_map",), modules=MODULES))
    return symphony.App(open_source(frame, SourceOptions(embedding="embedding")), registry)


def ranked(result: symphony.Result) -> list[str]:
    """Give the ids in the order of their rank."""
    ranks = result.columns["neighbour_rank"].dropna().sort_values()
    assert ranks.tolist() == list(range(1, len(ranks) + 1))
    return ranks.index.tolist()


@pytest.fixture
def app():
    angles = np.radians([0, 10, 25, 180, 90])
    lengths = np.array([1, 9, 1, 1, 1])
    return opened(np.c_[np.cos(angles), np.sin(angles)] * lengths[:, None], label=["a", "b", None, "a", "b"])


def test_the_nearest_rows_of_a_row_come_first_and_the_row_itself_is_left_out(app):
    result = app.run("neighbours", of=["r0"], k=3)
    assert ranked(result) == ["r1", "r2", "r4"]
    assert result.columns["neighbour_distance"]["r1"] == pytest.approx(1 - np.cos(np.radians(10)), abs=1e-7)


def test_rows_beyond_k_have_neither_rank_nor_distance(app):
    columns = app.run("neighbours", of="r0", k=2).columns
    assert columns["neighbour_rank"].isna().sum() == columns["neighbour_distance"].isna().sum() == 3


def test_the_query_may_be_found_when_asked_for(app):
    assert ranked(app.run("neighbours", of=["r0"], k=2, include_query=True)) == ["r0", "r1"]


def test_euclid_counts_lengths_where_cosine_does_not(app):
    assert ranked(app.run("neighbours", of=["r0"], k=1, metric="euclidean")) == ["r2"]
    assert ranked(app.run("neighbours", of=["r0"], k=1)) == ["r1"]


def test_several_rows_are_searched_by_the_middle_of_their_directions(app):
    result = app.run("neighbours", of=["r0", "r4"], k=2)  # 45 degrees: r2 is 20 away, r1 35
    assert ranked(result) == ["r2", "r1"]
    assert result.summary["query"] == "the middle of 2 rows"


def test_a_long_vector_pulls_the_middle_for_euclid_only(app):
    # r1 is nine times as long: the mean of vectors lies near it, the mean of directions at 50 degrees
    middle = app.run("neighbours", of=["r1", "r4"], k=1, metric="euclidean").table
    assert middle["distance"][0] == pytest.approx(
        np.hypot(*(np.array([4.43, 1.28]) - [0.906, 0.423])), abs=0.01
    )
    assert ranked(app.run("neighbours", of=["r1", "r4"], k=1)) == ["r2"]


def test_the_table_has_a_line_for_each_neighbour_with_its_label(app):
    table = app.run("neighbours", of=["r0"], k=3).table
    assert table.columns.tolist() == ["id", "rank", "distance", "label"]
    assert table["id"].tolist() == ["r1", "r2", "r4"]
    assert table["label"].fillna("missing").tolist() == ["b", "missing", "b"]


def test_the_summary_says_what_was_asked(app):
    assert dict(app.run("neighbours", of=["r0"], k=20).summary) == {
        "query": "row 'r0'", "metric": "cosine", "k": 20, "layer": "embedding", "found": 4, "set_aside": 0,
    }  # fmt: skip


def test_rows_may_be_numbered():
    frame = pd.DataFrame({"id": [7, 8, 9], "embedding": [[1.0, 0], [1, 1], [0, 1]]})
    modules = Manifest(allow=("embedding_map",), modules=MODULES)
    app = symphony.App(open_source(frame, SourceOptions(embedding="embedding")), Registry(modules))
    result = app.run("neighbours", of=8, k=1)
    assert (ranked(result), result.summary["query"]) == ([7], "row 8")


def test_a_table_of_one_row_has_no_neighbours():
    result = opened([[1.0, 2.0]]).run("neighbours", of=["r0"])
    assert (result.summary["found"], len(result.table)) == (0, 0)
    assert result.columns["neighbour_rank"].isna().all()


def test_rows_without_a_vector_and_without_a_direction_are_set_aside_and_counted():
    app = opened([[1.0, 0.0], [0.0, 0.0], [np.nan, 1.0], [0.0, 1.0], None])
    result = app.run("neighbours", of=["r0"])
    assert ranked(result) == ["r3"]
    assert [(one.row_ids, one.reason) for one in result.set_aside] == [
        (("r2", "r4"), "without a usable vector"),
        (("r1",), "of length zero, which has no direction"),
    ]
    assert result.summary["set_aside"] == 3
    assert ranked(app.run("neighbours", of=["r0"], metric="euclidean")) == ["r1", "r3"]


def test_a_query_without_a_vector_is_refused_with_the_reason():
    app = opened([[1.0, 0.0], [0.0, 0.0], [np.nan, 1.0]])
    with pytest.raises(BadVectors, match=r"row 'r2'.*without a usable vector"):
        app.run("neighbours", of=["r2"])
    with pytest.raises(BadVectors, match=r"row 'r1'.*length zero"):
        app.run("neighbours", of=["r1"])


def test_directions_that_cancel_out_are_refused(app):
    with pytest.raises(BadVectors, match="cancel out"):
        app.run("neighbours", of=["r0", "r3"])


def test_rows_of_the_query_without_a_vector_are_left_out_of_its_middle():
    result = opened([[1.0, 0.0], [np.nan, 0.0], [0.0, 1.0]]).run("neighbours", of=["r0", "r1"])
    assert result.summary["query"] == "the middle of 2 rows (1 set aside)"
    assert ranked(result) == ["r2"]


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({}, "neither is given"),
        ({"of": ["r0"], "text": "cat"}, "both are given"),
        ({"of": []}, "name a row"),
        ({"of": ["r0"], "encoder": "minilm"}, "is for a typed text"),
        ({"of": ["r0"], "k": 0}, "k is 0"),
        ({"of": ["r0"], "k": 2.5}, "k is 2.5"),
        ({"of": ["r0"], "k": True}, "k is True"),
        ({"of": ["r0"], "metric": "manhattan"}, "cosine, euclidean"),
        ({"of": {"a": 1}}, "name a row"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_words(app, params, words):
    with pytest.raises(BadSetting, match=words):
        app.run("neighbours", **params)


def test_unknown_rows_and_layers_are_refused(app):
    with pytest.raises(UnknownRow, match="'r9'"):
        app.run("neighbours", of=["r9"])
    with pytest.raises(BadRole, match="'embeding'"):
        app.run("neighbours", of=["r0"], layer="embeding")


def test_only_covered_rows_are_found_and_a_query_outside_them_is_refused(app):
    assert ranked(app.run("neighbours", rows="label == 'b' or id == 'r0'", of=["r0"])) == ["r1", "r4"]
    with pytest.raises(UnknownRow, match="not among the 2 rows"):
        app.run("neighbours", rows="label == 'b'", of=["r0"])


def test_lengths_are_computed_once_for_a_layer_and_again_for_other_rows(app, monkeypatch):
    calls = []
    slow = neighbours.lengths_of
    monkeypatch.setattr(
        neighbours, "lengths_of", lambda *given, **more: calls.append(1) or slow(*given, **more)
    )
    neighbours._lengths.clear()
    app.run("neighbours", of=["r0"])
    app.run("neighbours", of=["r1"], metric="euclidean")
    assert len(calls) == 1
    app.run("neighbours", of=["r1"], rows="label == 'b'")
    assert len(calls) == 2


def test_only_rows_that_meet_a_filter_are_found_though_the_query_does_not(app):
    result = app.run("neighbours", of=["r0"], k=2, where="label == 'b'")
    assert ranked(result) == ["r1", "r4"]
    assert app.run("neighbours", of=["r0"], where="label == 'b'", include_query=True).summary["found"] == 2


def test_a_filter_that_fits_no_column_is_refused(app):
    with pytest.raises(BadExpression, match="colour"):
        app.run("neighbours", of=["r0"], where="colour == 'b'")


def test_a_filter_holds_among_the_rows_that_are_looked_at(app):
    result = app.run("neighbours", of=["r0"], rows="id != 'r1'", where="label == 'b'")
    assert ranked(result) == ["r4"]
