"""The demo data that come with the package, so that a first look needs no file and no network."""

from __future__ import annotations

from pathlib import Path

from symphony_core.errors import SourceNotFound, no_such

PREFIX = "demo:"
DEMOS = ("emoji", "adult")


def demo_path(source: str) -> Path:
    """Give the file behind `demo:NAME`. Raises SourceNotFound."""
    name = source.removeprefix(PREFIX)
    if name not in DEMOS:
        message, close = no_such("demo", name, DEMOS)
        raise SourceNotFound(message, source=source, nearest=close)
    return Path(__file__).parent.parent / "demo" / f"{name}.parquet"
