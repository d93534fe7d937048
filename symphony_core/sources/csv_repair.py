"""CSV files with lines that are too short or too long.

One stray line should not keep a person from a million good ones, and no value
may vanish or slide into another column. A short line lacks its last values. Of
a long line, what is beyond the last column goes into a column of its own,
`surplus`. Where most lines are too long the header is what is wrong, and then
every value would stand under the wrong name: that is refused.

Python's reader is ten times slower than Arrow's, which cannot do this.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field

import pyarrow as pa

from symphony_core.errors import BadFormat
from symphony_core.sources.naming import free_name, unique_names
from symphony_core.sources.text_file import TextFile

SURPLUS = "surplus"
CHUNK_ROWS = 16_384
MAX_LISTED = 5
# Python's reader refuses longer values; this is the most it can be told.
MAX_VALUE_CHARS = 2**31 - 1


@dataclass
class TextTable:
    """Columns of text, nothing typed yet; odd: sentences for the page."""

    names: list[str]
    columns: list[pa.ChunkedArray]
    odd: list[str] = field(default_factory=list)


def repaired(file: TextFile, delimiter: str) -> TextTable:
    """Read a file with lines of any length. Raises BadFormat if most lines are longer than the header."""
    try:
        return _Repair(file, delimiter).table()
    except (csv.Error, UnicodeDecodeError) as error:
        if isinstance(error, UnicodeDecodeError) and file.decode_as_windows():
            return repaired(file, delimiter)
        raise BadFormat(f"{file.path.name} cannot be read as CSV: {error}.", source=str(file.path)) from error


class _Repair:
    def __init__(self, file: TextFile, delimiter: str) -> None:
        self._file = file
        self._delimiter = delimiter
        self._short: list[int] = []  # numbers of lines
        self._long: list[int] = []
        self._padded_count = 0  # lines whose surplus is empty
        self._row_count = 0
        self._chunks: list[list[pa.Array]] = []

    def table(self) -> TextTable:
        before = csv.field_size_limit(MAX_VALUE_CHARS)
        try:
            lines = self._lines()
            header = next(lines, (1, []))[1]
            self._read(lines, len(header))
        finally:
            csv.field_size_limit(before)
        self._check(len(header))
        names, odd = unique_names(header)
        columns = [
            pa.chunked_array([chunk[i] for chunk in self._chunks], pa.large_string())
            for i in range(len(header) + 1)
        ]
        if self._long:
            names.append(free_name(SURPLUS, names))
        return TextTable(names, columns[: len(names)], odd + self._sentences(names))

    def _lines(self) -> Iterator[tuple[int, list[str]]]:
        text = io.TextIOWrapper(io.BufferedReader(self._file.open()), encoding="utf-8-sig", newline="")
        reader = csv.reader(text, delimiter=self._delimiter)
        first = 1
        for values in reader:
            if values:
                yield first, values
            first = reader.line_num + 1

    def _read(self, lines: Iterator[tuple[int, list[str]]], width: int) -> None:
        rows: list[list[str]] = []
        for number, values in lines:
            rows.append(self._fitted(number, values, width))
            if len(rows) == CHUNK_ROWS:
                self._keep(rows)
        self._keep(rows)

    def _fitted(self, number: int, values: list[str], width: int) -> list[str]:
        """Give the values of the columns and, last, what is beyond them."""
        surplus = values[width:]
        if len(values) < width:
            self._short.append(number)
            return values + [""] * (width - len(values) + 1)
        if not any(surplus):
            self._padded_count += bool(surplus)
            return [*values[:width], ""]
        self._long.append(number)
        written = io.StringIO()
        # It quotes line ends within values only if they are those that it writes itself.
        csv.writer(written, delimiter=self._delimiter, lineterminator="\r\n").writerow(surplus)
        return [*values[:width], written.getvalue().removesuffix("\r\n")]

    def _keep(self, rows: list[list[str]]) -> None:
        if rows:
            self._row_count += len(rows)
            self._chunks.append([pa.array(column, pa.large_string()) for column in zip(*rows, strict=True)])
            rows.clear()
            self._file.report()

    def _check(self, width: int) -> None:
        if 2 * len(self._long) <= self._row_count:
            return
        columns = "1 column" if width == 1 else f"{width:,} columns"
        raise BadFormat(
            f"{self._file.path.name}: the header names {columns}, and {len(self._long):,} of "
            f"{self._row_count:,} lines hold more values (first: line {self._long[0]:,}). "
            "Complete the header, or quote values that hold the delimiter.",
            source=str(self._file.path), line=self._long[0],
        )  # fmt: skip

    def _sentences(self, names: list[str]) -> list[str]:
        odd = []
        if self._short:
            odd.append(f"{_lines_are(self._short)} too short; the last values are missing.")
        if self._long:
            odd.append(f"{_lines_are(self._long)} too long; what is beyond is in column {names[-1]!r}.")
        if self._padded_count:
            odd.append(
                f"delimiters at the end of a line that part nothing are ignored ({self._padded_count:,})."
            )
        return odd


def _lines_are(numbers: list[int]) -> str:
    listed = ", ".join(f"{n:,}" for n in numbers[:MAX_LISTED]) + (
        ", ..." if len(numbers) > MAX_LISTED else ""
    )
    return f"line {listed} is" if len(numbers) == 1 else f"{len(numbers):,} lines ({listed}) are"
