"""Opening a table with a large embedding, against Arrow's own read of the same file.

    python benchmarks/open_parquet.py [--quick] [--rows N] [--dim D] [--samples K] [--file PATH]

Reach: at most 3x the time of `pyarrow.parquet.read_table`, and a peak memory of
at most 2.5x the vectors. Each sample runs in a process of its own, ours and
theirs in turn, so that neither inherits the other's memory. The file is made
by make_big.py where it lies beside the checkout, else by the same recipe here.
Peak memory is that of the whole process; what the process took before opening
is told too, because it weighs at the small size of `--quick`.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

ROOT = Path(__file__).resolve().parent.parent
MAKE_BIG = ROOT.parent / "shared" / "data" / "make_big.py"
CHUNK_ROWS = 250_000

TIMED = """
import json, resource, sys, time
{imports}
unit = 1 if sys.platform == "darwin" else 1024
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
start = time.perf_counter()
kept = {call}
seconds = time.perf_counter() - start
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
print(json.dumps(dict(seconds=seconds, peak=peak, before=before)))
"""
OURS = TIMED.format(imports="from symphony_core.sources import open_source", call="open_source(sys.argv[1])")
THEIRS = TIMED.format(imports="import pyarrow.parquet as pq", call="pq.read_table(sys.argv[1])")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="fewer rows, one sample")
    parser.add_argument("--rows", type=int)
    parser.add_argument("--dim", type=int, default=384)
    parser.add_argument("--samples", type=int)
    parser.add_argument(
        "--make-big", type=Path, default=MAKE_BIG, metavar="PATH", help="the generator to use"
    )
    parser.add_argument("--file", type=Path, help="a file made before")
    given = parser.parse_args()
    rows = given.rows or (100_000 if given.quick else 1_000_000)
    with tempfile.TemporaryDirectory() as folder:
        path = given.file or made(Path(folder) / "big.parquet", rows, given.dim, given.make_big)
        report(path, given.samples or (1 if given.quick else 3))


def made(path: Path, row_count: int, dimension: int, make_big: Path) -> Path:
    if make_big.exists():
        command = [sys.executable, str(make_big), str(row_count), str(path), "--dim", str(dimension)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        return path
    random = np.random.default_rng(0)
    names = pa.array([f"c{i:02d}" for i in range(20)])
    writer: pq.ParquetWriter | None = None
    for start in range(0, row_count, CHUNK_ROWS):
        count = min(CHUNK_ROWS, row_count - start)
        vectors = random.standard_normal((count, dimension), dtype=np.float32)
        table = pa.table(
            {
                "id": np.arange(start, start + count),
                "x": random.normal(size=count).astype(np.float32),
                "y": random.normal(size=count).astype(np.float32),
                "category": pa.DictionaryArray.from_arrays(
                    random.integers(0, 20, count, dtype=np.int32), names
                ),
                "score": random.random(count, dtype=np.float32),
                "embedding": pa.FixedSizeListArray.from_arrays(pa.array(vectors.ravel()), dimension),
            }
        )
        writer = writer or pq.ParquetWriter(path, table.schema, compression="zstd")
        writer.write_table(table)
    if writer is not None:
        writer.close()
    return path


def report(path: Path, sample_count: int) -> None:
    shape = pq.read_schema(path).field("embedding").type.list_size
    row_count = pq.read_metadata(path).num_rows
    vector_bytes = row_count * shape * 4
    sample(THEIRS, path)  # brings the file into the page cache
    pairs = [(sample(OURS, path), sample(THEIRS, path)) for _ in range(sample_count)]
    ours = statistics.median(pair[0]["seconds"] for pair in pairs)
    theirs = statistics.median(pair[1]["seconds"] for pair in pairs)
    time_ratio = statistics.median(pair[0]["seconds"] / pair[1]["seconds"] for pair in pairs)
    memory_ratio = max(pair[0]["peak"] for pair in pairs) / vector_bytes
    their_memory = max(pair[1]["peak"] for pair in pairs) / vector_bytes
    print(f"open a parquet of {row_count:,} x {shape} ({vector_bytes / 2**20:,.0f} MB of vectors)")
    print(f"  time          ours {ours:.2f} s, pyarrow {theirs:.2f} s: {time_ratio:.2f}x (reach 3x)")
    before = max(pair[0]["before"] for pair in pairs) / 2**20
    print(f"  peak/vectors  ours {memory_ratio:.2f}x, pyarrow {their_memory:.2f}x (reach 2.5x)")
    print(f"  of ours {before:.0f} MB were taken by the process before opening")


def sample(code: str, path: Path) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, "-c", code, str(path)], check=True, capture_output=True, text=True, cwd=ROOT
    )
    result: dict[str, float] = json.loads(done.stdout)
    return result


if __name__ == "__main__":
    main()
