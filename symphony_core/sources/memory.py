"""Tables that are in memory already: pandas DataFrames and Arrow tables."""

from __future__ import annotations

from collections.abc import Hashable
from pathlib import Path

import pandas as pd
import pyarrow as pa

from symphony_core import fingerprint
from symphony_core.dataset import Dataset
from symphony_core.sources.finishing import ID_NAMES, UNNAMED_INDEX, finish
from symphony_core.sources.loading import Loaded, check_names, from_batches, from_frame
from symphony_core.sources.options import Progress, SourceOptions, silent

# The Arrow analogue of the file reader's batches.
BATCH_ROWS = 16_384


def open_frame(frame: pd.DataFrame, options: SourceOptions, name: str = "DataFrame") -> Dataset:
    """Open a DataFrame; it is not changed, and later changes to it are not seen.

    A named index becomes a column; an unnamed one that is no plain numbering can serve as the ids.
    Relative media paths need `frame.attrs["media_root"]`, the folder they start from.
    """
    plain = _with_index(frame)
    odd = [
        f"column name {c!r} is not text; it is called {str(c)!r}."
        for c in plain.columns
        if not isinstance(c, str)
    ]
    plain.columns = pd.Index([_as_name(c) for c in plain.columns], dtype=object)
    check_names(list(plain.columns), name)
    loaded = from_frame(plain, options, name)
    loaded.odd[:0] = odd
    root = frame.attrs.get("media_root")
    return _finished(loaded, options, name, Path(root) if root else None)


def open_arrow(table: pa.Table, options: SourceOptions, progress: Progress = silent) -> Dataset:
    """Open an Arrow table."""
    name = "Arrow table"
    batches = table.to_batches(max_chunksize=BATCH_ROWS)
    loaded = from_batches(batches, table.schema, len(table), options, name, progress)
    return _finished(loaded, options, name, None)


def _finished(loaded: Loaded, options: SourceOptions, name: str, media_root: Path | None) -> Dataset:
    arrays = {n: vectors.values for n, vectors in loaded.vectors.items()}
    return finish(
        loaded,
        options,
        name=name,
        fingerprint=fingerprint.of_frame(loaded.frame, arrays),
        media_root=media_root,
    )


def _with_index(frame: pd.DataFrame) -> pd.DataFrame:
    """Put what the index says into columns; plain row numbers say nothing."""
    index = frame.index
    plain = frame.reset_index(drop=True)
    if index.nlevels == 1 and index.name is None:
        has_ids = any(str(column).casefold() in ID_NAMES for column in frame.columns)
        if index.equals(pd.RangeIndex(len(frame))) or has_ids or not index.is_unique:
            return plain
        names: list[Hashable] = [UNNAMED_INDEX]
    else:
        names = [f"level_{i}" if name is None else name for i, name in enumerate(index.names)]
    for level, name in reversed(list(enumerate(names))):
        if name not in frame.columns:
            plain.insert(0, name, pd.Series(index.get_level_values(level).array))
    return plain


def _as_name(name: Hashable) -> str:
    if isinstance(name, tuple):
        return ".".join(str(part) for part in name)
    return str(name)
