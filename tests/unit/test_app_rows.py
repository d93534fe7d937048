"""What the app does with rows: named slices and files."""

from __future__ import annotations

import pytest

import symphony_core as symphony
from symphony_core.errors import BadSelection, BadSetting, UnknownColumn
from symphony_core.testing import tiny_dataset


@pytest.fixture
def app():
    app = symphony.open(tiny_dataset())
    yield app
    app.close()


def test_the_selection_is_kept_as_a_slice(app):
    app.state.selection = ["row-000", "row-004"]
    app.save_slice("picked")
    app.state.selection = None
    app.state.filter = "picked"
    assert app.rows()["id"].tolist() == ["row-000", "row-004"]


def test_slices_are_listed_as_a_table(app):
    app.state.filter = "label == 'cat'"
    app.save_slice("cats", rows="filter")
    app.save_slice("unsure", rows="probability < 0")
    assert app.slices.to_dict("list") == {
        "name": ["cats", "unsure"],
        "rows": [4, 0],
        "expression": ["label == 'cat'", "probability < 0"],
    }


def test_saving_over_a_slice_and_dropping_it_are_one_step_each(app):
    app.save_slice("cats", rows="label == 'cat'")
    app.save_slice("cats", rows="label == 'dog'")
    app.drop_slice("cats")
    assert app.slices["expression"].tolist() == []
    app.undo()
    assert app.slices["expression"].tolist() == ["label == 'dog'"]
    app.undo()
    assert app.slices["expression"].tolist() == ["label == 'cat'"]


@pytest.mark.parametrize("rows", ["selection", "filter", "", None])
def test_a_slice_of_no_named_rows_is_refused(app, rows):
    with pytest.raises(BadSelection, match="select or filter rows first"):
        app.save_slice("s", rows=rows)
    assert len(app.slices) == 0


def test_a_slice_with_a_name_of_the_data_is_refused(app):
    with pytest.raises(BadSetting, match="'label_2' is free"):
        app.save_slice("label", rows="label == 'cat'")


def test_an_unknown_slice_cannot_be_dropped(app):
    with pytest.raises(UnknownColumn, match="there are none"):
        app.drop_slice("cats")


def test_a_slice_splits_the_groups(app):
    app.save_slice("cats", rows="label == 'cat'")
    app.state.group_by = "cats"
    shell = app.dashboard()
    assert shell.group_bar.component.data["sizes"] == [["False", "8"], ["True", "4"]]
