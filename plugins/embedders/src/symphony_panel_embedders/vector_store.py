"""Vectors kept on disk by what they were made of, so that changed data cost only their new rows.

A key is a hash of the content, the embedder and its version; the content itself
is not kept. Vectors come in files of some thousand rows, since a file a row
would be a million files. A file is written beside its place and renamed, never
changed, and named by a hash of its bytes: one that was damaged is known by its
name, thrown away, and its rows are encoded again. When all files together are
too large, those unused for longest go first. A folder that cannot be written is
no fault of the data: `problem` says so and the work goes on.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

KEY_BYTES = 16
# 6 MB of 384 numbers; an interrupted run keeps all but the last of them.
FILE_ROWS = 4096
MAX_MB = 2048
# What a process that died left behind is not touched while it may still be written.
_STALE_S = 24 * 3600
_SUFFIX = ".npy"
_PART = ".part"


def cache_folder(environment: Mapping[str, str] = os.environ, platform: str = sys.platform) -> Path | None:
    """Give the folder for what can be computed again: $SYMPHONY_CACHE, else the platform's.

    None when SYMPHONY_CACHE is set to nothing: then nothing is kept.
    """
    named = environment.get("SYMPHONY_CACHE")
    if named is not None:
        return Path(named) if named else None
    if platform == "win32":
        return Path(environment.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local", "symphony", "Cache")
    if platform == "darwin":
        return Path.home() / "Library" / "Caches" / "symphony"
    return Path(environment.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "symphony"


def max_bytes(environment: Mapping[str, str] = os.environ) -> int:
    """Give the bytes that all files may take: $SYMPHONY_CACHE_MB, else 2 GB."""
    named = environment.get("SYMPHONY_CACHE_MB", "")
    return (int(named) if named.isdecimal() else MAX_MB) * 2**20


@dataclass
class _File:
    """Where the vectors of a file start, and the vectors themselves once it was found whole."""

    path: Path
    vectors_at: int
    vectors: np.ndarray | None = None


class VectorStore:
    """The vectors of one embedder; for one run; other runs may use the same folder meanwhile."""

    def __init__(self, folder: Path | None, embedder: str, version: str, dimension: int, limit: int) -> None:
        self.problem = ""
        self._limit = limit
        self._dimension = dimension
        self._seed = hashlib.blake2b(f"{embedder}\0{version}\0".encode(), digest_size=KEY_BYTES)
        self._root = None if folder is None else folder / "vectors"
        self._folder = (
            None if self._root is None else self._root / re.sub(r"[^\w.-]", "_", f"{embedder}-{version}")
        )
        self._files: list[_File] = []
        self._places: dict[bytes, tuple[int, int]] = {}
        self._new_keys: list[bytes] = []
        self._new_vectors: list[np.ndarray] = []
        if self._folder is not None and self._folder.is_dir():
            for path in sorted(self._folder.glob(f"*{_SUFFIX}")):
                self._index(path)

    def key(self, content: str | bytes) -> bytes:
        """Give the name of a content under this embedder and version."""
        digest = self._seed.copy()
        digest.update(content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content)
        return digest.digest()

    def find(self, keys: Sequence[bytes]) -> tuple[np.ndarray, np.ndarray]:
        """Give the positions in `keys` of those that are kept, and their vectors, (m, d) float32."""
        found, vectors = [], []
        for position, key in enumerate(keys):
            vector = self._vector(key)
            if vector is not None:
                found.append(position)
                vectors.append(vector)
        stacked = np.stack(vectors) if vectors else np.empty((0, self._dimension), dtype=np.float32)
        return np.array(found, dtype=np.int64), stacked

    def add(self, keys: Sequence[bytes], vectors: np.ndarray) -> None:
        """Keep vectors, (m, d) float32; they reach the disk some thousand at a time and at `flush`."""
        if self._folder is None or self.problem or not len(keys):
            return
        self._new_keys += keys
        self._new_vectors.append(vectors)
        if len(self._new_keys) >= FILE_ROWS:
            self.flush()

    def flush(self) -> None:
        """Write what was added, then make room; a failure becomes `problem`."""
        if self._folder is None or not self._new_keys:
            return
        keys = np.frombuffer(b"".join(self._new_keys), dtype=np.uint8).reshape(-1, KEY_BYTES)
        vectors = np.concatenate(self._new_vectors).astype("<f4", copy=False)
        self._new_keys, self._new_vectors = [], []
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            _write(self._folder, keys, vectors)
            self._make_room()
        except OSError as error:
            self.problem = f"vectors are not kept: {error.strerror or error} ({self._folder})"

    def _index(self, path: Path) -> None:
        try:
            with path.open("rb") as file:
                keys = _read_array(file)
                if keys.dtype != np.uint8 or keys.shape[1:] != (KEY_BYTES,):
                    raise ValueError("no keys")
                at = file.tell()
        except (OSError, ValueError, EOFError):
            _remove(path)
            return
        number = len(self._files)
        self._files.append(_File(path, at))
        for row, key in enumerate(keys):
            self._places[key.tobytes()] = (number, row)

    def _vector(self, key: bytes) -> np.ndarray | None:
        place = self._places.get(key)
        if place is None:
            return None
        file, row = self._files[place[0]], place[1]
        if file.vectors is None:
            file.vectors = self._opened(file)
        # A file that is gone or damaged has no rows.
        return file.vectors[row] if row < len(file.vectors) else None

    def _opened(self, file: _File) -> np.ndarray:
        """Give the vectors of a file, mapped, once its bytes were found to be what its name says."""
        try:
            with file.path.open("rb") as opened:
                digest = hashlib.file_digest(opened, _digest).hexdigest()
                opened.seek(file.vectors_at)
                shape, _, dtype = _read_header(opened)
                at = opened.tell()
            if digest != file.path.stem or dtype != np.dtype("<f4") or shape[1:] != (self._dimension,):
                raise ValueError("not what its name says")
            vectors = np.memmap(file.path, dtype="<f4", mode="r", offset=at, shape=shape)
            os.utime(file.path)
            return vectors
        except (OSError, ValueError, EOFError):
            _remove(file.path)
            return np.empty((0, self._dimension), dtype=np.float32)

    def _make_room(self) -> None:
        """Remove files, the longest unused first, until all embedders' together fit the limit."""
        assert self._root is not None
        kept = []
        for path in self._root.glob("*/*"):
            try:
                status = path.stat()
            except OSError:
                continue
            if path.suffix == _SUFFIX:
                kept.append((status.st_mtime_ns, status.st_size, path))
            elif path.suffix == _PART and status.st_mtime < time.time() - _STALE_S:
                _remove(path)
        excess = sum(size for _, size, _ in kept) - self._limit
        for _, size, path in sorted(kept):
            if excess <= 0:
                return
            _remove(path)
            excess -= size


def _digest() -> Any:
    """Start the hash that names files; hashlib's own types do not agree on what it is."""
    return hashlib.blake2b(digest_size=KEY_BYTES)


def _write(folder: Path, keys: np.ndarray, vectors: np.ndarray) -> None:
    """Write one file: an array of keys, (m, 16) bytes, then one of vectors, (m, d), both as npy."""
    part = folder / f"{secrets.token_hex(8)}{_PART}"
    try:
        with part.open("wb") as file:
            for array in (keys, vectors):
                np.lib.format.write_array(file, array, allow_pickle=False)
        with part.open("rb") as file:
            name = hashlib.file_digest(file, _digest).hexdigest()
        target = folder / f"{name}{_SUFFIX}"
        if not target.exists():  # equal names are equal bytes, and Windows replaces no open file
            part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def _read_array(file: BinaryIO) -> np.ndarray:
    array: np.ndarray = np.lib.format.read_array(file, allow_pickle=False)
    return array


def _read_header(file: BinaryIO) -> tuple[tuple[int, ...], bool, np.dtype]:
    np.lib.format.read_magic(file)
    return np.lib.format.read_array_header_1_0(file)


def _remove(path: Path) -> None:
    """Delete a file; another process may have done so, or may still have it open (Windows)."""
    try:
        path.unlink(missing_ok=True)
    except OSError:
        return
