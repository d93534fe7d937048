"""Sounds of rows: told by content, outlined as far as they decode, refused in words."""

from __future__ import annotations

import io
import math
import struct
import sys
import wave
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from symphony_core.errors import BadMedia
from symphony_core.media import MAX_SOUND_BYTES, Media
from symphony_core.picture import Unfit
from symphony_core.sound import BUCKETS, sound_format, waveform
from symphony_core.sources import SourceOptions, open_source

RATE = 8_000


def chunk(name: bytes, body: bytes, length: int | None = None) -> bytes:
    return name + struct.pack("<I", len(body) if length is None else length) + body + bytes(len(body) % 2)


def wav(
    samples: bytes, *, code: int = 1, bits: int = 16, channels: int = 1, rate: int = RATE,
    length: int | None = None,
) -> bytes:  # fmt: skip
    width = channels * bits // 8
    layout = struct.pack("<HHIIHH", code, channels, rate, rate * width % 2**32, width, bits)
    return chunk(b"RIFF", b"WAVE" + chunk(b"fmt ", layout) + chunk(b"data", samples, length))


def ramp(count: int = RATE) -> np.ndarray:
    """A sound that grows from silence to full."""
    return np.linspace(0, 1, count)


def of_sounds(*values: object) -> Media:
    frame = pd.DataFrame({"id": [f"r{i}" for i in range(len(values))], "audio": list(values)})
    return Media(open_source(frame, SourceOptions(audio="audio" if any(values) else "")))


def outline(data: bytes) -> tuple[int, float, float, float]:
    """Give bucket count, seconds, first and last peak."""
    made = waveform(data)
    return len(made.peaks), made.seconds, made.peaks[0], made.peaks[-1]


# --- formats -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("head", "mime"),
    [
        (wav(b""), "audio/wav"),
        (b"fLaC" + bytes(40), "audio/flac"),
        (b"ID3\x04" + bytes(40), "audio/mpeg"),
        (b"\xff\xfb\x90\x64" + bytes(40), "audio/mpeg"),
        (b"OggS" + bytes(24) + b"OpusHead", "audio/ogg"),
        (b"\0\0\0\x20ftypM4A " + bytes(20), "audio/mp4"),
    ],
)
def test_a_sound_is_told_by_its_content(head, mime):
    assert of_sounds(head).audio(0, "audio") == (head, mime)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "it is empty, 0 bytes"),
        (b"this is a text", "it is no WAV, FLAC, MP3"),
        (b"\x89PNG\r\n\x1a\n" + bytes(20), "it is PNG, an image"),
        (b"<svg onload='alert(1)'/>", "SVG"),
        (b"<html><script>alert(1)</script>", "it is no WAV"),
        (b"RIFF\0\0\0\0AVI LIST", "it is no WAV"),
        (b"\xff\xff\xff\xff", "it is no WAV"),
        (b"\0\0\0\x20ftypqt  ", "it is no WAV"),
    ],
)
def test_what_is_no_sound_is_neither_played_nor_drawn(data, words):
    media = of_sounds(data, b"fLaC")
    for ask in (media.audio, media.waveform):
        with pytest.raises(BadMedia, match=f"column 'audio', row 'r0': .*{words}"):
            ask(0, "audio")


def test_a_missing_sound_says_that_the_row_has_none():
    with pytest.raises(BadMedia, match="row 'r1': there is no sound in this row"):
        of_sounds(wav(b""), None).audio(1, "audio")


def test_a_sound_above_the_cap_is_refused_before_it_is_sent():
    media = of_sounds(wav(bytes(MAX_SOUND_BYTES)))
    with pytest.raises(BadMedia, match="larger than 8 MB"):
        media.audio(0, "audio")
    with pytest.raises(BadMedia, match="no row at position"):
        media.audio(1, "audio")


def test_a_sound_may_be_a_path_and_a_text_named_wav_is_refused(tmp_path):
    (tmp_path / "a b.wav").write_bytes(wav(bytes(16)))
    (tmp_path / "fake.wav").write_text("no sound")
    (tmp_path / "zero.wav").write_bytes(b"")
    path = tmp_path / "data.csv"
    pd.DataFrame({"audio": ["a b.wav", "fake.wav", "zero.wav", "../x.wav", "a.aiff"]}).to_csv(path)
    media = Media(open_source(path, SourceOptions(audio="audio")))
    assert media.audio(0, "audio").mime == "audio/wav"
    for row, words in enumerate(["no WAV", "0 bytes", "out of the folder", r"ends in \.aiff"], 1):
        with pytest.raises(BadMedia, match=words):
            media.audio(row, "audio")


# --- WAV, read here -------------------------------------------------------------------------


def encoded(values: np.ndarray, code: int, bits: int) -> bytes:
    """The same as the standard's formulas, one sample at a time."""
    if code == 3:
        return values.astype(f"<f{bits // 8}").tobytes()
    if bits == 8:
        return bytes(round(128 + 127 * value) for value in values)
    top = 2 ** (bits - 1) - 1
    return b"".join(round(top * value).to_bytes(bits // 8, "little", signed=True) for value in values)


@pytest.mark.parametrize(("code", "bits"), [(1, 8), (1, 16), (1, 24), (1, 32), (3, 32), (3, 64)])
def test_every_depth_of_wav_has_the_same_outline(code, bits):
    data = wav(encoded(ramp(), code, bits), code=code, bits=bits)
    buckets, seconds, first, last = outline(data)
    assert (buckets, seconds) == (BUCKETS, 1.0)
    assert (first, last) == (pytest.approx(0.008, abs=0.009), pytest.approx(1, abs=0.01))


def test_an_extensible_header_tells_the_true_format():
    layout = struct.pack("<HHIIHHHHI", 0xFFFE, 1, RATE, RATE * 2, 2, 16, 22, 16, 4)
    layout += struct.pack("<H", 1) + bytes(14)
    samples = encoded(ramp(), 1, 16)
    data = chunk(b"RIFF", b"WAVE" + chunk(b"fmt ", layout) + chunk(b"data", samples))
    assert outline(data)[:2] == (BUCKETS, 1.0)


def test_the_standard_librarys_own_files_are_read():
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(np.repeat(encoded_16(ramp()), 2).tobytes())
    made = waveform(buffer.getvalue())
    assert (made.channels, made.rate, made.seconds) == (2, RATE, 1.0)


def encoded_16(values: np.ndarray) -> np.ndarray:
    return np.round(values * 32767).astype("<i2")


@given(st.lists(st.integers(-(2**15), 2**15 - 1), min_size=1, max_size=2_000), st.integers(1, 3))
def test_each_bucket_is_the_largest_magnitude_of_its_part(values, channels):
    values = values[: len(values) // channels * channels] or [0] * channels
    made = waveform(wav(struct.pack(f"<{len(values)}h", *values), channels=channels))
    loudest = [max(abs(v) for v in values[i : i + channels]) for i in range(0, len(values), channels)]
    parts = [loudest[i : i + 64] for i in range(0, len(loudest), 64)]
    assert len(made.peaks) == min(BUCKETS, len(parts))
    assert list(made.peaks) == [pytest.approx(max(part) / 2**15, abs=6e-4) for part in parts]


def test_a_truncated_wav_is_outlined_as_far_as_it_goes():
    data = wav(encoded(ramp(), 1, 16))
    assert waveform(data[: len(data) // 2]).seconds == pytest.approx(0.5, abs=0.01)


@pytest.mark.parametrize("length", [0xFFFFFFFF, 0x7FFFFFFF, 2**31])
def test_a_length_beyond_the_file_means_its_end(length):
    assert waveform(wav(encoded(ramp(), 1, 16), length=length)).seconds == 1.0


@pytest.mark.parametrize("data", [wav(b""), wav(b"\x01"), wav(encoded(ramp(), 1, 16), length=0)])
def test_a_wav_without_samples_says_so(data):
    with pytest.raises(Unfit, match="holds no samples"):
        waveform(data)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (wav(bytes(8), channels=0), "damaged"),
        (wav(bytes(8), rate=0), "damaged"),
        (wav(bytes(8), bits=0), "0 bits"),
        (wav(bytes(8), bits=12), "12 bits"),
        (wav(bytes(8), code=7, bits=8), "kind 7"),
        (wav(b"")[:20], "damaged"),
        (wav(b"")[:37], "damaged"),
        (b"RIFF\0\0\0\0WAVE" + chunk(b"data", bytes(8)), "damaged"),
        (b"RIFF\0\0\0\0WAVE" + chunk(b"LIST", b"", 0xFFFFFFFF), "damaged"),
    ],
)
def test_a_broken_wav_is_refused_in_words(data, words):
    with pytest.raises(Unfit, match=words):
        waveform(data)


def test_samples_that_are_no_numbers_leave_the_outline_finite():
    values = np.array([math.nan, math.inf, -math.inf, 5.0, 0.25], dtype="<f4")
    made = waveform(wav(values.tobytes(), code=3, bits=32))
    assert made.peaks == (1.0,)


@given(st.binary(max_size=120))
def test_any_bytes_after_a_wav_head_are_outlined_or_refused(tail):
    try:
        made = waveform(b"RIFF\0\0\0\0WAVE" + tail)
    except Unfit:
        return
    assert all(0 <= peak <= 1 for peak in made.peaks)


# --- the others, by soundfile ------------------------------------------------------------------


@pytest.mark.parametrize(
    "kind", [("FLAC", "PCM_16"), ("OGG", "VORBIS"), ("OGG", "OPUS"), ("MP3", "MPEG_LAYER_III")]
)
def test_other_formats_are_outlined_with_soundfile(kind):
    soundfile = pytest.importorskip("soundfile")
    buffer = io.BytesIO()
    tone = ramp(RATE) * np.sin(np.arange(RATE) * 0.3)
    soundfile.write(buffer, tone, RATE, format=kind[0], subtype=kind[1])
    made = waveform(buffer.getvalue())
    assert made.seconds == pytest.approx(1, abs=0.2)
    assert max(made.peaks[:20]) < 0.4 < max(made.peaks[-40:])


def seconds_or_refusal(data: bytes) -> float | str:
    try:
        return waveform(data).seconds
    except Unfit as error:
        return str(error)


def test_a_truncated_flac_is_outlined_in_part_or_refused_in_words():
    soundfile = pytest.importorskip("soundfile")
    buffer = io.BytesIO()
    soundfile.write(buffer, np.random.default_rng(0).normal(size=RATE) / 8, RATE, format="FLAC")
    data = buffer.getvalue()
    for length in (4, 30, 60, len(data) // 2, len(data) - 5):
        outcome = seconds_or_refusal(data[:length])
        assert isinstance(outcome, float) or "damaged" in outcome or "no samples" in outcome


def test_a_flac_whose_header_claims_hours_has_the_length_that_is_there():
    soundfile = pytest.importorskip("soundfile")
    buffer = io.BytesIO()
    soundfile.write(buffer, ramp() / 2, RATE, format="FLAC")
    data = bytearray(buffer.getvalue())
    data[21:26] = bytes([data[21] | 0x0F, 0xFF, 0xFF, 0xFF, 0xFF])  # 36 bits of samples in STREAMINFO
    outcome = seconds_or_refusal(bytes(data))
    assert (isinstance(outcome, float) and outcome <= 1.01) or "damaged" in str(outcome)


def test_without_soundfile_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "soundfile", None)
    with pytest.raises(Unfit, match=r'pip install "symphony-panel\[audio\]"'):
        waveform(b"fLaC" + bytes(60))
    assert outline(wav(encoded(ramp(), 1, 16)))[0] == BUCKETS
    assert sound_format(b"fLaC" + bytes(60)).mime == "audio/flac"


def test_m4a_plays_and_has_no_outline():
    data = b"\0\0\0\x20ftypM4A " + bytes(20)
    assert of_sounds(data).audio(0, "audio").mime == "audio/mp4"
    with pytest.raises(BadMedia, match="waveforms of M4A are not drawn"):
        of_sounds(data).waveform(0, "audio")


def test_the_shared_sounds_are_as_long_as_their_table_says(shared_data: Path):
    pytest.importorskip("soundfile")
    dataset = open_source(shared_data / "sounds" / "sounds.parquet")
    media = Media(dataset)
    seconds = dataset.frame["seconds"]
    for row in range(10):
        assert media.waveform(row, "audio").seconds == pytest.approx(seconds[row], abs=0.01)
