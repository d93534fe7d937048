"""Encoding texts and images, against PyTorch doing the same, where it is installed.

    python benchmarks/embedders.py [--quick] [--samples K]

Reach: at most 1.2x PyTorch's CPU time, one thread each, the two interleaved. Where
PyTorch is not installed (the models do not need it) the baseline is the model's own
matrix products alone, on numbers that lie ready: no embedder can do without these.
PyTorch gets the texts in the order of their lengths, padded 32 at a time, and the
images decoded, 8 at a time, channels last: the quickest it did here. Needs the extras
`text` and `image` and writes no cache.
"""

from __future__ import annotations

import argparse
import io
import statistics
import time
from collections.abc import Callable
from types import ModuleType

import numpy as np
from _report import reach, show
from PIL import Image

from symphony_core.blas import one_blas_thread
from symphony_panel_embedders import lite0, minilm

LIMIT = 1.2
WORDS = (
    "the",
    "a",
    "film",
    "plot",
    "battery",
    "phone",
    "works",
    "great",
    "poor",
    "never",
    "again",
    "and",
    "is",
)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="fewer texts, images and samples")
    parser.add_argument("--samples", type=int)
    given = parser.parse_args()
    samples = given.samples or (3 if given.quick else 7)
    rng = np.random.default_rng(0)
    torch = installed_torch()
    with one_blas_thread():
        measure(given.quick, samples, torch, rng)


def measure(is_quick: bool, samples: int, torch: ModuleType | None, rng: np.random.Generator) -> None:
    texts = [" ".join(rng.choice(WORDS, rng.integers(4, 45))) for _ in range(64 if is_quick else 256)]
    report("texts", *text_runs(texts, torch), len(texts), samples, torch)
    images = [photograph(rng) for _ in range(8 if is_quick else 32)]
    report("images", *image_runs(images, torch), len(images), samples, torch)


def installed_torch() -> ModuleType | None:
    try:
        import torch
    except ImportError:
        return None
    torch.set_num_threads(1)
    return torch


def photograph(rng: np.random.Generator) -> bytes:
    """Give a JPEG of 320 x 240 pixels with some structure."""
    coarse = Image.fromarray(rng.integers(0, 256, (12, 16, 3), dtype=np.uint8))
    buffer = io.BytesIO()
    coarse.resize((320, 240), Image.Resampling.BICUBIC).save(buffer, "JPEG", quality=90)
    return buffer.getvalue()


Run = Callable[[], object]


def text_runs(texts: list[str], torch: ModuleType | None) -> tuple[Run, Run]:
    model = minilm.load()
    tokens = [np.array(encoding.ids) for encoding in model._tokenizer.encode_batch(texts)]
    if torch is not None:
        from _torch_models import TorchMiniLM

        reference = TorchMiniLM()
        ordered = [tokens[row] for row in np.argsort([len(ids) for ids in tokens])]
        expected = np.concatenate([reference(ordered[at : at + 32]) for at in range(0, len(ordered), 32)])
        ours = model.encode([texts[row] for row in np.argsort([len(ids) for ids in tokens])])
        check("texts", ours, expected)
        return lambda: model.encode(texts), lambda: [
            reference(ordered[at : at + 32]) for at in range(0, len(ordered), 32)
        ]
    packs = [sum(len(tokens[row]) for row in rows) for rows in minilm.packs(tokens, minilm.PACK_TOKENS)]
    matrices = [
        dense.matrix
        for layer in model._layers
        for dense in (layer.query_key_value, layer.mixed, layer.widened, layer.narrowed)
    ]
    states = {width: np.ones((max(packs), width), np.float32) for width in (384, 1536)}
    return lambda: model.encode(texts), lambda: [
        states[len(matrix)][:count] @ matrix for count in packs for matrix in matrices
    ]


def image_runs(images: list[bytes], torch: ModuleType | None) -> tuple[Run, Run]:
    model = lite0.load()
    if torch is not None:
        from _torch_models import TorchLite0

        reference = TorchLite0()

        def theirs() -> np.ndarray:
            batches = [images[at : at + 8] for at in range(0, len(images), 8)]
            pixels = [np.stack([lite0.input_pixels(data) for data in batch]) for batch in batches]
            return np.concatenate([reference(batch) for batch in pixels])

        check("images", model.encode(images), theirs())
        return lambda: model.encode(images), theirs
    sizes = [112, *(side for block in BLOCK_SIDES for side in block)]
    products = []
    for block, (into, out) in zip(model._blocks, zip(sizes[1::2], sizes[2::2], strict=True), strict=True):
        if block.widened is not None:
            products.append((into, block.widened.matrix))
        products.append((out, block.narrowed.matrix))
    products.append((7, model._head.matrix))
    ready = [(np.ones((side * side, len(matrix)), np.float32), matrix) for side, matrix in products]
    return lambda: model.encode(images), lambda: [values @ matrix for _ in images for values, matrix in ready]


# The side of the image before and behind each of the 16 blocks.
BLOCK_SIDES = [
    (112, 112), (112, 56), (56, 56), (56, 28), (28, 28), (28, 14), (14, 14), (14, 14), (14, 14), (14, 14),
    (14, 14), (14, 7), (7, 7), (7, 7), (7, 7), (7, 7),
]  # fmt: skip


def check(what: str, ours: np.ndarray, theirs: np.ndarray) -> None:
    if not np.allclose(ours, theirs, atol=1e-3):
        raise SystemExit(f"the vectors of {what} are not those of PyTorch")


def report(what: str, ours: Run, theirs: Run, count: int, samples: int, torch: ModuleType | None) -> None:
    ours_s, theirs_s = [], []
    for _ in range(samples):
        theirs_s.append(cpu_seconds(theirs))
        ours_s.append(cpu_seconds(ours))
    ratio = statistics.median(mine / other for mine, other in zip(ours_s, theirs_s, strict=True))
    baseline = "matrix products alone" if torch is None else f"PyTorch {torch.__version__}"
    rows = [
        ("ours", f"{count / statistics.median(ours_s):,.0f} {what} a second of CPU"),
        (baseline, f"{count / statistics.median(theirs_s):,.0f} {what} a second of CPU"),
        ("ratio", f"{ratio:.2f}x" if torch is None else reach(ratio, LIMIT)),
    ]
    figures = {"count": count, "baseline": baseline, "ratio": ratio, "ours_s": ours_s, "theirs_s": theirs_s}
    show(f"encode {count:,} {what}", rows, figures)


def cpu_seconds(run: Run) -> float:
    started = time.process_time()
    run()
    return time.process_time() - started


if __name__ == "__main__":
    main()
