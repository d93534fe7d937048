"""What the served page lets go of when its session ends."""

from __future__ import annotations

import gc
import weakref
from types import SimpleNamespace

import panel as pn
from bokeh.document import Document
from panel.io.state import set_curdoc

import symphony_core as symphony
from symphony_core.serving import served_page, warm_up
from symphony_core.testing import tiny_dataset


def followers_of_busy(page) -> list[object]:
    """Watchers by which Panel's global state holds a page."""
    watchers = pn.state.param.watchers.get("busy", {}).get("value", ())
    return [one for one in watchers if getattr(getattr(one.fn, "__self__", None), "self", None) is page]


def test_served_data_are_not_read_anew_after_the_last_visitor_left(tmp_path):
    path = tmp_path / "data.csv"
    path.write_text("id,label\na,x\nb,y\n", encoding="utf-8")
    warm_up(lambda: symphony.open(path))
    gc.collect()
    first, second = symphony.open(path).dataset, symphony.open(path).dataset
    assert first is second
    opened = weakref.ref(first)
    del first, second
    gc.collect()
    assert opened() is not None


def test_a_page_whose_session_ended_is_no_longer_held_by_panels_state():
    document = Document()
    context = SimpleNamespace(id="session", request=SimpleNamespace(arguments={}), server_context=None)
    document._session_context = lambda: context
    with set_curdoc(document):
        app = symphony.open(tiny_dataset())
        page = served_page(app)
    assert followers_of_busy(page)
    for callback in document.callbacks.session_destroyed_callbacks:
        callback(context)
    assert followers_of_busy(page) == []
    assert app.session.is_closed
