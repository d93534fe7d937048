"""What all databases have in common: a table or query, a limit of rows, a limit of time.

Reading happens in a thread of its own, so that a cancel, Ctrl-C or the end of
the time reach a database that is still thinking: it is told to stop, and the
thread is waited for.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Protocol, TypeVar

from symphony_core.errors import BadSource, no_such
from symphony_core.progress import Progress
from symphony_core.sources.address import Asked
from symphony_core.sources.loading import Loaded, from_frame
from symphony_core.sources.naming import unique_names
from symphony_core.sources.options import SourceOptions
from symphony_core.sources.python_columns import CHUNK_ROWS, PythonColumns

T = TypeVar("T")

POLL_S = 0.05
# A driver that does not stop within this time is left behind; its connection is closed with it.
STOP_S = 2.0


class Fetched:
    """How many rows came so far; written by the reading thread, read by the waiting one."""

    def __init__(self, max_rows: int) -> None:
        self.max_rows = max_rows
        self.row_count = 0
        self.is_given_up = False

    @property
    def is_cut(self) -> bool:
        """Whether there were more rows than wanted."""
        return self.row_count > self.max_rows


def wait_for(
    work: Callable[[], T], stop: Callable[[], None], fetched: Fetched, timeout_s: float, progress: Progress
) -> T:
    """Run `work` in a thread and report from this one.

    stop: makes the database give up, from another thread; may be called several times.
    Raises what `work` or `progress` raises, or BadSource when the time is over.
    """
    outcome: list[T | BaseException] = []

    def run() -> None:
        try:
            outcome.append(work())
        except BaseException as error:  # noqa: BLE001 - raised again by the thread that waits
            outcome.append(error)

    thread = threading.Thread(target=run, name="symphony-database", daemon=True)
    deadline_s = time.monotonic() + timeout_s
    thread.start()
    try:
        while thread.is_alive():
            thread.join(POLL_S)
            done = min(fetched.row_count / fetched.max_rows, 1.0)
            progress(done, f"{fetched.row_count:,} rows" if fetched.row_count else "waiting for the database")
            if time.monotonic() > deadline_s and thread.is_alive():
                raise BadSource(
                    f"the query took longer than {timeout_s:g} s and was stopped at "
                    f"{fetched.row_count:,} rows; ask for less, or allow more time with ?timeout=SECONDS."
                )
    finally:
        _end(thread, stop, fetched)
    if isinstance(outcome[0], BaseException):
        raise outcome[0]
    return outcome[0]


def _end(thread: threading.Thread, stop: Callable[[], None], fetched: Fetched) -> None:
    fetched.is_given_up = thread.is_alive()
    give_up_s = time.monotonic() + STOP_S
    while thread.is_alive() and time.monotonic() < give_up_s:
        stop()
        thread.join(POLL_S)


class Cursor(Protocol):
    """What Python's databases have in common."""

    def fetchmany(self, size: int) -> Sequence[Sequence[object]]:
        """Give the next rows, none at the end."""


def collected(
    names: Iterable[str], cursor: Cursor, fetched: Fetched, *, has_dates: bool
) -> tuple[PythonColumns, list[str]]:
    """Fetch up to the limit of rows, and sentences about odd names.

    has_dates: whether the database has a type for dates; without one they are read from text.
    """
    unique, odd = unique_names(list(names))
    columns = PythonColumns(unique, reads_dates=not has_dates)
    while not fetched.is_cut and not fetched.is_given_up and (rows := cursor.fetchmany(CHUNK_ROWS)):
        fetched.row_count += len(rows)
        columns.add_tuples(rows[: len(rows) - max(fetched.row_count - fetched.max_rows, 0)])
    return columns, odd


def loaded_from(
    columns: PythonColumns, odd: Sequence[str], options: SourceOptions, where: str, fetched: Fetched
) -> Loaded:
    """Give the columns, with a warning if there were more rows than read."""
    loaded = from_frame(columns.frame(), options, where)
    loaded.odd[:0] = [*cut_notice(fetched), *odd]
    return loaded


def cut_notice(fetched: Fetched) -> list[str]:
    """Say that there were more rows, if there were."""
    if not fetched.is_cut:
        return []
    return [
        f"only the first {fetched.max_rows:,} rows were read and there are more; "
        "choose among them in the query, or read more with ?rows=NUMBER."
    ]


def statement(asked: Asked, tables: Mapping[str, str], where: str) -> tuple[str, str]:
    """Give the SQL and a name for what it reads.

    tables: name as a person writes it -> name as SQL wants it.
    Raises BadSource if no table is named and there is not exactly one, or if the named one is not there.
    """
    if asked.query and asked.table:
        raise BadSource(f"{where}: give ?table= or ?query=, not both.")
    if asked.query:
        return asked.query, "query"
    if asked.table and asked.table not in tables:
        message, close = no_such("table", asked.table, tables, where)
        raise BadSource(message, nearest=close)
    if not asked.table and len(tables) != 1:
        listed = ", ".join(list(tables)[:20]) + (", ..." if len(tables) > 20 else "")
        there = f"holds {len(tables):,} tables: {listed}" if tables else "holds no table"
        raise BadSource(f"{where} {there}; name one with ?table=NAME, or ask with ?query=SELECT ...")
    table = asked.table or next(iter(tables))
    return f"SELECT * FROM {tables[table]}", table


def quoted(*names: str) -> str:
    """Give a name as SQL takes it whatever it holds."""
    return ".".join('"' + name.replace('"', '""') + '"' for name in names)
