"""CSV files, with types that hold for the whole column.

Arrow and pandas guess a type from a first block, fail or change their mind
later, and read "007" as 7. Here every value is first read as text; a column
becomes numbers, true/false or dates only if all of its values are, and whole
numbers with leading zeros or too many digits stay text, because they are
names. In text only the empty field is missing: "NA" may be Namibia.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

from symphony_core.errors import BadFormat
from symphony_core.sources.loading import Loaded, check_names, from_batches
from symphony_core.sources.options import Progress, SourceOptions, silent

DELIMITERS = (",", ";", "\t", "|")
HEAD_BYTES = 2**16
BLOCK_BYTES = 2**24
# Values read to rule a type out before the whole column is tried.
SAMPLE_ROWS = 1_000
NO_NUMBER = pa.array(["", "na", "n/a", "#n/a", "nan", "null", "none", "-"])

_INTEGER = r"^[+-]?(0|[1-9]\d*)$"
_FLOAT = r"^[+-]?((0|[1-9]\d*)(\.\d*)?|\.\d+)([eE][+-]?\d+)?$|^[+-]?(inf|Inf|INF|infinity|Infinity)$"
_BOOL = r"^(true|True|TRUE|false|False|FALSE)$"
_DATE = r"^\d{4}-\d{2}-\d{2}([ T]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?)?$"
_ZONED_DATE = r"^\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})$"


def read_csv(path: Path, options: SourceOptions, progress: Progress = silent) -> Loaded:
    """Read a file in UTF-8 with a header line.

    Raises BadFormat if lines differ in length, the text is not UTF-8 or it is no text at all.
    """
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    if b"\0" in head:
        raise BadFormat(
            f"{path.name} holds binary data, not CSV; give it the ending of what it is.", source=str(path)
        )
    try:
        table = _read_as_text(path, _delimiter(head))
    except (pa.ArrowException, OSError) as error:
        raise BadFormat(f"{path.name} cannot be read as CSV: {_reason(error)}", source=str(path)) from error
    _check_last_quote(path, table)
    progress(0.5, "finding types")
    names, odd = _named(table.column_names)
    check_names(names, path.name)
    typed = pa.table([typed_column(column) for column in table.columns], names=names)
    loaded = from_batches(_batches(typed), typed.schema, len(typed), options, path.name, progress)
    loaded.odd.extend(odd)
    return loaded


def typed_column(text: pa.ChunkedArray) -> pa.ChunkedArray:
    """Give a column of text the narrowest type that holds all of it."""
    trimmed = pc.utf8_trim_whitespace(text)
    is_number_gap = pc.is_in(pc.utf8_lower(trimmed), NO_NUMBER)
    filled = trimmed.filter(pc.invert(is_number_gap))
    target = _narrowest(filled)
    if target is None or len(filled) == 0:
        return pc.if_else(pc.equal(text, ""), pa.scalar(None, text.type), text)
    values = pc.if_else(is_number_gap, pa.scalar(None, text.type), trimmed)
    if target == pa.bool_():
        return pc.equal(pc.utf8_lower(values), "true")
    if pa.types.is_timestamp(target):
        values = pc.replace_substring(values, " ", "T")
    return values.cast(target)


def _narrowest(filled: pa.ChunkedArray) -> pa.DataType | None:
    if _all_match(filled, _BOOL):
        return pa.bool_()
    if _all_match(filled, _INTEGER):
        # More digits than 64 bits hold are names; as floats they would lose some.
        return next((t for t in (pa.int64(), pa.uint64()) if _casts(filled, t)), None)
    if _all_match(filled, _FLOAT):
        return pa.float64()
    for pattern, zone in ((_DATE, None), (_ZONED_DATE, "UTC")):
        if _all_match(filled, pattern):
            dates = pc.replace_substring(filled, " ", "T")
            units = (pa.timestamp(unit, zone) for unit in ("s", "ms", "us", "ns"))
            return next((t for t in units if _casts(dates, t)), None)
    return None


def _all_match(values: pa.ChunkedArray, pattern: str) -> bool:
    def matches(part: pa.ChunkedArray) -> bool:
        return pc.all(pc.match_substring_regex(part, pattern), min_count=0).as_py() is not False

    return matches(values.slice(0, SAMPLE_ROWS)) and matches(values)


def _casts(values: pa.ChunkedArray, target: pa.DataType) -> bool:
    try:
        values.cast(target)
    except pa.ArrowException:
        return False
    return True


def _read_as_text(path: Path, delimiter: str) -> pa.Table:
    parse = pacsv.ParseOptions(delimiter=delimiter, newlines_in_values=True)
    with pacsv.open_csv(path, parse_options=parse) as reader:
        names = reader.schema.names
    convert = pacsv.ConvertOptions(
        column_types={name: pa.large_string() for name in names}, strings_can_be_null=False
    )
    return pacsv.read_csv(path, parse_options=parse, convert_options=convert)


def _check_last_quote(path: Path, table: pa.Table) -> None:
    """Refuse a file whose last quote is never closed: the rows after it became one value."""
    if len(table) == 0 or not any("\n" in (column[-1].as_py() or "") for column in table.columns):
        return
    quote_count = 0
    with path.open("rb") as file:
        while block := file.read(BLOCK_BYTES):
            quote_count += block.count(b'"')
    if quote_count % 2:
        raise BadFormat(
            f"{path.name}: in row {len(table):,} a quote opens and is never closed, so all lines after it "
            "would be one value. Close it, or double a quote that belongs to a value.",
            source=str(path), row=len(table),
        )  # fmt: skip


def _delimiter(head: bytes) -> str:
    """Give the most frequent delimiter of the header line; a comma wins a tie."""
    header = head.splitlines()[0].decode("utf-8", "replace") if head.strip() else ""
    unquoted = "".join(header.split('"')[::2])
    return max(DELIMITERS, key=unquoted.count)


def _named(names: list[str]) -> tuple[list[str], list[str]]:
    named = [name or f"column_{number}" for number, name in enumerate(names, start=1)]
    nameless = [new for new, name in zip(named, names, strict=True) if not name]
    return named, [
        f"column number {n.removeprefix('column_')} has no name; it is called {n!r}." for n in nameless
    ]


def _batches(table: pa.Table) -> Iterator[pa.RecordBatch]:
    return iter(table.to_batches())


def _reason(error: Exception) -> str:
    text = str(error).splitlines()[0]
    if "UTF" in text.upper():
        return f"it is not UTF-8 text ({text}); save it as UTF-8."
    if "Expected" in text:
        return f"its lines differ in length ({text}); quote values that hold the delimiter."
    return f"{text}."
