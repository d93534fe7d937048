"""Images of rows as small, safe bytes for a page.

A media value comes from data somebody else made: it may point outside the
folder, be a picture of 50,000 x 50,000 pixels in 100 bytes, or be no picture.
So paths must stay under the folder of the table (also behind symbolic links),
bytes and pixels are bounded before anything is decoded, and the page gets
either a small file that decoded without fault or one that we encoded. SVG is
refused: it can carry script. Nothing is ever fetched from an address.
"""

from __future__ import annotations

import base64
import io
import struct
import zlib
from collections.abc import Hashable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, NoReturn

import numpy as np

from symphony_core.cache import ByteLRU
from symphony_core.dataset import Dataset
from symphony_core.errors import BadMedia

if TYPE_CHECKING:
    from PIL import Image

THUMBNAIL_PX = 96
PICTURE_PX = 1024
MAX_PX = 4096
# A thumbnail is sent inside the page, dozens at a time.
PASS_THROUGH_BYTES = 16 * 1024
MAX_FILE_BYTES = 64 * 2**20
# 40 million pixels decode into at most 160 MB.
MAX_PIXELS = 40_000_000
CACHE_BYTES = 32 * 2**20

SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp"})
AUDIO_SUFFIXES = frozenset({".wav", ".flac", ".mp3", ".ogg", ".m4a", ".opus"})
MIMES = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp", "GIF": "image/gif"}
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


class Picture(NamedTuple):
    """An encoded image and its MIME type."""

    data: bytes
    mime: str


class _Content(NamedTuple):
    """Where the bytes of one row are: in a file or in the table; `key` tells contents apart."""

    key: Hashable
    data: bytes | None
    path: Path | None


_pictures: ByteLRU[Picture] = ByteLRU(CACHE_BYTES, size_of=lambda picture: len(picture.data))


class Media:
    """The images of a dataset, by row position and column.

    A value is bytes, a path relative to the table's folder, or a struct of `bytes` and `path`.
    """

    def __init__(self, dataset: Dataset) -> None:
        self._dataset = dataset

    def thumbnail(self, position: int, column: str, max_px: int = THUMBNAIL_PX) -> Picture:
        """Give a small image of at most 16 kB. Raises BadMedia."""
        return self._shown(position, column, max_px, PASS_THROUGH_BYTES)

    def picture(self, position: int, column: str, max_px: int = PICTURE_PX) -> Picture:
        """Give an image of at most `max_px` on its longer side, never enlarged. Raises BadMedia."""
        return self._shown(position, column, max_px, None)

    def data_uri(self, position: int, column: str, max_px: int = THUMBNAIL_PX) -> str:
        """Give an image as text that an `img` can show without a request. Raises BadMedia."""
        size = self.thumbnail if max_px <= THUMBNAIL_PX else self.picture
        data, mime = size(position, column, max_px)
        return f"data:{mime};base64,{base64.b64encode(data).decode()}"

    def original(self, position: int, column: str) -> bytes:
        """Give the bytes as they are stored, for an analysis and not for a page. Raises BadMedia."""
        where = _Where(self._dataset, position, column)
        content = self._content(where, SUFFIXES | AUDIO_SUFFIXES)
        return _read(content, where)

    def _shown(self, position: int, column: str, max_px: int, max_bytes: int | None) -> Picture:
        where = _Where(self._dataset, position, column)
        content = self._content(where, SUFFIXES)
        size = max(1, min(max_px, MAX_PX))
        key = (content.key, size, max_bytes)
        return _pictures.get(key, lambda: _encoded(_read(content, where), size, max_bytes, where))

    def _content(self, where: _Where, suffixes: frozenset[str]) -> _Content:
        value = where.value()
        if isinstance(value, Mapping):
            value = value.get("bytes") or value.get("path")
        if value is None or (isinstance(value, (str, bytes)) and not value):
            where.fail("there is no image in this row")
        if isinstance(value, (bytes, bytearray, memoryview)):
            key = (self._dataset.fingerprint, where.column, where.position)
            return _Content(key, bytes(value), None)
        if not isinstance(value, str):
            where.fail(f"a {type(value).__name__} is neither a path nor bytes")
        path = self._contained(value, where, suffixes)
        status = path.stat()
        return _Content((str(path), status.st_size, status.st_mtime_ns), None, path)

    def _contained(self, value: str, where: _Where, suffixes: frozenset[str]) -> Path:
        """Give the file, if it lies under the media folder once all links are followed."""
        root = self._dataset.media_root
        if "://" in value or value.startswith("data:"):
            where.fail(f"{value[:80]!r} is an address; images are read from files or from bytes in the table")
        if root is None:
            where.fail(
                f"{value!r} is a path and a table from memory has no folder; open the file instead, "
                "or set frame.attrs['media_root']"
            )
        try:
            base = root.resolve()
            path = (base / value).resolve()
            is_there = path.is_relative_to(base) and path.is_file()
        except (OSError, ValueError, RuntimeError) as error:
            where.fail(f"{value[:80]!r} cannot be looked up ({error})", error)
        if not path.is_relative_to(base):
            where.fail(f"{value!r} leads out of the folder of the table")
        if path.suffix.casefold() not in suffixes:
            where.fail(
                f"{path.name!r} ends in {path.suffix or 'nothing'}; shown are {', '.join(sorted(suffixes))}"
            )
        if not is_there:
            where.fail(f"there is no file {value!r} in the folder of the table")
        return path


class _Where:
    """One cell, for reading it and for saying what is wrong with it."""

    def __init__(self, dataset: Dataset, position: int, column: str) -> None:
        self.dataset = dataset
        self.position = position
        self.column = column

    def value(self) -> object:
        if not 0 <= self.position < len(self.dataset):
            raise BadMedia(
                f"there is no row at position {self.position}; the table has {len(self.dataset):,} rows.",
                column=self.column,
                row_id=None,
                reason="no such row",
            )
        return self.dataset.values(self.column, np.array([self.position]))[0]

    def fail(self, reason: str, cause: BaseException | None = None) -> NoReturn:
        row_id = self.dataset.ids_at(np.array([self.position])).tolist()[0]
        raise BadMedia(
            f"column {self.column!r}, row {row_id!r}: {reason}.",
            column=self.column,
            row_id=row_id,
            reason=reason,
        ) from cause


def _read(content: _Content, where: _Where) -> bytes:
    if content.data is not None:
        size = len(content.data)
    else:
        assert content.path is not None
        try:
            with content.path.open("rb") as file:
                data = file.read(MAX_FILE_BYTES + 1)
        except OSError as error:
            where.fail(f"{content.path.name!r} cannot be read ({error.strerror})", error)
        size = len(data)
        content = content._replace(data=data)
    if size > MAX_FILE_BYTES:
        where.fail(f"it is larger than {MAX_FILE_BYTES // 2**20} MB")
    assert content.data is not None
    return content.data


def _encoded(data: bytes, max_px: int, max_bytes: int | None, where: _Where) -> Picture:
    # Pillow takes 0.1 s to import, and many tables have no images.
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(io.BytesIO(data), formats=_FORMATS) as image:
            width, height = image.size
            if width * height > MAX_PIXELS:
                where.fail(_too_many_pixels(width, height))
            return _fitted(image, data, max_px, max_bytes)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        where.fail(_too_many_pixels(*_header_size(data)), error)
    except UnidentifiedImageError as error:
        what = (
            "SVG, which can carry script"
            if b"<svg" in data[:1024].lower()
            else "no PNG, JPEG, WebP, GIF or BMP"
        )
        where.fail(f"it is {what}", error)
    except _DECODE_ERRORS as error:
        where.fail(f"the image is damaged ({error})", error)


def _too_many_pixels(width: int, height: int) -> str:
    size = f"{width:,} x {height:,} pixels are" if width else "its pixels are"
    return f"{size} more than {MAX_PIXELS // 1_000_000} million, so it is not decoded"


def _header_size(data: bytes) -> tuple[int, int]:
    """Give width and height of a PNG; zeros for other formats."""
    return struct.unpack(">II", data[16:24]) if data.startswith(b"\x89PNG") and len(data) >= 24 else (0, 0)


def _fitted(image: Image.Image, data: bytes, max_px: int, max_bytes: int | None) -> Picture:
    is_small = max(image.size) <= max_px and len(data) <= PASS_THROUGH_BYTES
    mime = MIMES.get(image.format or "")
    image.draft("RGB", (max_px, max_px))  # lets JPEG decode at a fraction of its size
    image.load()
    if is_small and mime is not None:
        return Picture(data, mime)
    return _compressed(_shrunk(image, max_px), max_bytes)


def _shrunk(image: Image.Image, max_px: int) -> Image.Image:
    from PIL import ImageOps  # loaded with Pillow already

    upright = ImageOps.exif_transpose(image)
    if upright.mode.startswith("I;16") or upright.mode in ("I", "F"):
        upright = _eight_bits(upright)
    has_alpha = "A" in upright.getbands() or "transparency" in upright.info
    plain = upright.convert("RGBA" if has_alpha else "RGB")
    plain.thumbnail((max_px, max_px))
    return plain


def _eight_bits(image: Image.Image) -> Image.Image:
    """Spread the values of a 16-bit or float image over black to white."""
    from PIL import Image as PillowImage  # loaded with Pillow already

    values = np.nan_to_num(np.asarray(image, dtype=np.float64))
    low, high = float(values.min()), float(values.max())
    scaled = (values - low) * (255 / (high - low)) if high > low else np.zeros_like(values)
    return PillowImage.fromarray(scaled.astype(np.uint8))


def _compressed(image: Image.Image, max_bytes: int | None) -> Picture:
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
                return Picture(buffer.getvalue(), MIMES["WEBP" if has_webp else "PNG"])
        image = image.resize((max(1, image.width // 2), max(1, image.height // 2)))
