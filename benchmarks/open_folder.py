"""Opening a folder of images, against listing and stat-ing the same files.

    python benchmarks/open_folder.py [--quick] [--files N] [--folders N] [--samples K]

Reach: at most 1.3x the time of the barest walk: `os.scandir` from folder to
folder and one `stat` a file, nothing kept but a sum. The files hold one byte
under the name of an image, so whatever decoded one would fail. Each sample of
ours opens anew: the dataset before it was let go. The folder was walked once
before, so both find it in the memory of the system.
"""

from __future__ import annotations

import argparse
import gc
import os
import statistics
import tempfile
from pathlib import Path

from _report import milliseconds, reach, seconds, show

from symphony_core.sources import open_source

LIMIT = 1.3


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="fewer files and samples")
    parser.add_argument("--files", type=int)
    parser.add_argument("--folders", type=int, default=100)
    parser.add_argument("--samples", type=int)
    given = parser.parse_args()
    file_count = given.files or (10_000 if given.quick else 50_000)
    with tempfile.TemporaryDirectory() as folder:
        make(Path(folder), file_count, given.folders)
        report(Path(folder), file_count, given.samples or (5 if given.quick else 15))


def make(folder: Path, file_count: int, folder_count: int) -> None:
    for number in range(folder_count):
        (folder / f"class {number:03d}").mkdir()
    for number in range(file_count):
        place = folder / f"class {number % folder_count:03d}" / f"image {number:06d}.png"
        place.write_bytes(b"x")


def bare_walk(folder: str) -> int:
    """List and stat all files; give their bytes."""
    total, waiting = 0, [folder]
    while waiting:
        with os.scandir(waiting.pop()) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(entry.path)
                else:
                    total += entry.stat().st_size
    return total


def report(folder: Path, file_count: int, sample_count: int) -> None:
    if bare_walk(str(folder)) != file_count or len(open_source(folder)) != file_count:
        raise SystemExit("the folder was not read whole")
    ours, theirs = [], []
    for _ in range(sample_count):
        gc.collect()
        theirs.append(seconds(lambda: bare_walk(str(folder))))
        ours.append(seconds(lambda: open_source(folder)))
    ratio = statistics.median(mine / bare for mine, bare in zip(ours, theirs, strict=True))
    rows = [
        ("open_source", milliseconds(ours)),
        ("scandir and stat", milliseconds(theirs)),
        ("ratio", reach(ratio, LIMIT)),
    ]
    figures = {"files": file_count, "ratio": ratio, "ours_s": ours, "theirs_s": theirs}
    show(f"open a folder of {file_count:,} images", rows, figures)


if __name__ == "__main__":
    main()
