"""What can be opened without a plugin: a line for each kind.

To add a kind, write a module with a function that gives `Loaded`, and add its
line here. Someone else's kind belongs into a plugin (`hookspecs.open_dataset`).
"""

from __future__ import annotations

import os
from pathlib import Path

from symphony_core.errors import BadFormat, BadSource
from symphony_core.media_format import AUDIO_SUFFIXES, IMAGE_SUFFIXES
from symphony_core.sources.address import is_address
from symphony_core.sources.arrow_file import is_arrow, read_arrow
from symphony_core.sources.csv_file import TAB_ENDINGS, read_csv
from symphony_core.sources.duckdb_file import is_duckdb, read_duckdb
from symphony_core.sources.json_file import read_json
from symphony_core.sources.media_folder import is_media_folder, read_media_folder
from symphony_core.sources.parquet_file import is_parquet, read_parquet
from symphony_core.sources.reader import Place, Reader, by_names, by_values, is_compressed
from symphony_core.sources.sqlite_file import is_sqlite, read_sqlite
from symphony_core.sources.table_folder import (
    PARQUET_ENDINGS,
    is_parquet_folder,
    is_saved_dataset,
    read_parquet_folder,
    read_saved_dataset,
)

FILES = (
    Reader("a Parquet file", read_parquet, (".parquet", ".pq"), is_parquet),
    Reader("an Arrow file", read_arrow, (".arrow", ".feather", ".ipc", ".arrows"), is_arrow),
    Reader("a CSV file", read_csv, (".csv", *TAB_ENDINGS, ".txt"), is_text=True),
    Reader("a JSON file", read_json, (".jsonl", ".ndjson", ".json"), is_text=True),
    Reader("an SQLite database", read_sqlite, (".sqlite", ".sqlite3", ".db"), is_sqlite, by_values),
    Reader("a DuckDB database", read_duckdb, (".duckdb", ".ddb", ".db"), is_duckdb, by_values),
)
FOLDERS = (
    Reader("a saved Hugging Face dataset", read_saved_dataset, (), is_saved_dataset, by_values),
    Reader("parquet files", read_parquet_folder, (), is_parquet_folder, by_values),
    Reader("images or sounds", read_media_folder, (), is_media_folder, by_names),
)

# Before the path of a database file; SQLAlchemy writes addresses so.
FILE_SCHEMES = ("sqlite:///", "duckdb:///")
ENDINGS = tuple(dict.fromkeys(ending for reader in FILES for ending in reader.endings))
DATABASE_ENDINGS = tuple(e for reader in FILES if reader.fingerprint is by_values for e in reader.endings)
FOLDER_ENDINGS = (*PARQUET_ENDINGS, *IMAGE_SUFFIXES, *AUDIO_SUFFIXES)


def located(source: str) -> Place:
    """Part the path of a database from what is asked of it; any other text is a path."""
    scheme = next((s for s in FILE_SCHEMES if source.casefold().startswith(s)), "")
    text = source[len(scheme) :]
    path, mark, asked = text.partition("?")
    if mark and (scheme or path.casefold().endswith(DATABASE_ENDINGS)) and not os.path.lexists(text):
        return Place(Path(path), asked)
    return Place(Path(text))


def is_foreign(source: str) -> bool:
    """Say whether this is an address of a kind that none of our readers of files takes."""
    return is_address(source) and not source.casefold().startswith(FILE_SCHEMES)


def is_known(place: Place) -> bool:
    """Say whether one of our readers takes a place, by its ending or by what is there."""
    if place.path.is_dir():
        return is_saved_dataset(place) or _has_file(place.path, FOLDER_ENDINGS)
    if _by_ending(place):
        return True
    return place.path.is_file() and any(reader.knows(place) for reader in FILES)


def chosen_file(place: Place, source: str) -> Reader:
    """Choose the reader of a file. Raises BadFormat if none fits, or ending and content disagree."""
    meant = _by_ending(place)
    known = next((reader for reader in FILES if reader.knows(place)), None)
    name = place.path.name
    if known is not None and (not meant or known in meant):
        return known
    if known is not None:
        raise BadFormat(f"{name} is {known.what}; rename it to end in {known.endings[0]}.", source=source)
    if meant:
        return meant[0]
    raise BadFormat(
        f"{name} ends in {place.path.suffix or 'nothing'}; "
        f"files that can be opened end in {', '.join(ENDINGS[:-1])} or {ENDINGS[-1]}.",
        source=source,
    )


def chosen_folder(place: Place, source: str) -> Reader:
    """Choose the reader of a folder. Raises BadSource if none fits."""
    for reader in FOLDERS:
        if reader.knows(place):
            return reader
    inside = f"{len(place.files):,} files, none of them such" if place.files else "no files"
    raise BadSource(
        f"{source!r} is a folder with {inside}; name one file in it, or a folder of "
        f"{', of '.join(reader.what for reader in FOLDERS[1:])}, or of {FOLDERS[0].what}.",
        source=source,
    )


def _by_ending(place: Place) -> list[Reader]:
    fitting = [reader for reader in FILES if place.ending in reader.endings]
    return [reader for reader in fitting if reader.is_text or not is_compressed(place.path)]


def _has_file(folder: Path, endings: tuple[str, ...]) -> bool:
    """Say whether such a file is anywhere under a folder; ends at the first."""
    for _, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        if any(n.casefold().endswith(endings) and not n.startswith(".") for n in names):
            return True
    return False
