"""Parquet files, read in small batches.

`read_table` holds an embedding column as Arrow lists with a level for each
number, several times the size of the vectors. Batches of 16,384 rows from an
unbuffered file keep the peak near the vectors themselves and take no longer.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from symphony_core.errors import BadFormat
from symphony_core.progress import Progress, silent
from symphony_core.sources.features import noted_classes, with_class_names
from symphony_core.sources.loading import BATCH_ROWS, Loaded, Rows, from_rows
from symphony_core.sources.options import SourceOptions
from symphony_core.sources.reader import Place

READ_BUFFER_BYTES = 2**20
MAGIC = b"PAR1"
# Magic bytes at both ends and the length of the footer.
MIN_BYTES = 12


def read_parquet(place: Place, options: SourceOptions, progress: Progress = silent) -> Loaded:
    """Give the columns, and the attribution if the file carries one in its metadata.

    Raises BadFormat if the file is cut short, damaged or not Parquet.
    """
    with parquet_rows(place.path) as rows:
        named = with_class_names(rows, noted_classes(rows.schema))
        loaded = from_rows(named, options, place.path.name, progress)
    loaded.attribution = (rows.schema.metadata or {}).get(b"attribution", b"").decode(
        "utf-8", "replace"
    ) or None
    return loaded


@contextmanager
def parquet_rows(path: Path) -> Iterator[Rows]:
    """Open a file for reading its rows; what goes wrong meanwhile is a BadFormat with the file's name."""
    try:
        with pq.ParquetFile(path, buffer_size=READ_BUFFER_BYTES, pre_buffer=False) as file:
            batches = file.iter_batches(batch_size=BATCH_ROWS)
            yield Rows(file.schema_arrow, file.metadata.num_rows, batches)
    except (pa.ArrowException, OSError) as error:
        raise BadFormat(
            f"{path.name} cannot be read as Parquet: {_reason(path, error)}", source=str(path)
        ) from error


def is_parquet(place: Place) -> bool:
    """Say whether the file starts like Parquet."""
    return place.head().startswith(MAGIC)


def _reason(path: Path, error: Exception) -> str:
    if not is_parquet(Place(path)):
        return "its first bytes are not those of a Parquet file; give it the ending of what it is."
    with path.open("rb") as file:
        file.seek(-len(MAGIC), 2)
        if file.read() != MAGIC or path.stat().st_size < MIN_BYTES:
            return "it is cut short (the end of the file is missing); copy or write it again."
    return f"it is damaged or uses what this version cannot read ({str(error).splitlines()[0]})."
