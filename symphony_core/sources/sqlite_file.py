"""SQLite files, by the module that comes with Python, opened so that nothing can be written."""

from __future__ import annotations

import sqlite3
from contextlib import closing

from symphony_core.errors import BadFormat, BadSource
from symphony_core.progress import Progress
from symphony_core.sources.address import Asked, parse_asked
from symphony_core.sources.database import (
    Fetched,
    collected,
    loaded_from,
    quoted,
    statement,
    wait_for,
)
from symphony_core.sources.loading import Loaded
from symphony_core.sources.options import SourceOptions
from symphony_core.sources.python_columns import PythonColumns
from symphony_core.sources.reader import Place

MAGIC = b"SQLite format 3\0"
BUSY_S = 5.0


def is_sqlite(place: Place) -> bool:
    """Say whether the file starts like SQLite."""
    return place.head().startswith(MAGIC)


def read_sqlite(place: Place, options: SourceOptions, progress: Progress) -> Loaded:
    """Read one table or query.

    Raises BadFormat if the file is no database, BadSource for a query that is refused or takes too long.
    """
    name = place.path.name
    if not is_sqlite(place):
        raise BadFormat(
            f"{name} is no SQLite database; give it the ending of what it is.", source=str(place.path)
        )
    asked = parse_asked(place.asked)
    fetched = Fetched(asked.max_rows)
    try:
        address = f"{place.path.absolute().as_uri()}?mode=ro"
        with closing(_connected(address)) as connection:
            read = lambda: _fetch(connection, asked, name, fetched)  # noqa: E731 - what the thread runs
            columns, odd = wait_for(read, connection.interrupt, fetched, asked.timeout_s, progress)
    except sqlite3.Error as error:
        raise BadSource(f"{name}: the database says: {error}.", source=str(place.path)) from error
    return loaded_from(columns, odd, options, name, fetched)


def _connected(address: str) -> sqlite3.Connection:
    connection = sqlite3.connect(address, uri=True, timeout=BUSY_S, check_same_thread=False)
    # SQLite does not check that text is UTF-8; odd bytes are shown as \\xNN rather than refused.
    connection.text_factory = lambda data: data.decode("utf-8", "backslashreplace")
    return connection


def _fetch(
    connection: sqlite3.Connection, asked: Asked, where: str, fetched: Fetched
) -> tuple[PythonColumns, list[str]]:
    connection.execute("PRAGMA query_only = 1")
    tables = connection.execute(
        "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\\_%' "
        "ESCAPE '\\' ORDER BY name"
    )
    sql, _ = statement(asked, {table: quoted(table) for (table,) in tables}, where)
    cursor = connection.execute(sql)
    return collected([d[0] for d in cursor.description], cursor, fetched, has_dates=False)
