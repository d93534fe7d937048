"""JSON: a record a line (.jsonl, .ndjson), or one array of records (.json).

Arrow reads blocks of lines. It turns whole numbers beyond 64 bits into floats,
takes text that looks like a date for one and refuses a column of mixed types,
so a file with any of these is read again by Python, ten times slower, with
every digit and every value. An array is read by Python at once; it has to be
held whole, so large tables should be lines.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import NoReturn

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.json as pajson

from symphony_core.errors import BadFormat
from symphony_core.progress import Progress, between, silent
from symphony_core.sources.csv_types import dated_column
from symphony_core.sources.loading import BATCH_ROWS, Loaded, Rows, from_frame, from_rows
from symphony_core.sources.naming import free_name
from symphony_core.sources.options import SourceOptions
from symphony_core.sources.python_columns import CHUNK_ROWS, PythonColumns
from symphony_core.sources.reader import Place
from symphony_core.sources.text_coder import is_text
from symphony_core.sources.text_file import TextFile

BLOCK_BYTES = 8 * 2**20
# From here on a float cannot tell a whole number from its neighbour.
EXACT_FLOAT = 2.0**53


class _NotForArrow(Exception):
    """The file holds what Arrow would change or refuse."""


def read_json(place: Place, options: SourceOptions, progress: Progress = silent) -> Loaded:
    """Read records. Raises BadFormat, with the line, for what is no JSON or no table."""
    return _read(TextFile(place.path, between(progress, 0, 0.8)), options, progress)


def _read(file: TextFile, options: SourceOptions, progress: Progress) -> Loaded:
    name = file.path.name
    try:
        table = _by_arrow(file) if not file.head.lstrip().startswith(b"[") else None
    except (_NotForArrow, pa.ArrowException):
        table = None
    except UnicodeDecodeError:
        if file.decode_as_windows():
            return _read(file, options, progress)
        table = None
    if table is not None:
        rows = Rows(table.schema, len(table), table.to_batches(max_chunksize=BATCH_ROWS))
        loaded = from_rows(rows, options, name, between(progress, 0.8, 1))
    else:
        columns, odd = _Records(file).columns()
        loaded = from_frame(columns.frame(), options, name)
        loaded.odd[:0] = odd
        progress(1.0, f"{columns.row_count:,} rows")
    loaded.odd[:0] = file.odd
    return loaded


def _by_arrow(file: TextFile) -> pa.Table:
    """Give the lines as a table of exact values. Raises _NotForArrow or what Arrow raises."""
    tables = [_block_table(block) for block in _blocks(file)]
    if not tables:
        raise _NotForArrow
    table = _joined(tables)
    columns = [dated_column(c) if is_text(c.type) else c for c in map(_text_large, table.columns)]
    return pa.table(columns, names=table.column_names)


def _block_table(block: bytes) -> pa.Table:
    block.decode("utf-8")  # Arrow takes any bytes for text here
    lines_once = pajson.ReadOptions(block_size=len(block) + 1)
    table = pajson.read_json(io.BytesIO(block), read_options=lines_once)
    guessed = [field.name for field in table.schema if pa.types.is_timestamp(field.type)]
    if guessed:  # Arrow drops the zone of what it takes for a time
        as_text = pa.schema([pa.field(name, pa.string()) for name in guessed])
        parse = pajson.ParseOptions(explicit_schema=as_text)
        table = pajson.read_json(io.BytesIO(block), read_options=lines_once, parse_options=parse)
    if not table.column_names or not all(_is_exact(column) for column in table.columns):
        raise _NotForArrow
    return table


def _is_exact(column: pa.ChunkedArray) -> bool:
    """Say whether no value can be a whole number that lost digits, or text that lost its zone."""
    kind = column.type
    if pa.types.is_floating(kind):
        extremes = pc.min_max(pc.abs(column))["max"].as_py()
        return extremes is None or not EXACT_FLOAT <= extremes < np.inf
    if pa.types.is_list(kind):
        return all(_is_exact(pa.chunked_array([chunk.flatten()])) for chunk in column.chunks)
    if pa.types.is_struct(kind):
        parts = (part for chunk in column.chunks for part in chunk.flatten())
        return all(_is_exact(pa.chunked_array([part])) for part in parts)
    return not pa.types.is_timestamp(kind)


def _joined(tables: list[pa.Table]) -> pa.Table:
    """Join blocks whose columns agree; one may lack a column or have no value in it."""
    kinds: dict[str, pa.DataType] = {}
    for field in (field for table in tables for field in table.schema):
        known = kinds.get(field.name, pa.null())
        if not pa.types.is_null(known) and not pa.types.is_null(field.type) and known != field.type:
            raise _NotForArrow
        if field.name not in kinds or pa.types.is_null(known):
            kinds[field.name] = field.type
    return pa.concat_tables(tables, promote_options="default")


def _text_large(column: pa.ChunkedArray) -> pa.ChunkedArray:
    return column.cast(pa.large_string()) if is_text(column.type) else column


def _blocks(file: TextFile) -> Iterator[bytes]:
    """Give the content in blocks that end with a line."""
    stream, rest = file.open(), b""
    while block := stream.read(BLOCK_BYTES):
        file.report()
        end = block.rfind(b"\n") + 1
        if end:
            if (rest + block[:end]).strip():
                yield rest + block[:end]
            rest = block[end:]
        else:
            rest += block
    if rest.strip():
        yield rest


class _Records:
    """Reads records with Python's own parser; a name that a record repeats is kept under another."""

    def __init__(self, file: TextFile) -> None:
        self._file = file
        self._columns = PythonColumns(reads_dates=True)
        self._repeats: dict[str, str] = {}

    def columns(self) -> tuple[PythonColumns, list[str]]:
        is_array = self._file.head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"[")
        records = self._array() if is_array else self._lines()
        chunk: list[dict[str, object]] = []
        for place, record in records:
            if not isinstance(record, dict):
                self._fail(f'{place} holds {_what(record)}; wanted a record, as in {{"a": 1}}')
            chunk.append(record)
            if len(chunk) == CHUNK_ROWS:
                self._columns.add(chunk)
                chunk = []
                self._file.report()
        self._columns.add(chunk)
        return self._columns, [
            f"records name {name!r} more than once; the next is called {new!r}."
            for name, new in self._repeats.items()
        ]

    def _array(self) -> Iterator[tuple[str, object]]:
        try:
            stream, pieces = self._text(), []
            while piece := stream.read(BLOCK_BYTES):
                pieces.append(piece)
                self._file.report()
            text = "".join(pieces)
            for number, record in enumerate(json.loads(text, object_pairs_hook=self._record), start=1):
                yield f"item {number:,}", record
        except json.JSONDecodeError as error:
            self._fail(f"line {error.lineno:,} is no JSON ({error.msg})")
        except (UnicodeDecodeError, RecursionError) as error:
            self._fail(f"it cannot be read as JSON ({error})")

    def _lines(self) -> Iterator[tuple[str, object]]:
        number = 0
        try:
            for number, line in enumerate(self._text(), start=1):
                if line.strip():
                    yield f"line {number:,}", json.loads(line, object_pairs_hook=self._record)
        except json.JSONDecodeError as error:
            self._fail(
                f"line {number:,} is no JSON ({error.msg} at character {error.colno:,}); "
                "wanted one record a line, or one array of records"
            )
        except (UnicodeDecodeError, RecursionError) as error:
            self._fail(f"line {number + 1:,} cannot be read as JSON ({error})")

    def _text(self) -> io.TextIOWrapper:
        return io.TextIOWrapper(io.BufferedReader(self._file.open()), encoding="utf-8-sig")

    def _record(self, pairs: list[tuple[str, object]]) -> dict[str, object]:
        record: dict[str, object] = {}
        for name, value in pairs:
            if name in record:
                repeated, name = name, free_name(name, set(record))
                self._repeats.setdefault(repeated, name)
            record[name] = value
        return record

    def _fail(self, reason: str) -> NoReturn:
        raise BadFormat(f"{self._file.path.name}: {reason}.", source=str(self._file.path))


def _what(value: object) -> str:
    named = {list: "a list", str: "text", bool: "true or false", type(None): "null"}
    return named.get(type(value), "a number")
