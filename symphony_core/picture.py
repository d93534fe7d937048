"""An image's bytes made fit for a page: whole, small, upright.

Pixels are counted from the header before anything is decoded. A small file
that decodes without fault is passed through unchanged; any other is shrunk and
encoded by us. Failures are `Unfit`, with words for the person.
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from symphony_core.media_format import WEBP, media_format, what_it_is

if TYPE_CHECKING:
    from PIL import Image

# A thumbnail is sent inside the page, dozens at a time.
PASS_THROUGH_BYTES = 16 * 1024
# 40 million pixels decode into at most 160 MB.
MAX_PIXELS = 40_000_000
MIMES = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp", "GIF": "image/gif"}
WANTED = "no PNG, JPEG, WebP, GIF or BMP"
_FORMATS = (*MIMES, "BMP")
_QUALITIES = (85, 70, 50, 30)
# What Pillow raises on damaged files, besides its own errors, which are OSErrors.
_DECODE_ERRORS = (
    OSError,
    ValueError,
    SyntaxError,
    TypeError,
    IndexError,
    KeyError,
    EOFError,
    struct.error,
    zlib.error,
    OverflowError,
    MemoryError,
)


class Unfit(Exception):
    """Why a media value cannot be shown or played, in words that follow a place and a colon."""


class Picture(NamedTuple):
    """An encoded image, its MIME type, and the size in pixels of what it was made from."""

    data: bytes
    mime: str
    width_px: int = 0
    height_px: int = 0


def picture(data: bytes, max_px: int, max_bytes: int | None) -> Picture:
    """Give an image of at most `max_px` on its longer side, never enlarged.

    max_bytes: None is any number. Raises Unfit.
    """
    with _opened(data) as image:
        return _fitted(image, data, max_px, max_bytes)


def decoded(data: bytes, max_px: int) -> Image.Image:
    """Give an image as 8-bit RGB or RGBA, upright, of at most `max_px` on its longer side.

    For analyses, which want pixels and no file. Raises Unfit.
    """
    with _opened(data) as image:
        image.draft("RGB", (max_px, max_px))  # lets JPEG decode at a fraction of its size
        image.load()
        return _shrunk(image, max_px)


@contextmanager
def _opened(data: bytes) -> Iterator[Image.Image]:
    """Open an image whose pixels were counted; what then fails in decoding it becomes Unfit."""
    # Pillow takes 0.1 s to import, and many tables have no images.
    from PIL import Image, UnidentifiedImageError

    found = media_format(data)
    if found is None or found.kind != "image":
        raise Unfit(what_it_is(data) or f"it is {WANTED}")
    # Pillow reserves memory for a whole WebP when it opens it, before its size can be asked.
    if found is WEBP:
        _check_pixels(*_webp_size(data))
    try:
        with Image.open(io.BytesIO(data), formats=_FORMATS) as image:
            _check_pixels(*image.size)
            yield image
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Unfit(_too_many_pixels(*_png_size(data))) from error
    except UnidentifiedImageError as error:
        raise Unfit(f"the image is damaged (its {found.name} header cannot be read)") from error
    except _DECODE_ERRORS as error:
        raise Unfit(f"the image is damaged ({error})") from error


def _check_pixels(width: int, height: int) -> None:
    if width * height > MAX_PIXELS:
        raise Unfit(_too_many_pixels(width, height))


def _too_many_pixels(width: int, height: int) -> str:
    size = f"{width:,} x {height:,} pixels are" if width else "its pixels are"
    return f"{size} more than {MAX_PIXELS // 1_000_000} million, so it is not decoded"


def _png_size(data: bytes) -> tuple[int, int]:
    """Give width and height of a PNG; zeros for other formats."""
    return struct.unpack(">II", data[16:24]) if data.startswith(b"\x89PNG") and len(data) >= 24 else (0, 0)


def _webp_size(data: bytes) -> tuple[int, int]:
    """Give width and height of a WebP; zeros when its header is cut short."""
    chunk, body = data[12:16], data[20:30]
    if len(body) < 10:
        return 0, 0
    if chunk == b"VP8X":
        return int.from_bytes(body[4:7], "little") + 1, int.from_bytes(body[7:10], "little") + 1
    if chunk == b"VP8L":
        bits = int.from_bytes(body[1:5], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    width, height = struct.unpack("<HH", body[6:10])
    return width & 0x3FFF, height & 0x3FFF


def _fitted(image: Image.Image, data: bytes, max_px: int, max_bytes: int | None) -> Picture:
    size = image.size
    is_small = max(size) <= max_px and len(data) <= PASS_THROUGH_BYTES
    mime = MIMES.get(image.format or "")
    image.draft("RGB", (max_px, max_px))  # lets JPEG decode at a fraction of its size
    image.load()
    if is_small and mime is not None:
        return Picture(data, mime, *size)
    encoded, mime = _compressed(_shrunk(image, max_px), max_bytes)
    return Picture(encoded, mime, *size)


def _shrunk(image: Image.Image, max_px: int) -> Image.Image:
    from PIL import ImageOps  # loaded with Pillow already

    if image.mode.startswith("I;16") or image.mode in ("I", "F"):
        image = _eight_bits(image, max_px)
    upright = ImageOps.exif_transpose(image)
    has_alpha = "A" in upright.getbands() or "transparency" in upright.info
    plain = upright.convert("RGBA" if has_alpha else "RGB")
    plain.thumbnail((max_px, max_px))
    return plain


def _eight_bits(image: Image.Image, max_px: int) -> Image.Image:
    """Spread the values of a 16-bit or float image over black to white.

    It is first made smaller, though not below twice `max_px`: as float64 it takes 8 bytes a pixel.
    """
    from PIL import Image as PillowImage  # loaded with Pillow already

    wide = image if image.mode == "F" else image.convert("I")
    values = np.nan_to_num(np.asarray(wide.reduce(max(1, max(image.size) // (2 * max_px))), dtype=np.float64))
    low, high = float(values.min()), float(values.max())
    scaled = (values - low) * (255 / (high - low)) if high > low else np.zeros_like(values)
    return PillowImage.fromarray(scaled.astype(np.uint8))


def _compressed(image: Image.Image, max_bytes: int | None) -> tuple[bytes, str]:
    from PIL import features  # loaded with Pillow already

    has_webp = features.check("webp")
    while True:
        for quality in _QUALITIES:
            buffer = io.BytesIO()
            if has_webp:
                image.save(buffer, "WEBP", quality=quality, method=2)
            else:
                image.save(buffer, "PNG", optimize=True)
            if max_bytes is None or buffer.tell() <= max_bytes:
                return buffer.getvalue(), MIMES["WEBP" if has_webp else "PNG"]
        image = image.resize((max(1, image.width // 2), max(1, image.height // 2)))
