"""From whatever holds a table to a Dataset.

`kinds` lists what can be opened without a plugin, a line each. A file is opened
once a process (`once`); a file or folder that changed is another one.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TypeAlias

import pandas as pd
import pyarrow as pa

from symphony_core.dataset import Dataset
from symphony_core.errors import BadFormat, BadSource, SourceNotFound
from symphony_core.progress import Cancel, Progress, cancellable, never, silent
from symphony_core.sources import demo
from symphony_core.sources.address import masked
from symphony_core.sources.finishing import finish
from symphony_core.sources.kinds import chosen_file, chosen_folder, is_foreign, is_known, located
from symphony_core.sources.listing import Listing, listed
from symphony_core.sources.memory import finish_frame, open_arrow, open_frame
from symphony_core.sources.once import opened_once, shared_if_equal
from symphony_core.sources.options import SourceOptions
from symphony_core.sources.postgres import is_postgres, name_of, read_postgres
from symphony_core.sources.reader import Place, Reader, is_compressed

__all__ = ["Cancel", "Progress", "Source", "SourceOptions", "can_open", "open_source", "title_of"]

Source: TypeAlias = str | os.PathLike[str] | pd.DataFrame | pa.Table


def open_source(
    source: Source,
    options: SourceOptions | None = None,
    progress: Progress = silent,
    cancel: Cancel = never,
) -> Dataset:
    """Open a file, a folder, a database, a DataFrame, an Arrow table or `demo:NAME`.

    progress: called on this thread with a fraction from 0 to 1 and a text while something is read.
    cancel: polled at each of these calls; a cancelled open leaves nothing behind.
    Raises SourceNotFound, BadFormat, BadRole, BadRows, Cancelled, or BadSource for anything else.
    """
    options, progress = options or SourceOptions(), cancellable(progress, cancel)
    if isinstance(source, pd.DataFrame):
        return open_frame(source, options)
    if isinstance(source, pa.Table):
        return open_arrow(source, options, progress)
    if not isinstance(source, (str, os.PathLike)):
        raise BadSource(
            f"cannot open {type(source).__name__}; give a path, a pandas DataFrame or an Arrow table.",
            source=source,
        )
    text = os.fspath(source)
    if text.startswith(demo.PREFIX):
        return _open_place(Place(demo.demo_path(text)), options, progress, text)
    if is_postgres(text):
        loaded = read_postgres(text, options, progress)
        fresh = finish_frame(loaded, options, name_of(text), masked(text))
        return shared_if_equal((masked(text), options), fresh)
    place = located(text)
    if is_foreign(text):
        raise BadSource(
            f"nothing here opens {masked(text)!r}; give a file or folder, sqlite:///FILE, "
            "postgresql://..., or install a plugin that opens such addresses.",
            source=masked(text),
        )
    return _open_place(place, options, progress, masked(text))


def can_open(source: str) -> bool:
    """Say whether text names something that `open_source` opens itself, rather than a plugin."""
    if source.startswith(demo.PREFIX) or is_postgres(source):
        return True
    if is_foreign(source):
        return False
    try:
        place = located(source)
        return is_known(Place(place.path.expanduser(), place.asked))
    except (OSError, ValueError, RuntimeError):
        return False


def title_of(source: str) -> str:
    """Give a short name for a source, fit for a page's title: no folders, no password."""
    if is_postgres(source):
        return name_of(source)
    return _name(located(source).path).removeprefix(demo.PREFIX)


def _open_place(place: Place, options: SourceOptions, progress: Progress, source: str) -> Dataset:
    try:
        real = place.path.expanduser().resolve(strict=True)
        files = listed(real, progress) if real.is_dir() else None
        if files is None:
            _check_file(real, source)
        status = real.stat()
    except (FileNotFoundError, NotADirectoryError) as error:
        folder = place.path.expanduser().absolute().parent
        raise SourceNotFound(f"there is no file {source!r} (looked in {folder}).", source=source) from error
    except (OSError, ValueError, RuntimeError) as error:
        raise BadSource(f"{source!r} cannot be read: {error}.", source=source) from error
    found = Place(real, place.asked, files or Listing())
    if files is None:
        stamp: tuple[object, ...] = (status.st_size, status.st_mtime_ns, _log_stamp(real), place.asked)
    else:
        stamp = (files.digest,)

    def read() -> Dataset:
        reader = chosen_file(found, source) if files is None else chosen_folder(found, source)
        return _read(reader, found, options, progress, source)

    return opened_once((str(real), stamp, options), read, progress)


def _read(reader: Reader, place: Place, options: SourceOptions, progress: Progress, source: str) -> Dataset:
    loaded = reader.read(place, options, progress)
    loaded.media_root = loaded.media_root or place.path.parent
    content = reader.fingerprint(place, loaded, progress)
    return finish(loaded, options, name=_name(place.path), fingerprint=content, source=source)


def _check_file(path: Path, source: str) -> None:
    if not path.is_file():
        raise BadSource(f"{source!r} is no ordinary file; name a file with a table.", source=source)
    if path.stat().st_size == 0:
        raise BadFormat(f"{source!r} is empty (0 bytes); write or copy it again.", source=source)
    with path.open("rb"):
        pass  # who may not read it is told here, before anything else is tried


def _log_stamp(path: Path) -> int:
    """Give the time of the log in which SQLite and DuckDB keep what is not in the file yet; 0 without one."""
    logs = [path.with_name(path.name + "-wal"), path.with_name(path.name + ".wal")]
    return max((log.stat().st_mtime_ns for log in logs if log.exists()), default=0)


def _name(path: Path) -> str:
    return Path(path.stem).stem if is_compressed(path) else path.stem
