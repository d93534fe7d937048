"""Images of rows: small, safe, and refused in words."""

from __future__ import annotations

import base64
import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from symphony_core.dataset import Dataset
from symphony_core.errors import BadMedia, UnknownColumn
from symphony_core.media import Media
from symphony_core.sources import SourceOptions, open_source


def encoded(
    size: tuple[int, int] = (8, 6), kind: str = "PNG", mode: str = "RGB", noisy: bool = False
) -> bytes:
    buffer = io.BytesIO()
    if noisy:
        pixels = np.random.default_rng(0).integers(0, 255, (size[1], size[0], 3), dtype=np.uint8)
        Image.fromarray(pixels).convert(mode).save(buffer, kind)
    else:
        Image.new(mode, size).save(buffer, kind)
    return buffer.getvalue()


def png_header(width: int, height: int) -> bytes:
    """A PNG that claims a size and holds next to no pixels."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


def of_bytes(*values: object) -> Media:
    return Media(
        open_source(pd.DataFrame({"id": [f"r{i}" for i in range(len(values))], "image": list(values)}))
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    (folder / "media").mkdir(parents=True)
    (folder / "media" / "a.png").write_bytes(encoded())
    (tmp_path / "secret.png").write_bytes(encoded())
    return folder


def of_paths(folder: Path, *values: str) -> Media:
    path = folder / "data.parquet"
    pd.DataFrame({"id": [f"r{i}" for i in range(len(values))], "image": list(values)}).to_parquet(path)
    return Media(open_source(path, SourceOptions(image="")))


def size_of(data: bytes) -> tuple[int, int]:
    with Image.open(io.BytesIO(data)) as image:
        return image.size


def test_a_small_valid_image_is_passed_through_unchanged():
    data = encoded()
    assert of_bytes(data).thumbnail(0, "image") == (data, "image/png")


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "BMP"])
@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_a_large_image_is_shrunk_and_keeps_its_shape(kind, mode):
    data, mime = of_bytes(encoded((400, 200), kind, mode)).thumbnail(0, "image")
    assert mime == "image/webp"
    assert size_of(data) == (96, 48)


@pytest.mark.parametrize("mode", ["1", "P", "LA", "RGBA", "I;16"])
def test_unusual_pixels_are_shown_too(mode):
    assert size_of(of_bytes(encoded((200, 100), mode=mode)).thumbnail(0, "image").data) == (96, 48)


def test_transparency_survives():
    data = of_bytes(encoded((200, 100), mode="RGBA")).thumbnail(0, "image").data
    with Image.open(io.BytesIO(data)) as image:
        assert image.mode == "RGBA"


def test_a_small_image_is_never_enlarged():
    assert size_of(of_bytes(encoded((8, 6), noisy=True)).picture(0, "image").data) == (8, 6)


def test_a_thumbnail_takes_16_kb_at_most():
    assert len(of_bytes(encoded((900, 900), noisy=True)).thumbnail(0, "image", 900).data) <= 16 * 1024


def test_a_photo_is_turned_as_its_camera_says():
    buffer = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (400, 200)).save(buffer, "JPEG", exif=exif)
    assert size_of(of_bytes(buffer.getvalue()).thumbnail(0, "image").data) == (48, 96)


def test_a_path_is_read_under_the_folder_of_the_table(folder):
    assert of_paths(folder, "media/a.png").thumbnail(0, "image").mime == "image/png"


def test_a_struct_gives_its_bytes_or_else_its_path():
    media = of_bytes({"bytes": encoded(), "path": "x.png"}, {"bytes": None, "path": "x.png"})
    assert media.thumbnail(0, "image").mime == "image/png"
    with pytest.raises(BadMedia, match=r"x\.png"):
        media.thumbnail(1, "image")


def test_a_data_uri_holds_the_thumbnail():
    data = encoded()
    assert of_bytes(data).data_uri(0, "image") == f"data:image/png;base64,{base64.b64encode(data).decode()}"


def test_the_original_bytes_are_given_as_they_are():
    data = encoded((400, 200))
    assert of_bytes(data).original(0, "image") == data


def test_an_image_is_encoded_once():
    media = of_bytes(encoded((400, 200)))
    assert media.thumbnail(0, "image") is media.thumbnail(0, "image")


@pytest.mark.parametrize("value", ["../secret.png", "media/../../secret.png", "/etc/passwd", "{outside}"])
def test_a_path_out_of_the_folder_is_refused(folder, value):
    value = value.format(outside=folder.parent / "secret.png")
    with pytest.raises(BadMedia, match=r"column 'image', row 'r0': .*leads out of the folder") as caught:
        of_paths(folder, value).thumbnail(0, "image")
    assert (caught.value.column, caught.value.row_id) == ("image", "r0")


@pytest.mark.parametrize("kind", ["file", "folder"])
def test_a_symbolic_link_out_of_the_folder_is_refused(folder, kind):
    if kind == "file":
        (folder / "media" / "link.png").symlink_to(folder.parent / "secret.png")
        value = "media/link.png"
    else:
        (folder / "up").symlink_to(folder.parent, target_is_directory=True)
        value = "up/secret.png"
    with pytest.raises(BadMedia, match="leads out of the folder"):
        of_paths(folder, value).thumbnail(0, "image")


def test_a_symbolic_link_within_the_folder_is_followed(folder):
    (folder / "link.png").symlink_to(folder / "media" / "a.png")
    assert of_paths(folder, "link.png").thumbnail(0, "image").mime == "image/png"


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("media/none.png", "there is no file"),
        ("media", "ends in nothing"),
        ("data.parquet", r"ends in \.parquet"),
        ("x.svg", r"ends in \.svg"),
        ("http://localhost/a.png", "is an address"),
        ("file:///etc/passwd", "is an address"),
        ("data:image/png;base64,AAAA", "is an address"),
        ("", "there is no image"),
        ("a\0b.png", "cannot be looked up|there is no file"),
        ("n" * 5_000 + ".png", "cannot be looked up|there is no file"),
    ],
)
def test_a_path_that_names_no_image_is_refused_in_words(folder, value, words):
    with pytest.raises(BadMedia, match=words):
        of_paths(folder, value).thumbnail(0, "image")


def test_a_link_to_itself_is_refused(folder):
    (folder / "loop.png").symlink_to(folder / "loop.png")
    with pytest.raises(BadMedia):
        of_paths(folder, "loop.png").thumbnail(0, "image")


def test_a_path_in_a_table_from_memory_says_what_to_do():
    with pytest.raises(BadMedia, match="media_root"):
        of_bytes("a.png").thumbnail(0, "image")


def test_a_frame_can_name_its_media_folder(folder):
    frame = pd.DataFrame({"image": ["media/a.png"]})
    frame.attrs["media_root"] = str(folder)
    assert Media(open_source(frame)).thumbnail(0, "image").mime == "image/png"


@pytest.mark.parametrize("size", [(50_000, 50_000), (7_000, 7_000), (10_000, 9_500), (2**31 - 1, 2**31 - 1)])
def test_an_image_of_too_many_pixels_is_refused_before_it_is_decoded(size):
    with pytest.raises(BadMedia, match=f"{size[0]:,} x {size[1]:,} pixels"):
        of_bytes(png_header(*size)).thumbnail(0, "image")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "there is no image"),
        (b"no image at all", "no PNG, JPEG"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "SVG"),
        (encoded((300, 300), noisy=True)[:5_000], "damaged"),
        (encoded((300, 300), "JPEG", noisy=True)[:5_000], "damaged"),
        (encoded()[:40], "damaged|no PNG"),
        (png_header(0, 0), "damaged|no PNG"),
    ],
)
def test_bytes_that_are_no_whole_image_are_refused_in_words(data, words):
    with pytest.raises(BadMedia, match=words):
        of_bytes(data, encoded()).thumbnail(0, "image")


def test_a_missing_value_says_that_the_row_has_no_image():
    with pytest.raises(BadMedia, match="row 'r1': there is no image"):
        of_bytes(encoded(), None).thumbnail(1, "image")


def test_other_values_are_no_images():
    dataset: Dataset = open_source(pd.DataFrame({"n": [1]}))
    with pytest.raises(BadMedia, match="neither a path nor bytes"):
        Media(dataset).thumbnail(0, "n")


@pytest.mark.parametrize("position", [-1, 1])
def test_a_position_outside_the_table_is_refused(position):
    with pytest.raises(BadMedia, match="no row at position"):
        of_bytes(encoded()).thumbnail(position, "image")


def test_an_unknown_column_is_named():
    with pytest.raises(UnknownColumn, match="'image'"):
        of_bytes(encoded()).thumbnail(0, "imag")
