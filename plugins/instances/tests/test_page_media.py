import io
import queue
import time

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from symphony_core.errors import Cancelled
from symphony_core.manifest import Manifest
from symphony_core.media import Media, MediaColumn, _pictures
from symphony_core.owner import Owner
from symphony_core.registry import Registry
from symphony_core.session import Session
from symphony_core.sources import open_source
from symphony_core.workspace import Workspace
from symphony_panel_instances.page_media import PageMedia
from symphony_panel_instances.view import InstancesView

IMAGE = MediaColumn("image", "image")


def noise(seed: int, px: int = 200) -> bytes:
    pixels = np.random.default_rng(seed).integers(0, 255, (px, px, 3), dtype=np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()


def pictures(count: int) -> pd.DataFrame:
    return pd.DataFrame({"id": [f"r{i}" for i in range(count)], "image": [noise(i) for i in range(count)]})


def page_media(frame: pd.DataFrame, rows: list[int]) -> PageMedia:
    made = PageMedia(Media(open_source(frame)))
    made.turn_to(rows, (IMAGE,), 96)
    return made


def test_a_time_that_is_used_up_makes_one_and_leaves_the_others_missing():
    made = page_media(pictures(3), [0, 1, 2])
    made.add(made.make(made.missing(), 0.0))
    assert made.missing() == [(1, "image"), (2, "image")]


def test_one_broken_picture_of_sixty_costs_its_own_place_only():
    frame = pd.DataFrame({"id": range(60), "image": [noise(i, 8) for i in range(60)]})
    frame.loc[7, "image"] = b"\x89PNG\r\n\x1a\n" + bytes(40)
    made = page_media(frame, list(range(60)))
    made.add(made.make(made.missing(), 30.0))
    problems = [row for row, _, shown in made.as_data() if "problem" in shown]
    assert (problems, len(made.as_data()), made.missing()) == ([7], 60, [])


def test_pictures_of_rows_that_stay_are_kept_and_those_of_another_size_are_not():
    made = page_media(pictures(3), [0, 1])
    made.add(made.make(made.missing(), 30.0))
    made.turn_to([1, 2], (IMAGE,), 96)
    assert made.missing() == [(2, "image")]
    made.turn_to([1, 2], (IMAGE,), 64)
    assert made.missing() == [(1, "image"), (2, "image")]


def test_making_ahead_stops_where_it_is_told_to():
    made = page_media(pictures(5), [0])
    _pictures.clear()
    asked: list[int] = []

    def check() -> None:
        asked.append(1)
        if len(asked) == 3:
            raise Cancelled("enough")

    with pytest.raises(Cancelled):
        made.make_ahead([1, 2, 3, 4], (IMAGE,), 96, check)
    assert len(_pictures) == 2


@pytest.fixture
def on_a_loop():
    """Make a view in a session whose owner has a loop; `run(until)` is that loop."""
    calls: queue.Queue = queue.Queue()
    sessions: list[Session] = []

    def make(frame: pd.DataFrame, **settings: object) -> InstancesView:
        session = Session(Workspace(open_source(frame)), Registry(Manifest(allow=())))
        session.owner = Owner(calls.put)
        sessions.append(session)
        view = InstancesView(session, **settings)
        assert view.frame.problem == ""
        return view

    def run(until) -> None:
        end_s = time.monotonic() + 20
        while not until():
            assert time.monotonic() < end_s, "it never came"
            try:
                calls.get(timeout=0.02)()
            except queue.Empty:
                continue

    yield make, run
    for session in sessions:
        session.close()


def test_the_next_page_is_made_while_this_one_is_looked_at(on_a_loop):
    make, run = on_a_loop
    _pictures.clear()
    make(pictures(8), grid_rows=3)
    run(lambda: len(_pictures) == 6)


def test_the_last_page_has_nothing_ahead(on_a_loop):
    make, run = on_a_loop
    _pictures.clear()
    view = make(pictures(5), grid_rows=3)
    run(lambda: len(_pictures) == 5)
    view._component._handle_msg({"kind": "page", "number": 2})
    assert view.found.panels[0].rows.tolist() == [3, 4]
    assert view.frame.is_busy is False


def test_a_page_comes_at_once_and_its_slow_pictures_follow(on_a_loop):
    make, run = on_a_loop
    frame = pd.DataFrame({"id": range(6), "image": [noise(i, 700) for i in range(6)]})
    view = make(frame)
    first = view._component.data["made"]
    assert 1 <= len(first) <= 6
    run(lambda: len(view._component.late.get("made", first)) == 6 and not view.frame.is_busy)


def test_a_broken_file_is_shown_beside_the_others_on_the_same_page(on_a_loop):
    make, run = on_a_loop
    frame = pictures(4)
    frame.loc[1, "image"] = noise(1)[:500]
    view = make(frame)
    run(lambda: not view.frame.is_busy)
    late = view._component.late.get("made") or view._component.data["made"]
    assert [("uri" in shown, "problem" in shown) for _, _, shown in late] == [
        (True, False), (False, True), (True, False), (True, False),
    ]  # fmt: skip
