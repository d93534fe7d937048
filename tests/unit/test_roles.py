"""Roles: given by name and content, refused when a name could mean two things."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from symphony_core.dataset import Dataset
from symphony_core.errors import BadRole
from symphony_core.roles import Role, RoleChoice, Roles
from symphony_core.sources import SourceOptions, open_source


def opened(columns: dict[str, object], **options: str) -> Dataset:
    return open_source(pd.DataFrame(columns), SourceOptions(**options))


def messages(dataset: Dataset) -> str:
    return "\n".join(notice.text for notice in dataset.warnings)


def test_well_known_names_get_their_roles():
    dataset = opened(
        {
            "id": ["a", "b"],
            "label": ["cat", "dog"],
            "prediction": ["cat", "cat"],
            "loss": [0.1, 2.0],
            "split": ["train", "test"],
            "text": ["one", "two"],
            "x": [0.0, 1.0],
            "y": [2.0, 3.0],
        }
    )
    assert {str(role): choice.column for role, choice in dataset.roles.items()} == {
        "id": "id",
        "label": "label",
        "prediction": "prediction",
        "loss": "loss",
        "x": "x",
        "y": "y",
        "split": "split",
        "text": "text",
    }


@pytest.mark.parametrize(
    ("name", "role"),
    [("y_true", Role.LABEL), ("Pred", Role.PREDICTION), ("fold", Role.SPLIT), ("review", Role.TEXT)],
)
def test_a_single_other_name_for_a_role_is_taken_in_any_case(name, role):
    assert opened({name: ["a", "b"]}).roles.column(role) == name


def test_every_choice_has_a_reason():
    roles = opened({"label": ["a"], "embedding": [[1.0, 2.0]]}).roles
    assert all(choice.reason for choice in roles.values())


def test_two_other_names_for_one_role_give_no_role_and_a_warning():
    dataset = opened({"target": ["a", "b"], "ground_truth": ["a", "b"]})
    assert Role.LABEL not in dataset.roles
    assert dataset.roles.ambiguous == ((Role.LABEL, ("target", "ground_truth")),)
    assert "open(..., label='target')" in messages(dataset)


def test_the_own_name_of_a_role_wins_over_other_names():
    assert opened({"target": ["a"], "label": ["b"]}).roles.column(Role.LABEL) == "label"


def test_a_probability_beside_a_prediction_is_the_confidence():
    dataset = opened({"prediction": ["a", "b"], "probability": [0.9, 0.4], "proba_of_label": [0.9, 0.6]})
    assert dataset.roles.column(Role.CONFIDENCE) == "probability"


def test_a_probability_without_a_prediction_has_no_role():
    dataset = opened({"probability": [0.9, 0.4]})
    assert not {Role.CONFIDENCE, Role.POSITIVE_SCORE} & set(dataset.roles)
    assert "used as neither" in messages(dataset)


def test_a_probability_outside_0_to_1_is_no_confidence():
    assert Role.CONFIDENCE not in opened({"prediction": ["a", "b"], "probability": [90.0, 40.0]}).roles


def test_a_bare_score_has_no_role_and_the_warning_says_how_to_name_it():
    dataset = opened({"prediction": ["a", "b"], "score": [0.9, 0.4]})
    assert not {Role.CONFIDENCE, Role.POSITIVE_SCORE} & set(dataset.roles)
    assert "open(score='positive_score:score')" in messages(dataset)


def test_score_can_say_which_of_the_two_it_is():
    columns = {"label": ["a", "b"], "s": [0.9, 0.4]}
    assert opened(columns, score="confidence:s").roles.column(Role.CONFIDENCE) == "s"
    assert opened(columns, score="positive_score:s").roles.column(Role.POSITIVE_SCORE) == "s"


def test_a_score_of_three_classes_is_the_confidence():
    dataset = opened({"label": ["a", "b", "c"], "s": [0.9, 0.4, 0.5]}, score="s")
    assert dataset.roles.column(Role.CONFIDENCE) == "s"
    assert "3 classes" in dataset.roles[Role.CONFIDENCE].reason


def test_a_score_of_two_classes_below_one_half_is_of_the_positive_class():
    dataset = opened({"label": ["a", "b"], "prediction": ["a", "b"], "s": [0.9, 0.2]}, score="s")
    assert dataset.roles.column(Role.POSITIVE_SCORE) == "s"


def test_a_score_of_two_classes_never_below_one_half_is_the_confidence():
    dataset = opened({"label": ["a", "b"], "prediction": ["a", "b"], "s": [0.9, 0.6]}, score="s")
    assert dataset.roles.column(Role.CONFIDENCE) == "s"


def test_a_score_of_many_classes_outside_0_to_1_must_be_said():
    with pytest.raises(BadRole, match="confidence:s"):
        opened({"label": ["a", "b", "c"], "s": [9.0, 4.0, 1.0]}, score="s")


def test_a_column_called_image_that_holds_sentences_is_no_image():
    assert Role.IMAGE not in opened({"image": ["a nice day", "rain"]}).roles


def test_paths_of_images_are_found_by_content():
    assert opened({"file": ["a/b.png", "c.JPG"]}).roles.column(Role.IMAGE) == "file"


def test_bytes_of_images_under_the_name_image_are_the_image():
    assert opened({"image": [b"\x89PNG\r\n", None]}).roles.column(Role.IMAGE) == "image"


def test_the_only_column_of_vectors_is_the_embedding():
    dataset = opened({"v": [np.arange(8.0), np.ones(8)]})
    assert dataset.roles.column(Role.EMBEDDING) == "v"


def test_of_several_vector_columns_none_is_taken_unless_one_is_called_embedding():
    two = {"text_vector": [[1.0, 2.0]], "image_vector": [[1.0, 2.0]]}
    assert opened(two).roles.ambiguous == ((Role.EMBEDDING, ("text_vector", "image_vector")),)
    assert opened({**two, "embedding": [[1.0]]}).roles.column(Role.EMBEDDING) == "embedding"


def test_a_pair_of_coordinates_is_taken_under_any_prefix():
    roles = opened({"umap_x": [0.0], "umap_y": [1.0]}).roles
    assert (roles.column(Role.X), roles.column(Role.Y)) == ("umap_x", "umap_y")


def test_y_alone_is_neither_a_coordinate_nor_a_label():
    assert set(opened({"y": [0.0, 1.0]}).roles) == {Role.ID}


def test_a_named_column_wins_over_the_well_known_name():
    dataset = opened({"label": ["a"], "species": ["b"]}, label="species")
    assert dataset.roles[Role.LABEL] == RoleChoice(Role.LABEL, "species", "named in open()")


def test_an_empty_name_leaves_the_role_empty():
    assert Role.LABEL not in opened({"label": ["a"]}, label="").roles


def test_roles_are_read_as_a_table():
    frame = opened({"label": ["a"]}).roles.frame()
    assert frame["role"].tolist() == ["id", "label"]
    assert frame["column"].tolist() == ["row_id", "label"]


def test_roles_say_themselves_in_a_few_lines():
    choice = RoleChoice(Role.LABEL, "species", "named in open()")
    assert repr(Roles({Role.LABEL: choice}, ((Role.TEXT, ("a", "b")),))) == (
        "Roles\n  label: 'species' (named in open())\n  text: undecided between a, b"
    )
    assert repr(Roles()) == "Roles (none)"


def test_a_column_knows_its_roles():
    dataset = opened({"label": ["a"], "other": [1]})
    assert dataset.roles.of_column("label") == (Role.LABEL,)
    assert dataset.roles.of_column("other") == ()


def test_bytes_of_webp_are_an_image_and_bytes_of_wav_a_sound():
    dataset = opened({"a": [b"RIFF\0\0\0\0WEBPVP8 "], "b": [b"RIFF\0\0\0\0WAVEfmt "]})
    assert (dataset.roles.column(Role.IMAGE), dataset.roles.column(Role.AUDIO)) == ("a", "b")
