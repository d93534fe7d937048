"""The card as messages from the browser would drive it, and what the script would draw."""

from __future__ import annotations

import io
from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from symphony_core.errors import UnknownColumn
from symphony_core.manifest import Manifest
from symphony_core.registry import Registry
from symphony_core.session import Session
from symphony_core.sources import open_source
from symphony_core.workspace import Workspace
from symphony_panel_familiarity.view import FamiliarityView

HTML = "<img src=x onerror=alert(1)>"


class Card:
    """A view with what its script would draw, and the messages it would send."""

    def __init__(self, frame: pd.DataFrame, **settings: object) -> None:
        registry = Registry(Manifest(allow=("fam",), modules={"fam": "symphony_panel_familiarity.plugin"}))
        self.session = Session(Workspace(open_source(frame)), registry)
        self.state = self.session.state
        self.view = FamiliarityView(self.session, **settings)
        self.component = self.view.frame.body
        assert self.view.frame.problem == ""

    def say(self, kind: str, **more: object) -> None:
        self.component._handle_msg({"kind": kind, **more})

    def wait(self) -> None:
        for job in list(self.session.jobs):
            job.result()

    @property
    def data(self) -> dict:
        return self.component.data

    @property
    def panel(self) -> dict:
        return self.data["panels"][0]

    @property
    def filter(self) -> str | None:
        return None if self.state.filter is None else self.state.table.text(self.state.filter)

    @property
    def selection(self) -> str | None:
        return None if self.state.selection is None else self.state.table.text(self.state.selection)


@pytest.fixture
def card() -> Iterator[object]:
    made: list[Card] = []

    def make(frame: pd.DataFrame, **settings: object) -> Card:
        made.append(Card(frame, **settings))
        return made[-1]

    yield make
    for one in made:
        one.session.close()


def given() -> pd.DataFrame:
    """Ten rows with a familiarity of the data's own, the raw kind."""
    return pd.DataFrame({
        "id": list("abcdefghij"),
        "familiarity_pool": [5.0, 1.0, 9.0, 2.0, None, 3.0, 8.0, 7.0, 6.0, 4.0],
        "label": ["x", "y"] * 5,
    })  # fmt: skip


def embedded(row_count: int = 60) -> pd.DataFrame:
    vectors = np.random.default_rng(0).normal(size=(row_count, 8)).astype(np.float32)
    return pd.DataFrame({
        "id": [f"r{i}" for i in range(row_count)], "embedding": list(vectors),
        "label": ["x", "y", "y"] * (row_count // 3), "split": ["train", "train", "test"] * (row_count // 3),
    })  # fmt: skip


# --- a layer of the data's own ----------------------------------------------------------------


def test_the_least_familiar_rows_come_first_and_the_most_on_request(card):
    one = card(given(), listed_rows=3)
    assert (one.panel["ids"], one.panel["values"]) == (["b", "d", "f"], ["1", "2", "3"])
    one.say("order", is_most=True)
    assert one.panel["ids"] == ["c", "g", "h"]
    one.say("more")
    assert one.panel["ids"] == ["c", "g", "h", "i", "a", "j"]


def test_rows_without_a_value_are_told_and_not_listed(card):
    one = card(given())
    assert len(one.panel["ids"]) == 9 and "e" not in one.panel["ids"]
    assert one.data["note"] == "1 row has no value"


def test_the_figures_are_those_of_numpy_under_the_filter(card):
    one = card(given())
    one.state.filter = "label == 'x'"
    values = np.array([5.0, 9.0, 8.0, 6.0])
    of_filter = f"mean {values.mean():.3g} ± {values.std(ddof=1):.3g}, n 4"
    assert one.panel["mean"] == f"{of_filter}; mean of all 5 ± 2.74"


def test_bars_count_all_filtered_and_selected_rows(card):
    one = card(given(), bars=4)
    one.state.filter = "label == 'x'"
    one.state.selection = ["c", "b"]
    counts = np.array(one.panel["counts"])
    assert counts.sum(axis=0).tolist() == [9, 4, 2]
    assert one.data["labels"] == ["0 – 2", "2 – 4", "4 – 6", "6 – 8", "8 – 10"]
    assert counts[:, 0].tolist() == [1, 2, 2, 2, 2]


def test_a_brush_filters_the_column_and_the_same_brush_takes_it_back(card):
    one = card(given(), bars=4)
    one.state.filter = "label == 'x'"
    one.say("range", column="familiarity_pool", first=2, last=3, mode="replace")
    assert one.filter == "label == 'x' and familiarity_pool >= 4 and familiarity_pool < 8"
    assert one.panel["ids"] == ["a", "i"]
    one.say("range", column="familiarity_pool", first=2, last=3, mode="replace")
    assert one.filter == "label == 'x'"


def test_the_rows_of_a_brush_are_those_that_its_bars_count(card):
    one = card(given(), bars=4)
    for bar, (count, *_) in enumerate(one.panel["counts"]):
        one.state.filter = None
        one.say("range", column="familiarity_pool", first=bar, last=bar, mode="replace")
        assert one.state.count() == count
        assert one.data["is_in"] == [at == bar for at in range(len(one.data["labels"]))]


def test_shift_adds_alt_excludes_and_the_cross_clears(card):
    one = card(given(), bars=4)
    one.say("range", column="familiarity_pool", first=0, last=0, mode="replace")
    one.say("range", column="familiarity_pool", first=4, last=4, mode="add")
    assert one.state.count() == 3
    one.say("clear")
    assert one.filter is None
    one.say("range", column="familiarity_pool", first=4, last=4, mode="exclude")
    assert one.state.count() == 8


def test_outliers_of_raw_values_are_the_lowest_at_the_rate(card):
    one = card(given(), outlier_rate=0.25)
    assert (one.data["outliers"], one.data["outlier_words"]) == (2, "2 rows at or below 2")
    one.say("outliers")
    assert one.selection == "familiarity_pool <= 2"
    one.say("outliers")
    assert one.selection is None


def test_outliers_under_a_filter_are_selected_with_it(card):
    one = card(given(), outlier_rate=0.5)
    one.state.filter = "label == 'y'"
    one.say("outliers")
    assert one.state.selected_count() == one.data["outliers"] == 4


def test_equal_values_are_not_all_called_outliers(card):
    one = card(pd.DataFrame({"familiarity": [1.0] * 9 + [5.0]}), outlier_rate=0.5)
    assert one.data["outliers"] == 0 and "too many of them equal" in one.data["outlier_words"]


def test_the_rate_is_set_on_the_card_and_kept_within_bounds(card):
    one = card(given())
    one.say("rate", rate=0.25)
    assert one.view.outlier_rate == 0.25 and one.data["outliers"] == 2
    one.say("rate", rate=0.9)
    assert one.view.outlier_rate == 0.25 and "0.01 to 50 %" in one.view.frame.problem


def test_a_click_opens_a_row_and_a_tick_selects_it(card):
    one = card(given())
    one.say("open", row=2)
    assert one.state.focus == "c" and one.data["focus"] == 2
    one.say("open", row=2)
    assert one.state.focus is None
    one.say("tick", row=1, wanted=True)
    one.say("tick", row=3, wanted=True)
    assert one.selection == "rows('b', 'd')" and one.panel["picked"][:3] == [True, True, False]
    one.say("tick", row=1, wanted=False)
    one.say("tick", row=3, wanted=False)
    assert one.state.selection is None


def test_a_row_that_is_not_there_is_refused(card):
    one = card(given())
    one.say("tick", row=10, wanted=True)
    assert one.state.selection is None and "the table has 10" in one.view.frame.problem


def test_groups_have_a_panel_each_the_largest_under_the_filter_first(card):
    one = card(given(), group_rows=2, groups=1)
    one.state.group_by = ["label"]
    one.state.filter = "familiarity_pool < 5"
    assert [panel["name"] for panel in one.data["panels"]] == ["y"]
    assert (one.panel["ids"], one.panel["row_count"], one.data["more_groups"]) == (["b", "d"], 4, 0)
    one.state.filter = None
    assert one.data["more_groups"] == 1


def test_names_and_values_stay_text(card):
    frame = given().assign(label=HTML, id=[f"{HTML}{i}" for i in range(10)])
    one = card(frame)
    assert one.panel["ids"][0] == f"{HTML}1" and one.panel["words"][0] == [["label", HTML, False]]


def test_pictures_come_with_their_rows(card):
    buffer = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(buffer, "PNG")
    one = card(given().assign(image=[buffer.getvalue()] * 9 + [b"no picture"]))
    assert one.data["media"] == [["image", "image"]]
    assert one.component.made["1:image"]["uri"].startswith("data:image/png")
    assert one.component.made["9:image"]["problem"]


@pytest.mark.parametrize(
    "values",
    [
        [0.0] * 5, [1e300, -1e300, 0, 1, 2], [np.inf, -np.inf, np.nan, 1, 2], [np.nan] * 5,
        [1e-320, 0, 0, 0, 0], [2.0**53, 2.0**53 + 2, 2.0**53, 0, 1],
    ],
)  # fmt: skip
def test_any_numbers_have_bars_that_can_be_brushed(card, values):
    one = card(pd.DataFrame({"familiarity": values}))
    counts = [count for count, *_ in one.panel["counts"]]
    assert sum(counts) == np.isfinite(values).sum()
    for bar, count in enumerate(counts):
        one.state.filter = None
        one.say("range", column="familiarity", first=bar, last=bar, mode="replace")
        assert one.state.count() == count and one.view.frame.problem == ""


# --- computing ---------------------------------------------------------------------------------


def test_without_an_embedding_the_card_says_so_and_offers_nothing(card):
    one = card(pd.DataFrame({"a": [1, 2]}))
    assert one.data["empty"].startswith("No embedding column") and one.data["plan"] == ""
    one.say("compute")
    assert "No embedding column" in one.view.frame.problem


def test_the_card_computes_by_its_settings_and_shows_what_came(card):
    one = card(embedded(), neighbours=5, reference="split == 'train'", by=["label"])
    assert one.data["plan"] == (
        "5 nearest neighbours in embedding, against the rows with split == 'train', and within each label"
    )
    one.say("compute")
    one.wait()
    assert one.data["layer"] == "familiarity" and one.data["empty"] == ""
    assert one.data["layers"] == ["familiarity", "familiarity_by_label", "familiarity_score"]
    assert one.data["labels"][0] == "0 – 0.05"
    column = one.state.table.column("familiarity").values
    assert one.panel["rows"][0] == int(np.argmin(column))
    one.say("layer", column="familiarity_by_label")
    assert one.data["layer"] == "familiarity_by_label"


def test_outliers_of_places_are_below_the_rate_as_the_column_says(card):
    one = card(embedded(), outlier_rate=0.1)
    one.say("compute")
    one.wait()
    one.say("outliers")
    assert one.selection == "familiarity < 0.1"
    flags = one.state.table.column("familiarity_outlier").values
    assert (one.state.selection_mask() == flags).all() and one.data["outliers"] == 6


def test_undo_takes_the_computed_columns_back(card):
    one = card(embedded())
    one.say("compute")
    one.wait()
    one.state.undo()
    assert one.data["empty"] == "No column says yet how familiar each row is."


def test_the_card_says_what_was_set_aside_and_where_less_was_done(card):
    frame = embedded(6)
    frame.at[2, "embedding"] = np.zeros(8, dtype=np.float32)
    one = card(frame)
    one.say("compute")
    one.wait()
    assert one.component.job["note"] == (
        "1 set aside: a vector of zeros. k is 4, not 20: the reference has 5 rows."
    )


def test_what_goes_wrong_is_said_and_the_old_columns_stay(card):
    one = card(embedded())
    one.say("compute")
    one.wait()
    before = one.panel["rows"]
    one.view.by = ["nothing"]
    one.say("compute")
    with pytest.raises(UnknownColumn):
        one.wait()
    assert "no column 'nothing'" in one.component.job["problem"]
    assert one.panel["rows"] == before and one.component.job["is_running"] is False


def test_a_cancelled_run_leaves_everything_as_it_was(card):
    one = card(embedded(3000))
    one.say("compute")
    one.say("cancel")
    assert one.component.job == {"is_running": False, "share": 0.0, "words": "", "problem": "", "note": ""}
    assert (
        one.state.overlay.names == () if hasattr(one.state.overlay, "names") else not len(one.state.overlay)
    )


def test_computed_columns_get_a_prefix_where_the_data_have_their_names(card):
    one = card(embedded().assign(familiarity=np.arange(60.0)))
    one.say("compute")
    one.wait()
    assert one.data["layer"] == "computed_familiarity"
    assert one.data["layers"] == ["computed_familiarity", "computed_familiarity_score", "familiarity"]


def test_scores_by_attribute_of_the_data_are_read_as_a_column(card):
    frame = given()
    frame["splitFamiliarity_pool_byAttr_label"] = [{"x": float(i), "y": -float(i)} for i in range(10)]
    one = card(frame)
    assert "splitFamiliarity_pool_byAttr_label" in one.data["layers"]
    one.say("layer", column="splitFamiliarity_pool_byAttr_label")
    one.wait()
    assert one.data["layer"] == "familiarity_pool_by_label"
    assert one.panel["ids"][:3] == ["j", "h", "f"]  # -9, -7, -5: the odd rows are of y
    assert "splitFamiliarity_pool_byAttr_label" not in one.data["layers"]


# --- words --------------------------------------------------------------------------------------


def test_the_sentence_says_rows_figures_outliers_and_the_first_rows(card):
    one = card(given(), outlier_rate=0.25)
    one.state.filter = "label == 'y'"
    assert one.view.sentence() == (
        "familiarity_pool of 5 of 10 rows under the filter label == 'y': mean of all 5 ± 2.74; "
        "2 rows at or below 2; least familiar first: b, d, f; 0 selected."
    )


def test_the_description_holds_bars_and_rows(card):
    one = card(given(), bars=4, listed_rows=2)
    _, table = one.view.describe()
    assert table["what"].tolist() == ["bar"] * 5 + ["row"] * 2
    assert table["familiarity_pool"].tolist()[-2:] == [1.0, 2.0]
