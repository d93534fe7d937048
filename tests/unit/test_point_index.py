"""Lassos are answered by the index that a plugin registered for exactly these columns."""

from __future__ import annotations

import gc

import numpy as np
import pandas as pd

from symphony_core import point_index
from symphony_core.cache import masks
from symphony_core.expr import Inside, Not
from symphony_core.sources import open_source
from symphony_core.table import Table

SQUARE = ((0.0, 0.0), (4.0, 0.0), (4.0, 4.0), (0.0, 4.0))
LASSO = Inside("x", "y", SQUARE)


class FirstRow:
    """Says of each lasso that the first of two rows lies in it, and remembers the lassos."""

    def __init__(self) -> None:
        self.asked: list[object] = []

    def inside(self, polygon: object) -> np.ndarray:
        self.asked.append(polygon)
        return np.array([True, False])


def table_of(x: list[float]) -> Table:
    return Table(open_source(pd.DataFrame({"x": x, "y": [1.0, 1.0], "n": [1, 2]})))


def test_a_lasso_is_answered_by_the_index_of_its_columns_wherever_it_stands():
    table, index = table_of([9.5, 9.5]), FirstRow()
    point_index.register(point_index.key_of(table, "x", "y"), index)
    assert table.mask(LASSO).tolist() == [True, False]
    assert table.mask(Not(LASSO)).tolist() == [False, True]
    assert table.mask(table.bind("n == 2 or inside(x, y, [[0, 0], [1, 0], [1, 1]])")).tolist() == [True, True]
    assert index.asked == [SQUARE, SQUARE, ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0))]
    assert table.mask(Inside("y", "x", SQUARE)).tolist() == [False, False]


def test_the_index_is_not_asked_where_no_row_is_left():
    table, index = table_of([9.25, 9.5]), FirstRow()
    point_index.register(point_index.key_of(table, "x", "y"), index)
    assert table.mask(table.bind("n > 5 and inside(x, y, [[0, 0], [1, 0], [1, 1]])")).tolist() == [
        False,
        False,
    ]
    assert index.asked == []


def test_an_index_answers_for_no_other_table_and_not_after_it_is_gone():
    table, other, index = table_of([9.0, 3.0]), table_of([9.0, 3.5]), FirstRow()
    point_index.register(point_index.key_of(table, "x", "y"), index)
    assert other.mask(LASSO).tolist() == [False, True]
    del index
    gc.collect()
    masks.clear()
    assert table.mask(LASSO).tolist() == [False, True]
