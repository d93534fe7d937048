"""Texts found by what a person types of them: those that start with it first, then those that hold it.

All texts lie in one string, so that looking through 65,000 of them is one search
in C and ends with the last match that is shown. Case does not count.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate, islice

# Stands before each text; in a text it is as good as any other sign that nobody types.
_MARK = "\x00"


class SearchList:
    """Texts in an order of their own, such as the most frequent first."""

    def __init__(self, texts: Sequence[str]) -> None:
        folded = [_folded(text) for text in texts]
        self._count = len(folded)
        self._joined = _MARK + _MARK.join(folded) if folded else ""
        self._starts = [0, *accumulate(len(text) + 1 for text in folded)][:-1] if folded else []

    def __len__(self) -> int:
        return self._count

    def __sizeof__(self) -> int:
        return len(self._joined) + 8 * self._count

    def matching(self, typed: str, limit: int) -> list[int]:
        """Give up to `limit` indexes of texts that start with or hold what was typed, in this order."""
        return list(islice(self.found(typed), limit))

    def found(self, typed: str) -> Iterator[int]:
        """Give the indexes one by one; what is not asked for is not looked for."""
        needle = _folded(typed)
        if not needle:
            yield from range(self._count)
            return
        starts = set()
        for index in self._places(_MARK + needle):
            starts.add(index)
            yield index
        yield from (index for index in self._places(needle) if index not in starts)

    def _places(self, needle: str) -> Iterator[int]:
        at = self._joined.find(needle)
        while at >= 0:
            index = bisect_right(self._starts, at) - 1
            yield index
            if index + 1 == self._count:
                return
            at = self._joined.find(needle, self._starts[index + 1])


def _folded(text: str) -> str:
    return text.casefold().replace(_MARK, "\x01")
