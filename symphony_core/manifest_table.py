"""Reading TOML tables so that every mistake names file, table, key and line.

The TOML reader of the standard library keeps no line numbers, so the line is
looked up in the text afterwards, and only for a message. When two lines could
be meant, or the key stands inside an inline table, the nearest line above is
named, or none.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from symphony_core.errors import BadManifest, no_such

T = TypeVar("T")

_HEADER = re.compile(r"\s*\[\[?\s*([^\]]+?)\s*\]\]?\s*(#.*)?$")
_KEY = re.compile(r"\s*([A-Za-z0-9_.\"' -]+?)\s*=")
_MODULE = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*")


@dataclass(frozen=True)
class Place:
    """A table in a manifest: the file, its text and the way down to the table.

    index: which of the tables with this name, for [[pages]].
    key: set when the table is written inline as a value of this key.
    """

    path: Path
    source: str
    tables: tuple[str, ...] = ()
    index: int = 0
    key: str | None = None

    def below(self, name: str, index: int = 0) -> Place:
        """Give the place of a table of this table."""
        return replace(self, tables=(*self.tables, name), index=index)

    def inside(self, key: str) -> Place:
        """Give the place of an inline table that stands at a key."""
        return replace(self, key=key)

    @property
    def title(self) -> str:
        """The table as it is written, or words for the top of the file."""
        if not self.tables:
            return "top level"
        name = ".".join(self.tables)
        return f"[[{name}]] number {self.index + 1}" if self.tables == ("pages",) else f"[{name}]"

    def error(self, key: str, problem: str) -> BadManifest:
        """Word a mistake at a key."""
        line = self._line(key)
        where = f"{self.path}, line {line}" if line else str(self.path)
        return BadManifest(
            f"{where}: {self.title}, key {key!r}: {problem}.",
            path=self.path,
            table=".".join(self.tables),
            key=key,
            line=line,
        )

    def _line(self, key: str) -> int | None:
        """Find the line (from 1) of a key, else of the table that holds it."""
        wanted = (*self.tables, self.key or key)
        header: tuple[str, ...] = ()
        seen, best, depth = -1, None, 0
        for number, line in enumerate(self.source.splitlines(), start=1):
            if match := _HEADER.match(line):
                named = header = _parts(match[1])
                seen += header == self.tables
            elif match := _KEY.match(line):
                named = (*header, *_parts(match[1]))
            else:
                continue
            shared = named[: len(wanted)]
            if self._is_mine(header, seen) and wanted[: len(shared)] == shared and len(shared) > depth:
                best, depth = number, len(shared)
        return best

    def _is_mine(self, header: tuple[str, ...], seen: int) -> bool:
        return header != self.tables or self.tables != ("pages",) or seen == self.index


def _parts(dotted: str) -> tuple[str, ...]:
    return tuple(part.strip().strip("\"'") for part in dotted.split("."))


class Table:
    """One table of a manifest, read key by key.

    known: the keys it may have; None is any.
    """

    def __init__(self, content: object, place: Place, known: Sequence[str] | None = None) -> None:
        if not isinstance(content, Mapping):
            raise place.error(place.tables[-1], f"{content!r} is not a table")
        self.content: Mapping[str, object] = content
        self.place = place
        for key in content:
            if known is not None and key not in known:
                raise place.error(key, no_such("key", key, known)[0].rstrip("."))

    def part(self, key: str, known: Sequence[str] | None = None) -> Table:
        """Give a table of this table; an empty one when it is not there."""
        return Table(self.content.get(key, {}), self.place.below(key), known)

    def get(self, key: str, read: Callable[[object], T], default: T) -> T:
        """Read the value of a key, or give the default when it is not there."""
        return self.need(key, read) if key in self.content else default

    def items(self, key: str) -> list[object]:
        """Read a list of anything; an empty one when it is not there."""
        value = self.content.get(key, [])
        if not isinstance(value, list):
            raise self.place.error(key, f"is {value!r}; give a list")
        return value

    def need(self, key: str, read: Callable[[object], T]) -> T:
        """Read the value of a key that must be there.

        read: gives the value, or raises ValueError with what was wanted.
        """
        if key not in self.content:
            raise self.place.error(key, "is missing")
        value = self.content[key]
        try:
            return read(value)
        except ValueError as wanted:
            raise self.place.error(key, f"is {value!r}; give {wanted}") from None


def text(value: object) -> str:
    """Read words."""
    if not isinstance(value, str) or not value.strip():
        raise ValueError("a text that is not empty")
    return value


def words(value: object) -> tuple[str, ...]:
    """Read a list of names."""
    if not isinstance(value, list) or not all(isinstance(item, str) and item for item in value):
        raise ValueError('a list of names, such as ["summary", "*"]')
    return tuple(value)


def table(value: object) -> Mapping[str, object]:
    """Read a table of anything."""
    if not isinstance(value, dict):
        raise ValueError("a table, such as { threshold = 0.9 }")
    return MappingProxyType(dict(value))


def name(value: object) -> str:
    """Read the name of an importable module."""
    if not isinstance(value, str) or not _MODULE.fullmatch(value):
        raise ValueError("an importable module, such as 'acme.house_style'")
    return value
