"""What the Hugging Face `datasets` library notes beside a table: names of classes.

A `ClassLabel` column holds numbers and the notes hold their names; people think
in the names. Images and sounds are structs of bytes and path there, which is
what `media` reads.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from symphony_core.sources.loading import Rows

KEY = b"huggingface"


def class_names(notes: object) -> dict[str, list[str]]:
    """Give the names of classes by column from the `features` of `dataset_info.json`."""
    if not isinstance(notes, Mapping):
        return {}
    return {
        str(name): [str(n) for n in feature["names"]]
        for name, feature in notes.items()
        if isinstance(feature, Mapping)
        and feature.get("_type") == "ClassLabel"
        and isinstance(feature.get("names"), list)
    }


def noted_classes(schema: pa.Schema) -> dict[str, list[str]]:
    """Give the names of classes that a file carries in its metadata; empty if it carries none."""
    try:
        noted = json.loads((schema.metadata or {}).get(KEY, b"{}"))
        return class_names(noted["info"]["features"])
    except (ValueError, KeyError, TypeError):
        return {}  # another program's notes under the same key


def with_class_names(rows: Rows, names: Mapping[str, list[str]]) -> Rows:
    """Give the rows with the names of classes in place of their numbers; -1, no class, is missing."""
    chosen = {n: pa.array(names[n], pa.large_string()) for n in rows.schema.names if n in names}
    chosen = {n: known for n, known in chosen.items() if pa.types.is_integer(rows.schema.field(n).type)}
    if not chosen:
        return rows
    schema = pa.schema(
        [f.with_type(pa.large_string()) if f.name in chosen else f for f in rows.schema], rows.schema.metadata
    )

    def named() -> Iterator[pa.RecordBatch]:
        for batch in rows.batches:
            columns = [
                _named(column, chosen[field.name]) if field.name in chosen else column
                for field, column in zip(rows.schema, batch.columns, strict=True)
            ]
            yield pa.RecordBatch.from_arrays(columns, schema=schema)

    return Rows(schema, rows.row_count, named())


def _named(numbers: pa.Array, names: pa.Array) -> pa.Array:
    codes = np.asarray(numbers.cast(pa.int64()).fill_null(-1))
    is_known = (codes >= 0) & (codes < len(names))
    named = names.take(pa.array(codes, mask=~is_known))
    is_beyond = codes >= len(names)
    return pc.if_else(pa.array(is_beyond), pa.array(codes).cast(pa.large_string()), named)
