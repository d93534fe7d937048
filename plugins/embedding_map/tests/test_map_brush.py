"""Boxes and lassos as expressions."""

from __future__ import annotations

import math

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from symphony_core.combine import Mode
from symphony_core.errors import BadSetting
from symphony_core.expr import Compare, Inside
from symphony_core.expr_text import to_text
from symphony_panel_embedding_map.view_brush import MAX_KEPT_POINTS, box, joined, lasso, simplified

PIXEL = (0.1, 0.1)
A, B = Compare("a", "==", 1), Compare("b", "==", 2)


def test_a_box_is_said_by_both_columns_and_rounded_to_a_tenth_of_a_pixel():
    made = box("x", "y", {"window": [0.123456, 1.987654, -2.5, 3.00001]}, PIXEL)
    assert to_text(made) == "x between 0.12 and 1.99 and y between -2.5 and 3.0"


def test_a_lasso_keeps_its_corners():
    made = lasso("x", "y", {"polygon": [[0, 0], [1, 0], [2, 0], [2, 2], [0, 2]]}, PIXEL)
    assert made == Inside("x", "y", ((0, 0), (2, 0), (2, 2), (0, 2)))


def test_a_line_that_encloses_nothing_is_no_lasso():
    assert lasso("x", "y", {"polygon": [[0, 0], [1, 1]]}, PIXEL) is None
    assert lasso("x", "y", {"polygon": [[0, 0], [0.001, 0], [0, 0.001]]}, PIXEL) is None


def test_a_drawn_circle_of_a_thousand_points_is_kept_by_few_that_lie_close_to_it():
    drawn = [(50 * math.cos(a / 159.2), 50 * math.sin(a / 159.2)) for a in range(1000)]
    kept = simplified(drawn, (1.0, 1.0))
    assert len(kept) <= MAX_KEPT_POINTS
    assert shapely.Polygon(kept).hausdorff_distance(shapely.Polygon(drawn)) <= 0.5


@given(st.lists(st.tuples(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6)), min_size=1, max_size=400))
def test_no_lasso_keeps_more_points_than_the_limit_and_all_are_drawn_ones(points: list[tuple[float, float]]):
    kept = simplified(points, (1.0, 1.0))
    assert len(kept) <= max(3, MAX_KEPT_POINTS)
    drawn = {(round(x, 6), round(y, 6)) for x, y in points}
    assert all((round(x, 6), round(y, 6)) in drawn for x, y in kept)


@pytest.mark.parametrize(
    "message",
    [{}, {"polygon": []}, {"polygon": [[1]]}, {"polygon": [[1, math.nan]]}, {"polygon": "all"}],
)
def test_a_message_that_is_no_polygon_is_refused(message: dict[str, object]):
    with pytest.raises(BadSetting, match="the page sent"):
        lasso("x", "y", message, PIXEL)


@pytest.mark.parametrize("window", [None, [1, 2, 3], [1, 1, 0, 1], [2, 1, 0, 1], [0, math.inf, 0, 1]])
def test_a_message_that_is_no_box_is_refused(window: object):
    with pytest.raises(BadSetting, match="the window"):
        box("x", "y", {"window": window}, PIXEL)


def test_a_brush_replaces_adds_and_takes_away():
    assert joined(A, B, Mode.REPLACE) == B
    assert joined(A, B, Mode.ADD) == A | B
    assert joined(A, B, Mode.EXCLUDE) == A & ~B
    assert joined(None, B, Mode.ADD) == B
    assert joined(None, B, Mode.EXCLUDE) is None
