"""Columns and embeddings while a table is being read, before ids and roles are known.

Every source ends here with Arrow batches or a DataFrame. Embedding columns are
taken out on the way and copied into their one array; all others become
canonical columns.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from symphony_core import frames
from symphony_core.errors import BadRole
from symphony_core.progress import Progress, silent
from symphony_core.role_inference import check_asked
from symphony_core.sources.naming import unique_names
from symphony_core.sources.options import SourceOptions
from symphony_core.sources.text_coder import TextCoder, coded, is_text
from symphony_core.vectors import VectorCollector, Vectors, is_embedding, is_number_list

# Embedding lists of one batch are held beside the array that they are copied into.
BATCH_ROWS = 16_384


@dataclass
class Loaded:
    """What was read.

    set_aside: embedding -> reason -> positions. odd: sentences for the page.
    coded: text columns that the frame holds as codes. media_root: where relative paths start.
    unique: columns of ids that need no check, because of what they are.
    """

    frame: pd.DataFrame
    vectors: dict[str, Vectors] = field(default_factory=dict)
    set_aside: dict[str, dict[str, np.ndarray]] = field(default_factory=dict)
    odd: list[str] = field(default_factory=list)
    coded: set[str] = field(default_factory=set)
    unique: frozenset[str] = frozenset()
    attribution: str | None = None
    media_root: Path | None = None

    def code(self, name: str, series: pd.Series, is_coded: bool) -> pd.Series:
        """Note whether a column holds codes; return it."""
        if is_coded:
            self.coded.add(name)
        return series


@dataclass(frozen=True)
class Rows:
    """A table that is about to be read: what it holds, how many rows, and the rows in small batches."""

    schema: pa.Schema
    row_count: int
    batches: Iterable[pa.RecordBatch]


def from_rows(rows: Rows, options: SourceOptions, where: str, progress: Progress = silent) -> Loaded:
    """Read batches one by one; only embedding columns are large, and they are copied at once.

    Raises BadRole for a column that is not there.
    """
    names, odd = unique_names(rows.schema.names)
    schema = pa.schema([column.with_name(name) for column, name in zip(rows.schema, names, strict=True)])
    check_asked(names, options.given(), where)
    reader = _BatchReader(schema, rows.row_count, options)
    for batch in rows.batches:
        reader.add(batch)
        fraction = reader.row_count / max(rows.row_count, 1)
        progress(fraction, f"{reader.row_count:,} of {rows.row_count:,} rows")
    loaded = reader.finished()
    loaded.odd[:0] = odd
    return loaded


class _BatchReader:
    def __init__(self, schema: pa.Schema, expected_rows: int, options: SourceOptions) -> None:
        self.row_count = 0
        self._schema = schema
        self._expected_rows = expected_rows
        self._options = options
        self._pieces: dict[str, list[pa.Array]] = {name: [] for name in schema.names}
        self._coders = {column.name: TextCoder() for column in schema if is_text(column.type)}
        self._collectors: dict[str, VectorCollector] = {}

    def add(self, batch: pa.RecordBatch) -> None:
        if self.row_count == 0:
            self._choose_embeddings(batch)
        for name, piece in zip(self._schema.names, batch.columns, strict=True):
            if name in self._collectors:
                self._collectors[name].add(piece)
            elif name in self._coders:
                self._coders[name].add(piece)
            else:
                self._pieces[name].append(piece)
        self.row_count += len(batch)

    def _choose_embeddings(self, batch: pa.RecordBatch) -> None:
        asked = self._options.given()
        media = {asked.get("image"), asked.get("audio")}
        for name, piece in zip(self._schema.names, batch.columns, strict=True):
            is_asked = name == asked.get("embedding") and is_number_list(piece.type)
            if name not in self._collectors and name not in media and (is_asked or is_embedding(name, piece)):
                self._collectors[name] = VectorCollector(self._expected_rows)

    def finished(self) -> Loaded:
        if self.row_count == 0:
            self._choose_embeddings(
                pa.RecordBatch.from_arrays(
                    [pa.array([], field.type) for field in self._schema], schema=self._schema
                )
            )
            for name, collector in self._collectors.items():
                collector.add(pa.array([], self._schema.field(name).type))
        loaded = Loaded(pd.DataFrame())
        for name, collector in self._collectors.items():
            _keep(loaded, name, collector, is_asked=name == self._options.embedding)
        columns = {}
        for name in self._schema.names:
            if name in loaded.vectors:
                continue
            if name in self._coders:
                coder = self._coders.pop(name)
                columns[name] = loaded.code(name, *coder.finished())
                if coder.is_repaired:
                    loaded.odd.append(f"column {name!r} holds bytes that are not UTF-8; shown as \\xNN.")
                continue
            pieces = self._collectors[name].pending if name in self._collectors else self._pieces.pop(name)
            column = frames.from_arrow(pa.chunked_array(pieces, type=self._type(name, pieces)))
            columns[name], oddity = frames.without_far_zone(column)
            if oddity:
                loaded.odd.append(f"column {name!r} {oddity}.")
        loaded.frame = frame_of(columns, self.row_count)
        return loaded

    def _type(self, name: str, pieces: list[pa.Array]) -> pa.DataType:
        return pieces[0].type if pieces else self._schema.field(name).type


def from_frame(frame: pd.DataFrame, options: SourceOptions, where: str) -> Loaded:
    """Take the columns of a DataFrame whose names are text and unique, and change nothing in it."""
    check_asked(list(frame.columns), options.given(), where)
    loaded = Loaded(pd.DataFrame())
    columns: dict[str, pd.Series] = {}
    for name in frame.columns:
        series, oddity = frames.tidy(frame[name].reset_index(drop=True))
        series, far = frames.without_far_zone(series)
        loaded.odd += [f"column {name!r} {odd}." for odd in (oddity, far) if odd]
        if _take_vectors(loaded, name, series, options):
            continue
        if isinstance(series.dtype, pd.StringDtype):
            series = loaded.code(name, *coded(series))
        columns[name] = series
    loaded.frame = frame_of(columns, len(frame))
    return loaded


def _take_vectors(loaded: Loaded, name: str, series: pd.Series, options: SourceOptions) -> bool:
    """Copy a list column into an array if it is an embedding; say whether it was."""
    if not isinstance(series.dtype, pd.ArrowDtype) or not is_number_list(series.dtype.pyarrow_dtype):
        return False
    column = pa.array(series.array)
    chunks = column.chunks if isinstance(column, pa.ChunkedArray) else [column]
    is_asked = name == options.embedding
    if not is_asked and not (chunks and is_embedding(name, chunks[0])):
        return False
    collector = VectorCollector(len(series))
    for chunk in chunks:
        collector.add(chunk)
    return _keep(loaded, name, collector, is_asked=is_asked)


def _keep(loaded: Loaded, name: str, collector: VectorCollector, *, is_asked: bool) -> bool:
    vectors = collector.finished()
    if vectors is None:
        if is_asked:
            raise BadRole(
                f"column {name!r} cannot be the embedding: every row is empty.", role="embedding", column=name
            )
        return False
    loaded.vectors[name] = vectors
    loaded.set_aside[name] = collector.set_aside()
    return True


def frame_of(columns: Mapping[str, pd.Series], row_count: int) -> pd.DataFrame:
    """Give columns as a frame whose names are any text."""
    frame = pd.DataFrame(dict(columns), index=pd.RangeIndex(row_count))
    frame.columns = pd.Index(list(columns), dtype=object)
    return frame
