"""What a media value is, told from its first bytes and never from its name.

A file called `a.png` may hold anything, and a page must not be handed what it
cannot be: only formats listed here are shown or played. SVG is not among them,
since it can carry script.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

IMAGE_SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp"})
AUDIO_SUFFIXES = frozenset({".wav", ".flac", ".mp3", ".ogg", ".m4a", ".opus"})

# As many bytes as `media_format` looks at.
HEAD_BYTES = 64
# Major brands of MPEG-4 files that hold sound, or sound among other things.
_M4A_BRANDS = (b"M4A ", b"M4B ", b"mp41", b"mp42", b"isom", b"iso2", b"dash")


class MediaFormat(NamedTuple):
    """A format as people name it, whether it is an `image` or `audio`, and its MIME type."""

    name: str
    kind: str
    mime: str


PNG = MediaFormat("PNG", "image", "image/png")
JPEG = MediaFormat("JPEG", "image", "image/jpeg")
WEBP = MediaFormat("WebP", "image", "image/webp")
GIF = MediaFormat("GIF", "image", "image/gif")
BMP = MediaFormat("BMP", "image", "image/bmp")
WAV = MediaFormat("WAV", "audio", "audio/wav")
FLAC = MediaFormat("FLAC", "audio", "audio/flac")
MP3 = MediaFormat("MP3", "audio", "audio/mpeg")
OGG = MediaFormat("Ogg", "audio", "audio/ogg")
M4A = MediaFormat("M4A", "audio", "audio/mp4")

_HEADS = (
    (b"\x89PNG", PNG),
    (b"\xff\xd8\xff", JPEG),
    (b"GIF8", GIF),
    (b"fLaC", FLAC),
    (b"OggS", OGG),
    (b"ID3", MP3),
)


def media_format(data: bytes) -> MediaFormat | None:
    """Tell the format of an image or a sound by its first bytes; None is any other."""
    for head, found in _HEADS:
        if data.startswith(head):
            return found
    if data[:4] in (b"RIFF", b"RF64"):
        return {b"WAVE": WAV, b"WEBP": WEBP}.get(data[8:12])
    if data[:2] == b"BM" and len(data) >= 18 and data[15:18] == b"\0\0\0":
        return BMP
    if data[4:8] == b"ftyp" and data[8:12] in _M4A_BRANDS:
        return M4A
    return MP3 if _is_mp3_frame(data) else None


def media_kind(value: object) -> str | None:
    """Say whether a value looks like an `image` or like `audio`: bytes by content, paths by suffix.

    value: as in a table; a struct of `bytes` and `path` is told by its bytes first.
    """
    if isinstance(value, Mapping):
        return media_kind(value.get("bytes")) or media_kind(value.get("path"))
    if isinstance(value, (bytes, bytearray, memoryview)):
        found = media_format(bytes(value[:HEAD_BYTES]))
        return None if found is None else found.kind
    if not isinstance(value, str):
        return None
    suffix = "." + value.rpartition(".")[2].casefold()
    return "image" if suffix in IMAGE_SUFFIXES else "audio" if suffix in AUDIO_SUFFIXES else None


def _is_mp3_frame(data: bytes) -> bool:
    """Say whether an MPEG layer III frame begins here: sync bits, then a rate that there is."""
    if len(data) < 4 or data[0] != 0xFF or data[1] & 0xE6 != 0xE2:
        return False
    is_reserved = data[1] & 0x18 == 0x08
    return not is_reserved and data[2] & 0xF0 not in (0x00, 0xF0) and data[2] & 0x0C != 0x0C


def what_it_is(data: bytes) -> str:
    """Word what the bytes are when they are no format of ours."""
    if not data:
        return "it is empty, 0 bytes"
    if b"<svg" in data[:1024].lower():
        return "it is SVG, which can carry script"
    found = media_format(data)
    if found is not None:
        return f"it is {found.name}, {'a sound' if found.kind == 'audio' else 'an image'}"
    if data[:4] in (b"II*\0", b"MM\0*"):
        return "it is TIFF"
    return ""
