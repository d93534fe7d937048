"""What is done to the views of a page is in the same history as filter and selection."""

import pytest

import symphony_core as symphony
from symphony_core.manifest import Manifest
from symphony_core.testing import tiny_dataset


@pytest.fixture
def app():
    app = symphony.open(tiny_dataset(), config=Manifest(allow=("summary", "instances")))
    yield app
    app.close()


def view_of(app, key):
    return app.dashboard().pages._views[key]


def test_a_setting_of_a_view_is_undone_and_redone(app):
    app.dashboard()
    view_of(app, "summary-1").bars = 33
    assert app.state.history.undo_count == 1
    app.state.filter = "label == 'cat'"
    app.undo()
    assert view_of(app, "summary-1").bars == 33
    app.undo()
    assert view_of(app, "summary-1").bars == 20
    app.redo()
    assert view_of(app, "summary-1").bars == 33


def test_undo_of_a_setting_makes_no_step_of_its_own(app):
    app.dashboard()
    view_of(app, "summary-1").bars = 33
    app.undo()
    assert (app.state.history.undo_count, app.state.history.redo_count) == (0, 1)


def test_settings_of_the_page_are_kept_when_others_are_taken_back(app):
    app.dashboard()
    view = view_of(app, "summary-1")
    view.values = 5
    view.bars = 30
    view.bars = 20
    assert dict(app.workspace.layout[0].views[0].settings) == {"values": 5}


def test_the_buttons_know_a_gesture_of_several_steps(app):
    shell = app.dashboard()
    with app.state.gesture():
        app.state.filter = "label == 'cat'"
        app.state.group_by = "split"
    assert shell.title.data["can_undo"]
    app.undo()
    assert not shell.title.data["can_undo"]
    assert shell.title.data["can_redo"]
