"""Work of libraries that cannot be told to stop, done in a process of its own.

PaCMAP and HDBSCAN run for seconds to minutes inside compiled code and ask
nobody whether to go on. A process can be ended from outside at any moment, and
its compilers, threads and memory go with it. It is started afresh and not
forked: a fork would copy locks that other threads hold. Arrays travel as files
that both sides map into memory, so nothing is pickled and nothing is doubled.

The process ends by itself when ours does: its input then comes to an end.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO

import numpy as np

from symphony_core.errors import PluginError
from symphony_core.specs import Cancel, Progress, never, silent

# How often we ask whether to stop; 100 ms is promised.
POLL_S = 0.05
# A worker of the pool stands for one core, so what it starts takes one as well.
ONE_THREAD = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"), "1"
)
# What a process ended for lack of memory leaves; elsewhere than on POSIX there is no such number.
KILLED = -9
WORKER = Path(__file__).with_name("apart_worker.py")


class Folder:
    """The files through which a process is given its arrays and gives back its own."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def empty(self, name: str, shape: tuple[int, ...]) -> np.memmap:
        """Make a float32 array in a file, to be filled in place and flushed."""
        return np.lib.format.open_memmap(self._file(name), mode="w+", dtype=np.float32, shape=shape)

    def put(self, name: str, values: np.ndarray) -> None:
        """Write an array to a file."""
        np.save(self._file(name), values, allow_pickle=False)

    def get(self, name: str) -> np.ndarray:
        """Read an array back into memory."""
        array: np.ndarray = np.load(self._file(name), allow_pickle=False)
        return array

    def _file(self, name: str) -> Path:
        return self.path / f"{name}.npy"


@contextlib.contextmanager
def folder() -> Iterator[Folder]:
    """Give a folder that is gone afterwards."""
    # Windows refuses to delete what is still mapped; its own clean-up gets it later.
    with tempfile.TemporaryDirectory(prefix="symphony-", ignore_cleanup_errors=True) as path:
        yield Folder(Path(path))


def run_apart(
    task: str,
    files: Folder,
    params: Mapping[str, object],
    *,
    progress: Progress = silent,
    cancel: Cancel = never,
) -> None:
    """Run a task of `apart_worker` over the arrays of a folder, in a process of its own.

    Returns when the task has written its arrays there.
    Raises Cancelled within about 100 ms of the wish, when the process has ended;
    PluginError with the process's last words when it failed or was ended from outside.
    """
    cancel.check()
    command = [sys.executable, "-P", str(WORKER), task, str(files.path), json.dumps(dict(params))]
    errors = files.path / "errors.txt"
    with errors.open("wb") as stderr:
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=stderr,
            env={**os.environ, **ONE_THREAD, "PYTHONIOENCODING": "utf-8"},
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )  # fmt: skip
    try:
        _follow(process, progress, cancel)
    finally:
        _end(process)
    if process.returncode:
        raise PluginError(_failure(task, process.returncode, errors), task=task)


def _follow(process: subprocess.Popen[bytes], progress: Progress, cancel: Cancel) -> None:
    """Pass on what the process reports until it ends. Raises Cancelled."""
    reports: queue.SimpleQueue[tuple[float, str]] = queue.SimpleQueue()
    assert process.stdout is not None
    threading.Thread(target=_read, args=(process.stdout, reports), daemon=True).start()
    while process.poll() is None:
        cancel.check()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(POLL_S)
        report = None
        while not reports.empty():
            report = reports.get()
        if report is not None:
            progress(*report)


def _read(lines: IO[bytes], reports: queue.SimpleQueue[tuple[float, str]]) -> None:
    # the pipe is closed under us when the process is ended
    with contextlib.suppress(ValueError, OSError):
        for line in lines:
            fraction, text = json.loads(line)
            reports.put((fraction, text))


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.kill()
        process.wait()
    for pipe in (process.stdin, process.stdout):
        assert pipe is not None
        pipe.close()


def _failure(task: str, code: int, errors: Path) -> str:
    words = errors.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    if code == KILLED or (code < 0 and not words):
        return (
            f"the process that ran {task} was ended from outside (signal {-code}), most often for lack of "
            "memory; fit on fewer rows."
        )
    return f"the process that ran {task} failed: {words[-1] if words else f'exit code {code}'}"
