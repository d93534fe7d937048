"""Opening takes its time in the open: progress, cancel, sharing, plugins for what is not ours."""

from __future__ import annotations

import json
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.feather as feather
import pyarrow.parquet as pq
import pytest
from plugin_factory import install_plugin

import symphony_core as symphony
from symphony_core import waiting
from symphony_core.errors import BadFormat, BadSource, Cancelled
from symphony_core.jobs import CancelFlag
from symphony_core.manifest import Manifest
from symphony_core.sources import once, open_source

ROWS = 60_000


def csv_file(path: Path) -> Path:
    path.write_text("n,t\n" + "".join(f"{i},text number {i}\n" for i in range(ROWS)))
    return path


def jsonl_file(path: Path) -> Path:
    path.write_text("".join(json.dumps({"n": i}) + "\n" for i in range(ROWS)))
    return path


def parquet_file(path: Path) -> Path:
    pq.write_table(pa.table({"n": np.arange(ROWS)}), path)
    return path


def arrow_file(path: Path) -> Path:
    feather.write_feather(pa.table({"n": np.arange(ROWS)}), str(path))
    return path


def images(path: Path) -> Path:
    for number in range(30):
        (path / f"{number}").mkdir(parents=True)
        (path / f"{number}" / "a.png").touch()
    return path


KINDS = [
    ("a.csv", csv_file), ("a.jsonl", jsonl_file), ("a.parquet", parquet_file), ("a.arrow", arrow_file),
    ("images", images),
]  # fmt: skip


@pytest.mark.parametrize(("name", "make"), KINDS)
def test_progress_rises_to_the_end_and_says_what_is_done(tmp_path, name, make):
    heard: list[tuple[float, str]] = []
    open_source(make(tmp_path / name), progress=lambda fraction, text: heard.append((fraction, text)))
    fractions = [fraction for fraction, _ in heard]
    assert len(fractions) > 2
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0
    assert all(text for _, text in heard)


@pytest.mark.parametrize(("name", "make"), KINDS)
def test_progress_is_told_on_the_thread_that_opens(tmp_path, name, make):
    threads: set[int] = set()
    open_source(make(tmp_path / name), progress=lambda fraction, text: threads.add(threading.get_ident()))
    assert threads == {threading.get_ident()}


class CancelAfter:
    """Stops at the k-th time it is asked."""

    def __init__(self, count: int) -> None:
        self.count = count

    def is_set(self) -> bool:
        return self.count <= 0

    def check(self) -> None:
        self.count -= 1
        if self.is_set():
            raise Cancelled("cancelled; nothing was changed.")


@pytest.mark.parametrize(("name", "make"), KINDS)
@pytest.mark.parametrize("count", [1, 2, 3])
def test_an_open_that_is_cancelled_anywhere_leaves_nothing_behind(tmp_path, name, make, count):
    path = make(tmp_path / name)
    with pytest.raises(Cancelled):
        open_source(path, cancel=CancelAfter(count))
    assert once._turns == {}
    assert len(open_source(path)) in (ROWS, 30)


def test_ctrl_c_leaves_nothing_half_done(tmp_path):
    path = csv_file(tmp_path / "a.csv")

    def interrupt(fraction: float, text: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        open_source(path, progress=interrupt)
    assert once._turns == {}
    assert len(open_source(path)) == ROWS


def test_who_waits_for_another_reader_can_be_cancelled_alone(tmp_path):
    path, cancel, is_reading, may_end = (
        csv_file(tmp_path / "a.csv"),
        CancelFlag(),
        threading.Event(),
        threading.Event(),
    )

    def hold(fraction: float, text: str) -> None:
        is_reading.set()
        assert may_end.wait(20)

    with ThreadPoolExecutor(2) as pool:
        reader = pool.submit(open_source, path, None, hold)
        assert is_reading.wait(20)
        waiter = pool.submit(open_source, path, None, lambda fraction, text: None, cancel)
        time.sleep(0.1)
        cancel.set()
        with pytest.raises(Cancelled):
            waiter.result(20)
        may_end.set()
        assert len(reader.result(20)) == ROWS


def test_when_the_reader_is_cancelled_who_waits_takes_over(tmp_path):
    path, cancel, is_reading, may_end = (
        csv_file(tmp_path / "a.csv"),
        CancelFlag(),
        threading.Event(),
        threading.Event(),
    )

    def hold(fraction: float, text: str) -> None:
        is_reading.set()
        assert may_end.wait(20)

    with ThreadPoolExecutor(2) as pool:
        reader = pool.submit(open_source, path, None, hold, cancel)
        assert is_reading.wait(20)
        waiter = pool.submit(open_source, path)
        cancel.set()
        may_end.set()
        with pytest.raises(Cancelled):
            reader.result(20)
        assert len(waiter.result(20)) == ROWS


# --- in the terminal and in a cell -----------------------------------------------------


class Terminal:
    def __init__(self) -> None:
        self.text = ""

    def write(self, text: str) -> None:
        self.text += text

    def flush(self) -> None:
        pass

    def isatty(self) -> bool:
        return True


def terminal(monkeypatch) -> Terminal:
    """Put a terminal in the place of stderr; within the test, since pytest sets stderr before it."""
    made = Terminal()
    monkeypatch.setattr(sys, "stderr", made)
    return made


def test_a_long_read_shows_a_line_in_the_terminal_and_wipes_it(tmp_path, monkeypatch):
    monkeypatch.setattr(waiting, "PATIENCE_S", 0)
    screen = terminal(monkeypatch)
    symphony.open(csv_file(tmp_path / "a.csv"))
    shown = screen.text.split("\r")
    assert any(part.startswith("reading a: ") and "MB" in part for part in shown)
    assert shown[-1] == "" and shown[-2].strip() == ""


def test_a_quick_read_shows_nothing(tmp_path, monkeypatch):
    screen = terminal(monkeypatch)
    symphony.open(parquet_file(tmp_path / "a.parquet"))
    assert screen.text == ""


def test_what_is_no_terminal_gets_no_progress(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(waiting, "PATIENCE_S", 0)
    symphony.open(csv_file(tmp_path / "a.csv"))
    assert capsys.readouterr().err == ""


def test_a_name_cannot_move_the_cursor_of_the_terminal(monkeypatch):
    screen = terminal(monkeypatch)
    waiting._in_terminal("a\x1b[2Jb\nc")
    assert screen.text.rstrip() == "\ra [2Jb c"


def test_a_long_read_updates_one_text_below_the_cell_and_empties_it(monkeypatch):
    display = pytest.importorskip("IPython.display")
    shown: list[str] = []

    class Handle:
        def update(self, data, raw):
            shown.append(data["text/plain"])

    monkeypatch.setattr(waiting.notebook, "in_kernel", lambda: True)
    monkeypatch.setattr(
        display, "display", lambda data, raw, display_id: shown.append(data["text/plain"]) or Handle()
    )
    monkeypatch.setattr(waiting, "PATIENCE_S", 0)
    monkeypatch.setattr(waiting, "REPORT_EVERY_S", 0)
    with waiting.shown_progress("reading a") as progress:
        progress(0.5, "1 of 2 rows")
        progress(1.0, "2 of 2 rows")
    assert shown == ["reading a: 50%, 1 of 2 rows", "reading a: 100%, 2 of 2 rows", ""]


# --- what plugins are asked for ----------------------------------------------------------

PLUGIN = """
import pandas as pd
from symphony_core.dataset import Dataset
from symphony_core.hookspecs import hookimpl
from symphony_core.roles import Roles
api = 1

@hookimpl
def open_dataset(source):
    frame = pd.DataFrame({"row_id": [0]})
    return Dataset(frame, name=source, fingerprint="f", id_column="row_id", roles=Roles())
"""


TAKEN = ["book.xlsx", "folder", "missing.xlsx", "s3://bucket/x.parquet", "hf:cats"]


@pytest.mark.parametrize("source", [*TAKEN, Path("book.xlsx"), Path("folder")], ids=repr)
def test_whatever_is_not_ours_is_asked_of_plugins(plugin_folder, tmp_path, monkeypatch, source):
    monkeypatch.chdir(tmp_path)
    Path("book.xlsx").write_bytes(b"PK\x03\x04")
    Path("folder").mkdir()
    Path("folder", "notes.md").write_text("x")
    install_plugin(plugin_folder, "taker", PLUGIN)
    opened = symphony.open(source, config=Manifest(allow=("taker",)))
    assert opened.dataset.name == str(source)


@pytest.mark.parametrize("name", ["a.csv", "table.data", "images"])
def test_what_is_ours_is_not(plugin_folder, tmp_path, name):
    csv_file(tmp_path / "a.csv")
    parquet_file(tmp_path / "table.data")
    images(tmp_path / "images")
    install_plugin(plugin_folder, "thief", PLUGIN)
    opened = symphony.open(tmp_path / name, config=Manifest(allow=("thief",)))
    assert opened.dataset.name == Path(name).stem


def test_a_missing_file_of_a_kind_of_ours_is_missing_whatever_plugins_there_are(plugin_folder, tmp_path):
    install_plugin(plugin_folder, "thief", PLUGIN)
    with pytest.raises(BadSource, match="there is no file"):
        symphony.open(tmp_path / "a.parquet", config=Manifest(allow=("thief",)))


def test_a_file_that_no_plugin_takes_names_what_can_be_opened(tmp_path):
    (tmp_path / "book.xlsx").write_bytes(b"PK\x03\x04")
    with pytest.raises(BadFormat, match=r"ends in \.xlsx; files that can be opened end in"):
        symphony.open(tmp_path / "book.xlsx")
