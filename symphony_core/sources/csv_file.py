"""CSV files and their like: values parted by commas, semicolons, tabs or bars.

Every value is first read as text, in blocks; `csv_types` then gives each
column the type that holds all of it. Lines of the wrong length make Arrow give
up; such a file is read again, more slowly, by `csv_repair`.
"""

from __future__ import annotations

import pyarrow as pa
import pyarrow.csv as pacsv

from symphony_core.errors import BadFormat
from symphony_core.progress import Progress, between, silent
from symphony_core.role_inference import check_asked
from symphony_core.sources.csv_repair import TextTable, repaired
from symphony_core.sources.csv_types import typed_column
from symphony_core.sources.loading import Loaded, Rows, from_rows
from symphony_core.sources.naming import unique_names
from symphony_core.sources.options import SourceOptions
from symphony_core.sources.reader import Place
from symphony_core.sources.text_file import TextFile

DELIMITERS = (",", ";", "\t", "|")
TAB_ENDINGS = (".tsv", ".tab")
BLOCK_BYTES = 4 * 2**20
# A value must fit into one block.
MAX_BLOCK_BYTES = 2**30


def read_csv(place: Place, options: SourceOptions, progress: Progress = silent) -> Loaded:
    """Read a file with a header line.

    Raises BadFormat if it is no text or no table.
    """
    file = TextFile(place.path, between(progress, 0, 0.8))
    delimiter = "\t" if place.ending in TAB_ENDINGS else _delimiter(file.head)
    table = _read(file, delimiter, options)
    _check_last_quote(file, table)
    typed, odd = _typed(table, delimiter != ",", between(progress, 0.8, 0.9))
    rows = Rows(typed.schema, len(typed), typed.to_batches())
    loaded = from_rows(rows, options, place.path.name, between(progress, 0.9, 1))
    loaded.odd[:0] = [*file.odd, *table.odd, *odd]
    return loaded


def _read(file: TextFile, delimiter: str, options: SourceOptions) -> TextTable:
    block_bytes = BLOCK_BYTES
    while True:
        try:
            return _read_as_text(file, delimiter, block_bytes, options)
        except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
            reason = str(error)
            if "straddling" in reason and block_bytes < MAX_BLOCK_BYTES:
                block_bytes *= 16
            elif "UTF" in reason.upper() and file.decode_as_windows():
                continue
            elif "Expected" in reason or ("Empty CSV" in reason and file.head.strip()):
                return repaired(file, delimiter)
            else:
                raise BadFormat(
                    f"{file.path.name} cannot be read as CSV: {reason.splitlines()[0]}.",
                    source=str(file.path),
                ) from error


def _read_as_text(file: TextFile, delimiter: str, block_bytes: int, options: SourceOptions) -> TextTable:
    parse = pacsv.ParseOptions(delimiter=delimiter, newlines_in_values=True)
    read = pacsv.ReadOptions(block_size=block_bytes)

    def opened(convert: pacsv.ConvertOptions | None = None) -> pacsv.CSVStreamingReader:
        stream = pa.PythonFile(file.open(), mode="r")
        return pacsv.open_csv(stream, read_options=read, parse_options=parse, convert_options=convert)

    with opened() as reader:
        schema = reader.schema
    names, odd = unique_names(schema.names)
    check_asked(names, options.given(), file.path.name)
    types = {name: pa.large_string() for name in schema.names}
    with opened(pacsv.ConvertOptions(column_types=types, strings_can_be_null=False)) as reader:
        batches = []
        for batch in reader:
            batches.append(batch)
            file.report()
    columns = [pa.chunked_array([b.column(i) for b in batches], pa.large_string()) for i in range(len(names))]
    return TextTable(names, columns, odd)


def _typed(table: TextTable, has_commas: bool, progress: Progress) -> tuple[pa.Table, list[str]]:
    """Give the columns their types, one by one, so that the text of each is let go at once."""
    columns, odd, count = [], [], len(table.names)
    for number, name in enumerate(table.names):
        progress(number / count, "finding types")
        column, oddity = typed_column(table.columns.pop(0), has_decimal_commas=has_commas)
        columns.append(column)
        if oddity:
            odd.append(f"column {name!r} {oddity}.")
    return pa.table(columns, names=table.names), odd


def _check_last_quote(file: TextFile, table: TextTable) -> None:
    """Refuse a file whose last quote is never closed: the rows after it became one value."""
    count = len(table.columns[0]) if table.columns else 0
    if count == 0 or not any("\n" in (column[-1].as_py() or "") for column in table.columns):
        return
    stream, quote_count = file.open(), 0
    while block := stream.read(2**20):
        quote_count += block.count(b'"')
        file.report()
    if quote_count % 2:
        raise BadFormat(
            f"{file.path.name}: in row {count:,} a quote opens and is never closed, so all lines after it "
            "would be one value. Close it, or double a quote that belongs to a value.",
            source=str(file.path), row=count,
        )  # fmt: skip


def _delimiter(head: bytes) -> str:
    """Give the most frequent delimiter of the header line; a comma wins a tie."""
    lines = head.decode("utf-8", "replace").strip().splitlines()
    unquoted = "".join(lines[0].split('"')[::2]) if lines else ""
    return max(DELIMITERS, key=unquoted.count)
