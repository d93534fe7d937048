"""Tables and queries of a PostgreSQL server, in a transaction that can only read."""

from __future__ import annotations

from contextlib import closing, suppress
from typing import TYPE_CHECKING, Any, NoReturn

from symphony_core.errors import BadSource
from symphony_core.progress import Progress
from symphony_core.sources.address import Asked, masked, parse_asked, server_parts, without_secrets
from symphony_core.sources.database import Fetched, collected, loaded_from, quoted, statement, wait_for
from symphony_core.sources.loading import Loaded
from symphony_core.sources.options import SourceOptions
from symphony_core.sources.python_columns import CHUNK_ROWS, PythonColumns

if TYPE_CHECKING:
    import sqlalchemy

SCHEMES = ("postgresql", "postgres", "postgresql+psycopg")
DRIVER = "postgresql+psycopg"
CONNECT_S = 10
_TABLES = (
    "SELECT table_schema, table_name FROM information_schema.tables "
    "WHERE table_schema NOT IN ('pg_catalog', 'information_schema') ORDER BY table_schema, table_name"
)


def is_postgres(source: str) -> bool:
    """Say whether this is an address of a PostgreSQL server."""
    return source.partition("://")[0].casefold() in SCHEMES and "://" in source


def read_postgres(source: str, options: SourceOptions, progress: Progress) -> Loaded:
    """Read one table or query.

    Raises BadSource if the server cannot be reached, refuses, or takes too long; the password is in no
    message.
    """
    address, user, password, tail = server_parts(source)
    asked = parse_asked(tail)
    fetched = Fetched(asked.max_rows)
    try:
        reading = _Reading(_engine(address, user, password, asked), asked, name_of(source), fetched)
        columns, odd = wait_for(reading.columns, reading.stop, fetched, asked.timeout_s, progress)
    except (_imported().exc.SQLAlchemyError, ValueError) as error:
        _fail(error, source)
    return loaded_from(columns, odd, options, name_of(source), fetched)


def name_of(source: str) -> str:
    """Give a short name for the page: the database, and the table if one is named."""
    address, _, _, tail = server_parts(source)
    database = address.partition("://")[2].partition("/")[2] or "postgres"
    table = "" if "query=" in tail else parse_asked(tail).table
    return f"{database}.{table}" if table else database


def _engine(address: str, user: str, password: str, asked: Asked) -> sqlalchemy.Engine:
    sqlalchemy = _imported()
    url = sqlalchemy.make_url(address).set(drivername=DRIVER)
    if user or password:
        url = url.set(username=user, password=password)
    wanted = {"connect_timeout": CONNECT_S, **asked.rest}
    return sqlalchemy.create_engine(url, connect_args=wanted, poolclass=sqlalchemy.NullPool)


class _Reading:
    """One connection, from its opening to its end, in a thread of its own."""

    def __init__(self, engine: sqlalchemy.Engine, asked: Asked, where: str, fetched: Fetched) -> None:
        self._engine = engine
        self._asked = asked
        self._where = where
        self._fetched = fetched
        self._connection: Any = None

    def columns(self) -> tuple[PythonColumns, list[str]]:
        with closing(self._engine.connect()) as self._connection:
            return self._fetch(self._connection)

    def stop(self) -> None:
        """Tell the server to give up; from another thread."""
        if self._connection is not None:
            with suppress(Exception):  # it may have ended by itself in this moment
                self._connection.connection.driver_connection.cancel_safe(timeout=1)

    def _fetch(self, connection: Any) -> tuple[PythonColumns, list[str]]:
        if self._fetched.is_given_up:
            return PythonColumns(), []
        connection.exec_driver_sql("SET TRANSACTION READ ONLY")
        connection.exec_driver_sql(f"SET LOCAL statement_timeout = {int(self._asked.timeout_s * 1000)}")
        tables: dict[str, str] = {}
        if not self._asked.query:
            found = connection.exec_driver_sql(_TABLES).fetchall()
            tables = {n if s == "public" else f"{s}.{n}": quoted(s, n) for s, n in found}
        sql, _ = statement(self._asked, tables, self._where)
        streamed = {"stream_results": True, "max_row_buffer": CHUNK_ROWS, "no_parameters": True}
        with closing(connection.exec_driver_sql(sql, execution_options=streamed)) as result:
            return collected(result.keys(), result, self._fetched, has_dates=True)


def _fail(error: Exception, source: str) -> NoReturn:
    """Raise the driver's words without the password, and without the error that may hold it."""
    words = str(getattr(error, "orig", None) or error).strip().splitlines() or [type(error).__name__]
    raise BadSource(
        f"{masked(source)}: the database says: {without_secrets(words[0], source)}.", source=masked(source)
    ) from None


def _imported() -> Any:
    try:
        import psycopg  # noqa: F401 - optional; SQLAlchemy finds it by its name
        import sqlalchemy  # optional, and slow to import
        import sqlalchemy.exc
    except ImportError as error:
        raise BadSource(
            "PostgreSQL needs the packages sqlalchemy and psycopg; pip install 'symphony-panel[sql]'."
        ) from error
    return sqlalchemy
