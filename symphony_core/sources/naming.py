"""Column names that can be told apart.

A filter names a column by its text, so two columns of one name cannot both be
reached. The second is renamed and the page says so; nothing is left out.
"""

from __future__ import annotations

from collections.abc import Sequence

# A notice is read by a person: the first few renamed columns show the rule.
MAX_LISTED = 5


def unique_names(names: Sequence[str]) -> tuple[list[str], list[str]]:
    """Give the names with a number where one is empty or repeated, and sentences that say so."""
    taken, unique, repeated, nameless = set(names), [], [], []
    seen: set[str] = set()
    for number, name in enumerate(names, start=1):
        new = name
        if not name:
            new = free_name(f"column_{number}", taken)
            nameless.append(f"column number {number} has no name; it is called {new!r}.")
        elif name in seen:
            new = _numbered(name, taken)
            repeated.append((name, new))
        seen.add(name)
        taken.add(new)
        unique.append(new)
    return unique, [*_first(nameless), *_repeated(repeated)]


def free_name(name: str, taken: set[str] | Sequence[str]) -> str:
    """Give the name, with the first free number behind it if it is taken."""
    return name if name not in taken else _numbered(name, set(taken))


def _numbered(name: str, taken: set[str]) -> str:
    number = 2
    while f"{name}_{number}" in taken:
        number += 1
    return f"{name}_{number}"


def _first(sentences: list[str]) -> list[str]:
    more = len(sentences) - MAX_LISTED
    return sentences if more <= 0 else [*sentences[:MAX_LISTED], f"{more:,} more columns have no name."]


def _repeated(renamed: list[tuple[str, str]]) -> list[str]:
    if not renamed:
        return []
    listed = ", ".join(f"the next {name!r} is called {new!r}" for name, new in renamed[:MAX_LISTED])
    more = f", and {len(renamed) - MAX_LISTED:,} more" if len(renamed) > MAX_LISTED else ""
    return [f"several columns have the same name: {listed}{more}."]
