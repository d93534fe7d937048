"""The tray: the first selected rows, what its buttons make of the selection, files and slices."""

from __future__ import annotations

import io
import tempfile

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

import symphony_core as symphony
from symphony_core.manifest import Manifest
from symphony_core.owner import Owner
from symphony_core.shell import downloads as downloads_module
from symphony_core.shell import tray as tray_module
from symphony_core.shell.downloads import CHUNK_BYTES, MAX_FILES
from symphony_core.shell.strip import first_rows
from symphony_core.testing import tiny_dataset


@pytest.fixture
def app():
    app = symphony.open(tiny_dataset(), config=Manifest(allow=("summary", "instances")))
    yield app
    app.close()


@pytest.fixture
def tray(app):
    return app.dashboard().tray


@pytest.fixture
def heard(tray, monkeypatch):
    """What the tray tells its script."""
    said: list[dict] = []
    monkeypatch.setattr(tray.component, "send", said.append)
    monkeypatch.setattr(tray.downloads, "_tell", said.append)
    return said


def act(tray, kind, **values):
    tray.act({"kind": kind, **values})


def ids(app):
    return app.selected()["id"].str.removeprefix("row-").astype(int).tolist()


# --- what is shown -----------------------------------------------------------------------


@given(st.lists(st.booleans(), max_size=40), st.integers(1, 5))
def test_the_first_rows_are_those_a_list_of_all_begins_with(marks, count):
    mask = np.array(marks, dtype=bool)
    assert first_rows(mask, count) == np.flatnonzero(mask).tolist()[:count]


def test_the_first_rows_are_found_across_the_parts_that_are_looked_at():
    mask = np.zeros(200_000, dtype=bool)
    mask[[5, 65_535, 65_536, 199_999]] = True
    assert first_rows(mask) == [5, 65_535, 65_536, 199_999]


def test_without_a_selection_the_tray_says_how_to_select(tray):
    assert tray.data()["words"] == "No rows selected. Tick rows in a view, or select all under the filter."
    assert tray.data()["items"] == []


def test_the_strip_shows_twelve_rows_and_counts_the_rest():
    app = symphony.open(tiny_dataset(30))
    app.state.selection = "probability > 0"
    data = app.dashboard().tray.data()
    assert [item["id"] for item in data["items"]] == [f"row-{i:03d}" for i in range(12)]
    assert (data["words"], data["rest"]) == ("30 rows selected.", "and 18 more")
    app.close()


def test_rows_that_the_filter_hides_are_counted(app, tray):
    app.state.selection = "label == 'cat'"
    app.state.filter = "split == 'train'"
    assert tray.component.data["words"] == "4 rows selected, 1 not under the filter."


def test_texts_stand_beside_the_ids():
    frame = pd.DataFrame({"id": range(7), "text": ["first " + "x" * 200, None, *"cdefg"]})
    app = symphony.open(frame, text="text")
    app.state.selection = "id >= 0"
    data = app.dashboard().tray.data()
    assert [item["text"] for item in data["items"]] == ["first " + "x" * 74, "", "c", "d", "e"]
    assert data["rest"] == "and 2 more"
    app.close()


def test_thumbnails_are_made_and_a_broken_picture_says_why():
    png = io.BytesIO()
    Image.new("RGB", (4, 4)).save(png, "PNG")
    app = symphony.open(
        pd.DataFrame({"id": ["a", "b"], "image": [png.getvalue(), b"no picture"]}), image="image"
    )
    tray = app.dashboard().tray
    app.state.selection = ["a", "b"]
    pictures = tray.component.pictures
    assert pictures["0"][0].startswith("data:image/png;base64,")
    assert pictures["1"][0] == ""
    assert pictures["1"][1]
    app.close()


def test_a_selection_that_names_a_dropped_column_says_so(app, tray):
    app.save_slice("cats", rows="label == 'cat'")
    app.state.selection = "cats"
    app.drop_slice("cats")
    assert "no column 'cats'" in tray.component.data["words"]
    assert tray.component.data["items"] == []


# --- what the buttons do -----------------------------------------------------------------


def test_a_click_on_the_strip_looks_at_that_row(app, tray):
    app.state.selection = ["row-002"]
    act(tray, "focus", row=2)
    assert app.state.focus == "row-002"
    assert tray.component.data["focus"] == "row-002"


def test_inverting_selects_what_is_under_the_filter_and_not_selected(app, tray):
    app.state.filter = "label == 'cat'"
    app.state.selection = ["row-000", "row-001"]
    act(tray, "invert")
    assert ids(app) == [3, 6, 9]
    app.undo()
    assert ids(app) == [0, 1]


def test_an_inverted_expression_stays_readable(app, tray):
    app.state.selection = "label == 'cat'"
    act(tray, "invert")
    assert app.state.table.text(app.state.selection) == "not label == 'cat'"
    act(tray, "invert")
    assert app.state.table.text(app.state.selection) == "label == 'cat'"


@given(st.booleans(), st.integers(0, 12))
def test_inverting_twice_is_the_part_under_the_filter(is_by_rows, count):
    app = symphony.open(tiny_dataset())
    try:
        tray = app.dashboard().tray
        app.state.filter = "is_checked"
        app.state.selection = [f"row-{i:03d}" for i in range(count)] if is_by_rows else "label == 'cat'"
        expected = app.state.selection_mask() & app.state.filter_mask()
        for _ in range(2):
            act(tray, "invert")
        assert app.state.selection_mask().tolist() == expected.tolist()
    finally:
        app.close()


def test_an_expression_inverted_many_times_does_not_grow_for_ever(app, tray):
    app.state.filter = "is_checked"
    app.state.selection = "label == 'cat'"
    for _ in range(60):
        act(tray, "invert")
    assert app.state.selection.node_count <= tray_module.MAX_INVERTED_NODES
    assert ids(app) == [0, 6]


def test_excluding_takes_the_rows_out_of_the_filter_and_can_be_undone(app, tray):
    app.state.filter = "label == 'cat'"
    app.state.selection = ["row-000", "row-001"]
    act(tray, "exclude")
    assert app.rows()["id"].tolist() == ["row-003", "row-006", "row-009"]
    assert app.dashboard().title.data["toast"]["words"] == "1 row excluded by the filter."
    app.undo()
    assert app.count() == 4


def test_all_rows_under_the_filter_are_selected(app, tray):
    act(tray, "all")
    assert len(app.selected()) == 12
    app.state.filter = "label == 'cat'"
    act(tray, "all")
    assert app.state.selection == app.state.filter


@pytest.mark.parametrize("kind", ["narrow", "exclude", "invert", "ids"])
def test_what_needs_a_selection_says_so_without_one(app, tray, kind):
    act(tray, kind)
    assert app.dashboard().title.data["toast"]["words"] == "no rows are selected; select some first."
    assert app.state.filter is None


def test_ids_come_one_a_line_up_to_a_cap(app, tray, heard, monkeypatch):
    app.state.selection = ["row-000", "row-004"]
    act(tray, "ids")
    assert heard[-1] == {"kind": "ids", "text": "row-000\nrow-004", "words": "2 ids"}
    monkeypatch.setattr(tray_module, "MAX_COPIED_IDS", 1)
    act(tray, "ids")
    assert heard[-1]["text"] == ""
    assert heard[-1]["words"] == "Copying stops at 1 ids, and 2 rows are selected."


# --- slices --------------------------------------------------------------------------------


def test_the_selection_is_saved_as_a_slice_with_a_toast(app, tray):
    app.state.selection = "label == 'cat'"
    act(tray, "slice", name=" cats ")
    assert app.slices["name"].tolist() == ["cats"]
    assert tray.component.data["slice_form"] == {"saved": 1, "error": "", "asks": ""}
    toast = app.dashboard().title.data["toast"]
    assert (toast["words"], toast["can_undo"]) == ("Slice 'cats' of 4 rows is kept as a column.", True)


def test_a_refused_name_is_said_in_the_form(app, tray):
    app.state.selection = "label == 'cat'"
    act(tray, "slice", name="label")
    assert "'label_2' is free" in tray.component.data["slice_form"]["error"]
    act(tray, "forget_slice")
    assert tray.component.data["slice_form"]["error"] == ""


def test_a_slice_of_the_same_name_is_replaced_only_when_told_to(app, tray):
    app.save_slice("s", rows="label == 'dog'")
    app.state.selection = ["row-000"]
    act(tray, "slice", name="s")
    assert tray.component.data["slice_form"]["asks"] == "There is a slice 's' of 4 rows. Replace it?"
    assert app.slices["rows"].tolist() == [4]
    steps = app.state.history.undo_count
    act(tray, "slice", name="s", replace=True)
    assert app.slices["rows"].tolist() == [1]
    assert app.state.history.undo_count == steps + 1


def test_computed_columns_say_what_made_them_and_can_be_dropped(app):
    shell = app.dashboard()
    app.save_slice("cats", rows="label == 'cat'")
    made = {"name": "cats", "kind": "bool", "made": "slice: label == 'cat'"}
    assert shell.columns.component.data == {"columns": [made]}
    shell.columns.act({"kind": "drop", "name": "cats"})
    assert shell.columns.component.data == {"columns": []}
    assert shell.title.data["toast"]["can_undo"]
    app.undo()
    assert shell.columns.component.data == {"columns": [made]}


# --- files ---------------------------------------------------------------------------------


def fetched(tray, heard, token):
    """Fetch a file as the script does."""
    ready = next(message for message in heard if message["kind"] == "ready" and message["token"] == token)
    for number in range(ready["chunk_count"]):
        act(tray, "chunk", token=token, number=number)
    parts = [m["data"] for m in heard if m["kind"] == "chunk" and m["token"] == token]
    assert sum(map(len, parts)) == ready["byte_count"]
    return ready["name"], b"".join(parts)


def test_a_file_comes_in_pieces_and_is_what_the_app_writes(app, tray, heard, monkeypatch, tmp_path):
    monkeypatch.setattr(downloads_module, "CHUNK_BYTES", 100)
    app.state.selection = "label == 'cat'"
    act(tray, "download", token="t", format="csv", rows="selection")
    name, content = fetched(tray, heard, "t")
    assert name == "DataFrame-selection-4-rows.csv"
    assert content == app.download(tmp_path / "rows.csv").read_bytes()
    assert len([m for m in heard if m["kind"] == "chunk"]) > 1


def test_rows_under_the_filter_and_ids_alone_are_files_too(app, tray, heard):
    app.state.filter = app.state.selection = "label == 'cat'"
    act(tray, "download", token="f", format="json", rows="filter")
    act(tray, "download", token="i", format="csv", rows="selection", only_ids=True)
    assert fetched(tray, heard, "f")[0].endswith("-filter-4-rows.json")
    assert fetched(tray, heard, "i")[1] == b"id\nrow-000\nrow-003\nrow-006\nrow-009\n"


def test_embeddings_go_into_parquet_when_ticked(app, tray, heard):
    act(tray, "download", token="p", format="parquet", rows="filter", with_embeddings=True)
    name, content = fetched(tray, heard, "p")
    assert name.endswith("-all-12-rows.parquet")
    assert len(pd.read_parquet(io.BytesIO(content))["embedding"][0]) == 4
    assert tray.data()["left_out"]["csv"] == "Left out: embedding (bytes and embeddings)."


def test_a_dropped_file_is_gone_and_asking_for_it_says_so(app, tray, heard):
    act(tray, "download", token="t", format="csv", rows="filter")
    act(tray, "drop", token="t")
    act(tray, "chunk", token="t", number=0)
    assert heard[-1] == {"kind": "failed", "token": "t", "words": "the file is no longer kept; ask again."}


def test_files_that_nobody_fetches_are_dropped_oldest_first(app, tray, heard):
    for number in range(MAX_FILES + 1):
        act(tray, "download", token=str(number), format="csv", rows="filter")
    assert list(tray.downloads._files) == [str(n) for n in range(1, MAX_FILES + 1)]


def test_a_format_that_is_not_offered_is_refused_and_the_script_hears_of_it(app, tray, heard):
    act(tray, "download", token="t", format="exe", rows="filter")
    assert heard == [{"kind": "failed", "token": "t", "words": ""}]
    assert "csv, json or parquet" in app.dashboard().title.data["toast"]["words"]


@pytest.fixture
def looped(app):
    """The session as a page has it: what workers post runs when its loop comes by."""
    app.session.owner = Owner(lambda call: None)
    return app.session.owner


def test_a_file_is_made_on_a_worker_and_listed_when_it_takes_long(app, tray, heard, looped, monkeypatch):
    monkeypatch.setattr(downloads_module, "QUICK_S", -1.0)
    titles: list[str] = []
    app.session.on_job(lambda job: titles.append(job.title))
    act(tray, "download", token="t", format="csv", rows="filter")
    assert heard == []
    assert looped.wait(lambda: bool(heard), timeout_s=30)
    assert fetched(tray, heard, "t")[1].startswith(b"id,split")
    assert set(titles) == {"DataFrame-all-12-rows.csv"}
    assert app.session.jobs == []


def test_a_quick_file_is_not_listed(app, tray, heard, looped):
    titles: list[str] = []
    app.session.on_job(lambda job: titles.append(job.title))
    act(tray, "download", token="t", format="csv", rows="filter")
    assert looped.wait(lambda: bool(heard), timeout_s=30)
    assert titles == []


def test_a_file_given_up_is_never_ready(app, tray, heard, looped):
    act(tray, "download", token="t", format="csv", rows="filter")
    act(tray, "drop", token="t")
    looped.drain()
    act(tray, "download", token="u", format="csv", rows="filter")
    assert looped.wait(lambda: any(m["kind"] == "ready" for m in heard), timeout_s=30)
    assert [(m["kind"], m["token"]) for m in heard] == [("failed", "t"), ("ready", "u")]
    assert heard[0]["words"] == ""


def test_a_worker_that_fails_says_why(app, tray, heard, looped, tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "no such folder"))
    act(tray, "download", token="t", format="csv", rows="filter")
    assert looped.wait(lambda: bool(heard), timeout_s=30)
    assert heard[0]["kind"] == "failed"
    assert heard[0]["words"].startswith("DataFrame-all-12-rows.csv: FileNotFoundError")


def test_what_is_not_fetched_goes_with_the_session(app, tray, heard):
    act(tray, "download", token="t", format="csv", rows="filter")
    file = tray.downloads._files["t"]
    app.close()
    assert file.closed


def test_pieces_are_small_enough_for_one_message():
    assert CHUNK_BYTES <= 1_000_000
