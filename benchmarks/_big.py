"""Big synthetic tables for the benchmarks, made once and kept in `.cache/`.

make_big.py beside the checkout makes them where it is there; else the same
columns are made here, alike in types, levels and spread but not in every value.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

ROOT = Path(__file__).resolve().parent.parent
MAKE_BIG = ROOT.parent / "shared" / "data" / "make_big.py"
CACHE = Path(__file__).resolve().parent / ".cache"
CHUNK_ROWS = 1_000_000
CLUSTER_COUNT = 12

CATEGORIES = tuple(f"c{number:02d}" for number in range(20))
GROUPS = ("alpha", "beta", "gamma")
LABELS = ("cat", "dog", "fox", "owl")


def parser(description: str | None) -> argparse.ArgumentParser:
    """Give a parser with the options that every benchmark on these tables has."""
    made = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    made.add_argument("--quick", action="store_true", help="smaller, within half a minute")
    made.add_argument(
        "--make-big", type=Path, default=MAKE_BIG, metavar="PATH", help="the generator of the tables"
    )
    return made


def big_file(row_count: int, make_big: Path = MAKE_BIG) -> Path:
    """Give a parquet file of so many rows."""
    path = CACHE / f"big_{row_count}.parquet"
    if path.exists():
        return path
    CACHE.mkdir(exist_ok=True)
    unfinished = path.with_suffix(".unfinished.parquet")
    if make_big.exists():
        command = [sys.executable, str(make_big), str(row_count), str(unfinished)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    else:
        pq.write_table(big_table(row_count), unfinished, compression="zstd", row_group_size=262_144)
    unfinished.rename(path)
    return path


def big_table(row_count: int, names: tuple[str, ...] | None = None) -> pa.Table:
    """Make the columns in memory.

    names: which of them; None is all.
    """
    random = np.random.default_rng(0)
    centres, spreads = random.normal(0, 6, (CLUSTER_COUNT, 2)), random.uniform(0.3, 1.4, CLUSTER_COUNT)
    starts = range(0, row_count, CHUNK_ROWS)
    chunks = [_chunk(start, min(CHUNK_ROWS, row_count - start), centres, spreads) for start in starts]
    return pa.concat_tables(chunk if names is None else chunk.select(names) for chunk in chunks)


def _chunk(start: int, count: int, centres: np.ndarray, spreads: np.ndarray) -> pa.Table:
    random = np.random.default_rng([0, start])
    cluster = random.integers(0, CLUSTER_COUNT, count)
    points = centres[cluster] + random.normal(0, 1, (count, 2)) * spreads[cluster][:, None]
    weights = 1 / np.arange(1, len(CATEGORIES) + 1) ** 0.7
    category = random.choice(len(CATEGORIES), count, p=weights / weights.sum())
    group = random.choice(len(GROUPS), count, p=[0.6, 0.25, 0.15])
    label = cluster % len(LABELS)
    is_right = random.random(count) < 0.92
    prediction = np.where(is_right, label, (label + random.integers(1, len(LABELS), count)) % len(LABELS))
    first = np.datetime64("2024-01-01T00:00:00", "ms")
    return pa.table(
        {
            "id": np.arange(start, start + count),
            "x": points[:, 0].astype(np.float32),
            "y": points[:, 1].astype(np.float32),
            "category": _texts(category, CATEGORIES),
            "group": _texts(group, GROUPS),
            "score": random.beta(2, 2, count).astype(np.float32),
            "label": _texts(label, LABELS),
            "prediction": _texts(prediction, LABELS),
            "probability": random.uniform(0.4, 1, count).astype(np.float32),
            "ts": pa.array(first + np.arange(start, start + count) * 1000, pa.timestamp("ms")),
        }
    )


def _texts(codes: np.ndarray, levels: tuple[str, ...]) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(pa.array(codes.astype(np.int32)), pa.array(levels))
