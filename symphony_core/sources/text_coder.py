"""Text columns as codes over their distinct values, while they are being read.

Ten million rows over twenty words are ten million bytes as codes and hundreds
of megabytes as text, and every filter and chart wants the codes anyway. Each
piece is encoded as it comes, so the full text is never held. A column with
more than `MAX_LEVELS` distinct values is found out after a few pieces and goes
on as text: its codes would cost memory and save nothing.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa

from symphony_core import frames
from symphony_core.column import MAX_LEVELS

# Distinct values of pieces that wait to be joined; fewer would hash the known ones too often.
PENDING_LEVELS = 4 * MAX_LEVELS


def is_text(kind: pa.DataType) -> bool:
    """Say whether Arrow holds such a column as text."""
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


class TextCoder:
    """Collects one column of text, piece by piece, in order."""

    def __init__(self, max_levels: int = MAX_LEVELS) -> None:
        self._max_levels = max_levels
        self._levels = pa.array([], pa.large_string())
        self._codes: list[np.ndarray] = []  # into _levels, -1 is missing
        self._pending: list[pa.DictionaryArray] = []
        self._pending_levels = 0
        self._texts: list[pa.Array] | None = None  # the column itself, once it has too many values
        self.is_repaired = False  # whether any value was not valid UTF-8

    def add(self, piece: pa.Array) -> None:
        """Take the next rows."""
        text = self._valid(piece.cast(pa.large_string()))
        if self._texts is not None:
            self._texts.append(text)
            return
        encoded = text.dictionary_encode()
        self._pending.append(encoded)
        self._pending_levels += len(encoded.dictionary)
        if self._pending_levels > PENDING_LEVELS:
            self._join()

    def finished(self) -> tuple[pd.Series, bool]:
        """Give the canonical column and whether it holds codes."""
        self._join()
        if self._texts is not None:
            return frames.from_arrow(pa.chunked_array(self._texts, type=pa.large_string())), False
        return frames.from_codes(self._codes, self._levels), True

    def _valid(self, text: pa.Array) -> pa.Array:
        """Give text that is UTF-8; Arrow files may hold other bytes, which would fail far from here."""
        try:
            text.validate(full=True)
        except pa.ArrowInvalid:
            self.is_repaired = True
            values = text.cast(pa.large_binary()).to_pylist()
            decoded = [None if v is None else v.decode("utf-8", "backslashreplace") for v in values]
            return pa.array(decoded, pa.large_string())
        return text

    def _join(self) -> None:
        """Bring the codes of pending pieces onto the common levels, which only grow at their end."""
        if not self._pending:
            return
        known = pa.DictionaryArray.from_arrays(pa.array([], pa.int32()), self._levels)
        joined = pa.chunked_array([known, *self._pending]).unify_dictionaries()
        self._levels = joined.chunk(joined.num_chunks - 1).dictionary
        if len(self._levels) > self._max_levels:
            self._give_up()
        else:
            smallest = frames.code_dtype(len(self._levels))
            self._codes += [
                np.asarray(chunk.indices.fill_null(-1)).astype(smallest) for chunk in joined.chunks[1:]
            ]
        self._pending, self._pending_levels = [], 0

    def _give_up(self) -> None:
        decoded = [self._levels.take(pa.array(codes, mask=codes < 0)) for codes in self._codes]
        self._texts = decoded + [piece.dictionary_decode() for piece in self._pending]
        self._codes = []


def coded(series: pd.Series) -> tuple[pd.Series, bool]:
    """Give a canonical text column as codes where it has few enough values; and whether it does now."""
    coder = TextCoder()
    for chunk in frames.chunks(series):
        coder.add(chunk)
    as_codes, is_coded = coder.finished()
    return (as_codes, True) if is_coded else (series, False)
