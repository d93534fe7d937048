"""Projection: places of vectors on a plane, and what is said about them."""

from __future__ import annotations

import threading
import time

import numpy as np
import pandas as pd
import psutil
import pytest

from symphony_core.analysis_input import AnalysisInput
from symphony_core.errors import BadRole, BadSetting, BadVectors, Cancelled, NotEnoughRows
from symphony_core.jobs import CancelFlag
from symphony_core.sources import SourceOptions, open_source
from symphony_core.specs import Result
from symphony_core.table import Table
from symphony_panel_embedding_map.analyses.projection import run


def rows_of(vectors: object, **columns: object) -> AnalysisInput:
    values = [None if vector is None else np.asarray(vector, dtype=np.float32) for vector in vectors]
    frame = pd.DataFrame({"id": [f"r{i}" for i in range(len(values))], "embedding": values, **columns})
    return AnalysisInput(Table(open_source(frame, SourceOptions())))


def random_rows(count: int, width: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(count, width)).astype(np.float32)


def two_clouds(count: int = 60) -> np.ndarray:
    vectors = random_rows(count, 8)
    vectors[count // 2 :] += 20
    return vectors


def places(result: Result, layer: str = "embedding") -> np.ndarray:
    columns = (result.columns[f"projection_{layer}_x"], result.columns[f"projection_{layer}_y"])
    return np.column_stack(columns)


def reasons(result: Result) -> dict[str, list[object]]:
    return {part.reason.split(":")[0]: list(part.row_ids) for part in result.set_aside}


def test_pca_shows_the_two_directions_of_largest_spread():
    vectors = np.zeros((4, 5), dtype=np.float32)
    vectors[:, 3] = [-4, 4, 0, 0]
    vectors[:, 1] = [0, 0, -1, 1]
    result = run(rows_of(vectors), method="pca")
    assert places(result) == pytest.approx(np.array([[-4, 0], [4, 0], [0, -1], [0, 1]]), abs=1e-5)
    assert result.summary["variance_shares"] == pytest.approx([32 / 34, 2 / 34], abs=1e-4)


def test_vectors_of_two_numbers_are_used_as_they_are():
    result = run(rows_of([[1, 2], [3, 5]]))
    assert places(result).tolist() == [[1, 2], [3, 5]]
    assert result.summary["method"] == "as_is"


def test_vectors_of_one_number_lie_on_a_line():
    assert places(run(rows_of([[1], [3]]))).tolist() == [[1, 0], [3, 0]]


def test_one_row_is_in_the_middle():
    assert places(run(rows_of([[1, 2, 3]]))).tolist() == [[0, 0]]


def test_two_rows_lie_across_from_each_other():
    (x0, y0), (x1, y1) = places(run(rows_of([[0, 0, 0], [0, 3, 4]])))
    assert abs(x0 - x1) == pytest.approx(5)
    assert x0 == pytest.approx(-x1)
    assert [y0, y1] == pytest.approx([0, 0], abs=1e-6)


@pytest.mark.parametrize("method", ["pca", "pacmap"])
def test_equal_vectors_share_one_place_and_it_is_said(method: str):
    result = run(rows_of(np.ones((40, 6))), method=method)
    assert places(result).tolist() == [[0, 0]] * 40
    assert "all vectors are equal" in result.summary["note"]


def test_rows_without_a_usable_vector_are_set_aside_and_get_no_place():
    vectors = [[1, 0, 0], None, [0, np.nan, 0], [0, 1, 0], [np.inf, 0, 0], [0, 0, 1]]
    result = run(rows_of(vectors))
    assert np.isnan(places(result)).any(axis=1).tolist() == [False, True, True, False, True, False]
    assert reasons(result) == {"without a usable vector": ["r1", "r2", "r4"]}
    assert result.summary["set_aside_count"] == 3


def test_zero_vectors_are_set_aside_only_where_direction_counts():
    vectors = [[0, 0, 0], [1, 0, 0], [0, 2, 0], [0, 0, 3]]
    assert run(rows_of(vectors)).set_aside == ()
    by_direction = run(rows_of(vectors), metric="cosine")
    assert reasons(by_direction) == {"with a vector of length 0, which has no direction": ["r0"]}


def test_cosine_looks_at_directions_only():
    vectors = random_rows(30, 5)
    longer = vectors * np.linspace(1, 9, 30)[:, None]
    near, far = (places(run(rows_of(v), method="pca", metric="cosine")) for v in (vectors, longer))
    assert near == pytest.approx(far, abs=1e-5)


def test_without_any_usable_vector_there_is_an_error_that_counts_the_reasons():
    with pytest.raises(BadVectors, match="2 with a vector of length 0"):
        run(rows_of([[0, 0, 0], [0, 0, 0]]), metric="cosine")


def test_without_an_embedding_there_is_an_error():
    frame = pd.DataFrame({"id": ["a", "b"], "n": [1, 2]})
    with pytest.raises(BadRole, match="no embedding"):
        run(AnalysisInput(Table(open_source(frame, SourceOptions()))))


def test_a_layer_is_taken_by_its_exact_name():
    data = rows_of(random_rows(4, 8), layer_2_vector=list(random_rows(4, 9, seed=1)))
    result = run(data, layer="layer_2_vector")
    assert list(result.columns) == ["projection_layer_2_vector_x", "projection_layer_2_vector_y"]
    with pytest.raises(BadRole, match="nearest are 'layer_2_vector'"):
        run(data, layer="Layer_2_Vector")


@pytest.mark.parametrize(
    "setting",
    [{"method": "tsne"}, {"metric": "l1"}, {"n_neighbors": 1}, {"n_neighbors": 2.5}, {"fit_rows": 3}],
    ids=str,
)
def test_a_setting_out_of_bounds_is_refused(setting: dict[str, object]):
    with pytest.raises(BadSetting, match="give"):
        run(rows_of(random_rows(4, 4)), **setting)


def test_few_rows_are_placed_by_pca_unless_pacmap_is_asked_for():
    assert run(rows_of(random_rows(99, 4))).summary["method"] == "pca"
    with pytest.raises(NotEnoughRows, match="at least 16 rows"):
        run(rows_of(random_rows(15, 4)), method="pacmap")


@pytest.fixture(scope="module")
def mapped() -> Result:
    """Two clouds of 30 rows by PaCMAP, with more neighbours asked for than there are rows."""
    return run(rows_of(two_clouds()), method="pacmap", n_neighbors=100, seed=3)


@pytest.mark.slow
def test_pacmap_keeps_two_clouds_apart_with_fewer_rows_than_neighbours(mapped: Result):
    assert mapped.summary["n_neighbors"] == 16
    assert "16 neighbours instead of 100, as there are 60 rows" in mapped.summary["note"]
    first, second = places(mapped)[:30], places(mapped)[30:]
    spread = max(np.ptp(first, axis=0).max(), np.ptp(second, axis=0).max())
    assert np.linalg.norm(first.mean(axis=0) - second.mean(axis=0)) > spread


@pytest.mark.slow
@pytest.mark.parametrize(("seed", "is_same"), [(3, True), (4, False)])
def test_the_same_seed_gives_the_same_map_and_another_another(mapped: Result, seed: int, is_same: bool):
    again = run(rows_of(two_clouds()), method="pacmap", n_neighbors=100, seed=seed)
    assert np.array_equal(places(mapped), places(again)) == is_same


@pytest.mark.slow
def test_above_fit_rows_the_others_are_placed_beside_the_fitted_and_it_is_said():
    vectors = two_clouds(200)
    result = run(rows_of(vectors), fit_rows=80)
    assert result.summary["note"].endswith(
        "fitted on 80 of 200 rows; the others were placed by PaCMAP's transform"
    )
    assert (result.summary["fitted_count"], result.summary["placed_count"]) == (80, 120)
    first, second = places(result)[:100], places(result)[100:]
    middles = np.array([np.median(first, axis=0), np.median(second, axis=0)])
    nearer = np.linalg.norm(places(result)[:, None] - middles, axis=2).argmin(axis=1)
    assert (nearer == np.repeat([0, 1], 100)).mean() > 0.95


def test_a_cancel_ends_the_process_at_once():
    cancel, told = CancelFlag(), threading.Event()
    data = rows_of(random_rows(2_000, 64))
    ended: list[float] = []

    def work() -> None:
        with pytest.raises(Cancelled):
            run(data, method="pacmap", cancel=cancel, progress=lambda share, text: told.set())
        ended.append(time.monotonic())

    before = set(psutil.Process().children())
    thread = threading.Thread(target=work)
    thread.start()
    assert told.wait(20)
    while not (started := set(psutil.Process().children()) - before):
        assert thread.is_alive()
        time.sleep(0.01)
    cancel.set()
    thread.join(5)
    assert ended and not any(process.is_running() for process in started)
