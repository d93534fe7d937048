"""Pixels for analyses; what a page gets is tested with the media."""

import io

import numpy as np
import pytest
from PIL import Image

from symphony_core.picture import Unfit, decoded


def encoded(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def test_a_small_image_is_given_pixel_for_pixel():
    pixels = np.arange(48, dtype=np.uint8).reshape(4, 4, 3)
    assert np.array_equal(np.asarray(decoded(encoded(Image.fromarray(pixels)), 10)), pixels)


def test_a_large_image_is_shrunk_to_its_longer_side():
    for kind in ("PNG", "JPEG", "WEBP"):
        assert decoded(encoded(Image.new("RGB", (400, 100)), kind), 100).size == (100, 25)


@pytest.mark.parametrize(
    ("image", "mode"),
    [
        (Image.new("L", (2, 2)), "RGB"),
        (Image.new("RGBA", (2, 2)), "RGBA"),
        (Image.new("P", (2, 2)), "RGB"),
        (Image.fromarray(np.array([[0, 65_535]], np.uint16)), "RGB"),
    ],
)
def test_every_image_has_three_or_four_bytes_a_pixel(image, mode):
    assert decoded(encoded(image), 10).mode == mode


def test_an_image_is_upright():
    image = Image.new("RGB", (2, 4))
    exif = image.getexif()
    exif[0x0112] = 6  # a quarter turn
    assert decoded(encoded(image, exif=exif), 10).size == (4, 2)


@pytest.mark.parametrize("data", [b"", b"text", encoded(Image.new("RGB", (9, 9)))[:40]])
def test_what_cannot_be_decoded_is_unfit(data):
    with pytest.raises(Unfit):
        decoded(data, 10)


def test_too_many_pixels_are_unfit_before_they_are_decoded():
    bomb = encoded(Image.new("1", (10_000, 4_001)))
    assert len(bomb) < 10_000
    with pytest.raises(Unfit, match="more than 40 million"):
        decoded(bomb, 10)
