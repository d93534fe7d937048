"""The map asks for places, and says what became of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pytest

from symphony_core.app import App
from symphony_core.dataset import Dataset
from symphony_core.manifest import Manifest
from symphony_core.owner import Owner
from symphony_core.registry import Registry
from symphony_core.testing import tiny_dataset
from symphony_panel_embedding_map.view import EmbeddingMapView

X, Y = "projection_embedding_x", "projection_embedding_y"


def app_on(dataset: Dataset) -> App:
    manifest = Manifest(allow=("map",), modules={"map": "symphony_panel_embedding_map.plugin"})
    return App(dataset, Registry(manifest))


@pytest.fixture
def app() -> Iterator[App]:
    made = app_on(tiny_dataset(12))
    yield made
    made.close()


def shown(app: App, **settings: object) -> EmbeddingMapView:
    view = app.show("embedding_map", **settings)
    assert isinstance(view, EmbeddingMapView)
    assert view.frame.problem == ""
    return view


def places(app: App) -> list[float]:
    return app.state.table.column(X).values.tolist()


def test_an_embedding_is_placed_at_once_and_undo_does_not_unplace_it(app: App):
    view = shown(app)
    assert {X, Y} <= set(app.state.table.names)
    assert view._component.data["caption"] == "12 of 12 rows drawn one by one; colour = label."
    assert not app.undo()


def test_rows_without_a_vector_are_counted():
    vectors = [[1.0, 2.0, 0.5]] * 3 + [[0.0, 1.0, 3.0], [np.nan] * 3, [5.0, 1.0, 2.0]]
    app = app_on(tiny_dataset(6, embedding=vectors))
    assert "; 1 row without a vector." in shown(app)._component.data["caption"]
    app.close()


def test_a_projection_that_fails_leaves_the_map_and_says_why(app: App):
    view = shown(app, method="pacmap")
    before = places(app)
    view._component._handle_msg({"kind": "project"})
    said = view._component.data["work"]
    assert said["is_problem"]
    assert said["words"].startswith("Projecting by PaCMAP failed; nothing was changed. ")
    assert places(app) == before
    assert view._component.data["extent"] is not None


def test_a_projection_that_is_cancelled_leaves_the_map_and_says_so(app: App):
    view = shown(app)
    before = places(app)
    calls: list[object] = []
    app.session.owner = Owner(lambda call: calls.append(call))  # a loop that runs nothing by itself
    view._component._handle_msg({"kind": "project"})
    assert view._component.data["work"]["is_running"]
    view._component._handle_msg({"kind": "cancel"})
    said = view._component.data["work"]
    assert (said["is_running"], said["is_problem"]) == (False, False)
    assert said["words"] == "Projecting by PaCMAP was cancelled; nothing was changed."
    assert places(app) == before


def test_other_places_show_all_points_again_and_keep_the_selection(app: App):
    view = shown(app, method="pca", metric="cosine")
    view._component._handle_msg({"kind": "window", "window": [0.0, 0.1, 0.0, 0.1]})
    app.state.selection = ["row-003"]
    seen = view._component.data["window_number"]
    view._component._handle_msg({"kind": "project"})
    assert view.frame.problem == ""
    assert view._component.data["window_number"] == seen + 1
    assert view.window == []
    assert app.selected()["id"].tolist() == ["row-003"]


def test_without_an_embedding_the_map_says_what_helps():
    dataset = tiny_dataset(12, embedding=[f"a text of row {i}, long enough to be read" for i in range(12)])
    app = app_on(dataset)
    view = EmbeddingMapView(app.session)
    assert view.frame.problem == ""
    assert view._component.data["empty"].startswith(
        "No embedding column. Choose one with open(..., embedding="
    )
    app.close()


def test_similar_rows_become_the_selection(app: App):
    view = shown(app, found=3)
    view._component._handle_msg({"kind": "neighbours"})
    assert "Select one row or several first" in view._component.data["finding"]["words"]
    app.state.selection = ["row-003"]
    view._component._handle_msg({"kind": "neighbours"})
    near = app.run("neighbours", of="row-003", k=3).columns
    assert app.selected()["id"].tolist() == near.index[near["neighbour_rank"].notna()].tolist()
    assert view._component.data["finding"]["words"] == "Finding similar rows: 3 found and selected."


def test_a_search_that_finds_nothing_leaves_the_selection(app: App):
    view = shown(app)
    app.state.selection = ["row-003"]
    view._component._handle_msg({"kind": "search", "text": "zebra"})
    assert "no row under the filter was found" in view._component.data["finding"]["words"]
    assert app.selected()["id"].tolist() == ["row-003"]


def test_a_search_by_meaning_without_an_encoder_says_what_to_install(app: App):
    view = shown(app)
    view._component._handle_msg({"kind": "search", "text": "zebra", "is_meaning": True})
    assert view._component.data["finding"]["is_problem"]
    assert "needs a text encoder" in view._component.data["finding"]["words"]


def test_clusters_of_the_map_are_named_on_it():
    rng = np.random.default_rng(0)
    side = np.repeat([0.0, 50.0], 30)
    vectors = rng.normal(size=(60, 3)) + side[:, None]
    app = app_on(tiny_dataset(60, embedding=list(vectors.astype("float32"))))
    view = shown(app)
    view._component._handle_msg({"kind": "clusters"})
    assert view.frame.problem == ""
    assert view._component.data["work"]["words"] == "Finding clusters: 2 clusters, 0 rows in none."
    assert len([name for name in view._component.data["names"] if name["depth"] == 0]) == 2
    app.undo()
    assert (view._component.data["names"], view._component.data["work"]["words"]) == ([], "")
    app.close()


def test_a_search_and_its_selection_are_one_step(app: App):
    view = shown(app, found=3)
    app.state.selection = ["row-003"]
    view._component._handle_msg({"kind": "neighbours"})
    assert app.selected()["id"].tolist() != ["row-003"]
    app.undo()
    assert app.selected()["id"].tolist() == ["row-003"]
    assert "neighbour_rank" not in app.state.table.names
    assert X in app.state.table.names


def test_a_page_that_closes_while_it_projects_is_told_nothing(app: App):
    view = shown(app)
    app.session.owner = Owner(lambda call: None)  # a loop that runs nothing by itself
    view._component._handle_msg({"kind": "project"})
    assert view._component.data["work"]["is_running"]
    told = []
    view._component.param.watch(told.append, "data")
    app.close()
    assert told == []


def test_similar_rows_are_looked_for_under_the_filter_from_a_row_that_it_hides(app: App):
    view = shown(app, found=3)
    app.state.selection = ["row-000"]
    label = app.rows().set_index("id")["label"]
    other = next(one for one in label.unique() if one != label["row-000"])
    app.state.filter = f"label == {other!r}"
    view._component._handle_msg({"kind": "neighbours"})
    found = app.selected()["id"].tolist()
    assert (
        view._component.data["finding"]["words"] == f"Finding similar rows: {len(found)} found and selected."
    )
    assert len(found) == min(3, int((label == other).sum()))
    assert set(label[found]) == {other}


def test_words_about_what_was_selected_go_with_the_selection(app: App):
    view = shown(app, found=3)
    app.state.selection = ["row-003"]
    view._component._handle_msg({"kind": "neighbours"})
    app.state.filter = "label == 'nothing like it'"
    assert view._component.data["finding"]["words"] == "Finding similar rows: 3 found and selected."
    app.undo()
    app.undo()
    assert view._component.data["finding"]["words"] == ""


def test_a_search_does_not_wait_for_a_projection_and_the_newest_search_wins(app: App):
    view = shown(app, found=3)
    app.state.selection = ["row-003"]
    calls: list[Callable[[], None]] = []
    app.session.owner = Owner(calls.append)  # a loop that runs nothing by itself
    view._component._handle_msg({"kind": "project"})
    view._component._handle_msg({"kind": "neighbours"})
    first = app.session.jobs[-1]
    view._component._handle_msg({"kind": "search", "text": "row"})
    data = view._component.data
    assert (data["work"]["is_running"], data["work"]["what"]) == (True, "Projecting by PaCMAP")
    assert (data["finding"]["is_running"], data["finding"]["what"]) == (True, "Searching “row”")
    assert first.cancelled
    view._component._handle_msg({"kind": "cancel", "is_search": True})
    data = view._component.data
    assert data["work"]["is_running"]
    assert data["finding"]["words"] == "Searching “row” was cancelled; nothing was changed."


def test_a_first_projection_that_is_cancelled_is_not_said_to_go_on():
    app = app_on(tiny_dataset(12))
    app.session.owner = Owner(lambda call: None)  # a loop that runs nothing by itself
    view = shown(app)
    assert view._component.data["empty"] == "Placing the rows by embedding…"
    view._component._handle_msg({"kind": "cancel"})
    assert view._component.data["empty"] == "The rows have no places by embedding yet."
    assert view._component.data["can_retry"]
    assert view._component.data["layer"] == "embedding"
    view._component._handle_msg({"kind": "project"})
    assert view._component.data["work"]["what"] == "Projecting by PCA"  # at once, the better one after it
    app.close()


def test_what_is_special_about_a_projection_is_said():
    app = app_on(tiny_dataset(12, embedding=[[1.0, 2.0, 3.0]] * 12))
    view = shown(app, method="pca")
    view._component._handle_msg({"kind": "project"})
    assert view._component.data["work"]["words"] == (
        "Projecting by PCA: all vectors are equal: one place for all rows."
    )
    app.close()


def test_data_with_columns_of_an_earlier_session_are_searched_clustered_and_placed_anew():
    written = ["neighbour_rank", "search_rank", "cluster", X, Y]
    old = {name: np.arange(12.0) if name in (X, Y) else ["old"] * 12 for name in written}
    app = app_on(tiny_dataset(12, **old))
    view = shown(app, found=3, method="pca")
    assert view._component.data["extent"] == [0, 11, 0, 11]
    app.state.selection = ["row-003"]
    view._component._handle_msg({"kind": "neighbours"})
    assert view._component.data["finding"]["words"] == "Finding similar rows: 3 found and selected."
    view._component._handle_msg({"kind": "search", "text": "row"})
    assert view._component.data["finding"]["words"] == "Searching “row”: 3 found and selected."
    view._component._handle_msg({"kind": "clusters"})
    assert not view._component.data["work"]["is_problem"]
    view._component._handle_msg({"kind": "project"})
    assert not view._component.data["work"]["is_problem"]
    assert view._component.data["extent"] != [0, 11, 0, 11]
    assert view._component.data["layers"] == ["embedding"]
    app.close()


def test_half_a_pair_of_places_in_the_data_does_not_stop_the_map():
    app = app_on(tiny_dataset(12, **{X: ["here"] * 12}))
    view = shown(app)
    assert view._component.data["caption"] == "12 of 12 rows drawn one by one; colour = label."
    app.close()
