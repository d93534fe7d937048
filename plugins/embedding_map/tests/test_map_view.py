"""Gestures on the map, as messages from the browser would bring them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import pytest
import shapely

from symphony_core.manifest import Manifest
from symphony_core.registry import Registry
from symphony_core.session import Session
from symphony_core.sources import SourceOptions, open_source
from symphony_core.workspace import Workspace
from symphony_panel_embedding_map.view import EmbeddingMapView


def session_of(frame: pd.DataFrame) -> Session:
    return Session(Workspace(open_source(frame, SourceOptions())), Registry(Manifest()))


def frame_of(row_count: int = 60) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    return pd.DataFrame(
        {
            "id": [f"r{i}" for i in range(row_count)],
            "x": rng.uniform(0, 10, row_count),
            "y": rng.uniform(0, 10, row_count),
            "label": np.array(["ant", "bee", "cat"])[np.arange(row_count) % 3],
            "score": rng.uniform(0, 1, row_count),
        }
    )


@pytest.fixture
def view() -> Iterator[EmbeddingMapView]:
    session = session_of(frame_of())
    made = EmbeddingMapView(session)
    assert made.frame.problem == ""
    yield made
    session.close()


class Page:
    """The messages that a view sends to its script."""

    def __init__(self, view: EmbeddingMapView) -> None:
        self.heard: list[dict[str, Any]] = []
        view._component.send = self.heard.append

    def last(self, kind: str) -> dict[str, Any]:
        return [message for message in self.heard if message["kind"] == kind][-1]


def send(view: EmbeddingMapView, **gesture: object) -> None:
    view._component._handle_msg(gesture)
    assert view.frame.problem == ""


def selected(view: EmbeddingMapView) -> list[int]:
    return np.flatnonzero(view.state.selection_mask()).tolist()


def look(view: EmbeddingMapView, window: list[float] | None = None, **more: object) -> None:
    send(
        view,
        **{"kind": "look", "window": window, "width": 400, "height": 300, "ratio": 1, "number": 1} | more,
    )


LASSO = [[1.0, 1.0], [8.0, 2.0], [9.0, 8.0], [2.0, 7.0]]


def in_lasso(frame: pd.DataFrame) -> np.ndarray:
    return np.asarray(shapely.contains_xy(shapely.Polygon(LASSO), frame["x"], frame["y"]))


def test_a_lasso_selects_exactly_the_rows_that_shapely_finds_in_it(view: EmbeddingMapView):
    send(view, kind="lasso", polygon=LASSO, panel=0)
    assert selected(view) == np.flatnonzero(in_lasso(frame_of())).tolist()
    assert view.state.table.text(view.state.selection) == ("inside(x, y, [[1, 1], [8, 2], [9, 8], [2, 7]])")


def test_a_brush_takes_no_row_that_the_filter_hides(view: EmbeddingMapView):
    view.state.filter = "label == 'bee'"
    send(view, kind="lasso", polygon=LASSO, panel=0)
    frame = frame_of()
    assert selected(view) == np.flatnonzero(in_lasso(frame) & (frame["label"] == "bee")).tolist()


def test_shift_adds_to_the_selection_and_alt_takes_from_it(view: EmbeddingMapView):
    frame = frame_of()
    left, low = frame["x"] <= 5, frame["y"] <= 5
    send(view, kind="box", window=[-1, 5, -1, 11], panel=0)
    send(view, kind="box", window=[-1, 11, -1, 5], panel=0, mode="add")
    assert selected(view) == np.flatnonzero(left | low).tolist()
    send(view, kind="box", window=[-1, 5, -1, 5], panel=0, mode="exclude")
    assert selected(view) == np.flatnonzero(left ^ low).tolist()


def test_a_brush_is_one_step_and_undo_takes_it_back(view: EmbeddingMapView):
    send(view, kind="box", window=[0, 5, 0, 5], panel=0)
    assert view.state.undo()
    assert view.state.selection is None


def test_a_click_on_the_legend_filters_and_the_same_click_takes_it_back(view: EmbeddingMapView):
    view.state.filter = "score > 0.2"
    words = [entry["words"] for entry in view._component.data["legend"]["entries"]]
    send(view, kind="legend", entry=words.index("bee"), mode="replace")
    assert view.state.table.text(view.state.filter) == "score > 0.2 and label == 'bee'"
    assert [entry["is_in"] for entry in view._component.data["legend"]["entries"]] == [False, True, False]
    send(view, kind="legend", entry=words.index("cat"), mode="add")
    assert view.state.table.text(view.state.filter) == "score > 0.2 and label in ['bee', 'cat']"
    send(view, kind="legend", entry=words.index("bee"), mode="exclude")
    send(view, kind="legend", entry=words.index("cat"), mode="replace")
    assert view.state.table.text(view.state.filter) == "score > 0.2"


def test_the_legend_counts_rows_under_the_filter(view: EmbeddingMapView):
    frame = frame_of()
    view.state.filter = "score > 0.5"
    wanted = frame[frame["score"] > 0.5]["label"].value_counts()
    entries = view._component.data["legend"]["entries"]
    assert {entry["words"]: int(entry["count"]) for entry in entries} == wanted.to_dict()


def test_few_points_are_drawn_one_by_one_at_their_places(view: EmbeddingMapView):
    page = Page(view)
    look(view, [0, 10, 0, 10])
    under = page.last("picture")["panels"][0]["under"]
    rows = np.frombuffer(under["rows"], dtype=np.int32)
    places = np.frombuffer(under["places"], dtype=np.float32).reshape(-1, 2) * 10
    frame = frame_of()
    assert rows.tolist() == list(range(60))
    np.testing.assert_allclose(places, frame[["x", "y"]], atol=1e-5)


def test_many_points_are_counted_into_pixels_until_one_zooms_in():
    session = session_of(frame_of(20_000))
    view = EmbeddingMapView(session)
    assert view.frame.problem == ""
    page = Page(view)
    look(view)
    assert page.last("picture")["panels"][0]["under"]["png"].startswith(b"\x89PNG")
    assert view._component.data["caption"] == "20,000 of 20,000 rows, aggregated; colour = label."
    look(view, [0, 1, 0, 1])
    count = len(np.frombuffer(page.last("picture")["panels"][0]["under"]["rows"], dtype=np.int32))
    frame = frame_of(20_000)
    assert count == int(((frame["x"] <= 1) & (frame["y"] <= 1)).sum())
    assert view._component.data["caption"].startswith(f"{count} of 20,000 rows drawn one by one; ")
    session.close()


def test_a_filter_leaves_the_other_rows_in_grey(view: EmbeddingMapView):
    page = Page(view)
    view.state.filter = "label == 'ant'"
    panel = page.last("picture")["panels"][0]
    assert (panel["every"]["count"], panel["under"]["count"]) == (60, 20)
    view.state.filter = None
    assert page.last("picture")["panels"][0]["every"] is None


def test_selected_rows_are_a_layer_of_their_own(view: EmbeddingMapView):
    page = Page(view)
    view.state.selection = ["r3", "r5"]
    picked = page.last("picture")["panels"][0]["picked"]
    assert np.frombuffer(picked["rows"], dtype=np.int32).tolist() == [3, 5]


def test_a_pointer_near_one_row_is_told_what_it_is(view: EmbeddingMapView):
    page, frame = Page(view), frame_of()
    x, y = frame.loc[7, ["x", "y"]]
    around = [x - 0.01, x + 0.01, y - 0.01, y + 0.01]
    send(view, kind="hover", around=around, panel=0, number=4)
    told = page.last("sample")
    assert (told["number"], told["row"], told["title"]) == (4, 7, "r7")
    assert ["label", "bee"] in told["values"]
    send(view, kind="open", around=around, panel=0)
    assert view.state.focus == "r7"


def test_a_pointer_over_many_rows_or_none_is_told_so(view: EmbeddingMapView):
    page = Page(view)
    send(view, kind="hover", around=[-1, 11, -1, 11], panel=0, number=1)
    assert (page.last("sample")["is_many"], "row" in page.last("sample")) == (True, False)
    send(view, kind="hover", around=[50, 51, 50, 51], panel=0, number=2)
    assert (page.last("sample")["is_many"], "row" in page.last("sample")) == (False, False)


def test_a_row_that_the_filter_hides_is_not_told(view: EmbeddingMapView):
    page, frame = Page(view), frame_of()
    view.state.filter = "label != 'bee'"
    x, y = frame.loc[7, ["x", "y"]]
    send(view, kind="hover", around=[x - 0.01, x + 0.01, y - 0.01, y + 0.01], panel=0, number=1)
    assert "row" not in page.last("sample")


def test_each_group_has_a_map_and_a_brush_on_it_takes_its_rows_alone(view: EmbeddingMapView):
    view.groups = 2
    view.state.group_by = "label"
    data = view._component.data
    assert [panel["words"] for panel in data["panels"]] == ["ant", "bee"]
    assert data["more_groups"] == 1
    send(view, kind="lasso", polygon=LASSO, panel=1)
    frame = frame_of()
    assert selected(view) == np.flatnonzero(in_lasso(frame) & (frame["label"] == "bee")).tolist()


def test_a_colour_is_a_setting_and_density_is_one_too(view: EmbeddingMapView):
    send(view, kind="colour", column="score")
    assert view.settings == {"colour": "score"}
    assert view._component.data["legend"]["ticks"][0].startswith("0.0")
    send(view, kind="colour", column="")
    assert view.settings == {"is_density": True}
    assert view._component.data["legend"] is None


def test_a_column_that_is_gone_colours_nothing_and_stops_nothing(view: EmbeddingMapView):
    view.apply_settings({"colour": "gone"})
    assert view.colour_column == "label"
    assert view.frame.problem == ""


def test_the_window_is_a_setting_that_comes_back(view: EmbeddingMapView):
    send(view, kind="window", window=[0, 5, 0, 5])
    assert view.settings == {"window": [0, 5, 0, 5]}
    seen = view._component.data["window_number"]
    view.apply_settings({})
    assert view._component.data["window_number"] == seen + 1
    assert view._component.data["window"] is None


def test_the_page_keeps_its_window_when_it_was_the_page_that_moved(view: EmbeddingMapView):
    seen = view._component.data["window_number"]
    send(view, kind="window", window=[0, 5, 0, 5])
    view.state.filter = "score > 0.5"
    assert view._component.data["window_number"] == seen


def test_names_of_clusters_lie_at_the_middle_of_their_members():
    frame = frame_of(9).assign(x=[0, 1, 2, 9, 9, 9, 5, 5, 5], y=[0, 5, 1, 9, 9, 9, 5, 5, 5],
                               cluster=["a", "a", "a", "b", "b", "b", "b", None, None])  # fmt: skip
    session = session_of(frame)
    view = EmbeddingMapView(session)
    assert view.frame.problem == ""
    names = [(one["words"], one["x"], one["y"], one["count"]) for one in view._component.data["names"]]
    assert names == [("b", 9.0, 9.0, 4), ("a", 1.0, 1.0, 3)]
    session.close()


def test_rows_without_a_place_are_counted_and_not_drawn():
    frame = frame_of(10)
    frame.loc[[2, 4], "x"] = [np.nan, np.inf]
    session = session_of(frame)
    view = EmbeddingMapView(session)
    assert view.frame.problem == ""
    assert "8 of 10 rows drawn one by one" in view._component.data["caption"]
    assert "2 rows without a place" in view._component.data["caption"]
    session.close()


@pytest.mark.parametrize("values", [[np.nan] * 5, [1.0] * 5, [1.0], []])
def test_a_map_of_nothing_one_row_or_one_place_is_drawn(values: list[float]):
    frame = pd.DataFrame({"x": np.array(values, dtype=float), "y": np.array(values, dtype=float)})
    session = session_of(frame)
    view = EmbeddingMapView(session)
    assert view.frame.problem == ""
    data = view._component.data
    assert bool(data["empty"] or data["nothing"]) is bool(not values or np.isnan(values[0]))
    session.close()


def test_the_description_counts_each_colour_and_says_where_it_lies(view: EmbeddingMapView):
    view.state.filter = "label in ['ant', 'bee']"
    view.state.selection = ["r0"]
    sentence, table = view.describe()
    assert sentence == (
        f"Embedding map of {view.state.dataset.name} by x, y, one by one: 40 of 60 rows under the filter "
        "label in ['ant', 'bee'], 1 selected; colour = label."
    )
    ants = frame_of().query("label == 'ant'")
    first = table[table["colour"] == "ant"].iloc[0]
    assert first["rows"] == 20
    assert first["centre x"] == pytest.approx(ants["x"].median())
    assert first["spread y"] == pytest.approx(ants["y"].std(ddof=0))


def test_the_map_composes_with_holoviews(view: EmbeddingMapView):
    import holoviews as hv

    view.state.selection = ["r3"]
    look(view, [0, 10, 0, 10])
    made = view.element() * hv.VLine(3)
    raster, points = made.get(0), made.get(1)
    assert isinstance(raster, hv.RGB)
    assert raster.bounds.lbrt() == (0, 0, 10, 10)
    assert [len(points), float(points["x"][0])] == [1, frame_of().loc[3, "x"]]
    send(view, kind="colour", column="")
    counts = view.element().get(0)
    assert isinstance(counts, hv.Image)
    assert int(counts.dimension_values("rows").sum()) == 60


@pytest.mark.parametrize(
    "gesture",
    [{"kind": "dance"}, {"kind": "legend", "entry": 99}, {"kind": "lasso", "polygon": LASSO, "panel": 7},
     {"kind": "look", "width": "wide"}, {"kind": "colour", "column": "gone"}, {"kind": "box", "window": [1]}],
)  # fmt: skip
def test_a_message_that_no_script_of_ours_sends_changes_nothing_and_is_told(
    view: EmbeddingMapView, gesture: dict[str, object]
):
    before = view.state.snapshot()
    view._component._handle_msg(gesture)
    assert view.frame.problem
    assert view.state.snapshot() == before


def test_a_table_without_rows_is_said_to_have_none():
    view = EmbeddingMapView(session_of(pd.DataFrame({"x": np.array([]), "y": np.array([])})))
    view.drawn()
    assert view._component.data["nothing"] == "The table has no rows."
