"""Rows as csv, json or parquet, made block by block.

A file of a million rows is never whole in memory: a block of rows is taken from
the table, written and handed on. The same blocks serve `app.download`, which
writes a file, and the page, whose script saves them.
"""

from __future__ import annotations

import enum
import io
import os
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from symphony_core import frames
from symphony_core.column import Kind
from symphony_core.errors import BadSetting, no_such
from symphony_core.row_cells import csv_header, csv_rows, is_beyond_json, json_rows
from symphony_core.table import Table
from symphony_core.whole_file import replace_file

# A block of this many values is some tens of megabytes at its peak.
BLOCK_VALUES = 1_000_000
MIN_BLOCK_ROWS = 100
MAX_STEM_CHARS = 60

Progress = Callable[[float, str], None]


class Format(enum.StrEnum):
    """What a file of rows is written as; the value is its suffix without the dot."""

    CSV = "csv"
    JSON = "json"
    PARQUET = "parquet"


@dataclass(frozen=True, eq=False)
class RowFile:
    """Which rows and columns of a table go into a file, and as what.

    positions: (k,) int64, in the order of the file. columns: names, the id's among them.
    embeddings: those that go in, as lists of float32 of one length; parquet only.
    left_out: columns and embeddings that this format has no room for.
    """

    table: Table
    positions: np.ndarray
    format: Format
    columns: tuple[str, ...]
    embeddings: tuple[str, ...]
    left_out: tuple[str, ...]

    @property
    def block_rows(self) -> int:
        """Rows of one block."""
        width = len(self.columns) + sum(self.table.vectors(n).dimension for n in self.embeddings)
        return max(MIN_BLOCK_ROWS, BLOCK_VALUES // max(width, 1))

    def chunks(self, progress: Progress) -> Iterator[bytes]:
        """Give the file piece by piece; `progress(share, words)` is called before each block."""
        writers = {Format.CSV: _csv, Format.JSON: _json, Format.PARQUET: _parquet}
        return writers[self.format](self, progress)

    def blocks(self, progress: Progress) -> Iterator[np.ndarray]:
        """Give the positions of each block."""
        total, size = len(self.positions), self.block_rows
        for first in range(0, total, size):
            progress(first / total, f"{first:,} of {total:,} rows written")
            yield self.positions[first : first + size]


def row_file(
    table: Table,
    positions: np.ndarray,
    format: Format,
    columns: Sequence[str] | None = None,
    *,
    with_embeddings: bool = False,
) -> RowFile:
    """Say what goes into a file.

    columns: base and computed ones and embeddings by name; None is all columns, and the embeddings
        only `with_embeddings`. The id's column always goes in, first where it was not named.
    Raises UnknownColumn, and BadSetting for a column that was named and that the format cannot hold.
    """
    named = None if columns is None else list(dict.fromkeys(columns))
    layers = table.embedding_names
    wanted = [*table.names, *(layers if with_embeddings else ())] if named is None else named
    for name in wanted:
        if name not in layers:
            table.kind(name)  # raises UnknownColumn
    room = [name for name in wanted if _has_room(table, name, format)]
    left_out = [name for name in (*table.names, *layers) if name not in room] if named is None else []
    refused = [name for name in wanted if name not in room]
    if named is not None and refused:
        raise BadSetting(
            f"{format.value} has no room for column {refused[0]!r}, which holds bytes or an embedding; "
            "write .parquet, or leave it out.",
            column=refused[0],
        )
    plain = [name for name in room if name not in layers]
    if table.dataset.id_column not in plain:
        plain.insert(0, table.dataset.id_column)
    inside = tuple(name for name in room if name in layers)
    return RowFile(table, positions, format, tuple(plain), inside, tuple(left_out))


def format_of(path: str | os.PathLike[str]) -> Format:
    """Read the format from a file name. Raises BadSetting."""
    suffix = Path(path).suffix.lower().removeprefix(".")
    if suffix not in list(Format):
        message, close = no_such("file format", suffix, [one.value for one in Format])
        raise BadSetting(f"{message} Name the file .csv, .json or .parquet.", nearest=close)
    return Format(suffix)


def write(file: RowFile, path: Path, progress: Progress) -> None:
    """Write a file, whole or not at all."""
    replace_file(path, file.chunks(progress))


def file_name(dataset_name: str, what: str, row_count: int, format: Format) -> str:
    """Name a file: "emoji-selection-268-rows.csv"."""
    stem = re.sub(r"[^\w.-]+", "-", dataset_name).strip("-.")[:MAX_STEM_CHARS] or "table"
    return f"{stem}-{what}-{row_count}-row{'' if row_count == 1 else 's'}.{format.value}"


# --- formats -----------------------------------------------------------------------


def _csv(file: RowFile, progress: Progress) -> Iterator[bytes]:
    yield csv_header(list(file.columns))
    for positions in file.blocks(progress):
        yield csv_rows(_taken(file, positions))


def _json(file: RowFile, progress: Progress) -> Iterator[bytes]:
    texts = frozenset(name for name in file.columns if is_beyond_json(file.table.column(name).values))
    before = b"["
    for positions in file.blocks(progress):
        rows = json_rows(_taken(file, positions), texts)
        yield before + rows.removeprefix(b"," if before else b"")
        before = b""
    yield before + b"\n]\n"


def _parquet(file: RowFile, progress: Progress) -> Iterator[bytes]:
    sink = _Sink()
    schema = _arrow(file, file.positions[:0]).schema
    with pq.ParquetWriter(sink, schema) as writer:
        for positions in file.blocks(progress):
            writer.write_table(_arrow(file, positions))
            yield sink.taken()
    yield sink.taken()


class _Sink(io.RawIOBase):
    """A file that can only be added to, whose bytes are taken away as they come."""

    def __init__(self) -> None:
        super().__init__()
        self._parts: list[bytes] = []
        self._byte_count = 0

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        part = bytes(data)  # type: ignore[call-overload]  # Arrow hands over bytes or a buffer
        self._parts.append(part)
        self._byte_count += len(part)
        return len(part)

    def tell(self) -> int:
        return self._byte_count

    def taken(self) -> bytes:
        """Give what was written since the last time."""
        parts, self._parts = self._parts, []
        return b"".join(parts)


def _taken(file: RowFile, positions: np.ndarray) -> pd.DataFrame:
    return file.table.take(positions, file.columns)


def _arrow(file: RowFile, positions: np.ndarray) -> pa.Table:
    frame = _taken(file, positions)
    columns = {name: frames.to_arrow(frame[name]) for name in file.columns}
    for name in file.embeddings:
        vectors = file.table.vectors(name)
        flat = pa.array(vectors.values[positions].ravel(), pa.float32())
        gone = pa.array(~vectors.usable[positions])
        columns[name] = pa.FixedSizeListArray.from_arrays(flat, vectors.dimension, mask=gone)
    return pa.table(columns)


def _has_room(table: Table, name: str, format: Format) -> bool:
    """Whether a format can hold a column: bytes and embeddings go into parquet only."""
    if format is Format.PARQUET:
        return True
    if name in table.embedding_names:
        return False
    if table.kind(name) is not Kind.OTHER:
        return True
    series = table.take(np.empty(0, dtype=np.int64), [name])[name]
    return not _holds_bytes(frames.to_arrow(series).type)


def _holds_bytes(kind: pa.DataType) -> bool:
    if pa.types.is_nested(kind):
        return any(_holds_bytes(kind.field(i).type) for i in range(kind.num_fields))
    return bool(
        pa.types.is_binary(kind)
        or pa.types.is_large_binary(kind)
        or pa.types.is_binary_view(kind)
        or pa.types.is_fixed_size_binary(kind)
    )
