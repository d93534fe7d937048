"""Undo and redo over snapshots."""

import pytest

from symphony_core.history import MAX_ENTRIES, History


class Clock:
    now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def filters(history: History, *values: str) -> None:
    for value in values:
        history.record({"filter": value})


def test_undo_goes_back_one_gesture_at_a_time():
    history = History({"filter": ""})
    filters(history, "a", "b")
    assert history.undo()["filter"] == "a"
    assert history.undo()["filter"] == ""
    assert history.undo() is None


def test_redo_goes_forward_again_until_the_last():
    history = History({"filter": ""})
    filters(history, "a", "b")
    history.undo()
    history.undo()
    assert [history.redo()["filter"], history.redo()["filter"], history.redo()] == ["a", "b", None]


def test_a_new_gesture_forgets_what_was_undone():
    history = History({"filter": ""})
    filters(history, "a", "b")
    history.undo()
    filters(history, "c")
    assert history.redo() is None
    assert history.undo()["filter"] == "a"


def test_steps_of_one_slider_within_a_second_are_one_gesture():
    clock = Clock()
    history = History({"threshold": 0}, clock=clock)
    for value in (1, 2, 3):
        clock.now_s += 0.5
        history.record({"threshold": value}, key="slider")
    assert history.undo_count == 1
    assert history.undo()["threshold"] == 0


def test_a_pause_or_another_slider_starts_a_new_gesture():
    clock = Clock()
    history = History({"threshold": 0}, clock=clock)
    history.record({"threshold": 1}, key="slider")
    clock.now_s += 5
    history.record({"threshold": 2}, key="slider")
    history.record({"threshold": 3}, key="other")
    assert history.undo_count == 3


def test_gestures_without_a_key_never_merge():
    history = History({"filter": ""}, clock=Clock())
    filters(history, "a", "b")
    assert history.undo_count == 2


def test_the_oldest_gestures_are_forgotten_first():
    history = History({"filter": "first"})
    filters(history, *map(str, range(MAX_ENTRIES + 5)))
    while (snapshot := history.undo()) is not None:
        last = snapshot
    assert last["filter"] == "4"


def test_a_snapshot_cannot_be_edited_afterwards():
    source = {"filter": "a"}
    history = History(source)
    source["filter"] = "b"
    assert history.present["filter"] == "a"
    with pytest.raises(TypeError):
        history.present["filter"] = "b"
