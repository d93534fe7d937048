"""Clusters of the map: which rows, which names."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from symphony_core.analysis_input import AnalysisInput
from symphony_core.errors import BadSetting, Cancelled
from symphony_core.jobs import CancelFlag
from symphony_core.sources import SourceOptions, open_source
from symphony_core.specs import Result
from symphony_core.table import Table
from symphony_panel_embedding_map.analyses.clusters import run
from symphony_panel_embedding_map.analyses.density import by_size, dense_regions


def clouds(*sizes: int, apart: float = 20, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return np.concatenate([rng.normal((i * apart, 0), 1, (n, 2)) for i, n in enumerate(sizes)])


def rows_at(points: np.ndarray, **columns: object) -> AnalysisInput:
    frame = pd.DataFrame({"id": [f"r{i}" for i in range(len(points))], "x": points[:, 0], "y": points[:, 1]})
    return AnalysisInput(Table(open_source(frame.assign(**columns), SourceOptions())))


def clusters(points: np.ndarray, **given: object) -> Result:
    columns = {
        name: given.pop(name) for name in ("text", "kind", "split") if isinstance(given.get(name), list)
    }
    return run(rows_at(points, **columns), x="x", y="y", **given)


def names(result: Result, what: str = "cluster") -> list[str | None]:
    return [None if pd.isna(name) else name for name in result.columns[what]]


def test_two_clouds_are_two_clusters_and_what_lies_between_is_none():
    points = np.concatenate([clouds(60, 40), [[10, 30]]])
    result = clusters(points)
    assert names(result) == ["cluster 1"] * 60 + ["cluster 2"] * 40 + [None]
    assert result.summary["noise_count"] == 1
    assert result.summary["cluster_count"] == 2


def test_the_table_has_one_row_a_cluster_with_its_size_and_middle():
    table = clusters(clouds(60, 40), min_subsize=30).table
    coarse = table[table["level"] == "cluster"]
    assert coarse["rows"].tolist() == [60, 40]
    assert coarse["x"].tolist() == pytest.approx([0, 20], abs=0.5)


def test_a_subcluster_says_which_cluster_it_is_part_of():
    rng = np.random.default_rng(0)
    pairs = [rng.normal(size=(40, 2)) * 0.2 + centre for centre in ([0, 0], [3, 0], [40, 0], [43, 0])]
    result = clusters(np.concatenate(pairs), min_size=60, min_subsize=20)
    fine = result.table[result.table["level"] == "subcluster"]
    assert set(names(result)) == {"cluster 1", "cluster 2"}
    assert sorted(fine["parent"]) == ["cluster 1", "cluster 1", "cluster 2", "cluster 2"]


def test_one_cluster_with_most_rows_is_taken_apart_where_it_has_parts():
    rng = np.random.default_rng(0)
    parts = [rng.normal(size=(60, 2)) * 0.4 + [3 * i, 0] for i in range(6)]
    lonely = rng.normal(size=(40, 2)) * 0.2 + [500, 0]
    result = clusters(np.concatenate([*parts, lonely]), min_size=30)
    assert result.summary["cluster_count"] == 7


def test_words_that_a_cluster_has_before_others_name_it():
    text = (
        ["the red apple pie"] * 30
        + ["an apple tart"] * 30
        + ["a fast old car"] * 30
        + ["my car stopped"] * 10
    )
    result = clusters(clouds(60, 40), text=text)
    first, second = (name.split(", ") for name in dict.fromkeys(names(result)))
    assert first[0] == "apple" and set(first) <= {"apple", "red", "pie", "tart"}
    assert second[0] == "car" and set(second) <= {"car", "fast", "old", "stopped"}
    assert set(result.table["named_by"]) == {"text"}


def test_without_text_the_value_that_is_over_represented_names_it():
    kind = ["cat"] * 50 + ["dog"] * 10 + ["dog"] * 40
    result = clusters(clouds(60, 40), kind=kind, min_subsize=30)
    assert list(dict.fromkeys(names(result))) == ["cat", "dog"]
    assert set(result.table["named_by"]) == {"kind"}


def test_a_value_that_is_as_frequent_everywhere_names_nothing():
    result = clusters(clouds(60, 40), kind=["cat", "dog"] * 50, min_subsize=30)
    assert list(dict.fromkeys(names(result))) == ["cluster 1", "cluster 2"]


def test_a_split_names_no_cluster_unless_asked():
    split = ["train"] * 60 + ["validation"] * 40
    assert set(names(clusters(clouds(60, 40), split=split))) == {"cluster 1", "cluster 2"}
    asked = clusters(clouds(60, 40), split=split, labels=["split"])
    assert set(names(asked)) == {"train", "validation"}


def test_clusters_with_the_same_words_are_told_apart():
    result = clusters(clouds(40, 40, 40), kind=["cat"] * 80 + ["dog"] * 40, min_subsize=30)
    assert sorted(dict.fromkeys(names(result))) == ["cat", "cat 2", "dog"]


def test_text_without_words_falls_back_to_values():
    result = clusters(clouds(60, 40), text=["12 34", "the of"] * 50, kind=["cat"] * 60 + ["dog"] * 40)
    assert set(names(result)) == {"cat", "dog"}


@pytest.mark.parametrize("count", [0, 1, 2, 4])
def test_few_rows_are_no_cluster(count: int):
    result = clusters(np.zeros((count, 2)) + np.arange(count)[:, None])
    assert names(result) == [None] * count
    assert len(result.table) == 0


def test_rows_in_one_place_are_one_cluster():
    assert set(names(clusters(np.ones((30, 2))))) == {"cluster 1"}


def test_two_places_with_many_rows_each_are_two_clusters():
    points = np.repeat([[0.0, 0.0], [1.0, 1.0]], 30, axis=0)
    assert names(clusters(points)) == ["cluster 1"] * 30 + ["cluster 2"] * 30


def test_rows_without_a_place_are_set_aside():
    points = clouds(60, 40)
    points[3] = [np.nan, 0]
    points[5] = [0, np.inf]
    result = clusters(points)
    assert [part.row_ids for part in result.set_aside] == [("r3", "r5")]
    assert [names(result)[i] for i in (3, 5)] == [None, None]
    assert result.summary["row_count"] == 98


def test_places_far_from_zero_and_tiny_ones_are_clustered_alike():
    points = clouds(60, 40)
    wanted = names(clusters(points))
    assert names(clusters(points * 1e-200)) == wanted
    assert names(clusters(points * 1e300)) == wanted


def test_without_a_map_it_is_made_first():
    vectors = np.zeros((60, 8), dtype=np.float32)
    vectors[:40, :2], vectors[40:, :2] = clouds(40), clouds(20) + 30
    frame = pd.DataFrame({"id": range(60), "embedding": list(vectors)})
    result = run(AnalysisInput(Table(open_source(frame, SourceOptions()))))
    assert list(result.columns) == [
        "projection_embedding_x", "projection_embedding_y", "cluster", "subcluster"
    ]  # fmt: skip
    assert names(result) == ["cluster 1"] * 40 + ["cluster 2"] * 20
    assert result.summary["projection"] == "pca"


def test_without_map_and_embedding_there_is_an_error():
    frame = pd.DataFrame({"id": ["a", "b"], "n": [1, 2]})
    with pytest.raises(BadSetting, match="neither an embedding nor a map"):
        run(AnalysisInput(Table(open_source(frame, SourceOptions()))))


def test_the_projection_of_a_layer_is_found_by_its_name():
    points = clouds(60, 40)
    frame = pd.DataFrame({
        "id": range(100), "projection_deep_x": points[:, 0], "projection_deep_y": points[:, 1],
    })  # fmt: skip
    result = run(AnalysisInput(Table(open_source(frame, SourceOptions()))), layer="deep")
    assert (result.summary["x"], result.summary["cluster_count"]) == ("projection_deep_x", 2)


@pytest.mark.parametrize(
    "setting",
    [{"min_size": 4}, {"min_subsize": 5.5}, {"fit_rows": True}, {"text": "x"}, {"labels": ["y"]}],
    ids=str,
)
def test_a_setting_out_of_bounds_is_refused(setting: dict[str, object]):
    with pytest.raises(BadSetting):
        clusters(clouds(60, 40), **setting)


def test_above_fit_rows_the_others_join_the_nearest_within_reach_and_it_is_said():
    points = np.concatenate([clouds(600, 400), [[10, 300]]])
    result = clusters(points, fit_rows=200)
    assert "fitted on 200 of 1,001 rows" in result.summary["note"]
    found = names(result)
    assert found.count("cluster 1") > 540 and found.count("cluster 2") > 360
    assert found[-1] is None
    assert set(found[:600]) <= {"cluster 1", None} and set(found[600:]) <= {"cluster 2", None}


@pytest.mark.slow
def test_many_places_are_clustered_in_a_process_as_few_are_in_ours():
    points = clouds(3_000, 1_500)
    apart = dense_regions(points, min_size=60, min_subsize=20, fit_rows=5_000)
    assert np.bincount(apart.coarse + 1).tolist()[-2:] == pytest.approx([3_000, 1_500], abs=60)
    assert set(apart.coarse[:3_000]) <= {0, -1} and set(apart.coarse[3_000:]) <= {1, -1}


def test_many_more_rows_make_no_more_clusters():
    few, many = (clusters(clouds(n * 3, n), fit_rows=400).summary for n in (100, 1_000))
    assert (few["min_size"], many["min_size"]) == (20, 200)
    assert few["cluster_count"] == many["cluster_count"] == 2


def test_a_cancelled_run_stops():
    cancel = CancelFlag()
    cancel.set()
    with pytest.raises(Cancelled):
        clusters(clouds(3_000, 1_500), cancel=cancel)


@given(st.lists(st.integers(-1, 6), max_size=40))
def test_groups_are_numbered_by_size_and_then_by_first_row(labels: list[int]):
    groups = sorted({n for n in labels if n >= 0}, key=lambda n: (-labels.count(n), labels.index(n)))
    assert by_size(np.array(labels, dtype=np.int32)).tolist() == [
        groups.index(n) if n >= 0 else -1 for n in labels
    ]


@given(st.integers(0, 200), st.integers(1, 6), st.integers(0, 5))
def test_any_places_give_one_number_a_row_and_clusters_of_the_least_size(
    count: int, distinct: int, seed: int
):
    rng = np.random.default_rng(seed)
    points = rng.normal(size=(max(distinct, 1), 2))[rng.integers(0, distinct, count)]
    points += rng.normal(size=(count, 2)) * rng.choice([0, 0.1])
    parts = dense_regions(points, min_size=10, min_subsize=5, fit_rows=100, seed=seed)
    assert parts.coarse.shape == parts.fine.shape == (count,)
    if count <= 100:
        assert all(size >= 10 for size in np.bincount(parts.coarse[parts.coarse >= 0]))
