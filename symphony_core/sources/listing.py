"""The files in a folder, listed and stat-ed once, and nothing opened."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from symphony_core.progress import Progress

_DIGEST_BYTES = 16


class Entry(NamedTuple):
    """A file. name: its path from the folder, parted by `/`."""

    name: str
    byte_count: int
    changed_ns: int


def listed(folder: Path, progress: Progress) -> list[Entry]:
    """Give all files under a folder, by name; hidden ones and folders behind links are skipped."""
    found: list[Entry] = []
    waiting = [(str(folder), "")]
    while waiting:
        place, prefix = waiting.pop()
        with os.scandir(place) as entries:
            for entry in entries:
                if entry.name.startswith("."):
                    continue
                if entry.is_file():
                    status = entry.stat()
                    found.append(Entry(prefix + entry.name, status.st_size, status.st_mtime_ns))
                    if len(found) % 1_000 == 0:
                        progress(0.0, f"{len(found):,} files found")
                elif entry.is_dir(follow_symlinks=False):
                    waiting.append((entry.path, f"{prefix}{entry.name}/"))
        progress(0.0, f"{len(found):,} files found")
    found.sort()
    return found


def digest_of(entries: Sequence[Entry]) -> str:
    """Give 32 hex digits that change with any name, size or time."""
    digest = hashlib.blake2b(digest_size=_DIGEST_BYTES)
    digest.update("\n".join([entry.name for entry in entries]).encode("utf-8", "surrogateescape"))
    digest.update(repr([entry[1:] for entry in entries]).encode())
    return digest.hexdigest()
