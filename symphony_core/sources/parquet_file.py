"""Parquet files, read in small batches.

`read_table` holds an embedding column as Arrow lists with a level for each
number, several times the size of the vectors. Batches of 16,384 rows from an
unbuffered file keep the peak near the vectors themselves and take no longer.
"""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from symphony_core.errors import BadFormat
from symphony_core.sources.loading import Loaded, check_names, from_batches
from symphony_core.sources.options import Progress, SourceOptions, silent

BATCH_ROWS = 16_384
READ_BUFFER_BYTES = 2**20
MAGIC = b"PAR1"
# Magic bytes at both ends and the length of the footer.
MIN_BYTES = 12


def read_parquet(
    path: Path, options: SourceOptions, progress: Progress = silent
) -> tuple[Loaded, str | None]:
    """Give the columns, and the attribution if the file carries one in its metadata.

    Raises BadFormat if the file is cut short, damaged or not Parquet.
    """
    try:
        with pq.ParquetFile(path, buffer_size=READ_BUFFER_BYTES, pre_buffer=False) as file:
            schema = file.schema_arrow
            check_names(schema.names, path.name)
            batches = file.iter_batches(batch_size=BATCH_ROWS)
            loaded = from_batches(batches, schema, file.metadata.num_rows, options, path.name, progress)
    except (pa.ArrowException, OSError) as error:
        raise BadFormat(
            f"{path.name} cannot be read as Parquet: {_reason(path, error)}", source=str(path)
        ) from error
    return loaded, (schema.metadata or {}).get(b"attribution", b"").decode("utf-8", "replace") or None


def is_parquet(path: Path) -> bool:
    """Say whether the file starts like Parquet."""
    with path.open("rb") as file:
        return file.read(len(MAGIC)) == MAGIC


def _reason(path: Path, error: Exception) -> str:
    if not is_parquet(path):
        return "its first bytes are not those of a Parquet file; give it the ending of what it is."
    with path.open("rb") as file:
        file.seek(-len(MAGIC), 2)
        if file.read() != MAGIC or path.stat().st_size < MIN_BYTES:
            return "it is cut short (the end of the file is missing); copy or write it again."
    return f"it is damaged or uses what this version cannot read ({str(error).splitlines()[0]})."
