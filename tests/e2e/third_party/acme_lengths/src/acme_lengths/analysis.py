"""The number of characters of each text.

Texts that repeat are held once, as levels, so their lengths are taken once
and looked up by code.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow.compute as pc

from symphony_core.errors import BadSetting
from symphony_core.specs import (
    AnalysisInput,
    Cancel,
    ColumnData,
    Kind,
    Progress,
    Result,
    Role,
    SetAside,
    never,
    silent,
)


def text_lengths(
    data: AnalysisInput,
    *,
    progress: Progress = silent,
    cancel: Cancel = never,
    seed: int = 0,
    column: str | None = None,
) -> Result:
    """Count the characters of one text column; missing texts have no length.

    column: which; None is the one that plays the role `text`, else the first text that is no id.
    Raises BadSetting when the column holds no text or there is none.
    """
    name = column or data.role_column(Role.TEXT) or _first_text(data)
    counted = lengths(data.column(name), name)
    cancel.check()
    progress(1.0, f"{len(data):,} texts")
    missing = tuple(data.row_ids[counted.isna()].tolist())
    set_aside = (SetAside(missing, f"no text in {name!r}"),) if missing else ()
    return Result(
        columns={"text_length": counted}, summary={"column": name, **extremes(counted)}, set_aside=set_aside
    )


def lengths(texts: ColumnData, name: str) -> pd.arrays.IntegerArray:
    """Give (n,) Int64 lengths in characters, null where the text is missing."""
    if texts.kind is Kind.CATEGORY:
        of_level = np.array([len(level) for level in texts.levels] or [0], dtype=np.int64)
        return pd.arrays.IntegerArray(of_level[texts.values], texts.is_missing().copy())
    if texts.kind is Kind.TEXT:
        counted = pc.utf8_length(texts.text).fill_null(0).to_numpy()
        return pd.arrays.IntegerArray(counted.astype(np.int64), texts.is_missing().copy())
    raise BadSetting(f"column {name!r} holds {texts.kind.value}, not text; name a text column in `column`.")


def _first_text(data: AnalysisInput) -> str:
    for name in data.names:
        if data.kind(name).is_text and name != data.role_column(Role.ID):
            return name
    raise BadSetting(f"dataset {data.dataset_name!r} has no text column to measure.")


def extremes(counted: pd.arrays.IntegerArray) -> dict[str, int]:
    """Give the shortest, the middle and the longest length; empty when no text is there."""
    known = pd.Series(counted).dropna()
    if known.empty:
        return {}
    return {"shortest": int(known.min()), "middle": int(known.median()), "longest": int(known.max())}
