"""Tables that are in memory already: pandas DataFrames and Arrow tables."""

from __future__ import annotations

from collections.abc import Hashable
from pathlib import Path

import pandas as pd
import pyarrow as pa

from symphony_core import fingerprint
from symphony_core.dataset import Dataset
from symphony_core.progress import Progress, silent
from symphony_core.sources.finishing import ID_NAMES, UNNAMED_INDEX, finish
from symphony_core.sources.loading import BATCH_ROWS, Loaded, Rows, from_frame, from_rows
from symphony_core.sources.naming import unique_names
from symphony_core.sources.options import SourceOptions


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
    names, renamed = unique_names([_as_name(c) for c in plain.columns])
    plain.columns = pd.Index(names, dtype=object)
    loaded = from_frame(plain, options, name)
    loaded.odd[:0] = odd + renamed
    root = frame.attrs.get("media_root")
    loaded.media_root = Path(root) if root else None
    return finish_frame(loaded, options, name)


def open_arrow(table: pa.Table, options: SourceOptions, progress: Progress = silent) -> Dataset:
    """Open an Arrow table."""
    name = "Arrow table"
    rows = Rows(table.schema, len(table), table.to_batches(max_chunksize=BATCH_ROWS))
    loaded = from_rows(rows, options, name, progress)
    return finish_frame(loaded, options, name)


def finish_frame(loaded: Loaded, options: SourceOptions, name: str, source: str | None = None) -> Dataset:
    """Give the dataset of what was loaded from no file, known by its values."""
    arrays = {n: vectors.values for n, vectors in loaded.vectors.items()}
    content = fingerprint.of_frame(loaded.frame, arrays)
    return finish(loaded, options, name=name, fingerprint=content, source=source)


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
