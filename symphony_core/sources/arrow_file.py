"""Arrow's own files: the IPC file format (Feather) and the IPC stream.

Batches are read one by one and not mapped into memory: a mapped file that
another program writes anew ends this process. A stream does not say how many
rows come, so it is walked once before, over a mapping that is closed again;
this touches only the heads of its batches.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.ipc as ipc

from symphony_core.errors import BadFormat
from symphony_core.progress import Progress, silent
from symphony_core.sources.features import noted_classes, with_class_names
from symphony_core.sources.loading import BATCH_ROWS, Loaded, Rows, from_rows
from symphony_core.sources.options import SourceOptions
from symphony_core.sources.reader import Place

FILE_MAGIC = b"ARROW1"
# A message of a stream starts with this mark, and the first message is the schema.
STREAM_MARK = b"\xff\xff\xff\xff"
FEATHER_1_MAGIC = b"FEA1"


def read_arrow(place: Place, options: SourceOptions, progress: Progress = silent) -> Loaded:
    """Give the columns. Raises BadFormat if the file is cut short, damaged or no Arrow file."""
    with arrow_rows(place.path) as rows:
        named = with_class_names(rows, noted_classes(rows.schema))
        return from_rows(named, options, place.path.name, progress)


@contextmanager
def arrow_rows(path: Path) -> Iterator[Rows]:
    """Open a file for reading its rows; what goes wrong meanwhile is a BadFormat with the file's name."""
    try:
        head = Place(path).head()
        if head.startswith(FILE_MAGIC):
            with pa.OSFile(str(path)) as file, ipc.open_file(file) as reader:
                counts = _file_counts(path)
                batches = (reader.get_batch(i) for i in range(reader.num_record_batches))
                yield Rows(reader.schema, sum(counts), _sliced(batches))
        elif head.startswith(STREAM_MARK):
            row_count = _stream_count(path)
            with pa.OSFile(str(path)) as file, ipc.open_stream(file) as reader:
                yield Rows(reader.schema, row_count, _sliced(reader))
        else:
            raise BadFormat(f"{path.name} cannot be read: {_what(head)}.", source=str(path))
    except (pa.ArrowException, OSError) as error:
        reason = str(error).splitlines()[0]
        raise BadFormat(
            f"{path.name} cannot be read as an Arrow file: it is cut short or damaged ({reason}); "
            "copy or write it again.",
            source=str(path),
        ) from error


def is_arrow(place: Place) -> bool:
    """Say whether the file starts like an Arrow file or stream."""
    head = place.head()
    return head.startswith((FILE_MAGIC, FEATHER_1_MAGIC)) or (
        head.startswith(STREAM_MARK) and _is_schema(place.path)
    )


def _is_schema(path: Path) -> bool:
    try:
        with pa.OSFile(str(path)) as file, ipc.open_stream(file):
            return True
    except (pa.ArrowException, OSError):
        return False


def _file_counts(path: Path) -> list[int]:
    with pa.memory_map(str(path)) as file, ipc.open_file(file) as reader:
        return [reader.get_batch(i).num_rows for i in range(reader.num_record_batches)]


def _stream_count(path: Path) -> int:
    with pa.memory_map(str(path)) as file, ipc.open_stream(file) as reader:
        return sum(batch.num_rows for batch in reader)


def _sliced(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        for start in range(0, len(batch), BATCH_ROWS):
            yield batch.slice(start, BATCH_ROWS)


def _what(head: bytes) -> str:
    if head.startswith(FEATHER_1_MAGIC):
        return "it is Feather version 1, which is no longer read; write it again with pyarrow.feather"
    return "its first bytes are not those of an Arrow file; give it the ending of what it is"
