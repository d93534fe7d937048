"""Several files that are one table.

Each part may lack columns that others have; a column that has one type here
and another there takes the type that holds both, or the person is told which
files do not fit. What the place of a file says, such as its split, becomes a
column.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa

from symphony_core.errors import BadFormat
from symphony_core.sources.loading import Rows

SPLIT = "split"
SPLITS = frozenset({"train", "training", "val", "valid", "validation", "dev", "test", "testing"})
_NUMBERED = re.compile(r"^(.+?)-\d{3,}(-of-\d{3,})?(-[0-9a-f]+)?$")
_PARTITION = re.compile(r"^([^=]+)=(.*)$")

Opener = Callable[[Path], AbstractContextManager[Rows]]


@dataclass(frozen=True)
class Part:
    """One file; said: what its place says about all its rows, by column."""

    path: Path
    said: dict[str, str] = field(default_factory=dict)


def said_by(name: str) -> dict[str, str]:
    """Read a relative path: `key=value` folders, and the split from a folder or from a numbered file."""
    *folders, last = name.split("/")
    said = {m[1]: m[2] for m in map(_PARTITION.match, folders) if m}
    numbered = _NUMBERED.match(last.rpartition(".")[0])
    candidates = [numbered[1] if numbered else last.rpartition(".")[0], *reversed(folders)]
    split = next((c for c in candidates if c.casefold() in SPLITS), None)
    if split is None and numbered and "-of-" in last:
        split = numbered[1]  # the hub's own naming: any name may be a split
    return said if split is None or SPLIT in said else said | {SPLIT: split}


def joined(parts: Sequence[Part], opened: Opener, where: str) -> Rows:
    """Give the rows of all parts, one after the other. Raises BadFormat if they do not fit together."""
    schemas, row_count = [], 0
    for part in parts:
        with opened(part.path) as rows:
            schemas.append(rows.schema)
            row_count += rows.row_count
    schema = _common(parts, schemas, where)
    said = [
        name for name in dict.fromkeys(n for part in parts for n in part.said) if name not in schema.names
    ]
    for name in said:
        schema = schema.append(pa.field(name, pa.large_string()))
    return Rows(schema, row_count, _batches(parts, opened, schema, said))


def _common(parts: Sequence[Part], schemas: Sequence[pa.Schema], where: str) -> pa.Schema:
    common = schemas[0]
    for part, schema in zip(parts[1:], schemas[1:], strict=True):
        try:
            common = pa.unify_schemas([common, schema], promote_options="permissive")
        except pa.ArrowException as error:
            raise BadFormat(
                f"{where} is not one table: {part.path.name} does not fit the files before it "
                f"({str(error).splitlines()[0]}). Open the files one by one.",
                source=str(part.path),
            ) from error
    return common


def _batches(
    parts: Sequence[Part], opened: Opener, schema: pa.Schema, said: Sequence[str]
) -> Iterator[pa.RecordBatch]:
    for part in parts:
        with opened(part.path) as rows:
            for batch in rows.batches:
                columns = [_column(batch, column) for column in schema if column.name not in said]
                columns += [
                    pa.repeat(pa.scalar(part.said.get(n), pa.large_string()), len(batch)) for n in said
                ]
                yield pa.RecordBatch.from_arrays(columns, schema=schema)


def _column(batch: pa.RecordBatch, column: pa.Field) -> pa.Array:
    at = batch.schema.get_field_index(column.name)
    if at < 0:
        return pa.nulls(len(batch), column.type)
    found = batch.column(at)
    return found if found.type == column.type else found.cast(column.type)
