import base64
import io
import json
import struct
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from symphony_core.errors import UnknownColumn
from symphony_core.manifest import Manifest
from symphony_core.overlay import ColumnKey, computed_column
from symphony_core.registry import Registry
from symphony_core.session import Session
from symphony_core.sources import open_source
from symphony_core.workspace import Workspace
from symphony_panel_instances.view import InstancesView, RowsComponent

HTML = "<img src=x onerror=alert(1)>"


def png(colour: str, px: int = 8) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (px, px), colour).save(buffer, "PNG")
    return buffer.getvalue()


def numbers(row_count: int = 50) -> pd.DataFrame:
    scores = [(i * 7) % row_count for i in range(row_count)]
    return pd.DataFrame({"id": [f"r{i}" for i in range(row_count)], "score": scores})


def images() -> pd.DataFrame:
    return pd.DataFrame({
        "id": ["a", "b", "c", "d"],
        "image": [png("red"), b"no picture", None, png("blue", 300)],
        "label": ["cat", "cat", "dog", None],
        "prediction": ["cat", "dog", "dog", "cat"],
    })  # fmt: skip


class Shown:
    """A view with what its script would draw, and the messages the script would send."""

    def __init__(self, frame: pd.DataFrame, **settings: object) -> None:
        self.session = Session(Workspace(open_source(frame)), Registry(Manifest(allow=())))
        self.state = self.session.state
        self.view = InstancesView(self.session, **settings)
        component = self.view.frame.body
        assert isinstance(component, RowsComponent)
        self.component = component
        self.sent: list[str] = []
        parts = ["data", "late", "ticks", "detail", "sound"]
        component.param.watch(lambda event: self.sent.append(event.name), parts)

    def say(self, kind: str, **more: object) -> None:
        self.component._handle_msg({"kind": kind, **more})

    def tick(self, *rows: int, wanted: bool = True, number: int = 1) -> None:
        self.say("tick", rows=list(rows), wanted=wanted, client="me", number=number)

    @property
    def data(self) -> dict:
        return self.component.data

    @property
    def panel(self) -> dict:
        """The only panel, or the first of several."""
        return self.data["panels"][0]

    @property
    def made(self) -> dict:
        """What is shown of each media cell, by row and column."""
        rest = self.component.late.get("made", [])
        return {(row, name): shown for row, name, shown in [*self.data["made"], *rest]}

    @property
    def selected(self) -> list[int]:
        return np.flatnonzero(self.state.selection_mask()).tolist()


@pytest.fixture
def shown():
    made: list[Shown] = []

    def make(frame: pd.DataFrame | None = None, **settings: object) -> Shown:
        made.append(Shown(numbers() if frame is None else frame, **settings))
        return made[-1]

    yield make
    for one in made:
        one.session.close()


def rank(view: Shown, ids: list[str], **more: object) -> None:
    """Let an analysis have ranked some rows, the first one best, with a distance for each."""
    frame = view.state.dataset.frame
    places = frame["id"].map({one: place for place, one in enumerate(ids, 1)}).astype("Int64")
    key = ColumnKey(view.state.dataset.fingerprint, (), "near", "acme", "1", repr(ids), 0)
    parts = {"near_distance": (places / 8).astype("float64"), "near_rank": places}
    overlay = view.state.overlay
    for name, values in parts.items():
        own = replace(key, output=name)
        made = computed_column(own, name, pd.Series(values), is_ranking=name == "near_rank")
        overlay = overlay.with_column(made)
    view.state.overlay = overlay


# --- the page ---------------------------------------------------------------------------


def test_the_first_page_of_a_table_holds_the_first_twenty_rows(shown):
    view = shown()
    page = view.panel
    assert (page["rows"], page["range"], page["last_page"]) == (list(range(20)), "1–20 of 50", 3)
    assert (view.data["mode"], page["cells"][1]) == ("table", ["7"])


def test_the_last_page_holds_what_is_left(shown):
    view = shown()
    view.say("page", number=99)
    assert (view.panel["rows"], view.panel["range"]) == (list(range(40, 50)), "41–50 of 50")
    assert view.panel["page"] == 3


def test_a_new_filter_goes_back_to_the_first_page_and_keeps_the_sort(shown):
    view = shown()
    view.say("sort", column="score", descending=True)
    view.say("page", number=2)
    view.state.filter = "score < 30"
    scores = [int(cells[0]) for cells in view.panel["cells"]]
    assert (view.panel["page"], view.data["sort"], scores) == (1, "score", list(range(29, 9, -1)))


def test_sorting_by_the_same_column_twice_sends_the_page_once(shown):
    view = shown()
    view.say("sort", column="score", descending=False)
    view.sent.clear()
    view.say("sort", column="score", descending=False)
    assert view.sent == []


# --- rankings ---------------------------------------------------------------------------


def test_ranked_rows_come_first_and_the_others_in_the_order_of_the_data(shown):
    view = shown(table_rows=5)
    rank(view, ["r9", "r2"])
    assert view.panel["rows"] == [9, 2, 0, 1, 3]
    assert (view.data["sort"], view.data["ranked"], view.component.menu["ranking"]) == ("", True, "near_rank")
    assert view.view.sentence().startswith("Rows 1–5 of 50, ranked rows first, by near_rank, as a table")


def test_the_columns_of_a_ranking_stand_before_the_others(shown):
    view = shown(columns=["score"])
    rank(view, ["r9", "r2"])
    assert [column["name"] for column in view.data["columns"]] == ["near_rank", "near_distance", "score"]
    assert [column["ranks"] for column in view.data["columns"]] == [True, True, False]
    assert view.panel["cells"][:3] == [["1", "0.125", "13"], ["2", "0.25", "14"], [None, None, "0"]]


def test_distances_stand_beside_pictures(shown):
    view = shown(images())
    rank(view, ["d"])
    assert (view.data["mode"], view.panel["rows"][0], view.panel["cells"][0]) == ("grid", 3, ["1", "0.125"])
    assert [column["short"] for column in view.data["columns"]] == ["rank", "distance"]


def test_a_new_ranking_goes_back_to_the_first_page_and_undo_takes_it_back(shown):
    view = shown(table_rows=5)
    rank(view, ["r9"])
    view.say("page", number=3)
    rank(view, ["r4"])
    assert (view.panel["page"], view.panel["rows"][0]) == (1, 4)
    view.state.undo()
    assert view.panel["rows"][0] == 9
    view.state.undo()
    assert (view.panel["rows"][0], view.data["ranked"], view.component.menu["ranking"]) == (0, False, "")


def test_an_order_chosen_by_hand_wins_over_a_ranking(shown):
    view = shown(table_rows=5)
    rank(view, ["r9"])
    view.say("sort", column="score", descending=False, ranked=False)
    assert (view.panel["rows"][:2], view.data["ranked"]) == ([0, 43], False)
    rank(view, ["r3"])
    assert view.panel["rows"][:2] == [0, 43]
    view.say("sort", column="", descending=False, ranked=False)
    assert (view.panel["rows"][0], view.data["ranked"]) == (0, False)
    view.say("sort", column="", descending=False, ranked=True)
    assert (view.panel["rows"][0], view.data["ranked"]) == (3, True)


def test_a_head_clicked_back_to_no_column_keeps_what_was_chosen_about_rankings(shown):
    view = shown(follow_ranking=False)
    rank(view, ["r9"])
    view.say("sort", column="score", descending=True)
    view.say("sort", column="", descending=False)
    assert (view.panel["rows"][0], view.data["ranked"]) == (0, False)


def test_ranked_rows_that_are_not_under_the_filter_are_not_shown(shown):
    view = shown()
    rank(view, ["r9", "r2"])
    view.state.filter = "score in [0, 14]"
    assert view.panel["rows"] == [2, 0]


def test_another_page_size_keeps_the_row_that_was_first_on_the_page(shown):
    view = shown()
    view.say("page", number=2)
    view.view.table_rows = 8
    assert 20 in view.panel["rows"]


def test_a_sort_by_a_column_that_is_gone_falls_back_to_the_order_of_the_data(shown):
    view = shown()
    view.view.param.update(sort="was computed")
    assert (view.data["sort"], view.panel["rows"][:3]) == ("", [0, 1, 2])


def test_no_rows_under_the_filter_is_a_state_that_can_be_left(shown):
    view = shown()
    view.state.filter = "score > 1000"
    assert (view.data["empty"], view.panel["rows"], view.panel["range"]) == ("filter", [], "0 of 0")
    view.say("clear_filter")
    assert (view.state.filter, view.data["empty"]) == (None, "")


@pytest.mark.parametrize("frame", [numbers(0), images().iloc[:0]])
def test_a_table_without_rows_says_so(shown, frame):
    assert shown(frame).data["empty"] == "table"


def test_one_row_is_one_page(shown):
    assert shown(numbers(1)).panel["range"] == "1–1 of 1"


def test_the_first_twelve_columns_are_shown_unless_others_are_chosen(shown):
    frame = pd.DataFrame({"id": ["a"], **{f"c{i}": [i] for i in range(20)}})
    assert [column["name"] for column in shown(frame).data["columns"]] == [f"c{i}" for i in range(12)]
    assert [column["name"] for column in shown(frame, columns=["c19", "c3"]).data["columns"]] == ["c19", "c3"]


def test_an_unknown_column_setting_names_the_nearest(shown):
    with pytest.raises(UnknownColumn, match="'score'"):
        shown(columns=["scores"])


def test_markup_in_names_and_values_is_sent_unchanged(shown):
    view = shown(pd.DataFrame({"id": [HTML], HTML: ["a<b & c"]}))
    assert (view.panel["ids"], view.panel["cells"]) == ([HTML], [["a<b & c"]])
    assert view.data["columns"][0]["name"] == HTML


def test_everything_sent_is_plain_json(shown):
    lists = [[1.0, np.nan], None]
    view = shown(pd.DataFrame({"id": [1, 2], "x": [np.nan, np.inf], "big": [2**60, 1], "list": lists}))
    view.say("open", row=0)
    view.tick(1)
    sent = [view.component.data, view.component.ticks, view.component.detail, view.component.menu]
    assert json.loads(json.dumps(sent, allow_nan=False)) == sent


# --- pictures ----------------------------------------------------------------------------


def test_a_table_with_images_opens_as_a_grid_of_pictures(shown):
    view = shown(images())
    first = view.made[0, "image"]
    assert (view.data["mode"], list(first)) == ("grid", ["uri"])
    assert base64.b64decode(first["uri"].removeprefix("data:image/png;base64,")) == png("red")


def test_a_broken_picture_says_why(shown):
    view = shown(images())
    assert view.made[1, "image"] == {"problem": "it is no PNG, JPEG, WebP, GIF or BMP"}
    assert view.made[2, "image"] == {"problem": "there is no image in this row"}
    assert list(view.made[3, "image"]) == ["uri"]


def test_a_prediction_stands_beside_the_label_only_where_it_differs(shown):
    assert shown(images()).panel["captions"] == [
        {"label": "cat", "prediction": None},
        {"label": "cat", "prediction": "dog"},
        {"label": "dog", "prediction": None},
        {"label": None, "prediction": "cat"},
    ]


def test_the_same_rows_can_be_looked_at_as_a_table(shown):
    view = shown(images())
    view.say("mode", mode="table")
    assert [column["name"] for column in view.data["columns"]] == ["label", "prediction"]
    assert (0, "image") in view.made


def test_a_grid_asked_for_without_pictures_is_a_table(shown):
    assert shown(mode="grid").data["mode"] == "table"


# --- ticks -------------------------------------------------------------------------------


def test_a_tick_sends_the_ticks_and_not_the_page(shown):
    view = shown(images())
    view.sent.clear()
    view.tick(2)
    assert (view.sent, view.selected) == (["ticks"], [2])
    assert (view.component.ticks["rows"], view.component.ticks["text"]) == ([2], "1 selected")


def test_ticks_on_other_pages_stay(shown):
    view = shown()
    view.tick(3)
    view.say("page", number=2)
    view.tick(25, 26)
    assert (view.selected, view.component.ticks["rows"]) == ([3, 25, 26], [25, 26])
    assert view.component.ticks["text"] == "3 selected"


def test_two_quick_clicks_on_one_row_are_both_heard(shown):
    view = shown()
    view.tick(4, wanted=True, number=1)
    view.tick(4, wanted=False, number=2)
    assert (view.state.selection, view.component.ticks["seen"]) == (None, {"me": 2})


def test_a_tick_that_changes_nothing_is_answered_and_is_no_event(shown):
    view = shown()
    view.state.selection = "score > 10"
    events: list[object] = []
    view.state.param.watch(events.append, "selection")
    view.tick(int(np.flatnonzero(view.state.selection_mask())[0]), number=7)
    assert (events, view.component.ticks["seen"]) == ([], {"me": 7})


def test_a_tick_of_a_row_that_is_not_there_is_refused_in_the_card(shown):
    view = shown()
    view.tick(50, number=3)
    assert "wanted positions from 0 to 49" in view.view.frame.problem
    assert (view.state.selection, view.component.ticks["seen"]) == (None, {"me": 3})


def test_selected_rows_that_the_filter_hides_are_counted(shown):
    view = shown()
    view.tick(0, 1, 2)
    view.state.filter = "score >= 7"
    assert view.component.ticks["text"] == "3 selected, 1 not under the filter"


def test_a_selection_made_elsewhere_shows_on_the_page(shown):
    view = shown()
    view.state.selection = "score == 7"
    assert view.component.ticks["rows"] == [1]


def test_clear_takes_all_ticks_back_and_undo_brings_them(shown):
    view = shown()
    view.tick(1, 2)
    view.say("clear", client="me", number=2)
    assert (view.state.selection, view.component.ticks["rows"]) == (None, [])
    view.state.undo()
    assert view.component.ticks["rows"] == [1, 2]


# --- the opened row ----------------------------------------------------------------------


def test_an_opened_row_shows_all_its_columns_exactly(shown):
    view = shown(pd.DataFrame({"id": ["a", "b"], "p": [0.123456789, 1.0], "note": ["x\ny", None]}))
    view.sent.clear()
    view.say("open", row=0)
    fields = {field["name"]: field["text"] for field in view.component.detail["fields"]}
    assert (view.state.focus, fields) == ("a", {"id": "a", "p": "0.123456789", "note": "x\ny"})
    assert view.sent == ["detail"]


def test_the_picture_of_an_opened_row_is_large(shown):
    view = shown(images())
    view.say("open", row=3)
    data = base64.b64decode(view.component.detail["media"][0]["uri"].partition(",")[2])
    assert Image.open(io.BytesIO(data)).size == (300, 300)


def test_closing_a_row_empties_the_panel(shown):
    view = shown()
    view.say("open", row=3)
    view.say("open", row=None)
    assert (view.state.focus, view.component.detail) == (None, {})


def test_steps_go_along_the_sorted_rows_and_over_the_edge_of_a_page(shown):
    view = shown(table_rows=2)
    view.say("sort", column="score", descending=False)
    first, second, third = (np.argsort(numbers()["score"].to_numpy())[:3]).tolist()
    view.say("open", row=first)
    assert (view.component.detail["can_go_back"], view.component.detail["can_go_on"]) == (False, True)
    view.say("step", by=1)
    assert view.component.detail["row"] == second
    view.say("step", by=1)
    assert (view.component.detail["row"], view.panel["page"]) == (third, 2)
    view.say("step", by=-1)
    assert (view.component.detail["row"], view.panel["page"]) == (second, 1)


def test_an_opened_row_that_the_filter_hides_says_so(shown):
    view = shown()
    view.say("open", row=0)
    view.state.filter = "score > 0"
    detail = view.component.detail
    assert detail["note"] == "not under the filter"
    assert (detail["can_go_back"], detail["can_go_on"]) == (False, False)


def test_an_opened_row_tells_what_is_stored_and_why_it_cannot_be_shown(shown):
    view = shown(images())
    view.say("open", row=3)
    assert view.component.detail["media"][0]["facts"] == [
        "300 × 300 px",
        "PNG",
        f"{len(png('blue', 300))} bytes",
        "in the table",
    ]
    view.say("open", row=1)
    broken = view.component.detail["media"][0]
    assert broken["problem"] == "it is no PNG, JPEG, WebP, GIF or BMP"
    assert broken["facts"] == ["of no known format", "10 bytes", "in the table"]


def test_the_picture_in_its_own_size_is_asked_for(shown):
    frame = pd.DataFrame({"id": ["a", "b"], "image": [png("red", 1_500), png("red")]})
    view = shown(frame)
    view.say("open", row=0)
    assert large_size(view) == (1024, 1024)
    view.say("full", full=True)
    assert (large_size(view), view.component.detail["is_full"]) == ((1500, 1500), True)
    view.say("step", by=1)
    assert view.component.detail["is_full"] is False


def large_size(view: Shown) -> tuple[int, int]:
    data = base64.b64decode(view.component.detail["media"][0]["uri"].partition(",")[2])
    return Image.open(io.BytesIO(data)).size


def test_a_whole_long_text_is_in_the_opened_row_and_its_beginning_on_the_card(shown):
    text = "word " * 5_000
    view = shown(pd.DataFrame({"id": ["a", "b"], "text": [text, "short"]}))
    view.say("open", row=0)
    fields = {field["name"]: field["text"] for field in view.component.detail["fields"]}
    assert fields["text"] == text
    assert len(view.panel["texts"][0]) == 320


# --- cards, sounds, several media -------------------------------------------------------------


def tone(count: int = 800) -> bytes:
    samples = (np.sin(np.arange(count) * 0.2) * 30_000).astype("<i2").tobytes()
    head = struct.pack("<4sI4s4sIHHIIHH4sI", b"RIFF", 36 + len(samples), b"WAVE", b"fmt ", 16, 1, 1, 8_000,
                       16_000, 2, 16, b"data", len(samples))  # fmt: skip
    return head + samples


def sounds() -> pd.DataFrame:
    return pd.DataFrame({
        "id": ["a", "b", "c"],
        "audio": [tone(), b"no sound", None],
        "label": ["x", "y", "y"],
        "prediction": ["x", "x", None],
    })  # fmt: skip


def test_sounds_are_cards_with_an_outline_and_a_length_and_no_sound_yet(shown):
    view = shown(sounds())
    first = view.made[0, "audio"]
    assert (view.data["mode"], view.data["media"]) == ("cards", [["audio", "audio"]])
    assert (first["seconds"], len(first["peaks"]), "uri" in first) == (0.1, 13, False)
    assert view.made[1, "audio"] == {"problem": "it is no WAV, FLAC, MP3, Ogg, Opus or M4A"}
    assert view.made[2, "audio"] == {"problem": "there is no sound in this row"}


def test_a_sound_is_sent_when_it_is_to_be_played_and_let_go_when_heard_of(shown):
    view = shown(sounds())
    view.sent.clear()
    view.say("play", row=0, column="audio", client="me")
    sound = view.component.sound
    assert (view.sent, sound["client"], sound["row"], sound["column"]) == (["sound"], "me", 0, "audio")
    assert base64.b64decode(sound["uri"].removeprefix("data:audio/wav;base64,")) == tone()
    view.say("heard")
    assert view.component.sound == {}


def test_what_cannot_be_played_says_why(shown):
    view = shown(sounds())
    view.say("play", row=1, column="audio", client="me")
    assert "it is no WAV" in view.component.sound["problem"]


@pytest.mark.parametrize(("row", "column"), [(3, "audio"), (-1, "audio"), (0, "label"), (0, "id")])
def test_only_sounds_of_the_table_can_be_asked_for(shown, row, column):
    view = shown(sounds())
    view.say("play", row=row, column=column, client="me")
    assert "the page sent" in view.view.frame.problem
    assert view.component.sound == {}


def test_label_and_prediction_stand_beside_a_card_and_others_when_chosen(shown):
    view = shown(sounds())
    assert [column["name"] for column in view.data["columns"]] == ["label", "prediction"]
    assert (view.panel["cells"], view.panel["wrong"]) == (
        [["x", "x"], ["y", "x"], ["y", None]],
        [False, True, False],
    )
    view.view.beside = ["label"]
    assert view.panel["cells"] == [["x"], ["y"], ["y"]]


def test_plain_rows_can_be_cards_of_their_first_columns(shown):
    view = shown(pd.DataFrame({"id": ["a"], **{f"c{i}": [i] for i in range(20)}}))
    view.say("mode", mode="cards")
    assert [column["name"] for column in view.data["columns"]] == [f"c{i}" for i in range(6)]
    assert view.data["modes"] == ["table", "cards"]


def several() -> pd.DataFrame:
    return pd.DataFrame({
        "id": ["a", "b"],
        "clip": [tone(), tone()],
        "mask": [png("black"), png("white")],
        "image": [png("red"), png("blue")],
    })  # fmt: skip


def test_every_column_of_media_is_shown_side_by_side_the_role_first(shown):
    view = shown(several())
    assert view.data["media"] == [["image", "image"], ["clip", "audio"], ["mask", "image"]]
    assert base64.b64decode(view.made[1, "mask"]["uri"].partition(",")[2]) == png("white")
    assert len(view.made[1, "clip"]["peaks"]) == 13
    view.say("open", row=1)
    assert [one["column"] for one in view.component.detail["media"]] == ["image", "clip", "mask"]


def test_which_media_are_shown_is_a_setting(shown):
    view = shown(several(), media=["clip"])
    assert (view.data["media"], view.data["mode"]) == ([["clip", "audio"]], "cards")
    view.view.media = ["mask", "image"]
    assert (view.data["media"], view.data["mode"]) == ([["image", "image"], ["mask", "image"]], "grid")


# --- groups --------------------------------------------------------------------------------


def grouped(shown, **settings: object) -> Shown:
    frame = numbers(12)
    frame["kind"] = ["x"] * 6 + ["y"] * 4 + ["z"] * 2
    frame["side"] = ["l", "r"] * 6
    view = shown(frame, group_rows=3, **settings)
    view.state.group_by = ["kind"]
    return view


def panels(view: Shown) -> list[tuple[str, str, list[int]]]:
    return [(panel["name"], panel["range"], panel["rows"]) for panel in view.data["panels"]]


def test_each_group_is_a_panel_with_its_size_and_a_pager_of_its_own(shown):
    view = grouped(shown, group_panels=2)
    assert panels(view) == [("kind x", "1–3 of 6", [0, 1, 2]), ("kind y", "1–3 of 4", [6, 7, 8])]
    assert view.data["more_groups"] == 1
    view.say("page", panel=view.data["panels"][1]["key"], number=2)
    assert panels(view) == [("kind x", "1–3 of 6", [0, 1, 2]), ("kind y", "4–4 of 4", [9])]


def test_two_grouping_columns_are_named_with_their_values(shown):
    view = grouped(shown)
    view.state.group_by = ["kind", "side"]
    assert panels(view)[0][:2] == ("kind x · side l", "1–3 of 3")
    assert sum(panel["size"] for panel in view.data["panels"]) == 12


def test_sort_and_search_apply_to_all_groups_and_ticks_are_shared(shown):
    view = grouped(shown)
    view.say("sort", column="score", descending=True)
    assert panels(view)[2] == ("kind z", "1–2 of 2", [10, 11])
    view.say("search", text="r1")
    assert [panel["rows"] for panel in view.data["panels"]] == [[10, 11], [1]]
    view.tick(1, 10)
    assert view.component.ticks["groups"] == {"0": 1, "2": 1}


def test_a_group_is_selected_as_an_expression_and_unselected_row_by_row(shown):
    view = grouped(shown)
    key = view.data["panels"][1]["key"]
    view.say("select_group", panel=key, wanted=True, client="me", number=1)
    assert view.state.table.text(view.state.selection) == "kind == 'y'"
    assert view.component.ticks["groups"][str(key)] == 4
    view.tick(0, number=2)
    view.say("select_group", panel=key, wanted=False, client="me", number=3)
    assert view.selected == [0]


def test_the_rows_of_a_group_that_filter_and_search_leave_are_selected(shown):
    view = grouped(shown)
    view.state.filter = "side == 'l'"
    view.say("search", text="r8")
    view.say("select_group", panel=view.data["panels"][0]["key"], wanted=True, client="me", number=1)
    assert view.selected == [8]


@pytest.mark.parametrize("panel", [77, "x", None])
def test_a_group_that_is_not_on_show_is_refused_in_the_card(shown, panel):
    view = grouped(shown)
    view.say("select_group", panel=panel, wanted=True)
    assert "which is not on show" in view.view.frame.problem


def test_steps_go_along_the_rows_of_one_group(shown):
    view = grouped(shown)
    view.say("open", row=8)
    view.say("step", by=1)
    assert (view.component.detail["row"], panels(view)[1][1]) == (9, "4–4 of 4")
    assert view.component.detail["can_go_on"] is False


# --- search --------------------------------------------------------------------------------


def test_a_search_narrows_this_view_and_not_the_filter(shown):
    view = shown()
    view.say("page", number=3)
    view.say("search", text="R1")
    assert (view.panel["rows"], view.data["found"]) == ([1, *range(10, 20)], "11 of 50 found")
    assert (view.state.filter, view.data["words"]) == (None, ["R1"])
    view.say("search", text="")
    assert (view.panel["range"], view.data["found"]) == ("1–20 of 50", "")


def test_filter_by_this_keeps_the_rows_that_were_found_and_ends_the_search(shown):
    view = shown()
    view.state.filter = "score > 10"
    view.say("search", text="r1")
    rows = view.panel["rows"]
    view.say("filter_by_search")
    assert view.state.table.text(view.state.filter) == "score > 10 and id matches '(?i)r1'"
    assert (view.panel["rows"], view.view.search) == (rows, "")


def test_a_search_that_finds_nothing_can_be_taken_back(shown):
    view = shown()
    view.say("search", text="nothing like this")
    assert (view.data["empty"], view.panel["rows"]) == ("search", [])


def test_the_columns_searched_are_a_setting_and_paths_of_media_are_not_among_them(shown):
    frame = pd.DataFrame({"id": ["a", "b"], "s": ["x", "a"], "image": ["a.png", "a.png"]})
    view = shown(frame, search="a")
    assert view.panel["rows"] == [0, 1]
    view.view.search_in = ["s"]
    assert view.panel["rows"] == [1]


def test_a_table_without_texts_has_no_search(shown):
    view = shown(pd.DataFrame({"n": [1, 2]}), search="1")
    assert (view.data["can_search"], view.data["found"], view.panel["rows"]) == (False, "", [0, 1])


def test_an_opened_row_that_the_search_hides_says_so(shown):
    view = shown()
    view.say("open", row=0)
    view.say("search", text="r1")
    assert view.component.detail["note"] == "not among the rows found"


# --- the rest ----------------------------------------------------------------------------


def test_a_message_of_another_kind_is_refused_in_the_card(shown):
    view = shown()
    view.say("delete")
    assert "the page sent 'delete'" in view.view.frame.problem


def test_it_describes_what_is_on_the_page(shown):
    view = shown(table_rows=2)
    view.say("sort", column="score", descending=True)
    view.tick(0)
    sentence, frame = view.view.describe()
    assert sentence == "Rows 1–2 of 50, by score, largest first, as a table; 1 selected."
    assert frame["score"].tolist() == [49, 48]


def test_it_describes_groups_and_what_was_searched(shown):
    view = grouped(shown, group_panels=2)
    view.say("search", text="r")
    sentence, frame = view.view.describe()
    assert sentence == (
        "6 of 12 rows in the largest 2 of 3 groups by kind (kind x 6, kind y 4), found for 'r' among 12, "
        "in the order of the data, as a table; none selected."
    )
    assert (list(frame)[:2], frame["kind"].tolist()) == (["id", "kind"], ["x"] * 3 + ["y"] * 3)


def test_a_closed_view_follows_no_longer(shown):
    view = shown()
    view.view.close()
    view.sent.clear()
    view.state.filter = "score > 3"
    assert view.sent == []
