"""Vectors of a column of texts or images, made by a model on this machine.

A content is encoded once: repeated rows share its vector, and vectors are kept
on disk by content, so that a second run over changed data encodes the new rows
only. The model is loaded when a row needs it and not before; which models there
are is the plugins' business (`register_embedders`).
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from symphony_core.errors import BadMedia, BadResult, BadRole, BadSetting, NotEnoughRows
from symphony_core.specs import (
    AnalysisInput,
    Cancel,
    EmbedderSpec,
    Kind,
    Progress,
    Result,
    Role,
    SetAside,
    never,
    silent,
)
from symphony_panel_embedders.vector_store import VectorStore, cache_folder, max_bytes

Content = str | bytes

WITHOUT = {"text": "without text", "image": "without an image"}
UNREADABLE = {"text": "with text that the model cannot read", "image": "with an image that cannot be read"}
_ROLES = {"text": Role.TEXT, "image": Role.IMAGE}


def run(
    data: AnalysisInput,
    *,
    progress: Progress = silent,
    cancel: Cancel = never,
    seed: int = 0,
    embedder: str = "minilm",
    column: str | None = None,
    batch: int = 64,
) -> Result:
    """Give each row the vector of its text or image, as the embedding `embedding_<column>`.

    embedder: a registered model; `data.embedders()` lists them.
    column: None is the one that plays the role text or image, whichever the model takes.
    batch: rows between two reports of progress; changes no vector.
    Rows with missing, empty or unreadable content have no vector and are set aside. `seed` changes nothing.
    Raises UnknownEmbedder, EmbedderMissing, BadRole, BadSetting, UnknownColumn, and NotEnoughRows when no
    row has a content. Cost: that of the model, for each different content that is not kept on disk.
    """
    cancel.check()
    if not isinstance(batch, int) or batch < 1:
        raise BadSetting(f"batch is {batch!r}; give a number of rows from 1 up.", parameter="batch")
    spec = data.embedder_spec(embedder)
    name = _column(data, spec, column)
    work = _Work(
        data, spec, VectorStore(cache_folder(), spec.name, spec.version, spec.dimension, max_bytes())
    )
    started = time.monotonic()
    try:
        for rows, contents in _contents(data, spec.kind, name, batch, work):
            cancel.check()
            work.take(rows, contents, cancel)
            rate = rows.stop / max(time.monotonic() - started, 1e-3)
            progress(rows.stop / len(data), _progress_words(work, rows.stop, rate))
    finally:  # what was encoded before a cancel need not be encoded again
        work.store.flush()
    return _result(work, name)


def _progress_words(work: _Work, done: int, rate: float) -> str:
    kept = f", {work.kept:,} taken from an earlier run" if work.kept else ""
    return f"{done:,} of {len(work.data):,} rows, {rate:,.0f} rows/s{kept}"


def _column(data: AnalysisInput, spec: EmbedderSpec, column: str | None) -> str:
    """Give the column to read, once it can hold what the model takes."""
    if column is None:
        column = data.role_column(_ROLES[spec.kind])
        if column is None:
            raise BadRole(_no_column(data, spec))
    kind = data.kind(column)
    fits = kind.is_text or (spec.kind == "image" and kind is Kind.OTHER)
    if not fits:
        raise BadRole(
            f"column {column!r} holds values of kind {kind.value!r}; embedder {spec.name!r} takes "
            f"{spec.kind}s. Name another column.",
            column=column,
        )
    return column


def _no_column(data: AnalysisInput, spec: EmbedderSpec) -> str:
    message = (
        f"embedder {spec.name!r} takes {spec.kind}s, and no column plays the role {spec.kind!r}; "
        f"name one with column='COLUMN'."
    )
    other = "image" if spec.kind == "text" else "text"
    names = data.embedders(other)
    if names and data.role_column(_ROLES[other]) is not None:
        message += f" For the {other}s use embedder={names[0]!r}."
    return message


@dataclass
class _Work:
    """One run: the vectors it has until now, and what it counted."""

    data: AnalysisInput
    spec: EmbedderSpec
    store: VectorStore
    vectors: np.ndarray = field(init=False)
    seen: dict[bytes, int] = field(default_factory=dict)  # the first row of each content
    aside: dict[str, list[int]] = field(default_factory=dict)
    encoded: int = 0
    kept: int = 0

    def __post_init__(self) -> None:
        self.vectors = np.full((len(self.data), self.spec.dimension), np.nan, dtype=np.float32)

    def set_aside(self, reason: str, row: int) -> None:
        self.aside.setdefault(reason, []).append(row)

    def take(self, rows: range, contents: Sequence[Content | None], cancel: Cancel) -> None:
        """Give some rows their vectors; None is a row that was set aside."""
        there = [(row, content) for row, content in zip(rows, contents, strict=True) if content is not None]
        keys = [self.store.key(content) for _, content in there]
        firsts: list[int] = []  # positions in `there` of contents not seen before
        for position, key in enumerate(keys):
            if key not in self.seen:
                self.seen[key] = there[position][0]
                firsts.append(position)
        self._fill([there[at] for at in firsts], [keys[at] for at in firsts], cancel)
        for (row, _), key in zip(there, keys, strict=True):
            self.vectors[row] = self.vectors[self.seen[key]]
            if np.isnan(self.vectors[row, 0]):
                self.set_aside(UNREADABLE[self.spec.kind], row)

    def _fill(self, there: Sequence[tuple[int, Content]], keys: Sequence[bytes], cancel: Cancel) -> None:
        found, vectors = self.store.find(keys)
        rows = np.array([row for row, _ in there], dtype=np.int64)
        self.vectors[rows[found]] = vectors
        self.kept += len(found)
        new = np.setdiff1d(np.arange(len(there)), found)
        if not len(new):
            return
        made = self._encoded([there[at][1] for at in new], cancel)
        self.vectors[rows[new]] = made
        readable = np.flatnonzero(~np.isnan(made).any(axis=1))
        self.encoded += len(readable)
        self.store.add([keys[new[at]] for at in readable], made[readable])

    def _encoded(self, contents: list[Content], cancel: Cancel) -> np.ndarray:
        model = self.data.embedder(self.spec.name)
        made = model.encode(contents, cancel=cancel)  # type: ignore[arg-type]  # all of one kind
        wanted = (len(contents), self.spec.dimension)
        if not isinstance(made, np.ndarray) or made.shape != wanted or made.dtype.kind != "f":
            seen = (
                f"{made.dtype} of shape {made.shape}" if isinstance(made, np.ndarray) else type(made).__name__
            )
            raise BadResult(
                f"embedder {self.spec.name!r} gave {seen}; its spec promises float of shape {wanted}."
            )
        # A vector with one number missing is none: all of it or nothing.
        whole = made.astype(np.float32)
        whole[~np.isfinite(whole).all(axis=1)] = np.nan
        return whole


def _contents(
    data: AnalysisInput, kind: str, name: str, batch: int, work: _Work
) -> Iterator[tuple[range, list[Content | None]]]:
    """Read the rows batch by batch; a row without content is set aside and None."""
    column = data.column(name)
    missing = column.is_missing()
    for start in range(0, len(data), batch):
        rows = range(start, min(start + batch, len(data)))
        contents: list[Content | None]
        if kind == "image":
            contents = [None if missing[row] else _image(data, row, name, work) for row in rows]
        elif column.text is not None:
            contents = column.text.slice(start, len(rows)).to_pylist()
        else:
            contents = [None if missing[row] else column.levels[column.values[row]] for row in rows]
        if kind == "text":
            contents = [content if content and content.strip() else None for content in contents]
        for row, content in zip(rows, contents, strict=True):
            if content is None and (kind == "text" or missing[row]):
                work.set_aside(WITHOUT[kind], row)
        yield rows, contents


def _image(data: AnalysisInput, row: int, name: str, work: _Work) -> bytes | None:
    try:
        return data.media(row, name)
    except BadMedia:
        work.set_aside(UNREADABLE["image"], row)
        return None


def _result(work: _Work, name: str) -> Result:
    ids = work.data.row_ids
    aside = tuple(SetAside(tuple(ids[sorted(rows)].tolist()), reason) for reason, rows in work.aside.items())
    count = sum(len(part.row_ids) for part in aside)
    if count == len(work.data):
        reasons = "; ".join(f"{len(part.row_ids):,} {part.reason}" for part in aside) or "there are no rows"
        raise NotEnoughRows(f"no row of column {name!r} can be embedded: {reasons}. Name another column.")
    summary: dict[str, object] = {
        "embedder": work.spec.name,
        "column": name,
        "dimension": work.spec.dimension,
        "row_count": len(work.data) - count,
        "distinct_count": work.encoded + work.kept,
        "set_aside_count": count,
    }
    if work.store.problem:
        summary["cache"] = work.store.problem
    return Result(vectors={f"embedding_{name}": work.vectors}, summary=summary, set_aside=aside)
