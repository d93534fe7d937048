"""A view that fails costs its own card and nothing else."""

from textwrap import dedent

import pytest
from plugin_factory import install_plugin

import symphony_core as symphony
from symphony_core.errors import PluginError, UnknownView
from symphony_core.manifest import Manifest
from symphony_core.testing import tiny_dataset

VIEWS = """
@hookimpl
def register_views():
    return [ViewSpec("{name}", "{name}", "{module}:{target}", summary="A view.")]
"""
IMPORTS = """
import panel as pn
from symphony_core.view import View
"""


def app_with(folder, name, body):
    """Open a table with the shipped plugins and one more, whose views live in `body`."""
    (folder / f"{name}_views.py").write_text(IMPORTS + dedent(body), encoding="utf-8")
    install_plugin(
        folder, name, VIEWS.format(name=name, module=f"{name}_views", target="Made"), version="2.3"
    )
    # a registry of its own: the process keeps one per manifest
    return symphony.open(tiny_dataset(), config=Manifest(allow=("*",), block=(f"unused_{name}",)))


FAILURES = {
    "at import": "raise RuntimeError('seen at import')",
    "by leaving": "raise SystemExit('seen at exit')",
    "in its factory": """
        class Made(View):
            def __init__(self, session, **settings):
                raise RuntimeError('seen in factory')
    """,
    "as no view": """
        class Made:
            def __init__(self, session, **settings):
                pass
    """,
    "in its body": """
        class Made(View):
            def body(self):
                raise RuntimeError('seen in body')
    """,
    "without a body": """
        class Made(View):
            pass
    """,
    "in its first drawing": """
        class Made(View):
            def body(self):
                return pn.Column()
            def draw(self):
                raise RuntimeError('seen in draw')
    """,
}


@pytest.mark.parametrize("body", FAILURES.values(), ids=FAILURES.keys())
def test_a_view_that_fails_becomes_a_card_that_says_why(plugin_folder, body):
    app = app_with(plugin_folder, "failing", body)
    card = app.show("failing")
    assert card.frame.problem
    assert "Traceback" not in card.frame.problem
    row = symphony_row(app, "failing")
    assert (row["distribution"], row["version"]) == ("acme-failing", "2.3")
    assert row["status"] != "ok"
    assert row["problem"]
    assert_the_rest_works(app)


def test_an_update_that_fails_keeps_the_state_and_the_other_views(plugin_folder):
    app = app_with(
        plugin_folder,
        "failing",
        """
        class Made(View):
            def body(self):
                return pn.Column()
            def draw(self):
                if self.state.filter is not None:
                    raise ZeroDivisionError('seen in update')
    """,
    )
    card = app.show("failing")
    assert card.frame.problem == ""
    summary = app.show("summary")
    _ = summary.frame
    app.state.filter = "label == 'cat'"
    assert app.count() == 4
    assert "seen in update" in card.frame.problem
    assert summary.frame.problem == ""
    assert "4 of 12" in summary.frame.count
    assert "seen in update" in symphony_row(app, "failing")["problem"]
    app.state.filter = None
    assert card.frame.problem == ""


def test_a_gesture_that_fails_is_told_in_its_own_card(plugin_folder):
    app = app_with(
        plugin_folder,
        "failing",
        """
        class Made(View):
            def body(self):
                return pn.Column()
            def click(self, gesture):
                raise RuntimeError('seen in gesture')
    """,
    )
    card = app.show("failing")
    _ = card.frame
    card.on_gesture(card.click)({"kind": "click"})
    assert "seen in gesture" in card.frame.problem


def test_a_close_that_fails_does_not_keep_the_others_open(plugin_folder, caplog):
    app = app_with(
        plugin_folder,
        "failing",
        """
        class Made(View):
            def body(self):
                return pn.Column()
            def close(self):
                raise RuntimeError('seen in close')
    """,
    )
    closed = []
    app.session.on_close(lambda: closed.append("made before the failing one, so closed after it"))
    _ = app.show("failing").frame
    app.close()
    assert "seen in close" in caplog.text
    assert len(closed) == 1


def test_a_misspelt_setting_is_told_in_the_card(plugin_folder):
    app = symphony.open(tiny_dataset())
    card = app.show("instances", page_sizes=20)
    assert "page_sizes" in card.frame.problem


def test_a_view_that_nobody_registered_names_the_nearest():
    app = symphony.open(tiny_dataset())
    with pytest.raises(UnknownView, match="'summary'"):
        app.show("sumary")


def test_an_analysis_that_fails_says_who_and_changes_nothing(plugin_folder):
    install_plugin(
        plugin_folder,
        "adds",
        """
        @hookimpl
        def register_analyses():
            return [AnalysisSpec("adds", "Adds", "acme_adds:run", provides=("added:int",), summary="Adds.")]

        def run(data, *, progress, cancel, seed=0, kind="raise"):
            if kind == "raise":
                raise RuntimeError("seen in analysis")
            if kind == "short":
                return Result(columns={"added": [1]})
            if kind == "name":
                return Result(columns={"other": [1] * len(data)})
            return kind
    """,
    )
    app = symphony.open(tiny_dataset(), config=Manifest(block=("unused_adds",)))
    for kind in ("raise", "short", "name", "nothing"):
        with pytest.raises(PluginError, match=r"acme-adds 1\.0"):
            app.run("adds", kind=kind)
    assert app.state.table.names == app.dataset.names
    assert app.state.history.undo_count == 0


def symphony_row(app, plugin):
    frame = app.registry.frame().set_index("plugin")
    return frame.loc[plugin]


def assert_the_rest_works(app):
    view = app.show("summary")
    app.state.filter = "label == 'cat'"
    assert view.frame.problem == ""
    assert app.run("summary").table is not None
