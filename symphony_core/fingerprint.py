"""A short name for the content of a dataset.

Masks, computed columns and findings say which data they belong to by this
name. Every byte counts towards it, also in files of many gigabytes: up to
256 MB through blake2b; above that each block of 8 MB is first folded into its
row and column sums, which reads at the speed of memory and still changes with
every single value and every exchange of two. Sampling a few blocks was not
chosen, because an edit between the samples would bring back stale masks.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

WHOLE_BYTES = 256 * 2**20
BLOCK_BYTES = 8 * 2**20
_WORDS_A_ROW = 1024
_DIGEST_BYTES = 16


def of_file(path: Path, each_block: Callable[[], object] = lambda: None) -> str:
    """Give the fingerprint of a file's bytes (32 hex digits).

    each_block: called now and then; what it raises ends the reading.
    """
    digest = _hasher()
    size = path.stat().st_size
    digest.update(f"file:{size}".encode())
    block = bytearray(BLOCK_BYTES)
    with path.open("rb", buffering=0) as file:
        while count := file.readinto(block):
            each_block()
            if size <= WHOLE_BYTES:
                digest.update(memoryview(block)[:count])
            else:
                digest.update(_folded(np.frombuffer(block, dtype=np.uint8, count=count)))
    return digest.hexdigest()


def of_frame(frame: pd.DataFrame, vectors: Mapping[str, np.ndarray]) -> str:
    """Give the fingerprint of canonical columns and embeddings (32 hex digits)."""
    digest = _hasher()
    digest.update(f"frame:{len(frame)}".encode())
    for name in frame.columns:
        digest.update(f"\0{name}\0{frame[name].dtype}".encode())
        _add_column(digest, frame[name])
    for name, values in vectors.items():
        digest.update(f"\0{name}\0vectors{values.shape}".encode())
        _add_array(digest, values)
    return digest.hexdigest()


def _hasher() -> hashlib.blake2b:
    return hashlib.blake2b(digest_size=_DIGEST_BYTES)


def _folded(block: np.ndarray) -> bytes:
    """Give the sums over rows and over columns of a block seen as 64-bit words."""
    row_bytes = 8 * _WORDS_A_ROW
    whole = len(block) // row_bytes * row_bytes
    words = block[:whole].view(np.uint64).reshape(-1, _WORDS_A_ROW)
    sums = words.sum(axis=0, dtype=np.uint64).tobytes() + words.sum(axis=1, dtype=np.uint64).tobytes()
    return sums + block[whole:].tobytes()


def _add_array(digest: hashlib.blake2b, values: np.ndarray) -> None:
    data = np.ascontiguousarray(values).reshape(-1).view(np.uint8)
    if len(data) <= WHOLE_BYTES:
        digest.update(data.data)
        return
    for start in range(0, len(data), BLOCK_BYTES):
        digest.update(_folded(data[start : start + BLOCK_BYTES]))


def _add_column(digest: hashlib.blake2b, series: pd.Series) -> None:
    dtype = series.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        _add_text(digest, pa.chunked_array([pa.array(series.cat.categories.tolist(), pa.large_string())]))
        _add_array(digest, series.cat.codes.to_numpy())
    elif isinstance(dtype, (pd.StringDtype, pd.ArrowDtype)):
        column = pa.array(series.array, from_pandas=True)
        column = column if isinstance(column, pa.ChunkedArray) else pa.chunked_array([column])
        if isinstance(dtype, pd.StringDtype):
            _add_text(digest, column.cast(pa.large_string()))
        else:
            _add_arrow(digest, column)
    elif isinstance(dtype, np.dtype) and dtype.kind != "O":
        _add_array(digest, series.to_numpy())
    elif isinstance(dtype, pd.DatetimeTZDtype):
        _add_array(digest, series.dt.tz_convert("UTC").dt.tz_localize(None).to_numpy())
    else:
        _add_array(digest, pd.util.hash_pandas_object(series, index=False).to_numpy())


def _add_text(digest: hashlib.blake2b, text: pa.ChunkedArray) -> None:
    """Add lengths (-1 for null) and characters, however the text is cut into chunks."""
    lengths = [np.asarray(pc.binary_length(chunk).fill_null(-1)) for chunk in text.chunks]
    for length in lengths:
        digest.update(length.astype(np.int64).tobytes())
    for chunk in text.chunks:
        offsets = np.frombuffer(chunk.buffers()[1], dtype=np.int64)[
            chunk.offset : chunk.offset + len(chunk) + 1
        ]
        data = chunk.buffers()[2]
        if len(chunk) and data is not None and not chunk.null_count:
            digest.update(memoryview(data)[offsets[0] : offsets[-1]])
        elif chunk.null_count:  # bytes under a null are undefined
            digest.update("".join(chunk.drop_null().to_pylist()).encode())


class _Sink(io.RawIOBase):
    """A file that only hashes what is written to it."""

    def __init__(self, digest: hashlib.blake2b) -> None:
        self._digest = digest

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        view = memoryview(data)  # type: ignore[arg-type]  # Arrow hands over bytes or its own buffers
        self._digest.update(view)
        return view.nbytes


def _add_arrow(digest: hashlib.blake2b, column: pa.ChunkedArray) -> None:
    table = pa.table([column], names=["column"]).combine_chunks()
    with pa.ipc.new_stream(pa.PythonFile(_Sink(digest), mode="w"), table.schema) as writer:
        writer.write_table(table)
