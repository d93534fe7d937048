"""Familiarity as columns: scores, places, groups, references, and data that lack something."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from symphony_core.app import App
from symphony_core.errors import BadRole, BadSetting, NotEnoughRows, UnknownColumn
from symphony_core.manifest import Manifest
from symphony_core.registry import Registry
from symphony_core.sources import open_source
from symphony_core.specs import Result
from symphony_panel_familiarity.density import mixture_scores, neighbour_scores, unit_vectors
from symphony_panel_familiarity.place import places_among, places_within


@pytest.fixture(scope="module")
def registry() -> Registry:
    return Registry(Manifest(allow=("fam",), modules={"fam": "symphony_panel_familiarity.plugin"}))


@pytest.fixture
def run(registry) -> Iterator[object]:
    apps: list[App] = []

    def call(vectors: object, **params: object) -> Result:
        columns = {name: params.pop(name) for name in ("label", "split") if name in params}
        frame = pd.DataFrame({"embedding": list(vectors), **columns})
        apps.append(App(open_source(frame), registry))
        return apps[-1].run("familiarity", **params)

    yield call
    for app in apps:
        app.close()


def cloud(count: int, d: int = 8, seed: int = 0, at: float = 0.0) -> np.ndarray:
    return np.random.default_rng(seed).normal(at, 1, (count, d)).astype(np.float32)


# --- scores -----------------------------------------------------------------------------


def slow_scores(reference: np.ndarray, others: np.ndarray, k: int) -> tuple[list[float], list[float]]:
    """The formula as it is written, one row after the other."""

    def nearest(one: np.ndarray, but: int | None) -> list[tuple[float, int]]:
        apart = [(float(np.linalg.norm(one.astype(float) - other)), j) for j, other in enumerate(reference)
                 if j != but]  # fmt: skip
        return sorted(apart)[:k]

    r = [np.mean([d for d, _ in nearest(one, i)]) for i, one in enumerate(reference)]

    def score(one: np.ndarray, but: int | None) -> float:
        near = nearest(one, but)
        return float(0.5 * np.mean([np.log(r[j]) for _, j in near]) - np.log(np.mean([d for d, _ in near])))

    return [score(one, i) for i, one in enumerate(reference)], [score(one, None) for one in others]


@settings(max_examples=25, deadline=None)
@given(st.integers(3, 40), st.integers(0, 12), st.integers(1, 4), st.integers(1, 6), st.integers(0, 9999))
def test_scores_are_those_of_the_formula_written_out(n, m, d, k, seed):
    random = np.random.default_rng(seed)
    reference, others = (random.normal(size=(rows, d)).astype(np.float32) for rows in (n, m))
    k = min(k, n - 1)
    found = neighbour_scores(reference, others, k)
    expected, of_others = slow_scores(reference, others, k)
    assert np.allclose(found.reference, expected, atol=1e-5)
    assert np.allclose(found.others, of_others, atol=1e-5)


def test_a_row_apart_is_the_least_familiar(run):
    vectors = [[1, 0.1 * i, 0] for i in range(5)] + [[-1, 0, 0]]
    result = run(vectors, k=2, metric="cosine")
    assert result.columns["familiarity"].idxmin() == result.columns.index[5]


def test_places_are_the_share_below_with_half_of_the_equal():
    assert places_within(np.array([3.0, 1.0, 2.0, 2.0])).tolist() == [0.875, 0.125, 0.5, 0.5]
    assert places_among(np.array([0.0, 2.0, 9.0]), np.array([1.0, 2.0, 3.0])).tolist() == [0.125, 0.5, 0.875]


@settings(max_examples=50, deadline=None)
@given(st.integers(1, 400), st.sampled_from([0.01, 0.05, 0.1, 0.3]))
def test_as_many_rows_lie_below_a_rate_as_the_rate_says(n, rate):
    places = places_within(np.random.default_rng(n).permutation(n).astype(float))
    assert abs(np.count_nonzero(places < rate) - rate * n) <= 0.5 + 1e-9


def test_the_flag_is_the_place_below_the_rate(run):
    result = run(cloud(200), outlier_rate=0.05)
    flags = result.columns["familiarity_outlier"]
    assert (flags == (result.columns["familiarity"] < 0.05)).all()
    assert flags.sum() == result.summary["outlier_count"] == 10


def test_a_mixture_calls_a_far_row_unfamiliar(run):
    vectors = np.concatenate([cloud(100), cloud(1, seed=1, at=9)])
    result = run(vectors, method="gaussian_mixture", metric="euclidean", components=1)
    assert result.columns["familiarity"].to_numpy().argmin() == 100


def test_a_mixture_of_one_gaussian_orders_by_the_distance_from_the_mean():
    reference = cloud(2000, d=3)
    others = np.array([[0, 0, 0], [1, 0, 0], [0, 2, 0], [0, 0, 4]], dtype=np.float32)
    scores = mixture_scores(reference, others, 1, 3).others
    assert (np.diff(scores) < 0).all()


# --- reference ----------------------------------------------------------------------------


def tight_cluster() -> tuple[np.ndarray, list[str]]:
    """300 rows of a clean set, and 40 strangers that nearly coincide, all in the other split."""
    clean = unit_vectors(cloud(300, d=16, seed=1))
    strangers = unit_vectors(cloud(1, d=16, seed=2) + 0.01 * cloud(40, d=16, seed=3))
    splits = ["train"] * 200 + ["validation"] * 140
    return np.concatenate([clean, strangers]), splits


def test_a_tight_group_of_strangers_is_familiar_to_a_set_that_holds_it(run):
    vectors, _ = tight_cluster()
    strangers = run(vectors).columns["familiarity"].to_numpy()[300:]
    assert strangers.min() > 0.85


def test_a_tight_group_of_strangers_is_unfamiliar_to_a_clean_reference(run):
    vectors, splits = tight_cluster()
    # away from the clean rows, as strangers are
    vectors[:300] = unit_vectors(vectors[:300] + np.float32(3) * vectors[0])
    vectors[300:] = unit_vectors(vectors[300:] - np.float32(3) * vectors[0])
    by_itself = run(vectors).columns["familiarity"].to_numpy()[300:]
    result = run(vectors, split=splits, reference={"split": "train"})
    by_clean = result.columns["familiarity"].to_numpy()
    assert by_itself.min() > 0.85
    assert by_clean[300:].max() < 0.01 and result.columns["familiarity_outlier"].to_numpy()[300:].all()
    assert 0.4 < by_clean[200:300].mean() < 0.6


def test_reference_rows_keep_their_places_whatever_the_others_are(run):
    splits = ["train"] * 50 + ["new"] * 30
    near, far = (np.concatenate([cloud(50), cloud(30, seed=5, at=at)]) for at in (0, 8))
    one = run(near, split=splits, reference={"split": "train"}, metric="cosine")
    other = run(far, split=splits, reference={"split": "train"}, metric="cosine")
    assert (one.columns["familiarity"][:50] == other.columns["familiarity"][:50]).all()
    assert one.table["value"].tolist() == ["all rows", "reference", "other rows"]


def test_a_reference_may_be_a_list_of_values_and_several_columns(run):
    result = run(cloud(6), split=["a", "b", "c", "a", "b", "c"], label=["x"] * 5 + ["y"],
                 reference={"split": ["a", "c"], "label": "x"})  # fmt: skip
    assert result.summary["reference"] == "split in ['a', 'c'] and label == 'x'"
    assert result.summary["reference_count"] == 3


def test_an_empty_reference_says_what_values_there_are(run):
    with pytest.raises(NotEnoughRows, match=r"split == 'trian'; there are split: 'test', 'train'"):
        run(cloud(4), split=["train", "test"] * 2, reference={"split": "trian"})


def test_a_reference_of_one_usable_row_is_not_enough(run):
    with pytest.raises(NotEnoughRows, match="at least 2 are needed"):
        run(cloud(3), split=["a", "b", "b"], reference={"split": "a"})


def test_a_large_reference_is_sampled_and_says_so(run):
    result = run(cloud(100), reference_limit=30, seed=4)
    assert result.columns["familiarity"].notna().all()
    assert "a sample of 30 of its 100 rows" in result.summary["note"]


# --- by attribute ---------------------------------------------------------------------------


def test_a_row_among_another_label_is_unfamiliar_there_and_familiar_to_all(run):
    left, right = cloud(40, at=3), cloud(40, seed=1, at=-3)
    labels = ["left"] * 40 + ["right"] * 40
    labels[0] = "right"
    result = run(np.concatenate([left, right]), label=labels, by=["label"], metric="euclidean")
    by_label = result.columns["familiarity_by_label"]
    assert by_label.iloc[0] == pytest.approx(0.5 / 41)
    assert result.columns["familiarity"].iloc[0] > 0.02


def test_a_group_is_scored_as_if_it_were_alone(run):
    vectors = cloud(60)
    labels = ["a", "b"] * 30
    both = run(vectors, label=labels, by="label").columns["familiarity_by_label"].to_numpy()
    alone = run(vectors[::2]).columns["familiarity"].to_numpy()
    assert np.allclose(both[::2], alone)


def test_a_group_of_one_and_a_row_without_a_group_have_no_place(run):
    result = run(cloud(6), label=["a", "a", "a", "b", None, "a"], by=["label"])
    places = result.columns["familiarity_by_label"]
    assert places.isna().tolist() == [False, False, False, True, True, False]
    assert "label b" in result.summary["note"]


def test_rows_are_not_grouped_by_a_measurement(run):
    with pytest.raises(BadSetting, match="'label' holds number values"):
        run(cloud(3), label=[0.5, 0.25, 0.125], by=["label"])
    with pytest.raises(UnknownColumn):
        run(cloud(3), by=["nothing"])


# --- data that lack something ----------------------------------------------------------------


def test_bad_vectors_are_set_aside_and_counted(run):
    vectors: list[object] = [list(row) for row in cloud(20).astype(float)]
    vectors[3], vectors[4] = [float("nan")] * 8, [float("inf")] + [0.0] * 7
    vectors[5], vectors[6], vectors[7] = [0.0] * 8, [1.0, 2.0], None
    result = run(vectors)
    gone = result.columns[["familiarity", "familiarity_score", "familiarity_outlier"]].isna()
    assert np.flatnonzero(gone.all(axis=1)).tolist() == [3, 4, 5, 6, 7] and gone.sum().sum() == 15
    assert [len(one.row_ids) for one in result.set_aside] == [4, 1]
    assert result.summary["set_aside_count"] == 5


def test_fewer_rows_than_neighbours_use_all_others_and_say_so(run):
    result = run(cloud(5), k=20)
    assert result.summary["k"] == 4
    assert result.summary["note"] == "k is 4, not 20: the reference has 5 rows."


def test_one_row_is_not_enough(run):
    with pytest.raises(NotEnoughRows, match="at least 2 are needed"):
        run(cloud(1))


def test_two_rows_are_equally_familiar(run):
    assert run(cloud(2)).columns["familiarity"].tolist() == [0.5, 0.5]


@pytest.mark.parametrize("method", ["knn", "gaussian_mixture"])
@pytest.mark.parametrize("d", [1, 2, 12])
def test_equal_rows_are_equally_familiar_and_the_one_apart_is_least(run, method, d):
    vectors = np.ones((40, d), dtype=np.float32)
    assert set(run(vectors, method=method).columns["familiarity"]) == {0.5}
    vectors[7, 0] = -2
    places = run(vectors, method=method, components=1).columns["familiarity"].to_numpy()
    assert places.argmin() == 7 and np.count_nonzero(places == places.min()) == 1


def test_numbers_on_a_line_are_measured_by_their_distance(run):
    result = run([[0.0], [1.0], [2.0], [3.0], [50.0]], k=2)
    assert result.summary["metric"] == "euclidean"
    assert result.columns["familiarity"].to_numpy().argmin() == 4


def test_huge_and_tiny_vectors_do_not_overflow(run):
    result = run(np.concatenate([cloud(20) * np.float32(1e30), cloud(20) * np.float32(1e-30)]))
    places = result.columns["familiarity"].to_numpy()
    assert np.isfinite(result.columns["familiarity_score"]).all()
    assert np.allclose(places[:20], places[20:], atol=0.03)  # the same directions, but for rounding


def test_without_an_embedding_it_says_what_to_do(registry):
    app = App(open_source(pd.DataFrame({"a": [1, 2]})), registry)
    with pytest.raises(BadRole, match="no embedding column"):
        app.run("familiarity")
    app.close()


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"k": 0}, "k is 0"), ({"method": "lof"}, "method is 'lof'"), ({"metric": "l1"}, "metric is 'l1'"),
        ({"outlier_rate": 1.0}, "outlier_rate is 1.0"), ({"reference": "train"}, "reference is 'train'"),
        ({"reference_limit": 1}, "reference_limit is 1"),
    ],
)  # fmt: skip
def test_a_parameter_outside_its_bounds_is_refused(run, params, words):
    with pytest.raises(BadSetting, match=words):
        run(cloud(4), **params)
