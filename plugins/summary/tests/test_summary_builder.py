"""Building, renaming and deleting charts, as messages from the browser would bring them."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd
import pytest

from symphony_core.errors import BadSetting
from symphony_core.manifest import Manifest
from symphony_core.registry import Registry
from symphony_core.session import Session
from symphony_core.sources import SourceOptions, open_source
from symphony_core.workspace import Workspace
from symphony_panel_summary.built import BuiltChart, free_id, renamed
from symphony_panel_summary.view import SummaryView

FRAME = pd.DataFrame({"label": ["cat", "cat", "dog", None], "score": [0.1, 0.9, 0.5, 0.7], "n": [1, 2, 3, 4]})


@pytest.fixture
def view() -> Iterator[SummaryView]:
    session = Session(Workspace(open_source(FRAME, SourceOptions())), Registry(Manifest()))
    made = SummaryView(session)
    assert made.frame.problem == ""
    yield made
    session.close()


def send(view: SummaryView, **gesture: object) -> None:
    view._grid._handle_msg(gesture)


def titles(view: SummaryView) -> list[str]:
    return [plot["title"] for plot in view._grid.data["plots"]]


def text(view: SummaryView) -> str | None:
    state = view.state
    return None if state.filter is None else state.table.text(state.filter)


def test_a_chart_is_built_renamed_deleted_and_brought_back(view: SummaryView):
    send(view, kind="build", x="score", y="n", bars=8)
    send(view, kind="build", x="label")
    assert titles(view) == ["score × n", "label"]
    send(view, kind="rename", id="chart-1", title="  How they  go together ")
    assert titles(view) == ["How they go together", "label"]
    send(view, kind="delete", id="chart-1")
    assert (titles(view), view._grid.data["deleted"]) == (["label"], "How they go together")
    send(view, kind="restore")
    assert (titles(view), view._grid.data["deleted"]) == (["How they go together", "label"], "")


def test_charts_are_among_the_settings_that_are_saved(view: SummaryView):
    send(view, kind="build", x="score", log=True)
    assert view.settings == {"charts": [{"id": "chart-1", "x": "score", "log": True}]}
    assert "charts" not in view.setting_names
    view.apply_settings({})
    assert titles(view) == []


def test_a_saved_chart_is_drawn_when_the_view_is_made():
    session = Session(Workspace(open_source(FRAME, SourceOptions())), Registry(Manifest()))
    view = SummaryView(session, charts=[{"id": "chart-1", "x": "score"}, {"id": "chart-2", "z": 1}])
    assert view.frame.problem == ""
    shapes = [plot["shape"] for plot in view._grid.data["plots"]]
    assert shapes == ["bars", "problem"]
    assert "a chart has no 'z'" in view._grid.data["plots"][1]["words"]
    session.close()


def test_a_brush_on_a_grid_filters_both_columns_and_takes_itself_back(view: SummaryView):
    send(view, kind="build", x="label", y="n", bars=8)
    gesture = {"kind": "brush", "id": "chart-1", "x": [0, 0], "y": [0, 1], "mode": "replace"}
    send(view, **gesture)
    assert text(view) == "label == 'cat' and n between 1 and 2"
    send(view, **gesture)
    assert text(view) is None


def test_a_click_on_a_chart_of_one_column_filters_by_it(view: SummaryView):
    send(view, kind="build", x="label")
    send(view, kind="levels", id="chart-1", levels=[1], mode="replace")
    assert text(view) == "label == 'dog'"


def test_a_chart_of_a_column_that_is_gone_says_so_and_the_cards_stay(view: SummaryView):
    view.charts = [{"id": "chart-1", "x": "gone"}]
    assert view.frame.problem == ""
    assert "no column 'gone'" in view._grid.data["plots"][0]["words"]
    assert len(view._grid.data["cards"]) == 4


def test_a_chart_without_a_column_is_refused(view: SummaryView):
    send(view, kind="build", x="")
    assert "choose at least one column" in view.frame.problem
    assert titles(view) == []


def test_columns_to_choose_from_are_sent_once_the_form_is_open(view: SummaryView):
    assert view._grid.data["columns"] == []
    send(view, kind="form")
    assert view._grid.data["columns"] == ["row_id", "label", "score", "n"]


def test_charts_are_described_cell_by_cell(view: SummaryView):
    send(view, kind="build", x="label", colour="label", title="by label")
    table = view.describe().table
    cell = table[(table["column"] == "by label") & (table["bar"] == "cat × cat")].iloc[0]
    assert (cell["all"], cell["filter"]) == (2, 2)


@pytest.mark.parametrize(
    ("saved", "words"),
    [
        ({"id": "a"}, "needs an id and a column"),
        ({"id": "a", "x": "n", "bars": 1}, "wanted 2 to 60"),
        ({"id": "a", "x": "n", "bars": True}, "wanted int"),
        ({"id": "a", "x": 3}, "wanted str"),
    ],
)
def test_a_chart_that_cannot_be_read_says_what_was_wanted(saved: dict[str, object], words: str):
    with pytest.raises(BadSetting, match=words):
        BuiltChart.read(saved)


def test_a_blank_title_is_named_by_the_columns_again():
    charts = [BuiltChart("a", "x", "y", title="mine").saved]
    assert BuiltChart.read(renamed(charts, "a", " ")[0]).shown_title == "x × y"


def test_a_new_chart_has_an_id_of_its_own():
    assert free_id([{"id": "chart-1"}, {"id": "chart-3"}]) == "chart-2"
