"""What is kept of a page that ended: values only, for a while, and a copy for whoever has the key."""

from __future__ import annotations

import gc
import weakref

import numpy as np
import pytest

import symphony_core as symphony
from symphony_core.parked import Held, Shelf, new_key
from symphony_core.shell.visit import LOST_WORDS, Visit, shelf
from symphony_core.testing import tiny_dataset


class Clock:
    now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock():
    return Clock()


def held(app) -> Held:
    return Held(app.dataset.fingerprint, app.state.history)


def app_with(*filters: str) -> symphony.App:
    app = symphony.open(tiny_dataset())
    for text in filters:
        app.state.filter = text
    return app


def park(shelf: Shelf, key: str, app: symphony.App) -> None:
    value = held(app)
    shelf.follow(key, lambda: value)
    assert shelf.end(key)


def test_a_key_opens_what_a_page_held_with_its_steps(clock):
    shelf, app, other = Shelf(clock=clock), app_with("label == 'cat'", "split == 'train'"), app_with()
    park(shelf, "k", app)
    other.state.resume(shelf.find("k", app.dataset.fingerprint).history)
    assert other.count() == 9
    assert other.undo() and other.count() == 4
    assert other.undo() and other.count() == 12
    assert not other.undo()


def test_what_is_undone_can_be_done_again_after_a_resume(clock):
    shelf, app, other = Shelf(clock=clock), app_with("label == 'cat'"), app_with()
    app.undo()
    park(shelf, "k", app)
    other.state.resume(shelf.find("k", app.dataset.fingerprint).history)
    assert other.redo() and other.count() == 4


def test_a_live_page_is_copied_and_not_shared(clock):
    shelf, app, other = Shelf(clock=clock), app_with("label == 'cat'"), app_with()
    shelf.follow("k", lambda: held(app))
    other.state.resume(shelf.find("k", app.dataset.fingerprint).history)
    other.state.filter = "split == 'train'"
    assert app.count() == 4 and app.state.history.undo_count == 1
    app.state.filter = None
    assert other.count() == 9 and other.state.history.undo_count == 2


def test_a_key_opens_only_the_data_it_was_made_on(clock):
    shelf, app = Shelf(clock=clock), app_with("label == 'cat'")
    park(shelf, "k", app)
    assert shelf.find("k", "other data") is None
    assert shelf.find("another key", app.dataset.fingerprint) is None


def test_after_half_an_hour_it_is_gone(clock):
    shelf, app = Shelf(clock=clock), app_with()
    park(shelf, "k", app)
    clock.now_s = 30 * 60 - 1
    assert shelf.find("k", app.dataset.fingerprint) is not None
    clock.now_s = 30 * 60
    shelf.sweep()
    assert len(shelf) == 0
    assert shelf.find("k", app.dataset.fingerprint) is None


def test_of_very_many_the_least_recently_used_go(clock):
    shelf, app = Shelf(clock=clock, max_entries=2), app_with()
    for key in "ab":
        park(shelf, key, app)
    shelf.find("a", app.dataset.fingerprint)
    park(shelf, "c", app)
    assert [key for key in "abc" if shelf.find(key, app.dataset.fingerprint)] == ["a", "c"]


def test_bytes_are_bounded_and_what_is_shared_counts_once(clock):
    app = app_with()
    app.save_slice("cats", "label == 'cat'")
    shelf = Shelf(clock=clock)
    park(shelf, "a", app)
    once = shelf.nbytes
    park(shelf, "b", app)
    assert 12 <= shelf.nbytes == once
    small = Shelf(clock=clock, max_bytes=once + 1)
    park(small, "a", app)
    other = app_with()
    other.save_slice("dogs", "label == 'dog'")
    park(small, "b", other)
    assert len(small) == 1 and small.nbytes <= once + 1


def test_rows_of_a_selection_count_too(clock):
    shelf, app = Shelf(clock=clock), symphony.open(tiny_dataset(4_000))
    app.state.selection = np.arange(4_000) % 2 == 0
    park(shelf, "a", app)
    assert shelf.nbytes >= 500


def test_a_page_that_nobody_follows_is_not_kept(clock):
    assert not Shelf(clock=clock).end("k")


def test_keys_are_long_and_differ():
    keys = {new_key() for _ in range(100)}
    assert len(keys) == 100 and min(map(len, keys)) >= 43


# --- the page's side --------------------------------------------------------------------


def visited(app, key: str = "") -> Visit:
    visit = Visit(app.dashboard())
    visit.act({"kind": "here", "key": key})
    return visit


def key_of(visit: Visit) -> str:
    return visit.component.data["key"]


def toast(app) -> str:
    return app.dashboard().head.data()["toast"].get("words", "")


def test_a_page_that_brings_its_key_goes_on_with_undo_and_the_page_on_show():
    app = app_with("label == 'cat'")
    first = visited(app)
    app.dashboard().page_index = 1
    second_app = app_with()
    second = visited(second_app, key_of(first))
    assert second_app.count() == 4 and second_app.state.history.undo_count == 1
    assert key_of(second) != key_of(first)
    app.close(), second_app.close()


def test_a_page_that_ended_is_resumed_from_what_was_kept():
    app = app_with("label == 'cat'")
    first = visited(app)
    app.close()
    other = app_with()
    visited(other, key_of(first))
    assert other.count() == 4
    other.close()


def test_a_key_that_is_gone_is_said_and_nothing_changes():
    app = app_with()
    visited(app, "no such key")
    assert toast(app) == LOST_WORDS
    assert app.count() == 12
    app.close()


def test_a_page_without_a_key_starts_anew_and_says_nothing():
    app = app_with()
    assert visited(app).component.data["is_settled"]
    assert toast(app) == ""
    app.close()


@pytest.mark.parametrize("key", [None, 3, ["a"], {"a": 1}])
def test_whatever_a_page_brings_as_key_is_no_error(key):
    app = app_with()
    visit = Visit(app.dashboard())
    visit.act({"kind": "here", "key": key})
    assert app.count() == 12
    app.close()


def test_a_key_is_taken_once_a_visit_so_that_a_page_cannot_try_many():
    app, other = app_with("label == 'cat'"), app_with()
    key = key_of(visited(app))
    visit = visited(other, "wrong")
    visit.act({"kind": "here", "key": key})
    assert other.count() == 12
    app.close(), other.close()


def test_a_page_that_was_never_drawn_is_not_kept():
    app = app_with()
    before = len(shelf)
    Visit(app.dashboard())
    app.close()
    assert len(shelf) == before


def test_what_is_kept_keeps_no_shell_view_or_session_alive():
    app = app_with("label == 'cat'")
    app.run("summary")
    visit = visited(app)
    shell = app.dashboard()
    views = [*shell.pages._views.values()]
    assert views
    gone = [weakref.ref(one) for one in (app, app.session, app.state, shell, visit, visit.component, *views)]
    key, fingerprint = key_of(visit), app.dataset.fingerprint
    app.close()
    del app, visit, shell, views
    gc.collect()
    assert [one() for one in gone] == [None] * len(gone)
    assert shelf.find(key, fingerprint) is not None


def test_a_page_that_did_not_hear_the_answer_gets_it_again():
    app = app_with()
    visit = visited(app)
    before = visit.component.data
    visit.act({"kind": "here", "key": ""})
    assert visit.component.data != before and visit.component.data["is_settled"]
    app.close()


def test_the_server_answers_that_a_connection_lives():
    app = app_with()
    visit = visited(app)
    visit.act({"kind": "ping", "number": 3})
    assert visit.component.data["pong"] == 3
    app.close()
