"""The filter's and the groups' parts of the shell: what gestures do and what is described."""

import pandas as pd
import pytest

import symphony_core as symphony


@pytest.fixture
def app():
    frame = pd.DataFrame(
        {
            "id": list("abcdef"),
            "label": ["cat", "cat", "cat", "dog", "dog", None],
            "split": ["train", "test", "train", "train", "test", "test"],
            "score": [0.1, 0.2, 0.3, 0.4, 0.5, 0.6],
        }
    )
    app = symphony.open(frame)
    yield app
    app.close()


@pytest.fixture
def bar(app):
    return app.dashboard().filter_bar


def words(chips):
    return [chip["words"] for chip in chips]


def ask(bar, **message):
    bar.act({"kind": "ask", "number": 1, **message})
    return bar.component.answer


def test_chips_say_the_conditions_and_the_count_says_the_share(app, bar):
    app.state.filter = "label == 'cat' and (score > 0.1 or split != 'train')"
    assert words(bar.component.data["chips"]) == [
        "label is cat",
        "score is above 0.1 or split is not train",
    ]
    assert words(bar.component.data["chips"][1]["parts"]) == ["score is above 0.1", "split is not train"]
    assert (bar.component.data["count"], bar.component.data["share"]) == ("2 of 6 rows", "33.3 %")


@pytest.mark.parametrize(
    ("kind", "place", "expected"),
    [
        ("remove", [0], "score > 0.1"),
        ("negate", [0], "label != 'cat' and score > 0.1"),
        ("aside", [1], "label == 'cat'"),
    ],
)
def test_a_chip_s_buttons_are_one_step_of_the_history_each(app, bar, kind, place, expected):
    app.state.filter = "label == 'cat' and score > 0.1"
    steps = app.state.history.undo_count
    bar.act({"kind": kind, "place": place})
    assert app.state.table.text(app.state.filter) == expected
    assert app.state.history.undo_count == steps + 1
    app.undo()
    assert app.state.table.text(app.state.filter) == "label == 'cat' and score > 0.1"


def test_a_condition_that_is_switched_off_comes_back_to_its_place(app, bar):
    app.state.filter = "label == 'cat' and score > 0.1"
    bar.act({"kind": "aside", "place": [0]})
    assert words(bar.component.data["aside"]) == ["label is cat"]
    bar.act({"kind": "back", "index": 0})
    assert app.state.table.text(app.state.filter) == "label == 'cat' and score > 0.1"
    assert bar.component.data["aside"] == []


def test_a_condition_that_undo_brings_back_is_not_also_switched_off(app, bar):
    app.state.filter = "label == 'cat'"
    bar.act({"kind": "aside", "place": [0]})
    app.undo()
    assert bar.component.data["aside"] == []
    app.redo()
    assert words(bar.component.data["aside"]) == ["label is cat"]


def test_a_place_that_is_gone_changes_nothing_and_says_so(app, bar):
    app.state.filter = "label == 'cat'"
    bar.act({"kind": "remove", "place": [3]})
    assert app.count() == 3
    assert "no condition at [3]" in app.dashboard().title.data["toast"]["words"]


def test_the_builder_reads_tries_and_writes_a_condition(app, bar):
    app.state.filter = "label == 'cat' and score > 0.1"
    opened = ask(bar, about="open", place=[1])
    assert opened["form"] == {"column": "score", "test": "above", "values": ["0.1"]}
    assert opened["ends"] == ["0.1", "0.6"]
    form = {"column": "label", "test": "one_of", "values": ["cat", "dog"]}
    assert ask(bar, about="try", place=[0], form=form)["count"] == "4 of 6 rows"
    assert app.count() == 2
    assert ask(bar, about="set", place=[0], form=form)["is_done"]
    assert app.state.table.text(app.state.filter) == "label in ['cat', 'dog'] and score > 0.1"


def test_the_builder_says_what_is_missing_and_changes_nothing(app, bar):
    form = {"column": "score", "test": "above", "values": ["much"]}
    assert "holds numbers, got 'much'" in ask(bar, about="set", form=form)["error"]
    assert "choose a column" in ask(bar, about="set", form={"column": "", "test": "", "values": []})["error"]
    assert app.state.filter is None


def test_what_has_no_form_opens_as_text(app, bar):
    app.state.filter = "score > 0.1 or label == 'cat' and split == 'train'"
    opened = ask(bar, about="open", place=[0, 1])
    assert (opened["form"], opened["text"]) == (None, "label == 'cat' and split == 'train'")
    ask(bar, about="set", place=[0, 1], join="or", text="score < 0.2")
    assert app.state.table.text(app.state.filter) == "score > 0.1 or score < 0.2"


def test_a_misspelt_column_is_marked_and_its_fix_offered(app, bar):
    bar.act({"kind": "filter", "text": "labl == 'cat'"})
    data = bar.component.data
    assert (data["mistake"]["start"], data["mistake"]["end"]) == (0, 4)
    assert data["fixes"][0] == ["label", "label == 'cat'"]
    assert app.state.filter is None


def test_filters_of_the_session_are_offered_in_an_empty_box(app, bar):
    app.state.filter = "label == 'cat'"
    app.state.filter = None
    bar.act({"kind": "complete", "text": "", "caret": 0, "number": 3})
    assert bar.component.answer["suggestions"][0] == ["recent", "label == 'cat'", "label == 'cat'", ""]


def groups(app):
    return app.dashboard().group_bar


def test_groups_show_a_value_a_column_with_count_and_share_of_the_filter(app):
    app.state.group_by = ("split", "label")
    app.state.filter = "score < 0.6"
    rows = [(row["values"], row["count"], row["share"]) for row in groups(app).component.data["rows"]]
    assert rows == [
        (["train", "cat"], "2", "40 %"),
        (["test", "cat"], "1", "20 %"),
        (["test", "dog"], "1", "20 %"),
        (["train", "dog"], "1", "20 %"),
    ]


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("narrow", "split == 'train' and label == 'cat'"),
        ("exclude", "not (split == 'train' and label == 'cat')"),
    ],
)
def test_a_group_is_kept_or_left_out_in_one_step(app, kind, expected):
    app.state.group_by = ("split", "label")
    index = groups(app).component.data["rows"][0]["index"]
    steps = app.state.history.undo_count
    groups(app).act({"kind": kind, "index": index, "names": ["split", "label"]})
    assert app.state.table.text(app.state.filter) == expected
    assert app.state.history.undo_count == steps + 1


def test_groups_are_marked_beside_each_other_and_let_go(app):
    app.state.group_by = "label"
    app.state.filter = "split == 'train'"
    indexes = [row["index"] for row in groups(app).component.data["rows"]]
    for index in indexes:
        groups(app).act({"kind": "select", "index": index, "names": ["label"]})
    assert app.state.selected_count() == 3
    groups(app).act({"kind": "select", "index": indexes[0], "names": ["label"]})
    assert app.selected()["id"].tolist() == ["d"]


def test_a_group_of_other_columns_than_now_is_refused(app):
    app.state.group_by = "label"
    groups(app).act({"kind": "narrow", "index": 0, "names": ["split"]})
    assert app.state.filter is None
    assert "groups have changed" in app.dashboard().title.data["toast"]["words"]


def test_many_groups_are_unfolded_and_beyond_that_counted():
    app = symphony.open(pd.DataFrame({"id": range(500), "x": [index / 7 for index in range(500)]}))
    app.state.group_by = "x"
    data = groups(app).component.data
    assert (len(data["rows"]), data["hidden"]) == (12, {"groups": "488", "rows": "488"})
    assert "x" not in [name for name, _ in data["groupable"]]
    groups(app).act({"kind": "unfold", "is_unfolded": True})
    data = groups(app).component.data
    assert (len(data["rows"]), data["hidden"]) == (200, {"groups": "300", "rows": "300"})
    app.close()


def test_columns_chosen_quickly_after_each_other_all_count(app):
    # the page sends the second choice before it has heard of the first
    groups(app).act({"kind": "group_add", "name": "split"})
    groups(app).act({"kind": "group_add", "name": "label"})
    assert app.state.group_by == ("split", "label")
    groups(app).act({"kind": "group_drop", "name": "split"})
    assert app.state.group_by == ("label",)
    app.undo()
    assert app.state.group_by == ("split", "label")


def test_a_column_that_is_not_there_is_refused_as_a_group(app):
    groups(app).act({"kind": "group_add", "name": "splitt"})
    assert app.state.group_by == ()
    assert "'split'" in app.dashboard().title.data["toast"]["words"]
