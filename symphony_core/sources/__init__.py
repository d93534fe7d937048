"""From whatever holds a table to a Dataset.

A file is opened once a process: who opens the same path with the same options
gets the same Dataset while anybody still uses it, and two who ask at the same
moment wait for one reading. A file that changed is another file.
"""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import TypeAlias
from weakref import WeakValueDictionary

import pandas as pd
import pyarrow as pa

from symphony_core import fingerprint
from symphony_core.dataset import Dataset
from symphony_core.errors import BadFormat, BadSource, SourceNotFound
from symphony_core.sources import demo
from symphony_core.sources.csv_file import read_csv
from symphony_core.sources.finishing import finish
from symphony_core.sources.loading import Loaded
from symphony_core.sources.memory import open_arrow, open_frame
from symphony_core.sources.options import Progress, SourceOptions, silent
from symphony_core.sources.parquet_file import is_parquet, read_parquet

__all__ = ["Progress", "Source", "SourceOptions", "can_open", "open_source"]

SUFFIXES = (".parquet", ".pq", ".csv")

Source: TypeAlias = str | os.PathLike[str] | pd.DataFrame | pa.Table
_Key = tuple[str, int, int, SourceOptions]

_opened: WeakValueDictionary[_Key, Dataset] = WeakValueDictionary()
_reading: dict[_Key, threading.Lock] = {}
_lock = threading.Lock()


def open_source(source: Source, options: SourceOptions | None = None, progress: Progress = silent) -> Dataset:
    """Open a .parquet or .csv file, a DataFrame, an Arrow table or `demo:NAME`.

    progress: called with a fraction from 0 to 1 and a text while a file is read.
    Raises SourceNotFound, BadFormat, BadRole, BadRows, or BadSource for anything else.
    """
    options = options or SourceOptions()
    if isinstance(source, pd.DataFrame):
        return open_frame(source, options)
    if isinstance(source, pa.Table):
        return open_arrow(source, options, progress)
    if not isinstance(source, (str, os.PathLike)):
        raise BadSource(
            f"cannot open {type(source).__name__}; give a path, a pandas DataFrame or an Arrow table.",
            source=source,
        )
    if isinstance(source, str) and source.startswith(demo.PREFIX):
        return _open_path(demo.demo_path(source), options, progress, source)
    return _open_path(Path(source), options, progress, str(source))


def can_open(source: str) -> bool:
    """Say whether text names something that `open_source` opens itself, rather than a plugin."""
    if source.startswith(demo.PREFIX):
        return True
    path = Path(source)
    try:
        return path.suffix.casefold() in SUFFIXES or path.expanduser().exists()
    except (OSError, ValueError, RuntimeError):
        return False


def _open_path(path: Path, options: SourceOptions, progress: Progress, source: str) -> Dataset:
    try:
        real = path.expanduser().resolve(strict=True)
        _check_file(real, source)
        status = real.stat()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise SourceNotFound(
            f"there is no file {source!r} (looked in {path.expanduser().absolute().parent}).", source=source
        ) from error
    except (OSError, ValueError, RuntimeError) as error:
        raise BadSource(f"{source!r} cannot be read: {error}.", source=source) from error
    key = (str(real), status.st_size, status.st_mtime_ns, options)
    with _lock:
        ours = _reading.setdefault(key, threading.Lock())
    try:
        with ours:
            dataset = _opened.get(key)
            if dataset is None:
                dataset = _opened[key] = _read(real, options, progress, source)
            return dataset
    finally:
        with _lock:
            _reading.pop(key, None)


def _check_file(path: Path, source: str) -> None:
    if path.is_dir():
        raise BadSource(f"{source!r} is a folder; name one .parquet or .csv file in it.", source=source)
    if not path.is_file():
        raise BadSource(f"{source!r} is no ordinary file; name a .parquet or .csv file.", source=source)
    if path.stat().st_size == 0:
        raise BadFormat(f"{source!r} is empty (0 bytes); write or copy it again.", source=source)
    with path.open("rb"):
        pass  # who may not read it is told here, before anything else is tried


def _read(path: Path, options: SourceOptions, progress: Progress, source: str) -> Dataset:
    attribution: str | None = None
    loaded: Loaded
    suffix = path.suffix.casefold()
    if suffix == ".csv":
        if is_parquet(path):
            raise BadFormat(f"{path.name} is a Parquet file; rename it to end in .parquet.", source=source)
        loaded = read_csv(path, options, progress)
    elif suffix in SUFFIXES or is_parquet(path):
        loaded, attribution = read_parquet(path, options, progress)
    else:
        raise BadFormat(
            f"{path.name} ends in {suffix or 'nothing'}; files that can be opened end in .parquet or .csv.",
            source=source,
        )
    return finish(
        loaded,
        options,
        name=path.stem,
        fingerprint=fingerprint.of_file(path),
        source=source,
        attribution=attribution,
        media_root=path.parent,
    )
