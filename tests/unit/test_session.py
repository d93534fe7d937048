"""Sessions: analyses that join, jobs, closing, and views shown twice."""

import asyncio
import threading
from types import SimpleNamespace

import pytest
from panel.io.state import state
from plugin_factory import install_plugin

import symphony_core as symphony
from symphony_core.errors import (
    BadSetting,
    Cancelled,
    SharedState,
    UnknownAnalysis,
)
from symphony_core.manifest import Manifest
from symphony_core.testing import tiny_dataset

ANALYSES = """
import threading
gate, started = threading.Event(), threading.Event()
calls = []

@hookimpl
def register_analyses():
    return [
        AnalysisSpec("marks", "Marks", "acme_marks:run", provides=("mark:int",), summary="Marks rows."),
        AnalysisSpec("near", "Near", "acme_marks:rank", provides=("near_rank:int",), ranking="near_rank"),
        AnalysisSpec("found", "Found", "acme_marks:rank", provides=("found_rank:int",), ranking="found_rank",
                     defaults={"column": "found_rank"}),
        AnalysisSpec("waits", "Waits", "acme_marks:wait", summary="Waits."),
    ]

def run(data, *, progress, cancel, seed=0, step=1):
    import numpy as np
    calls.append(step)
    return Result(columns={"mark": np.arange(len(data)) * step}, summary={"row_count": len(data)})

def rank(data, *, progress, cancel, seed=0, column="near_rank"):
    import numpy as np
    return Result(columns={column: np.arange(len(data)) + 1})

def wait(data, *, progress, cancel, seed=0):
    progress(0.5, "half way")
    started.set()
    while not gate.wait(0.01):
        cancel.check()
    return Result(summary={"waited": True})
"""


@pytest.fixture
def app(plugin_folder):
    install_plugin(plugin_folder, "marks", ANALYSES)
    app = symphony.open(tiny_dataset(), config=Manifest(block=(f"unused_{plugin_folder}",)))
    yield app
    app.close()


def ranking(app):
    newest = app.state.overlay.ranking
    return None if newest is None else newest.name


def test_a_ranking_asked_for_again_is_the_newest_and_undo_takes_it_back(app):
    app.run("marks")
    assert ranking(app) is None
    app.run("near")
    app.run("found")
    assert ranking(app) == "found_rank"
    app.run("near")
    assert ranking(app) == "near_rank"
    app.run("marks", step=3)
    assert ranking(app) == "near_rank"
    app.undo()
    app.undo()
    assert ranking(app) == "found_rank"


def module():
    import acme_marks

    return acme_marks


def test_the_columns_of_an_analysis_join_as_one_step_of_the_history(app):
    result = app.run("marks", step=2)
    assert result.columns["mark"].tolist() == list(range(0, 24, 2))
    assert result.columns.index.tolist() == app.dataset.row_ids.tolist()
    app.state.filter = "mark >= 20"
    assert app.count() == 2
    assert app.rows()["mark"].tolist() == [20, 22]
    app.undo()
    app.undo()
    assert "mark" not in app.state.table.names


def test_rows_not_covered_are_null(app):
    app.state.filter = "label == 'cat'"
    result = app.run("marks", rows="filter")
    assert result.summary["row_count"] == 4
    assert result.columns["mark"].isna().sum() == 8
    assert app.run("marks", rows="label == 'dog'").columns["mark"].notna().sum() == 4


def test_a_name_keeps_two_results_side_by_side(app):
    app.run("marks", step=1)
    app.run("marks", step=3, name="mark_by_3")
    assert app.rows()[["mark", "mark_by_3"]].iloc[2].tolist() == [2, 6]


def test_running_again_replaces_the_column(app):
    app.run("marks", step=1)
    app.run("marks", step=5)
    assert app.rows()["mark"].tolist()[:2] == [0, 5]


def test_one_sessions_run_does_not_change_anothers_columns(app):
    other = symphony.App(app.dataset, app.registry)
    app.run("marks")
    assert "mark" not in other.state.table.names


def test_a_job_has_progress_and_can_be_cancelled(app):
    job = app.start("waits")
    assert module().started.wait(10)
    assert job.progress == (0.5, "half way")
    job.cancel()
    with pytest.raises(Cancelled):
        job.result(10)
    assert app.session.jobs == []


def test_a_job_can_be_awaited(app):
    module().gate.set()

    async def wait():
        return await app.start("waits")

    assert asyncio.run(wait()).summary == {"waited": True}


def test_closing_cancels_what_runs(app):
    job = app.start("waits")
    app.close()
    assert job.cancelled
    assert app.session.is_closed


def test_wrong_names_and_settings_raise_before_anything_runs(app):
    with pytest.raises(UnknownAnalysis, match="'marks'"):
        app.run("mark")
    with pytest.raises(BadSetting, match="'step'"):
        app.run("marks", steps=2)
    assert module().calls == []


def test_on_change_tells_new_values_until_stopped(app):
    heard = []
    handle = app.on_change(lambda value: heard.append(app.count()), "filter")
    app.state.filter = "label == 'cat'"
    handle.stop()
    handle.stop()
    app.state.filter = None
    assert heard == [4]


def test_a_callback_that_fails_does_not_stop_the_gesture(app, caplog):
    app.on_change(lambda value: 1 / 0, "filter")
    app.state.filter = "label == 'cat'"
    assert app.count() == 4
    assert "ZeroDivisionError" in caplog.text


def test_on_change_refuses_what_the_state_does_not_have(app):
    with pytest.raises(BadSetting, match="'selection'"):
        app.on_change(print, "selecton")


class Document:
    """What a session looks at: a document served to a browser session."""

    def __init__(self):
        self.session_context = object()
        self.calls = []

    def add_next_tick_callback(self, call):
        self.calls.append(call)

    def on_session_destroyed(self, *callbacks):
        self.destroyed = callbacks


def test_views_shown_in_a_second_session_are_refused_with_the_remedy(app):
    app.session.bind(Document())
    with pytest.raises(SharedState, match=r"symphony.open\(\).*share=True"):
        app.session.bind(Document())


def test_shared_views_may_be_shown_in_several_sessions(app):
    shared = symphony.App(app.dataset, app.registry, share=True)
    shared.session.bind(Document())
    shared.session.bind(Document())
    assert not shared.session.is_closed


def test_a_session_ends_with_its_page(app):
    document = Document()
    app.session.bind(document)
    for callback in document.destroyed:
        callback(None)
    assert app.session.is_closed


def test_what_a_worker_hands_over_waits_for_the_pages_loop(app):
    document = Document()
    app.session.bind(document)
    done = threading.Event()
    heard = []
    app.session.owner.post(lambda: heard.append(threading.get_ident()))
    assert heard == []
    for call in document.calls:
        call()
    done.set()
    assert heard == [threading.get_ident()]


def test_what_comes_while_the_browser_still_draws_the_page_waits_until_it_has(app):
    document = Document()
    document.session_context = SimpleNamespace(session=SimpleNamespace(connection_count=0))
    app.session.bind(document)
    heard = []

    def post(word):
        app.session.owner.post(lambda: heard.append(word))
        while document.calls:
            document.calls.pop(0)()

    post("in the page as it is sent")
    assert heard == ["in the page as it is sent"]
    document.session_context.session.connection_count = 1
    post("first")
    post("second")
    assert heard == ["in the page as it is sent"]
    state._on_load(document)  # the browser says that it has drawn the page
    while document.calls:
        document.calls.pop(0)()
    assert heard == ["in the page as it is sent", "first", "second"]
    post("third")
    assert heard[-1] == "third"


def test_a_closed_app_says_so_instead_of_waiting(app):
    app.close()
    with pytest.raises(BadSetting, match="closed"):
        app.run("marks")


def test_who_waits_for_a_job_is_told_when_the_session_closes(app):
    job = app.start("waits")
    threading.Timer(0.2, app.close).start()
    with pytest.raises(Cancelled):
        job.result(20)


def test_on_change_takes_one_name_and_a_function(app):
    with pytest.raises(BadSetting, match="one name"):
        app.on_change(print, ["selection"])
    with pytest.raises(BadSetting, match="function"):
        app.on_change(3, "selection")


def test_a_misspelt_param_of_the_state_is_an_error(app):
    with pytest.raises(BadSetting, match="'filter'"):
        app.state.filtre = "label == 'cat'"


def test_a_misspelt_setting_is_the_callers_mistake_and_not_the_plugins(app):
    for settings in ({"barz": 3}, {"bars": "x"}, {"bars": -5}):
        card = app.show("summary", **settings)
        assert next(iter(settings)) in card.frame.problem
        assert "Error" not in card.frame.problem
    assert app.registry.frame().set_index("plugin").loc["summary", "status"] == "ok"
