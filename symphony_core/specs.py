"""What a plugin declares and what its analyses receive and give back.

An `analysis.py` imports this module and `errors` and nothing above, so an
analysis runs in a test, in a worker and in CI without a page. Specs name their
code ("module:attribute") and do not hold it: a menu can list a view whose
library is missing, and a missing library costs that view only.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from symphony_core.analysis_input import AnalysisInput, Embedder
from symphony_core.column import ColumnData, Kind
from symphony_core.errors import BadSetting, PluginError
from symphony_core.layout import PAGE_COLUMNS
from symphony_core.progress import Cancel, Progress, never, silent
from symphony_core.roles import Role
from symphony_core.vectors import Vectors

if TYPE_CHECKING:
    from symphony_core.table import Table

__all__ = [
    "AnalysisInput",
    "AnalysisSpec",
    "Cancel",
    "ColumnData",
    "Embedder",
    "EmbedderSpec",
    "Kind",
    "Needs",
    "Progress",
    "Promise",
    "Result",
    "Role",
    "SetAside",
    "Vectors",
    "ViewSpec",
    "never",
    "silent",
]

# A whole word a column can be promised as, and what it says to a person.
DTYPES = {
    "int": "whole numbers",
    "float": "numbers",
    "bool": "true or false",
    "str": "text",
    "time": "dates",
}
# Not a column: promised as "embedding_*:vectors" and returned in Result.vectors.
VECTORS = "vectors"

# What an embedder can make vectors of.
EMBEDDED = ("text", "image")

_NAME = re.compile(r"[a-z][a-z0-9_]*")
_TARGET = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*(\.[A-Za-z_]\w*)*")
_PROMISE = re.compile(r"([A-Za-z_*][\w*]*):(\w+)")

# The argument of open() that names a column for the role; roles not here have none.
_ARGUMENT = {
    Role.ID: "id",
    Role.LABEL: "label",
    Role.PREDICTION: "prediction",
    Role.CONFIDENCE: "score",
    Role.POSITIVE_SCORE: "score",
    Role.EMBEDDING: "embedding",
    Role.SPLIT: "split",
    Role.IMAGE: "image",
    Role.AUDIO: "audio",
    Role.TEXT: "text",
}


def _members(key: str, given: object, kind: type) -> None:
    if not isinstance(given, tuple) or not all(isinstance(item, kind) for item in given):
        raise BadSetting(f"Needs({key}=...) is {given!r}; give a tuple of {kind.__name__} members.")


@dataclass(frozen=True)
class Needs:
    """What the data must hold before a view or an analysis can be used.

    roles: each must be played by a column; a computed embedding plays Role.EMBEDDING as well.
    one_of: at least one of these roles must be played.
    kinds: of each there must be at least one column.
    """

    roles: tuple[Role, ...] = ()
    kinds: tuple[Kind, ...] = ()
    at_least_rows: int = 0
    one_of: tuple[Role, ...] = ()

    def __post_init__(self) -> None:
        _members("roles", self.roles, Role)
        _members("one_of", self.one_of, Role)
        _members("kinds", self.kinds, Kind)
        if not isinstance(self.at_least_rows, int) or self.at_least_rows < 0:
            raise BadSetting(f"at_least_rows is {self.at_least_rows!r}; give a whole number from 0 up.")

    def missing(self, table: Table, row_count: int | None = None) -> str | None:
        """Say in one sentence what the table lacks; None when it lacks nothing.

        row_count: rows that will be used; None is all of the table's.
        """
        for role in self.roles:
            if not _is_played(role, table):
                return _role_missing(role)
        if self.one_of and not any(_is_played(role, table) for role in self.one_of):
            words = [role.value.replace("_", " ") for role in self.one_of]
            named = [f"{_ARGUMENT[role]}='COLUMN'" for role in self.one_of if role in _ARGUMENT]
            hint = f"; name one with open(..., {' or '.join(named)})." if named else "."
            return f"needs one of these columns: {', '.join(words)}; the data have none{hint}"
        if self.kinds:
            present = {table.kind(name) for name in table.names}
            for kind in self.kinds:
                if kind not in present:
                    return f"needs a column of kind {kind.value!r}; the data have none."
        count = len(table) if row_count is None else row_count
        if count < self.at_least_rows:
            return f"needs at least {self.at_least_rows:,} rows; there are {count:,}."
        return None


def _is_played(role: Role, table: Table) -> bool:
    return role in table.dataset.roles or (role is Role.EMBEDDING and bool(table.overlay.layers))


def _role_missing(role: Role) -> str:
    word = role.value.replace("_", " ")
    article = "an" if word[0] in "aeiou" else "a"
    if role not in _ARGUMENT:
        return f"needs {article} {word} column; the data have none."
    if role in (Role.CONFIDENCE, Role.POSITIVE_SCORE):
        return f"needs {article} {word} column; name one with open(..., score='{role.value}:COLUMN')."
    return f"needs {article} {word} column; name one with open(..., {_ARGUMENT[role]}='COLUMN')."


@dataclass(frozen=True)
class ViewSpec:
    """A view that exists; `factory` names a View class as "module:Class".

    rank: where it comes on a page that nobody arranged; lower first, ties by name.
    width: twelfths of such a page that it likes to take.
    """

    name: str
    title: str
    factory: str
    needs: Needs = Needs()
    summary: str = ""
    rank: int = 100
    width: int = PAGE_COLUMNS

    def __post_init__(self) -> None:
        _check_words(self, "factory")
        if not isinstance(self.rank, int):
            raise _bad(self, "rank", "a whole number")
        if not isinstance(self.width, int) or not 1 <= self.width <= PAGE_COLUMNS:
            raise _bad(self, "width", f"a whole number from 1 to {PAGE_COLUMNS}")


@dataclass(frozen=True)
class Promise:
    """Columns an analysis may write: a name, `*` standing for any text, and a dtype word."""

    pattern: str
    dtype: str

    def covers(self, name: str) -> bool:
        """Say whether a column of this name is promised."""
        return fnmatchcase(name, self.pattern)


@dataclass(frozen=True)
class AnalysisSpec:
    """An analysis that exists; `run` names a function as "module:function".

    provides: the columns it may write, "duplicate_group:int" or
        "duplicate_group_*:int"; dtypes are int, float, bool, str, time, and vectors for embeddings.
    version: to be raised whenever the same input would give another result.
    defaults: parameter values that differ from those in the function's signature.
    ranking: one of `provides`, whole numbers, 1 for the row to be looked at first, null for rows that are
        not ranked; "" is none. Views that show rows one by one follow the newest ranking, unless somebody
        chose an order, and show all columns of its run beside each row.
    """

    name: str
    title: str
    run: str
    needs: Needs = Needs()
    provides: tuple[str, ...] = ()
    version: str = "1"
    defaults: Mapping[str, object] = field(default_factory=dict, hash=False)
    summary: str = ""
    ranking: str = ""

    def __post_init__(self) -> None:
        _check_words(self, "run")
        if not isinstance(self.provides, tuple):
            raise _bad(self, "provides", "a tuple such as ('duplicate_group:int',)")
        for text in self.provides:
            match = _PROMISE.fullmatch(text) if isinstance(text, str) else None
            if match is None or match[2] not in (*DTYPES, VECTORS):
                words = ", ".join((*DTYPES, VECTORS))
                raise _bad(self, "provides", f"texts 'name:dtype' with a dtype of {words}")
        if not isinstance(self.version, str) or not self.version:
            raise _bad(self, "version", "a text such as '1'")
        if not isinstance(self.defaults, Mapping) or not all(isinstance(k, str) for k in self.defaults):
            raise _bad(self, "defaults", "a mapping from parameter names to values")
        if self.ranking != "" and not (
            _NAME.fullmatch(str(self.ranking)) and f"{self.ranking}:int" in self.provides
        ):
            raise _bad(self, "ranking", "the name of a column that `provides` promises as int, or ''")
        object.__setattr__(self, "defaults", MappingProxyType(dict(self.defaults)))

    @property
    def promises(self) -> tuple[Promise, ...]:
        """The columns of `provides`, taken apart; exact names first."""
        promises = [Promise(*text.rsplit(":", 1)) for text in self.provides]
        return tuple(sorted(promises, key=lambda promise: "*" in promise.pattern))


@dataclass(frozen=True)
class EmbedderSpec:
    """A model that makes vectors of texts or images; `load` names a function as "module:function".

    kind: "text" or "image": what `encode` takes, texts or the bytes of picture files.
    load: called without arguments on a worker, gives an Embedder. Its library is imported there and not
        before; when it is not installed, it raises EmbedderMissing.
    version: to be raised whenever the same input would give other vectors.
    dimension: numbers a vector has.
    """

    name: str
    title: str
    kind: str
    load: str
    dimension: int
    version: str = "1"
    summary: str = ""

    def __post_init__(self) -> None:
        _check_words(self, "load")
        if self.kind not in EMBEDDED:
            raise _bad(self, "kind", f"one of {', '.join(EMBEDDED)}")
        if not isinstance(self.dimension, int) or self.dimension < 1:
            raise _bad(self, "dimension", "a whole number from 1 up")
        if not isinstance(self.version, str) or not self.version:
            raise _bad(self, "version", "a text such as '1'")


@dataclass(frozen=True, eq=False)
class SetAside:
    """Rows an analysis could not use, and why, as words for the page."""

    row_ids: tuple[object, ...]
    reason: str


Values = np.ndarray | pd.Series | pd.api.extensions.ExtensionArray


@dataclass(frozen=True, eq=False)
class Result:
    """What an analysis found; every part is optional.

    vectors: (n, d) numbers per embedding, under names promised with dtype `vectors`; a row of NaN has no
        vector. They join the session's embeddings; rows the analysis did not look at have none.
    columns: one value per row of the input, in its order, under names promised
        in `provides`. They join the session's overlay. As app.run() returns it,
        this is a DataFrame indexed by row id with one row for every data row,
        null where the analysis did not look.
    table: the finding as a table, such as one row per group.
    summary: a few numbers and words, such as {"group_count": 12}.
    files: what can be saved beside it, by file name.
    """

    columns: Mapping[str, Values] | pd.DataFrame = field(default_factory=dict)
    table: pd.DataFrame | None = None
    summary: Mapping[str, object] = field(default_factory=dict)
    set_aside: tuple[SetAside, ...] = ()
    files: Mapping[str, pd.DataFrame | bytes | str] = field(default_factory=dict)
    vectors: Mapping[str, np.ndarray] = field(default_factory=dict)


def _check_words(spec: ViewSpec | AnalysisSpec | EmbedderSpec, target: str) -> None:
    if not isinstance(spec.name, str) or not _NAME.fullmatch(spec.name):
        raise _bad(spec, "name", "lower-case words joined by '_', such as 'near_duplicates'")
    if not isinstance(spec.title, str) or not spec.title.strip():
        raise _bad(spec, "title", "the words for the menu")
    place = getattr(spec, target)
    if not isinstance(place, str) or not _TARGET.fullmatch(place):
        raise _bad(spec, target, "'package.module:Name', with one colon")
    if not isinstance(getattr(spec, "needs", Needs()), Needs):
        raise _bad(spec, "needs", "Needs(...)")
    if not isinstance(spec.summary, str):
        raise _bad(spec, "summary", "one sentence of text")


def _bad(spec: ViewSpec | AnalysisSpec | EmbedderSpec, key: str, wanted: str) -> PluginError:
    return PluginError(
        f"{type(spec).__name__} {spec.name!r}: {key} is {getattr(spec, key)!r}; give {wanted}.",
        key=key,
    )
