"""SQLite, DuckDB and PostgreSQL: read only, within limits, and no password anywhere."""

from __future__ import annotations

import os
import shutil
import socket
import sqlite3
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import sqlalchemy

import symphony_core as symphony
from symphony_core.dataset import Dataset
from symphony_core.errors import BadFormat, BadRole, BadSource, Cancelled, SourceNotFound
from symphony_core.jobs import CancelFlag
from symphony_core.sources import SourceOptions, can_open, open_source, title_of
from symphony_core.sources.address import masked, one_select, parse_asked, without_secrets

duckdb = pytest.importorskip("duckdb", reason="the extra `duckdb` is not installed")

ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"


def rows(dataset: Dataset, name: str) -> list[object]:
    return dataset.values(name, np.arange(len(dataset)))


def messages(dataset: Dataset) -> str:
    return "\n".join(notice.text for notice in dataset.warnings)


@pytest.fixture
def sqlite_file(tmp_path: Path) -> Path:
    path = tmp_path / "cats & dogs.db"
    connection = sqlite3.connect(path)
    connection.executescript(
        """
        CREATE TABLE cats (name TEXT, age INTEGER, born TEXT, mixed, photo BLOB);
        INSERT INTO cats VALUES ('Ada', 3, '2021-01-02', 1, x'00ff'), ('Bo', NULL, '2020-05-06', 'x', NULL),
                                ('Cleo', 9007199254740993, NULL, 0.5, x'');
        CREATE TABLE "odd ""name; --" (a);
        INSERT INTO "odd ""name; --" VALUES (7);
        """
    )
    connection.close()
    return path


@pytest.fixture
def duckdb_file(tmp_path: Path) -> Path:
    path = tmp_path / "cats.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            "CREATE TABLE cats AS SELECT * FROM (VALUES ('Ada', 3, DATE '2021-01-02', [1.0::FLOAT, 2.0]), "
            "('Bo', NULL, NULL, [3.0::FLOAT, 4.0])) t(name, age, born, embedding)"
        )
    return path


# --- SQLite --------------------------------------------------------------------------


def test_a_table_of_sqlite_keeps_every_value(sqlite_file):
    dataset = open_source(f"sqlite:///{sqlite_file}?table=cats")
    assert rows(dataset, "name") == ["Ada", "Bo", "Cleo"]
    assert rows(dataset, "age") == [3, None, 2**53 + 1]
    assert [str(v)[:10] for v in rows(dataset, "born")] == ["2021-01-02", "2020-05-06", "None"]
    assert rows(dataset, "mixed") == ["1", "x", "0.5"]
    assert rows(dataset, "photo") == [b"\0\xff", None, b""]
    assert "column 'mixed' holds float and int and str values; read as text" in messages(dataset)


def test_a_query_is_taken_as_it_is_written(sqlite_file):
    query = "SELECT name, 100 % 7 AS \"a&b\" FROM cats WHERE name LIKE '%a%' AND age & 1 -- ?rows=1"
    dataset = open_source(f"sqlite:///{sqlite_file}?query={query}")
    assert rows(dataset, "name") == ["Ada"] or rows(dataset, "name") == ["Ada", "Cleo"]
    assert rows(dataset, "a&b")[0] == 2


def test_a_query_may_be_encoded_as_in_a_link(sqlite_file):
    dataset = open_source(f"{sqlite_file}?query=SELECT%20name+FROM%20cats%20WHERE%20age%3D3")
    assert rows(dataset, "name") == ["Ada"]


def test_a_table_may_have_any_name(sqlite_file):
    assert rows(open_source(f'{sqlite_file}?table=odd "name; --'), "a") == [7]


def test_several_tables_are_listed_when_none_is_named(sqlite_file):
    with pytest.raises(BadSource, match=r"holds 2 tables: cats, odd \"name; --; name one with \?table=NAME"):
        open_source(sqlite_file)


def test_a_table_that_is_not_there_names_the_nearest(sqlite_file):
    with pytest.raises(BadSource, match=r"no table 'cat'.*'cats'"):
        open_source(f"{sqlite_file}?table=cat")


def test_the_only_table_is_taken(tmp_path):
    with sqlite3.connect(tmp_path / "a.sqlite") as connection:
        connection.executescript("CREATE TABLE t (a); INSERT INTO t VALUES (1)")
    connection.close()
    assert rows(open_source(tmp_path / "a.sqlite"), "a") == [1]


def test_a_database_without_tables_says_so(tmp_path):
    with sqlite3.connect(tmp_path / "a.db") as connection:
        connection.executescript("CREATE TABLE t (a); DROP TABLE t")
    connection.close()
    with pytest.raises(BadSource, match="holds no table"):
        open_source(tmp_path / "a.db")


def test_a_cut_at_the_limit_of_rows_is_told_and_one_at_the_end_is_not(sqlite_file):
    cut = open_source(f"{sqlite_file}?rows=2&table=cats")
    assert (len(cut), "only the first 2 rows were read" in messages(cut)) == (2, True)
    whole = open_source(f"{sqlite_file}?rows=3&table=cats")
    assert (len(whole), "only the first" in messages(whole)) == (3, False)


def test_columns_of_one_name_are_renamed_and_told(sqlite_file):
    dataset = open_source(f"{sqlite_file}?query=SELECT name, age AS name FROM cats WHERE age = 3")
    assert (rows(dataset, "name"), rows(dataset, "name_2")) == (["Ada"], [3])
    assert "the next 'name' is called 'name_2'" in messages(dataset)


def test_a_query_without_rows_opens_and_says_so(sqlite_file):
    dataset = open_source(f"{sqlite_file}?query=SELECT name FROM cats WHERE age = 99")
    assert (len(dataset), dataset.names) == (0, ("row_id", "name"))
    assert "no rows" in messages(dataset)


@pytest.mark.parametrize(
    "query",
    [
        "DELETE FROM cats", "PRAGMA query_only = 0", "ATTACH 'x.db' AS x", "SELECT 1; DROP TABLE cats",
        "/* SELECT */ DROP TABLE cats", "", "; SELECT 1",
    ],
)  # fmt: skip
def test_what_is_no_single_select_is_refused(sqlite_file, query):
    with pytest.raises(BadSource, match=r"give one SELECT|holds 2 tables"):
        open_source(f"{sqlite_file}?query={query}")


def test_nothing_can_be_written_by_a_query_that_starts_well(sqlite_file):
    before = sqlite_file.read_bytes()
    with pytest.raises(BadSource, match="the database says: attempt to write a readonly database"):
        open_source(f"{sqlite_file}?query=WITH x AS (SELECT 1) DELETE FROM cats")
    assert sqlite_file.read_bytes() == before


def test_a_missing_database_is_not_made(tmp_path):
    with pytest.raises(SourceNotFound):
        open_source(f"sqlite:///{tmp_path}/none.db?table=t")
    assert list(tmp_path.iterdir()) == []


def test_another_file_under_the_name_of_a_database_is_refused(tmp_path):
    (tmp_path / "a.sqlite").write_text("hello")
    with pytest.raises(BadFormat, match="is no SQLite database"):
        open_source(tmp_path / "a.sqlite")


def test_a_query_that_takes_too_long_is_stopped(sqlite_file):
    with pytest.raises(BadSource, match=r"took longer than 0\.2 s"):
        open_source(f"{sqlite_file}?timeout=0.2&query={ENDLESS}")


def test_a_query_can_be_cancelled_and_the_next_works(sqlite_file):
    cancel = CancelFlag()
    threading.Timer(0.2, cancel.set).start()
    before = threading.active_count()
    with pytest.raises(Cancelled):
        open_source(f"{sqlite_file}?query={ENDLESS}", cancel=cancel)
    assert threading.active_count() <= before
    assert len(open_source(f"{sqlite_file}?table=cats")) == 3


def test_an_interrupt_by_the_keyboard_stops_the_database(sqlite_file):
    def interrupt(fraction: float, text: str) -> None:
        raise KeyboardInterrupt

    before = threading.active_count()
    with pytest.raises(KeyboardInterrupt):
        open_source(f"{sqlite_file}?query={ENDLESS}", progress=interrupt)
    assert threading.active_count() <= before


def test_a_changed_database_is_read_again_and_an_unchanged_one_shared(sqlite_file):
    source = f"{sqlite_file}?table=cats"
    first = open_source(source)
    assert open_source(source) is first
    connection = sqlite3.connect(sqlite_file)
    connection.execute("INSERT INTO cats (name) VALUES ('Dot')")
    connection.commit()
    connection.close()
    assert len(open_source(source)) == 4


def test_a_role_is_checked_for_a_query_too(sqlite_file):
    with pytest.raises(BadRole, match="'name'"):
        open_source(f"{sqlite_file}?table=cats", SourceOptions(label="nmae"))


# --- DuckDB --------------------------------------------------------------------------


def test_the_only_table_of_duckdb_is_taken_with_its_embedding(duckdb_file):
    dataset = open_source(duckdb_file)
    assert rows(dataset, "name") == ["Ada", "Bo"]
    assert rows(dataset, "age") == [3, None]
    assert dataset.vectors("embedding").values.tolist() == [[1, 2], [3, 4]]


def test_a_query_of_duckdb_is_answered_and_cut(duckdb_file):
    dataset = open_source(
        f"{duckdb_file}?rows=100000&query=SELECT i, 'w' || i % 3 AS w FROM range(200000) t(i)"
    )
    assert len(dataset) == 100_000
    assert dataset.column("w").levels == ("w0", "w1", "w2")
    assert "only the first 100,000 rows" in messages(dataset)


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("SELECT * FROM nope", "the database says: Catalog Error"),
        ("SELECT * FROM read_csv('/etc/passwd')", "disabled by configuration"),
        ("COPY cats TO 'x.csv'", "give one SELECT"),
        ("SELECT 1; SELECT 2", "more than one statement"),
    ],
)
def test_a_query_of_duckdb_can_read_its_file_and_nothing_else(duckdb_file, query, words):
    with pytest.raises(BadSource, match=words):
        open_source(f"{duckdb_file}?query={query}")


def test_a_long_query_of_duckdb_is_stopped(duckdb_file):
    with pytest.raises(BadSource, match=r"took longer than 0\.3 s"):
        open_source(
            f"{duckdb_file}?timeout=0.3&query="
            "SELECT sum(a.i * b.i) FROM range(9999999) a(i), range(99999) b(i)"
        )


def test_duckdb_under_the_ending_db_is_told_from_sqlite(duckdb_file):
    path = duckdb_file.rename(duckdb_file.with_suffix(".db"))
    assert rows(open_source(path), "name") == ["Ada", "Bo"]


# --- addresses -----------------------------------------------------------------------

SECRET = "p@ss/w0rd?x"
ADDRESSES = [
    "postgresql://me:p%40ss%2Fw0rd%3Fx@localhost:1/db?table=t",
    "postgresql://me:p@ss/w0rd?x@localhost:1/db?table=t",
    "postgresql://me@localhost:1/db?password=p%40ss%2Fw0rd%3Fx&table=t",
    "postgresql://me:p%40ss%2Fw0rd%3Fx@localhost:1/db?query=SELECT 'a@b:c'",
    "postgres://me:p%40ss%2Fw0rd%3Fx@localhost:notaport/db",
]


@pytest.mark.parametrize("source", ADDRESSES)
def test_no_password_is_in_anything_that_is_said(source):
    with pytest.raises(BadSource) as caught:
        symphony.open(source)
    error: BaseException | None = caught.value
    said = [masked(source), title_of(source)]
    while error is not None:
        said.append(f"{error} {error.__dict__}")
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    for text in said:
        assert "w0rd" not in text
    assert "***" in str(caught.value)


def test_the_query_of_an_address_is_shown_as_it_is():
    assert masked("sqlite:///a.db?query=SELECT 'a:b@c'") == "sqlite:///a.db?query=SELECT 'a:b@c'"
    assert masked("me:you@there") == "me:you@there"
    assert without_secrets("login of abc failed", "x://me:abc@h/d") == "login of *** failed"


@pytest.mark.parametrize("scheme", ["mysql", "s3", "https"])
def test_an_address_that_nobody_opens_says_so_without_its_password(scheme):
    assert not can_open(f"{scheme}://me:hunter2@host/x.parquet")
    with pytest.raises(BadSource, match=rf"nothing here opens '{scheme}://me:\*\*\*@host/x.parquet'"):
        symphony.open(f"{scheme}://me:hunter2@host/x.parquet")


@pytest.mark.parametrize("asked", ["rows=0", "rows=x", "timeout=-1", "rows=nan"])
def test_a_limit_that_is_no_number_is_refused(asked):
    with pytest.raises(BadSource, match="is no number above 0"):
        parse_asked(asked)


def test_limits_may_stand_before_or_behind_a_query():
    for text in ("rows=5&timeout=2&query=SELECT 1", "query=SELECT 1&rows=5&timeout=2"):
        asked = parse_asked(text)
        assert (asked.query, asked.max_rows, asked.timeout_s) == ("SELECT 1", 5, 2)


@pytest.mark.parametrize(
    ("query", "kept"),
    [
        ("select 1;", "select 1"),
        ("(SELECT 1) UNION SELECT 2", "(SELECT 1) UNION SELECT 2"),
        (
            "-- a; b\nWITH x AS (SELECT ';') SELECT * FROM x ; ; ",
            "-- a; b\nWITH x AS (SELECT ';') SELECT * FROM x",
        ),
        ("SELECT ';', \"a;b\", `c;d`, $$;$$ /* ; */", "SELECT ';', \"a;b\", `c;d`, $$;$$ /* ; */"),
    ],
)
def test_semicolons_in_text_names_and_comments_part_nothing(query, kept):
    assert one_select(query) == kept


# --- PostgreSQL ----------------------------------------------------------------------


def postgres_bin() -> Path | None:
    """Find the folder of the server's programs: on PATH, or where Debian puts them."""
    found = shutil.which("initdb")
    if found:
        return Path(found).parent
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    return folders[-1] if folders and (folders[-1] / "initdb").exists() else None


@pytest.fixture(scope="module")
def postgres() -> Iterator[str]:
    """A server of our own with a table; its address without what is asked."""
    programs = postgres_bin()
    if programs is None:
        pytest.skip("no PostgreSQL server is installed here (no initdb); apt-get install postgresql")
    user = "postgres" if hasattr(os, "geteuid") and os.geteuid() == 0 else None
    with tempfile.TemporaryDirectory(prefix="symphony-pg-") as name:
        folder = Path(name)
        (folder / "password").write_text(SECRET)
        if user:
            for path in (folder, folder / "password"):
                shutil.chown(path, user)
        command = [programs / "initdb", "-D", folder / "data", "-U", "me", "-A", "scram-sha-256", "-N"]
        subprocess.run(
            [*command, f"--pwfile={folder / 'password'}"],
            user=user,
            cwd=folder,
            check=True,
            capture_output=True,
        )
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        server = subprocess.Popen(
            [programs / "postgres", "-D", folder / "data", "-p", str(port), "-k", folder, "-c", "fsync=off"],
            user=user, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            address = f"postgresql://me:p%40ss%2Fw0rd%3Fx@127.0.0.1:{port}/postgres"
            fill(address)
            yield address
        finally:
            server.terminate()
            server.wait(20)


def fill(address: str) -> None:
    engine = sqlalchemy.create_engine(
        address.replace("postgresql:", "postgresql+psycopg:"), poolclass=sqlalchemy.NullPool
    )
    for attempt in range(100):
        try:
            with engine.begin() as connection:
                connection.exec_driver_sql(
                    "CREATE TABLE cats AS SELECT i AS age, "
                    "'cat ' || mod(i, 3) AS name, i::numeric / 2 AS weight, "
                    "DATE '2021-01-01' + i AS born, ARRAY[i, i + 1]::real[] AS embedding, "
                    "jsonb_build_object('a', i) AS note, md5(i::text)::uuid AS uid "
                    "FROM generate_series(1, 20000) i"
                )
                connection.exec_driver_sql("CREATE SEQUENCE counter")
                connection.exec_driver_sql("CREATE SCHEMA zoo")
                connection.exec_driver_sql("CREATE TABLE zoo.dogs AS SELECT 1 AS a")
                connection.exec_driver_sql("CREATE TABLE far AS SELECT DATE 'infinity' AS d")
            return
        except sqlalchemy.exc.OperationalError:
            if attempt == 99:
                raise
            time.sleep(0.1)


def test_a_table_of_postgres_keeps_every_value(postgres):
    dataset = open_source(f"{postgres}?table=cats")
    assert len(dataset) == 20_000
    assert dataset.names == ("age", "name", "weight", "born", "note", "uid")
    assert dataset.id_column == "uid"
    assert dataset.column("name").levels == ("cat 0", "cat 1", "cat 2")
    assert str(rows(dataset, "weight")[0]) == "0.50000000000000000000"
    assert str(rows(dataset, "born")[0])[:10] == "2021-01-02"
    assert rows(dataset, "note")[1] == {"a": 2}
    assert dataset.vectors("embedding").values[1].tolist() == [2, 3]
    assert dataset.name == "postgres.cats"


def test_a_query_of_postgres_is_answered_and_cut(postgres):
    dataset = open_source(f"{postgres}?rows=10&query=SELECT age FROM cats WHERE name LIKE '%1' ORDER BY age")
    assert rows(dataset, "age") == [1, 4, 7, 10, 13, 16, 19, 22, 25, 28]
    assert "only the first 10 rows" in messages(dataset)


def test_the_tables_of_postgres_are_listed(postgres):
    with pytest.raises(BadSource, match=r"holds 3 tables: cats, far, zoo\.dogs"):
        open_source(postgres)
    assert rows(open_source(f"{postgres}?table=zoo.dogs"), "a") == [1]


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("WITH x AS (DELETE FROM cats RETURNING 1) SELECT * FROM x", "data-modifying"),
        ("SELECT nextval('counter')", "read-only transaction"),
        ("SELECT nope FROM cats", 'column "nope" does not exist'),
        ("SELECT 1; COMMIT; DROP TABLE cats", "more than one statement"),
        ("SELECT d FROM far", "date too large"),
    ],
)
def test_postgres_is_only_read_and_its_words_are_passed_on(postgres, query, words):
    with pytest.raises(BadSource, match=words) as caught:
        open_source(f"{postgres}?query={query}")
    assert "w0rd" not in str(caught.value)
    assert len(open_source(f"{postgres}?table=cats")) == 20_000


def test_a_long_query_of_postgres_is_stopped_by_time_and_by_cancel(postgres):
    with pytest.raises(BadSource, match=r"took longer than|statement timeout"):
        open_source(f"{postgres}?timeout=0.5&query=SELECT pg_sleep(60)")
    cancel = CancelFlag()
    threading.Timer(0.3, cancel.set).start()
    with pytest.raises(Cancelled):
        open_source(f"{postgres}?query=SELECT pg_sleep(60)", cancel=cancel)
    counted = (
        "SELECT count(*) AS n FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%pg_sleep(60)'"
    )
    for _ in range(50):
        if rows(open_source(f"{postgres}?query={counted} AND pid <> pg_backend_pid()"), "n") == [0]:
            break
        time.sleep(0.1)
    else:
        pytest.fail("the server still runs the cancelled query")


def test_a_wrong_password_is_told_and_not_shown(postgres):
    with pytest.raises(BadSource, match="password authentication failed") as caught:
        open_source(f"{postgres.replace('w0rd', 'wr0ng')}?table=cats")
    assert "wr0ng" not in f"{caught.value} {caught.value.values}"


def test_what_is_open_of_postgres_shows_no_password_and_is_shared_while_it_is_the_same(postgres):
    source = f"{postgres}?query=SELECT age FROM cats"
    first = symphony.open(source)
    for text in (
        repr(first),
        repr(first.dataset),
        str(first.dataset.source),
        first.dataset.name,
        title_of(source),
    ):
        assert "w0rd" not in text
    assert "***" in str(first.dataset.source)
    assert symphony.open(source).dataset is first.dataset
