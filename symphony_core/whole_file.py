"""A file that is there whole or not at all: written beside its place, then renamed.

A full disk, a cancel or a crash then costs neither what was there nor leaves
half of what was to come.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from pathlib import Path


def replace_file(path: Path, chunks: Iterable[bytes]) -> None:
    """Write `path`, or leave what is there. Raises OSError and what the chunks raise."""
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as half:
        try:
            for chunk in chunks:
                half.write(chunk)
            half.close()
            Path(half.name).replace(path)
        except BaseException:  # raised again: only the half-written file goes
            half.close()
            Path(half.name).unlink(missing_ok=True)
            raise
