"""DuckDB files, opened so that nothing can be written and no other file can be read."""

from __future__ import annotations

from contextlib import closing
from typing import Any

import pyarrow as pa

from symphony_core.errors import BadFormat, BadSource
from symphony_core.progress import Progress
from symphony_core.sources.address import Asked, parse_asked
from symphony_core.sources.database import Fetched, cut_notice, quoted, statement, wait_for
from symphony_core.sources.loading import BATCH_ROWS, Loaded, Rows, from_rows
from symphony_core.sources.options import SourceOptions
from symphony_core.sources.reader import Place

MAGIC = b"DUCK"
MAGIC_AT = 8
# A query may not read other files, fetch from the web or load code.
CONFIG = {
    "enable_external_access": "false",
    "autoload_known_extensions": "false",
    "lock_configuration": "true",
}


def is_duckdb(place: Place) -> bool:
    """Say whether the file starts like DuckDB."""
    return place.head()[MAGIC_AT : MAGIC_AT + len(MAGIC)] == MAGIC


def read_duckdb(place: Place, options: SourceOptions, progress: Progress) -> Loaded:
    """Read one table or query.

    Raises BadFormat if the file is no database, BadSource for a query that is refused or takes too long,
    or if the package `duckdb` is not installed.
    """
    name = place.path.name
    if not is_duckdb(place):
        raise BadFormat(
            f"{name} is no DuckDB database; give it the ending of what it is.", source=str(place.path)
        )
    duckdb = _imported()
    asked = parse_asked(place.asked)
    fetched = Fetched(asked.max_rows)
    try:
        with closing(duckdb.connect(str(place.path), read_only=True, config=CONFIG)) as connection:
            read = lambda: _fetch(connection, asked, name, fetched)  # noqa: E731 - what the thread runs
            table = wait_for(read, connection.interrupt, fetched, asked.timeout_s, progress)
    except duckdb.Error as error:
        words = " ".join(str(error).partition("\n\nLINE")[0].split())
        raise BadSource(f"{name}: the database says: {words}", source=str(place.path)) from error
    rows = Rows(table.schema, len(table), table.to_batches(max_chunksize=BATCH_ROWS))
    loaded = from_rows(rows, options, name, progress)
    loaded.odd[:0] = cut_notice(fetched)
    return loaded


def _fetch(connection: Any, asked: Asked, where: str, fetched: Fetched) -> pa.Table:
    found = connection.execute(
        "SELECT table_schema, table_name FROM information_schema.tables ORDER BY table_schema, table_name"
    ).fetchall()
    tables = {n if s == "main" else f"{s}.{n}": quoted(s, n) for s, n in found}
    sql, _ = statement(asked, tables, where)
    reader = connection.sql(sql).to_arrow_reader(BATCH_ROWS)
    batches = []
    for batch in reader:
        room = fetched.max_rows - fetched.row_count
        fetched.row_count += len(batch)
        batches.append(batch.slice(0, room))
        if fetched.is_cut:
            break
    return pa.Table.from_batches(batches, reader.schema)


def _imported() -> Any:
    try:
        import duckdb  # optional: 20 MB
    except ImportError as error:
        raise BadSource(
            "DuckDB files need the package duckdb; pip install 'symphony-panel[duckdb]'."
        ) from error
    return duckdb
