"""Specs refuse what could not work later, and needs say what is missing."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from symphony_core.dataset import Dataset
from symphony_core.errors import BadRole, BadSetting, PluginError, UnknownColumn, UnknownRow
from symphony_core.roles import RoleChoice, Roles
from symphony_core.specs import AnalysisInput, AnalysisSpec, Kind, Needs, Role, ViewSpec, never, silent
from symphony_core.table import Table
from symphony_core.vectors import Vectors


def cats(roles: tuple[tuple[Role, str], ...] = ()) -> Table:
    frame = pd.DataFrame({"name": ["tom", "kit", "ada"], "score": [0.1, np.nan, 0.9]}).astype({"name": "str"})
    values = np.array([[1, 0], [0, 1], [0, 0]], dtype=np.float32)
    return Table(Dataset(
        frame, name="cats", fingerprint="f00d", id_column="name",
        roles=Roles({role: RoleChoice(role, column, "told") for role, column in roles}),
        vectors={"emb": Vectors(values, np.array([True, True, False]))},
    ))  # fmt: skip


@pytest.mark.parametrize("name", ["", "Summary", "two words", "über", "1st", "a-b", 3])
def test_a_view_name_that_is_not_lower_case_words_is_refused(name):
    with pytest.raises(PluginError, match="name is"):
        ViewSpec(name, "Title", "module:Class")


@pytest.mark.parametrize("factory", ["module", "module:", ":Class", "a:b:c", "a b:C", 3])
def test_a_factory_without_exactly_one_colon_is_refused(factory):
    with pytest.raises(PluginError, match="one colon"):
        ViewSpec("summary", "Summary", factory)


@pytest.mark.parametrize("ranking", ["rank", "share", "part_*", 3])
def test_a_ranking_is_a_promised_column_of_whole_numbers(ranking):
    provides = ("place:int", "share:float", "part_*:int")
    assert AnalysisSpec("near", "Near", "module:run", provides=provides, ranking="place").ranking == "place"
    with pytest.raises(PluginError, match="ranking is"):
        AnalysisSpec("near", "Near", "module:run", provides=provides, ranking=ranking)


@pytest.mark.parametrize("provides", [["group:int"], ("group",), ("group:integer",), ("gr oup:int",), (3,)])
def test_a_promise_that_is_not_name_and_dtype_is_refused(provides):
    with pytest.raises(PluginError, match="provides is"):
        AnalysisSpec("summary", "Summary", "module:run", provides=provides)


def test_a_blank_title_is_refused():
    with pytest.raises(PluginError, match="words for the menu"):
        ViewSpec("summary", " ", "module:Class")


def test_needs_that_are_no_tuple_of_roles_are_refused():
    with pytest.raises(BadSetting, match="tuple of Role"):
        Needs(roles=["embedding"])


def test_specs_are_values():
    one, same = (AnalysisSpec("a", "A", "m:run", defaults={"k": 1}) for _ in range(2))
    assert one == same and hash(one) == hash(same)
    assert len({ViewSpec("a", "A", "m:V"), ViewSpec("a", "A", "m:V")}) == 1


def test_the_defaults_of_a_spec_cannot_be_changed_afterwards():
    given = {"threshold": 0.9}
    spec = AnalysisSpec("a", "A", "m:run", defaults=given)
    given["threshold"] = 0.1
    assert spec.defaults["threshold"] == 0.9
    with pytest.raises(TypeError):
        spec.defaults["threshold"] = 0.1


def test_a_star_promises_many_names_and_an_exact_name_goes_first():
    spec = AnalysisSpec("a", "A", "m:run", provides=("group_*:int", "group_name:str"))
    assert [promise.dtype for promise in spec.promises if promise.covers("group_name")] == ["str", "int"]


def test_a_missing_role_says_which_argument_names_it():
    needs = Needs(roles=(Role.EMBEDDING,))
    assert needs.missing(cats()) == "needs an embedding column; name one with open(..., embedding='COLUMN')."
    assert needs.missing(cats(((Role.EMBEDDING, "emb"),))) is None


def test_a_missing_score_says_which_kind_of_score():
    assert "score='confidence:COLUMN'" in Needs(roles=(Role.CONFIDENCE,)).missing(cats())


def test_a_role_without_an_argument_is_said_to_be_absent():
    assert Needs(roles=(Role.X,)).missing(cats()) == "needs a x column; the data have none."


def test_a_missing_kind_is_named():
    assert Needs(kinds=(Kind.NUMBER,)).missing(cats()) is None
    assert Needs(kinds=(Kind.TIME,)).missing(cats()) == "needs a column of kind 'time'; the data have none."


def test_too_few_rows_are_counted():
    assert Needs(at_least_rows=3).missing(cats()) is None
    assert Needs(at_least_rows=4).missing(cats()) == "needs at least 4 rows; there are 3."
    assert Needs(at_least_rows=2).missing(cats(), row_count=1) == "needs at least 2 rows; there are 1."


def test_an_input_over_some_rows_shows_those_rows_only():
    data = AnalysisInput(cats(), np.array([0, 2]))
    assert len(data) == 2
    assert data.row_ids.tolist() == ["tom", "ada"]
    assert data.column("score").values.tolist() == [0.1, 0.9]
    assert data.vectors("emb").usable.tolist() == [True, False]
    assert data.frame(["score"])["score"].tolist() == [0.1, 0.9]


def test_text_over_some_rows_keeps_its_values():
    column = AnalysisInput(cats(), np.array([2, 0][::-1])).column("name")
    assert [column.levels[code] for code in column.values] == ["tom", "ada"]


def test_an_input_gives_columns_by_role():
    data = AnalysisInput(cats(((Role.CONFIDENCE, "score"),)))
    assert data.role_column(Role.CONFIDENCE) == "score"
    assert data.role(Role.CONFIDENCE).kind is Kind.NUMBER
    assert data.role(Role.LABEL) is None


def test_an_input_notes_what_was_read():
    data = AnalysisInput(cats(((Role.CONFIDENCE, "score"),)))
    data.role(Role.CONFIDENCE)
    data.vectors("emb")
    assert data.reads == ("score", "emb")
    assert data.input_keys() == ("base:score", "vectors:emb", "role:confidence=score")


def test_an_unknown_column_or_layer_names_the_nearest():
    data = AnalysisInput(cats())
    with pytest.raises(UnknownColumn, match="score"):
        data.column("scor")
    with pytest.raises(BadRole, match="emb"):
        data.vectors("embb")
    with pytest.raises(BadRole, match="embedding='COLUMN'"):
        data.vectors()


def test_the_arrays_of_an_input_cannot_be_written():
    data = AnalysisInput(cats(), np.array([0, 1]))
    for array in (data.rows, data.row_ids, data.column("score").values, data.vectors("emb").values):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = array[1]


def test_the_default_progress_and_cancel_do_nothing():
    silent(0.5, "half")
    never.check()
    assert not never.is_set()


def test_ids_are_found_among_the_rows_that_the_input_covers():
    table = cats()
    ids = table.dataset.row_ids.tolist()
    assert AnalysisInput(table).positions_of([ids[2], ids[0]]).tolist() == [2, 0]
    part = AnalysisInput(table, np.array([0, 2]))
    assert part.positions_of([ids[2], ids[0]]).tolist() == [1, 0]
    with pytest.raises(UnknownRow, match=f"{ids[1]!r} is not among the 2 rows"):
        part.positions_of([ids[0], ids[1]])
    with pytest.raises(UnknownRow, match="no row 'nobody'"):
        part.positions_of(["nobody"])


def test_a_key_names_column_and_rows():
    table = cats()
    whole, part = AnalysisInput(table), AnalysisInput(table, np.array([0, 2]))
    assert whole.key("name") == AnalysisInput(table).key("name")
    keys = {whole.key("name"), part.key("name"), AnalysisInput(table, np.array([0, 1])).key("name")}
    assert len(keys) == 3
    assert whole.key("score") not in keys
