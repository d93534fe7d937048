"""The files in a folder, listed and stat-ed once, and nothing opened.

Names, sizes and times are kept as columns: fifty thousand small tuples would
take longer to make, and to sweep for garbage, than the disk takes to list them.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
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
    """

    folders: list[str] = field(default_factory=list)
    counts: list[int] = field(default_factory=list)
    own_names: list[str] = field(default_factory=list)
    byte_counts: list[int] = field(default_factory=list)
    changed_ns: list[int] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.own_names)

    @cached_property
    def paths(self) -> pa.Array:
        """The path of each file from the top, parted by `/`; bytes that are no UTF-8 as \\xNN."""
        names = _as_unicode(self.own_names)
        if self.folders == [""]:
            return names
        folders = _as_unicode(self.folders).take(pa.array(self.folder_numbers))
        return pc.binary_join_element_wise(folders, names, pa.scalar("", pa.large_string()))

    @cached_property
    def folder_numbers(self) -> np.ndarray:
        """For each file the place of its folder in `folders`."""
        return np.repeat(np.arange(len(self.folders)), self.counts)

    @cached_property
    def odd_count(self) -> int:
        """How many names are not UTF-8; nothing can be opened by what is shown of them."""
        return sum(1 for name in self.own_names if not _is_unicode(name))

    def ending_in(self, endings: Sequence[str]) -> np.ndarray:
        """Say for each file whether its name ends so, in any case; endings in lower case."""
        found = np.zeros(len(self), dtype=bool)
        for ending in endings:
            found |= np.asarray(pc.ends_with(self._folded, ending))
        return found

    @cached_property
    def _folded(self) -> pa.Array:
        return pc.ascii_lower(self.paths)

    def digest(self) -> str:
        """Give 32 hex digits that change with any name, size or time."""
        digest = hashlib.blake2b(digest_size=_DIGEST_BYTES)
        for texts in (self.folders, self.own_names):
            digest.update("/".join(texts).encode("utf-8", "surrogateescape"))
        for numbers in (self.counts, self.byte_counts, self.changed_ns):
            digest.update(np.array(numbers, dtype=np.int64).tobytes())
        return digest.hexdigest()


def listed(folder: Path, progress: Progress) -> Listing:
    """Give all files under a folder; hidden ones and folders behind links are skipped."""
    listing = Listing()
    waiting = [(str(folder), "")]
    while waiting:
        place, prefix = waiting.pop()
        with os.scandir(place) as found:
            entries = sorted(found, key=_name)
        count_before = len(listing)
        for start in range(0, len(entries), REPORT_FILES):
            others = _add_files(entries[start : start + REPORT_FILES], listing)
            waiting += [(entry.path, f"{prefix}{entry.name}/") for entry in reversed(others)]
            progress(0.0, f"{len(listing):,} files found")
        if len(listing) > count_before:
            listing.folders.append(prefix)
            listing.counts.append(len(listing) - count_before)
    return listing


def _add_files(entries: Sequence[os.DirEntry[str]], listing: Listing) -> list[os.DirEntry[str]]:
    """Add the files among entries; give the folders."""
    names, byte_counts, changed_ns = listing.own_names, listing.byte_counts, listing.changed_ns
    folders = []
    for entry in entries:
        name = entry.name
        if name[0] == ".":
            continue
        if entry.is_file():
            status = entry.stat()
            names.append(name)
            byte_counts.append(status.st_size)
            changed_ns.append(status.st_mtime_ns)
        elif entry.is_dir(follow_symlinks=False):
            folders.append(entry)
    return folders


def _as_unicode(names: list[str]) -> pa.Array:
    try:
        return pa.array(names, pa.large_string())
    except UnicodeEncodeError:  # disks take any bytes as a name
        shown = [
            name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace") for name in names
        ]
        return pa.array(shown, pa.large_string())


def _is_unicode(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True
