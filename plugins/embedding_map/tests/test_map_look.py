"""Requests of a page and the window that shows all points."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from symphony_core.errors import BadSetting
from symphony_panel_embedding_map.view_look import MAX_SIDE_PX, home, read_look, read_window

ASKED = {"window": [0, 1, 0, 2], "width": 640.4, "height": 480, "ratio": 2, "is_dark": True, "number": 7}


def test_a_request_is_read():
    look = read_look(ASKED)
    assert (look.window, look.width, look.height) == ((0, 1, 0, 2), 640, 480)
    assert (look.ratio, look.is_dark, look.number) == (2, True, 7)


def test_a_request_for_all_points_has_no_window():
    assert read_look({**ASKED, "window": None}).window is None


def test_no_request_makes_a_picture_larger_than_a_screen():
    assert read_look({**ASKED, "width": 1e9}).width == MAX_SIDE_PX


@pytest.mark.parametrize("key", ["width", "height", "ratio", "number"])
@pytest.mark.parametrize("value", [None, "9", float("nan"), True])
def test_a_request_without_a_number_is_refused(key: str, value: object):
    with pytest.raises(BadSetting, match=key):
        read_look({**ASKED, key: value})


def test_an_empty_window_is_refused():
    with pytest.raises(BadSetting, match="empty"):
        read_window([1, 0, 0, 1])


def test_one_scale_keeps_a_square_square():
    x0, x1, y0, y1 = home((0, 1, 0, 1), 800, 400, has_one_scale=True)
    assert (x1 - x0) / 800 == pytest.approx((y1 - y0) / 400)
    assert home((0, 1, 0, 10), 800, 400, has_one_scale=False) == pytest.approx((-0.04, 1.04, -0.4, 10.4))


finite = st.floats(-1e6, 1e6)


@given(finite, finite, finite, finite, st.booleans())
def test_all_points_lie_inside_the_window_that_shows_all(a: float, b: float, c: float, d: float, one: bool):
    extent = (min(a, b), max(a, b), min(c, d), max(c, d))
    x0, x1, y0, y1 = home(extent, 300, 200, has_one_scale=one)
    assert x0 < x1 and y0 < y1
    assert x0 <= extent[0] and extent[1] <= x1 and y0 <= extent[2] and extent[3] <= y1
