"""Familiarity within each value of an attribute, read from what the data bring along.

`splitFamiliarity_<layer>_byAttr_<attribute>` holds for every row its score among
the rows of each value of the attribute. What a row is measured by is the score
at its own value; this writes it as a plain column, to be filtered and sorted by.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np

from symphony_core.errors import BadSetting
from symphony_core.specs import AnalysisInput, Cancel, Progress, Result, never, silent

NAME = re.compile(r"splitFamiliarity_(?P<layer>.+)_byAttr_(?P<attribute>.+)")
# Rows read between two looks at `cancel`.
CHECKED_ROWS = 10_000


def run(
    data: AnalysisInput,
    *,
    progress: Progress = silent,
    cancel: Cancel = never,
    seed: int = 0,
    column: str | None = None,
) -> Result:
    """Read one column `splitFamiliarity_<layer>_byAttr_<attribute>`; None is the first there is.

    Writes `familiarity_<layer>_by_<attribute>`: the score at the row's own value, null where there is none.
    `seed` changes nothing. Raises BadSetting when the column, or the attribute, is not there.
    """
    cancel.check()
    there = [name for name in data.names if NAME.fullmatch(name)]
    wanted = column or next(iter(there), None)
    match = NAME.fullmatch(wanted or "")
    if wanted is None or match is None or wanted not in there:
        raise BadSetting(
            f"no column {wanted!r} of the form splitFamiliarity_<layer>_byAttr_<attribute>; "
            f"there are {', '.join(map(repr, there)) or 'none'}.",
            column=wanted,
        )
    if match["attribute"] not in data.names:
        raise BadSetting(f"{wanted!r} is by {match['attribute']!r}, and there is no such column.")
    frame = data.frame([wanted, match["attribute"]])
    scores = np.full(len(frame), np.nan)
    for row, (by_value, value) in enumerate(zip(frame[wanted], frame[match["attribute"]], strict=True)):
        if row % CHECKED_ROWS == 0:
            cancel.check()
            progress(row / max(1, len(frame)), f"{row:,} of {len(frame):,} rows read")
        scores[row] = _score(by_value, value)
    name = f"familiarity_{match['layer']}_by_{match['attribute']}"
    return Result(columns={name: scores}, summary={"read": int(np.isfinite(scores).sum())})


def _score(by_value: object, value: object) -> float:
    """Give the score at a value; NaN where there is none or it is no number."""
    # Arrow gives a struct as a dict and a map as pairs
    pairs = list(by_value.items()) if isinstance(by_value, Mapping) else by_value
    for pair in pairs if isinstance(pairs, list | tuple | np.ndarray) else ():
        if len(pair) == 2 and str(pair[0]) == str(value):
            return float(pair[1]) if isinstance(pair[1], int | float | np.number) else float("nan")
    return float("nan")
