"""Computed columns: named by how they were made, shared, and freed."""

from __future__ import annotations

import gc
import weakref

import pandas as pd
import pytest

from symphony_core.errors import UnknownColumn
from symphony_core.overlay import ColumnKey, ComputedColumn, Overlay, computed_column


def key(params: str = "{}", **changes: str) -> ColumnKey:
    return ColumnKey(
        "f" * 32, ("base:a",), "duplicates", "symphony-panel-duplicates", "1", params, 0, **changes
    )


def column(name: str = "group", params: str = "{}") -> ComputedColumn:
    return computed_column(key(params), name, pd.Series([1, 2]))


def ranking(name: str, params: str = "{}") -> ComputedColumn:
    return computed_column(key(params, output=name), name, pd.Series([2, 1]), is_ranking=True)


def test_equal_keys_have_equal_digests():
    assert key().digest == key().digest
    assert len(key().digest) == 32


@pytest.mark.parametrize("other", [key('{"threshold":0.9}'), key(rows="abc"), key(output="near")])
def test_each_part_of_a_key_counts(other):
    assert key().digest != other.digest


def test_the_same_computation_shares_one_column():
    first = column()
    assert column() is first


def test_another_computation_has_its_own_column():
    first, second = column(), column(params='{"a":1}')
    assert first is not second


def test_a_column_is_freed_when_nobody_holds_it():
    held = column("freed")
    watch = weakref.ref(held)
    overlay = Overlay().with_column(held)
    del held
    gc.collect()
    assert watch() is not None
    del overlay
    gc.collect()
    assert watch() is None


def test_overlays_are_equal_when_names_and_keys_are():
    assert Overlay().with_column(column()) == Overlay().with_column(column())
    assert Overlay().with_column(column()) != Overlay().with_column(column("other"))
    assert Overlay().with_column(column()) != Overlay().with_column(column(params='{"a":1}'))


def test_adding_leaves_the_old_overlay_as_it_was():
    before = Overlay()
    after = before.with_column(column())
    assert (list(before), list(after)) == ([], ["group"])


def test_a_column_of_the_same_name_takes_the_place_of_the_old_one():
    overlay = Overlay().with_column(column("a")).with_column(column("b"))
    again = overlay.with_column(column("a", '{"new":1}'))
    assert list(again) == ["a", "b"]
    assert again["a"].digest != overlay["a"].digest


def test_the_newest_ranking_is_the_one_that_was_added_last():
    first, second = ranking("near"), ranking("found")
    overlay = Overlay().with_column(first).with_column(second).with_column(column())
    assert overlay.ranking is second
    assert overlay.with_column(first).ranking is first
    assert overlay.without("found").ranking is first
    assert Overlay().with_column(column()).ranking is None


def test_columns_of_one_run_are_told_from_those_of_another():
    distance = computed_column(key(output="distance"), "distance", pd.Series([0.5, 0.25]))
    rank = ranking("rank")
    overlay = Overlay().with_column(distance).with_column(rank).with_column(ranking("other", '{"k":3}'))
    assert overlay.made_with(rank) == ("distance", "rank")


def test_leaving_out_an_unknown_column_names_the_nearest():
    with pytest.raises(UnknownColumn, match="'group'"):
        Overlay().with_column(column()).without("grop")


def test_values_are_there_as_arrays_and_as_a_series():
    made = computed_column(key('{"b":1}'), "flag", pd.Series([True, None], dtype="boolean"))
    assert made.data.is_missing().tolist() == [False, True]
    assert str(made.series.dtype) == "boolean"
