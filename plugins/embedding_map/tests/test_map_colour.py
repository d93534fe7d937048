"""What colours say, against tables small enough to count by eye."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from symphony_core.expr import IsNull
from symphony_core.look import CATEGORIES, OTHER, category_colours
from symphony_core.sources import SourceOptions, open_source
from symphony_core.table import Table
from symphony_panel_embedding_map.view_colour import (
    DENSITY,
    MISSING,
    can_colour,
    colouring,
    default_column,
    values_of,
)


def table_of(**columns: object) -> Table:
    return Table(open_source(pd.DataFrame(columns), SourceOptions()))


def legend(table: Table, column: str, limit: int = 10) -> list[tuple[str, str, int]]:
    return [(one.words, one.colour, one.row_count) for one in colouring(table, column, limit).entries]


def test_few_values_have_the_colours_of_every_other_view():
    table = table_of(label=["dog", "cat", "dog", "ant"])
    levels = table.column("label").levels
    colours = category_colours(levels)
    assert legend(table, "label") == [(level, colours[level], 2 if level == "dog" else 1) for level in levels]


def test_of_many_values_the_most_frequent_have_colours_and_the_rest_is_one_grey():
    names = [f"v{i}" for i in range(9) for _ in range(10 - i)]
    assert legend(table_of(label=names), "label", 3) == [
        ("v0", CATEGORIES[0], 10),
        ("v1", CATEGORIES[1], 9),
        ("v2", CATEGORIES[2], 8),
        ("other (6 values)", OTHER, 7 + 6 + 5 + 4 + 3 + 2),
    ]


def test_the_rows_of_other_meet_its_condition_and_no_missing_row_does():
    names = [*(f"v{i}" for i in range(9) for _ in range(10 - i)), None]
    table = table_of(label=names)
    coloured = colouring(table, "label", 3)
    other = next(place for place, one in enumerate(coloured.entries) if one.colour == OTHER)
    assert table.mask(coloured.entries[other].condition).tolist() == (coloured.codes == other).tolist()


def test_missing_is_a_value_of_its_own():
    table = table_of(label=["a", None, "b"])
    coloured = colouring(table, "label", 10)
    last = coloured.entries[-1]
    assert (last.words, last.colour, last.condition) == ("missing", MISSING, IsNull("label"))
    assert coloured.codes.tolist() == [0, 2, 1]


def test_every_entry_covers_the_rows_that_its_condition_finds():
    table = table_of(
        flag=pd.array([True, None, False, True], dtype="boolean"),
        digit=[3, 1, 3, 2],
        name=["x", "x", None, "y"],
    )
    for column in ("flag", "digit", "name"):
        coloured = colouring(table, column, 10)
        for place, entry in enumerate(coloured.entries):
            assert table.mask(entry.condition).tolist() == (coloured.codes == place).tolist(), entry


def test_a_hundred_thousand_values_have_few_colours_and_lose_no_row():
    table = table_of(name=[f"n{i}" for i in range(100_000)])
    entries = colouring(table, "name", 10).entries
    assert len(entries) == 11
    assert sum(entry.row_count for entry in entries) == 100_000


def test_numbers_run_along_a_ramp_and_missing_ones_have_no_place_on_it():
    coloured = colouring(table_of(score=[0.0, 0.5, 1.0, np.nan]), "score", 10)
    assert coloured.is_ramp
    assert coloured.missing_count == 1
    assert coloured.codes.tolist() == [0, 127, 254, 255]
    assert coloured.tick_words() == ["0.01", "0.5", "0.99"]


def test_infinite_numbers_have_the_colour_of_the_end():
    coloured = colouring(table_of(score=[0.0, 1.0, np.inf, -np.inf]), "score", 10)
    assert coloured.codes.tolist() == [0, 254, 254, 0]


def test_a_constant_number_is_a_ramp_of_one_step():
    assert set(colouring(table_of(score=[2.5] * 5), "score", 10).codes.tolist()) == {0}


def test_moments_run_along_a_ramp_that_is_written_as_dates():
    taken = pd.date_range("2026-01-01", periods=101, freq="D")
    coloured = colouring(table_of(taken=taken), "taken", 10)
    assert coloured.tick_words() == ["2026-01-02", "2026-02-20", "2026-04-10"]


def test_many_whole_numbers_are_amounts_and_few_are_names():
    table = table_of(age=list(range(40)), digit=[i % 10 for i in range(40)])
    assert colouring(table, "age", 10).is_ramp
    assert not colouring(table, "digit", 10).is_ramp


def test_density_has_no_legend():
    assert colouring(table_of(label=["a"]), None, 10) is DENSITY


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("label == 'a'", [True, False]),
        ("label in ['a', 'b']", [True, True]),
        ("label != 'a'", [False, False]),
    ],
)
def test_an_entry_is_pressed_when_the_filter_asks_for_it_by_name(text: str, wanted: list[bool]):
    table = table_of(label=["a", "b"])
    assert values_of(table.bind(text), colouring(table, "label", 10).entries) == wanted


def test_the_label_colours_a_map_that_nobody_has_coloured():
    assert default_column(table_of(label=["a", "b"], score=[1.0, 2.0])) == "label"
    assert default_column(table_of(score=[1.0, 2.0])) is None


def test_bytes_and_lists_are_no_colours():
    assert not can_colour(table_of(data=[b"a", b"b"]).column("data"))
