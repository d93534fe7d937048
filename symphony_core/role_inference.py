"""Finding out which column plays which role.

Names come first, content confirms: a column called `image` that holds
sentences is no image. Each rule is one row of a table or one short function,
so that "why did it pick this" has one place to look; the reason goes into the
choice and to the page.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from symphony_core.column import ColumnData, Kind
from symphony_core.errors import BadRole, no_such
from symphony_core.media_format import media_kind
from symphony_core.roles import Role, RoleChoice, Roles

# Rows looked at to see whether text is a path and whether bytes are a picture.
SAMPLE_ROWS = 200
# Splits and folds have few names; a column with more distinct values is something else.
MAX_SPLITS = 50

# The first name is the role's own and wins over the others; two of the others are ambiguous.
NAMES: dict[Role, tuple[str, ...]] = {
    Role.LABEL: (
        "label",
        "labels",
        "target",
        "ground_truth",
        "groundtruth",
        "gt",
        "class",
        "truth",
        "true_label",
        "y_true",
    ),
    Role.PREDICTION: (
        "prediction",
        "predictions",
        "predicted",
        "pred",
        "preds",
        "predicted_label",
        "prediction_label",
        "pred_label",
        "y_pred",
        "yhat",
        "y_hat",
    ),
    Role.POSITIVE_SCORE: (
        "positive_score",
        "score_positive",
        "positive_probability",
        "prob_positive",
        "proba_positive",
        "p_positive",
        "proba_1",
        "prob_1",
        "y_score",
    ),
    Role.CLASS_PROBABILITIES: ("class_probabilities", "probabilities", "probs", "probas", "softmax"),
    Role.LOSS: ("loss", "sample_loss", "example_loss", "row_loss", "log_loss", "cross_entropy"),
    Role.SPLIT: ("split", "subset", "partition", "fold", "dataset_split", "data_split"),
    Role.IMAGE: (
        "image",
        "img",
        "picture",
        "photo",
        "image_path",
        "img_path",
        "image_file",
        "image_bytes",
        "thumbnail",
    ),
    Role.AUDIO: ("audio", "sound", "recording", "audio_path", "sound_path", "audio_file", "wav"),
    Role.TEXT: ("text", "sentence", "review", "document", "body", "content", "comment", "message", "prompt"),
}
CONFIDENCE_NAME = "confidence"
# Only beside a prediction do these say whose probability they are.
PROBABILITY_NAMES = ("probability", "prob", "proba", "max_probability", "max_prob", "prediction_probability")
UNCLEAR_SCORES = ("score", "scores", *PROBABILITY_NAMES)
SCORE_ROLES = (Role.POSITIVE_SCORE, Role.CONFIDENCE)


@dataclass
class Columns:
    """What the rules look at."""

    frame: pd.DataFrame
    data: Callable[[str], ColumnData]
    embeddings: Mapping[str, int]  # name -> dimension

    @property
    def names(self) -> list[str]:
        return [*self.frame.columns, *self.embeddings]

    def sample(self, name: str) -> list[object]:
        """Give the first few values that are not missing."""
        head = self.frame[name].iloc[:SAMPLE_ROWS]
        if head.isna().any():
            head = self.frame[name].dropna().iloc[:SAMPLE_ROWS]
        return list(head)

    def has_text(self, name: str) -> bool:
        """Say whether a column is text; told from its type, without encoding it."""
        return isinstance(self.frame[name].dtype, pd.StringDtype) or self.data(name).kind.is_text

    def is_probability(self, name: str) -> bool:
        """Say whether all values are numbers from 0 to 1 and one at least is there."""
        column = self.data(name)
        if column.kind is not Kind.NUMBER:
            return False
        values = column.values[~column.is_missing()]
        return len(values) > 0 and bool(values.min() >= 0) and bool(values.max() <= 1)


@dataclass
class _Found:
    choices: dict[Role, RoleChoice] = field(default_factory=dict)
    ambiguous: dict[Role, tuple[str, ...]] = field(default_factory=dict)

    def give(self, role: Role, column: str, reason: str) -> None:
        self.choices[role] = RoleChoice(role, column, reason)

    def column(self, role: Role) -> str | None:
        return self.choices[role].column if role in self.choices else None


def infer_roles(columns: Columns, asked: Mapping[str, str], id_choice: RoleChoice) -> Roles:
    """Give every role that was asked for or can be told from name and content.

    asked: argument of open() -> column; "" leaves the role empty.
    Raises BadRole if an asked column is not there or cannot play the role.
    """
    found = _Found()
    found.choices[Role.ID] = id_choice
    for argument, name in asked.items():
        if name and argument not in ("id", "score"):
            _take_asked(columns, found, Role(argument), name)
    open_names = {c.casefold(): c for c in reversed(columns.names) if c != id_choice.column}
    for role in NAMES:
        if role not in found.choices and role.value not in asked:
            _by_name(columns, found, role, open_names)
    if "embedding" not in asked:
        _embedding(columns, found)
    _coordinates(columns, found, open_names)
    if asked.get("score"):
        _asked_score(columns, found, asked["score"])
    elif "score" not in asked:
        _confidence(columns, found, open_names)
    return Roles(found.choices, tuple(found.ambiguous.items()))


def check_asked(names: Sequence[str], asked: Mapping[str, str], where: str) -> None:
    """Raise BadRole if open() names a column that is not there; before anything large is read."""
    for argument, name in asked.items():
        column = _score_column(name, names)[1] if argument == "score" else name
        if column and column not in names:
            message, close = no_such("column", column, names, where)
            raise BadRole(
                f"open({argument}={name!r}): {message}", role=argument, column=column, nearest=close
            )


def _take_asked(columns: Columns, found: _Found, role: Role, name: str) -> None:
    if role is Role.EMBEDDING:
        if name not in columns.embeddings:
            raise BadRole(
                f"column {name!r} cannot be the embedding: it holds no lists of numbers.",
                role=role,
                column=name,
            )
    elif name in columns.embeddings or not _fits(columns, role, name):
        raise BadRole(
            f"column {name!r} cannot be the {role}: it holds {_content(columns, name)}, "
            f"wanted {_WANTED.get(role, 'text, numbers or true/false')}.",
            role=role,
            column=name,
        )
    found.give(role, name, "named in open()")


def _by_name(columns: Columns, found: _Found, role: Role, open_names: Mapping[str, str]) -> None:
    own, *others = NAMES[role]
    fitting = [
        open_names[n]
        for n in (own, *others)
        if n in open_names and open_names[n] not in columns.embeddings and _fits(columns, role, open_names[n])
    ]
    if not fitting and role in (Role.IMAGE, Role.AUDIO):
        fitting = [n for n in columns.frame.columns if _is_media(columns, role, n, by_content_only=True)]
        reason = "its values are such files"
    else:
        reason = "the column's name"
    if fitting and (fitting[0].casefold() == own or len(fitting) == 1):
        found.give(role, fitting[0], reason)
    elif fitting:
        found.ambiguous[role] = tuple(fitting)


def _fits(columns: Columns, role: Role, name: str) -> bool:
    """Say whether the content can play the role."""
    if role in (Role.IMAGE, Role.AUDIO):
        return _is_media(columns, role, name)
    if role is Role.TEXT:
        return columns.has_text(name)
    kind = columns.data(name).kind
    if role in (Role.POSITIVE_SCORE, Role.LOSS):
        return kind is Kind.NUMBER
    if role is Role.CLASS_PROBABILITIES:
        return kind is Kind.OTHER
    if role is Role.SPLIT:
        return (
            kind in (Kind.CATEGORY, Kind.BOOL, Kind.NUMBER) and _distinct_count(columns, name) <= MAX_SPLITS
        )
    return kind in (Kind.CATEGORY, Kind.TEXT, Kind.BOOL, Kind.NUMBER)


_WANTED = {
    Role.IMAGE: "paths of images, their bytes, or structs of both",
    Role.AUDIO: "paths of sounds, their bytes, or structs of both",
    Role.TEXT: "text",
    Role.SPLIT: f"at most {MAX_SPLITS} distinct names or numbers",
}


def _content(columns: Columns, name: str) -> str:
    if name in columns.embeddings:
        return "embeddings"
    kind = columns.data(name).kind
    return {
        Kind.NUMBER: "numbers",
        Kind.BOOL: "true/false",
        Kind.TIME: "dates",
        Kind.OTHER: "lists, structs or bytes",
    }.get(kind, "text")


def _is_media(columns: Columns, role: Role, name: str, *, by_content_only: bool = False) -> bool:
    if not columns.has_text(name) and columns.data(name).kind is not Kind.OTHER:
        return False
    values = columns.sample(name)
    if not values:
        return not by_content_only
    hits = sum(media_kind(value) == role.value for value in values)
    return hits >= 0.9 * len(values) if by_content_only else 2 * hits >= len(values)


def _distinct_count(columns: Columns, name: str) -> int:
    column = columns.data(name)
    return len(column.levels) if column.kind is Kind.CATEGORY else len(np.unique(column.values))


def _embedding(columns: Columns, found: _Found) -> None:
    names = list(columns.embeddings)
    exact = [n for n in names if n.casefold() in ("embedding", "embeddings")]
    if len(names) == 1:
        found.give(
            Role.EMBEDDING,
            names[0],
            f"the only column of vectors, {columns.embeddings[names[0]]} numbers a row",
        )
    elif len(exact) == 1:
        found.give(Role.EMBEDDING, exact[0], "the column's name")
    elif names:
        found.ambiguous[Role.EMBEDDING] = tuple(names)


def _coordinates(columns: Columns, found: _Found, open_names: Mapping[str, str]) -> None:
    """Give x and y to one pair of number columns: `x` and `y`, else the only `..._x` with its `..._y`."""
    taken = {choice.column for choice in found.choices.values()}

    def is_free_number(folded: str) -> bool:
        name = open_names.get(folded)
        return (
            name is not None
            and name not in taken
            and name not in columns.embeddings
            and columns.data(name).kind is Kind.NUMBER
        )

    pairs = [(n, n[:-1] + "y") for n in open_names if n == "x" or n.endswith("_x")]
    pairs = [pair for pair in pairs if all(map(is_free_number, pair))]
    chosen = [pair for pair in pairs if pair == ("x", "y")] or pairs
    if len(chosen) == 1:
        for role, folded in zip((Role.X, Role.Y), chosen[0], strict=True):
            found.give(role, open_names[folded], "the column's name, and its partner's")
    elif chosen:
        found.ambiguous[Role.X] = tuple(open_names[x] for x, _ in chosen)
        found.ambiguous[Role.Y] = tuple(open_names[y] for _, y in chosen)


def _confidence(columns: Columns, found: _Found, open_names: Mapping[str, str]) -> None:
    own = open_names.get(CONFIDENCE_NAME)
    if own is not None and own not in columns.embeddings and columns.is_probability(own):
        found.give(Role.CONFIDENCE, own, "the column's name, with values from 0 to 1")
        return
    unclear = [
        open_names[n]
        for n in UNCLEAR_SCORES
        if n in open_names
        and open_names[n] not in columns.embeddings
        and columns.data(open_names[n]).kind is Kind.NUMBER
    ]
    beside = [n for n in unclear if n.casefold() in PROBABILITY_NAMES and columns.is_probability(n)]
    if Role.PREDICTION in found.choices and len(beside) == 1:
        prediction = found.column(Role.PREDICTION)
        found.give(
            Role.CONFIDENCE,
            beside[0],
            f"a probability beside the prediction {prediction!r}, values from 0 to 1",
        )
    elif unclear and not any(role in found.choices for role in SCORE_ROLES):
        for role in SCORE_ROLES:
            found.ambiguous[role] = tuple(unclear)


def _asked_score(columns: Columns, found: _Found, asked: str) -> None:
    role, name = _score_column(asked, columns.names)
    if name in columns.embeddings or columns.data(name).kind is not Kind.NUMBER:
        raise BadRole(
            f"column {name!r} cannot be a score: it holds {_content(columns, name)}, wanted numbers.",
            role="score",
            column=name,
        )
    if role is not None:
        found.give(role, name, "named in open()")
        return
    role, reason = _which_score(columns, found, name)
    found.give(role, name, f"named in open(); {reason}")


def _score_column(asked: str, names: Sequence[str]) -> tuple[Role | None, str]:
    """Split `positive_score:column`; a column of exactly that name comes first."""
    prefix, _, rest = asked.partition(":")
    if asked in names or not rest or prefix not in {role.value for role in SCORE_ROLES}:
        return None, asked
    return Role(prefix), rest


def _which_score(columns: Columns, found: _Found, name: str) -> tuple[Role, str]:
    """Tell the probability of the predicted class from that of the positive class."""
    classes = [found.column(role) for role in (Role.LABEL, Role.PREDICTION)]
    class_count = max((_distinct_count(columns, c) for c in classes if c is not None), default=0)
    if not columns.is_probability(name):
        if class_count > 2:
            raise BadRole(
                f"column {name!r} has values outside 0..1 and there are {class_count} classes; "
                f"say which it is: open(score='confidence:{name}') or open(score='positive_score:{name}').",
                role="score",
                column=name,
            )
        return (
            Role.POSITIVE_SCORE,
            "values outside 0..1 rank rows and are no probability of the predicted class",
        )
    if class_count > 2:
        return (
            Role.CONFIDENCE,
            f"with {class_count} classes one probability can only be that of the predicted class",
        )
    column = columns.data(name)
    values = column.values[~column.is_missing()]
    if Role.PREDICTION in found.choices and np.mean(values >= 0.5) >= 0.99:
        return (
            Role.CONFIDENCE,
            "of two classes the predicted one is never below 0.5, and these values are not",
        )
    return Role.POSITIVE_SCORE, "values on both sides of 0.5 with at most two classes"
