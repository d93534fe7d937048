"""A typed text as a query: encoded by the model that made the layer's vectors.

Vectors of two models are of no use to each other, and nothing in the numbers
says so: a search would give rows all the same. So an encoder is tried on some
rows whose texts the data have, and refused when it gives other vectors than
those that are stored.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from symphony_core.cache import ByteLRU
from symphony_core.column import ColumnData
from symphony_core.errors import BadSetting, BadVectors, EmbedderMissing, no_such
from symphony_core.specs import AnalysisInput, Cancel, Embedder, Role, Vectors
from symphony_panel_embedding_map.analyses.cell_text import text_at
from symphony_panel_embedding_map.analyses.exact_search import Metric, row_lengths
from symphony_panel_embedding_map.analyses.keeping import kept

MAX_TEXT_CHARS = 100_000
# Rows encoded again to see whether the encoder is the layer's; one odd text among them must not decide.
SAMPLE_ROWS = 8
# The same model in half precision, or cutting long texts elsewhere, stays above 0.98; another one is near 0.
MIN_AGREEMENT = 0.95
# Encoders that make unit vectors and those that do not differ by more, and Euclid sees it.
MAX_LENGTH_RATIO = 1.1

# Two numbers for each pair of a layer and an encoder that was tried.
_trials: ByteLRU[np.ndarray] = ByteLRU(2**20)


@dataclass(frozen=True, eq=False)
class TypedQuery:
    """A text's vector, (d,) float64, and how sure it is that it belongs to the layer.

    agreement: mean cosine of some rows encoded again with their stored vectors; None when there was no
        text to try.
    """

    vector: np.ndarray
    encoder: str
    agreement: float | None


@dataclass(frozen=True)
class _Layer:
    """What a query must fit."""

    name: str
    vectors: Vectors
    metric: Metric
    text_column: str | None


def typed_query(
    data: AnalysisInput, layer: str, vectors: Vectors, text: str, *, encoder: str | None, metric: Metric,
    cancel: Cancel,
) -> TypedQuery:  # fmt: skip
    """Encode a text for a search in a layer.

    encoder: a text embedder; None is the one that made the layer, else the first installed one that gives the
        vectors that are stored, which only data with a text column can tell.
    Raises BadSetting, BadVectors when no encoder fits, and EmbedderMissing.
    """
    if not isinstance(text, str) or not text.strip() or len(text) > MAX_TEXT_CHARS:
        raise BadSetting(f"text must have 1 to {MAX_TEXT_CHARS:,} characters; type what to look for.")
    made = data.made_by(layer) or {}
    column = made.get("column") or data.role_column(Role.TEXT)
    is_text = isinstance(column, str) and column in data.names and data.kind(column).is_text
    fitted = _Layer(layer, vectors, metric, str(column) if is_text else None)
    named = encoder if encoder is not None else made.get("embedder")
    if named is not None:
        return _encoded(data, fitted, text, _checked_name(data, layer, str(named), made), cancel)
    return _first_that_fits(data, fitted, text, cancel)


def _checked_name(data: AnalysisInput, layer: str, name: str, made: object) -> str:
    """Give the name of a text encoder. Raises BadSetting."""
    texts = data.embedders("text")
    if name in texts:
        return name
    if name in data.embedders():
        others = f"; those for texts are {', '.join(texts)}" if texts else ""
        raise BadSetting(
            f"{name!r} makes vectors of images, so a text cannot be compared with {layer!r} by it{others}. "
            "Search by rows with of=[...], or name the text encoder of the same space with encoder='...'.",
            encoder=name,
        )
    if not texts:
        raise EmbedderMissing(f"no encoder {name!r}. {_NO_ENCODER}")
    message, close = no_such("text encoder", name, texts)
    raise BadSetting(message, encoder=name, nearest=close)


_NO_ENCODER = (
    "To search by typed text a text encoder is needed, and none is installed: "
    'pip install "symphony-panel-embedders[text]". Search by rows with of=[...] meanwhile.'
)


def _first_that_fits(data: AnalysisInput, layer: _Layer, text: str, cancel: Cancel) -> TypedQuery:
    names = data.embedders("text")
    if not names:
        raise EmbedderMissing(_NO_ENCODER)
    if layer.text_column is None:
        raise BadSetting(
            f"the data do not say what made {layer.name!r}, and have no text column to find out by; "
            f"name its text encoder with encoder='...' (there are {', '.join(names)})."
        )
    missing: EmbedderMissing | None = None
    reasons: list[str] = []
    for name in names:
        try:
            return _encoded(data, layer, text, name, cancel)
        except EmbedderMissing as error:
            missing = missing or error
        except BadVectors as error:
            reasons.append(str(error))
    if missing is not None and not reasons:
        raise missing
    raise BadVectors(" ".join(reasons))


def _encoded(data: AnalysisInput, layer: _Layer, text: str, name: str, cancel: Cancel) -> TypedQuery:
    """Encode the text, once the encoder is seen to fit the layer."""
    encoder = data.embedder(name)
    vector = _encode(encoder, [text], cancel)[0]
    if len(vector) != layer.vectors.dimension:
        raise BadVectors(
            f"the encoder {name!r} gives vectors of {len(vector):,} numbers and those of {layer.name!r} have "
            f"{layer.vectors.dimension:,}; {_REMEDY}",
            encoder=name,
        )
    if not np.isfinite(vector).all():
        raise BadSetting(f"the encoder {name!r} cannot read the text {text[:60]!r}; type another one.")
    agreement, length_ratio = _trial(data, layer, name, encoder, cancel)
    if agreement is not None and agreement < MIN_AGREEMENT:
        raise BadVectors(
            f"the encoder {name!r} gives other vectors than the column {layer.name!r}: mean cosine "
            f"{agreement:.2f} over rows of {layer.text_column!r} encoded again; {_REMEDY}",
            encoder=name,
        )
    is_longer = max(length_ratio, 1 / length_ratio) > MAX_LENGTH_RATIO
    if layer.metric == "euclidean" and is_longer:
        raise BadVectors(
            f"the encoder {name!r} gives vectors {length_ratio:.3g} times as long as {layer.name!r} holds; "
            "their directions agree, so use metric='cosine'.",
            encoder=name,
        )
    return TypedQuery(vector, name, agreement)


_REMEDY = (
    "name the one that made it with encoder='...', or compute an embedding with this one and search in that "
    "(app.run('embeddings', embedder='...'), then layer='...')."
)


def _encode(encoder: Embedder, texts: list[str], cancel: Cancel) -> np.ndarray:
    return np.asarray(encoder.encode(texts, cancel=cancel), dtype=np.float64)


def _trial(
    data: AnalysisInput, layer: _Layer, name: str, encoder: Embedder, cancel: Cancel
) -> tuple[float | None, float]:
    """Give mean cosine and ratio of lengths, new vectors to stored ones; None and 1 without texts to try."""
    column = layer.text_column
    if column is None:
        return None, 1.0
    # the encoder itself is part of the key: a name may mean another model in another app
    key = (data.key(layer.name), data.key(column), name, id(encoder))
    texts = data.column(column)
    found = kept(_trials, key, lambda: _compared(texts, layer.vectors, encoder, cancel), cancel)
    return (float(found[0]), float(found[1])) if len(found) else (None, 1.0)


def _compared(column: ColumnData, vectors: Vectors, encoder: Embedder, cancel: Cancel) -> np.ndarray:
    """Encode a few rows again: mean cosine with their stored vectors, ratio of lengths; empty without any."""
    usable = np.flatnonzero(vectors.usable)
    spread = (
        usable[np.linspace(0, len(usable) - 1, 8 * SAMPLE_ROWS).astype(np.int64)] if len(usable) else usable
    )
    texts = {int(row): text_at(column, int(row)) for row in spread}
    rows = [row for row, text in texts.items() if text and text.strip()]
    rows = rows[:: max(1, len(rows) // SAMPLE_ROWS)][:SAMPLE_ROWS]
    if not rows:
        return np.empty(0)
    made = _encode(encoder, [texts[row] or "" for row in rows], cancel)
    stored = vectors.values[rows].astype(np.float64)
    lengths = row_lengths(made), row_lengths(stored)
    good = np.isfinite(lengths[0]) & (lengths[0] > 0) & (lengths[1] > 0)
    if not good.any():
        return np.empty(0)
    products = np.sum(made[good] * stored[good], axis=1)
    new, old = lengths[0][good], lengths[1][good]
    return np.array([np.mean(products / (new * old)), np.mean(new / old)])
