"""Saved work: it comes back equal, and on other data it says what is missing."""

from __future__ import annotations

import contextlib
import copy
import datetime as dt
import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plugin_factory import install_plugin

import symphony_core as symphony
from symphony_core.errors import BadSaved, SymphonyError
from symphony_core.expr import Between, Compare, Contains, Inside, IsNull, OneOf, Rows, Truth
from symphony_core.layout import Page, PageView
from symphony_core.manifest import Manifest
from symphony_core.plain import from_plain, is_plain, to_plain
from symphony_core.saved import MAX_SAVED_IDS, Saved, masked, saved
from symphony_core.saved_json import FORMAT, MAX_BYTES, from_json, to_json
from symphony_core.sources import SourceOptions, open_source
from symphony_core.testing import tiny_dataset
from symphony_core.workspace import Workspace
from tests.unit.expr_strategies import ANY_EXPRS, joined

ANALYSES = """
import threading
gate, started = threading.Event(), threading.Event()

@hookimpl
def register_analyses():
    return [
        AnalysisSpec("marks", "Marks", "acme_marks:run", provides=("mark:int",)),
        AnalysisSpec("pairs", "Pairs", "acme_marks:pairs", provides=("low:int", "high:int")),
        AnalysisSpec("waits", "Waits", "acme_marks:wait", provides=("late:int",)),
        AnalysisSpec("fails", "Fails", "acme_marks:fail", provides=("bad:int",)),
    ]

def run(data, *, progress, cancel, seed=0, step=1):
    import numpy as np
    return Result(columns={"mark": np.arange(len(data)) * step + seed})

def pairs(data, *, progress, cancel, seed=0):
    import numpy as np
    return Result(columns={"low": np.arange(len(data)), "high": np.arange(len(data)) + 100})

is_broken = False

def wait(data, *, progress, cancel, seed=0):
    import numpy as np
    started.set()
    while not gate.wait(0.01):
        cancel.check()
    return Result(columns={"late": np.arange(len(data))})

def fail(data, *, progress, cancel, seed=0):
    import numpy as np
    if is_broken:
        raise RuntimeError("no fuel")
    return Result(columns={"bad": np.arange(len(data))})
"""


@pytest.fixture
def registered(plugin_folder):
    install_plugin(plugin_folder, "marks", ANALYSES)
    return Manifest(block=(f"unused_{plugin_folder}",))


@pytest.fixture
def app(registered):
    app = symphony.open(tiny_dataset(), config=registered)
    yield app
    app.close()


def module():
    import acme_marks

    return acme_marks


def frame(row_count: int = 12) -> pd.DataFrame:
    return tiny_dataset(row_count).frame


def other_data(frame: pd.DataFrame):
    return open_source(frame.copy(), SourceOptions())


def data_of(app) -> dict:
    return json.loads(to_json(saved(app.workspace)[0]))


def reopened(app, work, dataset=None, config=None):
    return symphony.open(dataset or app.dataset, config=config or app.registry.manifest, restore=work)


def finished(app) -> None:
    while app.session.jobs:
        app.session.jobs[0].result(20)


# --- the same data -----------------------------------------------------------------

NUMBERS = st.sampled_from(["probability", "brightness"])
TEXTS = st.sampled_from(["label", "prediction", "split"])
VALUES = st.floats(allow_nan=False) | st.integers(-(2**70), 2**70)
IDS = st.lists(st.sampled_from([f"row-{index:03d}" for index in range(12)]), max_size=12)
FITTING = joined(
    st.one_of(
        st.builds(Compare, NUMBERS, st.sampled_from(["==", "!=", "<", ">="]), VALUES),
        st.builds(Between, NUMBERS, VALUES, VALUES),
        st.builds(OneOf, TEXTS, st.lists(st.text(max_size=6), max_size=3)),
        st.builds(Contains, TEXTS, st.text(max_size=6)),
        st.builds(IsNull, TEXTS | NUMBERS),
        st.just(Truth("is_checked")),
        st.builds(
            Inside, NUMBERS, NUMBERS,
            st.lists(st.tuples(st.floats(-9, 9), st.floats(-9, 9)), min_size=3, max_size=4),
        ),
        st.builds(Rows, IDS),
    )
)  # fmt: skip
SETTINGS = st.dictionaries(
    st.sampled_from(["bars", "kinds", "range"]),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.floats(allow_nan=False)
        | st.dates() | st.datetimes().map(lambda moment: moment.replace(fold=0)),
        lambda inner: st.lists(inner, max_size=3) | st.tuples(inner, inner)
        | st.dictionaries(st.text(max_size=3), inner, max_size=2),
        max_leaves=5,
    ),
    max_size=2,
)  # fmt: skip
LAYOUTS = st.lists(
    st.builds(
        Page,
        st.text(max_size=8),
        st.lists(
            st.builds(PageView, st.sampled_from(["summary", "instances"]), st.integers(1, 12), SETTINGS),
            max_size=3,
        ).map(tuple),
    ),
    max_size=3,
).map(tuple)


@settings(max_examples=60)
@given(
    st.none() | FITTING,
    st.none() | FITTING,
    LAYOUTS,
    st.lists(st.sampled_from(["label", "split", "is_checked"]), max_size=3, unique=True),
    st.none() | st.just(("label", "prediction")),
)
def test_what_is_written_reads_back_as_the_same_workspace(filter, selection, layout, groups, compare):
    workspace = Workspace(tiny_dataset(), layout)
    workspace.filter, workspace.selection = filter, selection
    workspace.group_by, workspace.compare = groups, compare
    value, left_out = saved(workspace, 1)
    back = from_json(to_json(value))
    assert left_out == []
    assert (back.group_by, back.compare, back.layout) == (
        workspace.group_by, workspace.compare, workspace.layout,
    )  # fmt: skip
    assert workspace.table.bind(back.filter) == workspace.filter
    assert workspace.table.bind(back.selection) == workspace.selection
    assert back.page_index == 1


@settings(max_examples=60)
@given(st.none() | FITTING, st.none() | FITTING, st.lists(st.sampled_from(["label", "split"]), unique=True))
def test_restored_on_the_same_data_the_snapshot_is_equal(filter, selection, groups):
    app = symphony.open(tiny_dataset())
    app.state.filter, app.state.selection, app.state.group_by = filter, selection, groups
    other = reopened(app, data_of(app))
    assert other.not_restored == ()
    assert dict(other.state.snapshot()) == dict(app.state.snapshot())
    assert other.state.history.undo_count == 0


@given(st.none() | ANY_EXPRS)
def test_any_expression_reads_back_equal(expr):
    value = Saved(saved(Workspace(tiny_dataset()))[0].data, filter=expr)
    assert from_json(to_json(value)).filter == expr


def test_a_restore_is_one_step_that_undo_takes_back(app, tmp_path):
    app.state.filter = "label == 'cat'"
    app.state.group_by = ["split"]
    app.save(tmp_path / "work.json")
    app.state.filter, app.state.group_by = "split == 'train'", []
    before = app.state.history.undo_count
    assert app.restore(tmp_path / "work.json") == []
    assert app.count() == 4 and app.state.group_by == ("split",)
    assert app.state.history.undo_count == before + 1
    app.undo()
    assert app.state.group_by == () and app.count() == 9


def test_watchers_hear_of_a_restore_once(app):
    app.state.filter = "label == 'cat'"
    app.state.group_by = ["split"]
    work = data_of(app)
    app.state.filter = None
    app.state.group_by = None
    heard = []
    app.state.param.watch(
        lambda *events: heard.append({event.name for event in events}), ["filter", "group_by"]
    )
    app.restore(work)
    assert heard == [{"filter", "group_by"}]


def test_the_file_is_complete_or_not_there(app, tmp_path, monkeypatch):
    path = tmp_path / "work.json"
    path.write_text("old", encoding="utf-8")
    with pytest.raises(OSError):
        app.save(tmp_path / "nowhere" / "work.json")
    app.save(path)
    assert json.loads(path.read_text(encoding="utf-8"))["format"] == FORMAT
    assert [one.name for one in tmp_path.iterdir() if one.is_file()] == ["work.json"]


def test_the_page_on_show_comes_back(app):
    work = {**data_of(app), "page": 3}
    work["layout"] = [{"title": f"p{i}", "views": []} for i in range(3)]
    shell = app.dashboard()
    app.restore(work)
    assert shell.page_index == 2


def test_a_page_made_after_the_restore_shows_the_saved_page(app):
    work = data_of(app)
    work["layout"] = [{"title": "a", "views": []}, {"title": "b", "views": []}]
    other = reopened(app, {**work, "page": 1})
    assert other.dashboard().page_index == 1
    other.close()


def test_the_focus_comes_back_only_where_its_row_is(app):
    app.state.focus = "row-011"
    work = data_of(app)
    assert reopened(app, work).state.focus == "row-011"
    assert reopened(app, work, other_data(frame(6))).state.focus is None


def test_a_setting_that_json_cannot_hold_is_left_out_and_said(app, tmp_path):
    app.workspace.layout = (Page("p", (PageView("summary", settings={"bars": object(), "x": 1}),)),)
    assert app.save(tmp_path / "w.json") == ["setting 'bars' of view 'summary' cannot be saved"]


def test_a_password_in_the_source_is_masked():
    assert (
        masked("postgresql://me:s3:cr@t@host/db?query=select 1")
        == "postgresql://me:***@host/db?query=select 1"
    )
    assert masked("https://host/x?token=abc&sort=1") == "https://host/x?token=***&sort=1"
    assert masked("/data/plain file.csv") == "/data/plain file.csv"


def test_no_row_of_the_data_is_in_the_file_but_the_ids_of_selected_ones(app):
    app.state.selection = ["row-003"]
    text = to_json(saved(app.workspace)[0])
    assert "row-003" in text and "row-004" not in text
    assert str(app.dataset.frame["probability"][3]) not in text


def test_very_many_rows_are_saved_as_bits_for_the_same_data_only():
    frame = pd.DataFrame({"id": np.arange(50_000), "x": np.arange(50_000) % 7})
    app = symphony.App(other_data(frame), symphony.open(tiny_dataset()).registry)
    app.state.selection = np.arange(50_000) % 2 == 0
    assert app.state.selected_count() > MAX_SAVED_IDS
    text = to_json(saved(app.workspace)[0])
    assert len(text) < 20_000
    same = symphony.App(app.dataset, app.registry)
    assert same._take_up(from_json(text)) == [] and same.state.selected_count() == 25_000
    changed = symphony.App(other_data(frame.assign(x=1)), app.registry)
    said = changed._take_up(from_json(text))
    assert any("none of its 25,000 rows" in words for words in said)
    assert changed.state.selection is None


# --- changed data --------------------------------------------------------------------


def test_rows_that_are_gone_are_counted_and_the_rest_is_selected(app):
    app.state.selection = ["row-000", "row-005", "row-011"]
    other = reopened(app, data_of(app), other_data(frame(8)))
    assert other.selected()["id"].tolist() == ["row-000", "row-005"]
    assert other.not_restored == (
        "the data have changed since: 12 rows then, 8 now",
        "the selection: 2 of 3 rows still exist",
    )


def test_a_selection_whose_rows_are_all_gone_is_left_out_and_said(app):
    app.state.selection = ["row-011"]
    other = reopened(app, data_of(app), other_data(frame(8)))
    assert other.state.selection is None
    assert "the selection was left out: none of its 1 rows exist any more" in other.not_restored


def test_missing_columns_and_other_kinds_are_named(app):
    changed = frame().drop(columns=["brightness", "taken"]).assign(probability="high")
    said = reopened(app, data_of(app), other_data(changed)).not_restored
    assert "2 columns are missing: brightness, taken" in said
    assert "other kinds of values: probability was number and is text" in said


def test_a_filter_is_applied_whole_or_named_with_its_text_and_left_out(app):
    app.state.filter = "label == 'cat' and brightness > 50"
    app.state.group_by = ["split"]
    other = reopened(app, data_of(app), other_data(frame().drop(columns="brightness")))
    assert other.state.filter is None
    assert other.state.group_by == ("split",)
    (said,) = [words for words in other.not_restored if "filter" in words]
    assert "label == 'cat' and brightness > 50" in said and "'brightness'" in said


def test_a_group_or_comparison_without_its_column_is_left_out_and_said(app):
    app.state.group_by, app.state.compare = ["label", "split"], ("label", "prediction")
    changed = frame().drop(columns=["split", "prediction"])
    other = reopened(app, data_of(app), other_data(changed))
    assert (other.state.group_by, other.state.compare) == (("label",), None)
    assert any("grouping by split was left out" in words for words in other.not_restored)
    assert any("comparison was left out, label, prediction" in words for words in other.not_restored)


def test_a_view_that_is_not_installed_is_named_and_the_others_stay(app):
    work = data_of(app)
    work["layout"] = [
        {"title": "p", "views": [
            {"view": "atlas", "width": 6, "key": "atlas-1", "settings": {}},
            {"view": "summary", "width": 6, "key": "summary-1", "settings": {}},
        ]}
    ]  # fmt: skip
    other = reopened(app, work)
    assert other.not_restored == ("view atlas is not installed",)
    assert [view.view for view in other.workspace.layout[0].views] == ["summary"]


def test_a_setting_that_its_view_refuses_is_left_out_and_the_view_stays(app):
    work = data_of(app)
    view = {"view": "summary", "width": 6, "key": "summary-1", "settings": {"bars": "many", "colour": 1}}
    work["layout"] = [{"title": "p", "views": [view]}]
    said = app.restore(work)
    assert [words for words in said if "setting bars of view summary" in words]
    assert [words for words in said if "setting colour of view summary" in words]
    assert app.workspace.layout[0].views[0].settings == {}


def test_a_key_of_another_view_does_not_show_that_views_card(app):
    shell = app.dashboard()
    work = data_of(app)
    work["layout"] = [
        {"title": "p", "views": [{"view": "summary", "width": 6, "key": "instances-1", "settings": {}}]}
    ]
    app.restore(work)
    assert [card.title for card in shell.deck.cards] == ["Summary"]


# --- slices and computed columns ----------------------------------------------------------


def test_a_slice_comes_back_with_what_filters_by_it(app):
    app.save_slice("cats", "label == 'cat'")
    app.state.filter = "cats and split == 'train'"
    other = reopened(app, data_of(app))
    assert dict(other.state.snapshot()) == dict(app.state.snapshot())
    assert other.slices["expression"].tolist() == ["label == 'cat'"]


def test_on_changed_data_a_slices_text_is_evaluated_again(app):
    app.save_slice("cats", "label == 'cat'")
    other = reopened(app, data_of(app), other_data(frame(24)))
    assert other.slices["rows"].tolist() == [8]


def test_a_slice_that_cannot_be_made_is_named_with_its_text(app):
    app.save_slice("bright", "brightness > 50")
    app.state.filter = "bright"
    other = reopened(app, data_of(app), other_data(frame().drop(columns="brightness")))
    assert other.slices.empty and other.state.filter is None
    assert any("slice 'bright' was left out, brightness > 50" in words for words in other.not_restored)


def test_a_slice_whose_rows_no_text_gives_any_more_is_saved_by_its_rows(app):
    app.run("marks")
    app.save_slice("high", "mark >= 10")
    app.run("marks", step=2)  # the slice is frozen: now its text would mean six more rows
    work = data_of(app)
    work["columns"] = [one for one in work["columns"] if "slice" in one]
    other = reopened(app, work, other_data(frame(11)))
    assert other.rows()["high"].sum() == 1
    assert any("slice 'high': 1 of 2 rows still exist" in words for words in other.not_restored)


def without_columns(app, registered):
    """Give the saved work, and close the app, so that nobody holds its columns."""
    work = data_of(app)
    app.close()
    app.state.history.clear()
    app._workspace.overlay = type(app.state.overlay)()
    app.state.history.clear()
    return work


def test_a_column_that_the_process_still_holds_is_taken_up_at_once(app):
    app.run("marks", step=3)
    app.state.filter = "mark >= 30"
    other = reopened(app, data_of(app))
    assert other.not_restored == () and other.count() == 2
    assert other.state.overlay["mark"] is app.state.overlay["mark"]


def test_columns_are_computed_again_and_what_needs_them_follows(app, registered):
    app.run("marks", step=3, seed=1, rows="label == 'cat'", name="stepped")
    app.run("pairs", name="two")
    app.state.filter = "stepped >= 4 and two_high > 103"
    app.state.selection = "two_low == 1"
    app.state.group_by = ["split"]
    work = data_of(app)
    other = reopened(app, work, other_data(frame(24)))
    assert [words for words in other.not_restored if "stepped is computed again" in words]
    assert [words for words in other.not_restored if "two_low, two_high are computed again" in words]
    assert other.state.filter is None and other.state.group_by == ("split",)
    finished(other)
    assert other.rows()["stepped"].tolist() == [7, 10, 13, 16, 19, 22]
    assert other.state.selected_count() == 1
    assert other.state.overlay["stepped"].data.missing.sum() == 16
    other.close()


def test_a_cancelled_run_is_said_and_its_filter_is_named_and_left_out(app, caplog):
    module().gate.set()
    app.run("waits")
    app.state.filter = "late > 3"
    work = data_of(app)
    module().gate.clear()
    module().started.clear()
    other = reopened(app, work, other_data(frame(9)))
    assert module().started.wait(10)
    other.session.jobs[0].cancel()
    assert "late is missing: Waits was cancelled" in caplog.text
    assert "the filter was left out, late > 3" in caplog.text
    assert other.state.filter is None
    other.close()


def test_a_run_that_fails_is_said_and_the_next_one_runs(app, caplog):
    app.run("fails")
    app.run("marks")
    app.state.group_by = ["split"]
    app.state.selection = "bad > 1"
    work = data_of(app)
    module().is_broken = True
    other = reopened(app, work, other_data(frame(9)))
    while other.session.jobs:
        with contextlib.suppress(SymphonyError):
            other.session.jobs[0].result(20)
    assert "bad is missing" in caplog.text and "no fuel" in caplog.text
    assert "mark" in other.state.table.names and other.state.selection is None
    other.close()


def test_a_filter_that_was_changed_meanwhile_is_kept(app, caplog):
    app.run("marks")
    app.state.filter = "mark > 3"
    other = reopened(app, data_of(app), other_data(frame(9)))
    other.state.filter = "label == 'cat'"
    finished(other)
    assert other.count() == 3
    assert "the filter was changed meanwhile; the saved one: mark > 3" in caplog.text
    other.close()


def test_a_second_restore_gives_up_what_the_first_waits_for(app):
    module().gate.set()
    app.run("waits")
    app.state.filter = "late > 3"
    late, plain = data_of(app), data_of(symphony.App(app.dataset, app.registry))
    module().gate.clear()
    other = reopened(app, late, other_data(frame(9)))
    assert len(other.session.jobs) == 1
    other.restore(plain)
    assert other.session.jobs == [] and other.state.filter is None
    other.close()


def test_closing_while_columns_are_computed_starts_no_further_run(app):
    module().gate.set()
    app.run("waits")
    app.run("marks")
    work = data_of(app)
    module().gate.clear()
    other = reopened(app, work, other_data(frame(9)))
    other.close()
    assert other.session.jobs == []


def test_an_analysis_that_is_not_installed_is_named_with_its_plugin(app):
    app.run("marks")
    app.state.filter = "mark > 3"
    other = symphony.open(other_data(frame(9)), restore=data_of(app), config=Manifest(block=("marks",)))
    assert "column 'mark' is missing: analysis marks of plugin marks is not installed" in other.not_restored
    assert any("filter was left out, mark > 3" in words for words in other.not_restored)
    assert other.session.jobs == []


def test_another_version_of_an_analysis_is_said(app):
    app.run("marks")
    work = data_of(app)
    work["columns"][0]["made"]["version"] = "0.1/1"
    other = reopened(app, work)
    assert any("it was made by version 0.1/1, now it is 1.0/1" in words for words in other.not_restored)
    finished(other)
    other.close()


# --- what is not saved work --------------------------------------------------------------


@pytest.fixture(scope="module")
def good() -> dict:
    app = symphony.open(tiny_dataset())
    app.state.filter = "label == 'cat'"
    app.save_slice("cats", "label == 'cat'")
    return data_of(app)


CHANGES = {
    "kind": ("kind", "poem"),
    "format": ("format", 2),
    "format as text": ("format", "1"),
    "data": ("data", []),
    "data.row_count": ("data.row_count", -1),
    "data.row_count as bool": ("data.row_count", True),
    "data.columns": ("data.columns", ["id"]),
    "data.columns.id": ("data.columns.id", 3),
    "group_by of very many": ("group_by", ["label"] * 100_001),
    "filter": ("filter", "label =="),
    "filter of a number": ("filter", 3),
    "filter of an unknown node": ("filter", {"node": "run", "code": "1"}),
    "selection": ("selection", {"node": "rows", "ids": [["int", "9" * 999]]}),
    "group_by": ("group_by", "label"),
    "compare": ("compare", ["label"]),
    "focus": ("focus", "row-1"),
    "columns[0].made": ("columns.0.made", None),
    "columns[0].made.params": ("columns.0.made.params", [1]),
    "layout": ("layout", {}),
    "layout[0].views[0].width": ("layout.0.views.0.width", 13),
    "layout[0].views[0].settings": ("layout.0.views.0.settings", []),
    "layout[0].views[0].settings.x": ("layout.0.views.0.settings", {"x": {"set": [1]}}),
    "page": ("page", 1.5),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_wrong_value_is_refused_with_its_key_and_changes_nothing(good, name):
    path, value = CHANGES[name]
    data = copy.deepcopy(good)
    place = data
    *steps, last = path.split(".")
    for step in steps:
        place = place[int(step)] if step.isdigit() else place[step]
    place[int(last) if last.isdigit() else last] = value
    app = symphony.open(tiny_dataset())
    before = dict(app.state.snapshot())
    with pytest.raises(BadSaved) as caught:
        app.restore(data)
    assert caught.value.key == name.split(" ")[0]
    assert caught.value.key in str(caught.value)
    assert dict(app.state.snapshot()) == before


TEXTS_REFUSED = {
    "no JSON": "hello",
    "cut short": '{"kind": "symphony workspace", "format": 1',
    "a list": "[]",
    "NaN": '{"kind": NaN}',
    "very deep": "[" * 100_000,
    "a number of many digits": '{"format": ' + "9" * 10_000 + "}",
    "not UTF-8": b"\xff\xfe{}",
    "too large": " " * (MAX_BYTES + 1),
}


@pytest.mark.parametrize("name", TEXTS_REFUSED)
def test_a_text_that_is_no_saved_work_is_refused(name):
    with pytest.raises(BadSaved):
        from_json(TEXTS_REFUSED[name])


def test_two_views_of_one_key_are_refused(good):
    view = {"view": "summary", "width": 6, "key": "summary-1", "settings": {}}
    with pytest.raises(BadSaved, match=r"views\[1\]\.key"):
        from_json({**good, "layout": [{"title": "p", "views": [view, view]}]})


def test_work_larger_than_what_is_read_back_is_not_written():
    expr = Rows(tuple("x" * 2_000_000 + str(index) for index in range(3)))
    with pytest.raises(BadSaved, match="MB"):
        to_json(Saved(saved(Workspace(tiny_dataset()))[0].data, selection=expr))


def test_a_file_larger_than_the_cap_is_not_read_whole(app, tmp_path):
    (tmp_path / "big.json").write_bytes(b" " * (MAX_BYTES + 10))
    with pytest.raises(BadSaved, match="at most 5 MB"):
        app.restore(tmp_path / "big.json")


@given(st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(
        st.sampled_from(["kind", "format", "data", "filter", "columns", "layout", "x"]), inner, max_size=5),
    max_leaves=12,
))  # fmt: skip
def test_whatever_json_it_is_the_only_error_is_ours(data):
    with pytest.raises(BadSaved):
        from_json(json.dumps(data))


@settings(max_examples=100)
@given(st.data())
def test_saved_work_with_one_value_exchanged_is_read_or_refused_and_nothing_else(data):
    app = symphony.open(tiny_dataset())
    app.state.filter, app.state.selection = "label == 'cat'", ["row-001"]
    app.save_slice("cats", "label == 'cat'")
    work = data_of(app)
    place, keys = work, []
    while isinstance(place, dict | list) and place:
        names = sorted(place) if isinstance(place, dict) else list(range(len(place)))
        key = data.draw(st.sampled_from(names))
        keys.append((place, key))
        place = place[key]
    parent, key = keys[data.draw(st.integers(0, len(keys) - 1))]
    parent[key] = data.draw(
        st.none() | st.booleans() | st.integers() | st.text(max_size=6) | st.just([]) | st.just({})
    )
    try:
        app.restore(work)
    except BadSaved:
        return
    finished(app)
    app.close()


@given(SETTINGS)
def test_settings_read_back_with_their_types(values):
    assert is_plain(values)
    back = {name: from_plain(json.loads(json.dumps(to_plain(value)))) for name, value in values.items()}
    assert back == values
    assert repr(back) == repr(values)


@pytest.mark.parametrize("value", [{"tuple": 3}, {"dict": {}, "x": 1}, {"date": "soon"}, {"float": "1"}, {}])
def test_what_is_no_saved_setting_is_refused(value):
    with pytest.raises(SymphonyError):
        from_plain(value)


def test_infinite_settings_and_dates_come_back():
    for value in (float("inf"), (1, "a"), dt.date(2026, 1, 31), {"a": (1,)}):
        assert from_plain(json.loads(json.dumps(to_plain(value)))) == value
