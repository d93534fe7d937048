"""From loaded columns to a Dataset: row ids, roles, and what to tell the person."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd

from symphony_core import frames
from symphony_core.column import ColumnData
from symphony_core.dataset import MAX_NOTICE_IDS, Dataset, Notice
from symphony_core.errors import BadRole, BadRows
from symphony_core.role_inference import SCORE_ROLES, Columns, infer_roles
from symphony_core.roles import Role, RoleChoice, Roles
from symphony_core.sources.doubts import doubts
from symphony_core.sources.loading import Loaded
from symphony_core.sources.options import SourceOptions

# In this order; the first that is unique and without gaps is used.
ID_NAMES = ("id", "row_id", "rowid", "uid", "uuid", "guid", "sample_id", "example_id", "record_id")
MADE_ID = "row_id"
# The name under which pandas writes an unnamed index into a file.
UNNAMED_INDEX = "__index_level_0__"


def finish(
    loaded: Loaded,
    options: SourceOptions,
    *,
    name: str,
    fingerprint: str,
    source: str | None = None,
) -> Dataset:
    """Give the dataset. Raises BadRows for ids that are null or repeated, BadRole for an unfit column."""
    notices = [Notice(text) for text in loaded.odd]
    _name_index(loaded)
    frame, id_choice = _with_id(loaded, options, notices)

    @cache
    def data(column: str) -> ColumnData:
        return frames.column_data(frame[column])

    dimensions = {n: v.dimension for n, v in loaded.vectors.items()}
    columns = Columns(frame, data, dimensions)
    roles = infer_roles(columns, options.given(), id_choice)
    ids = frame[id_choice.column]
    notices += _role_notices(roles) + _vector_notices(loaded, ids) + doubts(columns, roles, ids)
    if len(frame) == 0:
        notices.append(Notice("the table has no rows."))
    return Dataset(
        frame,
        name=name,
        fingerprint=fingerprint,
        id_column=id_choice.column,
        roles=roles,
        vectors=loaded.vectors,
        warnings=notices,
        source=source,
        attribution=loaded.attribution,
        media_root=loaded.media_root,
        coded=loaded.coded - {id_choice.column},
    )


def _with_id(
    loaded: Loaded, options: SourceOptions, notices: list[Notice]
) -> tuple[pd.DataFrame, RoleChoice]:
    frame = loaded.frame
    if options.id:
        frame = _checked_ids(frame, options.id)
        return frame, RoleChoice(Role.ID, options.id, "named in open()")
    if options.id is None:
        for column in _id_candidates(frame):
            problem = None if column in loaded.unique else _id_problem(frame[column])
            if problem is None:
                return _plain_ids(frame, column), RoleChoice(
                    Role.ID, column, "the column's name; every value is different"
                )
            notices.append(Notice(f"column {column!r} cannot number the rows: {problem[0]}.", problem[1]))
    return _numbered(frame)


def _name_index(loaded: Loaded) -> None:
    """Let the index that a DataFrame brought along name the rows."""
    if UNNAMED_INDEX in loaded.frame.columns and MADE_ID not in loaded.frame.columns:
        loaded.frame = loaded.frame.rename(columns={UNNAMED_INDEX: MADE_ID})
        loaded.coded = {MADE_ID if name == UNNAMED_INDEX else name for name in loaded.coded}


def _id_candidates(frame: pd.DataFrame) -> list[str]:
    by_folded = {str(c).casefold(): str(c) for c in reversed(list(frame.columns))}
    return [by_folded[n] for n in ID_NAMES if n in by_folded]


def _checked_ids(frame: pd.DataFrame, column: str) -> pd.DataFrame:
    if column not in frame.columns:
        raise BadRole(f"column {column!r} cannot be the id: it is an embedding.", role="id", column=column)
    ids = frame[column]
    if not _can_be_id(ids):
        raise BadRole(
            f"column {column!r} cannot be the id: its values are {ids.dtype}; ids are text or whole numbers.",
            role="id",
            column=column,
        )
    problem = _id_problem(ids)
    if problem is not None:
        raise BadRows(
            f"column {column!r} cannot be the id: {problem[0]}. "
            "Name another column, or pass id='' to number the rows.",
            column=column,
            count=problem[1],
        )
    return _plain_ids(frame, column)


def _can_be_id(ids: pd.Series) -> bool:
    is_text = isinstance(ids.dtype, (pd.StringDtype, pd.CategoricalDtype))
    return is_text or bool(pd.api.types.is_integer_dtype(ids.dtype))


def _id_problem(ids: pd.Series) -> tuple[str, int] | None:
    """Say what keeps a column from naming rows, and how many rows it concerns."""
    if not _can_be_id(ids):
        return f"its values are {ids.dtype}, wanted text or whole numbers", 0
    missing = np.flatnonzero(ids.isna())
    if len(missing):
        return f"{_rows(len(missing))} no value (first: row {_listed(missing)}, counted from 0)", len(missing)
    repeated = ids.duplicated(keep=False)
    if repeated.any():
        values = ids[repeated].drop_duplicates().tolist()
        return f"{len(values):,} values occur more than once (first: {_listed(values)})", int(repeated.sum())
    return None


def _rows(count: int) -> str:
    return "1 row has" if count == 1 else f"{count:,} rows have"


def _listed(values: list[object] | np.ndarray) -> str:
    shown = list(values[:3])
    return ", ".join(repr(v) if isinstance(v, str) else str(v) for v in shown) + (
        ", ..." if len(values) > 3 else ""
    )


def _plain_ids(frame: pd.DataFrame, column: str) -> pd.DataFrame:
    if not isinstance(frame[column].dtype, pd.CategoricalDtype):
        return frame
    return frame.assign(**{column: frame[column].astype(frames.TEXT)})


def _numbered(frame: pd.DataFrame) -> tuple[pd.DataFrame, RoleChoice]:
    """Number the rows from 0 in a new first column."""
    name, suffix = MADE_ID, 1
    while name in frame.columns:
        name, suffix = f"{MADE_ID}_{suffix}", suffix + 1
    numbered = frame.copy(deep=False)
    numbered.insert(0, name, np.arange(len(frame), dtype=np.int64))
    return numbered, RoleChoice(Role.ID, name, "rows are numbered from 0; no column names them")


def _role_notices(roles: Roles) -> list[Notice]:
    notices = []
    for role, names in roles.ambiguous:
        if role is SCORE_ROLES[1]:
            continue  # said together with the positive score
        listed = " or ".join(repr(n) for n in names)
        if role in SCORE_ROLES:
            choices = " or ".join(f"open(score='{r}:{names[0]}')" for r in reversed(SCORE_ROLES))
            notices.append(
                Notice(
                    f"{listed} could be the probability of the predicted or of the positive class "
                    f"and is used as neither; say which: {choices}."
                )
            )
        elif role in (Role.X, Role.Y):
            if role is Role.X:
                notices.append(Notice(f"{listed} could be the x coordinate; none is used as such."))
        else:
            notices.append(
                Notice(
                    f"{listed} could be the {role}; none is used, "
                    f"name one with open(..., {role}={names[0]!r})."
                )
            )
    return notices


def _vector_notices(loaded: Loaded, ids: pd.Series) -> list[Notice]:
    notices = []
    for name, reasons in loaded.set_aside.items():
        if not reasons:
            continue
        positions = np.unique(np.concatenate(list(reasons.values())))
        why = ", ".join(f"{len(where):,} {reason}" for reason, where in reasons.items())
        dimension = loaded.vectors[name].dimension
        rows = "1 row is" if len(positions) == 1 else f"{len(positions):,} rows are"
        notices.append(
            Notice(
                f"{rows} set aside in embedding {name!r} ({dimension} numbers a row): {why}.",
                len(positions),
                tuple(ids.take(positions[:MAX_NOTICE_IDS]).tolist()),
            )
        )
    return notices
