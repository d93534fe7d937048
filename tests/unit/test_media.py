"""Images of rows: small, safe, and refused in words."""

from __future__ import annotations

import base64
import io
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from symphony_core.dataset import Dataset
from symphony_core.errors import BadMedia, UnknownColumn
from symphony_core.media import Media, media_columns
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
    assert of_bytes(data).thumbnail(0, "image")[:2] == (data, "image/png")


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "BMP"])
@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_a_large_image_is_shrunk_and_keeps_its_shape(kind, mode):
    shown = of_bytes(encoded((400, 200), kind, mode)).thumbnail(0, "image")
    assert (shown.mime, size_of(shown.data)) == ("image/webp", (96, 48))
    assert (shown.width_px, shown.height_px) == (400, 200)


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
        (b"", "it is empty, 0 bytes"),
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


# --- one test for each kind of bad media --------------------------------------------------


def test_a_file_of_zero_bytes_says_so(folder):
    (folder / "media" / "empty.png").write_bytes(b"")
    with pytest.raises(BadMedia, match="row 'r0': it is empty, 0 bytes"):
        of_paths(folder, "media/empty.png").thumbnail(0, "image")


def test_a_text_named_png_is_told_by_its_content(folder):
    (folder / "media" / "fake.png").write_text("id,label\n1,cat\n")
    with pytest.raises(BadMedia, match="it is no PNG, JPEG, WebP, GIF or BMP"):
        of_paths(folder, "media/fake.png").thumbnail(0, "image")


def test_a_jpeg_named_png_is_shown_as_what_it_is(folder):
    (folder / "media" / "b.png").write_bytes(encoded(kind="JPEG"))
    assert of_paths(folder, "media/b.png").thumbnail(0, "image").mime == "image/jpeg"


def test_a_sound_named_png_is_told_by_its_content(folder):
    (folder / "media" / "b.png").write_bytes(b"fLaC" + bytes(60))
    with pytest.raises(BadMedia, match="it is FLAC, a sound"):
        of_paths(folder, "media/b.png").thumbnail(0, "image")


def test_an_svg_named_png_is_refused(folder):
    (folder / "media" / "b.png").write_text('<?xml version="1.0"?><svg onload="alert(1)"/>')
    with pytest.raises(BadMedia, match="SVG, which can carry script"):
        of_paths(folder, "media/b.png").thumbnail(0, "image")


def test_tiff_is_refused_by_name():
    with pytest.raises(BadMedia, match="it is TIFF"):
        of_bytes(encoded(kind="TIFF")).thumbnail(0, "image")


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "BMP"])
def test_an_image_cut_anywhere_is_shown_or_refused_in_words(kind):
    data = encoded((40, 30), kind, noisy=True)
    for length in range(1, len(data), max(1, len(data) // 40)):
        outcome = shown_or_refused(of_bytes(data[:length], encoded()))
        assert outcome == (40, 30) or "damaged" in str(outcome) or "no PNG" in str(outcome)


def shown_or_refused(media: Media) -> object:
    try:
        return size_of(media.thumbnail(0, "image").data)
    except BadMedia as error:
        return str(error)


def test_a_16_bit_image_spans_black_to_white():
    pixels = np.linspace(1_000, 1_255, 300 * 200).reshape(200, 300).astype(np.uint16)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    with Image.open(io.BytesIO(of_bytes(buffer.getvalue()).thumbnail(0, "image").data)) as image:
        low, high = image.convert("L").getextrema()
    assert (low < 12, high > 243) == (True, True)


def test_a_cmyk_jpeg_keeps_its_colour():
    buffer = io.BytesIO()
    Image.new("CMYK", (200, 100), (0, 255, 255, 0)).save(buffer, "JPEG")
    with Image.open(io.BytesIO(of_bytes(buffer.getvalue()).thumbnail(0, "image").data)) as image:
        red, green, blue = image.convert("RGB").getpixel((10, 10))
    assert (red > 200, green < 60, blue < 60) == (True, True, True)


def test_an_image_of_one_pixel_is_shown_as_it_is():
    data = encoded((1, 1))
    assert of_bytes(data).picture(0, "image")[:2] == (data, "image/png")


def test_a_palette_with_transparency_keeps_it():
    image = Image.new("P", (200, 100))
    image.putpalette([255, 0, 0, 0, 0, 255])
    image.paste(1, (0, 0, 100, 100))
    buffer = io.BytesIO()
    image.save(buffer, "PNG", transparency=0)
    with Image.open(io.BytesIO(of_bytes(buffer.getvalue()).thumbnail(0, "image").data)) as shown:
        assert (shown.mode, shown.getpixel((10, 10))[3], shown.getpixel((90, 10))[3]) == ("RGBA", 255, 0)


def test_an_animated_gif_shows_its_first_frame():
    frames = [Image.new("RGB", (200, 100), colour) for colour in ("red", "blue")]
    buffer = io.BytesIO()
    frames[0].save(buffer, "GIF", save_all=True, append_images=frames[1:], duration=100)
    with Image.open(io.BytesIO(of_bytes(buffer.getvalue()).thumbnail(0, "image").data)) as shown:
        assert (shown.n_frames, shown.convert("RGB").getpixel((10, 10))[0] > 200) == (1, True)


def webp_header(width: int, height: int) -> bytes:
    """A WebP that claims a size and holds no pixels."""
    body = b"VP8X" + struct.pack("<I", 10) + bytes(4)
    body += (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return b"RIFF" + struct.pack("<I", 4 + len(body)) + b"WEBP" + body


def bmp_header(width: int, height: int) -> bytes:
    dib = struct.pack("<IiiHHIIiiII", 40, width, height, 1, 24, 0, 0, 0, 0, 0, 0)
    return b"BM" + struct.pack("<IHHI", 54, 0, 0, 54) + dib


def gif_header(width: int, height: int) -> bytes:
    screen = b"GIF89a" + struct.pack("<HH", width, height) + bytes(3)
    return screen + b"," + struct.pack("<HHHH", 0, 0, width, height) + bytes(3) + b";"


def jpeg_header(width: int, height: int) -> bytes:
    frame = struct.pack(">BHHB", 8, height, width, 1) + bytes([1, 0x11, 0])
    return b"\xff\xd8\xff\xc0" + struct.pack(">H", 2 + len(frame)) + frame + b"\xff\xd9"


BOMBS = {
    "png": png_header(60_000, 60_000),
    "webp": webp_header(16_000, 16_000),
    "bmp": bmp_header(60_000, 60_000),
    "gif": gif_header(60_000, 60_000),
    "jpeg": jpeg_header(60_000, 60_000),
}


@pytest.mark.parametrize("kind", BOMBS)
def test_a_header_that_claims_a_huge_image_is_refused(kind):
    with pytest.raises(BadMedia, match="more than 40 million, so it is not decoded"):
        of_bytes(BOMBS[kind], encoded()).thumbnail(0, "image")


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="the largest size of a process is asked of the kernel")
def test_bombs_and_the_largest_images_take_bounded_memory(tmp_path):
    largest = tmp_path / "largest.png"
    Image.new("I;16", (8_000, 5_000)).save(largest)
    for kind, data in BOMBS.items():
        (tmp_path / kind).write_bytes(data)
    code = f"""
import pathlib, resource
from symphony_core.picture import Unfit, picture
def peak_mb(): return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
picture(pathlib.Path({str(tmp_path / "small.png")!r}).read_bytes(), 96, 16384)
before = peak_mb()
for name in {list(BOMBS)!r}:
    try: picture((pathlib.Path({str(tmp_path)!r}) / name).read_bytes(), 96, 16384)
    except Unfit: pass
bombs = peak_mb() - before
picture(pathlib.Path({str(largest)!r}).read_bytes(), 96, 16384)
print(bombs, peak_mb() - before)
"""
    (tmp_path / "small.png").write_bytes(encoded((300, 200)))
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    bombs_mb, largest_mb = map(float, said.split())
    assert bombs_mb < 20
    assert largest_mb < 400


@pytest.mark.parametrize("name", ["a b.png", "Größe 😀.png", "per%20cent#1?.png", "..png"])
def test_a_file_may_have_any_name(folder, name):
    (folder / "media" / name).write_bytes(encoded())
    assert of_paths(folder, f"media/{name}").thumbnail(0, "image").mime == "image/png"


def test_dots_that_stay_in_the_folder_are_followed(folder):
    assert of_paths(folder, "media/../media/a.png").thumbnail(0, "image").mime == "image/png"


def test_an_absolute_path_is_read_where_it_lies_in_the_folder(folder):
    assert of_paths(folder, str(folder / "media" / "a.png")).thumbnail(0, "image").mime == "image/png"


def test_the_folder_itself_may_be_a_link(folder, tmp_path):
    of_paths(folder, "media/a.png")
    (tmp_path / "link").symlink_to(folder, target_is_directory=True)
    media = Media(open_source(tmp_path / "link" / "data.parquet", SourceOptions(image="")))
    assert media.thumbnail(0, "image").mime == "image/png"


def test_facts_tell_what_is_stored_also_of_what_cannot_be_shown(folder):
    (folder / "media" / "big.png").write_bytes(BOMBS["png"])
    media = of_paths(folder, "media/big.png", "media/none.png")
    assert media.facts(0, "image") == ("PNG", len(BOMBS["png"]), "media/big.png")
    with pytest.raises(BadMedia, match="there is no file"):
        media.facts(1, "image")


# --- which columns hold media --------------------------------------------------------------


def test_columns_of_media_are_found_by_role_and_then_by_content():
    dataset = open_source(pd.DataFrame({
        "id": ["a.png", "b.png"],
        "mask": [encoded(), None],
        "image": ["a.png", "b.png"],
        "clip": [b"RIFF\0\0\0\0WAVEfmt ", b"fLaC"],
        "note": ["see a.png", "no"],
        "blob": [b"\x01\x02", b"\x03"],
        "n": [1, 2],
    }))  # fmt: skip
    assert media_columns(dataset) == (("image", "image"), ("clip", "audio"), ("mask", "image"))


def test_a_column_of_webp_is_no_sound_and_a_column_of_wav_no_image():
    riff = {"pictures": [encoded(kind="WEBP")], "sounds": [b"RIFF\0\0\0\0WAVEfmt "]}
    assert media_columns(open_source(pd.DataFrame(riff))) == (("pictures", "image"), ("sounds", "audio"))
