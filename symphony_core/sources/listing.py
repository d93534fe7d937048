"""The files in a folder, listed and stat-ed once, and nothing opened.

Names, sizes and times are kept as columns: fifty thousand small tuples would
take longer to make, and to sweep for garbage, than the disk takes to list them.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from operator import attrgetter
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from symphony_core.progress import Progress

# Files between two reports; listing and stat-ing them takes a few milliseconds.
REPORT_FILES = 1_000
_DIGEST_BYTES = 16
_name = attrgetter("name")


@dataclass
class Listing:
    """Files by folder, in each by name.

    folders: "" or "cats/persian/", from the top; counts: how many files of the row of names lie in each.
    has_odd_names: whether names were found not to be UTF-8 when `paths` was made.
    """

    folders: list[str] = field(default_factory=list)
    counts: list[int] = field(default_factory=list)
    own_names: list[str] = field(default_factory=list)
    byte_counts: list[int] = field(default_factory=list)
    changed_ns: list[int] = field(default_factory=list)
    has_odd_names: bool = False

    def __len__(self) -> int:
        return len(self.own_names)

    @cached_property
    def paths(self) -> pa.Array:
        """The path of each file from the top, parted by `/`; bytes that are no UTF-8 as \\xNN."""
        if self.folders == [""]:
            return self._names
        folders = self._as_unicode(self.folders).take(pa.array(self.folder_numbers))
        return pc.binary_join_element_wise(folders, self._names, pa.scalar("", pa.large_string()))

    @cached_property
    def sizes(self) -> np.ndarray:
        """The bytes of each file."""
        return np.array(self.byte_counts, dtype=np.int64)

    @cached_property
    def _names(self) -> pa.Array:
        return self._as_unicode(self.own_names)

    def _as_unicode(self, names: list[str]) -> pa.Array:
        try:
            return pa.array(names, pa.large_string())
        except UnicodeEncodeError:  # disks take any bytes as a name
            self.has_odd_names = True
            shown = [n.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace") for n in names]
            return pa.array(shown, pa.large_string())

    @cached_property
    def folder_numbers(self) -> np.ndarray:
        """For each file the place of its folder in `folders`."""
        return np.repeat(np.arange(len(self.folders)), self.counts)

    def ending_in(self, endings: Sequence[str]) -> np.ndarray:
        """Say for each file whether its name ends so, in any case; endings in lower case."""
        found = np.zeros(len(self), dtype=bool)
        for ending in endings:
            found |= np.asarray(pc.ends_with(self._folded, ending))
        return found

    @cached_property
    def _folded(self) -> pa.Array:
        return pc.ascii_lower(self._names)

    @cached_property
    def digest(self) -> str:
        """32 hex digits that change with any name, size or time."""
        digest = hashlib.blake2b(digest_size=_DIGEST_BYTES)
        for texts in (self.folders, self.own_names):
            digest.update("/".join(texts).encode("utf-8", "surrogateescape"))
        for numbers in (self.counts, self.sizes, self.changed_ns):
            digest.update(np.asarray(numbers, dtype=np.int64).tobytes())
        return digest.hexdigest()


def listed(folder: Path, progress: Progress) -> Listing:
    """Give all files under a folder; hidden ones and folders behind links are skipped."""
    listing = Listing()
    waiting = [""]
    while waiting:
        prefix = waiting.pop()
        count_before = len(listing)
        with _scanned(os.path.join(folder, prefix)) as found:  # noqa: PTH118 - a Path costs as much as the listing
            entries = sorted(found, key=_name)
            for start in range(0, len(entries), REPORT_FILES):
                inner = _add_files(entries[start : start + REPORT_FILES], listing)
                waiting += [f"{prefix}{entry.name}/" for entry in reversed(inner)]
                progress(0.0, f"{len(listing):,} files found")
        if len(listing) > count_before:
            listing.folders.append(prefix)
            listing.counts.append(len(listing) - count_before)
    return listing


@contextmanager
def _scanned(folder: str) -> Iterator[Iterator[os.DirEntry[str]]]:
    """List a folder; by its handle where the system can, so that no `stat` walks the whole path again."""
    if os.scandir not in os.supports_fd:
        with os.scandir(folder) as entries:
            yield entries
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        with os.scandir(handle) as entries:
            yield entries
    finally:
        os.close(handle)


def _add_files(entries: Sequence[os.DirEntry[str]], listing: Listing) -> list[os.DirEntry[str]]:
    """Add the files among entries; give the folders."""
    shown = [entry for entry in entries if entry.name[0] != "."]
    files = [entry for entry in shown if entry.is_file()]
    statuses = [entry.stat() for entry in files]
    listing.own_names += [entry.name for entry in files]
    listing.byte_counts += [status.st_size for status in statuses]
    listing.changed_ns += [status.st_mtime_ns for status in statuses]
    if len(files) == len(shown):
        return []
    return [entry for entry in shown if entry.is_dir(follow_symlinks=False)]
