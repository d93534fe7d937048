"""What the columns of a table mean: its label, prediction, score, embedding, media.

A role is given by a well-known name whose content fits, or by the person who
opens the table. A name that could mean two things gets no role: a page built
on a wrongly guessed probability looks right and is not. `ambiguous` says what
was left open, so that the page can ask.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pandas as pd


class Role(enum.StrEnum):
    """What a column means to views and analyses."""

    ID = "id"
    LABEL = "label"
    PREDICTION = "prediction"
    CONFIDENCE = "confidence"  # probability of the predicted class
    POSITIVE_SCORE = "positive_score"  # probability or score of the positive class
    CLASS_PROBABILITIES = "class_probabilities"  # a list per row, one probability a class
    LOSS = "loss"
    EMBEDDING = "embedding"
    X = "x"
    Y = "y"
    SPLIT = "split"
    IMAGE = "image"
    AUDIO = "audio"
    TEXT = "text"


@dataclass(frozen=True)
class RoleChoice:
    """One role, the column that plays it, and why."""

    role: Role
    column: str
    reason: str


class Roles(Mapping[Role, RoleChoice]):
    """The roles of a dataset: an immutable mapping in the order of `Role`.

    ambiguous: roles that more than one column could play, each with its candidates.
    """

    def __init__(
        self,
        choices: Mapping[Role, RoleChoice] | None = None,
        ambiguous: tuple[tuple[Role, tuple[str, ...]], ...] = (),
    ) -> None:
        given = choices or {}
        self._choices = {role: given[role] for role in Role if role in given}
        self.ambiguous = ambiguous

    def __getitem__(self, role: Role) -> RoleChoice:
        return self._choices[Role(role)]

    def __iter__(self) -> Iterator[Role]:
        return iter(self._choices)

    def __len__(self) -> int:
        return len(self._choices)

    def __contains__(self, role: object) -> bool:
        return role in self._choices

    def column(self, role: Role) -> str | None:
        """Name the column that plays a role; None when none does."""
        choice = self._choices.get(role)
        return None if choice is None else choice.column

    def of_column(self, name: str) -> tuple[Role, ...]:
        """Give the roles that a column plays; mostly none or one."""
        return tuple(role for role, choice in self._choices.items() if choice.column == name)

    def frame(self) -> pd.DataFrame:
        """Give role, column and reason as a table; columns left open have an empty column."""
        rows = [(str(c.role), c.column, c.reason) for c in self._choices.values()]
        rows += [(str(role), "", "could be " + " or ".join(names)) for role, names in self.ambiguous]
        return pd.DataFrame(rows, columns=["role", "column", "reason"])

    def __repr__(self) -> str:
        lines = [f"{c.role}: {c.column!r} ({c.reason})" for c in self._choices.values()]
        lines += [f"{role}: undecided between {', '.join(names)}" for role, names in self.ambiguous]
        return "\n".join(["Roles", *("  " + line for line in lines)]) if lines else "Roles (none)"
