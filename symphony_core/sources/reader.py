"""What a source is, and what reads it: one row of a table for each kind.

A reader names the endings it takes and how it knows its content. The ending
says what was meant, the first bytes say what is there; where the two disagree
the person is told, because a wrong guess shows wrong data.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from symphony_core import fingerprint
from symphony_core.progress import Progress
from symphony_core.sources.listing import Listing
from symphony_core.sources.loading import Loaded
from symphony_core.sources.options import SourceOptions

# Endings of compressed text; what stands before them says what is inside.
COMPRESSIONS = {".gz": "gzip", ".zst": "zstd", ".bz2": "bz2"}
HEAD_BYTES = 2**16


@dataclass(frozen=True)
class Place:
    """A file or folder that is there.

    asked: what followed `?` behind a database file, e.g. "table=cats". files: those of a folder.
    """

    path: Path
    asked: str = ""
    files: Listing = field(default_factory=Listing)

    @property
    def ending(self) -> str:
        """The ending in lower case, that of a compressed file without its compression."""
        return ending_of(self.path)

    def head(self) -> bytes:
        """Give the first bytes of a file."""
        with self.path.open("rb") as file:
            return file.read(HEAD_BYTES)


Read = Callable[[Place, SourceOptions, Progress], Loaded]
Fingerprint = Callable[[Place, Loaded, Progress], str]


def by_bytes(place: Place, loaded: Loaded, progress: Progress) -> str:
    """Give the fingerprint of a file's bytes."""
    return fingerprint.of_file(place.path, lambda: progress(1.0, "checking what was read"))


def by_values(place: Place, loaded: Loaded, progress: Progress) -> str:
    """Give the fingerprint of the values that were read; for what is more, or less, than one file."""
    return fingerprint.of_frame(loaded.frame, {n: vectors.values for n, vectors in loaded.vectors.items()})


def by_names(place: Place, loaded: Loaded, progress: Progress) -> str:
    """Give the fingerprint of names, sizes and times of files whose content was not read."""
    return place.files.digest


@dataclass(frozen=True)
class Reader:
    """One kind of source.

    what: what it is called in a sentence, with its article.
    endings: of files, in lower case with the dot, as the person would write them.
    knows: whether it is of this kind by content alone; of a folder, whether it is laid out so.
    is_text: whether it is also read from a compressed file.
    """

    what: str
    read: Read
    endings: tuple[str, ...] = ()
    knows: Callable[[Place], bool] = lambda place: False
    fingerprint: Fingerprint = by_bytes
    is_text: bool = False


def ending_of(path: Path) -> str:
    """Give the ending in lower case; of `a.csv.gz` it is `.csv`."""
    ending = path.suffix.casefold()
    if ending in COMPRESSIONS and Path(path.stem).suffix:
        return Path(path.stem).suffix.casefold()
    return ending


def is_compressed(path: Path) -> bool:
    """Say whether the name says that the content is compressed."""
    return path.suffix.casefold() in COMPRESSIONS
