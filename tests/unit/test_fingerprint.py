"""Fingerprints: every byte counts, also in what is too large to hash whole."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from symphony_core import fingerprint


@pytest.fixture
def folded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Treat everything as too large to be hashed whole."""
    monkeypatch.setattr(fingerprint, "WHOLE_BYTES", 0)


def written(path: Path, data: bytes) -> str:
    path.write_bytes(data)
    return fingerprint.of_file(path)


def test_equal_files_have_equal_fingerprints(tmp_path):
    assert written(tmp_path / "a", b"data") == written(tmp_path / "b", b"data")
    assert written(tmp_path / "a", b"data") != written(tmp_path / "b", b"datb")


@pytest.mark.usefixtures("folded")
@pytest.mark.parametrize("place", [0, 5, 8_192, 100_000, 299_999])
def test_each_byte_of_a_large_file_counts(tmp_path, place):
    data = bytes(300_000)
    changed = data[:place] + b"\x01" + data[place + 1 :]
    assert written(tmp_path / "a", data) != written(tmp_path / "b", changed)


@pytest.mark.usefixtures("folded")
@pytest.mark.parametrize(("one", "other"), [(0, 8), (0, 8_192), (8, 16_384), (8, 8_200)])
def test_two_values_exchanged_in_a_large_file_count(tmp_path, one, other):
    data = bytearray(np.arange(40_000, dtype=np.uint64).tobytes())
    changed = bytearray(data)
    changed[one : one + 8], changed[other : other + 8] = data[other : other + 8], data[one : one + 8]
    assert written(tmp_path / "a", bytes(data)) != written(tmp_path / "b", bytes(changed))


@pytest.mark.usefixtures("folded")
def test_each_value_of_a_large_array_counts():
    vectors = np.zeros((1_000, 64), dtype=np.float32)
    changed = vectors.copy()
    changed[700, 3] = 1e-30
    frame = pd.DataFrame(index=pd.RangeIndex(1_000))
    assert fingerprint.of_frame(frame, {"v": vectors}) != fingerprint.of_frame(frame, {"v": changed})
